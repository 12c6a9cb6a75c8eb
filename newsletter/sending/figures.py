"""How an issue went: what became of its mails, by edition and receiving domain.

Counted from the outcomes, reports and leavings themselves, a slice of deliveries at a time, in
the background; pages read the stored result. An issue is counted anew as long as its deliveries
are kept, soon at first and ever more seldom: after a tenth of its age, and never more than a
twentieth of the time goes into it. A report that comes in asks for the next count at once.

Counting anew was chosen over adding up in the transactions of the sender: its turns stay as they
are, and a figure that was ever wrong is right again after the next count.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from newsletter.models import PLACES, Bounce, Edition, Issue, IssueFigures
from subscribers.models import Subscriber

from .tallies import of_issue

log = logging.getLogger(__name__)

# `sent` to `waiting` are the latest outcome of each mail and add up to the mails. `hard` and
# `soft`: refused by the receiving server, at once or by a report later (hard, if both).
# `complained`: reported as spam. `left`: within two days of the hand-over.
NAMES = (
    "sent", "deferred", "failed", "in_doubt", "other", "waiting",
    "hard", "soft", "complained", "left",
)  # fmt: skip
LEFT_WITHIN = dt.timedelta(days=2)
# Domains told apart; all others are one row.
MOST_DOMAINS = 20
# Deliveries looked at by one statement, and seconds of one sweep.
SLICE = 50_000
PATIENCE = 5.0
_SOONEST = dt.timedelta(seconds=5)

Row = Counter[str]


@dataclass(slots=True)
class Figures:
    """`editions` by id; `domains` by name, the largest first, "" for all others."""

    totals: Row = field(default_factory=Counter)
    editions: dict[int, Row] = field(default_factory=lambda: defaultdict(Counter))
    domains: dict[str, Row] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, edition: int, domain: str, name: str, number: int) -> None:
        """Add to all three."""
        for row in (self.totals, self.editions[edition], self.domains[domain]):
            row[name] += number


def mails(row: Row) -> int:
    """How many mails a row is about."""
    return sum(row[name] for name in NAMES[:6])


def count(issue: Issue) -> Figures:
    """Count an issue from its rows. The cost grows with it: 5 s for a million mails."""
    with_mail = set(
        Edition.objects.filter(issue=issue.pk, none_because="").values_list("pk", flat=True)
    )
    domains = _largest_domains(issue)
    found = Figures()
    for name in (*domains.values(), ""):
        found.domains[name]  # Their order; a defaultdict makes the row.
    last = issue.pk * PLACES + issue.recipients
    for first in range(issue.first_delivery, last + 1, SLICE):
        between = (first, min(first + SLICE - 1, last))
        for edition, domain, name, number in [
            *_outcomes(between, domains), *_reports(between, domains)
        ]:  # fmt: skip
            if edition in with_mail:
                found.add(edition, domains.get(domain, ""), name, number)
    for edition, domain in _left(issue):
        if edition in with_mail:
            found.add(edition, domains.get(domain, ""), "left", 1)
    return found


def _largest_domains(issue: Issue) -> dict[int, str]:
    """The number of each of the largest receiving domains -> its name."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT s.domain, max(s.subscriber_id), count(*) FROM newsletter_delivery d
               JOIN newsletter_edition e ON e.id = d.edition_id AND e.none_because = ''
               JOIN subscribers_subscription s ON s.id = d.subscription_id
               WHERE d.issue_id = %s GROUP BY s.domain ORDER BY 3 DESC, 1 LIMIT %s""",
            [issue.pk, MOST_DOMAINS],
        )
        rows = cursor.fetchall()
    readers = Subscriber.objects.in_bulk([reader for _domain, reader, _number in rows])
    found: dict[int, str] = {}
    for domain, reader, _number in rows:
        # One that was erased, the newest of them, leaves its domain among the others.
        name = readers[reader].address.rpartition("@")[2].lower() if reader in readers else ""
        if name and name not in found.values():
            found[domain] = name
    return found


def _domain(domains: dict[int, str]) -> str:
    """SQL: the domain's number if it is told apart, else 0."""
    numbers = ", ".join(str(int(number)) for number in domains)
    return f"CASE WHEN s.domain IN ({numbers}) THEN s.domain ELSE 0 END" if numbers else "0"


