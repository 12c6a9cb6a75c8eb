"""Questions and answers in words: what is asked, and what an answer means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from newsletter.digest import Role, shapes
from newsletter.digest.keys import EVERY, LEAD_IN, ONE_PIECE
from newsletter.models import ImportRule

from .answers import By
from .questions import Question

ROLES: Mapping[Role, Any] = {
    Role.ITEM: pgettext_lazy("what lines are", "an item"),
    Role.ABOVE: pgettext_lazy("what lines are", "part of the item above"),
    Role.INTRODUCTION: pgettext_lazy("what lines are", "introduction"),
    Role.TAIL: pgettext_lazy("what lines are", "tail"),
    Role.LEFT_OUT: pgettext_lazy("what lines are", "left out"),
}
_NAMED: Mapping[By, Any] = {
    By.CATEGORY: gettext_lazy("category “%(name)s”"),
    By.TAG: gettext_lazy("tag “%(name)s”"),
    By.SECTION: gettext_lazy("section “%(name)s”"),
    By.AUTHOR: gettext_lazy("author “%(name)s”"),
    By.SOURCE: gettext_lazy("source “%(name)s”"),
}

# What is read without a shape.
_FORMS: Mapping[str, Any] = {
    "json": gettext_lazy("JSON, read by its fields"),
    "written": gettext_lazy("as Sudi writes issues"),
}

# A structure key of the digest is PATH|KIND|PLACE.
_KINDS: Mapping[str, Any] = {
    "paragraph": pgettext_lazy("lines", "text"),
    "list": pgettext_lazy("lines", "a list"),
    "quote": pgettext_lazy("lines", "a quote"),
    "heading": pgettext_lazy("lines", "a heading"),
    "table": pgettext_lazy("lines", "a table"),
    "code": pgettext_lazy("lines", "code"),
    "picture": pgettext_lazy("lines", "a picture"),
}
_PLACES: Mapping[str, Any] = {
    "start": pgettext_lazy("lines", "at the start"),
    "alone": pgettext_lazy("lines", "without items"),
    "before": pgettext_lazy("lines", "before the items"),
    "between": pgettext_lazy("lines", "between the items"),
    "after": pgettext_lazy("lines", "after the items"),
}


def of_lines(key: str) -> str:
    """What a structure key of lines says: “text between the items, under “news””."""
    if key == LEAD_IN:
        return _("the first words below the headings of sections")
    path, _bar, rest = key.partition("|")
    kind, _bar, place = rest.partition("|")
    if kind not in _KINDS or place not in _PLACES:
        return key
    said = _("%(kind)s %(place)s") % {"kind": _KINDS[kind], "place": _PLACES[place]}
    if not path:
        return said
    return _("%(lines)s, under “%(path)s”") % {"lines": said, "path": path.replace("/", " / ")}


def of_name(by: By, name: str) -> str:
    """A name in a document with its kind."""
    if not name:
        return _("items that nothing else files")
    return str(_NAMED[by] % {"name": name})


def of_question(question: Question) -> str:
    """What a name in the document would file: “tag “llm”: 7 items, in 5 of them the first tag”."""
    kind, _colon, name = question.key.partition(":")
    by = By(kind) if name else By.CATEGORY
    values = {
        "what": of_name(by, name),
        "items": ngettext("%(count)d item", "%(count)d items", question.items)
        % {"count": question.items},
        "count": question.first,
    }
    if by is not By.TAG or not question.first:
        return _("%(what)s: %(items)s") % values
    return (
        ngettext(
            "%(what)s: %(items)s, in %(count)d of them the first tag",
            "%(what)s: %(items)s, in %(count)d of them the first tag",
            question.first,
        )
        % values
    )


def of_shape(name: str) -> str:
    """The label of a shape, or of a form that needs none."""
    if name in _FORMS:
        return str(_FORMS[name])
    shape = shapes.find(name)
    return _(shape.label) if shape is not None else name


def of_section(key: str) -> str:
    """What is read by a shape that was chosen for this key."""
    if key == ONE_PIECE:
        return _("a document that would be one item")
    if key == EVERY:
        return _("every document")
    return key or _("before the first heading")


def of_rule(rule: ImportRule) -> tuple[str, str]:
    """A remembered answer: what it is about, and what it says."""
    if rule.kind == ImportRule.Kind.LINES:
        return of_lines(rule.key), str(ROLES[Role(rule.value)])
    if rule.kind == ImportRule.Kind.SHAPE:
        return rule.name or of_section(rule.key), of_shape(rule.value)
    if rule.kind == ImportRule.Kind.SPAN:
        return _("a span of days, or a week, as the date"), _("its last day")
    about = of_name(By(rule.kind), rule.name or rule.key)
    return about, rule.category.name if rule.category else _("left out of account")
