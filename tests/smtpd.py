"""A recording SMTP server: real sockets, every way to misbehave, and an oracle on disk.

In a test (it runs in a thread of its own on a free loopback port):

    with Smtpd(log=tmp_path / "accepted", faults=["dot:drop:5"], seed=1) as relay:
        ...  # send to 127.0.0.1, relay.port
        relay.recipients()        # every accepted recipient, in order, with repetitions
        relay.accepted[0].content # with keep=True: what arrived, dots unstuffed

As a process, which prints one JSON line with its port when it listens and ends on SIGTERM:

    python -m tests.smtpd --log FILE --fsync --delay 0.02 --fault dot:drop:5 --fault "rcpt:550 No"

The recipient is appended to the log with one `os.write` *before* the reply to the dot is sent
(`fsync=True`: and is on the disk). What is not in the log was not accepted. A log line is
recipient, envelope sender, connection number and Message-ID, separated by tabs (`read_log`).

A fault is `WHERE:WHAT[:PERCENT[:MATCH]]`.

WHERE: banner, ehlo, starttls (its reply), tls (the handshake), auth, mail, rcpt, data, content (in
the middle of it), dot, rset, quit.
WHAT:
    CODE TEXT       say this instead (`rcpt:550 5.1.1 no such user`); `421 TEXT` also closes.
                    At the dot a 2yz is an acceptance and is recorded, anything else is not.
    drop / reset    close the connection (FIN / RST) instead of answering
    silence         never answer again on this connection
    garbage         octets that are no reply
    half            "25" and then nothing; `half-drop`: and then FIN
    huge            one line of 100 KB; `endless`: a multi-line reply of 100 KB without an end
    twice           the usual reply, two times
    then CODE TEXT  the usual reply, and this one at once behind it
    tarpit          the usual reply, one octet a tick (`tick`, a second unless set)
    slow SECONDS    the usual reply, that much later than others
    lines           the usual reply, on three lines
At the dot, all but CODE TEXT record the message first: the worst case, accepted and not answered.
Put `lose-` in front (`dot:lose-drop`) to forget it instead.
PERCENT: of the occasions, by a generator seeded with `seed` (100 unless said).
MATCH: a regular expression searched in the recipient (from rcpt on) or the sender (mail).
The first fault that applies wins.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import datetime as dt
import hmac
import json
import os
import random
import re
import signal
import socket
import ssl
import struct
import sys
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_EARLY = ("banner", "ehlo", "starttls", "tls", "auth")
PLACES = (*_EARLY, "mail", "rcpt", "data", "content", "dot", "rset", "quit")


@dataclass(frozen=True)
class Fault:
    """One way to misbehave; see the module's docstring."""

    where: str
    what: str
    percent: float = 100
    match: str = ""

    @classmethod
    def parse(cls, text: str) -> Fault:
        where, _, rest = text.partition(":")
        what, _, rest = rest.partition(":")
        percent, _, match = rest.partition(":")
        if where not in PLACES or not what:
            raise ValueError(f"not a fault: {text!r}")
        return cls(where, what, float(percent or 100), match)


@dataclass
class Accepted:
    """One message that was taken."""

    recipient: str
    envelope_from: str
    mail_parameters: str
    connection: int
    encrypted: bool
    user: str
    size: int
    content: bytes | None  # Kept when asked for; dots unstuffed.


@dataclass(frozen=True)
class Authority:
    """A certificate authority made for one test."""

    certificate: Any
    key: Any
    file: Path
    strict: bool = True  # See _certificate.

    @classmethod
    def make(cls, folder: Path, *, strict: bool = True) -> Authority:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate("Test authority", key, None, None, 0, 1, strict=strict)
        file = folder / "authority.pem"
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return cls(certificate, key, file, strict)

    def trust(self) -> ssl.SSLContext:
        """What a client that trusts this authority uses."""
        return ssl.create_default_context(cafile=str(self.file))

    def server(self, name: str = "localhost", *, expired: bool = False) -> ssl.SSLContext:
        """A server's context with a certificate for `name` (a host name or an address)."""
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        key = ec.generate_private_key(ec.SECP256R1())
        since, until = (-30, -1) if expired else (-1, 1)
        made = _certificate(name, key, self.certificate, self.key, since, until, strict=self.strict)
        path = self.file.with_name(f"{name}{'-expired' if expired else ''}.pem")
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + made.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


