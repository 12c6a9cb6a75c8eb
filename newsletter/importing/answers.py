"""What a person answers to the questions of an import: one value, however it was said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from newsletter.digest import Layout, Role

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
_PLACE = re.compile(r"(\d{1,7})(?:-(\d{1,7}))?")
_ROLES = {role.value: role for role in Role}


class BadAnswer(ValueError):
    """An answer that is not written as one; the message quotes it and says how."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers to one import. They are remembered with it, but for `confirmed`.

    `lines` and `shapes` are by structure key, `places` by (first, last) line of the document.
    `filing` leads from a name to that of a category, to CREATE for a new one of that name, or to
    IGNORE where the name is left out of account; `written` are those names as they were written.
    `confirmed` are the codes of doubts that are right this once.
    """

    lines: Mapping[str, Role] = field(default_factory=lambda: MappingProxyType({}))
    places: Mapping[tuple[int, int], Role] = field(default_factory=lambda: MappingProxyType({}))
    shapes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    filing: Mapping[Key, str] = field(default_factory=lambda: MappingProxyType({}))
    written: Mapping[Key, str] = field(default_factory=lambda: MappingProxyType({}))
    confirmed: frozenset[str] = frozenset()

    @classmethod
    def read(
        cls,
        *,
        lines: Iterable[str] = (),
        maps: Iterable[str] = (),
        confirm: Iterable[str] = (),
    ) -> Answers:
        """Answers as text: `KEY=ROLE` or `12-14=ROLE`, `FROM=TO`, codes.

        Raises BadAnswer.
        """
        answers = cls(confirmed=frozenset(confirm))
        for text in lines:
            answers = answers.with_lines(text)
        for text in maps:
            answers = answers.with_map(text)
        return answers

    def with_lines(self, text: str) -> Answers:
        """These answers and `KEY=ROLE`, or with a line or a range of lines in place of the key."""
        key, equals, role_name = text.rpartition("=")
        role = _ROLES.get(role_name.strip().lower().replace("-", "_"))
        if not equals or not key.strip() or role is None:
            roles = ", ".join(role.replace("_", "-") for role in _ROLES)
            raise BadAnswer(f"{text!r}: write LINES=ROLE or KEY=ROLE; a role is one of {roles}.")
        if place := _PLACE.fullmatch(key.strip()):
            first, last = int(place[1]), int(place[2] or place[1])
            if last < first:
                raise BadAnswer(f"{text!r}: the first line comes first.")
            return replace(self, places={**self.places, (first, last): role})
        return replace(self, lines={**self.lines, key.strip(): role})

    def with_map(self, text: str) -> Answers:
        """These answers and `FROM=TO`.

        FROM is `tag:NAME`, `section:NAME`, `author:NAME`, `source:HOST`, the name of a category,
        or `*` for the items that nothing else files. TO is the name or address name of a category,
        `+` for a new one of that name, or `-` to leave the name out of account.
        """
        name, _equals, target = text.rpartition("=")
        name, target = name.strip(), target.strip()
        if not name or not target:
            raise BadAnswer(f"{text!r}: write FROM=TO, for example tag:llm=Models.")
        if name == "*" and target == IGNORE:
            raise BadAnswer(f"{text!r}: name the category of the items that nothing else files.")
        if name == "*":
            return self.with_filing(REST, target)
        kind, colon, rest = name.partition(":")
        if colon and rest.strip() and kind.strip().lower() in list(By):
            return self.with_filing((By(kind.strip().lower()), rest.strip()), target)
        return self.with_filing((By.CATEGORY, name), target)

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
        return Layout({**remembered.lines, **self.lines}, {**remembered.shapes, **self.shapes})

    def to_json(self) -> dict[str, Any]:
        """Plain values for `from_json`: what a page carries from one look to the next."""
        return {
            "lines": {key: str(role) for key, role in self.lines.items()},
            "shapes": dict(self.shapes),
            "filing": [
                [str(key[0]), self.written[key], target] for key, target in self.filing.items()
            ],
            "confirmed": sorted(self.confirmed),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Answers:
        """What `to_json` made; ranges of lines are not carried, they are found by their key."""
        answers = cls(
            lines={key: Role(role) for key, role in stored["lines"].items()},
            shapes=dict(stored["shapes"]),
            confirmed=frozenset(stored["confirmed"]),
        )
        for kind, name, target in stored["filing"]:
            answers = answers.with_filing((By(kind), name), target)
        return answers


NONE = Answers()


def key_of(by: By, name: str) -> Key:
    """The key of a name as a document writes it."""
    if by is By.TAG:
        name = name.strip().lstrip("#")
    if by is By.SOURCE:
        name = name.strip().lower().removeprefix("www.")
    return by, same(name)[:300]
