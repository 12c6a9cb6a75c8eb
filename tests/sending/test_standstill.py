"""Why nothing moves: each cause from facts, and what the pages say."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from newsletter.bounces import mailboxes
from newsletter.models import Alert, Bounce, Issue, OutboxEvent, Relay, Webhook, Worker
from newsletter.notices import raise_alert
from newsletter.sending import standstill, watching
from newsletter.sending.engine import relays
from newsletter.sending.standstill import Cause, Facts, Reason, RelayFact, reasons_of
from subscribers.models import Incident, Limit
from tests import builders
from tests.site_settings import configure

NOW = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
AGO = NOW - dt.timedelta(minutes=20)
MOVES = Facts(
    now=NOW,
    state="sending",
    state_reason="",
    mending=False,
    due=True,
    worker_seen=NOW - dt.timedelta(seconds=5),
    opens_at=None,
    relays=(RelayFact("mx:25", None, ""),),
    limited_until=None,
)


def relay(error: str, since: dt.datetime | None = AGO) -> tuple[RelayFact, ...]:
    return (RelayFact("mx:25", since, error),)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"state": "paused", "state_reason": "Look."}, [Reason(Cause.PERSON, detail="Look.")]),
        ({"state": "paused", "mending": True}, [Reason(Cause.MENDING)]),
        ({"worker_seen": AGO}, [Reason(Cause.WORKER, since=AGO)]),
        ({"worker_seen": None}, [Reason(Cause.WORKER)]),
        ({"worker_seen": None, "due": False, "state": "scheduled"}, []),
        ({"worker_seen": AGO, "relays": relay("auth: 535 no")}, [Reason(Cause.WORKER, since=AGO)]),
        ({"opens_at": NOW}, [Reason(Cause.HOURS, until=NOW)]),
        (
            {"relays": relay("auth: 535 5.7.8 <alice@example.org> no")},
            [Reason(Cause.LOGIN, since=AGO, detail="mx:25 (auth 535)")],
        ),
        (
            {"relays": relay("connect:  [Errno -2] Name or service not known")},
            [Reason(Cause.DNS, since=AGO, detail="mx:25 (connect)")],
        ),
        (
            {"relays": relay("connect:  [Errno 8] nodename nor servname provided, or not known")},
            [Reason(Cause.DNS, since=AGO, detail="mx:25 (connect)")],
        ),
        (
            {"relays": relay("connect:  [Errno 111] Connect call failed ('127.0.0.1', 25)")},
            [Reason(Cause.RELAY, since=AGO, detail="mx:25 (connect)")],
        ),
        (
            {"relays": relay("tls:  certificate refused: self-signed certificate")},
            [Reason(Cause.RELAY, since=AGO, detail="mx:25 (tls)")],
        ),
        (
            {"relays": relay("greeting: 554 5.7.1 listed")},
            [Reason(Cause.RELAY, since=AGO, detail="mx:25 (greeting 554)")],
        ),
        ({"relays": relay("auth: 535 no") + relay("", None)}, []),
        (
            {"limited_until": NOW + dt.timedelta(minutes=3)},
            [Reason(Cause.LIMIT, until=NOW + dt.timedelta(minutes=3))],
        ),
        ({"limited_until": NOW + dt.timedelta(seconds=20)}, []),
        (
            {"opens_at": NOW, "relays": relay("ehlo: 421 busy")},
            [
                Reason(Cause.HOURS, until=NOW),
                Reason(Cause.RELAY, since=AGO, detail="mx:25 (ehlo 421)"),
            ],
        ),
    ],
)
def test_each_cause(change: dict[str, Any], found: list[Reason]) -> None:
    assert reasons_of(replace(MOVES, **change)) == found


@pytest.mark.parametrize(
    ("start", "end", "zone", "opens"),
    [
        (None, None, "UTC", None),
        (dt.time(8), dt.time(18), "UTC", None),
        (dt.time(14), dt.time(18), "UTC", "2026-03-02T14:00:00+00:00"),
        (dt.time(8), dt.time(10), "UTC", "2026-03-03T08:00:00+00:00"),
        (dt.time(22), dt.time(6), "UTC", "2026-03-02T22:00:00+00:00"),
        (dt.time(7), dt.time(9), "Asia/Shanghai", "2026-03-02T23:00:00+00:00"),
    ],
)
@pytest.mark.django_db
def test_when_the_hours_begin(start: Any, end: Any, zone: str, opens: str | None) -> None:
    publication = builders.publication(send_from=start, send_until=end, time_zone=zone)
    found = standstill.next_opening(NOW, publication)
    assert (found.isoformat() if found else None) == opens


@pytest.fixture
def issue(db: None) -> Issue:
    publication = builders.publication()
    issue = builders.issue(publication)
    builders.item(issue, builders.category(publication, "Ships"), "A ship came in")
    Issue.objects.filter(pk=issue.pk).update(
        state="scheduled", send_at=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
    )
    issue.refresh_from_db()
    return issue


@pytest.fixture
def olga(db: None) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("olga", "olga@example.org"))
    return client


@pytest.mark.django_db
def test_anothers_relay_that_works_moves_no_issue_of_this_publication(
    issue: Issue, settings: Any
) -> None:
    """Its own relay fails or has no slot: that is said, though another publication's is well."""
    now = dt.datetime.now(dt.UTC)
    configure(settings, SMTP_URLS=["smtp://a:25?name=own", "smtp://b:25?name=rest"])
    Worker.objects.create(name="w", machine="m", version="1", seen=now)
    own = Relay.objects.create(name="own", failing_since=now, last_error="connect: refused")
    rest = Relay.objects.create(name="rest")
    assert standstill.of_issue(issue) == []  # Either may have it.
    own.publications.add(issue.publication)
    (reason,) = standstill.of_issue(issue)
    assert (reason.cause, reason.detail) == (Cause.RELAY, "own (connect)")
    other = builders.issue(builders.publication(slug="other"))
    Issue.objects.filter(pk=other.pk).update(state="scheduled", send_at=issue.send_at)
    other.refresh_from_db()
    assert standstill.of_issue(other) == []
    Relay.objects.filter(pk=own.pk).update(failing_since=None)
    later = now + dt.timedelta(hours=2)
    Limit.objects.create(key="relay:own", interval=3600, free_at=later)
    (reason,) = standstill.of_issue(issue)
    assert (reason.cause, reason.until) == (Cause.LIMIT, later)
    own.publications.clear()
    rest.publications.add(issue.publication)
    assert standstill.of_issue(issue) == []


