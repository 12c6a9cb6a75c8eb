"""What an import has to ask before it can be stored: values, without words.

Each question belongs to an error among the problems. It says how it may be answered: by which
option of the command and under which key.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from newsletter.digest import Digest, Open, Problem, Role
from newsletter.digest.shapes import headlines
from subscribers.models import Category

from .answers import CREATE, IGNORE, REST
from .categories import MADE_UP, MISSING_CATEGORY, UNKNOWN_CATEGORY, Shelf
from .filing import Asked, Filing
from .identity import OTHER_ISSUE

_DAY = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")
# Doubts that a person can say are right, once for each import.
_NO_HEADINGS = frozenset({"links", "times", "ends"})  # what would not be read by its headings
CONFIRMABLE = frozenset({"one-item", "few-sources", MADE_UP, OTHER_ISSUE})


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to decide.

    `code` is that of its error, `option` that of the command (`--lines`, `--map`, `--confirm`,
    `--shape`, `--date`, `--span`, `--title`, `--edition`) and `key` what stands in front of its
    `=`, or "" where there is none.
    `lines` are (first, last) ranges of the document. `choices` are the values it may have, empty
    for a text of one's own; `near` are those of them that are likely. `items` counts the items a
    name stands for, `first` in how many of them it is the first of its kind; `name` is what the
    question is about: a name in the document, or how the lines begin. An `optional` question is
    another way to answer those above it.
    """

    code: str
    option: str
    key: str
    lines: tuple[tuple[int, int], ...]
    choices: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    name: str = ""
    items: int = 0
    first: int = 0
    optional: bool = False


def questions_of(
    digest: Digest, filing: Filing[Category], shelf: Shelf, problems: Sequence[Problem]
) -> tuple[Question, ...]:
    """All open questions, in the order of the document; optional ones last."""
    found = [*_of_problems(problems), *_of_lines(digest)]
    found += [_of_name(asked, digest, shelf, optional=False) for asked in filing.asked]
    found.sort(key=lambda question: (question.optional, question.lines[:1]))
    found += [_of_name(asked, digest, shelf, optional=True) for asked in filing.offered]
    return tuple(found)


def _of_problems(problems: Iterable[Problem]) -> Iterable[Question]:
    for problem in problems:
        if problem.level != "error":
            continue
        place = ((problem.line, problem.line),)
        if problem.code == OTHER_ISSUE:
            yield Question(problem.code, "--edition", "", place)
            if problem.params.get("case") != "out":  # What is out cannot be replaced.
                confirm = (problem.code,)
                yield Question(problem.code, "--confirm", *confirm, place, confirm, optional=True)
        elif problem.code in CONFIRMABLE:
            yield Question(problem.code, "--confirm", problem.code, place, (problem.code,))
            if problem.code == "one-item" and problem.params.get("case") not in _NO_HEADINGS:
                yield Question(problem.code, "--shape", "", place, (headlines.NAME,), optional=True)
        elif problem.code == "date-ambiguous":
            yield Question(problem.code, "--date", "", place, readings(problem))
            if problem.params.get("case") in ("span", "week"):
                yield Question(problem.code, "--span", "", place, ("last",), optional=True)
        elif problem.code in ("date-missing", "date-unreadable", "date-impossible"):
            yield Question(problem.code, "--date", "", place)
        elif problem.code == "title-missing":
            yield Question(problem.code, "--title", "", place)


def readings(problem: Problem) -> tuple[str, ...]:
    """The dates that an ambiguous one can be, as ISO 8601."""
    found = []
    for text in _DAY.findall(str(problem.params.get("readings", ""))):
        with contextlib.suppress(ValueError):
            found.append(dt.date.fromisoformat(text).isoformat())
    return tuple(dict.fromkeys(found))


def _of_lines(digest: Digest) -> Iterable[Question]:
    """One question for each structure key: its places have one answer."""
    grouped: dict[str, list[Open]] = {}
    for one in digest.open:
        grouped.setdefault(one.key, []).append(one)
    first_item = min((item.line for item in digest.items), default=0)
    for key, ones in grouped.items():
        lines = tuple((one.first, one.last) for one in ones)
        above = bool(first_item) and first_item < ones[0].first
        roles = tuple(role for role in Role if above or role is not Role.ABOVE)
        yield Question("unclaimed", "--lines", key, lines, roles, name=ones[0].text)


def _of_name(asked: Asked, digest: Digest, shelf: Shelf, *, optional: bool) -> Question:
    places = [digest.items[place] for place in asked.items]
    choices = [category.slug for category in shelf.living()] + [CREATE]
    if asked.name:
        choices.append(IGNORE)
    return Question(
        code=UNKNOWN_CATEGORY if asked.by in ("category", "section") and asked.name
        else MISSING_CATEGORY,
        option="--map",
        key="*" if asked.key == REST else f"{asked.by}:{asked.name}",
        lines=tuple((item.line, max(item.line, item.last_line)) for item in places),
        choices=tuple(choices),
        near=tuple(category.slug for category in shelf.near(asked.name)) if asked.name else (),
        name=asked.name,
        items=len(places),
        first=asked.first,
        optional=optional,
    )  # fmt: skip
