"""Ticked categories of a form -> the selection of an edition. Used by preview and test mail."""

from __future__ import annotations

from django.http import QueryDict

from subscribers.choice import CATEGORY_MASK, TAIL

from ..editions import IssueView

# No category has this name in its address.
TAIL_OFFERED = "*tail"


def chosen_selection(data: QueryDict, view: IssueView) -> int:
    """The bits of the ticked categories, and the tail bit; everything when nothing was asked.

    `?c=SLUG` for each category, `tail=1`; `picked=1` says that the form was shown, so that no
    tick means none. A form that stays open while the issue grows says what it offered (`offered`,
    and `TAIL_OFFERED`): what came since nobody has left out.
    """
    if not data.get("picked") and not data.getlist("c"):
        return view.mask
    selection = 0
    wanted = set(data.getlist("c"))
    offered = set(data.getlist("offered"))
    if offered:
        wanted |= {category.slug for category in view.categories()} - offered
    for category in view.categories():
        if category.bit is not None and category.slug in wanted:
            selection |= 1 << category.bit
    if data.get("tail") or (offered and TAIL_OFFERED not in offered):
        selection |= TAIL
    return selection & view.mask


def choices_of(view: IssueView) -> list[tuple[str, str]]:
    """(value, name) of what a form offers of an issue; the name of the tail links is the page's."""
    found = [(one.slug, one.name) for one in view.categories() if one.bit is not None]
    return [*found, (TAIL_OFFERED, "")] if view.tail else found


def query_of(selection: int, view: IssueView) -> list[tuple[str, str]]:
    """The same the other way: names and values of a query string."""
    pairs = [("picked", "1")]
    pairs += [
        ("c", category.slug)
        for category in view.categories()
        if category.bit is not None and selection & CATEGORY_MASK & (1 << category.bit)
    ]
    if selection & TAIL:
        pairs.append(("tail", "1"))
    return pairs
