"""The password of a mailbox is said to nobody whose certificate is not that of the mailbox."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.bounces import mailboxes
from newsletter.smtp import server
from tests.smtpd import Authority

SCHEMES = ("imap", "imaps", "pop3", "pop3s")
PASSWORD = b"hunter2"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server of the test counts as one of another machine."""
    monkeypatch.setattr(mailboxes, "is_loopback", lambda host: False)


@contextlib.contextmanager
def mailbox(scheme: str, tls: ssl.SSLContext) -> Iterator[tuple[int, list[bytes]]]:
    """A server that goes as far as the password, and what it was told."""
    listener = socket.create_server(("127.0.0.1", 0))
    told: list[bytes] = []

    def serve() -> None:
        connection, _ = listener.accept()
        try:
            connection.settimeout(10)
            if scheme.endswith("s"):
                connection = tls.wrap_socket(connection, server_side=True)
            connection.sendall(b"* OK ready\r\n" if scheme[0] == "i" else b"+OK ready\r\n")
            while line := connection.recv(4096):
                told.append(line)
                tag, *rest = line.split()
                if tag == b"CAPA":
                    connection.sendall(b"+OK\r\nSTLS\r\n.\r\n")
                    continue
                if rest[:1] == [b"CAPABILITY"]:
                    connection.sendall(b"* CAPABILITY IMAP4rev1 STARTTLS\r\n")
                connection.sendall(tag + b" OK done\r\n" if scheme[0] == "i" else b"+OK\r\n")
                if b"STARTTLS" in line or tag == b"STLS":
                    connection = tls.wrap_socket(connection, server_side=True)
                if PASSWORD in line:
                    return
        except OSError:
            pass
        finally:
            connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1], told
    listener.close()
    thread.join(10)


@pytest.mark.django_db
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_certificate_nobody_vouches_for_is_not_told_the_password(
    authority: Authority, scheme: str
) -> None:
    with mailbox(scheme, authority.server()) as (port, told):
        assert mailboxes.poll([f"{scheme}://news:hunter2@localhost:{port}/"]) == 0
    assert PASSWORD not in b"".join(told)


@pytest.mark.django_db
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("name", "said"), [("localhost", True), ("mail.example.org", False)])
def test_the_certificate_is_for_the_name_of_the_mailbox(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, scheme: str, name: str, said: bool
) -> None:
    monkeypatch.setattr(mailboxes, "context", lambda checked: authority.trust())
    with mailbox(scheme, authority.server(name)) as (port, told):
        mailboxes.poll([f"{scheme}://news:hunter2@localhost:{port}/"])
    assert (PASSWORD in b"".join(told)) is said


def test_the_machine_itself_needs_no_certificate_of_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()
    assert mailboxes._tls("127.0.0.1").verify_mode is ssl.CERT_NONE
    assert mailboxes._tls("mail.example.org").verify_mode is ssl.CERT_REQUIRED


@pytest.mark.django_db
@pytest.mark.parametrize("strict", [True, False])
def test_a_private_authority_is_believed_whatever_python_asks_besides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, strict: bool
) -> None:
    """Relays and mailboxes alike; Python 3.13 refuses certificates without key identifiers."""
    authority = Authority.make(tmp_path, strict=strict)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    server.context.cache_clear()
    try:
        with mailbox("imaps", authority.server()) as (port, told):
            mailboxes.poll([f"imaps://news:hunter2@localhost:{port}/"])
    finally:
        server.context.cache_clear()
    assert PASSWORD in b"".join(told)
