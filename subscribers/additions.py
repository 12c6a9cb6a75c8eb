"""What an app above this one adds to readers and categories; it registers in `AppConfig.ready`.

Imports run one way: this app knows nobody above it, but a reader's page also shows which issues
were meant for them, their export holds these too, and items move when categories are merged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .models import Category, Publication, Subscriber, Subscription


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a reader's page: a template that shows `panel.rows`."""

    template: str
    rows: Sequence[Any]


@dataclass(frozen=True, slots=True)
class No:
    """What a relay refused a single mail with: its reply, to which step (`mail`, `rcpt`, `dot`)."""

    code: int
    words: str
    step: str
    sender: str
    recipient: str


# Name -> what is stored about a person under it, as a JSON-able value.
export_sections: dict[str, Callable[[Subscriber], Any]] = {}
# Name -> a panel for a person and those of their subscriptions the user may see, or None.
reader_panels: dict[str, Callable[[Subscriber, list[Subscription]], Panel | None]] = {}
# Name -> what the mail and the page say to a reader who has just confirmed, or "".
welcome_lines: dict[str, Callable[[Subscription], str]] = {}
# Name -> moves what is filed under the first category to the second; how many rows that were.
# Called inside the transaction of the merge.
filed_under: dict[str, Callable[[Category, Category], int]] = {}
# Name -> how much is filed under a category, said before it is merged or retired.
counted_under: dict[str, Callable[[Category], int]] = {}
# Name -> stops what is on its way to a publication's readers once it has a rehearsal address.
# Called in the transaction that set it.
held_back: dict[str, Callable[[Publication], object]] = {}
# Name -> the DKIM-Signature field, with its CRLF, for a message (CRLF, as its reader sees it) from
# this domain, or b"" without a key for it.
signatures: dict[str, Callable[[str, bytes], bytes]] = {}
# Name -> Django's options for a connection to each relay that may have a publication's single
# mails, the one to try first; none: the connection that Django has.
service_ways: dict[str, Callable[[Publication], Sequence[Mapping[str, Any]]]] = {}
# Name -> whether a relay's no is the last word on a single mail: another try would get it again.
last_words: dict[str, Callable[[No], bool]] = {}


def welcomes(subscription: Subscription) -> list[str]:
    """What else there is to say to a reader who has just confirmed, in the active language."""
    return [line for tell in welcome_lines.values() if (line := tell(subscription))]


def panels(subscriber: Subscriber, ties: list[Subscription]) -> list[Panel]:
    """The panels of a reader's page that have something to show, in the order of registration."""
    found = (panel(subscriber, ties) for panel in reader_panels.values())
    return [panel for panel in found if panel is not None]
