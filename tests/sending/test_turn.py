"""The transactions of a chunk by themselves: lease, turn, close, and what refuses each."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from newsletter import sending
from newsletter.editions.on_the_wire import Wanted
from newsletter.models import Chunk, Edition, Issue, Outcome, Worker
from newsletter.sending.engine import decisions, leasing, outcomes, policy, turning
from subscribers.choice import CATEGORY_MASK
from subscribers.models import Subscription
from tests.sending.stage import issue_for

pytestmark = pytest.mark.django_db(transaction=True)

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
SENT = policy.Judgement("sent", 250, "2.0.0", "")
LATER = policy.Judgement("deferred", 451, "4.3.0", "try again")


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as moment:
        yield moment


def frozen(count: int = 6) -> Issue:
    issue = issue_for(count)
    sending.release(issue, by="alice", now=True)
    sending.sweep()
    issue.refresh_from_db()
    assert issue.state == "sending"
    return issue


def leased(issue: Issue) -> outcomes.Lease:
    worker = Worker.objects.create(name=f"w-test-{Worker.objects.count()}", machine="here")
    found = leasing.lease(worker.pk, issue.pk, retries=False, canary=False)
    assert found is not None
    return found


def tried(lease: outcomes.Lease, **what: Any) -> decisions.Decision | None:
    """One turn of one chunk, applied to `lease` as a worker does; None: it is no longer ours."""
    editions = {
        one.pk: Wanted(one.selection & CATEGORY_MASK, "every") for one in Edition.objects.all()
    }
    (done,) = turning.turn_once([decisions.Part(lease, **what)], editions)
    if done.stored is not None:
        lease.turn += 1
        lease.deferred += done.stored.row.counts["deferred"]
    return done.stored


def turn(lease: outcomes.Lease, **what: Any) -> decisions.Decision:
    """The same of a chunk that is ours."""
    stored = tried(lease, **what)
    assert stored is not None
    return stored


def settled(deliveries: list[int], judgement: policy.Judgement = SENT) -> list[outcomes.Settled]:
    return [outcomes.Settled(deliveries, judgement, None, NOW)]


def counts(chunk: int) -> dict[str, int]:
    row = Chunk.objects.get(pk=chunk)
    return {name: getattr(row, name) for name in ("sent", "deferred", "failed", "skipped")}


def test_a_chunk_is_leased_once() -> None:
    issue = frozen()
    lease = leased(issue)
    assert len(lease.members) == 6
    assert (lease.epoch, lease.turn) == (1, 0)
    assert leasing.lease(lease.owner, issue.pk, retries=False, canary=False) is None


def test_a_turn_authorises_and_the_next_one_stores() -> None:
    lease = leased(frozen())
    everybody = [delivery for delivery, _, _ in lease.members]
    first = turn(lease, ask=everybody[:4], rest=2)
    assert [reader.delivery for reader in first.authorised] == everybody[:4]
    assert {reader.address for reader in first.authorised} <= {
        f"reader{n:03}@example.org" for n in range(6)
    }
    row = Chunk.objects.get(pk=lease.id)
    assert (row.turn, row.window) == (1, [delivery - lease.base for delivery in everybody[:4]])
    turn(lease, settled=settled(everybody[:4]), ask=everybody[4:])
    assert counts(lease.id) == {"sent": 4, "deferred": 0, "failed": 0, "skipped": 0}
    last = turn(lease, settled=settled(everybody[4:]))
    assert last.ended
    row = Chunk.objects.get(pk=lease.id)
    assert (row.state, row.sent, row.window, row.owner_id) == ("done", 6, [], None)
    assert Outcome.objects.filter(state="sent").count() == 6


@pytest.mark.parametrize("column", ["turn", "epoch", "owner_id", "state"])
def test_who_no_longer_holds_the_chunk_stores_nothing(column: str) -> None:
    lease = leased(frozen())
    everybody = [delivery for delivery, _, _ in lease.members]
    other = Worker.objects.create(name="w-other", machine="there").pk
    moved = {"turn": 1, "epoch": 2, "owner_id": other, "state": "waiting"}
    change: dict[str, Any] = {column: moved[column]}
    if column == "state":
        change |= {"owner_id": None, "lease_until": None}
    Chunk.objects.filter(pk=lease.id).update(**change)
    assert tried(lease, settled=settled(everybody[:1]), ask=everybody[1:]) is None
    assert not Outcome.objects.exists()
    assert counts(lease.id)["sent"] == 0


def test_a_second_outcome_of_a_round_refuses_the_whole_turn() -> None:
    lease = leased(frozen())
    everybody = [delivery for delivery, _, _ in lease.members]
    turn(lease, ask=everybody)
    Outcome.objects.create(delivery_id=everybody[2], round=1, at=NOW, state="sent")
    with pytest.raises(IntegrityError):
        turn(lease, settled=settled(everybody))
    assert Outcome.objects.count() == 1
    row = Chunk.objects.get(pk=lease.id)
    assert (row.turn, row.sent, row.state) == (1, 0, "leased")
    # The connection is good for the next one.
    turn(lease, keep=everybody[2:3], settled=settled(everybody[:2] + everybody[3:]))
    assert counts(lease.id)["sent"] == 5


def test_a_commit_answered_by_an_error_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stored although the answer was lost: told as stored, and not stored again."""
    lease = leased(frozen())
    everybody = [delivery for delivery, _, _ in lease.members]
    turn(lease, ask=everybody)
    real = BaseDatabaseWrapper._commit

    def lost(self: Any) -> None:
        real(self)
        monkeypatch.undo()
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", lost)
    done = turn(lease, settled=settled(everybody))
    assert done.ended
    assert counts(lease.id)["sent"] == 6 and Outcome.objects.count() == 6


