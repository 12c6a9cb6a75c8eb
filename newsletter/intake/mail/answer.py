"""The answer to a document that came by mail: what it is now, and its problems at their lines."""

from __future__ import annotations

import logging
import re
from email.message import Message
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from newsletter import conf
from newsletter.models import Issue
from subscribers import accounts, mailing
from subscribers.emails.letters import Button, Letter
from subscribers.models import Publication

from .. import reading
from ..putting import Outcome, Put

if TYPE_CHECKING:
    from django.contrib.auth.models import User

log = logging.getLogger(__name__)

_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,300}>")
_MOST_PROBLEMS = 50


def answer(
    publication: Publication, user: User, message: Message, done: Put | None, said: str = ""
) -> None:
    """Write to `user` what became of a document; without one, `said` is why there is none.

    It goes to the address of the account and nowhere else, so nobody can have others written to.
    """
    if not accounts.address_of(user):
        log.info("a mail for %s is not answered: %s has no address", publication.slug, user)
        return
    with translation.override(publication.language.lower()):
        letter = _letter(publication, message, done, said)
    mailing.write(letter, publication, accounts.address_of(user), publication.language)


def _letter(publication: Publication, message: Message, done: Put | None, said: str) -> Letter:
    title = done.report.digest.title if done is not None else ""
    subject = _subject(done) % {"name": publication.name, "title": title or publication.name}
    button = _button(done)
    paragraphs = [said] if said else _paragraphs(done)
    return Letter(
        subject=subject,
        heading=subject,
        paragraphs=paragraphs,
        button=button,
        headers={"Auto-Submitted": "auto-replied", **_thread(message)},
        on_request=False,
    )


def _subject(done: Put | None) -> str:
    match done.outcome if done is not None else Outcome.REFUSED:
        case Outcome.MADE:
            return pgettext("mail in", "A draft was made: %(title)s")
        case Outcome.UPDATED:
            return pgettext("mail in", "The draft was brought up to date: %(title)s")
        case Outcome.SAME:
            return pgettext("mail in", "Nothing to change: %(title)s")
        case Outcome.RELEASED:
            return pgettext("mail in", "It is out already: %(title)s")
        case Outcome.REFUSED:
            return pgettext("mail in", "Nothing was stored: your mail to %(name)s")


def _paragraphs(done: Put | None) -> list[str]:
    if done is None:
        return []
    found = [problem for problem in done.report.problems if problem.level != "note"]
    lines = [_line(done, one.line, one.column, one.message) for one in found[:_MOST_PROBLEMS]]
    lines += done.conflicts_in_words()[:_MOST_PROBLEMS]
    match done.outcome:
        case Outcome.REFUSED:
            first = pgettext("mail in", "Solve this and send the document again:")
        case Outcome.RELEASED:
            first = pgettext("mail in", "Readers have it with another text: correct it there.")
        case _ if lines:
            first = pgettext("mail in", "Nothing was released. There is something to look at:")
        case _:
            first = pgettext("mail in", "Nothing was released: a person does that.")
    return [first, *lines]


def _line(done: Put, line: int, column: int, message: str) -> str:
    place = _("line %(line)d, column %(column)d") % {"line": line, "column": column}
    name = f"{done.name}, " if done.name else ""
    return f"{name}{place}: {message}" if line else f"{name}{message}"


def _button(done: Put | None) -> Button:
    issue: Issue | None = None
    if done is not None:
        issue = done.report.issue or done.report.released
    if issue is None:
        address = conf.absolute(reverse("admin:newsletter_issue_import"))
        return Button(pgettext("mail in", "Import it in the browser"), address)
    if done is not None and done.outcome is Outcome.RELEASED:
        address = conf.absolute(reverse("admin:newsletter_issue_correct", args=[issue.pk]))
        return Button(pgettext("mail in", "Correct the issue"), address)
    return Button(pgettext("mail in", "Open the draft"), reading.edit_address(issue.pk))


def _thread(message: Message) -> dict[str, str]:
    """The answer stands below the mail it answers (RFC 5322 section 3.6.4)."""
    match = _ID.fullmatch(str(message.get("message-id", "")).strip())
    return {"In-Reply-To": match[0], "References": match[0]} if match else {}
