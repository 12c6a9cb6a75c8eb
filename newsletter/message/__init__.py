"""A finished edition and one reader -> the envelope and the octets of that reader's mail.

A `MessageTemplate` encodes an edition once: base64 of both parts, with each slot on a line of its
own together with the 0 to 2 octets around it that complete a group of three. Filling in a reader's
mail is then a join of constant octets and a few short ones. Splicing passes by the guards of
Django's and Python's message classes, so everything personal is checked here again.
"""

from __future__ import annotations

import base64
import datetime as dt
import email.utils
import functools
import hashlib
import re
import struct
from binascii import b2a_base64
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple, Protocol

from newsletter import conf
from newsletter.models import Issue
from newsletter.rendering import fields
from newsletter.rendering.headers import domain
from newsletter.rendering.slots import SLOTS
from subscribers.links import TOKEN_LENGTH, Purpose, mail_maker, return_maker
from subscribers.models import Publication

_LINE = 57  # Octets of source that make a base64 line of 76 (RFC 2045 6.8).
_LONG = 1024  # Octets from which it costs less to give them to the kernel apart than to copy them.
# The order in which `mail_maker` gives tokens.
_TOKENS = (Purpose.MANAGE, Purpose.UNSUBSCRIBE, Purpose.FEED)
_UNSUBSCRIBE = _TOKENS.index(Purpose.UNSUBSCRIBE)
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


class Filled(NamedTuple):
    """What goes to the server: `pieces` follow each other, are dot-stuffed and end in CRLF.

    The final dot is not among them. Most are shared with the mails of other readers: joining them
    for each would cost more than everything else here. `utf8`: the server must offer SMTPUTF8
    (RFC 6531), else this reader cannot be reached. `size` counts the octets of all pieces.
    """

    envelope_from: bytes
    recipient: bytes
    pieces: Sequence[bytes]
    utf8: bool
    size: int

    @property
    def content(self) -> bytes:
        """The whole message, joined."""
        return b"".join(self.pieces)


class BadReader(ValueError):
    """An address that may not be written into a message."""


class MessageTemplate:
    """One edition, encoded once, for any number of readers."""

    def __init__(self, edition: Finished, publication: Publication, issue: Issue) -> None:
        """Raises ValueError if a stored header may not be sent or a part lacks its slots."""
        html, text = _octets(edition.html), _octets(edition.text)
        sender = domain(publication).encode()
        self._return = b"@" + (conf.bounce_domain().encode("idna") or sender)
        self._at: dt.datetime | None = None
        self._date = b""
        boundary = "=" + hashlib.sha256(b"\0".join((html, text))).hexdigest()[:32]
        shared = {**edition.headers, "Subject": fields.unstructured("Subject", edition.subject)}
        top = "".join(
            f"{field}: {fields.check(field, value)}\r\n" for field, value in shared.items()
        )
        # "=" begins the boundary: base64 has it at the end only, so no line of a part can be one.
        part = (
            f"--{boundary}\r\nContent-Type: text/%s; charset=utf-8\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\n"
        )
        rest = (
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nMIME-Version: 1.0\r\n"
            f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'
        )
        # The message as constant octets with `None` where a slot of `slots` stands.
        form: list[bytes | None] = [(rest + part % "plain").encode("ascii")]
        slots: list[tuple[Purpose, bytes, bytes]] = []
        for body, after in ((text, part % "html"), (html, f"--{boundary}--\r\n")):
            for segment in _encode(body):
                if isinstance(segment, bytes):
                    form.append(segment)
                else:
                    form.append(None)
                    slots.append(segment)
            form.append(after.encode("ascii"))
        if {slot[0] for slot in slots} != set(SLOTS):
            raise ValueError("the edition lacks a personal link")
        # All slots are encoded at once: each is whole groups of three octets. Where a template has
        # gaps they are every second part, so that one assignment fills them all.
        in_order = itemgetter(*(_TOKENS.index(purpose) for purpose, _, _ in slots))
        between = [a + b for (_, _, a), (_, b, _) in pairwise([("", b"", b""), *slots])]
        self._source = _with_gaps([*between, slots[-1][2]])
        cut = struct.Struct(
            "".join(f"{(len(a) + TOKEN_LENGTH + len(b)) // 3 * 4}s" for _, a, b in slots)
        )
        self._makers = (mail_maker(), return_maker(), _message_ids(), in_order, cut.unpack)
        self._blocks = _blocks(form)
        empty = cut.unpack(bytes(cut.size))
        self._shared = sum(
            len(block.shared)
            + len(b"".join(block.template))
            + sum(map(len, empty[block.first : block.end]))
            for block in self._blocks
        )
        self._head = (
            f"{top}To: ".encode("ascii"),
            b"\r\nDate: ",
            b"\r\nMessage-ID: <",
            b"@" + sender + f">\r\nList-Unsubscribe: <{conf.base_url()}/s/u/".encode("ascii"),
            b"/>,\r\n <mailto:u-",
            b"?subject=unsubscribe>\r\n",
        )

    @property
    def size(self) -> int:
        """Octets of the message for a reader with an address of usual length."""
        usual = Reader("a.reader@mail.example.org", 1, 1, 1)
        return self.fill(usual, dt.datetime(2000, 1, 1, tzinfo=dt.UTC)).size

    def fill(self, reader: Reader, at: dt.datetime) -> Filled:
        """The mail for `reader`, dated `at` (aware). A few microseconds.

        Raises BadReader for an address that could break out of its line.
        """
        address, subscription, delivery, issue, serial = reader
        if not _ADDRESS.match(address):
            raise BadReader(f"not an address for a message: {address!r}")
        if at is not self._at:  # Mails filled in a row share the object.
            self._at, self._date = at, _date(int(at.timestamp()))
        recipient = address.encode()
        make_tokens, make_return, make_id, in_order, cut = self._makers
        tokens = make_tokens(subscription, serial)
        way_back = make_return(delivery) + self._return
        source = self._source.copy()
        source[1::2] = in_order(tokens)
        personal = cut(b2a_base64(b"".join(source), newline=False))
        to, date, message_id, unsubscribe, mailto, end = self._head
        head = b"".join((
            to, recipient, date, self._date,
            message_id, make_id(issue, subscription),
            unsubscribe, tokens[_UNSUBSCRIBE], mailto, way_back, end,
        ))  # fmt: skip
        pieces = [head]
        for shared, template, first, last in self._blocks:
            block = template.copy()
            block[1::2] = personal[first:last]
            pieces += (shared, b"".join(block))
        size = self._shared + len(head)
        return Filled(b"b-" + way_back, recipient, pieces, not address.isascii(), size)