@pytest.mark.django_db
def test_the_pages_say_it(issue: Issue, olga: Client, settings: Any) -> None:
    configure(settings, SMTP_URLS=["smtp://mx.example.org:587"])
    Relay.objects.create(name="old.example.org")  # Not configured any more: no help.
    pages = [
        reverse("admin:index"),
        reverse("admin:newsletter_issue_progress", args=[issue.pk]),
    ]
    for url in pages:
        assert "No worker is running (last seen: never)" in olga.get(url).content.decode()
    Worker.objects.create(name="w", machine="m", version="1")
    Relay.objects.create(
        name="mx.example.org",
        failures=3,
        failing_since=dt.datetime.now(dt.UTC),
        last_error="auth: 535 5.7.8 bad",
    )
    for url in pages:
        text = olga.get(url).content.decode()
        assert "The mail server refuses our login since" in text
        assert "mx.example.org (auth 535)" in text
        assert "5.7.8 bad" not in text


@pytest.mark.django_db
def test_a_relay_remembers_since_when_it_fails(db: None) -> None:
    row = Relay.objects.create(name="mx:25")
    with time_machine.travel(NOW, tick=False) as clock:
        for minutes, failures, since in ((0, 1, NOW), (5, 2, NOW), (6, 0, None), (7, 1, 7)):
            clock.move_to(NOW + dt.timedelta(minutes=minutes))
            relays.keep(row.pk, None, failures, 5.0, "connect: no")
            row.refresh_from_db()
            if since == 7:
                since = NOW + dt.timedelta(minutes=7)
            assert row.failing_since == since


# ---- what is looked at every minute


def alerts() -> set[tuple[str, str]]:
    return set(Alert.objects.filter(cleared_at__isnull=True).values_list("kind", "about"))


@pytest.mark.django_db
def test_alerts_come_and_go_with_what_is_wrong(
    issue: Issue, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    configure(settings, SMTP_URLS=["smtp://mx.example.org"])
    long = dt.datetime.now(dt.UTC) - dt.timedelta(days=9)
    Relay.objects.create(name="old.example.org", failing_since=long)  # Not in use any more.
    monkeypatch.setattr(watching.resident, "work_is_due", lambda: True)
    row = Relay.objects.create(
        name="mx.example.org", failing_since=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=11)
    )
    incident = Incident.objects.create(publication=issue.publication, about=f"issue:{issue.pk}")
    usage = type("Usage", (), {"free": 100, "total": 10**12})
    with monkeypatch.context() as full:
        full.setattr(watching.shutil, "disk_usage", lambda path: usage)
        watching.sweep()
    assert alerts() == {
        ("disk", "data"),
        ("worker", "sender"),
        ("relay", "mx.example.org"),
        ("bounces", f"incident:{incident.pk}"),
    }
    Worker.objects.create(name="w", machine="m", version="1")
    Relay.objects.filter(pk=row.pk).update(failing_since=None)
    Incident.objects.filter(pk=incident.pk).delete()
    watching.sweep()
    assert alerts() == set()


