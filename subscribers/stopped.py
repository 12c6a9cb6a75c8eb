"""Why the mail to a reader stands still, as it is told to them, and what they can do about it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import pgettext

from . import suppression
from .models import Publication, Subscription, Suppression
from .suppression import Reason


@dataclass(frozen=True, slots=True)
class Stopped:
    """What stands against a reader's mail. `why` is a sentence in the active language."""

    why: str
    # By opening a mail that reaches the address; else it is the editors' to decide.
    provable: bool
    complained: bool


def of(subscription: Subscription) -> Stopped | None:
    """What stands against this reader in this publication, or None.

    An erasure does not: it was the reader's wish, and their next confirmation takes it back.
    """
    address = subscription.subscriber.address
    standing = suppression.suppressed(address, subscription.publication)
    if standing is None or standing.reason == Reason.ERASED:
        return None
    return Stopped(
        _why(standing, subscription.publication),
        standing.reason in suppression.PROVABLE,
        standing.reason == Reason.COMPLAINT,
    )


def _why(standing: Suppression, publication: Publication) -> str:
    said = {
        Reason.HARD: pgettext(
            "suppression",
            "On %(day)s a mail to it came back: there was no mailbox of this name.",
        ),
        Reason.SOFT: pgettext(
            "suppression", "Until %(day)s its mail server refused one issue after another."
        ),
        Reason.COMPLAINT: pgettext(
            "suppression", "On %(day)s our mail to it was reported as spam."
        ),
        Reason.MANUAL: pgettext("suppression", "On %(day)s the publisher stopped the mail to it."),
        Reason.IMPORTED: pgettext(
            "suppression", "On %(day)s it came from a list on which it was marked as stopped."
        ),
    }
    return said[Reason(standing.reason)] % {"day": _day(standing.at, publication)}


def _day(at: dt.datetime, publication: Publication) -> str:
    return date_format(at.astimezone(ZoneInfo(publication.time_zone)).date(), "DATE_FORMAT")
