"""Webhooks: what a receiver gets over a real socket, and what becomes of it."""

from __future__ import annotations

import datetime as dt
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from newsletter import notices
from newsletter.models import (
    Alert,
    EventCursor,
    OutboxEvent,
    Webhook,
    WebhookAttempt,
    WebhookDelivery,
)
from newsletter.notices import webhooks
from newsletter.notices.channels import webhook as channel
from newsletter.sending import control, releasing
from subscribers import erasure, subscriptions
from subscribers.models import Publication
from tests import builders
from tests.internet import Server, internet, read_request, serve

pytestmark = pytest.mark.django_db(transaction=True)

START = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
OK = b"HTTP/1.1 204 No Content\r\n\r\n"
BROKEN = b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture(autouse=True)
def _net() -> Iterator[None]:
    with internet():
        yield
    end = time.monotonic() + 10
    while channel._busy and time.monotonic() < end:  # Threads that still hold a connection.
        time.sleep(0.02)


@pytest.fixture
def harbour() -> Publication:
    return builders.publication()


def hook(publication: Publication | None, server: Server, *types: str, **extra: Any) -> Webhook:
    return Webhook.objects.create(
        publication=publication,
        name="Desk",
        url=f"{server.url}/in",
        types=list(types),
        secret=webhooks.new_secret(),
        **extra,
    )


def event(publication: Publication | None, type_: str = "issue.paused", **data: Any) -> OutboxEvent:
    return OutboxEvent.objects.create(
        type=type_, publication=publication, source=f"test:{time.monotonic_ns()}", data=data
    )


def requests(server: Server) -> list[tuple[dict[str, str], Any]]:
    found = []
    for octets in server.asked:
        head, _gap, body = octets.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        found.append(({name.lower(): value for name, value in fields.items()}, json.loads(body)))
    return found


def test_an_event_arrives_signed_as_the_standards_own_library_checks(harbour: Publication) -> None:
    with serve(OK) as server:
        target = hook(harbour, server, "issue.paused")
        one = event(harbour, issue="2026-03-02", title="Sturm über Ñandú 风暴")
        notices.sweep()
        (octets,) = server.asked
        ((fields, body),) = requests(server)
    assert octets.startswith(b"POST /in HTTP/1.1\r\n")
    assert fields["content-type"] == "application/json"
    assert fields["webhook-id"] == f"evt_{one.key.hex}"
    assert body == {
        "type": "issue.paused",
        "timestamp": one.at.isoformat(),
        "data": {"issue": "2026-03-02", "title": "Sturm über Ñandú 风暴"},
    }
    raw = octets.partition(b"\r\n\r\n")[2].decode()
    assert Verifier(target.secret).verify(raw, fields) == body
    with pytest.raises(WebhookVerificationError):
        Verifier(webhooks.new_secret()).verify(raw, fields)
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.tries) == ("taken", 1)
    assert WebhookAttempt.objects.get().status == 204


def test_two_secrets_are_valid_for_a_day_after_a_rotation(harbour: Publication) -> None:
    with time_machine.travel(START, tick=False) as clock, serve(OK) as server:
        target = hook(harbour, server, "issue.paused")
        old = target.secret
        webhooks.rotate(target)
        assert target.secret != old
        for hours, valid in ((0, {old, target.secret}), (25, {target.secret})):
            clock.move_to(START + dt.timedelta(hours=hours))
            event(harbour)
            notices.sweep()
            fields, _body = requests(server)[-1]
            raw = server.asked[-1].partition(b"\r\n\r\n")[2].decode()
            found = set()
            for secret in (old, target.secret):
                try:
                    Verifier(secret).verify(raw, fields)
                    found.add(secret)
                except WebhookVerificationError:
                    pass
            assert found == valid


def test_only_what_was_asked_for_and_only_of_ones_own(harbour: Publication) -> None:
    other = builders.publication("other")
    with serve(OK) as server, serve(OK) as sites:
        hook(harbour, server, "issue.paused")
        hook(None, sites, "issue.paused", "alert")
        hook(harbour, server, "issue.paused", state="off")
        event(harbour, of="harbour")
        event(other, of="other")
        event(harbour, "issue.drafted")
        event(None, "alert")
        notices.sweep()
        assert [body["data"].get("of") for _, body in requests(server)] == ["harbour"]
        assert sorted(body["type"] for _, body in requests(sites)) == [
            "alert", "issue.paused", "issue.paused",
        ]  # fmt: skip


