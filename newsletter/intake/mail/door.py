"""What the listener calls for the addresses for drafts."""

from __future__ import annotations

import logging
from email.message import Message
from typing import TYPE_CHECKING

from django.utils import timezone, translation
from django.utils.translation import pgettext

from newsletter.bounces import signs
from newsletter.bounces.listener import NotTaken
from subscribers import accounts, limits
from subscribers.limits import Rate
from subscribers.roles import Act, may

from ..putting import Way, Wish, put
from . import addresses, documents, passing_on, proof
from .addresses import Known
from .answer import answer

if TYPE_CHECKING:
    from django.contrib.auth.models import User

log = logging.getLogger(__name__)

# Mails of one person: each is answered.
_RATE = Rate(interval=60, burst=30)
_UNKNOWN = "550 5.7.1 Not signed (DKIM) by somebody who may write drafts here"


class Drafts:
    """Mail to `drafts-TOKEN@` and `drafts-SLUG@` becomes drafts, and is answered."""

    def knows(self, address: str) -> bool:
        """Whether mail to this address is taken."""
        known = addresses.find(address)
        return known is not None and (known.bearer is not None or proof.available())

    def receive(self, content: bytes, sender: str, recipient: str) -> None:
        """Import each document and answer it. Raises NotTaken, and what the database raises."""
        known = addresses.find(recipient)
        if known is None:
            raise NotTaken("550 5.1.1 Not an address of ours any more")
        try:
            message = documents.parse(content)
        except documents.Unreadable:
            raise NotTaken("554 5.6.0 The mail cannot be taken apart") from None
        if not sender.strip("<> ") or _is_reply(message):
            # Bounces and automatic replies: answering them would never end.
            log.info("an automatic mail to the drafts of %s was dropped", known.publication.slug)
            return
        user = _who(known, content, message, recipient)
        if not limits.take(limits.key_for("mail-in", str(user.pk)), _RATE):
            raise NotTaken("451 4.7.1 Too many at once, please bring it again later")
        self._take(known, user, message)

    def _take(self, known: Known, user: User, message: Message) -> None:
        publication = known.publication
        try:
            found = documents.documents(message)
        except documents.Unreadable:
            raise NotTaken("554 5.6.0 The mail cannot be taken apart") from None
        if not 0 < len(found) <= documents.MOST:
            with translation.override(publication.language.lower()):
                said = _said(len(found), documents.is_html_alone(message))
            answer(publication, user, message, None, said)
            return
        files = documents.beside(message)
        for one in found:
            wish = Wish(name=one.name)
            with translation.override(publication.language.lower()):
                done = put(publication, one.data, wish, by=user, way=Way.MAIL, files=files)
            answer(publication, user, message, done)


def _said(count: int, is_html: bool) -> str:
    if count:
        return pgettext("mail in", "A mail brings at most %(most)d documents: send fewer.") % {
            "most": documents.MOST
        }
    if is_html:
        return pgettext(
            "mail in",
            "Its text is there as HTML only, which is not read."
            " Attach a Markdown file, or write it as plain text.",
        )
    return pgettext(
        "mail in",
        "There is no document in it. Attach a Markdown file, or write it as plain text.",
    )


def _is_reply(message: Message) -> bool:
    """RFC 3834 section 5, and what is older. What a program wrote by itself ("auto-generated") is
    welcome, unless it calls itself an automatic reply, as Exchange does."""
    said = str(message.get("auto-submitted", "")).strip().lower()
    older = any(message[name] for name in ("x-autoreply", "x-autorespond", "x-mail-autoreply"))
    return (
        said.startswith("auto-replied")
        or message.get_content_type() == "multipart/report"
        or older
        or str(message.get("precedence", "")).strip().lower() in ("auto_reply", "auto-reply")
        or signs.is_auto_subject(passing_on.subject_of(message))
    )


def _who(known: Known, content: bytes, message: Message, recipient: str) -> User:
    """Who wrote it, if they may write drafts here. Raises NotTaken."""
    if known.bearer is not None:
        return known.bearer.user
    writers = [
        one
        for one in accounts.with_address(proof.sender_of(message)).filter(is_active=True)[:5]
        if accounts.address_of(one) and may(one, Act.EDIT, known.publication)
    ]
    try:
        if not writers or not proof.proven(content, message, recipient, timezone.now()):
            raise NotTaken(_UNKNOWN)
    except proof.NotKnown:
        raise NotTaken("451 4.7.5 The key of the signature cannot be looked up now") from None
    return writers[0]
