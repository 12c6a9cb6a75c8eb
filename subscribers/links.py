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
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

TOKEN_LENGTH = 40
RETURN_LENGTH = 32
_MAC = 18
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [(first + second).encode() for first in _BASE32 for second in _BASE32]
_SHIFTS = range(150, -1, -10)


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


@functools.lru_cache(maxsize=256)
def _keyed(version: int, secret: bytes, purpose: int) -> hashlib.blake2b:
    # Setting up the key is most of the work of so short a hash, and mails need four each.
    person = b"sudi-%d" % purpose
    return hashlib.blake2b(digest_size=_MAC, key=_key(version, secret), person=person)


def _mac(version: int, secret: bytes, payload: bytes, bound: bytes = b"") -> bytes:
    mac = _keyed(version, secret, payload[1]).copy()
    mac.update(payload + bound)
    return mac.digest()


def make(purpose: Purpose, subject: int, extra: int = 0, *, bound: str = "") -> str:
    """A token of TOKEN_LENGTH characters. `subject` < 2**48, `extra` < 2**32.

    `bound` is text the token is only good together with (a new address); it is not in the token.
    """
    return maker(purpose, bound)(subject, extra).decode()


def maker(purpose: Purpose, bound: str = "") -> Callable[[int, int], bytes]:
    """`make` as octets for very many subjects: the keys are looked up here, once."""
    keys = settings.LINK_KEYS
    version = max(keys)
    head, tail = bytes((version, purpose)), bound.encode()
    keyed = _keyed(version, keys[version], purpose).copy
    encode = binascii.b2a_base64

    def made(subject: int, extra: int) -> bytes:
        payload = head + subject.to_bytes(6, "big") + extra.to_bytes(4, "big")
        mac = keyed()
        mac.update(payload + tail)
        return encode(payload + mac.digest(), newline=False).translate(_URL_SAFE)

    return made


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
    expected = _mac(version, settings.LINK_KEYS[version], payload, bound.encode())
    good = hmac.compare_digest(mac, expected)
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
    return return_maker()(delivery).decode()


def return_maker() -> Callable[[int], bytes]:
    """`make_return` as octets for very many deliveries."""
    keys = settings.LINK_KEYS
    version = max(keys)
    head = bytes((version,))
    keyed = _keyed(version, keys[version], 0).copy
    pairs, shifts = _PAIRS, _SHIFTS

    def made(delivery: int) -> bytes:
        named = delivery.to_bytes(8, "big")
        mac = keyed()
        mac.update(head + b"\0" + named)
        number = int.from_bytes(head + named + mac.digest()[:11], "big")
        # base64.b32encode takes as long as all the rest of this.
        return b"".join([pairs[number >> shift & 1023] for shift in shifts])

    return made


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
    expected = _mac(version, settings.LINK_KEYS[version], payload)[:11]
    if not hmac.compare_digest(raw[9:], expected):
        return None
    return int.from_bytes(raw[1:9], "big")
