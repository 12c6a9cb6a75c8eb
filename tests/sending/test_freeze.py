"""The plan and the freeze: who gets what is decided once, and everybody is accounted for."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection

from newsletter import sending
from newsletter.models import PLACES, Chunk, Delivery, Edition, Issue, Revision
from subscribers.choice import TAIL
from subscribers.models import AuditEntry, Publication
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)


def harbour(**extra: Any) -> tuple[Publication, Issue, dict[str, Any]]:
    """Three categories, three items, a tail link; Alice wants all, Bob trade, Charlie weather."""
    publication = builders.publication(**extra)
    ships, trade, weather, law = (
        builders.category(publication, name) for name in ("Ships", "Trade", "Weather", "Law")
    )
    issue = builders.issue(publication)
    builders.item(issue, ships, "A ship came in")
    builders.item(issue, trade, "Corn is up")
    builders.item(issue, law, "A ruling")
    builders.tail_link(issue, "More of it")
    readers = {
        "alice": builders.subscription(publication, "alice@example.org"),
        "bob": builders.subscription(publication, "bob@example.org", [trade]),
        "charlie": builders.subscription(publication, "charlie@example.org", [weather]),
    }
    return publication, issue, readers


def release_and_freeze(issue: Issue) -> Issue:
    sending.release(issue, by="alice", now=True)
    assert sending.freeze(issue.pk)
    issue.refresh_from_db()
    return issue


def test_the_plan_says_who_gets_what_and_why_not() -> None:
    _, issue, _ = harbour()
    plan = sending.plan(issue)
    assert [(e.categories, e.items, e.readers, e.tail) for e in plan.editions] == [
        (("Trade",), 1, 1, True),
        (("Ships", "Trade", "Law"), 3, 1, True),
    ]
    assert (plan.full, plan.partial, plan.none, plan.recipients) == (1, 1, {"no_item": 1}, 3)
    assert all(0 < e.html_bytes < e.message_bytes for e in plan.editions)
    assert plan.blockers == ()


def test_the_freeze_does_what_the_plan_said() -> None:
    publication, issue, readers = harbour()
    before = sending.plan(issue)
    release_and_freeze(issue)
    after = sending.plan(issue)
    # What was to be looked at is of before.
    assert after == dataclasses.replace(before, warnings=(), looked_at=())
    assert issue.state == "sending" and issue.frozen is not None
    assert issue.frozen.kind == Revision.Kind.RELEASE
    assert issue.frozen.digest["items"][0]["title"] == "A ship came in"
    assert issue.published_at is not None
    assert set(issue.items.values_list("published_at", flat=True)) == {issue.published_at}
    publication.refresh_from_db()
    assert publication.changed_at == issue.published_at
    got = {
        d.subscription_id: (d.pk - issue.pk * PLACES, d.edition)
        for d in Delivery.objects.filter(issue_id=issue.pk)
    }
    assert got[readers["charlie"].pk][1].none_because == "no_item"
    assert got[readers["charlie"].pk][0] == 3  # Those without mail come last, in no chunk.
    assert len(got[readers["alice"].pk][1].items) == 3
    chunk = Chunk.objects.get()
    assert (chunk.first, chunk.last) == (issue.pk * PLACES + 1, issue.pk * PLACES + 2)
    assert sending.ledger(issue) == {
        "recipients": 3, "waiting": 2, "in_flight": 0, "sent": 0, "deferred": 0, "failed": 0,
        "in_doubt": 0, "skipped": 1, "suppressed": 0, "cancelled": 0,
    }  # fmt: skip
    assert sending.recount(issue) == sending.ledger(issue)


def test_tail_links_alone_are_no_mail() -> None:
    _publication, issue, readers = harbour()
    subscription = readers["bob"]
    type(subscription).objects.filter(pk=subscription.pk).update(choice=TAIL)
    release_and_freeze(issue)
    delivery = Delivery.objects.get(subscription_id=subscription.pk)
    assert Edition.objects.get(pk=delivery.edition_id).none_because == "no_item"
    assert "nothing in the categories" in sending.why(issue, subscription)


def test_every_reason_for_no_mail_is_counted() -> None:
    from subscribers.addresses import key_of
    from subscribers.suppression import suppress

    publication, issue, _ = harbour()
    later = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
    builders.subscription(publication, "paused@example.org", paused_until=later)
    builders.subscription(publication, "weekly@example.org", rhythm="weekly")
    builders.subscription(publication, "gone@example.org", state="unsubscribed")
    builders.subscription(publication, "hard@example.org")
    suppress(key_of("hard@example.org"), "hard")
    release_and_freeze(issue)
    assert sending.reasons(issue) == {"no_item": 1, "paused": 1, "rhythm": 1, "suppressed": 1}
    ledger = sending.ledger(issue)
    assert (ledger["recipients"], ledger["skipped"], ledger["suppressed"]) == (6, 3, 1)
    assert sum(ledger.values()) == 2 * ledger["recipients"]


def test_the_undo_time_ends_before_the_freeze_so_undo_cannot_fail() -> None:
    _, issue, _ = harbour(undo_seconds=180)
    with time_machine.travel(dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC), tick=False) as clock:
        send_at = sending.release(issue, by="alice")
        assert send_at == dt.datetime(2026, 3, 2, 8, 3, tzinfo=dt.UTC)
        clock.shift(179)
        assert not sending.freeze(issue.pk)
        sending.unschedule(issue, by="alice")
        assert issue.state == "draft" and not Delivery.objects.exists()
        clock.shift(10)
        assert not sending.freeze(issue.pk)
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["release", "unschedule"]


def test_pressed_twice_sends_once_and_says_so() -> None:
    _, issue, _ = harbour()
    twin = Issue.objects.get(pk=issue.pk)
    sending.release(issue, by="alice", now=True)
    with pytest.raises(sending.ActRefused, match="scheduled"):
        sending.release(twin, by="bob", now=True)
    assert sending.freeze(issue.pk)
    assert not sending.freeze(issue.pk)
    assert Delivery.objects.count() == 3


def test_a_choice_that_turns_up_during_the_freeze_is_rendered_and_nobody_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from newsletter.sending import freezing as module

    _, issue, _readers = harbour()
    sending.release(issue, by="alice", now=True)
    likely: Callable[..., tuple[list[Any], bool]] = module.likely_keys
    calls = []

    def stale(*args: Any) -> tuple[list[Any], bool]:
        calls.append(args)
        keys, by_day = likely(*args)
        return (keys[:1] if len(calls) == 1 else keys), by_day

    monkeypatch.setattr(module, "likely_keys", stale)
    assert sending.freeze(issue.pk)
    assert len(calls) == 2
    assert sending.ledger(issue)["recipients"] == 3


def test_an_issue_edited_after_rendering_is_rendered_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from newsletter.sending import freezing as module

    _, issue, _ = harbour()
    sending.release(issue, by="alice", now=True)
    busy = module.busy_lanes

    def edit(one: Issue) -> list[int]:
        issue.items.filter(number=1).update(title="Two ships came in")
        return busy(one)

    monkeypatch.setattr(module, "busy_lanes", edit)
    assert sending.freeze(issue.pk)
    subjects = set(Edition.objects.filter(none_because="").values_list("subject", flat=True))
    assert any("Two ships" in subject for subject in subjects)


def test_a_second_person_must_approve() -> None:
    from django.contrib.auth import get_user_model

    _, issue, _ = harbour(needs_approval=True)
    alice = get_user_model().objects.create_superuser("alice")
    bob = get_user_model().objects.create_user("bob")
    with pytest.raises(sending.ActRefused, match="second person"):
        sending.release(issue, by=alice)
    sending.approve(issue, by=alice)
    with pytest.raises(sending.ActRefused, match="Somebody else"):
        sending.release(issue, by=alice)
    sending.release(issue, by=bob)
    assert issue.state == "scheduled" and issue.released_by == bob


def test_lanes_and_the_canary_have_chunks_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    from newsletter.sending import planning, queueing

    monkeypatch.setattr(planning, "BUSY_DOMAIN", 4)
    monkeypatch.setattr(queueing, "CHUNK", 3)
    publication, issue, _ = harbour(canary_size=2)
    own = builders.subscription(publication, "editor@harbour.example.org", first_in_line=True)
    for number in range(5):
        builders.subscription(publication, f"reader{number}@busy.example")
    release_and_freeze(issue)
    from subscribers.addresses import domain_number

    busy = domain_number("a@busy.example")
    chunks = [(c.kind, c.lane, c.last - c.first + 1) for c in Chunk.objects.order_by("first")]
    assert chunks == [("canary", 0, 2), ("main", 0, 1), ("main", busy, 3), ("main", busy, 2)]
    first = Delivery.objects.order_by("id").first()
    assert first is not None and first.subscription_id == own.pk


def test_a_translation_takes_its_readers_from_the_original() -> None:
    publication, issue, readers = harbour()
    type(readers["bob"]).objects.filter(pk=readers["bob"].pk).update(language="zh-Hans")
    chinese = builders.issue(publication, slug="2026-03-02-zh", language="zh-Hans", original=issue)
    builders.item(chinese, publication.categories.get(slug="trade"), "玉米涨价")
    release_and_freeze(issue)
    assert Delivery.objects.filter(subscription_id=readers["bob"].pk).count() == 1
    assert Delivery.objects.get(subscription_id=readers["bob"].pk).issue_id == chinese.pk
    assert "another language" in sending.why(issue, readers["bob"])


def test_cancel_counts_everybody_who_was_waiting() -> None:
    _, issue, _ = harbour()
    release_and_freeze(issue)
    sending.pause(issue, by="alice")
    sending.cancel(issue, by="alice")
    ledger = sending.ledger(issue)
    assert (ledger["cancelled"], ledger["waiting"], ledger["skipped"]) == (2, 0, 1)
    assert (issue.cancelled, issue.skipped) == (2, 1)
    with pytest.raises(sending.ActRefused, match="cancelled"):
        sending.resume(issue, by="alice")


def test_the_claim_uses_an_index_on_this_database() -> None:
    _, issue, _ = harbour()
    release_and_freeze(issue)
    statement = (
        "SELECT c.id FROM newsletter_chunk c WHERE c.issue_id = %s AND c.state = 'waiting'"
        " AND c.due_at <= %s ORDER BY c.due_at, c.id LIMIT 1"
    )
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET enable_seqscan = off")
            cursor.execute("EXPLAIN " + statement, [issue.pk, "2100-01-01"])
        else:
            cursor.execute("EXPLAIN QUERY PLAN " + statement, [issue.pk, "2100-01-01"])
        plan = "\n".join(str(row) for row in cursor.fetchall())
        if connection.vendor == "postgresql":
            cursor.execute("RESET enable_seqscan")
    assert "chunk_waiting" in plan and "SCAN c\n" not in plan


@pytest.mark.needs("sqlite")
@pytest.mark.parametrize("sizes", [[], [1], [5], [1, 1, 1], [3, 1, 200, 2, 1, 64, 63, 65, 1000]])
def test_the_groups_of_the_queue_are_found_by_halving(sizes: list[int]) -> None:
    from newsletter.sending.queueing import _runs

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE freeze_queue (id, queue, picked)")
        try:
            place, expected = 1, []
            for number, size in enumerate(sizes):
                # Every other group differs from the one before in what it picked alone.
                queue, picked, start = 7 + number // 2, number, number % 5
                row = (1, queue << 12 | start, picked)
                cursor.executemany("INSERT INTO freeze_queue VALUES (%s, %s, %s)", [row] * size)
                expected.append((0, 1, queue, picked, start, size, place))
                place += size
            assert _runs(cursor) == expected
        finally:
            cursor.execute("DROP TABLE freeze_queue")
