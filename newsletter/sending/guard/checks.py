"""Every command refuses to run with keys that are not the database's, by Django's system check.

Our commands ask for this check alone (`requires_system_checks`): Django's own read in the pages of
the admin, which takes longer than most commands, and look for mistakes in code that is shipped.

Not tagged as a check of databases: those run with `migrate` alone, and every command that acts
must be refused, also where a project hosts the apps.
"""

from __future__ import annotations

from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from . import keys


def register() -> None:
    """Have Django ask; called once, when the app is ready."""
    checks.register(right_keys, "keys")


def right_keys(**_: Any) -> list[checks.CheckMessage]:
    """An error while LINK_KEYS or DATA_DIR are not those of the database."""
    try:
        keys.settle()
    except ImproperlyConfigured as wrong:  # Also a setting that a host lacks.
        return [checks.Error(str(wrong), id="newsletter.E001")]
    return []
