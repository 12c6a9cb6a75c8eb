"""A draft as one of its revisions had it, whichever kind that is."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from newsletter.digest import bullets_to_json
from newsletter.digest.value import Digest, Item, Link
from newsletter.editions import pairing
from newsletter.importing.bases import rows_of, version_of
from newsletter.importing.matching import pair
from newsletter.importing.versions import of_digest
from newsletter.models import Issue, Revision
from newsletter.models import Item as ItemRow
from subscribers.models import Category, FormDraft

from . import arranging, beginning, steps
from .revisions import add_revision, value_of


def restore(issue: Issue, revision: Revision, by: AbstractBaseUser) -> list[str]:
    """Make the draft say what the revision says, in a transaction, with the draft locked.

    A revision that follows says so, and the items can be undone like every step. Hidden items are
    in no revision: they stay, hidden, behind the others. Returns what could not be as it was, in
    sentences.
    """
    wanted = value_of(revision)
    problems: list[str] = []
    what = pgettext("history", "restored revision %(number)d") % {"number": revision.number}
    with steps.step(issue, by, what):
        _items(issue, wanted, problems)
    _head(issue, wanted, problems)
    add_revision(issue, Revision.Kind.EDIT, by, note=what)
    return problems


def _head(issue: Issue, wanted: Digest, problems: list[str]) -> None:
    issue.title, issue.intro = wanted.title, wanted.intro
    issue.subject = str(wanted.extra.get("subject", ""))
    issue.preheader = str(wanted.extra.get("preheader", ""))
    issue.save(update_fields=["title", "intro", "subject", "preheader"])
    if wanted.date is not None:
        if why := pairing.other_day(issue, wanted.date):
            problems.append(why)
        else:
            beginning.move_to_day(issue, wanted.date)
    beginning.set_tail(issue, wanted.tail_title, _pairs(wanted.tail_links))


def _pairs(links: Iterable[Link]) -> list[tuple[str, str]]:
    return [(link.label, link.url) for link in links]


def _items(issue: Issue, wanted: Digest, problems: list[str]) -> None:
    rows = rows_of(issue)
    said = of_digest(wanted, [None] * len(wanted.items))
    places = pair(version_of(issue, rows).items, said.items, positions=False)
    found = [rows[places[at]] if at in places else None for at in range(len(wanted.items))]
    kept = {row.pk for row in found if row is not None}
    for row in rows:
        if row.pk in kept or row.hidden:
            continue
        if why := _must_stay(row):
            row.hidden = True
            row.save(update_fields=["hidden"])
            problems.append(why % {"title": row.title})
        else:
            row.delete()
    categories = {one.name: one for one in issue.publication.categories.all()}
    order = []
    for item, old in zip(wanted.items, found, strict=True):
        category = _category(item, categories, problems)
        sources = _pairs(item.sources)
        row = old or arranging.add(issue, title=item.title)
        steps.write(
            row,
            {
                "title": item.title,
                "category_id": category.pk if category else None,
                "date": item.date.isoformat() if item.date else None,
                "insight": item.insight,
                "bullets": bullets_to_json(item.bullets),
                "body": item.body,
                "picture": item.picture,
                "picture_alt": item.picture_alt,
                "score": item.score,
                "extra": dict(item.extra),
                "hidden": False,
                "sources": [list(one) for one in sources],
            },
        )
        order.append(row.entry_id)
    rest = issue.items.exclude(entry_id__in=order).order_by("number")
    steps.set_order(issue, order + list(rest.values_list("entry_id", flat=True)))


def _must_stay(row: ItemRow) -> str:
    """Why an item that the revision lacks is not deleted; empty if it is."""
    if row.copies.exists():
        return _("“%(title)s” is hidden, not deleted: a round-up holds a copy of it.")
    if FormDraft.objects.filter(form="item", object=str(row.pk)).exists():
        return pgettext(
            "history", "“%(title)s” is hidden, not deleted: somebody has text in it, not saved yet."
        )
    return ""


def _category(item: Item, categories: dict[str, Category], problems: list[str]) -> Category | None:
    category = categories.get(item.category)
    if item.category and (category is None or category.retired_at is not None):
        problems.append(
            _("“%(title)s” has no category: there is no “%(category)s” any more.")
            % {"title": item.title, "category": item.category}
        )
        return None
    return category
