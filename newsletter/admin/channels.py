"""Where a release goes, as the send page offers it: mail, site and feeds, or one of the two."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from subscribers import rehearsal, times

from .. import sending
from ..editions import IssueView, load
from ..models import Issue

Channels = Issue.Channels


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the ways, its address on this page, and whether it is the one shown."""

    label: str
    address: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What pressing would mail instead while a rehearsal address is set."""

    address: str
    mails: int
    editions: int
    # Mails it has at most, however many readers there are.
    most: int


def chosen(issue: Issue, text: str) -> str:
    """Where the form says it goes; what is on the site already can only be mailed as well."""
    if issue.state == Issue.State.PUBLISHED or text not in Channels.values:
        return Channels.ALL
    return text


def choices(issue: Issue, now: str, typed: str) -> list[Choice]:
    """The ways to choose from, each as a link that keeps the time; none for what is published."""
    if issue.state == Issue.State.PUBLISHED:
        return []
    return [
        Choice(
            str(Channels(value).label),
            "?" + urlencode({"channels": value, **({"at": typed} if typed else {})}),
            value == now,
        )
        for value in Channels.values
    ]


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


def _wait(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    if not rest:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}


def button(issue: Issue, channels: str, mails: int, at: dt.datetime | None) -> str:
    """What pressing will do: how many mails or none, and when."""
    publication = issue.publication
    readers = ngettext("%(count)s reader", "%(count)s readers", mails) % {"count": f"{mails:,}"}
    site = channels == Channels.SITE
    if at is not None:
        words = {
            "readers": readers,
            "when": times.say(at, publication),
            "zone": publication.time_zone,
        }
        if site:
            return _("Publish without mail at %(when)s (%(zone)s)") % words
        return _("Schedule for %(readers)s at %(when)s (%(zone)s)") % words
    if publication.undo_seconds:
        words = {"readers": readers, "wait": _wait(publication.undo_seconds)}
        if site:
            return _("Publish without mail in %(wait)s") % words
        return _("Send to %(readers)s in %(wait)s") % words
    if site:
        return _("Publish without mail now, without undo")
    return _("Send to %(readers)s now, without undo") % {"readers": readers}


def rehearse_button(found: Rehearsal) -> str:
    """What pressing will do during a rehearsal."""
    return ngettext(
        "Rehearse: %(count)d mail to %(address)s",
        "Rehearse: %(count)d mails to %(address)s",
        found.mails,
    ) % {"count": found.mails, "address": found.address}
