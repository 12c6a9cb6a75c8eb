"""A hub on a real socket is told once of every change, and again when it was away."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest
import time_machine
from django.test import Client

from newsletter.feeds import websub
from subscribers.models import AuditEntry, Publication
from tests import builders
from tests.internet import PRIVATE, Server, internet, read_request, serve

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)


class Hub(ThreadingHTTPServer):
    """Keeps what it is told; answers with `status`."""

    def __init__(self) -> None:
        self.told: list[list[tuple[str, str]]] = []
        self.status = 204
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"


class _Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.headers["Content-Type"] == "application/x-www-form-urlencoded"
        self.server.told.append(parse_qsl(body.decode()))
        self.send_response(self.server.status)
        self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(autouse=True)
def reachable() -> Iterator[None]:
    """The test's hub counts as public."""
    with internet(public=["127.0.0.1"]):
        yield


@pytest.fixture
def hub() -> Iterator[Hub]:
    server = Hub()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def test_a_change_is_told_once_with_every_feed_that_names_the_hub(
    hub: Hub, clock: time_machine.Traveller, client: Client
) -> None:
    daily = builders.publication(hub_url=hub.url, changed_at=NOON)
    builders.category(daily, "Ships")
    builders.category(daily, "Secrets", visibility="private")
    builders.publication("quiet", changed_at=NOON)
    assert [websub.sweep(), websub.sweep()] == [1, 0]
    base = "http://127.0.0.1:8000/daily"
    topics = [f"{base}/feed.{form}" for form in ("atom", "rss", "json")]
    topics += [f"{base}/items.{form}" for form in ("atom", "rss", "json")]
    topics += [f"{base}/c/ships/feed.{form}" for form in ("atom", "rss", "json")]
    assert hub.told == [[("hub.mode", "publish"), *(("hub.url", topic) for topic in topics)]]
    for topic in topics:
        response = client.get(topic.removeprefix("http://127.0.0.1:8000"))
        assert hub.url in response["Link"]
    clock.shift(dt.timedelta(hours=1))
    assert websub.sweep() == 0
    Publication.objects.filter(pk=daily.pk).update(changed_at=NOON + dt.timedelta(minutes=30))
    assert websub.sweep() == 1
    assert len(hub.told) == 2
    assert AuditEntry.objects.filter(action="hub told").count() == 2


@pytest.mark.parametrize("status", [500, 404, 302])
def test_a_hub_that_refuses_is_asked_again_later_and_not_for_ever(
    hub: Hub, clock: time_machine.Traveller, status: int
) -> None:
    hub.status = status
    builders.publication(hub_url=hub.url, changed_at=NOON)
    assert [websub.sweep(), websub.sweep()] == [0, 0]
    assert len(hub.told) == 1
    for _ in range(10):
        clock.shift(dt.timedelta(minutes=6))
        assert websub.sweep() == 0
    assert len(hub.told) == 5
    entry = AuditEntry.objects.order_by("-id").first()
    assert entry is not None
    assert (entry.actor, entry.action) == ("worker", "hub not reached")
    assert str(status) in entry.detail["error"]


def test_a_hub_that_comes_back_is_told(hub: Hub, clock: time_machine.Traveller) -> None:
    hub.status = 503
    builders.publication(hub_url=hub.url, changed_at=NOON)
    assert websub.sweep() == 0
    hub.status = 204
    clock.shift(dt.timedelta(minutes=6))
    assert [websub.sweep(), websub.sweep()] == [1, 0]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "file:///etc/passwd", "http://[bad"])
def test_an_address_that_is_no_hub_hurts_nobody(clock: time_machine.Traveller, url: str) -> None:
    builders.publication(hub_url=url, changed_at=NOON)
    assert websub.sweep() == 0
    assert AuditEntry.objects.filter(action="hub not reached").count() == 1


# E6: a hub is whatever an editor typed. It is asked through the one guarded door.


