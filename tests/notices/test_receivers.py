"""Receivers as they are: slow, endless, broken, moved, busy; and what a person does meanwhile."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.utils import format_datetime

import pytest
import time_machine

from newsletter import notices
from newsletter.models import Alert, OutboxEvent, Webhook, WebhookAttempt, WebhookDelivery
from newsletter.notices import webhooks
from newsletter.notices.channels import webhook as channel
from subscribers.models import Publication
from tests import builders
from tests.internet import PUBLIC, Server, internet, read_request, serve

pytestmark = pytest.mark.django_db(transaction=True)

START = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
OK = b"HTTP/1.1 204 No Content\r\n\r\n"
Answer = bytes | Callable[[Server, socket.socket], None]


@pytest.fixture(autouse=True)
def _net(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(channel, "LIMITS", replace(channel.LIMITS, seconds=1.0))
    with internet():
        yield
    idle()


def idle() -> None:
    """Wait for threads that still hold a connection."""
    end = time.monotonic() + 10
    while channel._busy and time.monotonic() < end:
        time.sleep(0.02)


@pytest.fixture
def harbour() -> Publication:
    return builders.publication()


def hook(publication: Publication, url: str) -> Webhook:
    return Webhook.objects.create(
        publication=publication,
        name="Desk",
        url=url,
        types=["issue.paused"],
        secret=webhooks.new_secret(),
    )


def event(publication: Publication) -> OutboxEvent:
    source = f"test:{time.monotonic_ns()}"
    return OutboxEvent.objects.create(type="issue.paused", publication=publication, source=source)


def says(octets: bytes, then: Callable[[Server, socket.socket], None] | None = None) -> Answer:
    """Read the request, say this, and then do that."""

    def talk(server: Server, sock: socket.socket) -> None:
        read_request(sock)
        sock.sendall(octets)
        if then is not None:
            then(server, sock)

    return talk


def reset(server: Server, sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hangs_up_unread(server: Server, sock: socket.socket) -> None:
    sock.recv(10)
    reset(server, sock)


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("answer", "status", "trouble", "state"),
    [
        (says(HEAD + b"X: ", lambda s, sock: s.drip(sock, b"y")), None, "timed-out: exchange", "w"),
        (says(b"", lambda s, sock: s.stop.wait(5)), None, "timed-out: exchange", "w"),
        (says(HEAD, lambda s, sock: s.flood(sock, b"X: yyyyyyyy\r\n" * 99)), None,
         "bad-response: http", "w"),
        (says(HEAD + b"\r\n", lambda s, sock: s.flood(sock, b"z" * 65536)), 200, "", "taken"),
        (says(HEAD + b"\r\n", lambda s, sock: s.drip(sock, b"z")), 200, "", "taken"),
        (HEAD + b"Content-Length: 999999999999\r\n\r\n", 200, "", "taken"),
        (HEAD + b"Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\n\x1f", 200, "", "taken"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, 204, "", "taken"),
        (b"HTTP/1.0 200\r\n\r\n", 200, "", "taken"),
        (b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\nnonsense", 202, "", "taken"),
        (says(b""), None, "unreachable", "w"),
        (says(b"", reset), None, "unreachable", "w"),
        (hangs_up_unread, None, "unreachable", "w"),
        (says(b"HTTP/1.1 2"), None, "bad-response: http", "w"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", None, "bad-response: http", "w"),
        (b"<html>fine</html>", None, "bad-response: http", "w"),
        (b"HTTP/1.1 101 Other\r\nUpgrade: x\r\n\r\n", None, "bad-response: switch", "w"),
        (b"HTTP/1.1 999 Whatever\r\nContent-Length: 0\r\n\r\n", 999, "", "w"),
        (b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", 401, "", "w"),
        (b"HTTP/1.1 300 Choose\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", 300, "", "w"),
    ],
)  # fmt: skip
def test_what_a_receiver_may_do(
    harbour: Publication, answer: Answer, status: int | None, trouble: str, state: str
) -> None:
    """Only 200 to 299 in its head within the time is a yes; nothing it sends later is read."""
    with serve(answer) as server:
        hook(harbour, f"{server.url}/in")
        event(harbour)
        began = time.monotonic()
        notices.sweep()
        assert time.monotonic() - began < 4
        idle()
    attempt = WebhookAttempt.objects.get()
    assert (attempt.status, attempt.trouble) == (status, trouble)
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.leased_until) == (
        "taken" if state == "taken" else "waiting",
        None,
    )


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(harbour: Publication, code: int) -> None:
    with serve(OK) as other:
        moved = f"HTTP/1.1 {code} Moved\r\nLocation: {other.url}/\r\nContent-Length: 0\r\n\r\n"
        with serve(moved.encode()) as server:
            hook(harbour, f"{server.url}/in")
            event(harbour)
            notices.sweep()
        assert other.connections == 0
    assert WebhookDelivery.objects.get().state == "waiting"


def test_nobody_listens_and_no_such_name(harbour: Publication) -> None:
    with contextlib.closing(socket.create_server((PUBLIC, 0))) as closed:
        port = closed.getsockname()[1]
    hook(harbour, f"http://{PUBLIC}:{port}/")
    hook(harbour, "https://no-such-name.example.org/")
    hook(harbour, "http://127.0.0.1/")
    hook(harbour, f"http://{PUBLIC}:25/")
    event(harbour)
    notices.sweep()
    idle()
    found = WebhookAttempt.objects.order_by("delivery__webhook").values_list("trouble", flat=True)
    assert list(found) == ["unreachable", "unknown-host", "blocked: address", "blocked: port"]


def busy(code: int, later: str) -> bytes:
    return f"HTTP/1.1 {code} Busy\r\nRetry-After: {later}\r\nContent-Length: 0\r\n\r\n".encode()


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (busy(429, "120"), 120),
        (busy(503, format_datetime(START + dt.timedelta(minutes=7), usegmt=True)), 420),
        (busy(503, "2"), 5),  # Never sooner than it would be anyway.
        (busy(429, "9" * 40), 86_400),
        (busy(429, format_datetime(START + dt.timedelta(days=900), usegmt=True)), 86_400),
        (busy(429, format_datetime(START - dt.timedelta(days=9), usegmt=True)), 5),
        (busy(429, "-5"), 5),
        (busy(429, "soon"), 5),
        (busy(429, "Mon, 99 Nov 2026 99:99:99 GMT"), 5),
        (busy(500, "120"), 5),  # Not a word about load.
    ],
)
def test_an_overloaded_receiver_says_when(
    harbour: Publication, answer: bytes, seconds: int
) -> None:
    with time_machine.travel(START, tick=False), serve(answer) as server:
        hook(harbour, f"{server.url}/in")
        event(harbour)
        notices.sweep()
        idle()
    assert WebhookDelivery.objects.get().due_at == START + dt.timedelta(seconds=seconds)


@pytest.mark.parametrize(("code", "asked"), [(429, 1), (503, 1), (500, 3)])
def test_an_overloaded_receiver_is_asked_once_a_turn(
    harbour: Publication, code: int, asked: int
) -> None:
    with serve(busy(code, "60")) as server:
        hook(harbour, f"{server.url}/in")
        for _ in range(5):
            event(harbour)
        notices.sweep()
        idle()
        assert server.connections == asked


def test_receivers_that_answer_are_first(
    harbour: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many dead ones as there are threads do not keep out one that works."""
    monkeypatch.setattr(channel, "_THREADS", 2)
    with serve(says(b"", lambda s, sock: s.stop.wait(9))) as dead, serve(OK) as works:
        for _ in range(2):
            one = hook(harbour, f"{dead.url}/in")
            Webhook.objects.filter(pk=one.pk).update(failing_since=START)
        hook(harbour, f"{works.url}/in")
        event(harbour)
        notices.sweep()
        assert len(works.asked) == 1
        dead.stop.set()
        idle()


