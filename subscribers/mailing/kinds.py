"""What each kind of service mail has to say now, or why it says nothing.

Asked at the moment a mail goes, so that who has confirmed, left or been suppressed meanwhile gets
the right one or none. Whoever types addresses into forms cannot fill a stranger's mailbox: a mail
takes slots in time (`limits`), in the transaction that marks the row, so a further try of the
same mail takes no others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import translation

from .. import languages, limits, stopped, suppression
from ..addresses import canonical
from ..emails import letters
from ..emails.invitation import invitation
from ..emails.letters import Letter
from ..limits import Rate
from ..models import Publication, ServiceMail, Subscription

Kind, State = ServiceMail.Kind, Subscription.State

# At most one confirmation to an address in 24 hours and three in 30 days, whatever is asked.
PER_DAY = Rate(interval=24 * 3600)
PER_MONTH = Rate(interval=30 * 24 * 3600)
MONTHLY = 3
# Links mailed on request to a confirmed reader.
ON_REQUEST = Rate(interval=8 * 3600, burst=3)
# When to look again for an address that has had its share.
_SHARE_AGAIN = dt.timedelta(hours=6)


class NothingToSay(Exception):
    """The mail is not needed; why, in a word for the list."""


class NotYet(Exception):
    """Not before a while has passed."""

    def __init__(self, wait: dt.timedelta) -> None:
        super().__init__()
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One mail as it goes now."""

    letter: Letter
    publication: Publication
    address: str
    language: str


def outgoing(row: ServiceMail) -> Outgoing:
    """What the row says now. Raises NothingToSay or NotYet; may take slots for it."""
    return _KINDS[Kind(row.kind)](row)


def may_be_mailed(subscription: Subscription) -> bool:
    """Not erased, and not suppressed but by an erasure the reader may take back by confirming."""
    subscriber = subscription.subscriber
    if subscriber.erased_at is not None or not subscriber.address:
        return False
    standing = suppression.suppressed(subscriber.address, subscription.publication)
    return standing is None or standing.reason == suppression.Reason.ERASED


# ---- slots


def _granted(row: ServiceMail, keys: Callable[[], list[str]]) -> bool:
    """Whether this mail may go now; takes its slots once, together with the mark in the row."""
    if row.granted:
        return True
    with transaction.atomic():
        if not keys():
            return False
        ServiceMail.objects.filter(pk=row.pk).update(granted=True)
    row.granted = True
    return True


def _one(key: str, rate: Rate) -> Callable[[], list[str]]:
    return lambda: [key] if limits.take(key, rate) else []


def _of_address(address: str) -> Callable[[], list[str]]:
    """One slot of the day and one of the month, or none of either."""

    def take() -> list[str]:
        name = canonical(address)
        day = limits.key_for("confirm", name)
        if not limits.take(day, PER_DAY):
            return []
        numbers: Iterator[str] = (
            limits.key_for("confirm30", f"{name}|{number}") for number in range(MONTHLY)
        )
        month = limits.take_any(numbers, PER_MONTH)
        if month is None:
            limits.give_back(day)
            return []
        return [day, month]

    return take


# ---- the kinds


def _tie(row: ServiceMail) -> Subscription:
    tie = row.subscription
    if tie is None or tie.subscriber.erased_at is not None or not tie.subscriber.address:
        raise NothingToSay("nobody")
    return tie


def _to_reader(tie: Subscription, letter: Letter, *, to: str = "") -> Outgoing:
    language = languages.of_subscription(tie)
    return Outgoing(letter, tie.publication, to or tie.subscriber.address, language)


def _answer(row: ServiceMail) -> Outgoing:
    """Somebody asked: the confirmation, or that the address gets it already, or is stopped."""
    tie = _tie(row)
    if not may_be_mailed(tie):
        return _stopped(row, tie)
    slots = _of_address(tie.subscriber.address)
    if tie.state == State.PENDING:
        if not _granted(row, slots):
            if tie.asked_at is None:
                raise NotYet(_SHARE_AGAIN)
            raise NothingToSay("asked lately")
        return _to_reader(tie, letters.confirmation(tie))
    if tie.state == State.ACTIVE and _granted(row, slots):
        return _to_reader(tie, letters.already(tie))
    raise NothingToSay("asked lately" if tie.state == State.ACTIVE else "left")


def _stopped(row: ServiceMail, tie: Subscription) -> Outgoing:
    """Tell a reader whose mail was stopped what they can do, if they can do something.

    Goes to a suppressed address, because somebody asked: as seldom as a confirmation, and to one
    that reported us as spam once in 30 days, without a link.
    """
    with translation.override(languages.of_subscription(tie)):
        found = stopped.of(tie)
    address = tie.subscriber.address
    if found is not None and found.provable and _granted(row, _of_address(address)):
        return _to_reader(tie, letters.proof(tie, found))
    if found is not None and found.complained:
        key = limits.key_for("mailed", f"complained|{canonical(address)}")
        if _granted(row, _one(key, PER_MONTH)):
            return _to_reader(tie, letters.complained(tie, found))
    raise NothingToSay("suppressed")


