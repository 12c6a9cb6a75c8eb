"""A test of an edition to any address: one mail, outside the ledger, marked as a test."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.mail import get_connection
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from newsletter import editions, message, rendering
from newsletter.message.rehearsal import RehearsalTemplate
from newsletter.models import Issue
from subscribers import rehearsal
from subscribers.addresses import normalise
from subscribers.emails import relay

from .control import audit

if TYPE_CHECKING:
    from .control import Actor

MOST = 20


def send_test(issue: Issue, addresses: Iterable[str], selection: int, by: Actor) -> int:
    """Mail the edition of `selection` to each address, the subject marked [Test]; how many.

    The personal links in it are nobody's: they open a page that says so. While a rehearsal address
    is set all of them go there, each with the address it was for. Raises BadAddress for
    an address that is none, RenderingError, and what the mail server raises.
    """
    recipients = [normalise(address) for address in addresses][:MOST]
    edition = rendering.prepare(editions.load(issue), issue.publication).edition(selection)
    with translation.override(issue.publication.language.lower()):
        marked = dataclasses.replace(edition, subject=_("[Test] %s") % edition.subject)
    instead = rehearsal.address_of(issue.publication)
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
        reader = message.Reader(recipient, subscription=0, delivery=named, issue=number)
        filled = template.fill(reader, timezone.now())
        content = message.plain_bytes(filled.content)
        mails.append(relay.Finished(issue.publication.from_address, instead or recipient, content))
    sent = get_connection().send_messages(mails) or 0
    audit(issue, by, "send_test", number=sent, selection=selection)
    return sent
