"""Rehearsals: an issue mailed to one address instead of to its readers (README.md, "Rehearse").

A rehearsal is an issue of its own kind, a copy of the mails and of nothing else: no items, no page,
no feed, no figure. It is bound to its address when it is made. The issue it is of stays what it is.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from newsletter import editions, rendering
from newsletter.editions import EditionKey, IssueView, audience, family, reached
from newsletter.issues import channels as sites
from newsletter.models import PLACES, Chunk, Delivery, Edition, Issue
from subscribers import rehearsal
from subscribers.models import Publication

from . import checking, freezing, incidents
from .control import ActRefused, audit, too_late, user_id

if TYPE_CHECKING:
    from .control import Actor

# Mails of one rehearsal: enough to see every edition of most issues, few enough to look at.
MOST = 20


class Sample(NamedTuple):
    """Whom a rehearsal is made for: subscriptions with their edition, one reader each."""

    readers: list[tuple[int, EditionKey]]

    @property
    def keys(self) -> list[EditionKey]:
        """The editions among them, ascending."""
        return sorted({key for _, key in self.readers})


def sample(issue: Issue, view: IssueView) -> Sample:
    """At most MOST readers: one of each edition, the most read first, then further readers.

    So whoever has few readers sees the mail of each, and whoever has millions no more than MOST.
    """
    starts = reached.starts_of(issue, view)
    to = audience.audience_of(issue, view.mask, starts)
    source = audience.readers(to, timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT id, picked, start FROM (
                    SELECT id, picked, start,
                           count(*) OVER (PARTITION BY picked, start) AS readers,
                           row_number() OVER (
                               PARTITION BY picked, start ORDER BY first_in_line DESC, id) AS place
                    FROM ({source.sql}) q WHERE none = 0) r
                ORDER BY place, readers DESC, picked, start LIMIT {MOST}""",
            source.params,
        )
        return Sample(
            [
                (int(pk), EditionKey(int(picked), int(start)))
                for pk, picked, start in cursor.fetchall()
            ]
        )


def rehearse(issue: Issue, *, by: Actor, channels: str = Issue.Channels.ALL) -> Issue:
    """Mail a sample of the issue to the rehearsal address now; the rehearsal, which is sending.

    The issue, a draft or published, stays as it is. Translations that would be released with it
    are rehearsed as well, each for its own readers. Raises ActRefused with reasons when there is
    no address, when something blocks one of them, or when nobody would get a mail of the issue.
    """
    with transaction.atomic():
        made = _rehearse(issue, by, channels)
        for other in family.together(issue)[1:]:
            if sample(other, editions.load(other)).readers:
                _rehearse(other, by, channels)
    return made


def _rehearse(issue: Issue, by: Actor, channels: str) -> Issue:
    if issue.state not in (Issue.State.DRAFT, Issue.State.PUBLISHED):
        raise too_late(issue)
    meant = sites.meant_for(issue, channels)
    view = editions.load(meant)
    reasons = list(checking.problems(view, issue.publication)[0])
    chosen = sample(issue, view)
    if not reasons and not chosen.readers:
        reasons = [_("Nobody would get a mail, so there is nothing to rehearse.")]
    if reasons:
        raise ActRefused(reasons)
    try:
        prepared = rendering.prepare(view, issue.publication)
        made = {key: prepared.edition(*key) for key in chosen.keys}
    except rendering.RenderingError as error:
        raise ActRefused([str(error)]) from None
    now = timezone.now()
    with transaction.atomic():
        # Also the lock of the numbers of an issue's rehearsals.
        publication = Publication.objects.select_for_update(no_key=True).get(
            pk=issue.publication_id
        )
        address = rehearsal.address_of(publication)
        if not address:
            raise ActRefused([_("No rehearsal address is set.")])
        copy = _copy(issue, channels, address, by, now)
        rows = [freezing.finished(copy, view, key, one) for key, one in made.items()]
        for row in rows:
            row.readers = sum(key == (row.selection, row.start) for _, key in chosen.readers)
        Edition.objects.bulk_create(rows)
        ids = {EditionKey(row.selection, row.start): row.pk for row in rows}
        first = copy.pk * PLACES + 1
        Delivery.objects.bulk_create(
            Delivery(
                pk=first + place, subscription_id=reader, issue_id=copy.pk, edition_id=ids[key]
            )
            for place, (reader, key) in enumerate(chosen.readers)
        )
        number = len(chosen.readers)
        Chunk.objects.create(issue=copy, first=first, last=first + number - 1, due_at=now)
        Issue.objects.filter(pk=copy.pk).update(
            state=Issue.State.SENDING,
            frozen=freezing.release_revision(copy, view, now),
            frozen_at=now,
            recipients=number,
        )
        audit(issue, by, "rehearse", mails=number, rehearsal=copy.pk)
    copy.refresh_from_db()
    return copy


def _copy(issue: Issue, channels: str, address: str, by: Actor, now: dt.datetime) -> Issue:
    """The row of a rehearsal. Paused, until its mails are there as well."""
    number = issue.rehearsals.count() + 1
    return Issue.objects.create(
        publication=issue.publication,
        kind=Issue.Kind.REHEARSAL,
        rehearses=issue,
        rehearsed_to=address,
        slug=f"rehearsal-{issue.pk}-{number}",
        date=issue.date,
        language=issue.language,
        title=issue.title,
        channels=channels,
        entry_id=f"urn:uuid:{uuid.uuid4()}",
        listed=False,
        state=Issue.State.PAUSED,
        send_at=now,
        released_by_id=user_id(by),
    )


def hold(publication: Publication | None = None) -> int:
    """Pause what is sending to others than the rehearsal address in force; how many issues.

    Of one publication, in the transaction that set its address; of all at every sweep, since the
    site's comes with a restart. No turn authorises anybody of them before (`engine.consent`).
    """
    sending = Issue.objects.filter(state=Issue.State.SENDING).select_related("publication")
    if publication is not None:
        sending = sending.filter(publication=publication)
    held = 0
    for issue in sending:
        address = rehearsal.address_of(issue.publication)
        if address not in ("", issue.rehearsed_to):
            incidents.pause_for(issue.pk, "rehearsal", address)
            held += 1
    return held
