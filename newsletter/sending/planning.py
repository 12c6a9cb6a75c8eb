"""The send plan: what releasing an issue would do, reader by reader, counted.

The plan groups the statement of `newsletter.editions.audience` that the freeze inserts, so the
send page cannot promise what the freeze does not do.
"""

from __future__ import annotations

import datetime as dt
import functools
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db import connection
from django.utils import timezone

from newsletter import editions, message, rendering
from newsletter.editions import CategoryView, EditionKey, IssueView, audience, reached, walking
from newsletter.editions.told import Told
from newsletter.issues import preflight, stories, twins, usual
from newsletter.issues.preflight import Checked
from newsletter.models import Edition, Issue
from newsletter.rendering import figured, kept
from subscribers.addresses import domain_number
from subscribers.choice import CATEGORY_MASK, FOREIGN, TAIL
from subscribers.models import Limit

from . import checking
from .bodies import unpack

# A domain with so many readers of one issue gets a lane of its own: 500 is one full chunk.
BUSY_DOMAIN = 500
MOST_LANES = 40

# A round-up with more editions lets its starts fall together to the day.
MOST_EDITIONS = 5000
# Editions looked at in full before a release; the others are made of the same pieces.
_CHECKED = 50


@dataclass(frozen=True, slots=True)
class EditionPlan:
    """One edition as it would go out: what is in it, who gets it, how large it is in octets.

    `after` is the day of the last issue that had reached its readers, in a round-up; `left_out`
    counts the items that had reached them otherwise. `message_bytes` is 0 where nobody asks for it.
    """

    selection: int
    start: int
    after: dt.date | None
    categories: tuple[str, ...]
    items: int
    left_out: int
    tail: bool
    readers: int
    subject: str
    html_bytes: int
    message_bytes: int
    shortened: bool = False
    # For readers who chose another language than the issue's, and are told so.
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What releasing the issue would do. `none` counts readers by reason (Edition.NoneBecause)."""

    editions: tuple[EditionPlan, ...]
    full: int
    partial: int
    none: Mapping[str, int]
    blockers: tuple[str, ...] = ()
    warnings: tuple[str, ...] = field(default=())
    # What was checked, well or not; empty once it is frozen. So are stories that were told before.
    looked_at: tuple[Checked, ...] = ()
    told: tuple[stories.Told, ...] = ()

    @property
    def mails(self) -> int:
        """Readers who get a mail."""
        return self.full + self.partial

    @property
    def recipients(self) -> int:
        """Every active reader the ledger will account for."""
        return self.mails + sum(self.none.values())


def busy_lanes(issue: Issue) -> list[int]:
    """Domain numbers that get a lane: many readers, or a limit of their own. Ascending."""
    limited = {
        domain_number("@" + key.partition("|")[2])
        for key in Limit.objects.filter(key__startswith="relay:", key__contains="|").values_list(
            "key", flat=True
        )
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT domain, count(*) FROM {walking.subscriptions(issue.publication_id)}
               WHERE publication_id = %s AND state = 'active'
               GROUP BY domain HAVING count(*) >= %s ORDER BY count(*) DESC, domain LIMIT %s""",
            [issue.publication_id, BUSY_DOMAIN, MOST_LANES],
        )
        busy = {int(domain) for domain, _ in cursor.fetchall()}
    return sorted(busy | limited)


