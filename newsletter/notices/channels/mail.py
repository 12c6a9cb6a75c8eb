"""By mail, to the editors who chose it: what happens within minutes is one mail."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Min
from django.utils import translation
from django.utils.translation import pgettext

from newsletter.models import Notice, NoticeChoice, NoticeReader, OutboxEvent
from subscribers import accounts, limits, mailing
from subscribers.emails.letters import Button, Letter
from subscribers.limits import Rate
from subscribers.models import Publication, Role
from subscribers.roles import Act, may

from ..telling import Told, told
from ..types import TYPES, chosen_as

if TYPE_CHECKING:
    from django.contrib.auth.models import User

NAME = "mail"
CODES = frozenset(one.code for one in TYPES if one.to_people)

_NEVER_UNHEARD = "issue.release_proposed"
_SENDERS = (Role.Kind.SENDER, Role.Kind.OWNER)

# A person gets the first at once, and what follows within five minutes together.
PACE = Rate(interval=300)
# Told in one mail; the next one has the rest.
_MOST = 20
_PEOPLE = 100


def spread(event: OutboxEvent) -> None:
    """A notice for each person who chose this type here, or for whom a person waits, and who may
    still see it."""
    type_ = chosen_as(event.type)
    if type_ not in CODES:
        return
    people = {user.pk: user for user in listeners(type_, event.publication)}
    people |= {user.pk: user for user in _waited_for(event)}
    Notice.objects.bulk_create(
        [Notice(event=event, user=user) for user in people.values()],
        ignore_conflicts=True,
    )


def listeners(type_: str, publication: Publication | None) -> list[User]:
    """Who is told of this type by mail: who chose it, has an address and may still see it.

    A program that proposed a release waits for an answer: where nobody chose to be told of that,
    everybody with a role to send is.
    """
    people = get_user_model().objects.filter(is_active=True)
    chosen = NoticeChoice.objects.filter(type=type_, publication=publication)
    found = [one for one in people.filter(pk__in=chosen.values("user")) if _may(one, publication)]
    if not found and type_ == _NEVER_UNHEARD and publication is not None:
        roles = Role.objects.filter(publication=publication, kind__in=_SENDERS)
        found = list(people.filter(pk__in=roles.values("user")))
    return [one for one in found if accounts.address_of(one)]


def _waited_for(event: OutboxEvent) -> list[User]:
    """Those for whom a person waits (`to` of the event), whatever they chose to be told of."""
    people = get_user_model().objects.filter(pk__in=event.data.get("to", ()), is_active=True)
    return [one for one in people if _may(one, event.publication) and accounts.address_of(one)]


def _may(user: User, publication: Publication | None) -> bool:
    if publication is None:
        return bool(user.is_superuser)
    return may(user, Act.SEE, publication)


def work(now: dt.datetime) -> None:
    """Write the mails of who has waited long enough; service mail sends them."""
    waiting = Notice.objects.filter(told_at__isnull=True).values("user")
    # Who waits longest first: a hundred who are told of much must not keep out the others.
    longest = waiting.annotate(first=Min("id")).order_by("first")
    for number in list(longest.values_list("user", flat=True)[:_PEOPLE]):
        with transaction.atomic():
            if limits.take(f"notice:{number}", PACE, now=now):
                _write(number, now)


def _write(user: Any, now: dt.datetime) -> None:
    """One mail of what waits for a person (the key of an account), in their language."""
    rows = list(
        Notice.objects.select_related("event__publication", "user")
        .filter(user=user, told_at__isnull=True)
        .order_by("pk")[:_MOST]
    )
    sender = next((row.event.publication for row in rows if row.event.publication), None)
    sender = sender or Publication.objects.order_by("pk").first()
    if not rows or sender is None:
        return
    chosen = NoticeReader.objects.filter(pk=user).values_list("language", flat=True).first()
    language = chosen or sender.language
    with translation.override(language.lower()):
        things = [told(row.event, row.event.publication, row.user) for row in rows]
        letter = _letter(things, waited_for=any("to" in row.event.data for row in rows))
    mail = mailing.write(
        letter,
        sender,
        accounts.address_of(rows[0].user),
        language,
        by_alert_relay=True,
    )
    Notice.objects.filter(pk__in=[row.pk for row in rows]).update(mail=mail, told_at=now)


def _letter(things: list[Told], *, waited_for: bool) -> Letter:
    """A button to each page, which shows and changes nothing by being opened."""
    small = pgettext("notice", "You chose to be told of this. Change it under “Notices”.")
    if waited_for:
        small = pgettext("notice", "You are told because a colleague waits for you.")
    first = things[0]
    subject = first.text
    if len(things) > 1:
        subject = pgettext("notice", "%(first)s And %(number)d more") % {
            "first": first.text,
            "number": len(things) - 1,
        }
    label = pgettext("notice", "Open the page")
    pages: dict[str, list[str]] = {}
    for number, one in enumerate(things, 1):
        if one.url:
            pages.setdefault(one.url, []).append(str(number))
    # Of several, each button says what it is for.
    several = len(pages) > 1
    buttons = [
        Button(f"{label} ({', '.join(numbers)})" if several else label, page)
        for page, numbers in pages.items()
    ]
    return Letter(
        subject=subject[:200],
        heading=pgettext("notice", "What happened"),
        paragraphs=[
            f"({number}) {one.text}" if several else one.text
            for number, one in enumerate(things, 1)
        ],
        button=buttons[0] if buttons else None,
        more=buttons[1:],
        small=[small],
    )