_USES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
    "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


def _certificate(
    name: str, key: Any, issuer: Any, signer: Any, since: int, until: int, *, strict: bool = True
) -> Any:
    """A certificate valid between two days counted from today; not `strict`: without the key
    identifiers of RFC 5280, as many private authorities make them."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import NameOID

    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(days=since, hours=-1))
        .not_valid_after(now + dt.timedelta(days=until))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if strict:
        if issuer is None:
            use = dict.fromkeys(_USES, False) | {"key_cert_sign": True, "crl_sign": True}
            builder = builder.add_extension(x509.KeyUsage(**use), critical=True)
        own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        by = x509.AuthorityKeyIdentifier.from_issuer_public_key((signer or key).public_key())
        builder = builder.add_extension(own, critical=False).add_extension(by, critical=False)
    if issuer is not None:
        try:
            san: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
        except ValueError:
            san = x509.DNSName(name)
        builder = builder.add_extension(x509.SubjectAlternativeName([san]), critical=False)
    return builder.sign(signer or key, hashes.SHA256())


class Smtpd:
    """The server. Everything it knows may be read from other threads while it runs."""

    def __init__(
        self,
        *,
        port: int = 0,
        log: Path | str | None = None,
        fsync: bool = False,
        keep: bool = False,
        folder: Path | str | None = None,
        pipelining: bool = True,
        eight_bit: bool = True,
        utf8: bool = False,
        size: int | None = None,
        tls: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        users: dict[str, str] | None = None,
        auth: Sequence[str] = ("PLAIN", "LOGIN"),
        delay: float = 0,
        per_connection: int = 0,
        faults: Iterable[str | Fault] = (),
        seed: int = 0,
        tick: float = 1,
    ) -> None:
        """`port` 0 takes a free one. `tls` offers STARTTLS unless `implicit_tls`. `users` asks
        for AUTH (name to password). `delay`: seconds from the arrival of a command to its reply,
        overlapping. `per_connection`: 421 to the MAIL after so many messages. `keep` holds
        contents in memory, `folder` writes each to a file of its own.
        """
        self.port = port
        self.pipelining, self.eight_bit, self.utf8, self.size = pipelining, eight_bit, utf8, size
        self.tls, self.implicit_tls = tls, implicit_tls
        self.users, self.auth = users, tuple(auth)
        self.delay, self.per_connection, self.tick = delay, per_connection, tick
        self.faults = [Fault.parse(f) if isinstance(f, str) else f for f in faults]
        self.random = random.Random(seed)
        self.keep = keep
        self.folder = Path(folder) if folder else None
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
        self.fsync = fsync
        self._log = (
            os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if log is not None else -1
        )
        self.accepted: list[Accepted] = []
        self.commands: list[tuple[int, str]] = []  # (connection, command line), with `keep`.
        self.clear = bytearray()  # Everything that came unencrypted, with `keep`.
        self.connections = 0
        self.open: set[_Session] = set()
        self.most_open = 0
        self._thread: threading.Thread | None = None
        self._listening = threading.Event()

    # ---- in a thread

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        if not self._listening.wait(10):
            raise RuntimeError("the test server did not start")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        assert self._thread is not None
        self._thread.join(10)
        if self._log >= 0:
            os.close(self._log)
            self._log = -1

    def stop(self) -> None:
        """Cut every connection and listen no more, from any thread, also twice."""
        with contextlib.suppress(RuntimeError):  # Its loop is gone already.
            self._loop.call_soon_threadsafe(self._stop.set)

    async def _run(self) -> None:
        self._stop = asyncio.Event()
        await self.listen()
        self._listening.set()
        await self._stop.wait()
        await self.close()

    # ---- in a loop of the caller's

    async def listen(self) -> None:
        """Listen on 127.0.0.1; `port` is then the real one."""
        self._loop = asyncio.get_running_loop()
        self._server = await self._loop.create_server(
            lambda: _Session(self),
            "127.0.0.1",
            self.port,
            ssl=self.tls if self.implicit_tls else None,
            backlog=256,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and cut what is open."""
        self._server.close()
        for session in list(self.open):
            session.cut(reset=True)
        for _ in range(100):
            if not self.open:
                break
            await asyncio.sleep(0.01)

    # ---- what it saw

    def recipients(self) -> list[str]:
        """Every accepted recipient in order, as often as it was accepted."""
        return [one.recipient for one in list(self.accepted)]

    def record(self, session: _Session, content: bytes | bytearray) -> None:
        """Make an acceptance last before anybody hears of it."""
        head = bytes(content[:8192])
        if self._log >= 0:
            found = _MESSAGE_ID.search(head)
            message_id = found[1].decode("latin-1") if found else ""
            line = (
                f"{session.recipient}\t{session.sender}\t{session.number}\t{message_id}\n".encode()
            )
            os.write(self._log, line)
            if self.fsync:
                os.fsync(self._log)
        kept = None
        if self.keep or self.folder:
            kept = re.sub(rb"(?m)^\.\.", b".", bytes(content))
            if self.folder:
                (self.folder / f"{len(self.accepted) + 1:07d}.eml").write_bytes(kept)
        self.accepted.append(
            Accepted(
                session.recipient,
                session.sender,
                session.parameters,
                session.number,
                session.encrypted,
                session.user,
                len(content),
                kept if self.keep else None,
            )
        )

    def fault(self, where: str, address: str) -> str:
        """What to do wrong now, or nothing."""
        for fault in self.faults:
            if fault.where != where or (fault.match and not re.search(fault.match, address)):
                continue
            if fault.percent >= 100 or self.random.random() * 100 < fault.percent:
                return fault.what
        return ""


