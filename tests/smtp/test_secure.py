"""Relay addresses, TLS in its two forms, passwords, and the hand-over after each."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path
from typing import Any

import pytest

from newsletter.smtp import BadServer, Server, State, Timeouts, Why
from tests.postbag import QUICK, Postbag, message, parcel, people, send
from tests.smtp.test_smtp import GO, OK, Script
from tests.smtpd import Authority, Smtpd

USERS = {"news": "correct horse: 马"}
SECRET = "correct horse: 马"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("authority"))


def relay_at(port: int, **extra: Any) -> Server:
    """The relay by a name, so that its certificate's name counts."""
    return Server("test", "localhost", port, **extra)


def secrets_in(data: bytes) -> list[bytes]:
    """What must never be seen in clear: commands of a session, or its password in any form."""
    low = bytes(data).upper()
    return [word for word in (b"MAIL FROM", b"RCPT", b"AUTH", b"SUBJECT", b"QUIT") if word in low]


# ---- the hand-over under TLS


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("implicit", [True, False])
def test_pipelined_protocol_on_an_encrypted_transport(
    authority: Authority, implicit: bool, pipelining: bool
) -> None:
    with Smtpd(
        keep=True, tls=authority.server(), implicit_tls=implicit, users=USERS, pipelining=pipelining
    ) as relay:
        bag = Postbag(people(60))
        server = relay_at(
            relay.port,
            implicit_tls=implicit,
            starttls="never" if implicit else "required",
            user="news",
            password=SECRET,
        )
        ended = send(relay.port, bag, server=server, tls=authority.trust())
    assert (ended.why, ended.accepted, relay.connections) == (Why.FINISHED, 60, 1)
    assert [one.content for one in relay.accepted] == [message(p.tag) for p in people(60)]
    assert all(one.encrypted and one.user == "news" for one in relay.accepted)
    expected = b"" if implicit else b"EHLO [127.0.0.1]\r\nSTARTTLS\r\n"
    assert bytes(relay.clear[: len(expected)]) == expected
    assert secrets_in(relay.clear) == []


def test_large_messages_under_tls(authority: Authority) -> None:
    body = "\r\n".join(["x" * 76] * 30_000)
    with Smtpd(keep=True, tls=authority.server()) as relay:
        bag = Postbag([parcel(f"{name}@example.net", body) for name in ("alice", "bob", "charlie")])
        send(
            relay.port,
            bag,
            server=relay_at(relay.port, starttls="required"),
            tls=authority.trust(),
        )
    assert bag.count(State.SENT) == 3
    assert {one.content for one in relay.accepted} == {
        message(f"{name}@example.net", body) for name in ("alice", "bob", "charlie")
    }


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ("dot:drop::charlie2", "in_doubt"),
        ("dot:reset::charlie2", "in_doubt"),
        ("dot:silence::charlie2", "in_doubt"),
        ("dot:garbage::charlie2", "in_doubt"),
        ("rcpt:drop::charlie2", "not_sent"),
        ("rcpt:550 5.1.1 no::charlie2", "failed"),
        ("dot:twice::bob1", "not_sent"),
    ],
)
def test_faults_under_tls_have_the_same_verdicts(
    authority: Authority, fault: str, state: str
) -> None:
    with Smtpd(tls=authority.server(), faults=[fault]) as relay:
        bag = Postbag(people(6))
        send(
            relay.port,
            bag,
            dataclasses.replace(QUICK, dot=0.4),
            server=relay_at(relay.port, starttls="required"),
            tls=authority.trust(),
        )
    assert bag.states()[:2] == [("alice0", "sent"), ("bob1", "sent")]
    assert ("charlie2", state) in bag.states()


def test_nothing_is_buffered_at_the_hand_over() -> None:
    """What a relay says too much before the first message meets none of its commands."""
    for surplus in (b"250 2.0.0 again\r\n", b"550 5.1.1 no such user\r\n", b"25"):
        with Script((b"DATA\r\n", b"")) as relay:
            relay.steps[1] = (b"\r\n", b"250-relay.test\r\n250 PIPELINING\r\n" + surplus)
            bag = Postbag(people(2))
            ended = send(relay.port, bag)
        assert (ended.why, ended.phase) == (Why.REFUSED, "ehlo")
        assert ended.text == "more replies than commands before the first message"
        assert bag.verdicts == {}


def test_late_surplus_of_the_handshake_is_seen_before_any_content() -> None:
    """It comes when our commands are already out: the 354 is then not where it must be."""
    with Script((b"DATA\r\n", OK + OK + OK + GO)) as relay:
        bag = Postbag(people(2))
        ended = send(relay.port, bag)
    assert (ended.why, ended.phase) == (Why.BROKEN, "data")
    assert bag.states() == [("alice0", "not_sent")]


