"""A relay's log, line by line: which mails it took over, and from when to when it tells.

One file is one format: NAME, LABEL, `claims(head)` and `read(lines)`. It is found here by being
there, and nowhere listed again. `head` is the beginning of the file as text; `read` yields an
`Entry` for everything dated. Only a line that says that the relay *took over* a mail (it will
deliver it or report) is `accepted`: a mail that was only begun leaves lines too.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from typing import Protocol, cast

from .entry import Entry

__all__ = ["Entry", "Format", "format_of", "formats"]


class Format(Protocol):
    """What a module here has."""

    NAME: str
    LABEL: str

    def claims(self, head: str) -> bool:
        """Whether this is the beginning of such a log."""

    def read(self, lines: Iterable[str]) -> Iterator[Entry]:
        """Its entries, in the order of the file."""


def formats() -> list[Format]:
    """Every format, by name."""
    found = []
    for module in pkgutil.iter_modules(__path__):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        if hasattr(loaded, "NAME"):
            found.append(cast("Format", loaded))
    return sorted(found, key=lambda one: one.NAME)


def format_of(head: str) -> Format | None:
    """The format of a file that begins so; None if no format claims it."""
    return next((one for one in formats() if one.claims(head)), None)