def test_it_is_tried_again_ever_more_slowly_under_the_same_id(harbour: Publication) -> None:
    with time_machine.travel(START, tick=False) as clock, serve([BROKEN, BROKEN, OK]) as server:
        hook(harbour, server, "issue.paused")
        event(harbour)
        for seconds, requests_made in ((0, 1), (4, 1), (5, 2), (304, 2), (305, 3), (4000, 3)):
            clock.move_to(START + dt.timedelta(seconds=seconds))
            notices.sweep()
            assert len(server.asked) == requests_made, seconds
        assert len({fields["webhook-id"] for fields, _ in requests(server)}) == 1
        assert len({fields["webhook-timestamp"] for fields, _ in requests(server)}) == 3
    assert list(WebhookAttempt.objects.order_by("pk").values_list("status", flat=True)) == [
        500, 500, 204,
    ]  # fmt: skip


def test_no_private_address_and_no_redirect_is_followed(harbour: Publication) -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    with serve(OK, host="127.0.0.1") as private, serve(moved) as elsewhere:
        hook(harbour, private, "issue.paused")
        hook(harbour, elsewhere, "issue.paused")
        event(harbour)
        notices.sweep()
        assert private.connections == 0
    attempts = WebhookAttempt.objects.order_by("delivery__webhook")
    assert [(one.status, one.trouble) for one in attempts] == [
        (None, "blocked: address"), (302, ""),
    ]  # fmt: skip


def test_after_days_without_success_it_is_switched_off_with_an_alert(harbour: Publication) -> None:
    with time_machine.travel(START, tick=False) as clock, serve(BROKEN) as server:
        target = hook(harbour, server, "issue.paused")
        event(harbour)
        notices.sweep()
        clock.shift(dt.timedelta(days=4, hours=23))
        notices.sweep()
        target.refresh_from_db()
        assert target.state == "on"
        clock.shift(dt.timedelta(days=2))
        notices.sweep()
        target.refresh_from_db()
        assert target.state == "failed"
        assert Alert.objects.get().about == f"webhook:{target.pk}"
        asked = len(server.asked)
        event(harbour)
        clock.shift(dt.timedelta(days=2))
        notices.sweep()
        assert len(server.asked) == asked
        # Nothing is lost: what happened meanwhile goes when it is switched on.
        webhooks.switch(target, on=True)
        assert set(target.deliveries.values_list("state", flat=True)) == {"waiting"}
        assert target.deliveries.count() == 2
    assert Alert.objects.get().cleared_at is not None


