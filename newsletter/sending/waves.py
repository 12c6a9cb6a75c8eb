"""A later wave: an issue that was mailed goes to readers of today who have no delivery of it.

They get the mails that were frozen then, and places above the highest. The unique pair of issue
and subscription is what makes a second mail to anybody impossible, whoever presses twice.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from newsletter import rendering
from newsletter.editions import EditionKey, IssueView, audience, family, frozen, reached
from newsletter.editions.audience import REASONS
from newsletter.models import PLACES, Chunk, Delivery, Edition, Issue
from subscribers import accounts

from . import counts, freezing, mending, queueing
from .control import ActRefused, audit, not_while_rehearsing, too_late

if TYPE_CHECKING:
    from .control import Actor


class _Group(NamedTuple):
    none_because: str
    key: EditionKey
    readers: int


def left_over(issue: Issue) -> int:
    """How many readers would get a mail in a wave now."""
    view = _view(issue)
    return sum(one.readers for one in _groups(issue, view) if not one.none_because)


def mail_rest(issue: Issue, *, by: Actor) -> int:
    """Sent -> sending, for readers who have no delivery of it; how many mails. On record.

    They get the text that is mailed now: the frozen one, or that of the last correction. Raises
    ActRefused when it is not there to be read, while a correction is under way, or when there is
    nobody.
    """
    try:
        return _mail_rest(issue, by)
    except IntegrityError:
        # A reader came between two statements, with a choice that nobody had.
        raise ActRefused([_("Readers came or went in this moment. Press again.")]) from None
    except rendering.RenderingError as error:
        raise ActRefused([str(error)]) from None


def _mail_rest(issue: Issue, by: Actor) -> int:
    with transaction.atomic():
        not_while_rehearsing(issue)
        _hold_family(issue)
        # The lock of the places: a reader who joins takes the next one under it as well.
        held = (
            Issue.objects.select_for_update(of=("self",))
            .select_related("publication", "frozen")
            .get(pk=issue.pk)
        )
        _check(held, by)
        view = _view(held)
        groups = _groups(held, view)
        mails = sum(one.readers for one in groups if not one.none_because)
        if not mails:
            raise ActRefused([_("Every reader has a delivery of it: there is nobody to mail.")])
        _editions(held, view, groups)
        now = timezone.now()
        first = (
            Delivery.objects.filter(issue_id=held.pk).aggregate(last=Max("pk"))["last"]
            or held.pk * PLACES
        ) + 1
        placed = _deliveries(held, view, first - 1)
        if placed != sum(one.readers for one in groups):
            raise ActRefused([_("Readers came or went in this moment. Press again.")])
        Chunk.objects.bulk_create(_chunks(held, first, mails, now), batch_size=500)
        Issue.objects.filter(pk=held.pk).update(
            state=Issue.State.SENDING,
            state_reason="",
            finished_at=None,
            recipients=F("recipients") + placed,
        )
        counts.store(held.pk)
        audit(held, by, "mail_wave", mails=mails, readers=placed)
    issue.refresh_from_db()
    return mails


def _hold_family(issue: Issue) -> None:
    """Nobody mails a translation of it to anybody until the transaction ends.

    Written as well as locked, as `welcome` does: a freeze that began before us must not go on with
    a snapshot without our deliveries.
    """
    keys = [one.pk for one in family.rows(issue)]
    if len(keys) > 1:
        rows = Issue.objects.filter(pk__in=keys)
        list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
        rows.update(recipients=F("recipients"))


def _check(held: Issue, by: Actor) -> None:
    if held.state != Issue.State.SENT or held.folded_at or held.rehearses_id:
        raise too_late(held)
    if held.published_at is None:
        raise ActRefused([_("It went out as mail only, to who was a reader then.")])
    if held.mending_id is not None:
        raise ActRefused([_("A correction is being put into the text. Try again in a moment.")])
    said = held.approved_by
    if held.publication.needs_approval and (said is None or accounts.same_person(said, by)):
        raise ActRefused([_("A second person must approve the issue first.")])


def _view(issue: Issue) -> IssueView:
    """The issue as it was released: its rows may have been corrected since."""
    assert issue.frozen is not None  # The database has no sent issue without.
    return frozen.view_of(issue.frozen)


def _source(issue: Issue, view: IssueView) -> tuple[str, dict[str, Any]]:
    """The readers it is for who have no delivery, as `audience.readers` gives them."""
    starts = reached.starts_of(issue, view)
    source = audience.readers(audience.audience_of(issue, view.mask, starts), timezone.now())
    sql = f"""SELECT q.* FROM ({source.sql}) q WHERE NOT EXISTS (
        SELECT 1 FROM newsletter_delivery d
        WHERE d.issue_id = %(wave)s AND d.subscription_id = q.id)"""
    return sql, {**source.params, "wave": issue.pk}


def _groups(issue: Issue, view: IssueView) -> list[_Group]:
    sql, params = _source(issue, view)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT none, CASE none WHEN 0 THEN picked ELSE 0 END AS selection,
                       CASE none WHEN 0 THEN start ELSE 0 END AS begins, count(*)
                FROM ({sql}) r GROUP BY 1, 2, 3 ORDER BY 1, 2, 3""",
            params,
        )
        return [
            _Group(REASONS[none], EditionKey(int(picked), int(start)), int(n))
            for none, picked, start, n in cursor.fetchall()
        ]


def _editions(issue: Issue, view: IssueView, groups: list[_Group]) -> None:
    """Count the readers of each edition; render those of a choice nobody had at the freeze."""
    known = {
        (none, EditionKey(selection, start))
        for none, selection, start in Edition.objects.filter(issue=issue).values_list(
            "none_because", "selection", "start"
        )
    }
    prepared: rendering.Prepared | None = None
    for one in groups:
        if (one.none_because, one.key) in known:
            Edition.objects.filter(
                issue=issue,
                none_because=one.none_because,
                selection=one.key.selection,
                start=one.key.start,
            ).update(readers=F("readers") + one.readers)
            continue
        if one.none_because:
            Edition.objects.create(issue=issue, none_because=one.none_because, readers=one.readers)
            continue
        prepared = prepared or rendering.prepare(view, issue.publication)
        row = freezing.finished(issue, view, one.key, prepared.edition(*one.key))
        row.readers = one.readers
        row.save()
        if (corrected := mending.revised(issue, row)) is not None:
            corrected.save()


def _deliveries(issue: Issue, view: IssueView, base: int) -> int:
    """Insert the wave behind `base`, who gets no mail last; how many rows."""
    sql, params = _source(issue, view)
    words = " ".join(f"WHEN {number} THEN '{reason}'" for number, reason in enumerate(REASONS))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO newsletter_delivery (id, issue_id, subscription_id, edition_id)
                SELECT %(base)s + row_number() OVER (ORDER BY c.none, c.picked, c.start, c.id),
                       %(wave)s, c.id, e.id
                FROM ({sql}) c
                LEFT JOIN newsletter_edition e ON e.issue_id = %(wave)s
                     AND e.none_because = CASE c.none {words} END
                     AND e.selection = CASE c.none WHEN 0 THEN c.picked ELSE 0 END
                     AND e.start = CASE c.none WHEN 0 THEN c.start ELSE 0 END""",
            {**params, "base": base},
        )
        return int(cursor.rowcount)


def _chunks(issue: Issue, first: int, mails: int, now: dt.datetime) -> list[Chunk]:
    return [
        Chunk(
            issue=issue,
            first=start,
            last=min(start + queueing.CHUNK, first + mails) - 1,
            due_at=now,
        )
        for start in range(first, first + mails, queueing.CHUNK)
    ]
