"""Other values for the site's own settings, which are the keys of `settings.SUDI`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.test.utils import override_settings


def override(**changed: Any) -> override_settings:
    """`with override(BASE_URL=...)`: these keys changed, the others as they are at this moment."""
    return override_settings(SUDI=merged(changed))


def configure(fixture: Any, **changed: Any) -> None:
    """The same by pytest-django's fixture `settings`, until the end of the test."""
    fixture.SUDI = merged(changed)


def merged(changed: dict[str, Any]) -> dict[str, Any]:
    """The dictionary with these keys changed. Refuses a key nothing would read."""
    assert changed.keys() <= settings.SUDI.keys()
    return {**settings.SUDI, **changed}