def test_gone_is_gone(harbour: Publication) -> None:
    with serve(b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n") as server:
        target = hook(harbour, server, "issue.paused")
        event(harbour)
        notices.sweep()
    target.refresh_from_db()
    assert target.state == "failed"


def test_one_slow_receiver_holds_up_no_other_and_not_the_sweep(harbour: Publication) -> None:
    def hold(server: Server, sock: socket.socket) -> None:
        read_request(sock)
        server.stop.wait(9)

    with serve(hold) as slow, serve(OK) as quick:
        hook(harbour, slow, "issue.paused")
        hook(harbour, quick, "issue.paused")
        for _ in range(3):
            event(harbour)
        began = time.monotonic()
        notices.sweep()
        assert time.monotonic() - began < 6
        assert len(quick.asked) == 3
        event(harbour)
        notices.sweep()
        assert len(quick.asked) == 4
        assert slow.connections == 1
        slow.stop.set()


def test_a_receivers_failure_stops_its_turn_and_not_its_queue(harbour: Publication) -> None:
    with serve(BROKEN) as server:
        hook(harbour, server, "issue.paused")
        for _ in range(10):
            event(harbour)
        notices.sweep()
        assert len(server.asked) == 3
        notices.sweep()
        assert len(server.asked) == 6


def test_replay_sends_the_same_again(harbour: Publication) -> None:
    with serve(OK) as server:
        hook(harbour, server, "issue.paused")
        event(harbour, issue="x")
        notices.sweep()
        assert webhooks.send_again(WebhookDelivery.objects.get())
        notices.sweep()
        first, second = requests(server)
    assert first[1] == second[1]
    assert first[0]["webhook-id"] == second[0]["webhook-id"]


def test_a_test_event_is_for_this_webhook_alone(harbour: Publication) -> None:
    with serve(OK) as server, serve(OK) as other:
        target = hook(harbour, server)
        hook(harbour, other, "issue.paused", "alert")
        webhooks.send_test(target)
        notices.sweep()
        ((_fields, body),) = requests(server)
        assert (body["type"], body["data"]) == ("webhook.test", {"webhook": "Desk"})
        assert other.asked == []


def test_addresses_only_where_they_are_switched_on(harbour: Publication) -> None:
    with serve(OK) as without, serve(OK) as with_them:
        hook(harbour, without, "subscriber.left")
        hook(harbour, with_them, "subscriber.left", with_addresses=True)
        tie = builders.subscription(harbour, "alice@example.org")
        subscriptions.leave([tie], form="mail", network="")
        notices.sweep()
        assert b"alice@example.org" not in without.asked[0]
        ((_fields, body),) = requests(with_them)
    assert body["data"]["address"] == "alice@example.org"
    assert body["data"]["subscription"] == tie.pk
    assert "alice" not in str(OutboxEvent.objects.values())


# ---- what is told of


def types() -> list[str]:
    return list(OutboxEvent.objects.order_by("pk").values_list("type", flat=True))


def test_the_acts_of_an_issue_are_told_once_each(harbour: Publication) -> None:
    category = builders.category(harbour, "Ships")
    issue = builders.issue(harbour)
    builders.item(issue, category, "A ship came in")
    builders.subscription(harbour, "alice@example.org")
    releasing.release(issue, by="olga")
    for _ in range(3):
        notices.sweep()
    assert types() == ["issue.scheduled"]
    releasing.unschedule(issue, by="olga")
    releasing.release(issue, by="olga")
    EventCursor.objects.update(event=0)  # As after a crash before the cursor was stored.
    notices.sweep()
    assert types() == ["issue.scheduled", "issue.scheduled"]
    data = OutboxEvent.objects.first()
    assert data is not None
    assert (data.data["issue"], data.data["by"]) == ("2026-03-02", "olga")


def test_what_was_rolled_back_is_not_told(harbour: Publication) -> None:
    from django.db import transaction

    issue = builders.issue(harbour)
    with pytest.raises(RuntimeError), transaction.atomic():
        control.audit(issue, "olga", "pause", reason="x")
        raise RuntimeError
    notices.sweep()
    assert types() == []


def test_readers_are_told_of_only_where_a_webhook_wants_it(harbour: Publication) -> None:
    tie = builders.subscription(harbour, "alice@example.org")
    subscriptions.leave([tie], form="mail", network="")
    notices.sweep()
    assert types() == []
    with serve(OK) as server:
        hook(harbour, server, "subscriber.joined", "subscriber.left")
        notices.sweep()
        assert server.asked == []  # It was not there yet.
        tie.refresh_from_db()
        assert subscriptions.come_back(tie, network="", language="en")
        notices.sweep()
        ((_fields, body),) = requests(server)
    assert (body["type"], body["data"]["what"]) == ("subscriber.joined", "returned")


def test_each_change_of_a_reader_is_told(harbour: Publication) -> None:
    tie = builders.subscription(harbour, "alice@example.org")
    with serve(OK) as server:
        hook(harbour, server, "subscriber.changed", "subscriber.left")
        subscriptions.change(tie, clear=0, chosen=0, language="zh-Hans", form="mail")
        tie.refresh_from_db()
        until = timezone.now() + dt.timedelta(days=3)
        subscriptions.pause(tie, until, form="mail", network="")
        erasure.erase(tie.subscriber, by="reader")
        notices.sweep()
        found = [(body["type"], body["data"]["what"]) for _, body in requests(server)]
    assert found == [
        ("subscriber.changed", "changed"),
        ("subscriber.changed", "paused"),
        ("subscriber.left", "left"),
        ("subscriber.left", "erased"),
    ]


def test_two_sweeps_at_once_tell_once(harbour: Publication) -> None:
    with serve(OK) as server:
        hook(harbour, server, "issue.paused")
        event(harbour)
        threads = [threading.Thread(target=_sweep) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        notices.sweep()
        assert len(server.asked) == 1


def test_what_came_together_is_told_in_the_order_in_which_it_happened(
    harbour: Publication,
) -> None:
    with serve(OK) as server:
        hook(harbour, server, "issue.paused")
        for minutes in (2, 1, 3):
            at = START + dt.timedelta(minutes=minutes)
            one = event(harbour, n=minutes)
            OutboxEvent.objects.filter(pk=one.pk).update(at=at)
        notices.sweep()
        assert [body["data"]["n"] for _fields, body in requests(server)] == [1, 2, 3]


def _sweep() -> None:
    from django.db import connection

    try:
        notices.sweep()
    finally:
        connection.close()


def test_old_events_are_forgotten_with_their_deliveries(harbour: Publication) -> None:
    with time_machine.travel(START, tick=False) as clock, serve(OK) as server:
        hook(harbour, server, "issue.paused")
        event(harbour)
        notices.sweep()
        clock.shift(dt.timedelta(days=60))
        notices.forget()
        assert OutboxEvent.objects.count() == 1
        clock.shift(dt.timedelta(seconds=1))
        notices.forget()
    assert not OutboxEvent.objects.exists() and not WebhookDelivery.objects.exists()
    assert timezone.now() > START
