"""An issue's refusals, settled together by the sweep: nothing else suppresses."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from newsletter import sending
from newsletter.models import Bounce, Chunk, Delivery, Edition, Issue, Outcome
from newsletter.sending import held, settling, suppressing
from newsletter.sending.engine import sweeper
from subscribers import subscriptions
from subscribers.addresses import key_of
from subscribers.models import (
    AuditEntry,
    ConsentEvent,
    Incident,
    Publication,
    Subscription,
    Suppression,
)
from tests import builders
from tests.sending.stage import issue_for, relay_for, send

pytestmark = pytest.mark.django_db(transaction=True)

START = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(START, tick=False) as moment:
        yield moment


@pytest.fixture
def daily() -> Publication:
    return builders.publication()


def readers(publication: Publication, count: int) -> list[Subscription]:
    return [builders.subscription(publication, f"r{n:03}@example.org") for n in range(count)]


def mailed(
    ties: list[Subscription],
    refused: dict[int, str] | None = None,
    *,
    state: str = "sent",
    waiting: int = 0,
) -> Issue:
    """An issue as the engine leaves it now. `refused`: place -> hard, soft or unclear.

    `waiting`: so many of the last wait for their first try.
    """
    refused, now = refused or {}, timezone.now()
    publication = ties[0].publication
    issue = builders.issue(publication, f"{now:%Y-%m-%d}", listed=True)
    frozen = issue.revisions.create(number=1, kind="release")
    Issue.objects.filter(pk=issue.pk).update(
        state=state, frozen=frozen, frozen_at=now, finished_at=now if state == "sent" else None,
        recipients=len(ties),
    )  # fmt: skip
    edition = Edition.objects.create(issue=issue, selection=1)
    base, done = issue.pk * 2**32, len(ties) - waiting
    Delivery.objects.bulk_create(
        [
            Delivery(id=base + n + 1, issue=issue, subscription=tie, edition=edition)
            for n, tie in enumerate(ties)
        ]
    )
    Outcome.objects.bulk_create(
        [
            Outcome(
                delivery_id=base + n + 1, round=1, at=now,
                state="failed" if n in refused else "sent", code=550 if n in refused else 250,
            )
            for n in range(done)
        ]
    )  # fmt: skip
    failed = len(refused)
    Chunk.objects.create(
        issue=issue, first=base + 1, last=base + len(ties), due_at=now,
        state="waiting" if waiting else "done", sent=done - failed, failed=failed,
    )  # fmt: skip
    for place, how in refused.items():
        report(issue, ties[place], how, via="smtp")
    issue.refresh_from_db()
    return issue


def report(issue: Issue, tie: Subscription, how: str = "hard", *, via: str = "dsn") -> Bounce:
    """A refusal stored as turn and reports do."""
    delivery = Delivery.objects.get(issue=issue, subscription=tie)
    return Bounce.objects.create(
        at=timezone.now(), subscriber_id=tie.subscriber_id, delivery=delivery,
        kind="hard" if how == "hard" else "soft", via=via,
        blame="reader" if how in ("hard", "soft") else how, permanent=how == "hard",
        decision="waiting", seen=f"{delivery.pk}:{Bounce.objects.count()}",
    )  # fmt: skip


def suppressed() -> dict[str, int]:
    """How many suppressions are in force, by reason."""
    found: dict[str, int] = {}
    for reason in Suppression.objects.filter(lifted_at=None).values_list("reason", flat=True):
        found[reason] = found.get(reason, 0) + 1
    return found


# --- the turn and the settlement ----------------------------------------------------------------


def test_the_turn_stores_and_the_sweep_suppresses(tmp_path: Path) -> None:
    issue = issue_for(30)
    with relay_for(tmp_path, ["rcpt:550 5.1.1 no such user:100:reader007@"]):
        assert send(issue)["failed"] == 1
        assert issue.state == "sent"
        row = Bounce.objects.get()
        assert (row.kind, row.blame, row.permanent, row.decision) == (
            "hard", "reader", True, "waiting",
        )  # fmt: skip
        assert row.reason_code == "user_unknown"
        assert suppressed() == {}, "storing is not suppressing"
        sending.sweep()
    made = Suppression.objects.get()
    assert (made.reason, made.publication, made.key) == (
        "hard", None, key_of("reader007@example.org"),
    )  # fmt: skip
    incident = Incident.objects.get()
    assert made.incident == incident
    assert (incident.about, incident.state, incident.decided_by) == (
        f"issue:{issue.pk}", "carried_out", "worker",
    )  # fmt: skip
    assert (incident.attempts, incident.refusals) == (30, 1)
    row.refresh_from_db()
    assert (row.decision, row.incident) == ("carried_out", incident)
    sending.sweep()
    assert (Suppression.objects.count(), Incident.objects.count()) == (1, 1)


def test_a_list_cannot_be_emptied_in_one_send(tmp_path: Path) -> None:
    """A relay that calls every reader unknown: paused, held, said; in one act carried out."""
    issue = issue_for(60)
    with relay_for(tmp_path, ["rcpt:550 5.1.1 no such user"]):
        send(issue)
        sending.sweep()
    issue.refresh_from_db()
    incident = Incident.objects.get()
    assert (issue.state, suppressed()) == ("paused", {})
    assert "addresses were refused for good" in issue.state_reason
    assert "Nobody was suppressed" in issue.state_reason
    refused = sending.ledger(issue)["failed"]
    assert Bounce.objects.filter(decision="waiting", incident=incident).count() == refused >= 20
    assert held.carry_out(incident, by="olga") == refused
    assert suppressed() == {"hard": refused}
    assert held.carry_out(incident, by="olga") is None, "once"
    assert held.drop(incident, by="olga") is None
    assert held.lift(incident, by="uma") == refused
    assert suppressed() == {}
    assert set(Suppression.objects.values_list("lifted_by", flat=True)) == {"uma"}
    acts = list(
        AuditEntry.objects.filter(target=f"issue:{issue.pk}").values_list("action", "actor")
    )
    assert ("refusals carried out", "olga") in acts
    assert ("incident lifted", "uma") in acts


def test_dropped_refusals_suppress_nobody_and_later_reports_of_the_issue_neither(
    daily: Publication,
) -> None:
    ties = readers(daily, 40)
    issue = mailed(ties, dict.fromkeys(range(31), "hard"))
    settling.settle_waiting()
    incident = Incident.objects.get()
    assert (incident.state, incident.refusals, incident.attempts) == ("open", 31, 40)
    assert held.sentence(incident) == (
        "31 of 40 addresses were refused for good; usually 1 of 40. Nobody was suppressed."
    )
    late = report(issue, ties[35])
    settling.settle_waiting()
    late.refresh_from_db()
    assert (late.incident, late.decision) == (incident, "waiting")
    assert held.drop(incident, by="olga") == 32
    later = report(issue, ties[36])
    settling.settle_waiting()
    later.refresh_from_db()
    assert (later.decision, suppressed()) == ("dropped", {})


def test_reports_that_come_one_by_one_are_weighed_with_those_before(daily: Publication) -> None:
    """What was carried out before the issue looked suspicious is taken back and held."""
    ties = readers(daily, 40)
    issue = mailed(ties)
    for tie in ties[:3]:
        report(issue, tie)
        settling.settle_waiting()
    assert suppressed() == {"hard": 3}
    report(issue, ties[3])
    settling.settle_waiting()
    assert suppressed() == {}
    incident = Incident.objects.get()
    assert (incident.state, incident.refusals) == ("open", 4)
    assert held.carry_out(incident, by="olga") == 4
    assert suppressed() == {"hard": 4}


def test_nothing_is_carried_out_while_readers_wait_or_a_person_has_paused(
    daily: Publication,
) -> None:
    ties = readers(daily, 60)
    issue = mailed(ties, {0: "hard"}, state="sending", waiting=10)
    settling.settle_waiting()
    assert suppressed() == {}
    Chunk.objects.filter(issue=issue).update(state="done", sent=59)
    Issue.objects.filter(pk=issue.pk).update(state="paused")
    settling.settle_waiting()
    assert suppressed() == {}
    Issue.objects.filter(pk=issue.pk).update(state="sending")
    settling.settle_waiting()
    assert suppressed() == {"hard": 1}


def test_a_share_above_the_habit_pauses_an_issue_under_way(daily: Publication) -> None:
    ties = readers(daily, 60)
    issue = mailed(ties, dict.fromkeys(range(5), "hard"), state="sending", waiting=10)
    settling.settle_waiting()
    issue.refresh_from_db()
    assert (issue.state, suppressed()) == ("paused", {})
    assert Incident.objects.get().state == "open"


def test_an_issue_that_a_person_let_go_on_is_not_paused_again(daily: Publication) -> None:
    ties = readers(daily, 60)
    issue = mailed(ties, dict.fromkeys(range(5), "hard"), state="sending", waiting=10)
    settling.settle_waiting()
    issue.refresh_from_db()
    sending.resume(issue, by="olga")
    report(issue, ties[20])
    settling.settle_waiting()
    issue.refresh_from_db()
    assert (issue.state, suppressed()) == ("sending", {})
    assert Incident.objects.get().refusals == 6


def test_the_workers_suspicion_is_weighed_before_it_pauses(daily: Publication) -> None:
    ties = readers(daily, 60)
    issue = mailed(ties, state="sending", waiting=30)
    settling.stop_for(issue.pk, "refusals", "", 2)
    issue.refresh_from_db()
    assert issue.state == "sending"
    settling.stop_for(issue.pk, "refusals", "", 20)
    issue.refresh_from_db()
    assert issue.state == "paused"
    assert Incident.objects.get().refusals == 20


def test_the_habit_is_the_publications_own(daily: Publication, clock: Any) -> None:
    """Six of a hundred: a lot where nobody is refused, usual where three are."""
    ties = readers(daily, 100)
    for day, dead in enumerate((3, 3, 3)):
        clock.move_to(START + day * DAY)
        mailed(ties, dict.fromkeys(range(10 * day, 10 * day + dead), "hard"))
        settling.settle_waiting()
    assert suppressed() == {"hard": 9}
    clock.move_to(START + 3 * DAY)
    mailed(ties, dict.fromkeys(range(50, 56), "hard"))
    settling.settle_waiting()
    assert suppressed() == {"hard": 15}
    clean = builders.publication("clean")
    others = [builders.subscription(clean, f"c{n}@example.org") for n in range(100)]
    mailed(others)
    clock.move_to(START + 4 * DAY)
    mailed(others, dict.fromkeys(range(6), "hard"))
    settling.settle_waiting()
    assert suppressed() == {"hard": 15}
    assert Incident.objects.get(publication=clean).state == "open"


def test_twelve_readers_over_two_issues(daily: Publication, clock: Any) -> None:
    ties = readers(daily, 12)
    mailed(ties, {4: "hard"})
    settling.settle_waiting()
    assert (suppressed(), Incident.objects.count()) == ({}, 0)
    clock.move_to(START + DAY)
    mailed(ties, {4: "hard"})
    settling.settle_waiting()
    assert suppressed() == {"hard": 1}
    assert Suppression.objects.get().key == key_of("r004@example.org")


def test_five_readers_in_trouble_are_kept(daily: Publication, clock: Any) -> None:
    ties = readers(daily, 5)
    for day in range(4):
        clock.move_to(START + day * DAY)
        mailed(ties, dict.fromkeys(range(5), "hard"))
        settling.settle_waiting()
    assert suppressed() == {}
    assert Incident.objects.get().state == "open"


def test_a_small_lists_refusal_is_taken_back_by_a_success(daily: Publication, clock: Any) -> None:
    ties = readers(daily, 12)
    mailed(ties, {4: "hard"})
    for day in (1, 7, 8):
        clock.move_to(START + day * DAY)
        mailed(ties)
        settling.settle_waiting()
    assert (suppressed(), Bounce.objects.get().decision) == ({}, "dropped")


# --- whose refusals -------------------------------------------------------------------------------


@pytest.mark.parametrize("blame", ["sender", "content", "pace", "relay"])
def test_what_blames_us_is_stored_and_ends_nothing(
    blame: str, daily: Publication, clock: Any
) -> None:
    from newsletter.bounces import effects
    from newsletter.refusals import Blame, Reason, Refusal

    ties = readers(daily, 40)
    for day in range(7):
        clock.move_to(START + day * DAY)
        issue = mailed(ties)
        delivery = Delivery.objects.get(issue=issue, subscription=ties[0])
        refusal = Refusal(Blame(blame), True, Reason.POLICY)
        person = ties[0].subscriber
        assert effects.store(
            person, delivery.pk, refusal, "dsn", "no", f"seen {day}", timezone.now()
        )
        settling.settle_waiting()
    assert suppressed() == {}
    assert set(Bounce.objects.values_list("decision", flat=True)) == {""}


def test_a_refused_address_that_was_left_since_is_not_suppressed(daily: Publication) -> None:
    ties = readers(daily, 40)
    mailed(ties, {4: "hard"})
    ConsentEvent.objects.create(
        subscriber=ties[4].subscriber, kind="address_changed", at=START + DAY
    )
    settling.settle_waiting()
    assert (suppressed(), Bounce.objects.get().decision) == ({}, "")


def test_an_address_left_while_the_incident_was_open_is_spared(daily: Publication) -> None:
    ties = readers(daily, 40)
    mailed(ties, dict.fromkeys(range(10), "hard"))
    settling.settle_waiting()
    ConsentEvent.objects.create(
        subscriber=ties[4].subscriber, kind="address_changed", at=START + DAY
    )
    assert held.carry_out(Incident.objects.get(), by="olga") == 9
    assert suppressed() == {"hard": 9}


def test_one_publications_trouble_does_not_reach_another(daily: Publication) -> None:
    ties = readers(daily, 40)
    weekly = builders.publication("weekly")
    others = [builders.subscription(weekly, f"r{n:03}@example.org") for n in range(40)]
    mailed(ties, dict.fromkeys(range(40), "hard"))
    issue = mailed(others)
    report(issue, others[39])
    settling.settle_waiting()
    assert suppressed() == {"hard": 1}
    assert Incident.objects.get(publication=daily).state == "open"


# --- nothing twice, nothing lost ------------------------------------------------------------------


class _Killed(BaseException):
    """As kill -9: nothing of ours runs any more."""


@pytest.mark.parametrize("point", ["suppress_many", "mark", "commit"])
def test_a_crash_between_the_steps_leaves_it_to_be_done_or_done_once(
    point: str, daily: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    from subscribers import suppression

    mailed(readers(daily, 40), {4: "hard"})
    rooms = {"suppress_many": suppression, "mark": suppressing}
    with monkeypatch.context() as patch:
        if point == "commit":
            real = settling._carry_out

            def carried(*args: Any) -> None:
                real(*args)
                raise _Killed

            patch.setattr(settling, "_carry_out", carried)
        else:
            room = rooms[point]
            whole = getattr(room, point)

            def half(*args: Any, **kwargs: Any) -> None:
                whole(*args, **kwargs)
                raise _Killed

            patch.setattr(room, point, half)
        with pytest.raises(_Killed):
            settling.settle_waiting()
    assert (suppressed(), Incident.objects.count()) == ({}, 0)
    settling.settle_waiting()
    assert suppressed() == {"hard": 1}
    assert (Incident.objects.count(), Bounce.objects.get().decision) == (1, "carried_out")


def test_two_sweeps_at_once_settle_once(daily: Publication) -> None:
    mailed(readers(daily, 40), {4: "hard", 5: "hard"})
    barrier = threading.Barrier(3)

    def once() -> None:
        barrier.wait(20)
        settling.settle_waiting()
        connection.close()

    threads = [threading.Thread(target=once) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (suppressed(), Incident.objects.count()) == ({"hard": 2}, 1)


def test_more_than_a_batch_is_carried_out(
    daily: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suppressing, "BATCH", 2)
    mailed(readers(daily, 100), dict.fromkeys(range(7), "hard"))
    settling.settle_waiting()
    assert (suppressed(), Incident.objects.get().suppressions.count()) == ({"hard": 7}, 7)


# --- health ---------------------------------------------------------------------------------------


def rhythm(
    ties: list[Subscription], clock: Any, days: list[float], refused: set[int], **extra: Any
) -> None:
    """An issue on each of these days; those numbered in `refused` come back to reader 0, soft."""
    for number, day in enumerate(days):
        clock.move_to(START + day * DAY)
        mailed(ties, {0: "soft"} if number in refused else {}, **extra)
        settling.settle_waiting()
        sweeper.fold_old()


@pytest.mark.parametrize("every", [1, 7, 30, 91])
def test_a3_five_issues_refused_in_a_row_end_the_mail_at_any_rhythm(
    every: int, daily: Publication, clock: Any
) -> None:
    ties = readers(daily, 40)
    rhythm(ties, clock, [every * n for n in range(4)], {0, 1, 2, 3})
    assert suppressed() == {}
    clock.move_to(START + 4 * every * DAY)
    mailed(ties, {0: "soft"})
    settling.settle_waiting()
    made = Suppression.objects.get(lifted_at=None)
    assert (made.reason, made.publication) == ("soft", daily)
    assert made.evidence["issues_in_a_row"] == 5


@pytest.mark.parametrize("every", [7, 30, 91])
def test_a3_a_success_begins_the_count_anew(every: int, daily: Publication, clock: Any) -> None:
    ties = readers(daily, 40)
    days = [every * n for n in range(10)]
    rhythm(ties, clock, days, {0, 1, 2, 3, 5, 6, 7, 8})
    assert suppressed() == {}


def test_a3_a_daily_success_stands_between_refusals(daily: Publication, clock: Any) -> None:
    ties = readers(daily, 40)
    rhythm(ties, clock, list(range(15)), {n for n in range(15) if n % 4})
    assert suppressed() == {}


def test_two_reports_of_one_issue_count_once(daily: Publication, clock: Any) -> None:
    ties = readers(daily, 40)
    for day in range(4):
        clock.move_to(START + day * DAY)
        issue = mailed(ties)
        for _ in range(2):
            report(issue, ties[0], "soft")
        settling.settle_waiting()
    assert suppressed() == {}


def test_a_report_that_comes_late_makes_a_refusal_of_what_looked_like_a_success(
    daily: Publication, clock: Any
) -> None:
    ties = readers(daily, 40)
    issues = []
    for week in range(5):
        clock.move_to(START + 7 * week * DAY)
        issues.append(mailed(ties, {0: "soft"} if week != 2 else {}))
        settling.settle_waiting()
    assert suppressed() == {}
    report(issues[2], ties[0], "soft")
    settling.settle_waiting()
    assert suppressed() == {"soft": 1}


def test_a_new_address_begins_anew(daily: Publication, clock: Any) -> None:
    ties = readers(daily, 40)
    rhythm(ties, clock, [0, 1, 2, 3], {0, 1, 2, 3})
    ConsentEvent.objects.create(
        subscriber=ties[0].subscriber, kind="address_changed", at=START + 3.5 * DAY
    )
    rhythm(ties, clock, [4, 5, 6, 7], {0, 1, 2, 3})
    assert suppressed() == {}
    rhythm(ties, clock, [8], {0})
    assert suppressed() == {"soft": 1}


def test_a_proven_address_begins_anew(daily: Publication, clock: Any) -> None:
    ties = readers(daily, 40)
    rhythm(ties, clock, [0, 1, 2, 3, 4], {0, 1, 2, 3, 4})
    assert suppressed() == {"soft": 1}
    clock.move_to(START + 4.5 * DAY)
    assert subscriptions.prove(ties[0], network="", language="en")
    assert suppressed() == {}
    rhythm(ties, clock, [5, 6, 7, 8], {0, 1, 2, 3})
    assert suppressed() == {}
    rhythm(ties, clock, [9], {0})
    assert suppressed() == {"soft": 1}


def test_months_without_mail_are_neither_success_nor_refusal(
    daily: Publication, clock: Any
) -> None:
    ties = readers(daily, 40)
    rhythm(ties, clock, [0, 30, 60], {0, 1, 2})
    for month in (3, 4, 5):  # Paused: no delivery at all.
        clock.move_to(START + 30 * month * DAY)
        mailed(ties[1:])
        sweeper.fold_old()
    rhythm(ties, clock, [180], {0})
    assert suppressed() == {}
    rhythm(ties, clock, [210], {0})
    assert suppressed() == {"soft": 1}


def test_a_server_that_refuses_everybody_five_times_tires_nobody(
    daily: Publication, clock: Any
) -> None:
    ties = readers(daily, 40)
    for day in range(6):
        clock.move_to(START + day * DAY)
        mailed(ties, dict.fromkeys(range(40), "unclear"))
        settling.settle_waiting()
    assert suppressed() == {}
    assert Incident.objects.filter(state="open").exists()


def test_who_is_given_up_on_is_refused_for_the_reason_of_the_last_deferral(
    tmp_path: Path, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from newsletter.sending.engine import policy

    monkeypatch.setattr(policy, "RETRY_MINUTES", ())
    issue = issue_for(10)
    faults = ["rcpt:452 4.2.2 mailbox full:100:reader001@", "rcpt:451 4.7.1 wait:100:reader002@"]
    with relay_for(tmp_path, faults):
        ledger = send(issue)
    assert ledger["failed"] == 2
    row = Bounce.objects.get()
    assert (row.kind, row.blame, row.reason_code) == ("soft", "reader", "mailbox_full")
