"""The freeze: an issue's readers and texts fixed once, when the undo time ends.

README.md, "Freeze". An issue and the translations released with it are frozen together, or not at
all. Rendering happens before; the transaction checks that what was rendered is still what the
issue says and that every selection found has its edition, else it starts again. On PostgreSQL it
runs under REPEATABLE READ: with two snapshots a reader who changes to an unseen selection in
between finds no edition (and NOT NULL refuses the whole freeze: both guards stay).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from newsletter import editions, message, rendering
from newsletter.editions import EditionKey, IssueView, audience, family, reached
from newsletter.editions.audience import Readers
from newsletter.issues import approvals, channels, stories
from newsletter.models import Chunk, Edition, Issue, Revision
from subscribers import languages, rehearsal

from . import queueing, rest
from .bodies import pack
from .planning import busy_lanes, likely_keys

log = logging.getLogger(__name__)

# Readers changing their choice to something nobody had, again and again, during the freeze.
_MOST_ATTEMPTS = 20
# Below this PostgreSQL's own statistics are good enough.
_ANALYZE_FROM = 5000


class CannotFreeze(Exception):
    """The freeze cannot be done as things are; somebody was first, or the counts disagree."""


class NotApproved(CannotFreeze):
    """What would go out is not what a second person said yes to."""


class _Again(Exception):
    """A selection is not rendered yet, or the issue was edited since it was rendered."""


@dataclass(slots=True)
class _Ready:
    """An issue to be frozen, as it was rendered."""

    issue: Issue
    view: IssueView
    prepared: rendering.Prepared
    rendered: dict[EditionKey, Edition]
    lanes: list[int]
    by_day: bool = False


def freeze(issue_id: int) -> bool:
    """Freeze a scheduled issue whose time has come. False: somebody else was first, or not due.

    Its translations that are scheduled with it are frozen in the same transaction. Afterwards the
    issue is sending, every reader has a delivery, and the chunks are due.
    """
    issue = Issue.objects.select_related("publication").get(pk=issue_id)
    ready: dict[int, _Ready] = {}
    for _ in range(_MOST_ATTEMPTS):
        due = [one for one in family.together(issue) if one.state == Issue.State.SCHEDULED]
        if issue not in due:
            return False
        lanes: dict[int, list[int]] = {}
        ready = {one.pk: _rendered(one, ready.get(one.pk), lanes) for one in due}
        try:
            frozen = _transaction(list(ready.values()))
        except (_Again, IntegrityError) as error:
            log.info("freeze of issue %s starts again: %s", issue_id, error)
            continue
        except DatabaseError as error:
            if getattr(error.__cause__, "sqlstate", "") not in ("40001", "40P01"):
                raise
            log.info("freeze of issue %s met another writer and starts again", issue_id)
            continue
        if frozen >= _ANALYZE_FROM and connection.vendor == "postgresql":
            # Plans made from the statistics of before took 27 ms a chunk instead of 4.
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE newsletter_delivery, newsletter_chunk")
        return frozen >= 0
    raise CannotFreeze(f"issue {issue_id}: readers kept changing their choices; try again")


def _rendered(issue: Issue, before: _Ready | None, lanes: dict[int, list[int]]) -> _Ready:
    """The issue as it stands, with the editions its readers are likely to have; what was rendered
    `before` is kept, if it reads the same. `lanes` are of publications, found once for a pair."""
    view = stories.marked(editions.load(issue), issue)
    if before is not None and before.view == view:
        ready = before
    else:
        ready = _Ready(issue, view, rendering.prepare(view, issue.publication), {}, [])
    keys, ready.by_day = likely_keys(issue, view)
    for key in keys:
        if key not in ready.rendered:
            ready.rendered[key] = finished(issue, view, key, ready.prepared.edition(*key))
    if issue.publication_id not in lanes:
        lanes[issue.publication_id] = busy_lanes(issue)
    ready.lanes = lanes[issue.publication_id]
    return ready


def finished(issue: Issue, view: IssueView, key: EditionKey, one: rendering.Rendered) -> Edition:
    """A rendered edition as the row that is kept, not yet stored."""
    message.MessageTemplate(
        one, issue.publication, issue
    )  # What cannot be sent is found now, not then.
    return Edition(
        issue=issue,
        selection=key.selection,
        start=key.start,
        items=[item.id for item in view.select(*key)],
        size=one.size,
        subject=one.subject,
        preheader=one.preheader,
        headers=one.headers,
        html=pack(one.html),
        text=pack(one.text),
    )


def _transaction(ready: Sequence[_Ready]) -> int:
    """The freeze itself, of an issue and what goes with it: the number of deliveries, or -1 when
    they are not ours to freeze."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        postgres = connection.vendor == "postgresql"
        if postgres and outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                cursor.execute("SET LOCAL synchronous_commit = on")
                cursor.execute("SET LOCAL work_mem = '64MB'")
                if any(_may_lap_over(one.issue) for one in ready):
                    # LOCK TABLE takes no snapshot, so the one who waited sees the other's readers.
                    cursor.execute("LOCK TABLE newsletter_roundup IN SHARE UPDATE EXCLUSIVE MODE")
        now = timezone.now()
        # In one order, whichever of them was seen to be due.
        ready = sorted(ready, key=lambda one: one.issue.pk)
        held = [_due(one.issue, now) for one in ready]
        if None in held:
            return -1
        for issue in held:
            assert issue is not None
            if reasons := approvals.lacking(issue, issue.channels):
                raise NotApproved(languages.between_sentences().join(reasons))
        # All are asked before any is frozen: who gets which is settled between them.
        asked = [_readers(one, issue, now) for one, issue in zip(ready, held, strict=True) if issue]
        total = 0
        for one, issue, source in zip(ready, held, asked, strict=True):
            assert issue is not None
            total += _freeze(one, issue, source, now)
        return total


