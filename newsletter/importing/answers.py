"""What a person answers to the questions of an import: one value, however it was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from newsletter.digest import Layout, Role

from .merging import Side
from .names import same


class By(StrEnum):
    """What an item can be filed by: its own category, or something else the document says of it.

    Named as `ImportRule.Kind` names them.
    """

    CATEGORY = "category"
    TAG = "tag"
    SECTION = "section"
    AUTHOR = "author"
    SOURCE = "source"


# A name in a document: what kind it is of, and the name as `same` folds it. With the kind
# category and no name: the items that nothing else files.
Key = tuple[By, str]
REST: Key = (By.CATEGORY, "")
# In place of a category's name: make one of the name asked about; leave that name out of account.
CREATE, IGNORE = "+", "-"


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers to one import. They are remembered with it, but for `confirmed` and `take`.

    `lines` and `shapes` are by structure key, `places` by (first, last) line of the document.
    `filing` leads from a name to that of a category, to CREATE for a new one of that name, or to
    IGNORE where the name is left out of account; `written` are those names as they were written.
    `confirmed` are the codes of doubts that are right this once. `take` says whose word counts
    where hands and the document changed the same: by field, under "" all that it does not name.
    `span` is "last" where the last day of a span of days is the date.
    """

    lines: Mapping[str, Role] = field(default_factory=lambda: MappingProxyType({}))
    places: Mapping[tuple[int, int], Role] = field(default_factory=lambda: MappingProxyType({}))
    shapes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    filing: Mapping[Key, str] = field(default_factory=lambda: MappingProxyType({}))
    written: Mapping[Key, str] = field(default_factory=lambda: MappingProxyType({}))
    confirmed: frozenset[str] = frozenset()
    span: Literal["", "last"] = ""
    take: Mapping[str, Side] = field(default_factory=lambda: MappingProxyType({}))

    def with_filing(self, named: Key, target: str) -> Answers:
        """These answers and where one name leads; `named` is as the document writes it."""
        key = key_of(*named)
        return replace(
            self,
            filing={**self.filing, key: target},
            written={**self.written, key: named[1]},
        )

    def layout(self, remembered: Layout) -> Layout:
        """The remembered decisions with these over them."""
        layout = remembered
        for key, role in self.lines.items():
            layout = layout.with_line(key, role)
        for key, shape in self.shapes.items():
            layout = layout.with_shape(key, shape)
        return layout


NONE = Answers()


def key_of(by: By, name: str) -> Key:
    """The key of a name as a document writes it."""
    if by is By.TAG:
        name = name.strip().lstrip("#")
    if by is By.SOURCE:
        name = name.strip().lower().removeprefix("www.")
    return by, same(name)[:300]
