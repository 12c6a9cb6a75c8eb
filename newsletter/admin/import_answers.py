"""The questions of an import as a form shows them, and the answers as it brings them back.

The fields are named by the questions: `lines:KEY`, `map:KEY`, `shape:KEY`, `confirm`, `date`,
`span`, `edition`, `title`, and `take:FIELD` of a conflict. What is not answered is asked again;
what makes no sense is as if it were not answered.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.http import QueryDict
from django.utils.translation import gettext as _

from newsletter.digest import Role, shapes
from newsletter.digest.keys import ONE_PIECE
from newsletter.importing import Answers, BadAnswer, Question
from newsletter.importing.answer_texts import add_map
from newsletter.importing.answers import CREATE, IGNORE
from newsletter.importing.asked_words import (
    ROLES,
    of_lines,
    of_name,
    of_question,
    of_section,
    of_shape,
)
from newsletter.importing.conflict_words import of_field
from newsletter.importing.identity import OTHER_ISSUE
from newsletter.importing.questions import CONFIRMABLE
from newsletter.importing.wording import DocumentProblem
from subscribers import times
from subscribers.models import Category

from . import import_conflicts

# Lines of the document shown for one place, places shown for one question.
_LINES, _PLACES = 12, 6
# The field for the items that nothing else files.
REST_FIELD = "map:*"
_LINES_PREFIX, _MAP_PREFIX, _SHAPE_PREFIX = "lines:", "map:", "shape:"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines of the document: (number, text); `more` of them are not shown."""

    first: int
    last: int
    lines: tuple[tuple[int, str], ...]
    more: int


@dataclass(frozen=True, slots=True)
class Field:
    """One question as the page shows it: `kind` is that of its option, `options`
    are (value, label), `likely` those of them that are near."""

    kind: str
    name: str
    label: str
    options: tuple[tuple[str, str], ...] = ()
    likely: tuple[tuple[str, str], ...] = ()
    excerpts: tuple[Excerpt, ...] = ()
    more_places: int = 0
    line: int = 0
    optional: bool = False

    @property
    def id(self) -> str:
        """The id of its control in the page."""
        return f"ask-{hashlib.blake2b(self.name.encode(), digest_size=6).hexdigest()}"


def excerpt(lines: Sequence[str], first: int, last: int) -> Excerpt:
    """Lines `first` to `last`, cut where they are many."""
    shown = range(first, min(last, first + _LINES - 1, len(lines)) + 1)
    texts = tuple((number, lines[number - 1][:400]) for number in shown)
    return Excerpt(first, last, texts, last - first + 1 - len(texts))


def fields_of(
    questions: Iterable[Question],
    problems: Iterable[DocumentProblem],
    categories: Sequence[Category],
    lines: Sequence[str],
) -> list[Field]:
    """The questions as fields of one form, in the order of the document."""
    said = {problem.code: problem.message for problem in problems if problem.level == "error"}
    names = {category.slug: category.name for category in categories}
    return [_field(question, said, names, lines) for question in questions]


def _field(
    question: Question, said: dict[str, str], names: dict[str, str], lines: Sequence[str]
) -> Field:
    line = question.lines[0][0] if question.lines else 0
    message = said.get(question.code, question.code)
    if question.option == "--lines":
        return Field(
            "lines",
            _LINES_PREFIX + question.key,
            _lines_label(question),
            tuple((str(role), str(ROLES[Role(role)])) for role in question.choices),
            excerpts=tuple(excerpt(lines, *place) for place in question.lines[:_PLACES]),
            more_places=max(0, len(question.lines) - _PLACES),
            line=line,
        )
    if question.option == "--map":
        labels = {
            **names,
            CREATE: _("create “%(name)s”") % {"name": question.name or _("General")},
            IGNORE: _("leave it out of account"),
        }
        return Field(
            "map",
            _MAP_PREFIX + question.key,
            of_question(question),
            tuple((value, labels[value]) for value in question.choices if value in labels),
            likely=tuple((value, names[value]) for value in question.near if value in names),
            line=line,
            optional=question.optional,
        )
    if question.option == "--date":
        days = (dt.date.fromisoformat(choice) for choice in question.choices)
        options = tuple((day.isoformat(), times.say_day(day)) for day in days)
        return Field("date", "date", message, options, line=line)
    kind = question.option.removeprefix("--")
    if question.option == "--span":
        options = (("last", _("It is the last day, here and in later issues")),)
        return Field(kind, kind, "", options, line=line, optional=True)
    if question.option == "--shape":
        options = tuple(
            (name, _("Each heading with text below it is an item")) for name in question.choices
        )
        return Field(kind, _SHAPE_PREFIX + ONE_PIECE, "", options, line=line, optional=True)
    if question.code == OTHER_ISSUE and question.optional:
        options = ((question.key, _("It is that issue: replace its text")),)
        return Field(kind, kind, "", options, line=line, optional=True)
    return Field(kind, kind, message, ((question.key, _("Yes, this is right")),), line=line)