def test_a_commit_that_never_came_to_be_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    lease = leased(frozen())
    everybody = [delivery for delivery, _, _ in lease.members]
    turn(lease, ask=everybody)

    def refused(self: Any) -> None:
        monkeypatch.undo()
        raise OperationalError("the disk is full")

    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", refused)
    with pytest.raises(OperationalError, match="not stored"):
        turn(lease, settled=settled(everybody))
    assert counts(lease.id)["sent"] == 0 and not Outcome.objects.exists()
    turn(lease, settled=settled(everybody))
    assert counts(lease.id)["sent"] == 6


def test_who_left_is_not_authorised_and_who_leaves_is_withdrawn() -> None:
    lease = leased(frozen())
    everybody = [delivery for delivery, _, _ in lease.members]
    ties = list(
        Subscription.objects.filter(
            subscriber__address__in=["reader000@example.org", "reader001@example.org"]
        ).order_by("subscriber__address")
    )
    Subscription.objects.filter(pk=ties[0].pk).update(state="unsubscribed")
    done = turn(lease, ask=everybody)
    assert len(done.authorised) == 5
    gone = {reader.subscription: reader.delivery for reader in done.authorised}[ties[1].pk]
    assert counts(lease.id)["skipped"] == 1
    assert Outcome.objects.get().detail == "unsubscribed"
    Subscription.objects.filter(pk=ties[1].pk).update(state="unsubscribed")
    window = [reader.delivery for reader in done.authorised]
    assert turn(lease, keep=window, again=window).withdraw == [gone]


def test_while_the_issue_is_paused_nobody_is_authorised() -> None:
    issue = frozen()
    lease = leased(issue)
    everybody = [delivery for delivery, _, _ in lease.members]
    sending.pause(issue, by="alice")
    done = turn(lease, ask=everybody)
    assert (done.sending, done.authorised, done.held) == (False, [], everybody)


def test_deferred_readers_come_again_in_a_round_of_their_own(clock: Any) -> None:
    issue = frozen()
    lease = leased(issue)
    everybody = [delivery for delivery, _, _ in lease.members]
    turn(lease, ask=everybody)
    turn(lease, settled=settled(everybody[:4]) + settled(everybody[4:], LATER))
    row = Chunk.objects.get(pk=lease.id)
    assert (row.state, row.round, row.takes, row.sent, row.deferred) == (
        "waiting", 2, "deferred", 4, 2,
    )  # fmt: skip
    assert dt.timedelta(minutes=4) <= row.due_at - NOW <= dt.timedelta(minutes=6)
    assert leasing.lease(lease.owner, issue.pk, retries=True, canary=False) is None
    clock.move_to(row.due_at)
    again = leasing.lease(lease.owner, issue.pk, retries=True, canary=False)
    assert again is not None
    assert [delivery for delivery, _, _ in again.members] == everybody[4:]
    turn(again, ask=everybody[4:])
    assert turn(again, settled=settled(everybody[4:])).ended
    assert counts(lease.id) == {"sent": 6, "deferred": 0, "failed": 0, "skipped": 0}


def test_a_lost_workers_chunk_is_settled_by_its_journal() -> None:
    """Answered: that outcome. Begun: in doubt. Neither: waiting, and sent by the next one."""
    from newsletter.sending.engine import journal

    issue = frozen()
    lease = leased(issue)
    everybody = [delivery for delivery, _, _ in lease.members]
    turn(lease, ask=everybody)
    key = [(lease.id, lease.epoch, delivery) for delivery in everybody]
    found = journal.Found(
        complete=True,
        begun=frozenset(key[:3]),
        answers={key[0]: journal.Answer("sent", 250, "2.0.0", False)},
    )
    (held,) = leasing.leased()
    assert leasing.take_back(held, found) == 2
    assert leasing.take_back(held, found) is None
    row = Chunk.objects.get(pk=lease.id)
    assert (row.state, row.epoch, row.sent, row.in_doubt, row.window) == ("waiting", 2, 1, 2, [])
    again = leasing.lease(lease.owner, issue.pk, retries=False, canary=False)
    assert again is not None
    assert [delivery for delivery, _, _ in again.members] == everybody[3:]
    assert tried(lease, settled=settled(everybody[:1])) is None


@pytest.mark.needs("postgres")
def test_the_plans_of_a_turn_are_kept_unless_a_pooler_stands_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import psycopg

    from newsletter.sending.engine import prepared_statements

    def kept() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement FROM pg_prepared_statements")
            return [statement for (statement,) in cursor.fetchall()]

    connection.close()
    lease = leased(frozen())
    everybody = [delivery for delivery, _, _ in lease.members]
    monkeypatch.setattr(prepared_statements, "_direct", {})
    turn(lease, ask=everybody)
    assert list(prepared_statements._direct.values()) == [True]
    for _ in range(8):
        turn(lease, keep=everybody, again=everybody)
    assert any("subscribers_suppression" in one for one in kept())
    # The process that answers is not the one that greeted.
    connection.close()
    monkeypatch.setattr(psycopg.ConnectionInfo, "backend_pid", 1)
    for _ in range(8):
        turn(lease, keep=everybody, again=everybody)
    assert list(prepared_statements._direct.values()) == [True, False]
    assert kept() == []