def likely_keys(issue: Issue, view: IssueView) -> tuple[list[EditionKey], bool]:
    """Every edition some active reader's choice makes, ascending; and whether by day.

    Cheap, without suppressions: a superset of what the freeze will find, but for readers who
    change their choice in between. A correction has the one for everybody. Of a round-up at every
    start that somebody has; where that makes too many editions, starts fall together to the day.
    """
    if issue.kind == Issue.Kind.CORRECTION:
        return [EditionKey(view.mask)], False
    starts = reached.starts_of(issue, view)
    if isinstance(starts, Told):
        return _keys_of(issue, view, starts), False
    if starts is not None:
        keys = _keys_of(issue, view, starts)
        if len(keys) <= MOST_EDITIONS:
            return keys, False
        starts = reached.starts_of(issue, view, by_day=True)
        assert isinstance(starts, reached.Starts)
        return _keys_of(issue, view, starts), True
    source = audience.keys(audience.audience_of(issue, view.mask), timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(source.sql, source.params)
        return sorted(EditionKey(int(row[0])) for row in cursor.fetchall()), False


def _keys_of(issue: Issue, view: IssueView, starts: reached.Starts | Told) -> list[EditionKey]:
    to = audience.audience_of(issue, view.mask, starts)
    if isinstance(starts, Told) or starts.floor or starts.lapping_floor:
        source = audience.readers(to, timezone.now())
        sql, params = f"SELECT DISTINCT picked, start FROM ({source.sql}) q", source.params
    else:
        sql = reached.keys_sql(starts, audience.of_roundup(to))
        params = {"publication": issue.publication_id, **reached.parameters(starts)}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = {EditionKey(int(picked), int(start)) for picked, start in cursor.fetchall()}
    return sorted(key for key in found if view.select(*key))


def _readers_of_each(issue: Issue, view: IssueView) -> list[tuple[str, EditionKey, int]]:
    """(reason for none, edition, readers), as the freeze would find them now."""
    _keys, by_day = likely_keys(issue, view) if view.origins else ([], False)
    starts = reached.starts_of(issue, view, by_day=by_day)
    source = audience.readers(audience.audience_of(issue, view.mask, starts), timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT none, picked, start, count(*) FROM ({source.sql}) q
                GROUP BY none, picked, start""",
            source.params,
        )
        return [
            (audience.REASONS[none], EditionKey(int(picked), int(start)), int(count))
            for none, picked, start, count in cursor.fetchall()
        ]


def plan(
    issue: Issue,
    at: dt.datetime | None = None,
    *,
    compared: bool = True,
    loaded: IssueView | None = None,
    messages: bool = True,
) -> Plan:
    """What would go to whom if the issue were frozen now; of a frozen issue, what was frozen.

    `at` is when it is to go out, as far as its own date is looked at. It warns of what differs
    from the issue in other languages, unless that is said beside it (`compared`). `loaded` is the
    issue as it was just read, by whoever shows it too. Without `messages` none is
    built to say how many octets it has on the wire, which no page shows.
    """
    if issue.frozen_at is not None:
        return _plan_of_frozen(issue)
    view = stories.marked(loaded or editions.load(issue), issue)
    rows = _readers_of_each(issue, view)
    none: dict[str, int] = {}
    for reason, _key, count in sorted(rows):
        if reason:
            none[reason] = none.get(reason, 0) + count
    wanted = sorted((key, n) for reason, key, n in rows if not reason)
    planned, made, broken = _editions(issue, view, wanted, messages=messages)
    reach = usual.Reach(
        mails=sum(edition.readers for edition in planned),
        nothing=sum(none.values()),
        mask=functools.reduce(operator.or_, (edition.selection for edition in planned), 0),
    )
    told = stories.told(issue)
    looked_at = checking.looked_at(issue, view, made, reach, told, at=at, compared=compared)
    found = preflight.findings(looked_at)
    twin = twins.reasons(twins.unconfirmed(issue, told))
    blockers = (*preflight.blockers(found), *checking.for_nobody(view), *broken, *twin)
    made_plan = _summed(view, planned, none, blockers, tuple(preflight.warnings(found)))
    return replace(made_plan, looked_at=tuple(looked_at), told=tuple(told))


def _editions(
    issue: Issue, view: IssueView, wanted: Sequence[tuple[EditionKey, int]], *, messages: bool
) -> tuple[list[EditionPlan], list[rendering.Figures | rendering.TooLarge], list[str]]:
    """(what each edition would be, those that are looked at in full, why others cannot be made).

    `wanted` are the editions with their readers. Where nobody gets any, the whole issue is made,
    whose size is worth knowing all the same.
    """
    planned: list[EditionPlan] = []
    made: list[rendering.Figures | rendering.TooLarge] = []
    broken: list[str] = []
    nobodys = [] if wanted or not view.category_mask else [(EditionKey(view.mask), 0)]
    every = [*wanted, *nobodys]
    categories = view.categories()  # Of all editions once: the items may be hundreds.
    try:
        known, prepared = _looked(issue, view, [key for key, _readers in every], messages)
    except rendering.RenderingError as error:
        return planned, made, [str(error)]
    found: dict[EditionKey, rendering.Figures] = {}
    fresh = prepared is not None and not all(prepared.knows(*key) for key, _readers in every)
    for key, readers in every:
        try:
            edition = known[key] if prepared is None else prepared.figures(*key)
        except rendering.TooLarge as error:
            made.append(error)
            continue
        except rendering.RenderingError as error:
            broken.append(str(error))
            continue
        found[key] = edition
        if len(made) < _CHECKED:
            made.append(edition)
        if readers:
            octets = _octets(issue, prepared, key) if prepared is not None and messages else 0
            planned.append(_edition(view, categories, key, readers, edition, octets))
    if fresh and len(found) == len(every):
        figured.write(view, issue.publication, found)
    return planned, made, broken


def _looked(
    issue: Issue, view: IssueView, keys: Sequence[EditionKey], messages: bool
) -> tuple[Mapping[EditionKey, rendering.Figures], rendering.Prepared | None]:
    """What another process knows of all these editions, or the issue rendered.

    Raises RenderingError.
    """
    if not keys:
        return {}, None
    if not messages and not kept.has(view, issue.publication):
        known = figured.read(view, issue.publication)
        if known.keys() >= set(keys):
            return known, None
    return {}, kept.prepared(view, issue.publication)


def _octets(issue: Issue, prepared: rendering.Prepared, key: EditionKey) -> int:
    return message.MessageTemplate(prepared.edition(*key), issue.publication, issue).size


def _edition(
    view: IssueView,
    categories: Sequence[CategoryView],
    key: EditionKey,
    readers: int,
    made: rendering.Figures,
    octets: int,
) -> EditionPlan:
    return EditionPlan(
        selection=key.selection,
        start=key.start,
        after=_after(view, key.start),
        categories=_category_names(categories, key.selection),
        items=len(made.items),
        left_out=_told(view, key),
        tail=bool(key.selection & TAIL),
        readers=readers,
        subject=made.subject,
        html_bytes=made.size,
        message_bytes=octets,
        shortened=made.shortened,
        foreign=bool(key.selection & FOREIGN),
    )


def _plan_of_frozen(issue: Issue) -> Plan:
    view = editions.load(issue)
    none: dict[str, int] = {}
    planned = []
    categories = view.categories()
    rows = Edition.objects.filter(issue=issue).order_by("none_because", "selection")
    for row in rows.iterator(chunk_size=50):
        if row.none_because:
            none[row.none_because] = row.readers
            continue
        planned.append(
            EditionPlan(
                selection=row.selection,
                start=row.start,
                after=_after(view, row.start),
                categories=_category_names(categories, row.selection),
                items=len(row.items),
                left_out=0 if view.origins else row.start.bit_count(),
                tail=bool(row.selection & TAIL),
                readers=row.readers,
                subject=row.subject,
                html_bytes=row.size,
                message_bytes=_message_bytes(row, issue),
                foreign=bool(row.selection & FOREIGN),
            )
        )
    return _summed(view, planned, none)


def _message_bytes(row: Edition, issue: Issue) -> int:
    """The size of the whole message; of its HTML alone once the finished mail was deleted."""
    if not row.html:
        return row.size
    return message.MessageTemplate(unpack(row), issue.publication, issue).size


def _after(view: IssueView, start: int) -> dt.date | None:
    return view.origins[start - 1].day if 0 < start <= len(view.origins) else None


def _told(view: IssueView, key: EditionKey) -> int:
    return 0 if view.origins else sum(bool(bit & key.start) for bit in view.told.values())


def _category_names(categories: Sequence[CategoryView], selection: int) -> tuple[str, ...]:
    return tuple(
        category.name
        for category in categories
        if category.bit is not None and selection >> category.bit & 1
    )


def _summed(
    view: IssueView,
    planned: list[EditionPlan],
    none: Mapping[str, int],
    blockers: tuple[str, ...] = (),
    warnings: tuple[str, ...] = (),
) -> Plan:
    whole = view.category_mask
    full = sum(e.readers for e in planned if e.selection & CATEGORY_MASK == whole and not e.start)
    partial = sum(e.readers for e in planned) - full
    return Plan(tuple(planned), full, partial, none, blockers, warnings)
