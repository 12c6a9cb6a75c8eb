"""Signatures, judged by dkimpy: another hand, another reading of RFC 6376."""

from __future__ import annotations

import asyncio
import base64
import re
from pathlib import Path

import dkim as verifier
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from newsletter.message.dkim import BadKey, Signer, Signers

HEAD = (
    b"From: Harbour Daily <news@harbour.example.org>\r\n"
    b"To: alice@example.net\r\n"
    b"Subject: =?utf-8?b?6YCf6YCS?=\r\n"
    b" =?utf-8?b?5pel5oql?=\r\n"
    b"Date: Mon, 02 Mar 2026 08:00:00 +0000\r\n"
    b"Message-ID: <0123456789@harbour.example.org>\r\n"
    b"List-Id: Harbour Daily <daily.harbour.example.org>\r\n"
    b"List-Unsubscribe: <https://harbour.example.org/s/u/abc/>,\r\n"
    b" <mailto:u-abc@harbour.example.org?subject=unsubscribe>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    b"MIME-Version: 1.0\r\n"
    b'Content-Type: multipart/alternative; boundary="=b"\r\n'
)
BODY = (
    b"--=b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + b"\r\n".join([base64.b64encode(b"Alice reads this. " * 3)] * 40)
    + b"\r\n--=b--\r\n"
)


def pem(bits: int = 2048) -> bytes:
    key = rsa.generate_private_key(65537, bits)
    return _bytes(key)


