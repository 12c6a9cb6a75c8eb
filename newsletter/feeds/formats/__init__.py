"""The written forms of a feed: one file a format, found here and listed nowhere else.

A format's module holds `FORMAT`. Addresses, pages, OPML and WebSub ask this registry.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from ..value import Feed


@dataclass(frozen=True, slots=True)
class Format:
    """A format. `suffix` ends its addresses and never changes; `label` is its proper name."""

    suffix: str
    label: str
    # As registered, or as the format's own specification says.
    media_type: str
    # The feed in this format, UTF-8.
    write: Callable[[Feed], bytes]
    # Lists show the formats in ascending order; the first is the one that is offered alone.
    order: int
    # What feed readers try below a publication when its page names no feed.
    customary: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.suffix


def _found() -> tuple[Format, ...]:
    modules = (
        importlib.import_module(f"{__name__}.{module.name}")
        for module in pkgutil.iter_modules(__path__)
    )
    return tuple(sorted((module.FORMAT for module in modules), key=lambda one: one.order))


FORMATS = _found()


def named(suffix: str) -> Format:
    """The format whose addresses end so. Raises KeyError; addresses hold no other."""
    return {one.suffix: one for one in FORMATS}[suffix]