def _outcomes(between: tuple[int, int], domains: dict[int, str]) -> list[tuple[int, int, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT d.edition_id, {_domain(domains)}, CASE
                    WHEN o.state IS NULL THEN 'waiting'
                    WHEN o.state = 'in_doubt' AND o.resolved_at IS NOT NULL THEN 'sent'
                    WHEN o.state IN ('skipped', 'suppressed') THEN 'other'
                    ELSE o.state END, count(*)
                FROM newsletter_delivery d
                LEFT JOIN subscribers_subscription s ON s.id = d.subscription_id
                LEFT JOIN newsletter_outcome o ON o.delivery_id = d.id AND NOT EXISTS (
                    SELECT 1 FROM newsletter_outcome n
                    WHERE n.delivery_id = o.delivery_id AND n.round > o.round)
                WHERE d.id BETWEEN %s AND %s GROUP BY 1, 2, 3""",
            between,
        )
        return list(cursor.fetchall())


def _reports(between: tuple[int, int], domains: dict[int, str]) -> list[tuple[int, int, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT d.edition_id, {_domain(domains)}, sum(b.hard),
                    sum(CASE WHEN b.hard = 0 THEN b.soft ELSE 0 END), sum(b.complained)
                FROM (SELECT delivery_id,
                        max(CASE WHEN kind = 'hard' THEN 1 ELSE 0 END) AS hard,
                        max(CASE WHEN kind = 'soft' THEN 1 ELSE 0 END) AS soft,
                        max(CASE WHEN kind = 'complaint' THEN 1 ELSE 0 END) AS complained
                    FROM newsletter_bounce WHERE delivery_id BETWEEN %s AND %s
                    GROUP BY delivery_id) b
                JOIN newsletter_delivery d ON d.id = b.delivery_id
                LEFT JOIN subscribers_subscription s ON s.id = d.subscription_id
                GROUP BY 1, 2""",
            between,
        )
        rows = cursor.fetchall()
    return [
        (edition, domain, name, int(number))
        for edition, domain, *numbers in rows
        for name, number in zip(("hard", "soft", "complained"), numbers, strict=True)
    ]


def _left(issue: Issue) -> list[tuple[int, int]]:
    """(edition, domain's number) of each who left within two days of the hand-over to them."""
    if issue.frozen_at is None:
        return []
    until = (issue.finished_at or timezone.now()) + LEFT_WITHIN
    to_database = connection.ops.adapt_datetimefield_value
    from_database = _as_time
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT d.id, d.edition_id, s.domain, v.at, o.at FROM subscribers_event v
               JOIN newsletter_delivery d
                   ON d.issue_id = %s AND d.subscription_id = v.subscription_id
               JOIN newsletter_outcome o ON o.delivery_id = d.id AND (o.state = 'sent'
                   OR o.state = 'in_doubt' AND o.resolved_at IS NOT NULL)
               JOIN subscribers_subscription s ON s.id = d.subscription_id
               WHERE v.publication_id = %s AND v.kind = 'left' AND v.at >= %s AND v.at < %s""",
            [issue.pk, issue.publication_id, to_database(issue.frozen_at), to_database(until)],
        )
        gone = {
            delivery: (edition, domain)
            for delivery, edition, domain, left_at, sent_at in cursor.fetchall()
            if dt.timedelta() <= from_database(left_at) - from_database(sent_at) < LEFT_WITHIN
        }
    return list(gone.values())


def _as_time(value: dt.datetime | str) -> dt.datetime:
    """A moment out of a bare cursor, which SQLite gives as text."""
    return value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(value)


def reported(issue: Issue) -> dict[str, int]:
    """What came after the hand-over: `bounced`, `complained`, `left`, each mail once.

    Counted now, by the reports and leavings of the issue alone. A refusal in the relay's own
    answer is not among them: the ledger has it as deferred or failed. Of a folded issue `left` is
    what the last count kept.
    """
    about = of_issue(issue.pk).exclude(via="smtp")
    complaint = Bounce.Kind.COMPLAINT
    if issue.folded_at is None:
        left = len(_left(issue))
    else:
        last = IssueFigures.objects.filter(issue=issue).first()
        left = kept(last).totals["left"] if last is not None else 0
    return {
        "bounced": about.exclude(kind=complaint).values("delivery").distinct().count(),
        "complained": about.filter(kind=complaint).values("delivery").distinct().count(),
        "left": left,
    }


def keep(issue: Issue, now: dt.datetime, *, final: bool = False) -> Figures:
    """Count an issue and store the result; `final`: for the last time, before it is folded."""
    began = time.monotonic()
    found = count(issue)
    seconds = time.monotonic() - began
    age = max(dt.timedelta(), now - issue.frozen_at) if issue.frozen_at else dt.timedelta()
    wait = max(_SOONEST, age / 10, dt.timedelta(seconds=20 * seconds))
    IssueFigures.objects.update_or_create(
        issue=issue,
        defaults={
            "counted_at": now,
            "due_at": None if final else now + wait,
            "seconds": seconds,
            "totals": _listed(found.totals),
            "editions": {str(pk): _listed(row) for pk, row in found.editions.items()},
            "domains": [[name, *_listed(row)] for name, row in found.domains.items() if row],
        },
    )
    return found


def _listed(row: Row) -> list[int]:
    return [row[name] for name in NAMES]


def row_of(numbers: Sequence[int]) -> Row:
    """What `_listed` made a list of."""
    return Counter(dict(zip(NAMES, numbers, strict=True)))


def kept(figures: IssueFigures) -> Figures:
    """The stored figures of an issue as what they were counted as."""
    found = Figures(totals=row_of(figures.totals))
    for pk, numbers in figures.editions.items():
        found.editions[int(pk)] = row_of(numbers)
    for name, *numbers in figures.domains:
        found.domains[name] = row_of(numbers)
    return found


def ask(issue_id: int, now: dt.datetime) -> None:
    """Something came in about an issue: count it at the next sweep, or as soon as it may be."""
    rows = IssueFigures.objects.filter(issue=issue_id, due_at__gt=now)
    for counted_at, seconds in rows.values_list("counted_at", "seconds"):
        soonest = counted_at + dt.timedelta(seconds=20 * seconds)
        rows.update(due_at=max(now, soonest))


def sweep(now: dt.datetime | None = None) -> int:
    """Count what is due, the longest due first, for at most PATIENCE seconds; how many issues."""
    now, until, done = now or timezone.now(), time.monotonic() + PATIENCE, 0
    due = Issue.objects.filter(
        frozen_at__isnull=False, folded_at__isnull=True, rehearses__isnull=True
    ).filter(Q(figures__isnull=True) | Q(figures__due_at__lte=now))
    for issue in due.order_by("figures__due_at", "pk")[:20]:
        keep(issue, now)
        done += 1
        if time.monotonic() > until:
            break
    return done
