"""An issue as it would be with what stands unsaved in an open form. Nothing is stored."""

from __future__ import annotations

import dataclasses

from ..editions import IssueView
from ..editions.loading import bullet_views, category_view
from ..editions.values import ItemView, LinkView
from .item_form import AboutForm, ItemForm


def with_item(view: IssueView, form: ItemForm) -> IssueView:
    """The issue with an item as its form has it; a field with an error stays as it is stored."""
    form.errors  # noqa: B018 - read for its effect: the form is cleaned.
    row, data = form.instance, form.cleaned_data
    old = next((item for item in view.items if item.id == row.pk), None)
    others = tuple(item for item in view.items if item.id != row.pk)
    if data.get("hidden"):
        return dataclasses.replace(view, items=others)
    base = old or ItemView(row.pk, row.number, row.anchor, row.entry_id, row.title, None)
    changes: dict[str, object] = {
        name: data[name]
        for name in ("title", "insight", "body", "date", "picture", "picture_alt")
        if name in data
    }
    if "category" in data:
        chosen = data["category"]
        changes["category"] = category_view(chosen, view.language) if chosen else None
    if "bullet_lines" in data:
        changes["bullets"] = bullet_views(data["bullet_lines"])
    if "source_lines" in data:
        changes["sources"] = tuple(LinkView(0, *one) for one in data["source_lines"])
    item = dataclasses.replace(base, **changes)  # type: ignore[arg-type]
    items = sorted((*others, item), key=lambda one: one.number)
    return dataclasses.replace(view, items=tuple(items))


def with_head(view: IssueView, form: AboutForm) -> IssueView:
    """The issue with its own texts as their form has them."""
    form.errors  # noqa: B018 - as above.
    data = form.cleaned_data
    changes: dict[str, object] = {
        name: data[name]
        for name in ("title", "subject", "preheader", "intro", "date", "tail_title")
        if name in data
    }
    if "tail_lines" in data:
        changes["tail"] = tuple(LinkView(0, *one) for one in data["tail_lines"])
    return dataclasses.replace(view, **changes)  # type: ignore[arg-type]
