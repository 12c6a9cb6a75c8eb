"""Replies of a relay, read strictly, and what may be concluded from them."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from newsletter.smtp.verdicts import State, Verdict

# RFC 5321 4.5.3.1.5 allows 512 octets a line; a whole reply longer than this is no reply.
LONGEST_REPLY = 16_384
_TEXT_KEPT = 500
_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?:\s+|$)")


class Garbled(ValueError):
    """What came is not a reply (RFC 5321 4.2)."""


class Reply(NamedTuple):
    """One complete reply: its code, its octets without codes, and where it ended."""

    code: int
    lines: bytes
    end: int


def read(data: bytes, start: int) -> Reply | None:
    """The reply that begins at `start`, or None if it is not complete yet. Raises Garbled.

    Lines end in LF or CRLF: some relays forget the CR, and nothing depends on it.
    """
    newline = data.find(b"\n", start)
    if newline < 0:
        _check_beginning(data[start:])
        return None
    code = data[start : start + 3]
    # 2yz to 5yz: RFC 5321 has no 1yz reply.
    if newline - start < 3 or not code.isdigit() or code[0] not in b"2345":
        raise Garbled
    mark = data[start + 3]
    if mark in b" \r\n":  # The usual case: one line.
        return Reply(int(code), data[start + 4 : newline].rstrip(b"\r"), newline + 1)
    lines = []
    line = start
    while True:
        if data[line : line + 3] != code or newline - line < 3:
            raise Garbled
        mark = data[line + 3]
        lines.append(data[line + 4 : newline].strip())
        if mark in b" \r\n":
            return Reply(int(code), b" ".join(lines), newline + 1)
        if mark != 0x2D:
            raise Garbled
        if newline - start > LONGEST_REPLY:
            raise Garbled
        line = newline + 1
        newline = data.find(b"\n", line)
        if newline < 0:
            _check_beginning(data[line:])
            if len(data) - start > LONGEST_REPLY:
                raise Garbled
            return None


def _check_beginning(part: bytes) -> None:
    """Raise Garbled at once for what cannot become a reply, without waiting for its line end."""
    head = part[:3]
    if (head and not head.isdigit()) or len(part) > LONGEST_REPLY:
        raise Garbled


# All four replies of a message that went well and of the next envelope, as nearly every relay
# writes them: one line each. As in `read`, the words may be any octets and the CR may be missing.
# Only the first one's code and enhanced code (RFC 2034) are kept.
USUAL_GROUP = re.compile(
    rb"(2\d\d) (?:(2\.\d{1,3}\.\d{1,3})[ \r])?.*\n2\d\d .*\n2\d\d .*\n354 .*\n"
)


@functools.lru_cache(maxsize=64)
def accepted(code: bytes, status: bytes | None) -> Verdict:
    """The verdict of a usual group, without the words: nobody reads those of an acceptance."""
    return Verdict(State.SENT, int(code), (status or b"").decode("ascii"), "", "dot")


def text_of(lines: bytes) -> str:
    """The words of a reply as one printable line."""
    words = lines[: 2 * _TEXT_KEPT].decode("utf-8", "replace")
    if not words.isprintable():
        words = "".join(c if c.isprintable() else " " for c in words)
    return words.strip()[:_TEXT_KEPT]


def status_of(code: int, text: str) -> str:
    """The enhanced status code (RFC 2034) at the head of a reply, if it is of the code's class."""
    match = _ENHANCED.match(text)
    if match is None or match[1] != str(code)[0]:
        return ""
    return f"{match[1]}.{match[2]}.{match[3]}"


def refusal(code: int, lines: bytes, phase: str) -> Verdict:
    """The verdict of a 4yz or 5yz reply."""
    text = text_of(lines)
    # 503 (bad sequence) is about the conversation. It must not end a reader's delivery.
    state = State.FAILED if code >= 500 and code != 503 else State.DEFERRED
    return Verdict(state, code, status_of(code, text), text, phase)
