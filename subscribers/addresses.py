"""Mail addresses: what is accepted, what it is called, and the hash it is known by.

An address keeps its case for sending; its *key* does not. The key (keyed hash of the canonical
form) finds a reader, a duplicate and a suppression, and is all that is left after erasure.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
import uuid

from email_validator import EmailNotValidError, validate_email

from . import conf


class BadAddress(ValueError):
    """Not an address we will mail. `code` is stable: empty, characters, syntax, domain, long."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def normalise(text: str) -> str:
    """The address as it is stored and sent to: domain as lower-case A-label, local part as given.

    Raises BadAddress for anything with control characters, inner spaces, comments, quoted local
    parts, address literals, unqualified or special-use domains, or more than 254 octets (RFC 5321
    4.5.3.1.3, or 64 before the @, 4.5.3.1.1). Nothing is cut off or repaired but white space
    around it.
    """
    text = text.strip(" \t\r\n\u3000\ufeff")
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


def canonical(address: str) -> str:
    """One form for one mailbox: local part NFC and case-folded. `address` is normalised."""
    local, _, domain = address.rpartition("@")
    return f"{unicodedata.normalize('NFC', local).casefold()}@{domain}"


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
