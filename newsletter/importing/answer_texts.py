"""Answers as text, as options of a command or fields of a form give them, and as plain values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Literal

from newsletter.digest import Role
from newsletter.digest.markdown import clean

from .answers import IGNORE, REST, Answers, By
from .merging import Side

_PLACE = re.compile(r"(\d{1,7})(?:-(\d{1,7}))?")
_ROLES = {role.value: role for role in Role}


class BadAnswer(ValueError):
    """An answer that is not written as one; the message quotes it and says how."""


def read_answers(
    *,
    lines: Iterable[str] = (),
    maps: Iterable[str] = (),
    confirm: Iterable[str] = (),
    take: Iterable[str] = (),
    span: Literal["", "last"] = "",
) -> Answers:
    """Answers as text: `KEY=ROLE` or `12-14=ROLE`, `FROM=TO`, codes, `FIELD=SIDE` or `SIDE`.

    Raises BadAnswer.
    """
    answers = Answers(confirmed=frozenset(confirm), span=span)
    for text in lines:
        answers = add_lines(answers, text)
    for text in maps:
        answers = add_map(answers, text)
    for text in take:
        answers = add_take(answers, text)
    return answers


def add_lines(answers: Answers, text: str) -> Answers:
    """`answers` and `KEY=ROLE`, or with a line or a range of lines in place of the key."""
    key, equals, role_name = text.rpartition("=")
    role = _ROLES.get(role_name.strip().lower().replace("-", "_"))
    if not equals or not key.strip() or role is None:
        roles = ", ".join(role.replace("_", "-") for role in _ROLES)
        raise BadAnswer(f"{text!r}: write LINES=ROLE or KEY=ROLE; a role is one of {roles}.")
    if place := _PLACE.fullmatch(key.strip()):
        first, last = int(place[1]), int(place[2] or place[1])
        if last < first:
            raise BadAnswer(f"{text!r}: the first line comes first.")
        return replace(answers, places={**answers.places, (first, last): role})
    return replace(answers, lines={**answers.lines, key.strip(): role})


def add_map(answers: Answers, text: str) -> Answers:
    """`answers` and `FROM=TO`.

    FROM is `tag:NAME`, `section:NAME`, `author:NAME`, `source:HOST`, the name of a category, or
    `*` for the items that nothing else files. TO is the name or address name of a category, `+`
    for a new one of that name, or `-` to leave the name out of account.
    """
    name, _equals, target = text.rpartition("=")
    name, target = name.strip(), target.strip()
    if not name or not target or clean(text) != text:
        raise BadAnswer(f"{text!r}: write FROM=TO, for example tag:llm=Models.")
    if name == "*" and target == IGNORE:
        raise BadAnswer(f"{text!r}: name the category of the items that nothing else files.")
    if name == "*":
        return answers.with_filing(REST, target)
    kind, colon, rest = name.partition(":")
    if colon and rest.strip() and kind.strip().lower() in list(By):
        return answers.with_filing((By(kind.strip().lower()), rest.strip()), target)
    return answers.with_filing((By.CATEGORY, name), target)


def add_take(answers: Answers, text: str) -> Answers:
    """`answers` and `FIELD=mine` or `FIELD=theirs`; without a field, all that is not named."""
    name, equals, side = text.rpartition("=")
    if side.strip() not in list(Side) or (equals and not name.strip()):
        raise BadAnswer(f"{text!r}: write mine, theirs, FIELD=mine or FIELD=theirs.")
    return replace(answers, take={**answers.take, name.strip(): Side(side.strip())})


def to_json(answers: Answers) -> dict[str, Any]:
    """Plain values for `from_json`: what a page carries from one look to the next.

    Ranges of lines are not among them: an import returns them by their structure keys.
    """
    return {
        "lines": {key: str(role) for key, role in answers.lines.items()},
        "shapes": dict(answers.shapes),
        "filing": [
            [str(key[0]), answers.written[key], target] for key, target in answers.filing.items()
        ],
        "confirmed": sorted(answers.confirmed),
        "span": answers.span,
        "take": {name: str(side) for name, side in answers.take.items()},
    }


def from_json(stored: Mapping[str, Any]) -> Answers:
    """What `to_json` made. Raises KeyError, TypeError or ValueError for anything else."""
    answers = Answers(
        lines={key: Role(role) for key, role in stored["lines"].items()},
        shapes=dict(stored["shapes"]),
        confirmed=frozenset(stored["confirmed"]),
        span="last" if stored.get("span") == "last" else "",
        take={name: Side(side) for name, side in stored.get("take", {}).items()},
    )
    for kind, name, target in stored["filing"]:
        answers = answers.with_filing((By(kind), name), target)
    return answers
