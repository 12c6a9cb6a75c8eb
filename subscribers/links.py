"""Signed personal links: made and opened side by side.

A token is 30 octets, 40 characters of URL-safe base64, always: key version, purpose, subject,
extra, and an 18-octet MAC (keyed BLAKE2b, RFC 7693, personalised by the purpose). Fixed length is
what lets a mail be spliced instead of built. It holds ids only, names one purpose, and opens as
long as its key version is in LINK_KEYS, whatever was deleted since.

A return path is different: mail servers may change its case, so it is 32 characters of base32
that name a delivery.
"""

from __future__ import annotations

import base64
import binascii
import enum
import functools
import hashlib
import hmac
import time
from dataclasses import dataclass

from django.conf import settings

TOKEN_LENGTH = 40
RETURN_LENGTH = 32
_MAC = 18


class Purpose(enum.IntEnum):
    """What a link may do. The subject is a subscription id unless said otherwise."""

    MANAGE = 1
    UNSUBSCRIBE = 2
    FEED = 3  # extra: Subscription.feed_serial
    CONFIRM = 4
    # Fresh links, mailed on request: extra is the minute of the epoch at which they end.
    CHANGE_ADDRESS = 5  # subject: subscriber, bound to the new address
    EXPORT = 6  # subject: subscriber
    ERASE = 7  # subject: subscriber
    SENSITIVE = 8  # subject: subscriber; opens the page for address change, export and erasure


@dataclass(frozen=True, slots=True)
class Opened:
    """What a valid token holds."""

    purpose: Purpose
    subject: int
    extra: int


@functools.lru_cache(maxsize=64)
def _key(version: int, secret: bytes) -> bytes:
    # One derived key: the same secret also hashes addresses.
    return hmac.digest(secret, b"link", "sha256")


def _mac(version: int, payload: bytes, bound: bytes) -> bytes:
    key = _key(version, settings.LINK_KEYS[version])
    person = b"sudi-%d" % payload[1]
    return hashlib.blake2b(payload + bound, digest_size=_MAC, key=key, person=person).digest()


def make(purpose: Purpose, subject: int, extra: int = 0, *, bound: str = "") -> str:
    """A token of TOKEN_LENGTH characters. `subject` < 2**48, `extra` < 2**32.

    `bound` is text the token is only good together with (a new address); it is not in the token.
    """
    version = max(settings.LINK_KEYS)
    payload = bytes((version, purpose)) + subject.to_bytes(6, "big") + extra.to_bytes(4, "big")
    return base64.urlsafe_b64encode(payload + _mac(version, payload, bound.encode())).decode()


def open_token(token: str, purpose: Purpose, *, bound: str = "") -> Opened | None:
    """What the token holds, or None if it is not ours, was altered, or serves another purpose."""
    if len(token) != TOKEN_LENGTH:
        return None
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii"))
    except (ValueError, binascii.Error):
        return None
    # b64decode skips foreign characters; only the one canonical spelling is a token.
    if len(raw) != 30 or base64.urlsafe_b64encode(raw).decode() != token:
        return None
    payload, mac = raw[:12], raw[12:]
    version = payload[0] if payload[0] in settings.LINK_KEYS else max(settings.LINK_KEYS)
    good = hmac.compare_digest(mac, _mac(version, payload, bound.encode()))
    if not good or payload[0] != version or payload[1] != purpose:
        return None
    return Opened(
        purpose, int.from_bytes(payload[2:8], "big"), int.from_bytes(payload[8:12], "big")
    )


def claimed_subject(token: str) -> int | None:
    """The subject a token *claims*, unproven: to look up what the token is bound to, no more."""
    if len(token) != TOKEN_LENGTH:
        return None
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii"))
    except (ValueError, binascii.Error):
        return None
    return int.from_bytes(raw[2:8], "big") if len(raw) == 30 else None


def minutes_from_now(minutes: int) -> int:
    """`extra` of a fresh link that is good for so many minutes."""
    return int(time.time()) // 60 + minutes


def is_fresh(opened: Opened) -> bool:
    """Whether a fresh link's time has not run out."""
    return time.time() < opened.extra * 60


def make_return(delivery: int) -> str:
    """RETURN_LENGTH lower-case base32 characters that name a delivery, for the return path."""
    version = max(settings.LINK_KEYS)
    payload = bytes((version, 0)) + delivery.to_bytes(8, "big")
    return (
        base64.b32encode(payload[:1] + payload[2:] + _mac(version, payload, b"")[:11])
        .decode()
        .lower()
    )


def open_return(text: str) -> int | None:
    """The delivery id of a return path's token, or None. Case does not matter."""
    if len(text) != RETURN_LENGTH:
        return None
    try:
        raw = base64.b32decode(text.upper().encode("ascii"))
    except (ValueError, binascii.Error):
        return None
    version = raw[0]
    if version not in settings.LINK_KEYS:
        return None
    payload = bytes((version, 0)) + raw[1:9]
    if not hmac.compare_digest(raw[9:], _mac(version, payload, b"")[:11]):
        return None
    return int.from_bytes(raw[1:9], "big")