# ---- meanwhile


@contextlib.contextmanager
def in_a_call(harbour: Publication, answer: bytes = OK) -> Iterator[tuple[Webhook, Server]]:
    """A webhook whose receiver has the request, and answers at the end of the block."""
    go = threading.Event()

    def talk(server: Server, sock: socket.socket) -> None:
        server.asked.append(read_request(sock))
        go.wait(5)
        sock.sendall(answer)

    with pytest.MonkeyPatch.context() as patch, serve(talk) as server:
        patch.setattr(channel, "LIMITS", replace(channel.LIMITS, seconds=8.0))
        made = hook(harbour, f"{server.url}/in")
        event(harbour)
        thread = threading.Thread(target=_sweep)
        thread.start()
        end = time.monotonic() + 5
        while not server.asked and time.monotonic() < end:
            time.sleep(0.01)
        assert server.asked
        yield made, server
        go.set()
        thread.join()
        idle()


def _sweep() -> None:
    from django.db import connection

    try:
        notices.sweep()
    finally:
        connection.close()


def test_it_is_removed_during_a_call(harbour: Publication) -> None:
    with in_a_call(harbour) as (made, _server):
        webhooks.remove(made)
    assert not Webhook.objects.exists()
    assert not WebhookDelivery.objects.exists()
    assert not WebhookAttempt.objects.exists()
    assert not Alert.objects.exists()


