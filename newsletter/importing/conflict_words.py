"""Conflicts of an import in words: what a field is called, and a value as text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .comparing import NAMES
from .merging import Conflict

_OF_ISSUE: Mapping[str, str | Promise] = {
    "title": gettext_lazy("title"),
    "introduction": gettext_lazy("introduction"),
    "tail": gettext_lazy("further links"),
    "subject": gettext_lazy("subject"),
    "preheader": gettext_lazy("preheader"),
    "front": gettext_lazy("other fields of the head"),
    "order": gettext_lazy("order of the items"),
}
_SHORT = 60  # Characters of a value on one line of the command's output.


def of_field(field: str) -> str:
    """The field of a conflict that was decided; empty for all of them."""
    item, _dot, name = field.rpartition(".")
    if not field:
        return _("all that both changed")
    if item:
        return f"{item}: {NAMES.get(name, name)}"
    return str(_OF_ISSUE.get(name, name))


def label(conflict: Conflict) -> str:
    """What the conflict is about, with the title of its item."""
    _item, _dot, field = conflict.field.rpartition(".")
    if conflict.kind == "delete":
        name = _("left out by one, changed by the other")
    elif conflict.kind == "split":
        name = _("split by one, changed by the other")
    else:
        name = str(NAMES[field] if conflict.item else _OF_ISSUE[field])
    if not conflict.item:
        return name
    return _("“%(title)s”: %(name)s") % {"title": conflict.item, "name": name}


def sides(conflict: Conflict) -> tuple[str, str]:
    """Mine and theirs as a person reads them: several lines where they have several."""
    return _side(conflict, conflict.mine), _side(conflict, conflict.theirs)


def _side(conflict: Conflict, value: Any) -> str:
    if value is None and conflict.kind == "delete":
        return _("left out")
    match value:
        case None | "" | [] | {}:
            return _("empty")
        case bool():
            return _("yes") if value else _("no")
        case {"title": title, "links": links}:
            return "\n".join([*([str(title)] if title else []), *map(_link, links)])
        case dict():
            return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
        case list():
            return "\n".join(_lines(value))
    return str(value)


def _lines(values: Iterable[Any], indent: str = "") -> Iterator[str]:
    for number, value in enumerate(values, 1):
        if isinstance(value, dict) and "children" in value:
            yield f"{indent}- " + ": ".join(filter(None, (value["lead"], value["text"])))
            yield from _lines(value["children"], indent + "  ")
        elif isinstance(value, dict):
            yield _link(value)
        else:
            yield f"{number}. {value}"


def _link(link: Mapping[str, str]) -> str:
    return " | ".join(part for part in (link["name"], link["url"]) if part)


def as_line(conflict: Conflict) -> str:
    """One conflict on one line of a command's output: its field, and both sides shortened."""
    mine, theirs = (_short(side) for side in sides(conflict))
    return (
        f"conflict: {label(conflict)}: mine {mine}, theirs {theirs}; "
        f"decide with --take {conflict.field}=mine|theirs"
    )


def _short(value: str) -> str:
    plain = " ".join(value.split())
    plain = plain if len(plain) <= _SHORT else plain[: _SHORT - 1] + "…"
    return json.dumps(plain, ensure_ascii=False)
