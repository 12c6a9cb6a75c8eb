"""The login of the admin, at the pace of a person who mistypes a password.

Tries are counted in the database, so several web processes cannot be played against each other:
per name and network, per network, and per name from everywhere. The last one would let a stranger
keep an editor out by trying without pause; so it does not hold for a network from which that name
has logged in before.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm

from . import limits, network
from .limits import Rate

PER_NAME_AND_NETWORK = Rate(interval=60, burst=5)
PER_NETWORK = Rate(interval=20, burst=30)
PER_NAME = Rate(interval=20, burst=50)
KNOWN_FOR = Rate(interval=90 * 24 * 3600)


class ThrottledLoginForm(AuthenticationForm):  # type: ignore[misc,unused-ignore]
    """Does not look at a password while there were too many tries."""

    def clean(self) -> dict[str, Any]:
        name = str(self.cleaned_data.get("username", "")).strip().casefold()
        source = network.network(self.request) if self.request is not None else ""
        mine = limits.key_for("login", f"both|{name}|{source}")
        known = limits.key_for("login", f"known|{name}|{source}")
        counts = [
            (mine, PER_NAME_AND_NETWORK),
            (limits.key_for("login", f"network|{source}"), PER_NETWORK),
        ]
        if limits.is_free(known, KNOWN_FOR):
            counts.append((limits.key_for("login", f"name|{name}"), PER_NAME))
        # Taken before the password is looked at: a hundred guesses at once are counted too. The
        # first count that is used up ends it, so who is slowed down uses up nothing of others.
        if not all(limits.take(key, rate) for key, rate in counts):
            raise ValidationError(
                _("Too many failed logins. Wait some minutes, then try again."), code="throttled"
            )
        cleaned: dict[str, Any] = super().clean()
        limits.give_back(mine)
        limits.take(known, KNOWN_FOR)
        return cleaned
