"""Header fields as octets: RFC 5322 and RFC 2047, without `email.headerregistry`.

The standard library's folding turns a long List-Unsubscribe into encoded words, and some of its
versions let an encoded word's payload begin a new field (CVE-2024-6923). What is written here is
ASCII, of lines below 78 octets wherever the text has a place to fold, and holds no line break
that is not a fold.
"""

from __future__ import annotations

import base64
import re

_LINE = 76
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+\Z")
# A word that looks encoded would be decoded by the reader's mail program.
_PLAIN = re.compile(r"(?!.*=\?)[ -~]*\Z", re.DOTALL)
_LINE_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def unstructured(name: str, text: str) -> str:
    """The value of a free-text field (Subject), folded; control characters become spaces."""
    text = _LINE_BREAKS.sub(" ", text).strip()
    if _PLAIN.match(text) and max(map(len, text.split(" ")), default=0) <= _LINE - 2:
        return _fold(name, text.split(" "))
    return "\r\n ".join(_encoded_words(text, len(name) + 2))


def phrase(text: str, used: int = 0) -> str:
    """A display name: as it is, quoted, or in encoded words. `used` octets stand before it."""
    text = _LINE_BREAKS.sub(" ", text).strip()
    if _PLAIN.match(text) and len(text) <= 60:
        if _ATOM.match(text):
            return text
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "\r\n ".join(_encoded_words(text, used))


def mailbox(name: str, display: str, address: str) -> str:
    """`Display <address>` for the field `name`. The address must be ASCII.

    Raises ValueError for an address that could end the field.
    """
    if not address.isascii() or re.search(r"[\s<>,;\x00-\x1f\x7f]", address):
        raise ValueError(f"not an address for a header: {address!r}")
    if not display:
        return address
    shown = phrase(display, len(name) + 2)
    last = len(shown) - (shown.rfind("\n") + 1)
    space = " " if last + len(address) + 3 <= _LINE else "\r\n "
    return f"{shown}{space}<{address}>"


def check(name: str, value: str) -> str:
    """`value` if it may be written as the field `name`, else ValueError.

    Refuses emptiness, anything but ASCII, bare line breaks, and lines over 998 octets (RFC 5322
    2.1.1).
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", name):
        raise ValueError(f"not a field name: {name!r}")
    if not value.strip():
        raise ValueError(f"{name}: an empty field may not be sent")
    lines = f"{name}: {value}".split("\r\n")
    for index, line in enumerate(lines):
        if not re.fullmatch(r"[ -~]+", line) or len(line) > 998:
            raise ValueError(f"{name}: a line that may not be sent: {line!r}")
        if index and not (line.startswith(" ") and line.strip()):
            raise ValueError(f"{name}: a line that does not continue it: {line!r}")
    return value


def _fold(name: str, parts: list[str]) -> str:
    lines, room = [""], _LINE - len(name) - 2
    for part in parts:
        if lines[-1] and len(lines[-1]) + 1 + len(part) > room:
            lines.append("")
            room = _LINE - 1
        lines[-1] += (" " if lines[-1] else "") + part
    return "\r\n ".join(lines)


def _encoded_words(text: str, used: int) -> list[str]:
    """RFC 2047 words of whole characters, none longer than 75, the first line `used` shorter."""
    words: list[str] = []
    current = b""
    room = _octets(used)
    for character in text:
        octets = character.encode("utf-8", "replace")
        if current and len(current) + len(octets) > room:
            words.append(_word(current))
            current, room = b"", _octets(1)
        current += octets
    words.append(_word(current))
    return words


def _octets(used: int) -> int:
    """Octets that fit into one word when `used` characters of its line are taken."""
    return max(12, min(75, _LINE - used) - len("=?utf-8?B??=")) // 4 * 3


def _word(octets: bytes) -> str:
    return f"=?utf-8?B?{base64.b64encode(octets).decode()}?="