@pytest.mark.django_db
def test_an_issue_that_stands_still_is_told_of_after_a_while(
    issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen = issue.revisions.create(number=1, kind="release")
    Issue.objects.filter(pk=issue.pk).update(state="sending", frozen=frozen, frozen_at=NOW)
    Worker.objects.create(name="w", machine="m", version="1")
    now = [0.0]
    monkeypatch.setattr(watching.time, "monotonic", lambda: now[0])
    watching._stood.clear()
    for seconds, told in ((0, False), (14 * 60, False), (15 * 60, True)):
        now[0] = seconds
        watching.stuck()
        assert (("stuck", f"issue:{issue.pk}") in alerts()) == told
    assert Limit.objects.count() == 0
    Issue.objects.filter(pk=issue.pk).update(state="paused")
    watching.stuck()
    assert alerts() == set()


@pytest.mark.django_db
def test_what_another_process_raised_is_cleared_when_it_is_over(
    issue: Issue, settings: Any
) -> None:
    """A worker that was started again knows of the alerts of the one before by their rows."""
    configure(settings, SMTP_URLS=["smtp://mx.example.org"], BOUNCE_MAILBOXES=[])
    raise_alert("stuck", f"issue:{issue.pk}", publication=issue.publication)
    raise_alert("relay", "old.example.org")
    raise_alert("bounces", "incident:77")
    raise_alert("complaints", "issue:77")
    raise_alert("canary", "issue:77")
    raise_alert("mailbox", "imaps://old.example.org/INBOX")
    watching._stood.clear()
    watching.sweep()
    assert alerts() == {("mailbox", "imaps://old.example.org/INBOX")} | (
        alerts() & {("worker", "sender"), ("disk", "data")}
    )
    mailboxes.poll()
    assert "mailbox" not in {kind for kind, _about in alerts()}


@pytest.mark.django_db
def test_many_spam_reports_of_an_issue_are_told_of_while_it_is_young(issue: Issue) -> None:
    frozen = issue.revisions.create(number=1, kind="release")
    with time_machine.travel(NOW, tick=False) as clock:
        Issue.objects.filter(pk=issue.pk).update(
            state="sent", frozen=frozen, frozen_at=NOW, finished_at=NOW, sent=999, recipients=999
        )
        told = []
        for number in range(4):
            for kind, place in (
                ("complaint", issue.first_delivery + number),
                ("hard", issue.first_delivery + 50 + number),
                ("complaint", issue.last_delivery + 1 + number),  # Another issue's.
            ):
                Bounce.objects.create(kind=kind, via="report", delivery_id=place, seen=str(place))
            watching.sweep()
            told.append(("complaints", f"issue:{issue.pk}") in alerts())
        assert told == [False, False, True, True]
        assert Alert.objects.get(kind="complaints").detail == {"text": f"{issue.title}: 4 / 999"}
        clock.shift(dt.timedelta(days=3, seconds=1))
        watching.sweep()
    assert ("complaints", f"issue:{issue.pk}") not in alerts()


@pytest.mark.django_db
def test_what_another_room_raised_is_told_again_every_day_while_it_lasts(issue: Issue) -> None:
    hook = Webhook.objects.create(
        publication=issue.publication, name="Desk", url="https://example.org/", state="failed",
        secret="whsec_AAAA",
    )  # fmt: skip
    Issue.objects.filter(pk=issue.pk).update(state="paused")
    told = []
    with time_machine.travel(NOW, tick=False) as clock:
        raise_alert("canary", f"issue:{issue.pk}", {"text": "Look."}, publication=issue.publication)
        for _hour in range(49):
            watching.canary()
            watching.webhooks()
            found = OutboxEvent.objects.filter(type="alert").order_by("pk")
            told.append(sorted(found.values_list("data__kind", flat=True)))
            OutboxEvent.objects.all().delete()
            clock.shift(dt.timedelta(hours=1))
        assert [hour for hour, kinds in enumerate(told) if kinds == ["canary", "webhook"]] == [
            0, 24, 48,
        ]  # fmt: skip
        assert Alert.objects.get(kind="canary").detail == {"text": "Look."}
        Issue.objects.filter(pk=issue.pk).update(state="draft")
        Webhook.objects.filter(pk=hook.pk).update(state="on")
        watching.canary()
        watching.webhooks()
    assert alerts() == set()


@pytest.mark.django_db
def test_no_look_fails(issue: Issue, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails is logged and does not keep the others: so a look that always does is silent."""
    said: list[Any] = []
    monkeypatch.setattr(watching.log, "exception", lambda *words: said.append(words))
    frozen = issue.revisions.create(number=1, kind="release")
    now = dt.datetime.now(dt.UTC)
    Issue.objects.filter(pk=issue.pk).update(
        state="sending", frozen=frozen, frozen_at=now, sent=10, recipients=10
    )
    Relay.objects.create(name="127.0.0.1", failing_since=now)
    Incident.objects.create(publication=issue.publication, about=f"issue:{issue.pk}")
    watching.sweep()
    assert said == []