def _lines_label(question: Question) -> str:
    first, last = question.lines[0]
    if len(question.lines) > 1:
        return _("%(count)d places like this, from line %(line)d: what are they?") % {
            "count": len(question.lines),
            "line": first,
        }
    if first == last:
        return _("Line %(line)d: what is it?") % {"line": first}
    return _("Lines %(first)d to %(last)d: what are they?") % {"first": first, "last": last}


def given(post: QueryDict, answers: Answers) -> Answers:
    """`answers` with those of the form over them; `undo` names one that is taken back."""
    lines, known_shapes = dict(answers.lines), dict(answers.shapes)
    for name, sent in post.lists():
        value = str(sent[-1]).strip() if sent else ""
        if name.startswith(_LINES_PREFIX) and value in list(Role):
            lines[name.removeprefix(_LINES_PREFIX)] = Role(value)
        elif name.startswith(_SHAPE_PREFIX) and shapes.find(value):
            known_shapes[name.removeprefix(_SHAPE_PREFIX)] = value
        elif name.startswith(_MAP_PREFIX) and value:
            try:
                answers = add_map(answers, f"{name.removeprefix(_MAP_PREFIX)}={value}")
            except BadAnswer:
                continue
    if post.get("span") == "last":
        answers = replace(answers, span="last")
    answers = replace(answers, take=import_conflicts.given(post, answers.take))
    confirmed = answers.confirmed | (set(post.getlist("confirm")) & CONFIRMABLE)
    answers = replace(answers, lines=lines, shapes=known_shapes, confirmed=frozenset(confirmed))
    return _without(answers, post.get("undo", ""))


def rest(post: QueryDict, questions: Iterable[Question], answers: Answers) -> Answers:
    """The one answer for all lines that are still asked about, if the form gives it."""
    role = post.get("rest", "")
    if role not in list(Role):
        return answers
    still = {question.key: Role(role) for question in questions if question.option == "--lines"}
    return replace(answers, lines={**answers.lines, **still})


def day(text: str) -> dt.date | None:
    """A date as a form writes it, or None."""
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        return None


def taken(answers: Answers, categories: Sequence[Category]) -> Iterator[tuple[str, str]]:
    """The answers given so far: (name of the field that takes it back, words)."""
    names = {category.slug: category.name for category in categories}
    for key, role in answers.lines.items():
        yield f"{_LINES_PREFIX}{key}", f"{of_lines(key)} → {ROLES[role]}"
    for key, shape in answers.shapes.items():
        section = of_section(key)
        yield f"{_SHAPE_PREFIX}{key}", f"{section} → {of_shape(shape)}"
    for (by, key), target in answers.filing.items():
        written = answers.written[by, key]
        where = {CREATE: _("new"), IGNORE: _("left out of account")}.get(
            target, names.get(target, target)
        )
        yield f"{_MAP_PREFIX}{by}:{key}", f"{of_name(by, written)} → {where}"
    if answers.span:
        yield "span", _("the last day of a span of days is the date")
    for name, side in answers.take.items():
        yield f"take:{name}", f"{of_field(name)} → {import_conflicts.SIDES[side]}"
    for code in sorted(answers.confirmed):
        yield f"confirm:{code}", _("confirmed: %(code)s") % {"code": code}


def _without(answers: Answers, name: str) -> Answers:
    kind, _colon, key = name.partition(":")
    if kind == "span":
        return replace(answers, span="")
    if kind == "take":
        return replace(answers, take={k: v for k, v in answers.take.items() if k != key})
    if kind == "lines":
        return replace(answers, lines={k: v for k, v in answers.lines.items() if k != key})
    if kind == "shape":
        return replace(answers, shapes={k: v for k, v in answers.shapes.items() if k != key})
    if kind == "confirm":
        return replace(answers, confirmed=answers.confirmed - {key})
    if kind == "map":
        kept = {k: v for k, v in answers.filing.items() if f"{k[0]}:{k[1]}" != key}
        return replace(answers, filing=kept)
    return answers
