"""What each edition of an issue comes to: subject, octets, whether it had to be shortened.

To know it an edition is made, and its message built. So it is kept beside the pieces that the pages
of a draft keep (`rendering.kept`), of which it says no more than they do, and goes with them.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass

from newsletter import message
from newsletter.editions import EditionKey
from newsletter.models import Issue
from newsletter.rendering import Prepared


@dataclass(frozen=True, slots=True)
class Made:
    """A finished edition in figures. `size` is octets of HTML, `message_bytes` of all of it."""

    subject: str
    size: int
    message_bytes: int
    shortened: bool
    unsubscribes: bool


_known: weakref.WeakKeyDictionary[Prepared, dict[EditionKey, Made]] = weakref.WeakKeyDictionary()


def made(prepared: Prepared, key: EditionKey, issue: Issue) -> Made:
    """The edition of `issue`, which is what was prepared. Raises as `Prepared.edition`."""
    known = _known.setdefault(prepared, {})
    if (found := known.get(key)) is None:
        edition = prepared.edition(*key)
        found = known[key] = Made(
            subject=edition.subject,
            size=edition.size,
            message_bytes=message.MessageTemplate(edition, issue.publication, issue).size,
            shortened=edition.shortened,
            unsubscribes=edition.unsubscribes,
        )
    return found