@pytest.mark.parametrize(
    "host",
    [PRIVATE, "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "a:b@127.0.0.1"],
)
def test_e6_a_hub_on_this_machine_is_never_told(clock: time_machine.Traveller, host: str) -> None:
    with serve(b"HTTP/1.1 204 Told\r\n\r\n", host=PRIVATE) as server, internet():
        builders.publication(hub_url=f"http://{host}:{server.port}/", changed_at=NOON)
        assert websub.sweep() == 0
        assert server.connections == 0
    entry = AuditEntry.objects.get(action="hub not reached")
    assert entry.detail["error"] in (
        "blocked: address",
        "bad-url: host",
        "bad-url: credentials",
    )


def test_e6_a_hub_that_points_to_this_machine_is_not_followed(
    clock: time_machine.Traveller,
) -> None:
    with serve(b"HTTP/1.1 204 Told\r\n\r\n", host=PRIVATE) as inside, internet():
        for status in (302, 307):
            answer = f"HTTP/1.1 {status} M\r\nLocation: {inside.url}/\r\n\r\n".encode()
            with serve(answer) as server:
                builders.publication(f"p{status}", hub_url=server.url, changed_at=NOON)
                assert websub.sweep() == 0
        assert inside.connections == 0


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.1 500 <script>alert(1)</script> reader@example.org\r\n\r\n", "status 500"),
        (b"220 mail.example ESMTP reader@example.org\r\n", "bad-response: http"),
        (b"HTTP/1.1 " + b"reader@example.org " * 999 + b"\r\n\r\n", "bad-response: http"),
        (b"HTTP/1.1 500 M\r\nA: " + b"a" * 99999 + b"\r\n\r\n", "too-large: head"),
        (b"", "unreachable"),
    ],
)
def test_e6_the_audit_log_has_codes_and_none_of_the_hubs_words(
    clock: time_machine.Traveller, answer: bytes, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    with serve(answer) as server, internet():
        builders.publication(hub_url=server.url, changed_at=NOON)
        assert websub.sweep() == 0
    entry = AuditEntry.objects.get(action="hub not reached")
    assert entry.detail == {"hub": server.url, "change": NOON.isoformat(), "error": error}
    assert "reader@" not in caplog.text and "script" not in caplog.text


def _drip(server: Server, sock: socket.socket) -> None:
    read_request(sock)
    sock.sendall(b"HTTP/1.1 204 Told\r\n")
    server.drip(sock, b"A: b\r\n")


def test_e6_a_hub_that_drips_holds_housekeeping_no_longer_than_its_limit(
    clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten such hubs neither, and each of them has its turn."""
    assert websub._LIMITS.seconds + websub._SWEEP_FOR <= 40  # seconds, with the last one's own
    monkeypatch.setattr(websub, "_LIMITS", dataclasses.replace(websub._LIMITS, seconds=0.3))
    monkeypatch.setattr(websub, "_SWEEP_FOR", 0.5)
    with serve(_drip) as server, internet():
        for number in range(10):
            builders.publication(f"p{number}", hub_url=server.url, changed_at=NOON)
        for _ in range(10):
            before, began = server.connections, time.monotonic()
            assert websub.sweep() == 0
            # Two hubs are asked in that time; fewer where the machine is busy.
            assert server.connections - before <= 2
            assert time.monotonic() - began < 0.5 + 0.3 + 3
        assert server.connections == 10
    entries = AuditEntry.objects.filter(action="hub not reached")
    assert {entry.detail["error"] for entry in entries} == {"timed-out: exchange"}
    assert entries.count() == 10


def test_e6_what_a_hub_says_after_its_status_is_not_waited_for(
    clock: time_machine.Traveller,
) -> None:
    def endless(server: Server, sock: socket.socket) -> None:
        read_request(sock)
        sock.sendall(b"HTTP/1.1 202 Told\r\n\r\n")
        with contextlib.suppress(OSError):
            server.drip(sock, b"x" * 1000)

    with serve(endless) as server, internet():
        builders.publication(hub_url=server.url, changed_at=NOON)
        began = time.monotonic()
        assert websub.sweep() == 1
        assert time.monotonic() - began < 5
