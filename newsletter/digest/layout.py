"""What a publication decided about the parts of its documents: a value, kept between issues.

A document's lines that no part holds are a question (`value.Open`). Its answer is a role, stored
under the *structure key* of the lines: where they stand and what they are, never what they say. So
next week's issue, which has the same part with other words, gets the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

_LONGEST_KEY = 300  # characters; keys are made of headings, which people can write at any length
_MOST = 2_000  # entries of one layout


class Role(StrEnum):
    """What lines are that no shape could place."""

    ITEM = "item"
    ABOVE = "above"  # part of the item above them
    INTRODUCTION = "introduction"
    TAIL = "tail"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class Layout:
    """Decisions by structure key.

    `lines` says what open lines are. `shapes` says by the NAME of a shape how a section is read,
    where the evidence would have chosen another.
    """

    lines: Mapping[str, Role] = field(default_factory=lambda: MappingProxyType({}))
    shapes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def with_line(self, key: str, role: Role | None) -> Layout:
        """This layout with one answer more; None takes it back."""
        lines = {name: known for name, known in self.lines.items() if name != key}
        return Layout(lines if role is None else {**lines, key: role}, self.shapes)

    def with_shape(self, key: str, shape: str | None) -> Layout:
        """This layout with the shape of one section decided; None takes it back."""
        shapes = {name: known for name, known in self.shapes.items() if name != key}
        return Layout(self.lines, shapes if shape is None else {**shapes, key: shape})

    def to_json(self) -> dict[str, dict[str, str]]:
        """Plain dicts of strings, as `from_json` takes them."""
        return {
            "lines": {key: role.value for key, role in self.lines.items()},
            "shapes": dict(self.shapes),
        }

    @classmethod
    def from_json(cls, stored: object) -> Layout:
        """What `to_json` made; anything that is no decision is passed over."""
        roles = {role.value: role for role in Role}
        lines = {
            key: roles[value] for key, value in _pairs(stored, "lines").items() if value in roles
        }
        return cls(lines, _pairs(stored, "shapes"))


EMPTY = Layout()


def _pairs(stored: object, name: str) -> dict[str, str]:
    found: Any = stored.get(name) if isinstance(stored, Mapping) else None
    if not isinstance(found, Mapping):
        return {}
    return {
        key: value
        for key, value in list(found.items())[:_MOST]
        if isinstance(key, str) and isinstance(value, str) and 0 < len(key) <= _LONGEST_KEY
    }
