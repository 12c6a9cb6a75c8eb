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
    """The finished mail of an edition that has items: as it was frozen, or as a correction has it.

    Which of the two is mailed says the lease (`engine.message_templates`).
    """
    return Body(
        edition.subject,
        edition.preheader,
        edition.headers,
        zlib.decompress(bytes(edition.html)).decode(),
        zlib.decompress(bytes(edition.text)).decode(),
    )
