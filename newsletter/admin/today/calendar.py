"""Five weeks on the board: what went, what is to go, and what is only a draft."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import pgettext

from subscribers import times
from subscribers.models import Publication

from ...digest import markdown
from ...issues import roundup_periods, slot_times
from ...models import DayOff, Issue, Slot

State = Issue.State
WEEKS = 5
# Entries of one calendar; more would be no calendar.
_MOST = 200


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """`kind`: sent, scheduled, draft, slot or roundup. `time` is local, empty for the whole day.

    `again` is where what is scheduled is given another time, for those who may; else empty.
    """

    time: str
    kind: str
    text: str
    address: str
    label: str
    again: str = ""


@dataclass(slots=True)
class Day:
    """A day of the calendar with what is on it."""

    day: dt.date
    today: bool
    past: bool
    entries: list[Entry] = field(default_factory=list)


def weeks(
    publications: Sequence[Publication],
    now: dt.datetime,
    chosen: Publication | None,
    senders: Collection[int],
) -> list[list[Day]]:
    """This week and the four after it, Monday first. Each entry stands on its publication's day.

    `senders` are the publications (keys) in which the user may send.
    """
    today = times.day(now, chosen or (publications[0] if len(publications) == 1 else None))
    first = today - dt.timedelta(days=today.weekday())
    days = [first + dt.timedelta(days=n) for n in range(7 * WEEKS)]
    entries: dict[dt.date, list[Entry]] = defaultdict(list)
    for day, entry in (
        *_issues(publications, days[0], days[-1], senders),
        *_slots(publications, now, days[0], days[-1]),
        *_roundups(publications, now, days[-1]),
    ):
        entries[day].append(entry)
    cells = [Day(day, day == today, day < today, sorted(entries[day])) for day in days]
    return [cells[n : n + 7] for n in range(0, len(cells), 7)]


def _issues(
    publications: Sequence[Publication], first: dt.date, last: dt.date, senders: Collection[int]
) -> Iterable[tuple[dt.date, Entry]]:
    labels = {
        "sent": pgettext("calendar", "went out"),
        "scheduled": pgettext("calendar", "scheduled"),
        "draft": pgettext("calendar", "draft"),
    }
    rows = Issue.objects.select_related("publication").filter(
        publication__in=publications,
        date__gte=first - dt.timedelta(days=7),
        date__lte=last,
        rehearses__isnull=True,
        roundup__subscription__isnull=True,
    )
    for issue in rows.order_by("-date", "-pk")[:_MOST]:
        moment = issue.frozen_at or issue.published_at
        if issue.state == State.SCHEDULED:
            kind, moment = "scheduled", issue.send_at
        elif issue.state == State.DRAFT:
            kind, moment = "draft", None
        elif moment is not None:
            kind = "sent"
        else:
            continue
        local = moment.astimezone(times.zone_of(issue.publication)) if moment else None
        page = "progress" if kind == "scheduled" else "change"
        moves = kind == "scheduled" and issue.publication_id in senders
        yield (
            local.date() if local else issue.date,
            Entry(
                f"{local:%H:%M}" if local else "",
                kind,
                markdown.plain_text(issue.title, links=False),
                reverse(f"admin:newsletter_issue_{page}", args=[issue.pk]),
                labels[kind],
                reverse("admin:newsletter_issue_send", args=[issue.pk]) if moves else "",
            ),
        )


def _slots(
    publications: Sequence[Publication], now: dt.datetime, first: dt.date, last: dt.date
) -> Iterable[tuple[dt.date, Entry]]:
    by_publication: dict[int, list[Slot]] = defaultdict(list)
    for slot in Slot.objects.filter(publication__in=publications):
        by_publication[slot.publication_id].append(slot)
    off: dict[int, set[dt.date]] = defaultdict(set)
    days_off = DayOff.objects.filter(publication__in=by_publication, day__gte=first, day__lte=last)
    for publication_id, day in days_off.values_list("publication_id", "day"):
        off[publication_id].add(day)
    for publication in publications:
        zone = times.zone_of(publication)
        found = slot_times.occasions(
            by_publication[publication.pk], off[publication.pk], zone, now,
            times.begin(last + dt.timedelta(days=1), zone),
        )  # fmt: skip
        address = f"{reverse('admin:newsletter_slot_changelist')}?publication={publication.slug}"
        for one in found[:_MOST]:
            yield (
                one.day,
                Entry(
                    f"{one.at.astimezone(zone):%H:%M}",
                    "slot",
                    one.slot.edition or publication.name,
                    address,
                    pgettext("calendar", "slot"),
                ),
            )


def _roundups(
    publications: Sequence[Publication], now: dt.datetime, last: dt.date
) -> Iterable[tuple[dt.date, Entry]]:
    for publication in publications:
        if publication.roundup == Publication.Roundup.OFF:
            continue
        zone = times.zone_of(publication)
        end = roundup_periods.next_end(publication, now)
        while (local := end.astimezone(zone)).date() <= last:
            yield (
                local.date(),
                Entry(
                    f"{local:%H:%M}",
                    "roundup",
                    publication.name,
                    reverse("admin:newsletter_issue_roundup", args=[publication.slug]),
                    pgettext("calendar", "round-up"),
                ),
            )
            end = roundup_periods.next_end(publication, end)