def _may_lap_over(issue: Issue) -> bool:
    """Whether a reader may get the same by another mail that is frozen at this moment: a round-up,
    perhaps a sister publication's, or what one may hold already. One after the other, then."""
    roundup = issue.kind == Issue.Kind.ROUNDUP
    return roundup or issue.published_at is not None or issue.original_id is not None


def _readers(ready: _Ready, held: Issue, now: dt.datetime) -> Readers:
    """The statement of an issue's readers. Raises _Again if it does not read as it was rendered."""
    if stories.marked(editions.load(held), held) != ready.view:
        raise _Again("it was edited")
    if held.original_id != ready.issue.original_id:
        raise _Again("it was paired or parted")
    starts = reached.starts_of(held, ready.view, by_day=ready.by_day)
    return audience.readers(audience.audience_of(held, ready.view.mask, starts), now, ready.lanes)


def _freeze(ready: _Ready, held: Issue, source: Readers, now: dt.datetime) -> int:
    """Scheduled -> sending, with every reader in the queue; how many."""
    issue, rendered = ready.issue, ready.rendered
    groups = queueing.groups_of(source)
    counts = _readers_of_each(groups)
    unseen = [key for reason, key in counts if not reason and key not in rendered]
    if unseen:
        raise _Again(f"{len(unseen)} editions are new")
    made = _editions(issue, rendered, counts)
    Edition.objects.bulk_create(made, batch_size=50)
    ids = {(one.none_because, EditionKey(one.selection, one.start)): one.pk for one in made}
    placed = queueing.insert(issue, source, groups, ids)
    expected = sum(counts.values())
    if placed != expected:
        raise CannotFreeze(f"issue {issue.pk}: {placed} deliveries for {expected} readers")
    with_mail = [group for group in groups if not group.none_because]
    chunks = queueing.chunks_of(issue, with_mail, issue.publication.canary_size, now)
    Chunk.objects.bulk_create(chunks, batch_size=500)
    reasons = {reason: count for (reason, _), count in counts.items() if reason}
    suppressed = reasons.pop(Edition.NoneBecause.SUPPRESSED, 0)
    public = held.channels != Issue.Channels.MAIL
    claimed = Issue.objects.filter(pk=issue.pk, state=Issue.State.SCHEDULED).update(
        state=Issue.State.SENDING,
        state_reason="",
        frozen=release_revision(issue, ready.view, now),
        frozen_at=now,
        published_at=Coalesce(F("published_at"), Value(now)) if public else None,
        recipients=expected,
        skipped=sum(reasons.values()),
        suppressed=suppressed,
    )
    if claimed != 1:
        raise _Again("somebody was first")
    if public:
        channels.show(issue, now)
    if held.kind == Issue.Kind.ROUNDUP:
        rest.owe_changed(held)
    return expected


def _due(issue: Issue, now: dt.datetime) -> Issue | None:
    """The issue, locked and as it is now, if it is to be frozen at this moment."""
    due = Issue.objects.select_for_update().filter(
        pk=issue.pk, state=Issue.State.SCHEDULED, send_at__lte=now
    )
    if not due.exists():
        return None
    held = Issue.objects.select_related("publication").get(pk=issue.pk)
    # Where the address was set meanwhile, the sweeper says so.
    return None if rehearsal.address_of(held.publication) else held


def _readers_of_each(groups: list[queueing.Group]) -> dict[tuple[str, EditionKey], int]:
    """How many readers each (reason for none, edition) has."""
    counts: dict[tuple[str, EditionKey], int] = {}
    for group in groups:
        key = (group.none_because, group.key)
        counts[key] = counts.get(key, 0) + group.readers
    return counts


def _editions(
    issue: Issue, rendered: dict[EditionKey, Edition], counts: dict[tuple[str, EditionKey], int]
) -> list[Edition]:
    """The rows to insert: what was rendered for each edition, then one for each reason."""
    made = [
        _with_readers(rendered[key], count)
        for (reason, key), count in sorted(counts.items())
        if not reason
    ]
    return made + [
        Edition(issue=issue, none_because=reason, readers=count)
        for (reason, _), count in sorted(counts.items())
        if reason
    ]


def _with_readers(edition: Edition, readers: int) -> Edition:
    edition.pk, edition.readers = None, readers
    return edition


def release_revision(issue: Issue, view: IssueView, now: dt.datetime) -> Revision:
    """The frozen text: the source it was imported from, and the issue as it was mailed."""
    last = Revision.objects.filter(issue=issue).order_by("-number").first()
    return Revision.objects.create(
        issue=issue,
        number=1 if last is None else last.number + 1,
        kind=Revision.Kind.RELEASE,
        at=now,
        by_id=issue.released_by_id,
        source_name="" if last is None else last.source_name,
        source="" if last is None else last.source,
        shape="" if last is None else last.shape,
        digest=json.loads(json.dumps(dataclasses.asdict(view), default=str)),
    )
