"""The newest issue to a reader who has just confirmed, where the publication does so.

It is a delivery of that issue like any other: the next place, one recipient more, and a chunk of
its own of kind `welcome`, which is leased and authorised while the issue is sending and also when
it is sent. So the protocol decides that it comes once, the ledger of the issue adds up, and the
issue's state does not move (README.md, "Welcome").

What asks for it is the event that a reader's own confirmation writes in its transaction: a crash
before the delivery is stored loses nothing, and whoever reads the event again finds the delivery.
"""

from __future__ import annotations

import datetime as dt
import enum
import logging
from typing import NamedTuple

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import pgettext

from newsletter import rendering
from newsletter.editions import EditionKey, IssueView, audience, frozen
from newsletter.models import Chunk, Delivery, Edition, EventCursor, Issue
from subscribers import rehearsal
from subscribers.models import Event, Publication, Subscription

from . import freezing, mending

log = logging.getLogger(__name__)

CURSOR = "welcome"
# Events read by one statement, and statements of one call.
_BATCH, _BATCHES = 2000, 10
# On PostgreSQL a transaction may commit a lower id than one already read; none takes so long.
_LATE = dt.timedelta(minutes=1)
# Looks at one reader: each but the last has rendered the edition that was missing.
_LOOKS = 5


class Later(Exception):
    """Not now: ask again soon."""


class Refusal(enum.Enum):
    """Why the newest issue does not follow a confirmation."""

    OFF = "the publication does not do this"
    REHEARSING = "mail goes to a rehearsal address, and to no reader"
    NO_ISSUE = "nothing is published"
    CLOSED = "the newest issue was not mailed, or is paused, cancelled or folded"
    OLD = "the newest issue is older than the publication allows"
    HAD = "it, or its translation, is theirs already"
    NOT_THEIRS = "the reader left, paused, is suppressed, or wants another language or rhythm"
    NO_ITEM = "it has nothing in the chosen categories"


class Look(NamedTuple):
    """What a reader would get now: an issue's edition, or a refusal and nothing else."""

    refused: Refusal | None
    issue: Issue | None = None
    view: IssueView | None = None
    selection: int = 0
    # The newest issue and its translations, one of which may be the reader's.
    family: tuple[int, ...] = ()


def standing(
    state: str,
    folded: bool,
    published_at: dt.datetime | None,
    days: int,
    now: dt.datetime,
) -> Refusal | None:
    """Whether an issue as it stands may follow a confirmation. Pure.

    `days` is how old it may be at most.
    """
    if state not in (Issue.State.SENDING, Issue.State.SENT) or folded or published_at is None:
        return Refusal.CLOSED
    if published_at < now - dt.timedelta(days=days):
        return Refusal.OLD
    return None


def look(tie: Subscription, now: dt.datetime) -> Look:
    """What this reader would get at this moment. Select `publication` and `subscriber` with it."""
    publication = tie.publication
    if not publication.welcome_latest_issue:
        return Look(Refusal.OFF)
    if rehearsal.address_of(publication):
        return Look(Refusal.REHEARSING)
    family = _newest(publication)
    if not family:
        return Look(Refusal.NO_ISSUE)
    theirs = Subscription.objects.filter(subscriber=tie.subscriber_id).values_list("pk", flat=True)
    if Delivery.objects.filter(issue__in=family, subscription__in=list(theirs)).exists():
        return Look(Refusal.HAD)
    refused = Refusal.NOT_THEIRS
    for issue in family:
        if issue.publication_id != publication.pk:
            continue
        found = standing(
            issue.state,
            issue.folded_at is not None,
            issue.published_at,
            publication.welcome_days,
            now,
        )
        if found is not None:
            refused = found
            continue
        assert issue.frozen is not None  # The database has no sending issue without.
        view = frozen.view_of(issue.frozen)
        answer = audience.answer(issue, view.mask, tie)
        if answer.outside is not None:
            continue
        if answer.none_because:
            none = answer.none_because == Edition.NoneBecause.NO_ITEM
            return Look(Refusal.NO_ITEM if none else Refusal.NOT_THEIRS)
        return Look(None, issue, view, answer.selection, tuple(one.pk for one in family))
    return Look(refused)


