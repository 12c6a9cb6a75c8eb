"""What people, limits and relays do to a send, through a real SMTP server."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import OperationalError
from django.http import Http404
from django.test import RequestFactory
from django.utils import timezone

from newsletter import sending
from newsletter.models import PLACES, Bounce, Chunk, Delivery, Machine, Outcome, Relay, Worker
from newsletter.sending import guard, incidents
from newsletter.sending.engine import rate_limit, timing
from newsletter.sending.guard import beat, place
from subscribers.addresses import domain_number
from subscribers.models import AuditEntry, Limit, Subscription
from tests import builders
from tests.sending.stage import issue_for, relay_for, send
from tests.site_settings import override
from tests.smtpd import Smtpd

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def relay(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Smtpd]:
    """The recording server; its faults by `parametrize("relay", [faults], indirect=True)`."""
    with relay_for(tmp_path, getattr(request, "param", ())) as server:
        yield server


def faults(*listed: str) -> Any:
    return pytest.mark.parametrize("relay", [list(listed)], indirect=True, ids=[""])


def later(minutes: float) -> Any:
    """That much later: what is due then is due."""
    return time_machine.travel(timezone.now() + dt.timedelta(minutes=minutes), tick=True)


# ---- rounds


@faults("rcpt:550 5.7.1 policy:100:reader00[0-4]@")
def test_retry_of_the_failed_only(relay: Smtpd) -> None:
    issue = issue_for(20)
    assert send(issue)["failed"] == 5
    relay.faults = []
    assert sending.retry_failed(issue, by="alice") == 5
    assert issue.state == "sending"
    sending.drain(30)
    issue.refresh_from_db()
    assert (issue.state, issue.sent, issue.failed) == ("sent", 20, 0)
    assert max(Counter(relay.recipients()).values()) == 1
    assert sending.recount(issue) == sending.ledger(issue)
    assert AuditEntry.objects.filter(action="retry_failed").get().detail == {"readers": 5}
    with pytest.raises(sending.ActRefused, match="nobody"):
        sending.retry_failed(issue, by="alice")


@faults("dot:drop:100:reader003@")
def test_in_doubt_is_resent_by_a_person_only_and_not_at_once(relay: Smtpd) -> None:
    issue = issue_for(8)
    ledger = send(issue)
    assert (ledger["in_doubt"], ledger["sent"], issue.state) == (1, 7, "sent")
    sending.sweep()
    sending.drain(2)
    assert relay.recipients().count("reader003@example.org") == 1
    with pytest.raises(sending.ActRefused, match="15 minutes"):
        sending.resend_in_doubt(issue, by="alice")
    relay.faults = []
    with later(16):
        assert sending.resend_in_doubt(issue, by="alice") == 1
        sending.drain(30)
    issue.refresh_from_db()
    assert (issue.state, issue.sent, issue.in_doubt) == ("sent", 8, 0)
    assert relay.recipients().count("reader003@example.org") == 2  # The person's decision.
    assert AuditEntry.objects.filter(action="resend_in_doubt", actor="alice").count() == 1


@faults("dot:drop:100:reader003@")
def test_a_report_with_its_token_resolves_doubt(relay: Smtpd) -> None:
    issue = issue_for(8)
    send(issue)
    doubt = Outcome.objects.get(state="in_doubt")
    subscription = Delivery.objects.get(pk=doubt.delivery_id).subscription
    assert "Unknown" in sending.why(issue, subscription)
    assert sending.resolve(doubt.delivery_id, doubt.round, "dsn 5.2.2", "bounces")
    assert not sending.resolve(doubt.delivery_id, None, "dsn 5.2.2", "bounces")
    issue.refresh_from_db()
    assert (issue.sent, issue.in_doubt) == (8, 0)
    assert sending.recount(issue) == sending.ledger(issue)
    assert "Resolved by bounces" in sending.why(issue, subscription)


@faults("rcpt:450 4.2.0 later:100:reader00[12]@")
def test_who_leaves_between_two_tries_gets_nothing(relay: Smtpd) -> None:
    issue = issue_for(4)
    assert send(issue)["deferred"] == 2
    Subscription.objects.filter(subscriber__address="reader001@example.org").update(
        state="unsubscribed"
    )
    relay.faults = []
    with later(7):
        sending.drain(30)
    ledger = sending.ledger(issue)
    assert (ledger["sent"], ledger["skipped"], ledger["deferred"]) == (3, 1, 0)
    assert "reader001@example.org" not in relay.recipients()


# ---- stopping by itself


@faults("rcpt:550 5.1.1 no such user:100:reader00[02]@")
def test_the_canary_stops_the_rest(relay: Smtpd) -> None:
    issue = issue_for(40, canary_size=5, canary_max_failures=1)
    # Who else is among the first is for the database to choose.
    Subscription.objects.filter(subscriber__address__regex="reader00[02]@").update(
        first_in_line=True
    )
    ledger = send(issue)
    assert issue.state == "paused"
    assert issue.state_reason == "2 of the first 5 readers could not be sent to. Nobody else was."
    assert (ledger["sent"], ledger["failed"], ledger["waiting"]) == (3, 2, 35)
    sending.resume(issue, by="alice")
    sending.drain(30)
    assert sending.ledger(issue)["sent"] == 38


@faults("dot:554 5.7.1 message looks like spam")
def test_a_run_of_policy_refusals_pauses_and_says_why(relay: Smtpd) -> None:
    issue = issue_for(300)
    ledger = send(issue)
    assert issue.state == "paused"
    assert "refuses one mail after another" in issue.state_reason
    assert "looks like spam" in issue.state_reason
    assert 20 <= ledger["failed"] < 150
    assert ledger["waiting"] == 300 - ledger["failed"]
    assert not Bounce.objects.exists()


@faults("dot:554 5.7.1 message looks like spam")
def test_a_database_that_is_away_just_then_does_not_spare_the_pause(
    relay: Smtpd, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = iter([True, True, False])
    really = incidents.pause_for

    def pause_for(*what: Any) -> None:
        if next(away):
            raise OperationalError("the connection is gone")
        really(*what)

    monkeypatch.setattr(incidents, "pause_for", pause_for)
    issue = issue_for(30)
    send(issue)
    assert (issue.state, next(away, "asked three times")) == ("paused", "asked three times")


@faults("dot:drop")
def test_a_relay_that_never_answers_does_not_burn_the_whole_issue(relay: Smtpd) -> None:
    issue = issue_for(300)
    sending.release(issue, by="alice", now=True)
    sending.sweep()
    sending.drain(20)
    issue.refresh_from_db()
    assert sending.ledger(issue)["in_doubt"] <= 60
    if issue.state == "paused":
        assert "without answering" in issue.state_reason


def test_outside_its_hours_a_publication_sends_nothing(relay: Smtpd) -> None:
    issue = issue_for(5, send_from=dt.time(8), send_until=dt.time(18), time_zone="Asia/Shanghai")
    with time_machine.travel(dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)):  # 20:00 there
        sending.release(issue, by="alice", now=True)
        sending.sweep()
        sending.drain(3)
        assert sending.ledger(issue)["waiting"] == 5
    with time_machine.travel(dt.datetime(2026, 3, 3, 0, 30, tzinfo=dt.UTC)):  # 08:30 there
        Worker.objects.update(seen=timezone.now())  # It was there all night.
        sending.drain(20)
        assert sending.ledger(issue)["sent"] == 5


def test_an_overdue_issue_waits_for_a_person(relay: Smtpd) -> None:
    issue = issue_for(3, late_start_minutes=60)
    sending.release(issue, by="alice", now=True)
    with later(61):
        sending.sweep()
        issue.refresh_from_db()
        assert issue.state == "paused" and issue.frozen_at is None
        assert "long passed" in issue.state_reason
        sending.resume(issue, by="alice")
        sending.sweep()
        sending.drain(20)
    assert sending.ledger(issue)["sent"] == 3


# ---- how fast


def test_workers_that_start_at_once_do_not_take_the_database_for_a_copy(
    relay: Smtpd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One gives a sign of life while another compares its memory with the database."""
    issue = issue_for(4)
    sending.release(issue, by="alice", now=True)
    sending.sweep()
    assert guard.may_act()
    real = place.remembered

    def meanwhile(nonce: str) -> int:
        mine = Machine.objects.get()
        Machine.objects.update(beats=mine.beats + 1)
        place.remember(nonce, mine.beats + 1)
        return real(nonce)

    monkeypatch.setattr(place, "remembered", meanwhile)
    beat.forget()
    assert guard.may_act()
    issue.refresh_from_db()
    assert issue.state == "sending"


