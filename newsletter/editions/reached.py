"""Where a round-up begins for each of its readers: after what had reached them before.

A round-up holds copies of items of several issues, its *origins*, oldest first. Its *start* for a
reader is how many of these are left out: all up to the last issue of the period that was handed
over to them, or may have been (in doubt, or on the wire at this moment), or that they will get
(`beside`). Failed and skipped did not reach. A translation counts as the issue it says the same as,
also where it was mailed by a sister publication to the same subscriber. Another round-up whose
period laps over counts up to the end of its own; one of a sister publication up to the last issue
of which it brought an item, or its translation (`sisters`).

Reckoned in SQL for all readers at once. Nobody who has had this rhythm, and this state, since
before the first origin can have been handed one of the issues: only the others are looked up. A
million readers with ten issues each would be ten million probes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection
from django.db.models import Max, Q

from newsletter.models import PLACES, Chunk, Delivery, Issue, Outcome, Roundup
from subscribers.choice import CATEGORY_MASK
from subscribers.models import Subscription

from . import beside, sisters, told
from .beside import HANDED_OVER, ToCome
from .sisters import SisterRoundup
from .told import Told
from .values import IssueView

# A start is 12 bits of the freeze's queue; more origins than this fall together to the day.
MOST_STARTS = 4000
_MOMENT = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Starts:
    """What a round-up asks about the past of its readers. Masks are those of `IssueView.mask_from`.

    `single` and `lapping` are issues -> the start of who was handed them: the period's single
    issues, and round-ups whose period laps over this one. `ends` are origins and their starts: a
    reader's "what you missed" has gone as far as its own end. `since` is when the first origin
    appeared, `until` when the period ended. `floor` and `lapping_floor` stand for issues that were
    folded away, which nobody can look up any more.
    """

    issue: int
    masks: tuple[int, ...]
    ends: tuple[tuple[dt.datetime, int], ...]
    since: dt.datetime
    until: dt.datetime
    # "What you missed" of one reader: everything is asked of them.
    personal: bool = False
    single: Mapping[int, int] = field(default_factory=dict)
    lapping: Mapping[int, int] = field(default_factory=dict)
    # What says the same in sister publications -> the start of who was handed it there.
    elsewhere: Mapping[int, int] = field(default_factory=dict)
    # Round-ups of sister publications that held some of it, or of its translations.
    sister_roundups: tuple[SisterRoundup, ...] = ()
    on_the_wire: tuple[int, ...] = ()
    # Those of them that are on their way and may suit who gets this.
    to_come: Mapping[int, ToCome] = field(default_factory=dict)
    # Single issue -> when it appeared.
    single_at: Mapping[int, dt.datetime] = field(default_factory=dict)
    # Issue -> the highest delivery that a chunk holds.
    last_mailed: Mapping[int, int] = field(default_factory=dict)
    floor: int = 0
    lapping_floor: int = 0

    def asks(self, state_since: dt.datetime, rhythm_since: dt.datetime) -> bool:
        """Whether single issues can have reached a reader whose state and rhythm are so old."""
        return self.personal or max(state_since, rhythm_since) >= self.since

    def start_at(self, end: dt.datetime) -> int:
        """The start of who was handed everything before a moment."""
        return max((start for at, start in self.ends if at < end), default=0)


def starts_of(
    issue: Issue, view: IssueView, *, by_day: bool = False, personal: bool = False
) -> Starts | Told | None:
    """What an issue asks of the past of its readers: a round-up (some ten queries), or one of which
    something was told before; None for any other.

    With `by_day` starts within one day fall together to its end: later rather than twice. A
    `personal` one is "what you missed" before it is made.
    """
    if issue.kind == Issue.Kind.REGULAR and view.told:
        before = told.told_of(issue, view)
        if before is None:
            return None
        wire = beside.windows(Q(issue__in=[had.issue for had in before.had]))
        return replace(before, on_the_wire=wire)
    if issue.kind != Issue.Kind.ROUNDUP or not view.origins:
        return None
    row = Roundup.objects.filter(issue=issue).first()
    last_of_day = {one.day: place for place, one in enumerate(view.origins, start=1)}
    by_day = by_day or len(view.origins) > MOST_STARTS
    ends = tuple(
        (one.published_at, last_of_day[one.day] if by_day else place)
        for place, one in enumerate(view.origins, start=1)
    )
    found = Starts(
        issue=issue.pk,
        masks=tuple(view.mask_from(start) for start in range(len(view.origins) + 1)),
        ends=ends,
        since=view.origins[0].published_at,
        until=row.ends_at if row is not None else view.origins[-1].published_at + _MOMENT,
        personal=personal or (row is not None and row.subscription_id is not None),
    )
    single, appeared, floor = _single(issue, view, found)
    lapping, lapping_floor = _lapping(issue, found)
    start_at = {one.issue: ends[place][1] for place, one in enumerate(view.origins)}
    by_root = sisters.by_root(view, start_at)
    elsewhere = sisters.single(issue.publication_id, by_root)
    of_sisters = sisters.roundups(issue.publication_id, by_root)
    other = [*elsewhere, *(one.issue for one in of_sisters)]
    return replace(
        found,
        single=single,
        # Of one reader everything is asked, whatever their rhythm is.
        single_at={} if found.personal else appeared,
        lapping=lapping,
        elsewhere=elsewhere,
        sister_roundups=of_sisters,
        on_the_wire=beside.windows(
            Q(issue__publication_id=issue.publication_id) | Q(issue__in=other)
        ),
        # A single issue that waits passes by whoever is for round-ups.
        to_come=beside.to_come([*lapping, *other, *(single if found.personal else ())]),
        last_mailed=_last_mailed([*single, *lapping]),
        floor=floor,
        lapping_floor=lapping_floor,
    )


def _single(
    issue: Issue, view: IssueView, starts: Starts
) -> tuple[dict[int, int], dict[int, dt.datetime], int]:
    """The period's issues -> the start of who was handed them, and when they appeared; and the
    start of what was folded."""
    origins = {one.issue: (one.published_at, one.issue) for one in view.origins}
    issues = Issue.objects.filter(
        Q(published_at__gte=starts.since, published_at__lt=starts.until) | Q(original__in=origins),
        publication_id=issue.publication_id,
        kind=Issue.Kind.REGULAR,
        frozen_at__isnull=False,
    )
    found: dict[int, int] = {}
    appeared: dict[int, dt.datetime] = {}
    floor = 0
    rows = issues.values_list("pk", "published_at", "folded_at", "original")
    for pk, at, folded, original in rows:
        # A translation stands where its original does, whenever it was sent.
        stands = origins.get(original or pk) or ((at, pk) if at is not None else None)
        place = 0 if stands is None else sum(stands >= one for one in origins.values())
        if not place or at is None:
            continue
        start = starts.ends[place - 1][1]
        if folded is not None:
            floor = max(floor, start)
        else:
            found[pk], appeared[pk] = start, at
    return found, appeared, floor


def _lapping(issue: Issue, starts: Starts) -> tuple[dict[int, int], int]:
    """Other round-ups of some of the same issues -> the start of who was handed them."""
    others = Roundup.objects.filter(
        publication_id=issue.publication_id,
        subscription__isnull=True,
        issue__frozen_at__isnull=False,
        ends_at__gt=starts.since,
        begins_at__lt=starts.until,
    ).exclude(issue=issue)
    found: dict[int, int] = {}
    floor = 0
    for pk, ends_at, folded in others.values_list("issue_id", "ends_at", "issue__folded_at"):
        start = starts.start_at(ends_at)
        if folded is not None:
            floor = max(floor, start)
        elif pk is not None and start:
            found[pk] = start
    return found, floor


def _last_mailed(issues: list[int]) -> dict[int, int]:
    chunks = Chunk.objects.filter(issue__in=issues).values_list("issue_id")
    return dict(chunks.annotate(last=Max("last")).order_by())


# ---- for all readers at once


def handed(starts: Starts, readers: str) -> str:
    """A table of who was handed something: subscription `id`, `start`, and the `mask` of what is
    left.

    `readers` is the condition on subscriptions `c` that the round-up is for. Parameters:
    publication, since, until, roundup, and end_N for each origin.
    """
    parts = [
        f"""SELECT c.id, {_newest_handed(issues, starts)} AS start
            FROM subscribers_subscription c WHERE {readers}{asked}"""
        for issues, asked in (
            (starts.single, "" if starts.personal else f" AND {ASKED.format(s='c')}"),
            (starts.lapping, ""),
        )
        if issues
    ]
    if starts.elsewhere:
        # By subscriber: what they had in another publication was of another subscription.
        newest = _newest_handed(starts.elsewhere, starts, "k")
        parts.append(
            f"""SELECT c.id, {newest} AS start FROM subscribers_subscription c
                JOIN subscribers_subscription k
                     ON k.subscriber_id = c.subscriber_id AND k.id <> c.id
                WHERE {readers}"""
        )
    if starts.sister_roundups:
        had = _handed_sql(starts)
        alone = f"({had} OR {beside.PERSONAL})"
        parts += sisters.handed(starts.sister_roundups, readers, had, alone, starts.to_come)
    whens = " ".join(
        f"WHEN r.ends_at > %(end_{number})s THEN {starts.ends[number][1]}"
        for number in reversed(range(len(starts.ends)))
    )
    parts.append(
        f"""SELECT r.subscription_id AS id, CASE {whens} END AS start
            FROM newsletter_roundup r JOIN newsletter_issue i ON i.id = r.issue_id
            LEFT JOIN newsletter_delivery d
                 ON d.issue_id = r.issue_id AND d.subscription_id = r.subscription_id
            WHERE r.publication_id = %(publication)s AND r.subscription_id IS NOT NULL
              AND r.ends_at > %(since)s AND r.begins_at < %(until)s AND r.issue_id <> %(roundup)s
              AND (i.folded_at IS NOT NULL OR {_handed_sql(starts)} OR {beside.PERSONAL})"""
    )
    masks = _case("max(start)", dict(enumerate(starts.masks)))
    return f"""(SELECT id, max(start) AS start, {masks} AS mask
        FROM ({" UNION ALL ".join(parts)}) z GROUP BY id)"""


def joined(starts: Starts | Told, readers: str) -> str:
    """A join of `handed` as `y` to subscriptions `s`."""
    if isinstance(starts, Told):
        return told.joined(starts)
    return f"LEFT JOIN {handed(starts, readers)} y ON y.id = s.id"


def _newest_handed(issues: Mapping[int, int], starts: Starts, tie: str = "c") -> str:
    """The highest start of the issues handed to subscription `tie`; 0 if there was none.

    A CASE stops at the first that holds, so most readers are looked up once, not once an issue.
    """
    whens = []
    for issue, start in sorted(issues.items(), key=lambda one: (-one[1], one[0])):
        had = _handed_sql(starts)
        if waiting := starts.to_come.get(issue):
            had = f"({had} OR {waiting.sql(tie)})"
        # Who is behind the last chunk was to get nothing: their outcome need not be looked for.
        last = starts.last_mailed.get(issue)
        mailed = f" AND d.id <= {last}" if last is not None else ""
        # Of what appeared after they took to round-ups, nothing was mailed to them.
        before = f"c.rhythm_since >= %(at_{issue})s AND " if issue in starts.single_at else ""
        whens.append(
            f"""WHEN {before}EXISTS (SELECT 1 FROM newsletter_delivery d WHERE d.issue_id = {issue}
                AND d.subscription_id = {tie}.id{mailed} AND {had}) THEN {start}"""
        )
    return f"CASE {' '.join(whens)} ELSE 0 END"


def _handed_sql(starts: Starts) -> str:
    """Whether delivery `d` was handed over, or may have been."""
    return f"""(EXISTS (SELECT 1 FROM newsletter_outcome o WHERE o.delivery_id = d.id
                AND o.state IN ('{HANDED_OVER[0]}', '{HANDED_OVER[1]}'))
            {_or_listed("d.id", starts.on_the_wire)})"""


def keys_sql(starts: Starts, readers: str) -> str:
    """Rows picked, start: the editions that those readers have, and perhaps some more.

    It asks for no suppression or pause, and passes over the many who were handed nothing with
    one look at their choice; so it takes a part of the time that listing the readers takes. Only
    where nothing was folded away. Parameters as for `handed`.
    """
    whole = starts.masks[0]
    return f"""SELECT DISTINCT c.choice & {whole} AS picked, 0 AS start
        FROM subscribers_subscription c
        WHERE {readers} AND (c.choice & {whole} & {CATEGORY_MASK}) <> 0
        UNION
        SELECT DISTINCT c.choice & y.mask, y.start
        FROM {handed(starts, readers)} y JOIN subscribers_subscription c ON c.id = y.id
        WHERE y.start > 0 AND (c.choice & y.mask & {CATEGORY_MASK}) <> 0"""


# Whether single issues can have reached the reader, as `Starts.asks`; parameter: since.
ASKED = "({s}.since >= %(since)s OR {s}.rhythm_since >= %(since)s)"


def start_sql(starts: Starts | Told) -> str:
    """The start of subscription `s`, after `joined`."""
    if isinstance(starts, Told):
        return told.start_sql()
    start = "coalesce(y.start, 0)"
    if starts.floor:
        asked = "1 = 1" if starts.personal else ASKED.format(s="s")
        start = _at_least(start, starts.floor, asked)
    if starts.lapping_floor:
        start = _at_least(start, starts.lapping_floor, "1 = 1")
    return start


def mask_sql(starts: Starts | Told) -> str:
    """The mask of what is left for subscription `s`."""
    if isinstance(starts, Told):
        return told.mask_sql(starts)
    if not starts.floor and not starts.lapping_floor:
        return f"coalesce(y.mask, {starts.masks[0]})"
    return _case(start_sql(starts), dict(enumerate(starts.masks)))


def parameters(starts: Starts | Told) -> dict[str, Any]:
    """What `joined` and `ASKED` name, besides the publication."""
    if isinstance(starts, Told):
        return {}
    adapt = connection.ops.adapt_datetimefield_value
    found = {f"end_{number}": adapt(at) for number, (at, _start) in enumerate(starts.ends)}
    found |= {f"at_{issue}": adapt(at) for issue, at in starts.single_at.items()}
    found |= {"since": adapt(starts.since), "until": adapt(starts.until)}
    return {**found, "roundup": starts.issue}


def _at_least(start: str, least: int, condition: str) -> str:
    return f"CASE WHEN {start} < {least} AND {condition} THEN {least} ELSE {start} END"


def _case(expression: str, values: Mapping[int, int]) -> str:
    whens = " ".join(f"WHEN {key} THEN {value}" for key, value in sorted(values.items()))
    return f"CASE {expression} {whens} END"


def _or_listed(column: str, ids: Sequence[int]) -> str:
    return f"OR {column} IN ({', '.join(map(str, ids))})" if ids else ""


# ---- for one reader


def start_of(subscription: Subscription, starts: Starts | Told) -> int:
    """The start of one reader; of a round-up at most three queries."""
    if isinstance(starts, Told):
        return told.start_of(subscription, starts)
    asked = starts.asks(subscription.since, subscription.rhythm_since)
    known = {**starts.lapping, **(starts.single if asked else {})}
    found = [starts.lapping_floor, starts.floor if asked else 0]
    mine = Delivery.objects.filter(subscription_id=subscription.pk)
    for pk, issue in mine.filter(issue_id__in=list(known)).values_list("pk", "issue_id"):
        if _had(pk, issue, starts):
            found.append(known[issue])
    if starts.elsewhere:
        others = Subscription.objects.filter(subscriber=subscription.subscriber_id)
        theirs = Delivery.objects.filter(
            issue_id__in=list(starts.elsewhere),
            subscription_id__in=list(others.values_list("pk", flat=True)),
        )
        for pk, issue in theirs.values_list("pk", "issue_id"):
            if _had(pk, issue, starts):
                found.append(starts.elsewhere[issue])
    if starts.sister_roundups:
        had = sisters.had(subscription, starts.sister_roundups)
        starts = _with_own(starts, (pk // PLACES for pk in had))
        found += [start for pk, start in had.items() if _had(pk, pk // PLACES, starts)]
    rows = Roundup.objects.filter(
        subscription=subscription, ends_at__gt=starts.since, begins_at__lt=starts.until
    ).exclude(issue=starts.issue)
    own = list(rows.values_list("issue_id", "ends_at", "issue__folded_at"))
    starts = _with_own(starts, (pk for pk, *_rest in own if pk))
    for issue, ends_at, folded in own:
        delivery = mine.filter(issue_id=issue).values_list("pk", flat=True).first()
        if folded is not None or (delivery is not None and _had(delivery, issue, starts)):
            found.append(starts.start_at(ends_at))
    return max(found)


def _with_own(starts: Starts, issues: Iterable[int]) -> Starts:
    """With those of some issues that are still to come: "what you missed" of this one reader."""
    return replace(starts, to_come={**starts.to_come, **beside.to_come(issues)})


def _had(delivery: int, issue: int, starts: Starts) -> bool:
    outcomes = Outcome.objects.filter(delivery_id=delivery, state__in=HANDED_OVER)
    if delivery in starts.on_the_wire or outcomes.exists():
        return True
    waiting = starts.to_come.get(issue)
    return waiting is not None and waiting.holds(delivery)
