"""DKIM signatures (RFC 6376, RFC 8301) made by the worker: rsa-sha256, relaxed/relaxed.

Off unless DKIM_KEYS is set, and better left to the relay: an RSA-2048 signature costs several
times as much as everything else we do for a message. The key operation lets go of the
interpreter's lock, so `Signers.sign_all` runs it in threads, off the event loop.

What is signed: every field of `SIGNED`, each name once more than it occurs, so that a second From
or a Reply-To put in later breaks the signature (RFC 6376 8.15). The whole body, never a part of
it (no l=).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

SIGNED = (
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Reply-To",
    "Sender",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Feedback-ID",
)
_NAMES = {name.lower().encode(): name for name in SIGNED}
_SPACE = re.compile(rb"[ \t]+")
_DOMAIN = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+", re.IGNORECASE)
_SELECTOR = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*", re.IGNORECASE)


class BadKey(ValueError):
    """A key or its description that cannot be used, with what is wrong."""


class Signer:
    """Signs for one domain with one key. May be used from several threads at once."""

    def __init__(self, domain: str, selector: str, pem: bytes) -> None:
        """`pem` is an unencrypted RSA private key of at least 2048 bits. Raises BadKey."""
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import padding, rsa

        if not _DOMAIN.fullmatch(domain) or not _SELECTOR.fullmatch(selector):
            raise BadKey(f"{domain}, {selector}: not a domain (in its ASCII form) and a selector")
        try:
            key = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError) as error:
            raise BadKey(f"{domain}: the DKIM key cannot be read: {error}") from None
        if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < 2048:
            raise BadKey(f"{domain}: the DKIM key must be RSA of at least 2048 bits")
        self.domain, self.selector = domain.lower(), selector
        self._key: RSAPrivateKey = key
        self._padding, self._hash = padding.PKCS1v15(), hashes.SHA256()

    @property
    def record(self) -> str:
        """What the TXT record at SELECTOR._domainkey.DOMAIN must say."""
        from cryptography.hazmat.primitives import serialization

        der = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"

    def sign(self, content: bytes, at: int | None = None) -> bytes:
        """The DKIM-Signature field, with its CRLF, to put in front of `content`.

        `content` is a whole message as it goes on the wire: CRLF and dot-stuffed (what is signed
        is what the receiver sees after taking the stuffing off). `at` is the time of signing in
        seconds of the epoch, now if not given.
        """
        if b"\r\n." in content or content.startswith(b"."):
            content = content.replace(b"\r\n..", b"\r\n.")
            content = content[1:] if content.startswith(b"..") else content
        head, gap, body = content.partition(b"\r\n\r\n")
        if not gap:
            raise ValueError("a message without an empty line between head and body")
        fields = _fields(head)
        names = [name for name, _ in fields]
        # Fields are taken from the bottom up (RFC 6376 5.4.2); the last mention finds none.
        listed = [name for low, name in _NAMES.items() for _ in range(names.count(low) + 1)]
        digest = base64.b64encode(hashlib.sha256(_body(body)).digest())
        field = (
            b"v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n\td=%b; s=%b;"
            b"\r\n\tt=%d; h=%b;\r\n\tbh=%b;\r\n\tb="
            % (
                self.domain.encode(),
                self.selector.encode(),
                int(time.time()) if at is None else at,
                _folded(listed),
                digest,
            )
        )
        canonical = b"".join(b"%b:%b\r\n" % (low, value) for low, value in _chosen(fields, listed))
        canonical += b"dkim-signature:" + _relaxed(field)
        signature = base64.b64encode(self._key.sign(canonical, self._padding, self._hash))
        lines = [signature[i : i + 72] for i in range(0, len(signature), 72)]
        return b"DKIM-Signature: " + field + b"\r\n\t".join(lines) + b"\r\n"


def _fields(head: bytes) -> list[tuple[bytes, bytes]]:
    """(lower name, relaxed value) of each field in order (RFC 6376 3.4.2)."""
    made = []
    for field in re.split(rb"\r\n(?![ \t])", head):
        name, _, value = field.partition(b":")
        made.append((name.rstrip(b" \t").lower(), _relaxed(value)))
    return made


def _chosen(fields: list[tuple[bytes, bytes]], listed: list[str]) -> list[tuple[bytes, bytes]]:
    """The fields that h= means, in its order: the last of a name first, none for the surplus."""
    left: dict[bytes, list[bytes]] = {}
    for name, value in fields:
        left.setdefault(name, []).append(value)
    chosen = []
    for wanted in listed:
        low = wanted.lower().encode()
        if left.get(low):
            chosen.append((low, left[low].pop()))
    return chosen


def _relaxed(value: bytes) -> bytes:
    return _SPACE.sub(b" ", value.replace(b"\r\n", b"")).strip(b" \t")


def _body(body: bytes) -> bytes:
    """The relaxed body (RFC 6376 3.4.4). Ours is base64 and usually is canonical already."""
    if b"  " in body or b"\t" in body or b" \r\n" in body:
        body = re.sub(rb"[ \t]+(?=\r\n|\Z)", b"", _SPACE.sub(b" ", body))
    end = len(body)
    while body.endswith(b"\r\n", 0, end):
        end -= 2
    return body[:end] + b"\r\n" if end else b""


def _folded(names: list[str]) -> bytes:
    """The h= list in lines of fair length."""
    lines: list[str] = []
    line = ""
    for name in names:
        if len(line) + len(name) > (66 if lines else 52):
            lines.append(line)
            line = ""
        line += name + ":"
    lines.append(line)
    return "\r\n\t ".join(lines)[:-1].encode()


class Signers:
    """The keys of a worker, by the domain of the From address, and threads to use them in."""

    def __init__(self, signers: Sequence[Signer], threads: int | None = None) -> None:
        self._by_domain = {signer.domain: signer for signer in signers}
        self._pool = ThreadPoolExecutor(threads or os.cpu_count() or 1, "dkim")

    @classmethod
    def from_setting(cls, text: str) -> Self | None:
        """`DOMAIN:SELECTOR:FILE`, several separated by spaces; None for nothing. Raises BadKey."""
        made = []
        for part in text.split():
            domain, _, rest = part.partition(":")
            selector, _, file = rest.partition(":")
            if not file:
                raise BadKey(f"DKIM_KEYS: write DOMAIN:SELECTOR:FILE, not {part!r}")
            try:
                pem = Path(file).read_bytes()
            except OSError as error:
                raise BadKey(f"DKIM_KEYS: {error}") from None
            made.append(Signer(domain, selector, pem))
        return cls(made) if made else None

    def of(self, domain: str) -> Signer | None:
        """The signer for a sender's domain; only the domain itself is aligned for everybody."""
        return self._by_domain.get(domain.lower())

    async def sign_all(
        self, signer: Signer, contents: Sequence[bytes], at: int | None = None
    ) -> list[bytes]:
        """The signature fields of many messages, made in threads while the loop goes on."""
        size = max(1, -(-len(contents) // self._pool._max_workers))
        loop = asyncio.get_running_loop()
        parts = await asyncio.gather(
            *(
                loop.run_in_executor(self._pool, _sign_some, signer, contents[i : i + size], at)
                for i in range(0, len(contents), size)
            )
        )
        return [field for part in parts for field in part]

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()


def _sign_some(signer: Signer, contents: Sequence[bytes], at: int | None) -> list[bytes]:
    return [signer.sign(content, at) for content in contents]
