"""A device with passkeys, as bytes: what a browser would hand to the site (WebAuthn, section 6)."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

HOST, ORIGIN = "news.example.org", "https://news.example.org"
# Flags of the authenticator data (section 6.1): present, verified, with a new credential.
PRESENT, VERIFIED, NEW = 0x01, 0x04, 0x40


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Authenticator:
    """One key pair. `count` is what it says next; the origin is what its browser says."""

    def __init__(self, name: bytes = b"harbour-phone-01", host: str = HOST) -> None:
        self.id = name
        self.host = host
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.count = 0

    def _data(self, flags: int) -> bytes:
        self.count += 1
        host = hashlib.sha256(self.host.encode()).digest()
        return host + bytes([flags]) + self.count.to_bytes(4, "big")

    def _said(self, kind: str, question: dict[str, Any], origin: str) -> bytes:
        said = {"type": f"webauthn.{kind}", "challenge": question["challenge"], "origin": origin}
        return json.dumps(said).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        name = _text(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})

    def made(self, question: dict[str, Any], *, origin: str = ORIGIN) -> str:
        """What `navigator.credentials.create` gives, with attestation "none" (section 8.7)."""
        numbers = self.key.public_key().public_numbers()
        # COSE: EC2, ES256, P-256 (RFC 9053, section 7.1.1).
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"),
                  -3: numbers.y.to_bytes(32, "big")}  # fmt: skip
        data = self._data(PRESENT | VERIFIED | NEW)
        data += bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            {
                "clientDataJSON": _text(self._said("create", question, origin)),
                "attestationObject": _text(attested),
                "transports": ["usb", "carrier-pigeon"],
            }
        )

    def signed(
        self, question: dict[str, Any], *, origin: str = ORIGIN, flags: int = PRESENT
    ) -> str:
        """What `navigator.credentials.get` gives."""
        data, said = self._data(flags), self._said("get", question, origin)
        signature = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": _text(said),
                "authenticatorData": _text(data),
                "signature": _text(signature),
            }
        )
