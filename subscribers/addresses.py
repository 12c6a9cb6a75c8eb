"""Mail addresses: what is accepted, what it is called, and the hash it is known by.

An address keeps its case for sending; its *key* does not. The key (keyed hash of the canonical
form) finds a reader, a duplicate and a suppression, and is all that is left after erasure.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
import uuid
from urllib.parse import unquote

import idna
from email_validator import EmailNotValidError, validate_email

from . import conf

_IDEOGRAPHIC_DOT = "\u3002"
# What stands behind an address in a sentence or a list.
_ENDS = (".", ",", ";", "、")
_AS_TYPED = str.maketrans(
    {_IDEOGRAPHIC_DOT: ".", "\u2019": "'", **dict.fromkeys("\u2010\u2011\u2013\u2212", "-")}
)
# Compatibility forms that differ in width or size alone (Unicode Standard Annex 44, table 14).
_WIDTHS = ("<wide", "<narrow", "<small")
_JOINERS = "\u200c\u200d"
# No line breaks: what spans two lines is a header or a list, not an address with a space in it.
_SPACES = " \t\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
# Unseen, though not of the category of format characters: grapheme joiner, Hangul fillers, Khmer
# inherent vowels, Mongolian and other variation selectors.
_UNSEEN = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
    + "".join(chr(code) for code in range(0xFE00, 0xFE10))
)


class BadAddress(ValueError):
    """Not an address we will mail. `code` is stable: empty, characters, syntax, domain, long."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def normalise(text: str) -> str:
    """The address as it is stored and sent to: domain as lower-case A-label, local part as given.

    What keyboards and copying add is put right first (`put_right`). Raises BadAddress for anything
    with control characters, inner spaces, comments, quoted local parts, address literals,
    unqualified or special-use domains, or more than 254 octets (RFC 5321 4.5.3.1.3, or 64 before
    the @, 4.5.3.1.1).
    """
    text = put_right(text)
    if not text:
        raise BadAddress("empty", "no address was given")
    if any(
        unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Zs", "Cs", "Co", "Cn") for c in text
    ):
        raise BadAddress("characters", "the address holds a space or an invisible character")
    if any(c in text for c in '<>()[],;:\\"'):
        raise BadAddress("characters", "the address holds a character that is not allowed in one")
    try:
        found = validate_email(
            text,
            check_deliverability=False,
            allow_smtputf8=True,
            allow_quoted_local=False,
            allow_domain_literal=False,
        )
    except EmailNotValidError as error:
        raise BadAddress("syntax", f"not an address: {error}") from None
    domain = found.ascii_domain.lower()
    if "." not in domain:
        raise BadAddress("domain", "the part after @ is not a public domain")
    address = f"{found.local_part}@{domain}"
    if len(found.local_part.encode()) > 64:
        raise BadAddress("long", "the part before @ is longer than 64 octets")
    if len(address.encode()) > 254:
        raise BadAddress("long", "the address is longer than 254 octets")
    return address


def put_right(text: str) -> str:
    """`text` without what input methods and copying add, where that leaves one reading.

    - `mailto:` in front, with its percent encoding and header fields (RFC 6068);
    - full-width and half-width forms, as an input method leaves them (the width mapping of RFC
      8265 section 3.3.2), and the small forms of the same signs;
    - the ideographic full stop between the labels of the domain (RFC 3490 section 3.1 names the
      four dots), and before the @ too where everything else there is ASCII; there also the hyphens
      and the apostrophe that word processors put in place of the typed ones;
    - characters nobody sees. A joiner (U+200C, U+200D) shapes letters of some scripts, so it
      stays, and is refused later, unless its neighbours are ASCII;
    - spaces around the address, the @ and the dots of the domain, and one full stop, comma or
      semicolon at its end.

    It judges nothing: what comes out may still be no address.
    """
    text = _without_mailto(_narrow(_visible(text)).strip())
    local, at, domain = text.rpartition("@")
    if not at:
        return text
    local = local.rstrip(_SPACES)
    if not local.isascii() and (plain := local.translate(_AS_TYPED)).isascii():
        local = plain
    domain = domain.replace(_IDEOGRAPHIC_DOT, ".").strip(_SPACES)
    labels = (domain[:-1] if domain.endswith(_ENDS) else domain).split(".")
    return f"{local}@{'.'.join(label.strip(_SPACES) for label in labels)}"


def _visible(text: str) -> str:
    """`text` without characters that take no room; joiners only beside ASCII."""
    if text.isascii():
        return text
    kept = []
    for place, char in enumerate(text):
        if char in _JOINERS:
            around = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
            if not around.isascii():
                kept.append(char)
        elif char not in _UNSEEN and not _is_format(char):
            kept.append(char)
    return "".join(kept)


def _is_format(char: str) -> bool:
    return unicodedata.category(char) == "Cf"


def _narrow(text: str) -> str:
    """Full-width, half-width and small forms as the characters they stand for."""
    if text.isascii():
        return text
    mapped = []
    for char in text:
        form, _, code = unicodedata.decomposition(char).partition("> ")
        mapped.append(chr(int(code, 16)) if form in _WIDTHS and " " not in code else char)
    return "".join(mapped)


def _without_mailto(text: str) -> str:
    scheme, colon, rest = text.partition(":")
    if not colon or scheme.strip().lower() != "mailto":
        return text
    return unquote(rest.partition("?")[0]).strip().removeprefix("//")


def shown(address: str) -> str:
    """A normalised address as people write it: the domain in its own script, not as A-labels."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{idna.decode(domain)}"
    except idna.IDNAError:
        return address


def canonical(address: str) -> str:
    """One form for one mailbox: local part NFC and case-folded. `address` is normalised."""
    local, _, domain = address.rpartition("@")
    return f"{unicodedata.normalize('NFC', local).casefold()}@{domain}"


# Names of one provider that writes in its help that dots in the local part make no difference.
_DOTLESS = ("gmail.com", "googlemail.com")


def person_of(address: str) -> str:
    """The one form of all addresses that most likely reach a person. `address` is normalised.

    What the local part means is the receiving host's affair alone (RFC 5321, section 2.3.11), so
    mail and keys never go by this. But where "+" parts a detail from the user (RFC 5233, section
    1), which most hosts do, mail for `alice+x@` lies in the box of `alice@`.
    """
    local, _, domain = canonical(address).rpartition("@")
    user = local.partition("+")[0] or local
    if domain in _DOTLESS:
        return f"{user.replace('.', '')}@{_DOTLESS[0]}"
    return f"{user}@{domain}"


def newest_version() -> int:
    """The version of LINK_KEYS that signs and hashes now."""
    return max(conf.link_keys())


def key_of(address: str, version: int | None = None) -> uuid.UUID:
    """First 128 bits of HMAC-SHA256(link key, canonical address)."""
    secret = conf.link_keys()[version or newest_version()]
    mac = hmac.digest(secret, b"address\0" + canonical(address).encode(), "sha256")
    return uuid.UUID(bytes=mac[:16])


def keys_of(address: str) -> list[uuid.UUID]:
    """The key under every version, newest first: suppressions of erased people keep theirs."""
    return [key_of(address, version) for version in sorted(conf.link_keys(), reverse=True)]


def domain_number(address: str) -> int:
    """31 bits that stand for the address's domain in lanes; no secret, so not keyed."""
    domain = address.rpartition("@")[2]
    return int.from_bytes(hashlib.sha256(domain.encode()).digest()[:4], "big") >> 1


def masked(address: str) -> str:
    """`a…@example.org`: enough to recognise one's own, too little to harvest."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
