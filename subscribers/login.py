"""The login of the admin, at the pace of a person who mistypes a password.

Failures are counted per name and per network, in the database, so several web processes cannot
be played against each other. A name is slowed down, never locked: a stranger must not be able to
keep an editor out for longer than a few minutes.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm

from . import limits, network
from .limits import Rate

PER_NAME = Rate(interval=60, burst=5)
PER_NETWORK = Rate(interval=20, burst=30)


class ThrottledLoginForm(AuthenticationForm):  # type: ignore[misc,unused-ignore]
    """Refuses to look at a password while this name or network has failed too often."""

    def clean(self) -> dict[str, Any]:
        name = str(self.cleaned_data.get("username", "")).strip().casefold()
        source = network.network(self.request) if self.request is not None else ""
        mine = limits.key_for("login", f"name|{name}")
        theirs = limits.key_for("login", f"network|{source}")
        # Taken before the password is looked at: a hundred guesses at once are counted too.
        if not limits.take(mine, PER_NAME) or not limits.take(theirs, PER_NETWORK):
            raise ValidationError(
                _("Too many failed logins. Wait some minutes, then try again."), code="throttled"
            )
        cleaned: dict[str, Any] = super().clean()
        limits.give_back(mine)
        return cleaned
