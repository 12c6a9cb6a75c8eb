"""An edition as it is stored: finished, compressed, the same for every reader of a revision."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from newsletter.models import Edition, EditionRevision


@dataclass(frozen=True, slots=True)
class Body:
    """What a stored edition says; html and text hold the slots of `newsletter.rendering`."""

    subject: str
    preheader: str
    headers: dict[str, str]
    html: str
    text: str


def pack(text: str) -> bytes:
    """Text as Edition.html and Edition.text hold it."""
    return zlib.compress(text.encode())


def unpack(edition: Edition | EditionRevision) -> Body:
    """The finished mail of an edition that has items: as it was frozen, or as corrected."""
    return Body(
        edition.subject,
        edition.preheader,
        edition.headers,
        zlib.decompress(bytes(edition.html)).decode(),
        zlib.decompress(bytes(edition.text)).decode(),
    )


def of_revision(edition: Edition, revision: int | None, frozen: int | None) -> Body:
    """An edition's mail as a revision has it; `frozen` is the one its issue was released with.

    None is the frozen one as well. DoesNotExist rather than another revision's text.
    """
    if revision is None or revision == frozen:
        return unpack(edition)
    return unpack(EditionRevision.objects.get(edition=edition, revision=revision))
