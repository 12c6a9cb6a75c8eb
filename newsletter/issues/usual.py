"""What is usual for a publication, by its last issues, and how an issue differs from it.

A figure that is twice the largest of the last issues, or half of the smallest, is no proof of an
accident; but a person looks at it before some thousand readers do.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from newsletter.editions import IssueView
from newsletter.models import Edition, Issue, Item, Link
from subscribers import times

from .findings import ABOUT, AUDIENCE, CATEGORIES, Finding, numbers, warning

# Issues that say what is usual; with fewer than `_FEWEST` nothing is.
LAST = 5
_FEWEST = 3
# Readers without mail that are worth a word only above this share of all.
_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Past:
    """An issue that went out: its texts, its day, the day it went out, and its figures.

    `mails` and `nothing` count readers; of an issue that was not mailed both are None.
    """

    title: str
    subject: str
    intro: str
    date: dt.date
    went_out: dt.date
    items: int
    tail: int
    mails: int | None = None
    nothing: int | None = None
    octets: int | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom an issue would come to: readers with a mail, without one, and the categories' bits
    that some reader gets."""

    mails: int
    nothing: int
    mask: int


@dataclass(frozen=True, slots=True)
class Around:
    """What an issue is compared with: the day it would go out, and the last ones, newest first."""

    on: dt.date
    past: tuple[Past, ...] = ()


def around(issue: Issue, at: dt.datetime | None = None) -> Around:
    """What `issue` is compared with if it goes out at `at` (now, if None). A few reads by key."""
    publication = issue.publication
    zone = times.zone_of(publication)
    moment = at or timezone.now()
    if issue.kind != Issue.Kind.REGULAR:
        return Around(moment.astimezone(zone).date())
    rows = list(
        Issue.objects.filter(
            publication=publication,
            language=issue.language,
            kind=Issue.Kind.REGULAR,
            published_at__isnull=False,
            edition=issue.edition,
        )
        .exclude(pk=issue.pk)
        .exclude(state=Issue.State.ARCHIVED)
        .order_by("-published_at", "-pk")[:LAST]
    )
    keys = [row.pk for row in rows]
    items = _counted(Item.objects.filter(issue__in=keys, hidden=False).values_list("issue"))
    tail = _counted(Link.objects.filter(issue__in=keys, kind=Link.Kind.TAIL).values_list("issue"))
    mails: Counter[int] = Counter()
    nothing: Counter[int] = Counter()
    octets: dict[int, int] = {}
    for key, reason, readers, size in (
        Edition.objects.filter(issue__in=keys)
        .values_list("issue", "none_because")
        .annotate(Sum("readers"), Max("size"))
    ):
        (nothing if reason else mails)[key] += readers or 0
        octets[key] = max(octets.get(key, 0), size or 0)
    return Around(
        moment.astimezone(zone).date(),
        tuple(
            Past(
                title=row.title,
                subject=row.subject,
                intro=row.intro,
                date=row.date,
                went_out=row.published_at.astimezone(zone).date(),
                items=items[row.pk],
                tail=tail[row.pk],
                mails=mails[row.pk] if row.frozen_at else None,
                nothing=nothing[row.pk] if row.frozen_at else None,
                octets=octets.get(row.pk) or None,
            )
            for row in rows
            if row.published_at is not None
        ),
    )


def _counted(rows: QuerySet[Any, tuple[int]]) -> Counter[int]:
    return Counter(dict(rows.annotate(Count("pk")).order_by()))


def of_day(view: IssueView, beside: Around) -> Iterator[Finding]:
    """The issue's date against the day it goes out on, and against the last issue's."""
    if view.origins or view.corrects or not beside.past:
        return
    usual = {(past.went_out - past.date).days for past in beside.past} | {0}
    if (beside.on - view.date).days not in usual:
        yield warning(
            "not-today",
            _("The issue is dated %(date)s; it would go out on %(today)s.")
            % {"date": _day(view.date), "today": _day(beside.on)},
            place=ABOUT,
        )
    last = beside.past[0]
    if last.date > view.date:
        yield warning(
            "older-than-last",
            _("The last issue, “%(title)s”, is dated later: %(date)s.")
            % {"title": last.title, "date": _day(last.date)},
            place=ABOUT,
        )
    elif last.date == view.date:
        yield warning(
            "same-day",
            _("The last issue, “%(title)s”, is dated %(date)s, too.")
            % {"title": last.title, "date": _day(last.date)},
            place=ABOUT,
        )


def of_texts(view: IssueView, beside: Around) -> Iterator[Finding]:
    """Words taken over from the last issue. What every issue says is meant to be said."""
    for code, said, mine, theirs in (
        (
            "title-again",
            _("The title is that of the last issue."),
            view.title,
            [past.title for past in beside.past],
        ),
        (
            "subject-again",
            _("The subject is that of the last issue."),
            view.subject,
            [past.subject for past in beside.past],
        ),
        (
            "intro-again",
            _("The introduction is that of the last issue."),
            view.intro,
            [past.intro for past in beside.past],
        ),
    ):
        # Told by those before it, which differ from one another: of two alike nobody can say
        # whether the second was taken over or both say what every issue does.
        others = [one for one in theirs[1:] if one]
        if mine and theirs and mine == theirs[0] and others and not _said_by_any(mine, others):
            yield warning(code, said, place=ABOUT)


