"""Steps of writing, each of which can be undone.

A step keeps what it changed, item by item and field by field, before and after. Undoing it sets
back what still is as the step left it; what somebody changed since stays, and is named.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Max

from newsletter.models import Issue, Item, Link, UndoStep
from subscribers.versions import both_changed

from . import item_links

Values = dict[str, Any]

# Columns as JSON has them; dates are ISO 8601, foreign keys are primary keys.
_PLAIN = ("anchor", "title", "insight", "bullets", "body", "score", "extra", "line", "hidden",
          "starred", "picture", "picture_alt")  # fmt: skip
_KEYS = ("category_id", "copied_from_id", "translates_id")
# The last steps of a draft that can be undone.
_KEPT = 30


@dataclass(frozen=True, slots=True)
class Contents:
    """An issue's items by `entry_id`, in order."""

    items: Mapping[str, Values]

    @property
    def order(self) -> list[str]:
        """The keys of the items in turn."""
        return list(self.items)


def contents(issue: Issue) -> Contents:
    """What the draft holds now; two queries whatever its size."""
    sources: dict[int, list[list[str]]] = {}
    links = issue.links.filter(kind=Link.Kind.SOURCE).order_by("item_id", "number")
    for pk, label, url in links.values_list("item_id", "label", "url"):
        sources.setdefault(pk, []).append([label, url])
    return Contents(
        {
            row.entry_id: values_of(row, sources.get(row.pk, []))
            for row in issue.items.order_by("number")
        }
    )


def values_of(row: Item, sources: list[list[str]]) -> Values:
    """An item's row and its sources, (label, address) each, as plain values."""
    return {
        # A row that comes back has its number again: forms that were open on it find it.
        "pk": row.pk,
        **{name: getattr(row, name) for name in (*_PLAIN, *_KEYS)},
        "date": row.date.isoformat() if row.date else None,
        "copied_at": row.copied_at.isoformat() if row.copied_at else None,
        "sources": sources,
    }


@contextmanager
def step(issue: Issue, by: AbstractBaseUser, what: str) -> Iterator[None]:
    """Keep what happens inside as one step of `by` that can be undone.

    Call it in the change's transaction. Nothing is kept where nothing changed.
    """
    before = contents(issue)
    yield
    change = _between(before, contents(issue))
    if not change:
        return
    UndoStep.objects.create(issue=issue, by_id=by.pk, what=what[:200], change=change)
    old = issue.undo_steps.order_by("-pk").values_list("pk", flat=True)[_KEPT:]
    UndoStep.objects.filter(pk__in=list(old)).delete()


def _between(before: Contents, after: Contents) -> dict[str, Any]:
    """{"items": {key: [before, after]}, "order": [before, after]}; None is an item not there."""
    change: dict[str, Any] = {}
    items: dict[str, list[Values | None]] = {}
    for key in {**before.items, **after.items}:
        old, new = before.items.get(key), after.items.get(key)
        if old is None or new is None:
            items[key] = [old, new]
        elif old != new:
            names = [name for name in new if old.get(name) != new[name]]
            items[key] = [{n: old[n] for n in names}, {n: new[n] for n in names}]
    if items:
        change["items"] = items
    if before.order != after.order:
        change["order"] = [before.order, after.order]
    return change


def last(issue: Issue, by: AbstractBaseUser) -> UndoStep | None:
    """The step that `by` can undo now: their latest of this draft."""
    return issue.undo_steps.filter(by_id=by.pk).order_by("-pk").first()


