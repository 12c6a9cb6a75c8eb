"""The rows of the page to write on, 300 of them as quickly as ten.

A row says little, and most of it is the same in all of them: the template is drawn once for each
look that a row can have, with marks where the rows differ, and each row is a join of strings.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from ..models import Issue, Item
from ..templatetags.issue_pages import plain

_TEMPLATE = "admin/sudi/write_row.html"
# Characters of the private use area stand where rows differ. A value may hold them: it is put in
# after the template was parted.
_KEY, _NUMBER, _TITLE, _CATEGORY = "\ue000", "\ue001", "\ue002", "\ue003"
_MARKS = re.compile(f"([{_KEY}{_NUMBER}{_TITLE}{_CATEGORY}])")


@dataclass(frozen=True, slots=True)
class Row:
    """An item as its closed row shows it. `category` is a name, None for none; `told`: whether
    its story was told before and nobody has decided about that."""

    pk: int
    number: int
    title: str
    hidden: bool
    category: str | None
    told: bool = False


def of_issue(issue: Issue) -> list[Row]:
    """All items in order, in one query; what was told before is asked for later."""
    columns = ("pk", "number", "title", "hidden", "category__name")
    return [Row(*values) for values in issue.items.order_by("number").values_list(*columns)]


def of_item(item: Item, *, told: bool) -> Row:
    """One item, just saved."""
    category = item.category.name if item.category is not None else None
    return Row(item.pk, item.number, item.title, item.hidden, category, told)


def draw(issue: Issue, rows: Iterable[Row]) -> SafeString:
    """Their HTML, in the language of whoever looks."""
    # `…/item/0/`: only what is before and behind the item's own number is needed.
    before, _zero, behind = reverse("admin:newsletter_issue_item", args=[issue.pk, 0]).rpartition(
        "0"
    )

    @functools.cache
    def parted(hidden: bool, filed: bool, told: bool) -> Callable[[dict[str, str]], str]:
        shown = {
            "pk": _KEY, "number": _NUMBER, "title": _TITLE, "hidden": hidden, "told": told,
            "category": _CATEGORY if filed else "", "address": f"{before}{_KEY}{behind}",
        }  # fmt: skip
        parts = _MARKS.split(render_to_string(_TEMPLATE, {"row": shown}))
        return lambda values: "".join(values.get(part, part) for part in parts)

    drawn = (
        parted(row.hidden, row.category is not None, row.told)(
            {
                _KEY: str(row.pk),
                _NUMBER: str(row.number),
                _TITLE: escape(plain(row.title)),
                _CATEGORY: escape(row.category or ""),
            }
        )
        for row in rows
    )
    return mark_safe("".join(drawn))
