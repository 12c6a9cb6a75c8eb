"""Two who change one thing: the rule for a single value, wherever values are compared. Pure."""

from __future__ import annotations

from typing import Any


def both_changed(base: Any, now: Any, new: Any) -> bool:
    """Whether a value was changed on both sides of `base`, each in another way.

    Where it was not, the changed side counts: only then may a program decide by itself.
    """
    return bool(now != base and new != base and now != new)