def _reminder(row: ServiceMail) -> Outgoing:
    tie = _tie(row)
    if tie.state != State.PENDING or not may_be_mailed(tie):
        raise NothingToSay("confirmed" if tie.state == State.ACTIVE else "suppressed")
    if not _granted(row, _of_address(tie.subscriber.address)):
        raise NotYet(_SHARE_AGAIN)
    return _to_reader(tie, letters.confirmation(tie, reminder=True))


def _welcome(row: ServiceMail) -> Outgoing:
    """Greet a reader who has just confirmed; once a day at most."""
    tie = _tie(row)
    if tie.state != State.ACTIVE:
        raise NothingToSay("left")
    if not _granted(row, _one(f"welcome:{tie.pk}", PER_DAY)):
        raise NothingToSay("greeted lately")
    return _to_reader(tie, letters.welcome(tie))


def _links(row: ServiceMail) -> Outgoing:
    """The links to an address's subscriptions; an unconfirmed one gets its confirmation instead."""
    if row.subscriber_id is None or row.publication_id is None:
        raise NothingToSay("nobody")
    theirs = Subscription.objects.select_related("subscriber", "publication").filter(
        subscriber_id=row.subscriber_id, subscriber__erased_at__isnull=True
    )
    ties = list(theirs.filter(confirmed_at__isnull=False).order_by("id"))
    if not ties:
        waiting = theirs.filter(publication_id=row.publication_id, state=State.PENDING)
        row.subscription = waiting.first()
        return _answer(row)
    first = next((tie for tie in ties if tie.publication_id == row.publication_id), ties[0])
    if not may_be_mailed(first):
        return _stopped(row, first)
    key = limits.key_for("mailed", f"manage|{row.subscriber_id}")
    if not _granted(row, _one(key, ON_REQUEST)):
        raise NothingToSay("asked lately")
    others = [tie for tie in ties if tie.pk != first.pk]
    return _to_reader(first, letters.manage_links(first, others))


def _sensitive(row: ServiceMail) -> Outgoing:
    """The one-hour link, to the address itself, whoever holds the preferences link."""
    tie = _tie(row)
    if not may_be_mailed(tie):
        raise NothingToSay("suppressed")
    key = limits.key_for("mailed", f"sensitive|{tie.subscriber_id}")
    if not _granted(row, _one(key, ON_REQUEST)):
        raise NothingToSay("asked lately")
    return _to_reader(tie, letters.sensitive(tie))


def _old_address(row: ServiceMail) -> Outgoing:
    """Tell the old address that a change was asked for, once for each wish."""
    tie = _tie(row)
    subscriber = tie.subscriber
    key = limits.key_for("mailed", f"change|{subscriber.pk}|{subscriber.new_address_at}")
    if not subscriber.new_address or not _granted(row, _one(key, PER_DAY)):
        raise NothingToSay("told")
    return _to_reader(tie, letters.address_notice(tie))


def _new_address(row: ServiceMail) -> Outgoing:
    """Ask the new address to confirm: a confirmation like any other, with the same slots."""
    tie = _tie(row)
    new = tie.subscriber.new_address
    if not new:
        raise NothingToSay("over")
    if suppression.suppressed(new, None) is not None:
        raise NothingToSay("suppressed")
    if not _granted(row, _of_address(new)):
        raise NothingToSay("asked lately")
    return _to_reader(tie, letters.new_address(tie), to=new)


def _roundup_ended(row: ServiceMail) -> Outgoing:
    tie = _tie(row)
    if suppression.suppressed(tie.subscriber.address, tie.publication) is not None:
        raise NothingToSay("suppressed")
    return _to_reader(tie, letters.roundup_ended(tie))


def _letter(row: ServiceMail) -> Outgoing:
    if row.publication is None or not row.address:
        raise NothingToSay("nobody")
    return Outgoing(letters.stored(row.letter), row.publication, row.address, row.language)


def _invitation(row: ServiceMail) -> Outgoing:
    """The link to choose a password, unless that was done, or the invitation taken back."""
    user = get_user_model().objects.filter(pk=row.letter.get("user"), is_active=True).first()
    if user is None or row.publication is None or user.last_login or user.has_usable_password():
        raise NothingToSay("came" if user is not None else "nobody")
    if not row.publication.roles.filter(user=user).exists():
        raise NothingToSay("taken back")
    if suppression.suppressed(row.address, row.publication) is not None:
        raise NothingToSay("suppressed")
    letter = invitation(user, row.publication, str(row.letter.get("by", "")), row.language)
    return Outgoing(letter, row.publication, row.address, row.language)


_KINDS: dict[str, Callable[[ServiceMail], Outgoing]] = {
    Kind.ANSWER: _answer,
    Kind.REMINDER: _reminder,
    Kind.WELCOME: _welcome,
    Kind.LINKS: _links,
    Kind.SENSITIVE: _sensitive,
    Kind.OLD_ADDRESS: _old_address,
    Kind.NEW_ADDRESS: _new_address,
    Kind.ROUNDUP_ENDED: _roundup_ended,
    Kind.INVITATION: _invitation,
    Kind.LETTER: _letter,
}


def note_asked(row: ServiceMail, now: dt.datetime) -> None:
    """The confirmation has gone, or was refused for good: who asks again today gets no other."""
    if row.kind in (Kind.ANSWER, Kind.LINKS) and row.subscription is not None:
        Subscription.objects.filter(pk=row.subscription.pk, state=State.PENDING).update(
            asked_at=now
        )
