"""JSON as text -> values, and where each of them stands: problems name place and pointer."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_DEEPEST = 60  # Levels; recursion ends at some hundreds.
_SPACE = re.compile(r"[ \t\n\r]*")
# One with more digits is told by what follows: a digit, a point, an exponent.
_TOO_LONG = re.compile(r"[\d.eE]")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,40})(?:\.\d{1,40})?(?:[eE][-+]?\d{1,4})?")
_LONG = 40
_STRINGS = json.JSONDecoder()
_WORDS: Mapping[str, Any] = {"true": True, "false": False, "null": None}


class NotJson(ValueError):
    """The text is none; `at` is the place in it, `reason` says why in a word for programs."""

    def __init__(self, reason: str, at: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at


@dataclass(frozen=True, slots=True)
class Places:
    """Where the values of a text begin, by their pointers (RFC 6901)."""

    text: str
    starts: Mapping[str, int]

    def of(self, pointer: str) -> tuple[int, int]:
        """Line and column, from 1, of a value, or of the nearest one around it."""
        while pointer not in self.starts and pointer:
            pointer = pointer.rpartition("/")[0]
        return position(self.text, self.starts.get(pointer, 0))


def position(text: str, at: int) -> tuple[int, int]:
    """Line and column, from 1, of a place in a text."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def load(text: str) -> tuple[Any, Places]:
    """The value a text holds, and the places in it. Raises NotJson, also for a name that comes
    twice in one object: readers of JSON differ in which of the two counts (RFC 8259, section 4),
    so what is meant cannot be known. A number too large for a float is none (section 6).
    """
    starts: dict[str, int] = {}
    value, end = _value(text, _skip(text, 0), "", 0, starts)
    if (end := _skip(text, end)) != len(text):
        raise NotJson("more", end)
    return value, Places(text, starts)


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _value(text: str, at: int, pointer: str, depth: int, starts: dict[str, int]) -> tuple[Any, int]:
    if depth > _DEEPEST:
        raise NotJson("deep", at)
    starts[pointer] = at
    sign = text[at : at + 1]
    if sign == '"':
        return _string(text, at)
    if sign == "{":
        return _object(text, at + 1, pointer, depth, starts)
    if sign == "[":
        return _array(text, at + 1, pointer, depth, starts)
    for word, value in _WORDS.items():
        if text.startswith(word, at):
            return value, at + len(word)
    number = _NUMBER.match(text, at)
    if number is None:
        raise NotJson("value", at)
    if _TOO_LONG.match(text, number.end()) and number.end() - at > _LONG:
        raise NotJson("number", at)
    value = json.loads(number.group())
    if isinstance(value, float) and not math.isfinite(value):
        raise NotJson("number", at)
    return value, number.end()


def _string(text: str, at: int) -> tuple[str, int]:
    try:
        value, end = _STRINGS.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise NotJson("string", error.pos) from None
    return str(value), end


def _object(
    text: str, at: int, pointer: str, depth: int, starts: dict[str, int]
) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    at = _skip(text, at)
    if text[at : at + 1] == "}":
        return found, at + 1
    while True:
        if text[at : at + 1] != '"':
            raise NotJson("name", at)
        began = at
        name, at = _string(text, at)
        if name in found:
            raise NotJson("twice", began)
        at = _skip(text, at)
        if text[at : at + 1] != ":":
            raise NotJson("colon", at)
        inner = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
        found[name], at = _value(text, _skip(text, at + 1), inner, depth + 1, starts)
        at, more = _next(text, at, "}")
        if not more:
            return found, at


def _array(
    text: str, at: int, pointer: str, depth: int, starts: dict[str, int]
) -> tuple[list[Any], int]:
    found: list[Any] = []
    at = _skip(text, at)
    if text[at : at + 1] == "]":
        return found, at + 1
    while True:
        value, at = _value(text, at, f"{pointer}/{len(found)}", depth + 1, starts)
        found.append(value)
        at, more = _next(text, at, "]")
        if not more:
            return found, at


def _next(text: str, at: int, end: str) -> tuple[int, bool]:
    """Behind a member: where the next begins, or where it all ended."""
    at = _skip(text, at)
    sign = text[at : at + 1]
    if sign == end:
        return at + 1, False
    if sign != ",":
        raise NotJson("comma", at)
    return _skip(text, at + 1), True
