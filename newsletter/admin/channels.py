"""Where a release goes, as the send page offers it: mail, site and feeds, or one of the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.http import HttpRequest
from django.utils.translation import gettext as _

from subscribers import rehearsal

from .. import sending
from ..editions import IssueView, load
from ..models import Issue

Channels = Issue.Channels


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What pressing would mail instead while a rehearsal address is set."""

    address: str
    mails: int
    editions: int
    # Mails it has at most, however many readers there are.
    most: int


def chosen(issue: Issue, text: str) -> str:
    """Where the form says it goes; what is on the site already can only be mailed as well.

    What is scheduled goes where it was released to.
    """
    if issue.state == Issue.State.SCHEDULED:
        return issue.channels
    if issue.state == Issue.State.PUBLISHED or text not in Channels.values:
        return Channels.ALL
    return text


def named(request: HttpRequest, issue: Issue, otherwise: str) -> str:
    """Where an address or a form says that it is to go; `otherwise` where they say nothing."""
    said = request.POST.get("to") or request.GET.get("to") or otherwise
    return chosen(issue, said)


def ways(issue: Issue) -> list[tuple[str, str]]:
    """Where it can be said to go, (value, words); nothing to choose where there is one way."""
    if issue.state == Issue.State.PUBLISHED:
        return []
    return [(str(value), str(words)) for value, words in Channels.choices]


def meaning(issue: Issue, channels: str) -> str:
    """What the choice means for readers, the site and the feeds, in a sentence or two."""
    if issue.state == Issue.State.PUBLISHED:
        return _("It is on the site and in the feeds already. Now it is mailed as well.")
    if channels == Channels.SITE:
        return _(
            "It goes on the site and into the feeds, and no reader gets a mail. It can be mailed"
            " later, once to each reader."
        )
    if channels == Channels.MAIL:
        return _(
            "Only the readers get it. It has no page, and stands in no archive and in no feed,"
            " personal feeds included. Its mails hold no link to the web version."
        )
    return _("Readers get the mail, and it goes on the site and into the feeds.")


def rehearsed(issue: Issue, view: IssueView, channels: str) -> Rehearsal | None:
    """What would be rehearsed; None while mail goes to readers, or when nothing is mailed."""
    address = rehearsal.address_of(issue.publication)
    if not address or channels == Channels.SITE:
        return None
    found = sending.sample(issue, view)
    return Rehearsal(address, len(found.readers), len(found.keys), sending.MOST_REHEARSED)


def with_others(found: Rehearsal, others: Sequence[Issue]) -> Rehearsal:
    """The same with the translations that are rehearsed with an issue."""
    samples = [sending.sample(one, load(one)) for one in others]
    return replace(
        found,
        mails=found.mails + sum(len(one.readers) for one in samples),
        editions=found.editions + sum(len(one.keys) for one in samples),
    )
