"""What generators add to Markdown: one module a dialect, found here by looking into this folder.

A module of a dialect defines:

`NAME`    what problems and JSON call it
`LABEL`   what people read when something of it was left out, in English, marked by `gettext_noop`
`ORDER`   when it is asked: whole blocks and tags first (10), lines (20), marks in a line (30)
`settle`  `(prose) -> None`: changes the lines in place

What mail has an equal for is converted: a note, a call-out, a picture, a tab. The rest is dropped,
and `prose.tell(NAME, index)` makes one warning of all its places. A line keeps its number, code
stays as it is, and the time is linear in the text: no pattern that tries its text twice.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from ..prose import Prose


@dataclass(frozen=True, slots=True)
class Dialect:
    """One dialect, as its module describes it."""

    name: str
    label: str
    order: int
    settle: Callable[[Prose], None]


@cache
def known() -> tuple[Dialect, ...]:
    """Every dialect in the order they are asked."""
    found: dict[str, Dialect] = {}
    for info in pkgutil.iter_modules(__path__, f"{__name__}."):
        dialect = _described(importlib.import_module(info.name))
        if dialect.name in found:
            raise ValueError(f"{info.name}: there is another dialect {dialect.name!r}")
        found[dialect.name] = dialect
    return tuple(sorted(found.values(), key=lambda dialect: (dialect.order, dialect.name)))


def settle(prose: Prose) -> None:
    """Let every dialect convert or drop what is its own."""
    for dialect in known():
        dialect.settle(prose)


def _described(module: ModuleType) -> Dialect:
    try:
        return Dialect(module.NAME, module.LABEL, module.ORDER, module.settle)
    except AttributeError as error:
        raise TypeError(f"{module.__name__} describes no dialect: {error}") from None