def test_a_relays_rate_is_kept(relay: Smtpd) -> None:
    """Forty at twenty a second take two seconds, whatever the number of connections."""
    Limit.objects.create(key="relay:127.0.0.1", interval=0.05, free_at=timezone.now())
    issue = issue_for(40)
    started = time.monotonic()
    assert send(issue)["sent"] == 40
    assert time.monotonic() - started >= 39 * 0.05 - 0.4


def test_a_slow_domain_holds_up_nobody_else(relay: Smtpd) -> None:
    Limit.objects.create(
        key="relay:127.0.0.1|slow.example", interval=30.0, burst=1, free_at=timezone.now()
    )
    issue = issue_for(60)
    publication = issue.publication
    for number in range(6):
        builders.subscription(publication, f"tortoise{number}@slow.example")
    sending.release(issue, by="alice", now=True)
    sending.sweep()
    lanes = set(Chunk.objects.values_list("lane", flat=True))
    assert lanes == {0, domain_number("a@slow.example")}
    sending.drain(4)
    got = relay.recipients()
    assert sum(address.endswith("@example.org") for address in got) == 60
    assert 1 <= sum(address.endswith("@slow.example") for address in got) <= 2
    ledger = sending.ledger(issue)
    assert ledger["deferred"] == ledger["in_doubt"] == 0


