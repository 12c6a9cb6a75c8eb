"""One message for one recipient, checked where its octets are put between commands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.smtp.verdicts import State, Verdict

# Whatever could end the command or the path early is refused, never cut off or quoted
# (a client that truncates at a line break mails somebody else). A path has at most 256 octets
# with its angle brackets (RFC 5321 4.5.3.1.3).
_ADDRESS = re.compile(
    rb"[^\x00-\x20\x7f-\xff<>@][^\x00-\x20\x7f-\xff<>]*@[^\x00-\x20\x7f-\xff<>@]+"
)
_ADDRESS_UTF8 = re.compile(rb"[^\x00-\x20\x7f<>@][^\x00-\x20\x7f<>]*@[^\x00-\x20\x7f<>@]+")
_LONGEST_PATH = 254
# Addresses as nearly everybody has them (atext and dots, RFC 5322 3.2.3), well below every limit:
# one match over all commands checks them in a third of the time. What does not match is checked
# address by address in `_objection`.
_PART = rb"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}+@[A-Za-z0-9.-]{1,100}+"
_USUAL, _USUAL_WITH_SIZE = (
    re.compile(
        rb"MAIL FROM:<" + _PART + rb">" + size + rb"\r\nRCPT TO:<" + _PART + rb">\r\nDATA\r\n"
    )
    for size in (rb"", rb" SIZE=[0-9]++")
)
_TOO_LARGE = b"\0"  # In no command, so that nothing put between two of these can look usual.
_SIZES_KEPT = 4096


@dataclass(slots=True)
class Parcel:
    """What `Feed.next` gives out.

    `content` is the complete message: CRLF, dot-stuffed, without the dot line; one bytes object
    or several that follow each other (saves the caller a copy). `utf8`: addresses or headers need
    SMTPUTF8 (RFC 6531). `eight_bit`: the body has octets above 127, so the relay must offer
    8BITMIME. `envelope_from` may be empty (the null sender, RFC 5321 4.5.5). `size` is the octets
    of `content`, 0 if the caller has not counted them.
    """

    envelope_from: bytes
    recipient: bytes
    content: bytes | Sequence[bytes]
    utf8: bool = False
    eight_bit: bool = False
    size: int = 0


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the relay offered after the last EHLO."""

    pipelining: bool = False
    eight_bit: bool = False
    utf8: bool = False
    size: int | None = None  # None: no SIZE; 0: SIZE without a limit (RFC 1870).


def size_of(parcel: Parcel) -> int:
    """Octets of the content on the wire."""
    content = parcel.content
    return parcel.size or (len(content) if isinstance(content, bytes) else sum(map(len, content)))


class Commands:
    """Writes the commands that offer a parcel on one connection.

    One object for each connection: what depends on the relay's abilities alone is decided once.
    """

    __slots__ = ("_abilities", "_between", "_is_usual")

    def __init__(self, abilities: Abilities) -> None:
        self._abilities = abilities
        # What stands between the sender's address and the recipient's, by the size of the content
        # (without SIZE it is the same for every size: one way for both). Mails of one edition
        # differ in size only by the lengths of addresses, and looking a number up costs a third of
        # writing it; tests/benchmarks/commands.py measures the whole.
        self._between: dict[int, bytes] = {}
        usual = _USUAL if abilities.size is None else _USUAL_WITH_SIZE
        self._is_usual = usual.fullmatch

    def offer(self, parcel: Parcel) -> bytes | Verdict:
        """MAIL, RCPT and DATA, a line each, or why `parcel` cannot be offered to this relay."""
        content = parcel.content
        if (
            not (parcel.utf8 or parcel.eight_bit or isinstance(content, bytes))
            and content
            and content[-1].endswith(b"\r\n")
        ):
            try:
                between = self._between[parcel.size]
            except KeyError:
                between = self._declare(parcel)
            commands = b"".join((
                b"MAIL FROM:<", parcel.envelope_from, between, parcel.recipient,
                b">\r\nDATA\r\n",
            ))  # fmt: skip
            if self._is_usual(commands):
                return commands
        return _objection(parcel, self._abilities) or _written(parcel, self._abilities)

    def _declare(self, parcel: Parcel) -> bytes:
        """From the sender's address to the recipient's, with the size if the relay asks for it."""
        limit, size = self._abilities.size, size_of(parcel)
        if limit and size > limit:
            return _TOO_LARGE
        if len(self._between) >= _SIZES_KEPT:
            self._between.clear()
        declared = b"" if limit is None else b" SIZE=%d" % size  # RFC 1870.
        made = self._between[size] = b">%b\r\nRCPT TO:<" % declared
        return made


def _written(parcel: Parcel, abilities: Abilities) -> bytes:
    """MAIL with exactly the parameters this parcel needs here, RCPT and DATA."""
    parameters = b""
    if abilities.size is not None:
        parameters += b" SIZE=%d" % size_of(parcel)
    if parcel.eight_bit or (parcel.utf8 and abilities.eight_bit):
        parameters += b" BODY=8BITMIME"
    if parcel.utf8:
        parameters += b" SMTPUTF8"
    return b"MAIL FROM:<%b>%b\r\nRCPT TO:<%b>\r\nDATA\r\n" % (
        parcel.envelope_from,
        parameters,
        parcel.recipient,
    )


def _objection(parcel: Parcel, abilities: Abilities) -> Verdict | None:
    """Why this parcel cannot be offered to this relay, or None."""
    pattern = _ADDRESS_UTF8 if parcel.utf8 else _ADDRESS
    for address, phase, status in (
        (parcel.recipient, "rcpt", "5.1.3"),
        (parcel.envelope_from, "mail", "5.1.7"),
    ):
        if not address and phase == "mail":
            continue
        if pattern.fullmatch(address) is None or len(address) > _LONGEST_PATH:
            shown = address[:100].decode("ascii", "backslashreplace")
            return _failed(status, f"address refused before sending: {shown!r}", phase)
    return _content_objection(parcel, abilities)


def _content_objection(parcel: Parcel, abilities: Abilities) -> Verdict | None:
    content = parcel.content
    tail = content if isinstance(content, bytes) else content[-1] if content else b""
    if not tail.endswith(b"\r\n"):
        # The dot would not stand on a line of its own and the relay would wait for ever.
        return _failed("5.6.0", "the content does not end with CRLF", "data")
    if parcel.utf8:
        if not abilities.utf8:
            return _failed("5.6.7", "needs SMTPUTF8, which the relay does not offer", "mail")
        try:
            parcel.recipient.decode()
            parcel.envelope_from.decode()
        except UnicodeDecodeError:
            return _failed("5.1.3", "address refused before sending: not UTF-8", "rcpt")
    if parcel.eight_bit and not abilities.eight_bit:
        return _failed("5.6.3", "needs 8BITMIME, which the relay does not offer", "mail")
    if abilities.size and (size := size_of(parcel)) > abilities.size:
        return _failed(
            "5.3.4", f"{size} octets are more than the {abilities.size} the relay takes", "mail"
        )
    return None


def _failed(status: str, text: str, phase: str) -> Verdict:
    return Verdict(State.FAILED, None, status, text, phase)
