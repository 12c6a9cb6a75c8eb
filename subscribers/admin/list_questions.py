"""The questions a file of readers raises, as fields of one page, and the answers out of a form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from subscribers.lists.columns import Columns, Meaning
from subscribers.lists.question import Question, Value
from subscribers.lists.standing import NOTHING, Standing
from subscribers.lists.stems import About
from subscribers.lists.survey import ALL_ROWS
from subscribers.models import ListDecision

MEANINGS = {
    Meaning.EMAIL: gettext_lazy("address"),
    Meaning.NAME: gettext_lazy("name"),
    Meaning.FIRST_NAME: gettext_lazy("first name"),
    Meaning.LAST_NAME: gettext_lazy("last name"),
    Meaning.STATUS: gettext_lazy("state"),
    Meaning.SUBSCRIBED: gettext_lazy("subscribed: yes or no"),
    Meaning.CONFIRMED: gettext_lazy("confirmed: yes or no"),
    Meaning.DISABLED: gettext_lazy("unsubscribed: yes or no"),
    Meaning.LEFT_AT: gettext_lazy("unsubscribed at"),
    Meaning.BOUNCED_AT: gettext_lazy("bounced at"),
    Meaning.SUPPRESSED: gettext_lazy("suppressed"),
    Meaning.CATEGORIES: gettext_lazy("categories"),
    Meaning.NEW: gettext_lazy("also new categories"),
    Meaning.TAIL: gettext_lazy("tail links"),
    Meaning.LANGUAGE: gettext_lazy("language"),
    Meaning.RHYTHM: gettext_lazy("rhythm"),
    Meaning.CONFIRMED_AT: gettext_lazy("confirmed at"),
    Meaning.JOINED_AT: gettext_lazy("subscribed at"),
    Meaning.IGNORE: gettext_lazy("nothing of it is used"),
}
STANDINGS = {
    Standing.ACTIVE: pgettext_lazy("row of a file", "a reader"),
    Standing.ASK: pgettext_lazy("row of a file", "ask them: a confirmation is mailed"),
    Standing.PENDING: pgettext_lazy("row of a file", "not confirmed: waits, nothing is mailed"),
    Standing.UNSUBSCRIBED: pgettext_lazy("row of a file", "unsubscribed"),
    Standing.SUPPRESSED: pgettext_lazy("row of a file", "bounced, complained or blocked"),
}
_ABOUT = {
    About.LEAVING: gettext_lazy("leaving"),
    About.CONSENT: gettext_lazy("consent"),
    About.BOUNCE: gettext_lazy("bounced mail"),
    About.COMPLAINT: gettext_lazy("complaints"),
    About.CONFIRMATION: gettext_lazy("confirming"),
    About.BLOCK: gettext_lazy("not being mailed"),
    About.STATE: gettext_lazy("a state"),
    About.UNKNOWN: gettext_lazy("something its header does not say"),
}
# What a whole column can be said to be, instead of each of its values.
_WHOLE = (
    Meaning.IGNORE, Meaning.STATUS, Meaning.SUBSCRIBED, Meaning.CONFIRMED, Meaning.DISABLED,
    Meaning.LEFT_AT, Meaning.BOUNCED_AT, Meaning.SUPPRESSED, Meaning.CONFIRMED_AT,
    Meaning.CATEGORIES,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answers:
    """What was said so far: column -> meaning, and (column, value, standing)."""

    columns: dict[str, str]
    values: tuple[tuple[str, str, str], ...]

    def packed(self) -> str:
        """All of it in one hidden field, so that every step of the page carries it along."""
        return json.dumps({"columns": self.columns, "values": self.values}, ensure_ascii=False)


def answers_of(data: QueryDict, before: ListDecision | None) -> Answers:
    """The answers of a form with those it carries along. On the first look (no form yet) what was
    decided before for the same file stands; a decision whose box was unticked is taken back."""
    columns: dict[str, str] = {}
    values: dict[tuple[str, str], str] = {}
    if not data and before is not None:
        return Answers(dict(before.columns), tuple((c, v, s) for c, v, s in before.values))
    kept = set(data.getlist("keep"))
    for name, field in _packed(data.get("decided", ""), "columns", {}).items():
        if f"column {name}" in kept:
            columns[str(name)] = str(field)
    for column, value, state in _packed(data.get("decided", ""), "values", []):
        if f"value {column}:{value}" in kept:
            values[str(column), str(value)] = str(state)
    for place in data.getlist("question"):
        column = data.get(f"q{place}", "")
        if (field := data.get(f"q{place}-field", "")) in list(Meaning):
            columns[column] = field
            continue
        for number, value in enumerate(data.getlist(f"q{place}-value")):
            if (state := data.get(f"q{place}-state{number}", "")) in list(Standing):
                values[column, value] = state
    for number, name in enumerate(data.getlist("name")):
        if (field := data.get(f"field{number}", "")) in list(Meaning):
            columns[name] = field
    if (address := data.get("address", "")) != "":
        columns[address] = str(Meaning.EMAIL)
    return Answers(columns, tuple((c, v, s) for (c, v), s in values.items()))


def _packed(text: str, part: str, empty: Any) -> Any:
    try:
        found = json.loads(text)[part]
    except (ValueError, KeyError, TypeError):
        return empty
    if isinstance(empty, dict):
        return found if isinstance(found, dict) else empty
    triples = found if isinstance(found, list) else []
    return [one for one in triples if isinstance(one, list) and len(one) == 3]


def shown(questions: tuple[Question, ...]) -> list[dict[str, Any]]:
    """The questions as the page shows them. The choice of the address is one question."""
    rivals = [q.column for q in questions if About.ADDRESS in q.about]
    found = [_shown(q) for q in questions if About.ADDRESS not in q.about]
    return [{"kind": "address", "columns": rivals}, *found] if rivals else found


def _shown(question: Question) -> dict[str, Any]:
    of_file = question.column == ALL_ROWS
    states = [(str(s), STANDINGS[s]) for s in question.standings]
    return {
        "kind": "file" if of_file else "column",
        "place": question.place,
        "column": question.column,
        "about": [_ABOUT[about] for about in question.about if about in _ABOUT],
        "values": [(value, _words(value)) for value in question.values],
        "states": states,
        "suggestion": str(question.suggestion or ""),
        "fields": [(str(meaning), MEANINGS[meaning]) for meaning in _WHOLE],
    }


def _words(value: Value) -> str:
    if value.dated:
        return _("any date")
    if value.value == "*":
        return _("all other values")
    return _("(empty)") if value.value == NOTHING else value.value[:80]


def decided(answers: Answers) -> list[tuple[str, str, str]]:
    """What was said, as (key of its tick box, what of, what it means)."""
    rows = [
        (f"column {name}", name, str(MEANINGS.get(Meaning(field), field)))
        for name, field in answers.columns.items()
    ]
    for column, value, state in answers.values:
        where = pgettext("list", "every row") if column == ALL_ROWS else column
        words = where + _(": ") + (value or _("(empty)"))
        rows.append((f"value {column}:{value}", words, str(STANDINGS[Standing(state)])))
    return rows


def recorded(decision: ListDecision) -> list[tuple[str, str, str]]:
    """A stored decision as `decided` shows one."""
    columns: Mapping[str, str] = decision.columns
    return decided(Answers(dict(columns), tuple((c, v, s) for c, v, s in decision.values)))


def fields_of(columns: Columns) -> list[tuple[str, str]]:
    """Each column with what it was understood as."""
    return [
        (name, str(MEANINGS[meaning]) if meaning is not None else "–")
        for name, meaning in zip(columns.names, columns.meanings, strict=True)
    ]