def test_it_is_switched_off_during_a_call(harbour: Publication) -> None:
    with in_a_call(harbour, busy(500, "")) as (made, server):
        webhooks.switch(made, on=False)
    notices.sweep()
    made.refresh_from_db()
    assert (made.state, made.failing_since, len(server.asked)) == ("off", None, 1)
    assert WebhookDelivery.objects.get().state == "given_up"


def test_gone_during_a_switch_off_is_no_alert(harbour: Publication) -> None:
    with in_a_call(harbour, b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n") as (made, _server):
        webhooks.switch(made, on=False)
    made.refresh_from_db()
    assert made.state == "off"
    assert not Alert.objects.exists()


def test_its_secret_is_changed_during_a_call(harbour: Publication) -> None:
    with in_a_call(harbour) as (made, server):
        webhooks.rotate(made)
    assert WebhookDelivery.objects.get().state == "taken"
    assert b"Webhook-Signature: v1," in server.asked[0]
    assert server.asked[0].count(b"v1,") == 1


def test_it_is_sent_again_during_a_call_and_is_lost_in_no_case(harbour: Publication) -> None:
    with in_a_call(harbour, busy(500, "")) as (_made, server):
        webhooks.send_again(WebhookDelivery.objects.get())
        notices.sweep()
        assert len(server.asked) == 1  # Its receiver has its thread already.
    assert WebhookDelivery.objects.get().state == "waiting"


def test_another_address_begins_anew(harbour: Publication) -> None:
    with serve(busy(500, "")) as broken, serve(OK) as works:
        made = hook(harbour, f"{broken.url}/in")
        event(harbour)
        notices.sweep()
        idle()
        Webhook.objects.filter(pk=made.pk).update(failing_since=START - dt.timedelta(days=9))
        made.refresh_from_db()
        webhooks.change(made, {"url": f"{works.url}/in", "name": "Desk"})
        notices.sweep()
        assert len(works.asked) == 1
    made.refresh_from_db()
    assert (made.state, made.failing_since) == ("on", None)


def test_removing_it_ends_its_alert(harbour: Publication) -> None:
    with serve(b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n") as server:
        made = hook(harbour, f"{server.url}/in")
        event(harbour)
        notices.sweep()
        idle()
    assert Alert.objects.get().cleared_at is None
    webhooks.remove(made)
    assert Alert.objects.get().cleared_at is not None


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://example.org/in", True),
        ("https://example.org:8443/in", True),
        ("http://93.184.216.34/", True),
        ("https://[2606:2800:220:1::1]/", True),
        ("http://127.0.0.1/", False),
        ("http://10.1.2.3:8080/", False),
        ("http://169.254.169.254/latest/", False),
        ("http://[::1]/", False),
        ("http://[::ffff:10.0.0.1]/", False),
        ("https://example.org:22/", False),
    ],
)
def test_an_address_that_is_never_asked_is_said_so_at_once(url: str, asked: bool) -> None:
    assert webhooks.is_asked(url) is asked


def test_old_events_go_in_batches_until_none_is_left(
    harbour: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    from newsletter.notices import spreading

    monkeypatch.setattr(spreading, "_BATCH", 3)
    old = START - spreading.KEEP - dt.timedelta(seconds=1)
    with time_machine.travel(START, tick=False):
        for number in range(10):
            OutboxEvent.objects.create(type="alert", source=f"old:{number}", at=old, spread_at=old)
        OutboxEvent.objects.create(type="alert", source="waits", at=old)
        OutboxEvent.objects.create(type="alert", source="new", at=START, spread_at=START)
        notices.forget()
    assert sorted(OutboxEvent.objects.values_list("source", flat=True)) == ["new", "waits"]