def _newest(publication: Publication) -> list[Issue]:
    """The newest published issue, then its original and translations, wherever they appeared."""
    issues = Issue.objects.select_related("frozen", "publication")
    published = issues.filter(
        publication=publication,
        kind=Issue.Kind.REGULAR,
        listed=True,
        published_at__isnull=False,
    )
    newest = published.order_by("-published_at", "-pk").first()
    if newest is None:
        return []
    root = newest.original_id or newest.pk
    others = issues.filter(Q(pk=root) | Q(original=root))
    return [newest, *others.exclude(pk=newest.pk).order_by("pk")]


def deliver(subscription: int, now: dt.datetime) -> Refusal | None:
    """Give this reader (a subscription id) the newest issue, once; or why not.

    Raises RenderingError when the edition cannot be made, Later while a correction of the issue is
    under way.
    """
    made: Edition | None = None
    for _ in range(_LOOKS):
        seen = _look(subscription, now)
        if seen.issue is None or seen.view is None:
            return seen.refused
        if not _is_stored(seen) and not _is_of(made, seen):
            # Outside the transaction: nobody waits for a selection that nobody had.
            made = _made(seen.issue, seen.view, seen.selection)
        with transaction.atomic():
            _lock(seen.family)
            again = _look(subscription, now)
            if again.issue is None:
                return again.refused
            _refuse_while_mended(again.issue)
            edition = _stored(again) or (_keep(again.issue, made) if _is_of(made, again) else None)
            if edition is not None:
                _place(again.issue, edition, subscription, now)
                return None
    raise freezing.CannotFreeze(f"subscription {subscription}: the newest issue kept changing")


def _look(subscription: int, now: dt.datetime) -> Look:
    ties = Subscription.objects.select_related("publication", "subscriber")
    tie = ties.filter(pk=subscription).first()
    return Look(Refusal.NOT_THEIRS) if tie is None else look(tie, now)


def _stored(seen: Look) -> Edition | None:
    return Edition.objects.filter(
        issue=seen.issue, none_because="", selection=seen.selection
    ).first()


def _is_stored(seen: Look) -> bool:
    return _stored(seen) is not None


def _is_of(made: Edition | None, seen: Look) -> bool:
    return (
        made is not None
        and seen.issue is not None
        and (made.issue_id, made.selection) == (seen.issue.pk, seen.selection)
    )


def _made(issue: Issue, view: IssueView, selection: int) -> Edition:
    """An edition of the issue as it was mailed, for a selection that nobody had."""
    rendered = rendering.prepare(view, issue.publication).edition(selection)
    return freezing.finished(issue, view, EditionKey(selection), rendered)


def _keep(issue: Issue, made: Edition | None) -> Edition:
    """Store it, and beside it the corrected text where that is what is mailed."""
    assert made is not None
    made.save()
    if (corrected := mending.revised(issue, made)) is not None:
        corrected.save()
    return made


def _refuse_while_mended(issue: Issue) -> None:
    """Raise Later while a correction is under way: its text is not what is mailed yet."""
    if Issue.objects.filter(pk=issue.pk, mending__isnull=False).exists():
        raise Later


def _lock(family: tuple[int, ...]) -> None:
    """Hold these issues until the transaction ends: the next place of each is ours.

    Written as well as locked: the freeze of a translation that began before us runs on a snapshot
    without our delivery, and is refused by PostgreSQL only for a row that was changed since.
    """
    issues = Issue.objects.filter(pk__in=family)
    list(issues.select_for_update().order_by("pk").values_list("pk", flat=True))
    issues.update(recipients=F("recipients"))


def _place(issue: Issue, edition: Edition, subscription: int, now: dt.datetime) -> None:
    """The next place of the issue for this reader, and a chunk of it alone."""
    last = (
        Delivery.objects.filter(pk__gte=issue.first_delivery, pk__lte=issue.last_delivery)
        .order_by("-pk")
        .values_list("pk", flat=True)
        .first()
    )
    place = (issue.first_delivery if last is None else last) + 1
    Delivery.objects.create(pk=place, subscription_id=subscription, issue=issue, edition=edition)
    Chunk.objects.create(issue=issue, kind=Chunk.Kind.WELCOME, first=place, last=place, due_at=now)
    Issue.objects.filter(pk=issue.pk).update(recipients=F("recipients") + 1)
    Edition.objects.filter(pk=edition.pk).update(readers=F("readers") + 1)


