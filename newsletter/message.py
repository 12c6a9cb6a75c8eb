"""A finished edition and one reader -> the envelope and the octets of that reader's mail.

A `Mould` encodes an edition once: base64 of both parts, with each slot on a line of its own
together with the 0 to 2 octets around it that complete a group of three. Pouring a reader's mail
is then a join of constant octets and a few short ones. Splicing passes by the guards of Django's
and Python's message classes, so everything personal is checked here again.
"""

from __future__ import annotations

import base64
import datetime as dt
import email.utils
import functools
import hashlib
import re
from binascii import b2a_base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from django.conf import settings

from subscribers.links import Purpose, maker, return_maker
from subscribers.models import Publication

from . import fields
from .models import Issue
from .rendering.headers import domain
from .rendering.slots import SLOTS

_LINE = 57  # Octets of source that make a base64 line of 76 (RFC 2045 6.8).
_SLOT = re.compile(b"|".join(re.escape(slot.encode()) for slot in SLOTS.values()))
_PURPOSE = {slot.encode(): purpose for purpose, slot in SLOTS.items()}
# What an address may hold to be written into a header and an envelope (RFC 5321, RFC 6531):
# no control, no space, nothing that ends the angle brackets. Addresses are checked when stored.
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\\\"@\x00-\x1f\x7f-\x9f]{1,64}@[A-Za-z0-9.-]{1,253}\Z")


