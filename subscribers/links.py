"""Signed personal links: made and opened side by side.

A token is 30 octets, 40 characters of URL-safe base64, always: key version, purpose, subject,
extra, and an 18-octet MAC. Fixed length is what lets a mail be spliced instead of built. It holds
ids only, names one purpose, and opens as long as its key version is in LINK_KEYS, whatever was
deleted since.

The MAC is keyed BLAKE2b (RFC 7693) over all but the purpose. One hash is wide enough for three
purposes: each has its own 18 octets of it, which tell nothing of each other, and the hash is
personalised for each three. A mail needs three, and so pays for one.

A return path is different: mail servers may change its case, so it is 40 hexadecimal digits that
name a delivery.
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

from . import conf

TOKEN_LENGTH = 40
RETURN_LENGTH = 40
_MAC = 18
_RETURN_MAC = 11
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class Purpose(enum.IntEnum):
    """What a link may do. The subject is a subscription id unless said otherwise."""

    MANAGE = 1
    UNSUBSCRIBE = 2
    FEED = 3  # extra: Subscription.feed_serial
    CONFIRM = 4
    # Fresh links, mailed on request: extra is the minute of the epoch at which they end.
    CHANGE_ADDRESS = 5  # subject: subscriber, bound to the new address
    SENSITIVE = 8  # subject: subscriber; opens the page for address change, export and erasure
    PROOF = 9  # that a stopped address takes mail again
    MISSED = 12  # what appeared during a pause, and one mail of it


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


@functools.lru_cache(maxsize=64)
def _keyed(version: int, secret: bytes, three: int) -> hashlib.blake2b:
    # Setting up the key is most of the work of so short a hash.
    person = b"sudi-%d" % three
    return hashlib.blake2b(digest_size=3 * _MAC, key=_key(version, secret), person=person)


def _place(purpose: int) -> tuple[int, slice]:
    """Which hash a purpose's MAC is in, and where."""
    three, place = divmod(purpose - 1, 3)
    return three, slice(_MAC * place, _MAC * (place + 1))


@functools.lru_cache(maxsize=16)
def _keyed_return(version: int, secret: bytes) -> hashlib.blake2b:
    mac = hashlib.blake2b(digest_size=_RETURN_MAC, key=_key(version, secret), person=b"sudi-return")
    mac.update(bytes((version,)))
    return mac


def make(purpose: Purpose, subject: int, extra: int = 0, *, bound: str = "") -> str:
    """A token of TOKEN_LENGTH characters. `subject` < 2**48, `extra` < 2**32.

    `bound` is text the token is only good together with (a new address); it is not in the token.
    """
    keys = conf.link_keys()
    version = max(keys)
    three, mine = _place(purpose)
    ids = subject.to_bytes(6, "big") + extra.to_bytes(4, "big")
    mac = _keyed(version, keys[version], three).copy()
    mac.update(bytes((version,)) + ids + bound.encode())
    raw = bytes((version, purpose)) + ids + mac.digest()[mine]
    return base64.urlsafe_b64encode(raw).decode()


def mail_maker() -> Callable[[int, int], tuple[bytes, bytes, bytes]]:
    """What every mail needs, of a subscription and its feed_serial: MANAGE, UNSUBSCRIBE, FEED.

    The same tokens as `make`'s, as octets, for very many subscriptions: the key is looked up here,
    once, and the three are hashed and encoded together.
    """
    keys = conf.link_keys()
    version = max(keys)
    number = bytes((version,))
    manage, unsubscribe, feed = (
        bytes((version, purpose)) for purpose in (Purpose.MANAGE, Purpose.UNSUBSCRIBE, Purpose.FEED)
    )
    keyed = _keyed(version, keys[version], 0).copy
    encode, safe = binascii.b2a_base64, _URL_SAFE

    def made(subscription: int, serial: int) -> tuple[bytes, bytes, bytes]:
        ids = (subscription << 32).to_bytes(10, "big")
        mac = keyed()
        mac.update(number + ids)
        first = last = mac.digest()
        of_feed = ids
        if serial:
            of_feed = (subscription << 32 | serial).to_bytes(10, "big")
            mac = keyed()
            mac.update(number + of_feed)
            last = mac.digest()
        # 30 octets are 40 characters, so one encoding of all three is three encodings.
        text = encode(
            b"".join((
                manage, ids, first[:18], unsubscribe, ids, first[18:36], feed, of_feed, last[36:],
            )),
            newline=False,
        ).translate(safe)  # fmt: skip
        return text[:40], text[40:80], text[80:]

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
    version = payload[0] if payload[0] in conf.link_keys() else max(conf.link_keys())
    three, mine = _place(purpose)
    expected = _keyed(version, conf.link_keys()[version], three).copy()
    expected.update(payload[:1] + payload[2:] + bound.encode())
    good = hmac.compare_digest(mac, expected.digest()[mine])
    if not good or payload[0] != version or payload[1] != purpose:
        return None
    return Opened(
        purpose, int.from_bytes(payload[2:8], "big"), int.from_bytes(payload[8:12], "big")
    )


def is_nobodys(token: str) -> bool:
    """Whether it is a link of a test or rehearsal mail: ours, and its subject is no reader."""
    opened = (
        open_token(token, purpose)
        for purpose in (Purpose.MANAGE, Purpose.UNSUBSCRIBE, Purpose.FEED)
    )
    return any(one is not None and one.subject == 0 for one in opened)


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
    """RETURN_LENGTH hexadecimal digits that name a delivery, for the return path."""
    return return_maker()(delivery).decode()


def return_maker() -> Callable[[int], bytes]:
    """`make_return` as octets for very many deliveries."""
    keys = conf.link_keys()
    version = max(keys)
    keyed = _keyed_return(version, keys[version]).copy
    number = bytes((version,))

    def made(delivery: int) -> bytes:
        named = delivery.to_bytes(8, "big")
        mac = keyed()
        mac.update(named)
        return (number + named + mac.digest()).hex().encode()

    return made


def open_return(text: str) -> int | None:
    """The delivery id of a return path's token, or None. Case does not matter."""
    if len(text) != RETURN_LENGTH:
        return None
    try:
        raw = binascii.unhexlify(text)
    except ValueError:
        return None
    version = raw[0]
    if version not in conf.link_keys():
        return None
    expected = _keyed_return(version, conf.link_keys()[version]).copy()
    expected.update(raw[1:9])
    if not hmac.compare_digest(raw[9:], expected.digest()):
        return None
    return int.from_bytes(raw[1:9], "big")