def test_replies_put_in_before_starttls_are_forgotten(authority: Authority) -> None:
    """RFC 3207: what came in clear, by whoever, must not be read after the handshake."""
    with Smtpd(tls=authority.server(), faults=["starttls:then 250 AUTH PLAIN"]) as relay:
        bag = Postbag(people(2))
        ended = send(
            relay.port,
            bag,
            server=relay_at(relay.port, starttls="required"),
            tls=authority.trust(),
        )
    if ended.why is Why.REFUSED:
        assert ended.phase == "tls" and bag.verdicts == {}
    else:
        assert bag.count(State.SENT) == 2 == len(relay.accepted)


# ---- refusing to talk


@pytest.mark.parametrize(
    ("make", "text"),
    [
        ({"tls": None}, "the relay offers no STARTTLS and nothing is sent to it unencrypted"),
        ({"expired": True}, "certificate refused: certificate has expired"),
        ({"name": "mail.example.org"}, "certificate refused: Hostname mismatch"),
        ({"distrust": True}, "certificate refused: unable to get local issuer certificate"),
        ({"faults": ["tls:drop"]}, None),
        ({"faults": ["tls:reset"]}, None),
        ({"faults": ["starttls:454 4.7.0 not now"]}, "4.7.0 not now"),
        ({"faults": ["starttls:garbage"]}, None),
        ({"faults": ["starttls:drop"]}, None),
    ],
)
def test_required_starttls_or_nothing(
    authority: Authority, make: dict[str, Any], text: str | None
) -> None:
    context = (
        None
        if "tls" in make
        else authority.server(make.get("name", "localhost"), expired=make.get("expired", False))
    )
    with Smtpd(keep=True, tls=context, users=USERS, faults=make.get("faults", [])) as relay:
        bag = Postbag(people(2))
        server = relay_at(relay.port, starttls="required", user="news", password=SECRET)
        trust = None if make.get("distrust") else authority.trust()
        ended = send(relay.port, bag, server=server, tls=trust)
    assert (ended.why, ended.phase) == (Why.REFUSED, "tls")
    assert text is None or ended.text.startswith(text)
    assert ended.text
    assert bag.verdicts == {} and relay.accepted == []
    assert secrets_in(relay.clear) == []


@pytest.mark.parametrize("expired", [True, False])
def test_implicit_tls_with_a_bad_certificate(authority: Authority, expired: bool) -> None:
    name = "localhost" if expired else "mail.example.org"
    with Smtpd(tls=authority.server(name, expired=expired), implicit_tls=True) as relay:
        server = relay_at(relay.port, implicit_tls=True)
        ended = send(relay.port, Postbag(people(1)), server=server, tls=authority.trust())
    assert (ended.why, ended.phase) == (Why.REFUSED, "tls")
    assert ended.text.startswith("certificate refused")


def test_implicit_tls_against_a_plain_relay() -> None:
    with Smtpd() as relay:
        server = relay_at(relay.port, implicit_tls=True)
        ended = send(relay.port, Postbag(people(1)), server=server)
    assert (ended.why, ended.phase) == (Why.REFUSED, "tls")


def test_optional_starttls_takes_what_is_offered(authority: Authority) -> None:
    for offered in (authority.server("mail.example.org", expired=True), None):
        with Smtpd(tls=offered) as relay:
            bag = Postbag(people(3))
            send(relay.port, bag, server=relay_at(relay.port, starttls="optional"))
        assert [one.encrypted for one in relay.accepted] == [offered is not None] * 3


# ---- passwords


@pytest.mark.parametrize("way", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_every_way_to_log_in(way: str) -> None:
    with Smtpd(users={"news": "plain"}, auth=[way]) as relay:
        bag = Postbag(people(2))
        server = Server("t", "127.0.0.1", relay.port, user="news", password="plain")
        assert send(relay.port, bag, server=server).why is Why.FINISHED
    assert [one.user for one in relay.accepted] == ["news", "news"]


def test_wrong_password_is_said_once() -> None:
    """Every further way would be another wrong attempt at the same account."""
    with Smtpd(keep=True, users={"news": "right"}) as relay:
        bag = Postbag(people(2))
        server = Server("t", "127.0.0.1", relay.port, user="news", password="wrong")
        ended = send(relay.port, bag, server=server)
    assert (ended.why, ended.phase, ended.code, ended.status) == (
        Why.REFUSED,
        "auth",
        535,
        "5.7.8",
    )
    assert bag.verdicts == {}
    assert sum(line.startswith("AUTH") for _, line in relay.commands) == 1


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        ({}, None, "the relay offers no way to log in that we know"),
        ({"users": {}, "auth": ["GSSAPI"]}, None, "the relay offers no way to log in that we know"),
        ({"users": USERS, "faults": ["auth:454 4.7.0 later"]}, 454, "4.7.0 later"),
        ({"users": USERS, "faults": ["auth:drop"]}, None, None),
    ],
)
def test_login_that_does_not_work(
    options: dict[str, Any], code: int | None, text: str | None
) -> None:
    with Smtpd(**options) as relay:
        server = Server("t", "127.0.0.1", relay.port, user="news", password=SECRET)
        ended = send(relay.port, Postbag(people(1)), server=server)
    assert (ended.why, ended.phase, ended.code) == (Why.REFUSED, "auth", code)
    assert text is None or ended.text == text