# ---- the events that ask for it


def greet_confirmed() -> int:
    """Work off the confirmations since the last call; how many readers get the newest issue.

    In the order in which they were stored. Any number of processes may do it at once.
    """
    now = timezone.now()
    cursor, _new = EventCursor.objects.get_or_create(name=CURSOR)
    # Nothing commits late on SQLite, which has one writer at a time.
    settled = now - _LATE if connection.vendor == "postgresql" else now
    greeted, read, done = 0, cursor.event, cursor.event
    for _ in range(_BATCHES):
        rows = list(
            Event.objects.filter(pk__gt=read)
            .order_by("pk")
            .values_list("pk", "at", "subscription_id", "detail")[:_BATCH]
        )
        for pk, at, subscription, detail in rows:
            # `subscriptions.confirm` writes it, and nobody else.
            if detail.get("latest_issue") and pk not in _greeted:
                try:
                    greeted += _greet(subscription, now)
                except Later:
                    return _settle(cursor, done, greeted)
                if at > settled:
                    _greeted.add(pk)
            read = pk
            if at <= settled:
                done = pk
        if len(rows) < _BATCH:
            break
    return _settle(cursor, done, greeted)


def _settle(cursor: EventCursor, done: int, greeted: int) -> int:
    """Remember that all up to `done` is worked off; `greeted`, for the caller."""
    if done > cursor.event:
        EventCursor.objects.filter(name=CURSOR, event__lt=done).update(event=done)
        _greeted.difference_update([pk for pk in _greeted if pk <= done])
    return greeted


# Events this process has worked off and may read again for a minute. Only to save the work: who
# reads one again finds the delivery.
_greeted: set[int] = set()


def _greet(subscription: int, now: dt.datetime) -> bool:
    try:
        refused = deliver(subscription, now)
    except (OperationalError, InterfaceError, Later):
        raise  # Tried again: the cursor has not moved.
    except Exception:
        # One reader's edition that cannot be made must not keep the others from theirs.
        log.exception("subscription %s gets no newest issue", subscription)
        return False
    if refused is not None:
        log.info("subscription %s gets no newest issue: %s", subscription, refused.value)
    return refused is None


def forget_confirmed(*, before: dt.datetime) -> None:
    """Greet nobody for a confirmation up to that moment.

    For a database that may be an older copy: the one it is a copy of has greeted them.
    """
    events = Event.objects.filter(at__lte=before).order_by("-pk")
    last = events.values_list("pk", flat=True).first()
    if last is not None:
        EventCursor.objects.get_or_create(name=CURSOR)
        EventCursor.objects.filter(name=CURSOR, event__lt=last).update(event=last)


# ---- what the reader is told


def told(tie: Subscription) -> str:
    """What page and mail say to who has just confirmed, in the active language; "" for nothing."""
    seen = look(tie, timezone.now())
    if seen.refused is Refusal.NO_ITEM:
        return pgettext(
            "welcome",
            "The latest issue has nothing in the categories you chose. The next one that has"
            " something for you will come to you.",
        )
    issue = seen.issue or _on_its_way(tie)
    if issue is None:
        return ""
    return pgettext("welcome", "The latest issue, “%(title)s”, follows in a mail of its own.") % {
        "title": issue.title
    }


def _on_its_way(tie: Subscription) -> Issue | None:
    """The newest issue, if it was given to this reader as a welcome."""
    for issue in _newest(tie.publication) if tie.publication.welcome_latest_issue else ():
        place = Delivery.objects.filter(issue=issue, subscription=tie).values_list("pk", flat=True)
        of_them = Chunk.objects.filter(issue=issue, kind=Chunk.Kind.WELCOME, first__in=place)
        if of_them.exists():
            return issue
    return None
