"""A hub on a real socket is told once of every change, and again when it was away."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest
import time_machine
from django.test import Client

from newsletter.feeds import websub
from subscribers.models import AuditEntry, Publication
from tests import builders

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