def test_name_that_says_loopback_and_is_not_gets_no_password(monkeypatch: Any) -> None:
    """The rule is about the address we talk to; here the resolver lies about the name."""
    with Smtpd(keep=True, users=USERS) as relay:
        server = Server("t", "relay.localhost", relay.port, user="news", password=SECRET)

        async def elsewhere(self: Any, sock: Any, address: Any) -> None:
            sock.setblocking(True)
            sock.connect(("127.0.0.1", relay.port))
            sock.setblocking(False)

        async def resolve(self: Any, host: str, port: int, **kind: Any) -> list[Any]:
            return [(2, 1, 6, "", ("192.0.2.1", port))]

        monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", elsewhere)
        monkeypatch.setattr(asyncio.SelectorEventLoop, "getaddrinfo", resolve)
        ended = send(relay.port, Postbag(people(1)), server=server)
    assert (ended.why, ended.phase) == (Why.REFUSED, "auth")
    assert ended.text == "a password is only sent over TLS"
    assert not any(line.startswith("AUTH") for _, line in relay.commands)


def test_password_is_not_shown() -> None:
    server = Server.from_url("smtps://news:hunter2@relay.example.org")
    assert server.password == "hunter2" and "hunter2" not in repr(server)


# ---- addresses of relays


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://127.0.0.1:25", ("127.0.0.1", "127.0.0.1", 25, False, "never", "", "", 10, "")),
        ("smtp://localhost", ("localhost", "localhost", 25, False, "never", "", "", 10, "")),
        (
            "smtp://relay.example.org:587",
            ("relay.example.org", "relay.example.org", 587, False, "required", "", "", 10, ""),
        ),
        (
            "smtps://news%40example.org:p%3Aw@relay.example.org?name=main&connections=3&helo=n.org",
            (
                "main",
                "relay.example.org",
                465,
                True,
                "never",
                "news@example.org",
                "p:w",
                3,
                "n.org",
            ),
        ),
        (
            "smtp://mailpit:1025?starttls=never",
            ("mailpit", "mailpit", 1025, False, "never", "", "", 10, ""),
        ),
        ("smtp://[::1]:2525", ("::1", "::1", 2525, False, "never", "", "", 10, "")),
    ],
)
def test_relay_addresses(url: str, expected: tuple[object, ...]) -> None:
    assert dataclasses.astuple(Server.from_url(url)) == expected


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("http://relay.example.org", "write smtp://HOST:PORT"),
        ("smtp://", "write smtp://HOST:PORT"),
        ("smtp://relay.example.org:99999", "port must be a number"),
        ("smtp://r.example.org?starttls=maybe", "required, optional or never"),
        ("smtps://r.example.org?starttls=required", "encrypted from the first octet"),
        ("smtp://news:pw@r.example.org?starttls=never", "only sent over TLS"),
        ("smtp://news:pw@r.example.org?starttls=optional", "only sent over TLS"),
        ("smtp://r.example.org?connections=0", "1 to 1000"),
        ("smtp://r.example.org?connections=many", "1 to 1000"),
        ("smtp://r.example.org?helo=a%20b", "not a host name"),
        ("smtp://r.example.org?helo=a%0d%0aMAIL", "not a host name"),
        ("smtp://r.example.org?rate=10", "no such option: rate"),
    ],
)
def test_relay_addresses_that_cannot_be_meant(url: str, complaint: str) -> None:
    with pytest.raises(BadServer, match=complaint):
        Server.from_url(url)


def test_timeouts_are_those_of_the_standard() -> None:
    """RFC 5321 4.5.3.2.1 to 4.5.3.2.6."""
    usual = Timeouts()
    assert (usual.greeting, usual.mail, usual.rcpt) == (300, 300, 300)
    assert (usual.data, usual.block, usual.dot) == (120, 180, 600)


def test_certificates_of_the_system_are_not_enough_for_ours(
    authority: Authority, tmp_path: Path
) -> None:
    """Without `tls` the process's own trust decides, and it does not know our authority."""
    with Smtpd(tls=authority.server()) as relay:
        server = relay_at(relay.port, starttls="required")
        ended = send(relay.port, Postbag(people(1)), server=server)
    assert (ended.phase, ended.accepted) == ("tls", 0)