@faults("rcpt:450 4.7.1 too many connections:100:@example.org")
def test_being_asked_to_slow_down_halves_the_rate_and_recovery_creeps(relay: Smtpd) -> None:
    send(issue_for(30))
    key = "relay:127.0.0.1|example.org|slow"
    first = Limit.objects.get(key=key).interval
    assert first >= rate_limit.FIRST_INTERVAL
    with later(1):
        assert rate_limit.slow_down("relay:127.0.0.1|example.org") == 2 * first
    with later(2):
        rate_limit.recover()
        rate_limit.recover()  # Another worker in the same minute.
    assert Limit.objects.get(key=key).interval == pytest.approx(2 * first / 1.05)
    Limit.objects.filter(key=key).update(interval=0.0201)
    with later(4):
        rate_limit.recover()
    assert not Limit.objects.filter(key=key).exists()


def test_slots_are_exact_for_several_takers() -> None:
    Limit.objects.create(key="relay:x", interval=0.5, free_at=timezone.now())
    slots = [rate_limit.reserve("relay:x", 4) for _ in range(3)]
    starts = [round(one.wait) for one in slots]
    assert starts == [0, 2, 4]
    assert rate_limit.reserve("relay:unlimited", 5) == rate_limit.Slots(0.0, 0.0, 5)