class _Block(NamedTuple):
    """Octets all readers share, and behind them a template for the slots `first` to `end`."""

    shared: bytes
    template: list[bytes]
    first: int
    end: int


def _blocks(form: Sequence[bytes | None]) -> list[_Block]:
    """The fewest pieces: what is long is shared, slots near each other are one template.

    `form` is constant octets, with None for each slot; it begins and ends with octets.
    """
    blocks: list[_Block] = []
    shared, between, number = form[0] or b"", [b""], 0
    first = 0
    for place, one in enumerate(form[1:], 1):
        if one is None:
            between.append(b"")
            number += 1
        elif number == first or (len(one) >= _LONG and place < len(form) - 1):
            if number > first:
                blocks.append(_Block(shared, _with_gaps(between), first, number))
                shared, between, first = b"", [b""], number
            shared += one
        else:
            between[-1] += one
    if number == first:
        # Nothing personal stands behind the last long octets. They are the last piece then, which
        # has to end the message: an empty one would not end in CRLF.
        shared, between = b"", [shared]
    blocks.append(_Block(shared, _with_gaps(between), first, number))
    return blocks


def _with_gaps(between: Sequence[bytes]) -> list[bytes]:
    """These octets with an empty place after each but the last."""
    parts = [b""] * (2 * len(between) - 1)
    parts[::2] = between
    return parts


def message_id(issue: int, subscription: int) -> bytes:
    """The left side of a Message-ID: the same for the same issue and reader, whoever tries.

    Keyed with the oldest of LINK_KEYS, so that adding a key between two tries changes nothing.
    """
    return _message_ids()(issue, subscription)


def _message_ids() -> Callable[[int, int], bytes]:
    keys = conf.link_keys()
    keyed = _message_key(keys[min(keys)]).copy

    def made(issue: int, subscription: int) -> bytes:
        mac = keyed()
        mac.update((issue << 64 | subscription).to_bytes(16, "big"))
        return mac.hexdigest().encode()

    return made


@functools.lru_cache(maxsize=4)
def _message_key(secret: bytes) -> hashlib.blake2b:
    # Setting up the key is most of the work of so short a hash: it is copied for each.
    return hashlib.blake2b(key=hashlib.sha256(b"message-id\0" + secret).digest(), digest_size=16)


@functools.lru_cache(maxsize=8)
def _date(second: int) -> bytes:
    # "+0000": formatdate's "-0000" says that the sender's zone is not known (RFC 5322 3.3).
    date = email.utils.formatdate(second)
    return date.replace("-0000", "+0000").encode("ascii")


def _octets(part: str | bytes | memoryview) -> bytes:
    return part.encode() if isinstance(part, str) else bytes(part)


def plain_bytes(content: bytes) -> bytes:
    """The message as a mail program gets it: dot-stuffing (RFC 5321 4.5.2) undone."""
    content = content.replace(b"\r\n..", b"\r\n.")
    return content[1:] if content.startswith(b"..") else content


def _encode(source: bytes) -> list[bytes | tuple[Purpose, bytes, bytes]]:
    """Base64 in lines, cut at the slots: constant octets, and (purpose, before, after).

    What stands before and after a slot makes it whole groups of three octets; behind a slot that
    ends the part these are line ends.
    """
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
            (
                _PURPOSE[match.group()],
                source[start : match.start()],
                source[match.end() : end].ljust(end - match.end(), b"\n"),
            )
        )
        made.append(b"\r\n")
        done = end
    made.append(_lines(source[done:]))
    return made


def _lines(source: bytes) -> bytes:
    return b"".join(
        base64.b64encode(source[i : i + _LINE]) + b"\r\n" for i in range(0, len(source), _LINE)
    )