def _bytes(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer("harbour.example.org", "s2026", pem())


def passes(signer: Signer, message: bytes) -> bool:
    def look_up(name: bytes, timeout: int = 5) -> bytes | None:
        wanted = b"s2026._domainkey.harbour.example.org."
        return signer.record.encode() if name == wanted else None

    return verifier.verify(message, dnsfunc=look_up)


def test_signature_is_good(signer: Signer) -> None:
    content = HEAD + b"\r\n" + BODY
    field = signer.sign(content, at=1_772_438_400)
    assert passes(signer, field + content)
    assert re.search(rb"c=relaxed/relaxed;\s+d=harbour\.example\.org; s=s2026;", field)
    assert b"a=rsa-sha256" in field and b"l=" not in re.sub(rb"b=.*", b"", field, flags=re.S)
    listed = re.sub(rb"\s", b"", re.search(rb"h=([^;]*)", field)[1]).split(b":")  # type: ignore[index]
    for name in (
        b"From To Subject Date Message-ID MIME-Version Content-Type"
        b" List-Id List-Unsubscribe List-Unsubscribe-Post"
    ).split():
        assert listed.count(name) == 2, name
    assert all(len(line) <= 78 for line in field.split(b"\r\n"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\r\n",
        b"\r\n\r\n\r\n",
        b"one\r\n",
        b"one\r\n\r\n\r\n",
        b"one",
        b"a  b\t c \r\n \r\nd\t\r\n\r\n",
        b"  leading\r\n\ttab\r\n",
        b" \r\n",
        "速递  日报 \r\n".encode(),
    ],
)
def test_every_body_is_canonicalised_as_others_do(signer: Signer, body: bytes) -> None:
    content = HEAD + b"\r\n" + body
    assert passes(signer, signer.sign(content) + content)


def test_relay_may_refold_and_respace(signer: Signer) -> None:
    """That is what relaxed is for."""
    content = HEAD + b"\r\n" + BODY
    signed = signer.sign(content) + content
    moved = signed.replace(b"To: alice", b"TO:\t  alice").replace(b"\r\n =?utf", b"\r\n\t =?utf")
    assert moved != signed and passes(signer, moved)
    assert passes(signer, b"Received: from relay\r\n" + signed)
    assert passes(signer, signed + b"\r\n\r\n")


def test_what_is_signed_is_what_arrives_without_the_stuffing(signer: Signer) -> None:
    arrives = HEAD + b"\r\n.one\r\n..two\r\nthree.\r\n"
    wire = HEAD + b"\r\n..one\r\n...two\r\nthree.\r\n"
    assert passes(signer, signer.sign(wire) + arrives)


MUTATIONS: dict[str, tuple[bytes, bytes]] = {
    "another sender": (b"From: Harbour", b"From: Eve"),
    "a second sender": (b"From: Harbour", b"From: eve@example.org\r\nFrom: Harbour"),
    "another reader": (b"alice@", b"bob@"),
    "another subject": (b"6YCf6YCS", b"6YCf6YCT"),
    "a second subject": (b"Subject: ", b"Subject: Win!\r\nSubject: "),
    "another date": (b"08:00:00", b"09:00:00"),
    "another identity": (b"<0123456789@", b"<9876543210@"),
    "another list": (b"List-Id: Harbour", b"List-Id: Port"),
    "another way out": (b"/s/u/abc/", b"/s/u/abd/"),
    "no one-click": (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", b""),
    "another structure": (b"multipart/alternative", b"multipart/mixed"),
    "another body": (b"--=b--", b"x\r\n--=b--"),
    "a second reader": (b"To: alice", b"To: eve@example.org\r\nTo: alice"),
    "another reply address": (b"To: alice", b"Reply-To: eve@example.org\r\nTo: alice"),
    "a second type": (b"MIME-Version", b"Content-Type: text/html\r\nMIME-Version"),
    "a word more at the end": (b"\r\n--=b--\r\n", b"\r\n--=b--\r\nread this\r\n"),
}


@pytest.mark.parametrize("change", MUTATIONS)
def test_every_change_breaks_it(signer: Signer, change: str) -> None:
    old, new = MUTATIONS[change]
    content = HEAD + b"\r\n" + BODY
    field = signer.sign(content)
    changed = content.replace(old, new, 1)
    assert changed != content
    assert passes(signer, field + content) and not passes(signer, field + changed)


def test_signing_does_not_hold_up_the_loop(signer: Signer) -> None:
    contents = [HEAD.replace(b"alice", b"alice%d" % n) + b"\r\n" + BODY for n in range(200)]
    signers = Signers([signer], threads=2)

    async def run() -> tuple[list[bytes], int]:
        beats = 0
        task = asyncio.create_task(signers.sign_all(signer, contents))
        while not task.done():
            await asyncio.sleep(0)
            beats += 1
        return task.result(), beats

    fields, beats = asyncio.run(run())
    signers.close()
    assert beats > 10  # Turns of the loop while the threads were at it.
    assert len(fields) == 200
    assert all(passes(signer, f + c) for f, c in zip(fields[::20], contents[::20], strict=True))
    assert not passes(signer, fields[0] + contents[1])


def test_keys_come_from_the_setting(tmp_path: Path, signer: Signer) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(pem())
    assert Signers.from_setting("  ") is None
    signers = Signers.from_setting(f"Harbour.Example.org:s2026:{file} port.example.org:a.b:{file}")
    assert signers is not None
    found = signers.of("HARBOUR.example.org")
    assert found is not None and found.selector == "s2026"
    assert signers.of("example.org") is None
    content = HEAD + b"\r\n" + BODY
    assert passes(found, found.sign(content) + content)
    assert not passes(signer, found.sign(content) + content)
    signers.close()


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ("harbour.example.org", "write DOMAIN:SELECTOR:FILE"),
        ("harbour.example.org:s:", "write DOMAIN:SELECTOR:FILE"),
        ("harbour.example.org:s:/no/such/file", "No such file"),
        ("harbour.example.org:s:{text}", "cannot be read"),
        ("harbour.example.org:s:{short}", "at least 2048 bits"),
        ("harbour.example.org:s:{curve}", "at least 2048 bits"),
        ("速递.example:s:{good}", "ASCII form"),
        ("harbour.example.org:s;x=y:{good}", "not a domain"),
    ],
)
def test_keys_that_cannot_be_used(tmp_path: Path, setting: str, complaint: str) -> None:
    files = {
        "text": b"not a key",
        "short": pem(1024),
        "curve": _bytes(ec.generate_private_key(ec.SECP256R1())),
        "good": pem(),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    paths = {name: str(tmp_path / name) for name in files}
    with pytest.raises(BadKey, match=complaint):
        Signers.from_setting(setting.format(**paths))
