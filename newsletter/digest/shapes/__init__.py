"""The shapes a digest can have: one module each, found here by looking into this folder.

A module of a shape defines:

`NAME`      what `--shape`, JSON and the database call it: at most 12 characters, not "auto"
`LABEL`     what people read, in English, marked by `gettext_noop` for the catalogue
`SURENESS`  the most its evidence can be; without it 1.0
`WHOLE`     True when it reads a section with its heading and all below it; without it False: it
            reads the lines of a section, or of a part of one between two rules
`evidence`  `(outline) -> float`: from 0.0 (not this shape) to `SURENESS`
`read`      `(reading) -> Parts`: the items; claims each line whose text they hold

A module that lacks one of them stops the program at its start, not at the first document.

**Evidence** is the share of the section that would have an owner, times the sureness. So it never
counts alone, and the shape that leaves least outside says most. **Sureness** says how little the
marks of a shape can be there by chance: 1.0 is for marks nobody writes by accident (a line
"Source: …" under a heading), 0.7 to 0.9 for what ordinary prose may also hold (numbers, lists), and
the least for the shape that takes everything. Of two that say the same the surer one reads, then
the first by name. `newsletter.digest.division` asks them, section by section.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from ..outline import Outline
from ..reading import Parts, Reading

AUTO = "auto"  # In place of a name: the shape the evidence speaks for.
_LONGEST_NAME = 12  # characters; the database has no room for more.


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape, as its module describes it."""

    name: str
    label: str
    sureness: float
    whole: bool
    evidence: Callable[[Outline], float]
    read: Callable[[Reading], Parts]


@cache
def known() -> tuple[Shape, ...]:
    """Every shape, the surest first."""
    found: dict[str, Shape] = {}
    for info in pkgutil.iter_modules(__path__, f"{__name__}."):
        shape = _described(importlib.import_module(info.name))
        if shape.name in found:
            raise ValueError(f"{info.name}: there is another shape {shape.name!r}")
        found[shape.name] = shape
    return tuple(sorted(found.values(), key=lambda shape: (-shape.sureness, shape.name)))


def names() -> tuple[str, ...]:
    """What may be asked for: "auto" and the name of every shape."""
    return (AUTO, *(shape.name for shape in known()))


def find(name: str) -> Shape | None:
    """The shape of that name; None for "auto" and names no shape has."""
    return next((shape for shape in known() if shape.name == name), None)


def _described(module: ModuleType) -> Shape:
    try:
        shape = Shape(
            module.NAME,
            module.LABEL,
            getattr(module, "SURENESS", 1.0),
            module.WHOLE if hasattr(module, "WHOLE") else False,
            module.evidence,
            module.read,
        )
    except AttributeError as error:
        raise TypeError(f"{module.__name__} describes no shape: {error}") from None
    if not 0 < len(shape.name) <= _LONGEST_NAME or shape.name == AUTO:
        raise ValueError(f"{module.__name__}: {shape.name!r} cannot be the name of a shape")
    if not 0.0 < shape.sureness <= 1.0:
        raise ValueError(f"{module.__name__}: SURENESS {shape.sureness} is not between 0 and 1")
    return shape
