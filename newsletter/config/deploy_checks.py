"""`check --deploy`: what the doctor can say without the network.

Each finding is an error of Django's own check framework, with the doctor's remedy as its hint.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register


@register(deploy=True)
def offline(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """What is wrong by settings and files alone."""
    from .doctor import registry

    return [
        Error(str(finding.detail), hint=str(finding.remedy), id=f"sudi.{check.name}")
        for check in registry()
        if check.offline is not None
        for finding in check.offline()
        if finding.ok is False
    ]
