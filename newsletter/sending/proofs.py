"""A test of an edition to any address: one mail, outside the ledger, marked as a test.

A test looks like a real mail and leaves by the same sender, so it is held like one: so many an
hour for each person, none to an address that must not be mailed, and to others than the
publication's own people only by somebody who may send.
"""

from __future__ import annotations

import dataclasses
import secrets
import smtplib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.core.mail import get_connection
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from newsletter import editions, message, rendering
from newsletter.message.rehearsal import RehearsalTemplate
from newsletter.models import Issue
from subscribers import limits, rehearsal, suppression
from subscribers.addresses import BadAddress, key_of, normalise
from subscribers.emails import relay
from subscribers.limits import Rate
from subscribers.models import Publication, Role
from subscribers.roles import Act, may

from . import service_ways
from .control import ActRefused, audit, user_id

if TYPE_CHECKING:
    from .control import Actor

# At once, and on average in an hour, for one person in all publications together.
MOST_AN_HOUR = 20
_RATE = Rate(interval=3600 / MOST_AN_HOUR, burst=MOST_AN_HOUR)


class NotTaken(ActRefused):
    """The mail server took some and refused others, each with its reason. `taken`: the addresses
    whose mail is on its way, so that nobody mails them again to reach the others."""

    def __init__(self, reasons: list[str], taken: list[str]) -> None:
        super().__init__(reasons)
        self.taken = taken


def send_test(
    issue: Issue,
    addresses: Iterable[str],
    selection: int,
    by: Actor,
    *,
    start: int = 0,
    reader: int | None = None,
) -> int:
    """Mail the edition of `selection` to each address, the subject marked [Test]; how many.

    `start` is where a round-up begins. `reader` is the subscription whose edition it is, for the
    record. The personal links in it are nobody's: they open a page that says so. While a
    rehearsal address is set all of them go there, each with the address it was for. Raises
    BadAddress for an address that is none, ActRefused for one that gets no test and for too many,
    NotTaken where the mail server refused some, RenderingError, and what it raises before any.
    """
    recipients = list(dict.fromkeys(normalise(address) for address in addresses))
    instead = rehearsal.address_of(issue.publication)
    _check(recipients, issue.publication, by, instead)
    edition = rendering.prepare(editions.load(issue), issue.publication).edition(selection, start)
    with translation.override(issue.publication.language.lower()):
        marked = dataclasses.replace(edition, subject=_("[Test] %s") % edition.subject)
    if instead:
        template: message.MessageTemplate = RehearsalTemplate(
            marked, issue.publication, issue, instead
        )
    else:
        template = message.MessageTemplate(marked, issue.publication, issue)
    mails = []
    for recipient in recipients:
        # A number of its own makes a Message-ID of its own: of mails with the same one, programs
        # show one.
        number = secrets.randbits(48)
        named = number if instead else 0  # A rehearsal takes it from there, and leads to nobody.
        to = message.Reader(recipient, subscription=0, delivery=named, issue=number)
        content = message.plain_bytes(template.fill(to, timezone.now()).content)
        mails.append(relay.Finished(issue.publication.from_address, instead or recipient, content))
    _take_share(len(recipients), by)
    # Before the mail: what may have gone out is on record, whatever the server says then. An
    # address would outlive an erasure; its keyed hash tells whether a known address got one.
    detail = {"number": len(mails), "selection": selection}
    if reader is not None:
        detail["as_reader"] = reader
    audit(issue, by, "send_test", **detail, keys=[str(key_of(one)) for one in recipients])
    # By a relay of this publication: the first of the site may not send for its address.
    way = next(iter(service_ways.order(issue.publication)), {})
    _hand_over(dict(zip(recipients, mails, strict=True)), way)
    return len(mails)


def said_by(error: OSError) -> str:
    """A mail server's no, or what kept us from it, in words: a code and its text, never a repr."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()), (550, b""))
        return _reply(code, text)
    if isinstance(error, smtplib.SMTPResponseException):
        return _reply(error.smtp_code, error.smtp_error)
    if isinstance(error, TimeoutError):
        return pgettext("test mail", "it did not answer in time")
    return error.strerror or str(error) or type(error).__name__


def _reply(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(words.split())[:200]}".strip()


def _hand_over(mails: Mapping[str, relay.Finished], way: Mapping[str, Any]) -> None:
    """One after the other: an address that the server refuses keeps no other from its mail."""
    connection = get_connection(**way)
    connection.open()
    taken, reasons = [], []
    try:
        for recipient, mail in mails.items():
            try:
                connection.send_messages([mail])
            except OSError as error:
                # Whoever has not had theirs is told of, whether it was refused or the line broke.
                reasons.append(
                    pgettext("test mail", "%(address)s: the mail server did not take it: %(said)s")
                    % {"address": recipient, "said": said_by(error)}
                )
            else:
                taken.append(recipient)
    finally:
        connection.close()
    if reasons:
        raise NotTaken(reasons, taken)


def _check(recipients: Sequence[str], publication: Publication, by: Actor, instead: str) -> None:
    """Refuse with a sentence for each address that gets no test; `instead` gets all of them."""
    refused = [
        pgettext("test mail", "%(address)s must not be mailed: it is suppressed.")
        % {"address": one}
        for one in (*recipients, *([instead] if instead else []))
        if suppression.suppressed(one, publication) is not None
    ]
    if not refused and not isinstance(by, str) and not may(by, Act.SEND, publication):
        people = _people(publication) | {_own(by)}
        refused = [
            pgettext(
                "test mail",
                "%(address)s belongs to nobody who works on this publication. Only who may send"
                " can mail a test to others.",
            )
            % {"address": one}
            for one in recipients
            if one not in people
        ]
    if refused:
        raise ActRefused(refused)


def _people(publication: Publication) -> set[str]:
    """The addresses of those who have a role in it, as `normalise` writes them."""
    roles = Role.objects.filter(publication=publication, user__is_active=True)
    return {_normal(one) for one in roles.values_list("user__email", flat=True).distinct()}


def _own(by: Actor) -> str:
    return _normal(getattr(by, "email", ""))


def _normal(address: str) -> str:
    try:
        return normalise(address)
    except BadAddress:
        return ""


def _take_share(mails: int, by: Actor) -> None:
    """Take so many of this hour's, or refuse; a program is held by whoever runs it."""
    if isinstance(by, str):
        return
    if not limits.take(limits.key_for("test", str(user_id(by))), _RATE, slots=mails):
        raise ActRefused(
            [
                pgettext(
                    "test mail",
                    "That would be more than %(most)d test mails in an hour. Wait a while, or"
                    " give fewer addresses.",
                )
                % {"most": MOST_AN_HOUR}
            ]
        )