class _Session(asyncio.Protocol):
    """One connection."""

    def __init__(self, server: Smtpd) -> None:
        self.server = server
        self.buffer = bytearray()
        self.in_content = False
        self.scanned = 0
        self.sender = self.recipient = self.parameters = self.user = ""
        self.messages = 0
        self.encrypted = False
        self.silent = self.upgrading = False
        self.asked = ""  # Between the lines of an AUTH.
        self.out: list[bytes] = []
        self.have_sender = self.have_recipient = False
        self.transport: asyncio.Transport

    # ---- connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.encrypted = transport.get_extra_info("sslcontext") is not None
        server = self.server
        server.connections += 1
        self.number = server.connections
        server.open.add(self)
        server.most_open = max(server.most_open, len(server.open))
        self.answer("banner", "220 relay.test ESMTP")
        self.flush()

    def connection_lost(self, exc: Exception | None) -> None:
        self.silent = True
        self.server.open.discard(self)

    def cut(self, *, reset: bool) -> None:
        """End the connection by RST or FIN."""
        self.silent = True
        if reset:
            sock = self.transport.get_extra_info("socket")
            if sock is not None:
                with contextlib.suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
        else:
            self.transport.close()

    # ---- replies

    def say(self, data: bytes) -> None:
        self.out.append(data)

    def flush(self) -> None:
        """Send the replies to what came in one read, `delay` after it came."""
        if not self.out:
            return
        data = b"".join(self.out)
        self.out.clear()
        if self.server.delay:
            self.server._loop.call_later(self.server.delay, self._write, data)
        else:
            self._write(data)

    def _write(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(data)

    def answer(self, where: str, usual: str) -> bool:
        """Reply, or do what the fault at this place says. True if the usual happened."""
        address = self.recipient or self.sender
        return self.act(self.server.fault(where, address), usual)

    def act(self, fault: str, usual: str) -> bool:
        line = usual.encode() + b"\r\n"
        if self.silent:
            return False
        word, _, rest = fault.partition(" ")
        if not fault:
            self.say(line)
            return True
        if word[:3].isdigit():  # Also the first of several lines: "550-".
            self.say(fault.encode() + b"\r\n")
            if word == "421":
                self._later(False)
            return False
        if word in ("drop", "reset"):
            self._later(word == "reset")
        elif word == "silence":
            self.flush()
            self.silent = True
        elif word == "garbage":
            self.say(b"\x00\xff what?\r\n")
        elif word in ("half", "half-drop"):
            self.say(b"25")
            if word == "half":
                self.flush()
                self.silent = True
            else:
                self._later(False)
        elif word == "huge":
            self.say(line[:4] + b"x" * 100_000 + b"\r\n")
        elif word == "endless":
            self.say((line[:3] + b"-" + b"x" * 76 + b"\r\n") * 1250)
        elif word == "twice":
            self.say(line + line)
            return True
        elif word == "then":
            self.say(line + rest.encode() + b"\r\n")
            return True
        elif word == "lines":
            self.say(line[:3] + b"-first\r\n" + line[:3] + b"-second\r\n" + line)
            return True
        elif word in ("tarpit", "slow"):
            self.flush()
            self.transport.pause_reading()
            asyncio.get_running_loop().create_task(
                self._drip(line, 0 if word == "tarpit" else float(rest))
            )
            return True
        else:
            raise ValueError(f"no such fault: {fault!r}")
        return False

    def _later(self, reset: bool) -> None:
        """Cut behind what has been said."""
        self.flush()
        self.silent = True
        if self.server.delay:
            self.server._loop.call_later(self.server.delay, lambda: self.cut(reset=reset))
        else:
            self.cut(reset=reset)

    async def _drip(self, line: bytes, wait: float) -> None:
        """Reply slowly. Nothing further is read meanwhile, so order is kept."""
        if wait:
            await asyncio.sleep(wait)
            self._write(line)
        else:
            for octet in line:
                await asyncio.sleep(self.server.tick)
                if self.transport.is_closing():
                    return
                self._write(bytes((octet,)))
        if not self.transport.is_closing():
            self.transport.resume_reading()
            self.work()

    # ---- commands

    def data_received(self, data: bytes) -> None:
        if self.server.keep and not self.encrypted and not self.upgrading:
            self.server.clear += data
        self.buffer += data
        # The first command under TLS may come before start_tls() has given us its transport.
        if not self.upgrading and self.transport.is_reading():
            self.work()

    def work(self) -> None:
        """Everything that is complete in the buffer."""
        while not self.silent and self.transport.is_reading():
            if self.in_content:
                if not self._content():
                    break
            else:
                newline = self.buffer.find(b"\n")
                if newline < 0:
                    break
                line = bytes(self.buffer[:newline]).rstrip(b"\r")
                del self.buffer[: newline + 1]
                self._command(line)
        self.flush()

    def _content(self) -> bool:
        if self.buffer.startswith(b".\r\n"):
            end, length = 0, 3
        else:
            end = self.buffer.find(b"\r\n.\r\n", max(0, self.scanned - 4))
            self.scanned = len(self.buffer)
            if end < 0:
                return False
            end, length = end + 2, 3
        content = self.buffer[:end]
        del self.buffer[: end + length]
        self.in_content = False
        if not self.have_recipient:
            self.say(b"554 5.5.1 no valid recipients\r\n")
            self._forget()
            return True
        fault = self.server.fault("dot", self.recipient)
        lose = fault.startswith("lose-")
        fault = fault.removeprefix("lose-")
        code = fault[:3]
        if not lose and (not code.isdigit() or code[0] == "2"):
            self.server.record(self, content)
        self.messages += 1
        self.act(fault, f"250 2.0.0 Ok: queued as {self.number}-{self.messages}")
        self._forget()
        return True

    def _forget(self) -> None:
        self.sender = self.recipient = self.parameters = ""
        self.have_sender = self.have_recipient = False

    def _command(self, line: bytes) -> None:
        text = line.decode("utf-8", "surrogateescape")
        if self.server.keep:
            self.server.commands.append((self.number, text))
        if self.asked:
            self._log_in_step(text)
            return
        verb, _, rest = text.partition(" ")
        method = getattr(self, f"_do_{verb.lower()}", None)
        if method is None:
            self.say(b"500 5.5.2 unknown command\r\n")
        else:
            method(rest)

    def _do_ehlo(self, name: str) -> None:
        server = self.server
        offers = ["relay.test"]
        if server.pipelining:
            offers.append("PIPELINING")
        if server.eight_bit:
            offers.append("8BITMIME")
        if server.utf8:
            offers.append("SMTPUTF8")
        if server.size is not None:
            offers.append(f"SIZE {server.size}")
        if server.tls is not None and not self.encrypted:
            offers.append("STARTTLS")
        if server.users is not None:
            offers.append("AUTH " + " ".join(server.auth))
        self._forget()
        self.answer(
            "ehlo",
            "\r\n".join(
                f"250{' ' if n == len(offers) else '-'}{o}" for n, o in enumerate(offers, 1)
            ),
        )

    def _do_helo(self, name: str) -> None:
        self._forget()
        self.say(b"250 relay.test\r\n")

    def _do_starttls(self, rest: str) -> None:
        if self.server.tls is None or self.encrypted:
            self.say(b"502 5.5.1 not here\r\n")
        elif self.answer("starttls", "220 2.0.0 go ahead"):
            self.flush()
            self.buffer.clear()
            fault = self.server.fault("tls", "")
            if fault:
                self._later(fault == "reset")
                return
            self.transport.pause_reading()
            self.upgrading = True
            self._starting = asyncio.get_running_loop().create_task(self._start_tls())

    async def _start_tls(self) -> None:
        assert self.server.tls is not None
        try:
            upgraded = await asyncio.get_running_loop().start_tls(
                self.transport, self, self.server.tls, server_side=True
            )
        except (OSError, ssl.SSLError):
            self.cut(reset=True)
            self.server.open.discard(self)
            return
        assert upgraded is not None
        self.transport = upgraded
        self.encrypted = True
        self.upgrading = False
        self.user = ""
        self._forget()
        self.work()

    def _do_auth(self, rest: str) -> None:
        way, _, initial = rest.partition(" ")
        if self.server.users is None or way.upper() not in self.server.auth:
            self.say(b"504 5.5.4 unknown mechanism\r\n")
            return
        self.asked = way.upper()
        if self.asked == "PLAIN" and initial:
            self._log_in_step(initial)
        elif self.asked == "PLAIN":
            self.say(b"334 \r\n")
        elif self.asked == "LOGIN" and initial:
            self.asked = "LOGIN-PASSWORD"
            self.claimed = base64.b64decode(initial).decode()
            self.say(b"334 UGFzc3dvcmQ6\r\n")
        elif self.asked == "LOGIN":
            self.say(b"334 VXNlcm5hbWU6\r\n")
        else:
            self.challenge = b"<1.2@relay.test>"
            self.say(b"334 " + base64.b64encode(self.challenge) + b"\r\n")

    def _log_in_step(self, line: str) -> None:
        users = self.server.users or {}
        said = base64.b64decode(line).decode()
        way, self.asked = self.asked, ""
        if way == "LOGIN":
            self.claimed, self.asked = said, "LOGIN-PASSWORD"
            self.say(b"334 UGFzc3dvcmQ6\r\n")
            return
        if way == "PLAIN":
            _, user, password = said.split("\0")
            good = user in users and users[user] == password
        elif way == "LOGIN-PASSWORD":
            user = self.claimed
            good = user in users and users[user] == said
        else:
            user, _, digest = said.partition(" ")
            expected = hmac.new(users.get(user, "").encode(), self.challenge, "md5").hexdigest()
            good = user in users and digest == expected
        if good:
            if self.answer("auth", "235 2.7.0 welcome"):
                self.user = user
        else:
            self.say(b"535 5.7.8 wrong user name or password\r\n")

    def _do_mail(self, rest: str) -> None:
        found = re.fullmatch(r"FROM:<([^<>\r\n]*)>(.*)", rest, re.IGNORECASE | re.DOTALL)
        if found is None:
            self.say(b"501 5.5.4 syntax\r\n")
        elif self.have_sender:
            self.say(b"503 5.5.1 nested MAIL\r\n")
        elif self.server.users is not None and not self.user:
            self.say(b"530 5.7.0 log in first\r\n")
        elif self.server.per_connection and self.messages >= self.server.per_connection:
            self.act("421 4.7.0 too many messages on this connection", "")
        else:
            self.sender, self.parameters = found[1], found[2].strip()
            declared = re.search(r"SIZE=(\d+)", self.parameters)
            if declared and self.server.size and int(declared[1]) > self.server.size:
                self.say(b"552 5.3.4 too big\r\n")
            elif self.answer("mail", "250 2.1.0 Ok"):
                self.have_sender = True

    def _do_rcpt(self, rest: str) -> None:
        found = re.fullmatch(r"TO:<([^<>\r\n]+)>.*", rest, re.IGNORECASE | re.DOTALL)
        if found is None:
            self.say(b"501 5.5.4 syntax\r\n")
        elif not self.have_sender:
            self.say(b"503 5.5.1 need MAIL\r\n")
        else:
            self.recipient = found[1]
            if self.answer("rcpt", "250 2.1.5 Ok"):
                self.have_recipient = True

    def _do_data(self, rest: str) -> None:
        if not self.have_recipient:
            fault = self.server.fault("data", "")
            if fault.startswith("354"):  # Some relays say so although nobody was accepted.
                self.in_content, self.scanned = True, 0
                self.say(fault.encode() + b"\r\n")
            else:
                self.say(b"503 5.5.1 need RCPT\r\n")
        elif self.answer("data", "354 go ahead"):
            self.in_content, self.scanned = True, 0
            fault = self.server.fault("content", self.recipient)
            if fault:
                self.flush()
                asyncio.get_running_loop().call_soon(self._in_the_middle, fault)

    def _in_the_middle(self, fault: str) -> None:
        """Misbehave once a part of the content is here."""
        if self.silent:
            return
        if not self.buffer:
            asyncio.get_running_loop().call_later(0.001, self._in_the_middle, fault)
        elif fault.partition(" ")[0] == "stall":  # Read no further: the client's buffers fill.
            self.transport.pause_reading()
        else:
            self.act(fault, "")
            self.flush()
            self.buffer.clear()
            self.silent = True

    def _do_rset(self, rest: str) -> None:
        self._forget()
        self.answer("rset", "250 2.0.0 Ok")

    def _do_noop(self, rest: str) -> None:
        self.say(b"250 2.0.0 Ok\r\n")

    def _do_quit(self, rest: str) -> None:
        if self.answer("quit", "221 2.0.0 Bye"):
            self._later(False)


@dataclass(frozen=True)
class Line:
    """One line of the log."""

    recipient: str
    envelope_from: str
    connection: int
    message_id: str = field(default="")


def read_log(path: Path | str) -> list[Line]:
    """What a server accepted. A last line cut off by a kill is left out: it was not answered."""
    lines = []
    data = Path(path).read_text()
    for line in data[: data.rfind("\n") + 1].splitlines():
        recipient, sender, number, message_id = line.split("\t")
        lines.append(Line(recipient, sender, int(number), message_id))
    return lines


async def _serve(server: Smtpd) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await server.listen()
    print(json.dumps({"port": server.port, "pid": os.getpid()}), flush=True)
    await stop.wait()
    await server.close()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.smtpd", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", help="append every accepted recipient here before replying")
    parser.add_argument("--fsync", action="store_true", help="and put it on the disk")
    parser.add_argument("--folder", help="write each message to a file here")
    parser.add_argument("--no-pipelining", action="store_true")
    parser.add_argument("--utf8", action="store_true", help="offer SMTPUTF8")
    parser.add_argument("--size", type=int)
    parser.add_argument("--delay", type=float, default=0, help="seconds, overlapping")
    parser.add_argument("--per-connection", type=int, default=0)
    parser.add_argument("--fault", action="append", default=[])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tick", type=float, default=1)
    options = parser.parse_args(arguments)
    server = Smtpd(
        port=options.port,
        log=options.log,
        fsync=options.fsync,
        folder=options.folder,
        pipelining=not options.no_pipelining,
        utf8=options.utf8,
        size=options.size,
        delay=options.delay,
        per_connection=options.per_connection,
        faults=options.fault,
        seed=options.seed,
        tick=options.tick,
    )
    asyncio.run(_serve(server))
    return 0


if __name__ == "__main__":
    sys.exit(main())