def undo(step: UndoStep) -> list[str]:
    """Take a step back, in the caller's transaction, with the draft locked.

    Returns the titles of items that somebody changed since; of these that change stays.
    Raises ProtectedError where an item to take out was copied into a round-up.
    """
    issue = step.issue
    now = contents(issue)
    kept: list[str] = []
    gone: list[str] = []
    for key, (before, after) in step.change.get("items", {}).items():
        current = now.items.get(key)
        if after is None:
            if current is None:
                _create(issue, key, before)
        elif current is None:
            kept.append(str(after.get("title", "")))
        elif before is None:
            if any(current.get(name) != value for name, value in after.items()):
                kept.append(str(current["title"]))
            else:
                gone.append(key)
        else:
            wanted = {}
            for name, value in before.items():
                if both_changed(after[name], current[name], value):
                    kept.append(str(current["title"]))
                elif current[name] == after[name]:
                    wanted[name] = value
            write(issue.items.get(entry_id=key), wanted)
    issue.items.filter(entry_id__in=gone).delete()
    _order_back(issue, step.change)
    step.delete()
    return list(dict.fromkeys(kept))


def _order_back(issue: Issue, change: Mapping[str, Any]) -> None:
    """The order before the step; what it did not know of stays behind its neighbour."""
    if "order" not in change:
        return
    before = change["order"][0]
    now = list(issue.items.order_by("number").values_list("entry_id", flat=True))
    known = [key for key in before if key in set(now)]
    result = list(known)
    for place, key in enumerate(now):
        if key not in result:
            behind = next((k for k in reversed(now[:place]) if k in result), None)
            result.insert(result.index(behind) + 1 if behind else 0, key)
    set_order(issue, result)


def set_order(issue: Issue, keys: list[str]) -> None:
    """Number the items 1, 2, 3 … as `keys`, all of their `entry_id`s, say."""
    rows = {row.entry_id: row for row in issue.items.only("entry_id", "number")}
    if [row.entry_id for row in sorted(rows.values(), key=lambda row: row.number)] == keys and all(
        rows[key].number == number for number, key in enumerate(keys, 1)
    ):
        return
    # Numbers are unique in an issue: all step aside to free places while they change.
    aside = (issue.items.aggregate(last=Max("number"))["last"] or 0) + len(keys)
    for start in (aside, 0):
        changed = []
        for number, key in enumerate(keys, start + 1):
            rows[key].number = number
            changed.append(rows[key])
        Item.objects.bulk_update(changed, ["number"], batch_size=500)


def _create(issue: Issue, key: str, values: Values) -> Item:
    number = (issue.items.aggregate(last=Max("number"))["last"] or 0) + 1
    anchor = values["anchor"]
    if issue.items.filter(anchor=anchor).exists():
        anchor = free_anchor(issue)
    pk: int | None = values.get("pk")
    if pk is not None and Item.objects.filter(pk=pk).exists():
        pk = None
    row = Item(pk=pk, issue=issue, entry_id=key, number=number)
    row.anchor = anchor
    # What it pointed to may be gone by now.
    for name, model in (("copied_from_id", Item), ("translates_id", Item)):
        if values.get(name) and not model.objects.filter(pk=values[name]).exists():
            values = {**values, name: None}
    category = values.get("category_id")
    if category and not issue.publication.categories.filter(pk=category).exists():
        values = {**values, "category_id": None}
    _fill(row, {name: value for name, value in values.items() if name != "anchor"})
    row.save(force_insert=True)
    item_links.write_sources(row, [(label, url) for label, url in values["sources"]])
    item_links.write_body_links(row)
    return row


def free_anchor(issue: Issue) -> str:
    """An anchor that no item of the issue has."""
    taken = set(issue.items.values_list("anchor", flat=True))
    number = len(taken) + 1
    while f"item-{number}" in taken:
        number += 1
    return f"item-{number}"


def write(row: Item, values: Values) -> None:
    """Set some of an item's values, by the names of `values_of`."""
    if not values:
        return
    _fill(row, values)
    row.save()
    if "sources" in values:
        item_links.write_sources(row, [(label, url) for label, url in values["sources"]])
    item_links.write_body_links(row)


def _fill(row: Item, values: Values) -> None:
    for name, value in values.items():
        if name in ("pk", "sources"):
            continue
        if value is not None and name == "date":
            value = dt.date.fromisoformat(value)
        elif value is not None and name == "copied_at":
            value = dt.datetime.fromisoformat(value)
        setattr(row, name, value)
