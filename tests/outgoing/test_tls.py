"""Only whoever proves to be the host that was asked for is spoken to."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from newsletter import outgoing
from newsletter.outgoing import Limits, OutgoingError, door

from ..internet import PUBLIC, Server, internet, serve

LIMITS = Limits(seconds=5, high_ports=True)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
NAMES = {"paper.example": [[PUBLIC]], "other.example": [[PUBLIC]]}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    folder = tmp_path_factory.mktemp("tls")

    def make(name: str = "paper.example", days: int = 1) -> Path:
        """A certificate of its own authority with its key, from two days ago for 2 + `days`."""
        key = ec.generate_private_key(ec.SECP256R1())
        now = dt.datetime.now(dt.UTC)
        common = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "paper.example")])
        alternative: x509.GeneralName = x509.DNSName(name)
        if name.replace(".", "").isdigit():
            alternative = x509.IPAddress(ipaddress.ip_address(name))
        made = (
            x509.CertificateBuilder()
            .subject_name(common)
            .issuer_name(common)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=2))
            .not_valid_after(now + dt.timedelta(days=days))
            .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        path = folder / f"{name}{days}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + made.public_bytes(serialization.Encoding.PEM)
        )
        return path

    return make


def serving(path: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def trusting(path: Path) -> Callable[[], ssl.SSLContext]:
    """The program's own context, that believes this authority too."""

    def make() -> ssl.SSLContext:
        context = door.Network().tls()
        context.load_verify_locations(path)
        return context

    return make


def end(url: str) -> str:
    try:
        return str(outgoing.request("GET", url, limits=LIMITS).status)
    except OutgoingError as error:
        return str(error)


@pytest.fixture
def paper(certificate: Callable[..., Path]) -> Iterator[Server]:
    path = certificate()
    with serve(OK, context=serving(path)) as server, internet(NAMES, tls=trusting(path)):
        yield server


def test_the_right_name(paper: Server) -> None:
    assert end(f"https://paper.example:{paper.port}/") == "200"
    assert paper.asked[0].split(b"\r\n")[1] == f"Host: paper.example:{paper.port}".encode()


def test_another_name_at_the_same_server(paper: Server) -> None:
    assert end(f"https://other.example:{paper.port}/") == "insecure"
    assert paper.asked == []


def test_an_address_instead_of_the_name(paper: Server) -> None:
    assert end(f"https://{PUBLIC}:{paper.port}/") == "insecure"
    assert paper.asked == []


def test_a_certificate_for_an_address(certificate: Callable[..., Path]) -> None:
    path = certificate(PUBLIC)
    with serve(OK, context=serving(path)) as server, internet(NAMES, tls=trusting(path)):
        assert end(f"https://{PUBLIC}:{server.port}/") == "200"
        # The common name is no name (RFC 9110, section 4.3.4).
        assert end(f"https://paper.example:{server.port}/") == "insecure"


def test_an_authority_nobody_knows(certificate: Callable[..., Path]) -> None:
    with serve(OK, context=serving(certificate())) as server, internet(NAMES):
        assert end(f"https://paper.example:{server.port}/") == "insecure"
        assert server.asked == []


def test_a_certificate_that_is_over(certificate: Callable[..., Path]) -> None:
    path = certificate(days=-1)
    with serve(OK, context=serving(path)) as server, internet(NAMES, tls=trusting(path)):
        assert end(f"https://paper.example:{server.port}/") == "insecure"


def test_a_server_without_tls() -> None:
    def plain(server: Server, sock: socket.socket) -> None:
        sock.recv(65536)
        sock.sendall(b"HTTP/1.1 400 Bad\r\n\r\n")

    with serve(plain) as server, internet(NAMES):
        assert end(f"https://paper.example:{server.port}/") == "insecure"


def test_the_name_is_said_to_the_server(certificate: Callable[..., Path]) -> None:
    path, said = certificate(), []
    context = serving(path)
    context.sni_callback = lambda _sock, name, _context: said.append(name)
    with serve(OK, context=context) as server, internet(NAMES, tls=trusting(path)):
        assert end(f"https://paper.example:{server.port}/") == "200"
    assert said == ["paper.example"]


def test_old_protocols_are_not_spoken(certificate: Callable[..., Path]) -> None:
    path = certificate()
    context = serving(path)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with serve(OK, context=context) as server, internet(NAMES, tls=trusting(path)):
        assert end(f"https://paper.example:{server.port}/") == "insecure"


def test_a_body_is_not_sent_on_in_the_open(certificate: Callable[..., Path]) -> None:
    path = certificate()
    with serve(OK) as plain:
        answer = f"HTTP/1.1 307 M\r\nLocation: http://other.example:{plain.port}/\r\n\r\n".encode()
        with serve(answer, context=serving(path)) as server, internet(NAMES, tls=trusting(path)):
            url = f"https://paper.example:{server.port}/"
            with pytest.raises(outgoing.Blocked) as caught:
                outgoing.request("POST", url, body=b"x", limits=LIMITS)
            assert caught.value.reason == "downgrade"
            assert plain.connections == 0
            assert end(url) == "200"  # Nothing is given away without one.


def test_a_handshake_that_drips() -> None:
    def drip(server: Server, sock: socket.socket) -> None:
        sock.recv(65536)
        # The header of a record of 16 KiB, then an octet now and then.
        sock.sendall(b"\x16\x03\x03\x40\x00")
        server.drip(sock, b"\x02")

    began = time.monotonic()
    with serve(drip) as server, internet(NAMES), pytest.raises(outgoing.TimedOut) as caught:
        outgoing.request(
            "GET",
            f"https://paper.example:{server.port}/",
            limits=Limits(seconds=0.6, high_ports=True),
        )
    assert caught.value.reason == "connect"
    assert time.monotonic() - began < 3.6


def test_a_handshake_that_ends() -> None:
    with serve(lambda server, sock: None) as server, internet(NAMES):
        assert end(f"https://paper.example:{server.port}/") == "unreachable"


def test_a_record_that_drips(certificate: Callable[..., Path]) -> None:
    """A read of TLS is many reads of the socket; all of them end by the deadline."""
    path = certificate()
    context = serving(path)

    def drip(server: Server, sock: socket.socket) -> None:
        incoming, out = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, out, server_side=True)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                sock.sendall(out.read())
                incoming.write(sock.recv(65536))
        tls.write(b"HTTP/1.1 200 OK\r\n" + b"A" * 10_000)
        sock.sendall(out.read(200))
        for octet in out.read():
            if server.stop.wait(0.05):
                return
            sock.sendall(bytes([octet]))

    began = time.monotonic()
    with (
        serve(drip) as server,
        internet(NAMES, tls=trusting(path)),
        pytest.raises(outgoing.TimedOut),
    ):
        outgoing.request(
            "GET",
            f"https://paper.example:{server.port}/",
            limits=Limits(seconds=0.6, high_ports=True),
        )
    assert time.monotonic() - began < 3.6