class Finished(Protocol):
    """An edition as rendered or as stored."""

    @property
    def subject(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def html(self) -> str | bytes | memoryview: ...
    @property
    def text(self) -> str | bytes | memoryview: ...


class Reader(NamedTuple):
    """Whom a mail is for. `delivery` names it in the return path."""

    address: str
    subscription: int
    delivery: int
    issue: int
    feed_serial: int = 0


@dataclass(frozen=True, slots=True)
class Poured:
    """What goes to the server: `pieces` follow each other, are dot-stuffed and end in CRLF.

    The final dot is not among them. Most are shared with the mails of other readers: joining them
    for each would cost more than everything else here. `utf8`: the server must offer SMTPUTF8
    (RFC 6531), else this reader cannot be reached.
    """

    envelope_from: bytes
    recipient: bytes
    pieces: Sequence[bytes]
    utf8: bool

    @property
    def content(self) -> bytes:
        """The whole message, joined."""
        return b"".join(self.pieces)


class BadReader(ValueError):
    """An address that may not be written into a message."""


class Mould:
    """One edition, encoded once, for any number of readers."""

    def __init__(self, edition: Finished, publication: Publication, issue: Issue) -> None:
        """Raises ValueError if a stored header may not be sent or a part lacks its slots."""
        html, text = _octets(edition.html), _octets(edition.text)
        self._domain = domain(publication).encode()
        self._return = b"@" + (settings.BOUNCE_DOMAIN.encode("idna") or self._domain)
        self._unsubscribe = f"{settings.BASE_URL}/s/u/".encode()
        self._manage_token = maker(Purpose.MANAGE)
        self._unsubscribe_token = maker(Purpose.UNSUBSCRIBE)
        self._feed_token = maker(Purpose.FEED)
        self._return_token = return_maker()
        self._message_id = _message_ids()
        boundary = "=" + hashlib.sha256(b"\0".join((html, text))).hexdigest()[:32]
        shared = {**edition.headers, "Subject": fields.unstructured("Subject", edition.subject)}
        top = [f"{field}: {fields.check(field, value)}" for field, value in shared.items()]
        # "=" begins the boundary: base64 has it at the end only, so no line of a part can be one.
        part = (
            f"--{boundary}\r\nContent-Type: text/%s; charset=utf-8\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\n"
        )
        rest = (
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nMIME-Version: 1.0\r\n"
            f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'
        )
        # Parts 0 and 2 are constant, 1 is the reader's own header fields, then constant octets
        # and slots in turn.
        self._parts = ["".join(line + "\r\n" for line in top).encode("ascii"), b""]
        self._slots: list[tuple[int, Purpose, bytes, bytes]] = []
        constant = (rest + part % "plain").encode("ascii")
        for body, after in ((text, part % "html"), (html, f"--{boundary}--\r\n")):
            for segment in _encode(body):
                if isinstance(segment, bytes):
                    constant += segment
                    continue
                self._parts += [constant, b""]
                self._slots.append((len(self._parts) - 1, *segment))
                constant = b""
            constant += after.encode("ascii")
        self._parts.append(constant)
        if {slot[1] for slot in self._slots} != set(SLOTS):
            raise ValueError("the edition lacks a personal link")

    @property
    def size(self) -> int:
        """Octets of the message for a reader with an address of usual length."""
        usual = Reader("a.reader@mail.example.org", 1, 1, 1)
        return len(self.pour(usual, dt.datetime(2000, 1, 1, tzinfo=dt.UTC)).content)

    def pour(self, reader: Reader, at: dt.datetime) -> Poured:
        """The mail for `reader`, dated `at` (aware). A few microseconds.

        Raises BadReader for an address that could break out of its line.
        """
        address = reader.address
        if not _ADDRESS.match(address):
            raise BadReader(f"not an address for a message: {address!r}")
        recipient = address.encode()
        subscription = reader.subscription
        unsubscribe = self._unsubscribe_token(subscription, 0)
        tokens = {
            Purpose.MANAGE: self._manage_token(subscription, 0),
            Purpose.UNSUBSCRIBE: unsubscribe,
            Purpose.FEED: self._feed_token(subscription, reader.feed_serial),
        }
        way_back = self._return_token(reader.delivery) + self._return
        parts = self._parts.copy()
        parts[1] = b"".join((
            b"To: ", recipient, b"\r\nDate: ", _date(at),
            b"\r\nMessage-ID: <", self._message_id(reader.issue, subscription), b"@", self._domain,
            b">\r\nList-Unsubscribe: <", self._unsubscribe, unsubscribe, b"/>,\r\n <mailto:u-",
            way_back, b"?subject=unsubscribe>\r\n",
        ))  # fmt: skip
        for index, purpose, before, after in self._slots:
            parts[index] = b2a_base64(before + tokens[purpose] + after, newline=False)
        return Poured(b"b-" + way_back, recipient, parts, not address.isascii())


def message_id(issue: int, subscription: int) -> bytes:
    """The left side of a Message-ID: the same for the same issue and reader, whoever tries.

    Keyed with the oldest of LINK_KEYS, so that adding a key between two tries changes nothing.
    """
    return _message_ids()(issue, subscription)


def _message_ids() -> Callable[[int, int], bytes]:
    keyed = _message_key(settings.LINK_KEYS[min(settings.LINK_KEYS)]).copy

    def made(issue: int, subscription: int) -> bytes:
        mac = keyed()
        mac.update(b"%d.%d" % (issue, subscription))
        return mac.hexdigest().encode()

    return made


@functools.lru_cache(maxsize=4)
def _message_key(secret: bytes) -> hashlib.blake2b:
    # Setting up the key is most of the work of so short a hash: it is copied for each.
    return hashlib.blake2b(key=hashlib.sha256(b"message-id\0" + secret).digest(), digest_size=16)


@functools.lru_cache(maxsize=8)
def _date(at: dt.datetime) -> bytes:
    # "+0000": formatdate's "-0000" says that the sender's zone is not known (RFC 5322 3.3).
    date = email.utils.formatdate(int(at.timestamp()))
    return date.replace("-0000", "+0000").encode("ascii")


def _octets(part: str | bytes | memoryview) -> bytes:
    return part.encode() if isinstance(part, str) else bytes(part)


def plain_bytes(content: bytes) -> bytes:
    """The message as a mail program gets it: dot-stuffing (RFC 5321 4.5.2) undone."""
    content = content.replace(b"\r\n..", b"\r\n.")
    return content[1:] if content.startswith(b"..") else content


def _encode(source: bytes) -> list[bytes | tuple[Purpose, bytes, bytes]]:
    """Base64 in lines, cut at the slots: constant octets, and (purpose, before, after)."""
    made: list[bytes | tuple[Purpose, bytes, bytes]] = []
    done = 0
    for match in _SLOT.finditer(source):
        if match.start() < done:
            raise ValueError("two personal links need two characters between them")
        start = done + (match.start() - done) // 3 * 3
        end = match.end()
        end += -(end - start) % 3
        made.append(_lines(source[done:start]))
        made.append(
            (_PURPOSE[match.group()], source[start : match.start()], source[match.end() : end])
        )
        made.append(b"\r\n")
        done = end
    made.append(_lines(source[done:]))
    return made


def _lines(source: bytes) -> bytes:
    return b"".join(
        base64.b64encode(source[i : i + _LINE]) + b"\r\n" for i in range(0, len(source), _LINE)
    )
