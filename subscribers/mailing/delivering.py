"""One mail to the relay, and the sweep over what waits."""

from __future__ import annotations

import datetime as dt
import enum
import logging
import time

from django.db import InterfaceError, OperationalError
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Least
from django.utils import timezone

from .. import conf
from ..emails import relay
from ..models import ServiceMail
from . import kinds

log = logging.getLogger(__name__)

State = ServiceMail.State

# Longer than a relay may take for one mail (`EMAIL_TIMEOUT` for each of its answers).
LEASE = dt.timedelta(minutes=10)
# A mail that was put off waits 30 seconds, then twice as long each time.
_FIRST_WAIT, _LONGEST_WAIT = 30.0, 4 * 3600.0
# One that found no relay waits no longer than this: the relay is at fault and not the mail.
_LONGEST_FOR_RELAY = 60.0
# One refused for what is wrong with us goes soon after that is mended.
_LONGEST_FOR_US = 1800.0
# After so many tries without an answer it has most likely arrived, and is not sent once more.
MOST_UNANSWERED = 3
_BATCH = 200


class Came(enum.Enum):
    """What one try came to."""

    DONE = "done"
    LATER = "later"
    NO_RELAY = "no relay"


def sweep(*, seconds: float = 20.0) -> int:
    """Send what is due, oldest first, for at most so long; how many mails came to an end.

    A relay that cannot be reached is asked once in a sweep; where there are several, once for each
    publication, whose relays are its own.
    """
    end = time.monotonic() + seconds
    now = timezone.now()
    several = len(conf.service_relays()) > 1
    done, down = 0, set[tuple[bool, int | None]]()
    due = (
        _claimable(now)
        .order_by("due_at")
        .values_list("pk", "by_alert_relay", "publication_id", "subscription__publication_id")[
            :_BATCH
        ]
    )
    for pk, by_alert_relay, own, of_tie in list(due):
        if time.monotonic() > end:
            break
        way = by_alert_relay, (own or of_tie) if several else None
        if way in down:
            continue
        came = deliver(pk)
        done += came is Came.DONE
        if came is Came.NO_RELAY:
            down.add(way)
    return done


def deliver(pk: int) -> Came:
    """Send one mail if it is due and nobody else is at it."""
    row = _claim(pk, timezone.now())
    if row is None:
        return Came.LATER
    try:
        return _try(row)
    except (OperationalError, InterfaceError):
        raise  # The database is away: the lease ends by itself.
    except Exception:
        # One mail that cannot be made must not hold up the others.
        log.exception("service mail %s cannot be made", row.pk)
        return _put_off(row, "error", wait(row.tries))


def wait(tries: int, longest: float = _LONGEST_WAIT) -> dt.timedelta:
    """How long a mail waits after so many tries. Pure."""
    return dt.timedelta(seconds=min(longest, _FIRST_WAIT * 2.0 ** min(tries - 1, 20)))


def _claimable(now: dt.datetime) -> QuerySet[ServiceMail]:
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    return ServiceMail.objects.filter(free, state=State.WAITING, due_at__lte=now)


def _claim(pk: int, now: dt.datetime) -> ServiceMail | None:
    """The row, ours until the lease ends; written before anything touches the network."""
    # A relay may be away for a month; the column ends at 32,767.
    tries = Least(F("tries") + 1, Value(32_767))
    if not _claimable(now).filter(pk=pk).update(leased_until=now + LEASE, tries=tries):
        return None
    loaded = ServiceMail.objects.select_related(
        "publication", "subscription__subscriber", "subscription__publication"
    )
    return loaded.filter(pk=pk).first()


def _try(row: ServiceMail) -> Came:
    now = timezone.now()
    if row.expires_at <= now:
        return _end(row, State.EXPIRED, row.answer)
    try:
        mail = kinds.outgoing(row)
    except kinds.NothingToSay as nothing:
        return _end(row, State.DROPPED, str(nothing))
    except kinds.NotYet as later:
        return _put_off(row, "asked lately", later.wait)
    # Every second try of an alert goes the other way: an alert relay may be what is broken.
    by_alert_relay = row.by_alert_relay and row.tries % 2 == 1
    try:
        relay.send(
            mail.letter, mail.publication, mail.address, mail.language,
            by_alert_relay=by_alert_relay,
        )  # fmt: skip
    except relay.MailRefused as error:
        log.info("service mail %s: %s", row.pk, error)
        if by_alert_relay and conf.alert_relay():
            # The account there may not send for this address: the other relay has not been asked.
            return _put_off(row, str(error.code), wait(row.tries))
        # Asking a relay that said no for good would only annoy it.
        kinds.note_asked(row, now)
        return _end(row, State.REFUSED, str(error.code))
    except relay.NoRelay as error:
        log.warning("service mail %s: %s", row.pk, error)
        _put_off(row, error.said, wait(row.tries, _LONGEST_FOR_RELAY))
        return Came.NO_RELAY
    except relay.Unanswered as error:
        log.warning("service mail %s: %s", row.pk, error)
        kinds.note_asked(row, now)
        if row.unanswered + 1 >= MOST_UNANSWERED:
            return _end(row, State.SENT, "no answer")
        ServiceMail.objects.filter(pk=row.pk).update(unanswered=F("unanswered") + 1)
        return _put_off(row, "no answer", wait(row.tries))
    except relay.NotSent as error:
        log.warning("service mail %s: %s", row.pk, error)
        ours = error.said.startswith("5")
        return _put_off(
            row, error.said, wait(row.tries, _LONGEST_FOR_US if ours else _LONGEST_WAIT)
        )
    kinds.note_asked(row, now)
    return _end(row, State.SENT, "")


def _end(row: ServiceMail, state: str, answer: str) -> Came:
    """The last word on a mail. Its letter is forgotten: what it told stands elsewhere."""
    ServiceMail.objects.filter(pk=row.pk, state=State.WAITING).update(
        state=state, ended_at=timezone.now(), leased_until=None, answer=answer[:60], letter={}
    )
    return Came.DONE


def _put_off(row: ServiceMail, answer: str, waits: dt.timedelta) -> Came:
    ServiceMail.objects.filter(pk=row.pk, state=State.WAITING).update(
        due_at=timezone.now() + waits, leased_until=None, answer=answer[:60]
    )
    return Came.LATER