def test_two_relays_share_by_weight_and_one_that_is_down_gets_nothing(
    relay: Smtpd, tmp_path: Any
) -> None:
    with Smtpd(log=tmp_path / "second") as other:
        urls = [
            f"smtp://127.0.0.1:{relay.port}?name=big&starttls=never",
            f"smtp://127.0.0.1:{other.port}?name=small&starttls=never",
        ]
        Relay.objects.create(name="big", weight=3)
        with override(SMTP_URLS=urls):
            issue = issue_for(200)
            assert send(issue)["sent"] == 200
            big, small = len(relay.accepted), len(other.accepted)
            assert big + small == 200 and 2 <= big / small <= 4
    issue = builders.issue(issue.publication, "2026-03-03")
    builders.item(issue, issue.publication.categories.get(slug="trade"), "Corn is down")
    with override(SMTP_URLS=urls):  # The second one is gone now.
        assert send(issue)["sent"] == 200
    assert Relay.objects.get(name="small").failures >= 1
    assert len(relay.accepted) == big + 200


# ---- what is shown


def test_progress_and_reasons(relay: Smtpd) -> None:
    issue = issue_for(12)
    sending.release(issue, by="alice", now=True)
    sending.sweep()
    before = sending.progress(issue)
    assert (before.done, before.final) == (0, False)
    sending.drain(30)
    after = sending.progress(issue)
    assert (after.done, after.final, after.seconds_left) == (12, True, None)
    subscription = Subscription.objects.first()
    assert subscription is not None
    assert sending.why(issue, subscription) == "Handed over to the mail server (items: 1)."


def test_an_old_issue_is_folded_and_keeps_its_sums(relay: Smtpd) -> None:
    from newsletter.sending.engine.sweeper import fold_old

    issue = issue_for(5)
    before = send(issue)
    assert fold_old() == 0
    with later((timing.FOLD_DAYS + 1) * 24 * 60):
        assert fold_old() == 1
    issue.refresh_from_db()
    assert not Delivery.objects.exists() and not Outcome.objects.exists()
    assert not Chunk.objects.exists()
    assert sending.ledger(issue) == before


def test_a_slot_of_a_folded_issue_is_no_sign_of_a_restored_copy(relay: Smtpd) -> None:
    """A worker that lives for months keeps slots it did not need again."""
    from newsletter.sending.engine.journal import Journal
    from newsletter.sending.engine.sweeper import fold_old

    old = issue_for(3)
    send(old)
    chunk, delivery = Chunk.objects.get(), Delivery.objects.first()
    assert delivery is not None
    alive = Journal("w-alive", 8)
    alive.free(alive.begin(chunk.pk, chunk.epoch, delivery.pk))
    with later((timing.FOLD_DAYS + 1) * 24 * 60):
        assert fold_old() == 1
    new = builders.issue(old.publication, "2026-03-03")
    builders.item(new, old.publication.categories.get(slug="trade"), "Corn is down")
    sending.release(new, by="alice", now=True)
    sending.sweep()
    beat.forget()
    assert guard.may_act()
    # Of an issue this database has never heard of.
    alive.begin(chunk.pk + 1000, 1, (new.pk + 1000) * PLACES + 1)
    beat.forget()
    assert not guard.may_act()
    new.refresh_from_db()
    assert new.state == "paused"
    alive.close(remove=True)


def test_the_index_is_used_to_load_a_chunk(relay: Smtpd) -> None:
    from django.db import connection

    issue = issue_for(20)
    sending.release(issue, by="alice", now=True)
    sending.sweep()
    first = issue.pk * PLACES
    statement = (
        "SELECT d.id FROM newsletter_delivery d WHERE d.id BETWEEN %s AND %s AND NOT EXISTS ("
        " SELECT 1 FROM newsletter_outcome o WHERE o.delivery_id BETWEEN %s AND %s"
        " AND o.delivery_id = d.id) ORDER BY d.id"
    )
    with connection.cursor() as cursor:
        explain = "EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "
        if connection.vendor == "postgresql":
            cursor.execute("SET enable_seqscan = off")
        cursor.execute(explain + statement, [first, first + 500, first, first + 500])
        plan = "\n".join(str(row) for row in cursor.fetchall())
        if connection.vendor == "postgresql":
            cursor.execute("RESET enable_seqscan")
    assert "Seq Scan" not in plan and "SCAN d" not in plan and "SCAN o" not in plan