def _said_by_any(mine: str, others: Sequence[str]) -> bool:
    """Whether one of the others says the same in about the same words: more than half of the pairs
    of letters are in both."""
    pairs = _pairs(mine)
    return any(2 * len(pairs & theirs) > len(pairs | theirs) for theirs in map(_pairs, others))


def _pairs(text: str) -> set[str]:
    folded = "".join(text.casefold().split())
    return {folded[at : at + 2] for at in range(len(folded) - 1)} or {folded}


def of_figures(
    view: IssueView, beside: Around, reach: Reach | None, octets: int | None
) -> Iterator[Finding]:
    """Figures unlike those of the last issues."""
    if view.origins or view.corrects:
        return
    past = beside.past
    if odd := _odd(len(view.items), [one.items for one in past]):
        yield warning(
            "items-unlike",
            ngettext(
                "%(n)d item; the last issues had %(usual)s.",
                "%(n)d items; the last issues had %(usual)s.",
                len(view.items),
            )
            % {"n": len(view.items), "usual": odd},
        )
    if odd := _odd(len(view.tail), [one.tail for one in past]):
        yield warning(
            "tail-unlike",
            ngettext(
                "%(n)d further link; the last issues had %(usual)s.",
                "%(n)d further links; the last issues had %(usual)s.",
                len(view.tail),
            )
            % {"n": len(view.tail), "usual": odd},
        )
    if octets and (odd := _odd(octets, [one.octets for one in past if one.octets])):
        yield warning(
            "size-unlike",
            _("The largest edition has %(n)s bytes; those of the last issues had %(usual)s.")
            % {"n": f"{octets:,}", "usual": odd},
        )
    if reach is None:
        return
    yield from _of_reach(view, reach, past)


def _of_reach(view: IssueView, reach: Reach, past: Sequence[Past]) -> Iterator[Finding]:
    mailed = [one for one in past if one.mails is not None]
    if odd := _odd(reach.mails, [one.mails or 0 for one in mailed]):
        yield warning(
            "readers-unlike",
            ngettext(
                "%(n)s reader gets it; the last issues went to %(usual)s.",
                "%(n)s readers get it; the last issues went to %(usual)s.",
                reach.mails,
            )
            % {"n": f"{reach.mails:,}", "usual": odd},
            place=AUDIENCE,
        )
    usual = [one.nothing or 0 for one in mailed]
    everybody = reach.mails + reach.nothing
    # Without a history half is worth a look: most readers of most issues get something.
    most = max(usual) if len(usual) >= _FEWEST else everybody // 4
    if reach.nothing > 2 * most and reach.nothing > _SHARE * everybody:
        yield warning(
            "nothing-unlike",
            _("%(nothing)s of %(all)s readers get nothing; usually it is %(usual)s at most.")
            % {"nothing": f"{reach.nothing:,}", "all": f"{everybody:,}", "usual": f"{most:,}"}
            if len(usual) >= _FEWEST
            else _("%(nothing)s of %(all)s readers get nothing.")
            % {"nothing": f"{reach.nothing:,}", "all": f"{everybody:,}"},
            place=AUDIENCE,
        )
    if not reach.mails:
        return
    for category in view.categories():
        if category.bit is None or reach.mask >> category.bit & 1:
            continue
        items = [i for i in view.items if i.category is not None and i.category.id == category.id]
        if category.visibility != "open":
            yield warning(
                "not-offered",
                ngettext(
                    "Item %(numbers)s goes to nobody: %(category)s is hidden, so no reader can"
                    " choose it.",
                    "Items %(numbers)s go to nobody: %(category)s is hidden, so no reader can"
                    " choose it.",
                    len(items),
                )
                % {"numbers": numbers(items), "category": category.name},
                items,
                place=CATEGORIES,
            )
            continue
        yield warning(
            "nobody-chose",
            ngettext(
                "Item %(numbers)s goes to nobody: no reader chose %(category)s.",
                "Items %(numbers)s go to nobody: no reader chose %(category)s.",
                len(items),
            )
            % {"numbers": numbers(items), "category": category.name},
            items,
            place=CATEGORIES,
        )


def _odd(value: int, past: Sequence[int]) -> str:
    """The usual range in words if `value` is outside of it; "" if not, or if nothing is usual."""
    if len(past) < _FEWEST or min(past) / 2 <= value <= max(past) * 2:
        return ""
    low, high = f"{min(past):,}", f"{max(past):,}"
    return low if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}


def _day(day: dt.date) -> str:
    return date_format(day, pgettext("date format", "l, Y-m-d"))
