"""How an issue went: what became of its mails, by edition, category and receiving domain."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from subscribers.models import Category
from subscribers.roles import Act

from ..models import Edition, Issue, IssueFigures, Item
from ..sending import figures
from ..sending.figures import Figures, Row
from .frame import RELEASED, address, find_issue, issue_page
from .today import plots

# Up to so many readers an issue is counted for the page itself; beyond, what is kept is shown.
_COUNTED_HERE = 2_000
# Editions of one table, the largest first; the others are one row.
_MOST_EDITIONS = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: what it is about, mails, and the numbers of `plots.names()`."""

    text: str
    mails: int
    numbers: Sequence[int]


@require_safe
def went(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Every figure of one issue, and how to ask about one reader."""
    issue = find_issue(request, pk, Act.SEE)
    if issue.state not in RELEASED or issue.rehearses_id is not None:
        return HttpResponseRedirect(address("change", issue))
    found, counted_at = _figures(issue)
    names = plots.names()
    domains = _domains(found)
    return issue_page(
        request,
        issue,
        "went",
        "admin/sudi/went.html",
        counted_at=counted_at,
        totals=[(text, found.totals[name]) for name, text in names.items()] if found else [],
        mails=figures.mails(found.totals) if found else 0,
        head=list(names.values()),
        tables=[
            ("editions", _("By edition"), _editions(issue, found)),
            ("categories", _("By category"), _categories(issue, found)),
            ("domains", _("By receiving domain"), domains),
        ]
        if found
        else [],
        plot=_plot(domains) if found else None,
        progress=issue.state in (Issue.State.SENDING, Issue.State.PAUSED),
    )


def _figures(issue: Issue) -> tuple[Figures | None, dt.datetime | None]:
    """What is known of the issue, and when it was counted; (None, None) before the first count."""
    if issue.recipients <= _COUNTED_HERE and issue.folded_at is None:
        return figures.count(issue), timezone.now()
    kept = IssueFigures.objects.filter(issue=issue).first()
    return (figures.kept(kept), kept.counted_at) if kept else (None, None)


def _line(text: str, row: Row) -> Line:
    return Line(text, figures.mails(row), [row[name] for name in plots.names()])


def _editions(issue: Issue, found: Figures) -> list[Line]:
    """By edition, the largest first; named by the categories of its items."""
    names = _names(issue)
    rows = sorted(found.editions.items(), key=lambda one: (-figures.mails(one[1]), one[0]))
    shown = dict(
        Edition.objects.filter(pk__in=[pk for pk, _row in rows[:_MOST_EDITIONS]]).values_list(
            "pk", "items"
        )
    )
    lines = [_line(_edition_name(shown.get(pk, []), names), row) for pk, row in rows if pk in shown]
    rest: Row = Counter()
    for pk, row in rows:
        if pk not in shown:
            rest.update(row)
    return [*lines, _line(_("All other editions"), rest)] if rest else lines


def _edition_name(items: Sequence[int], names: dict[int, str]) -> str:
    """`3 items: Ships, Corn`."""
    held = list(dict.fromkeys(names[pk] for pk in items if pk in names))
    text = ngettext("%(n)d item: %(categories)s", "%(n)d items: %(categories)s", len(items))
    return text % {"n": len(items), "categories": ", ".join(held)}


def _names(issue: Issue) -> dict[int, str]:
    """Each item's category by name; empty for one that has none."""
    none = pgettext("category", "none")
    return {
        pk: name or none
        for pk, name in Item.objects.filter(issue=issue).values_list("pk", "category__name")
    }


def _categories(issue: Issue, found: Figures) -> list[Line]:
    """By category: the mails that held an item of it. One mail may be in several rows."""
    filed = dict(Item.objects.filter(issue=issue).values_list("pk", "category"))
    sums: dict[int, Row] = {}
    editions = Edition.objects.filter(pk__in=found.editions).values_list("pk", "items")
    for pk, items in editions.iterator(chunk_size=500):
        for category in {filed[item] for item in items if filed.get(item) is not None}:
            sums.setdefault(category, Counter()).update(found.editions[pk])
    categories: Iterable[Category] = Category.objects.filter(pk__in=sums)
    return [_line(one.name, sums[one.pk]) for one in categories]


def _domains(found: Figures | None) -> list[Line]:
    """By receiving domain, the largest first, all small ones together last."""
    if found is None:
        return []
    lines = [
        _line(name or _("All other domains"), row)
        for name, row in sorted(found.domains.items(), key=lambda one: not one[0])
    ]
    return [one for one in lines if one.mails]


def _plot(domains: Sequence[Line]) -> plots.Plot | None:
    """Bounces and complaints of the ten largest domains."""
    words = list(plots.names())
    shown = domains[:10]
    if not shown:
        return None
    head = [_("Domain"), *plots.names().values()]
    series = [
        (plots.names()[name], colour, [one.numbers[words.index(name)] for one in shown])
        for name, colour in (
            ("deferred", plots.BLUE), ("hard", plots.RED),
            ("soft", plots.AMBER), ("complained", plots.VIOLET),
        )
    ]  # fmt: skip
    return plots.plot(
        _("Deferred, bounced and complained, by domain"),
        [one.text for one in shown],
        series,
        plots.Table(head, [(one.text, "", list(one.numbers)) for one in shown]),
    )