def test_metrics_are_off_unless_asked_for_and_name_nobody(relay: Smtpd) -> None:
    from newsletter.config import metrics

    issue = issue_for(4)
    send(issue)
    text = metrics.text()
    assert 'sudi_deliveries_finished{outcome="sent"} 4' in text
    assert 'sudi_issues{state="sent"} 1' in text
    assert "@" not in text and "example.org" not in text
    request = RequestFactory().get("/metrics")
    with pytest.raises(Http404):
        metrics.view(request)
    with override(METRICS=True):
        answer = metrics.view(request)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")


def test_a_test_mail_is_marked_and_counts_nowhere(relay: Smtpd, mailoutbox: list[Any]) -> None:
    issue = issue_for(3)
    selection = sending.plan(issue).editions[0].selection
    assert sending.send_test(issue, ["alice@example.org"], selection, by="alice") == 1
    assert not Delivery.objects.exists()
    assert mailoutbox[0].to == ["alice@example.org"]
    octets = mailoutbox[0].message().as_bytes("\r\n")
    assert b"Subject: [Test] " in octets and b"\r\n\r\n" in octets


# ---- the commands


def test_send_issue_alone_and_its_exit_codes(site: Any, tmp_path: Any) -> None:
    from tests.sending import lab

    lab.run(site.env, "populate", "30", "--draft")
    with Smtpd(log=tmp_path / "accepted") as server:
        site.env["SMTP_URL"] = f"smtp://127.0.0.1:{server.port}?starttls=never"
        assert site.manage("send_issue", "daily", "nothing", check=False).returncode == 2
        plan = json.loads(site.manage("plan_issue", "daily", "2026-03-02", "--json").stdout)
        assert plan["readers"] == {"full": 15, "partial": 15, "none": 0}
        done = site.manage("send_issue", "daily", "2026-03-02", "--now", "--wait", "--json")
        assert json.loads(done.stdout)["sent"] == 30
        assert "this command sends by itself" in done.stderr
        again = site.manage("send_issue", "daily", "2026-03-02", "--now", check=False)
        assert again.returncode == 1 and "sent" in again.stderr
    counted = site.manage("ledger", "daily", "2026-03-02", "--recount", "--json")
    found = json.loads(counted.stdout)
    assert found["recipients"] == 30
    assert (found["bounced"], found["complained"], found["left"]) == (0, 0, 0)
    assert sorted(server.recipients()) == sorted(f"r{n}@d{n % 10}.example.org" for n in range(30))


def test_the_worker_sends_and_stops_when_told(site: Any, tmp_path: Any) -> None:
    from tests.sending import lab

    lab.run(site.env, "populate", "30", "--draft")
    with Smtpd(log=tmp_path / "accepted") as server:
        site.env["SMTP_URL"] = f"smtp://127.0.0.1:{server.port}?starttls=never"
        worker = site.start("worker")
        try:
            done = site.manage(
                "send_issue", "daily", "2026-03-02", "--now", "--wait", "--timeout", "90", "--json"
            )
            assert json.loads(done.stdout)["sent"] == 30
        finally:
            worker.terminate()
            worker.communicate(timeout=40)
        assert worker.returncode == 0
    assert not list((tmp_path / "journal").glob("w-*"))


def test_not_final_in_time_is_exit_code_3(site: Any, tmp_path: Any) -> None:
    from tests.sending import lab

    lab.run(site.env, "populate", "5", "--draft")
    with Smtpd(log=tmp_path / "accepted", faults=["rcpt:450 4.2.0 later"]) as server:
        site.env["SMTP_URL"] = f"smtp://127.0.0.1:{server.port}?starttls=never"
        done = site.manage(
            "send_issue", "daily", "2026-03-02", "--now", "--wait", "--timeout", "4", "--json",
            check=False,
        )  # fmt: skip
    assert done.returncode == 3
    assert json.loads(done.stdout)["deferred"] == 5
