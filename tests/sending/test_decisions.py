"""The rules of a turn and of a take-back, each by its values: no database, no clock, no chance."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from newsletter.message import Reader
from newsletter.sending.engine import decisions
from newsletter.sending.engine.consent import Allowed
from newsletter.sending.engine.decisions import Decision, Part
from newsletter.sending.engine.journal import Answer, Found
from newsletter.sending.engine.outcomes import Lease, Settled
from newsletter.sending.engine.policy import Judgement

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
SOON = dt.timedelta(minutes=5)
SENT = Judgement("sent", 250, "2.0.0", "")
LATER = Judgement("deferred", 451, "4.3.0", "try again")
FAILED = Judgement("failed", 550, "5.1.1", "no such user")
LEFT = Judgement("skipped", None, "", "unsubscribed")
NOTHING = dict.fromkeys(decisions.COUNTED, 0)


def lease(**what: Any) -> Lease:
    """Chunk 7 of issue 1: first round, no try yet, deliveries by small numbers."""
    known: dict[str, Any] = {
        "id": 7, "issue": 1, "kind": "main", "lane": 0, "first": 1, "last": 9, "round": 1,
        "takes": "waiting", "tries": 0, "epoch": 3, "turn": 5, "deferred": 0, "owner": 2,
    }  # fmt: skip
    return Lease(**{**known, **what})


def reader(delivery: int) -> Reader:
    return Reader(f"reader{delivery}@example.org", subscription=10, delivery=delivery, issue=1)


def allowed(good: list[int], left: list[int] | None = None, *, sending: bool = True) -> Allowed:
    return Allowed(
        {1} if sending else set(), {d: reader(d) for d in good}, dict.fromkeys(left or [], LEFT)
    )


def settled(deliveries: list[int], judgement: Judgement = SENT) -> Settled:
    return Settled(deliveries, judgement, 1, NOW)


def turn(
    part: Part, answer: Allowed | None = None, retry_after: dt.timedelta | None = SOON
) -> Decision:
    return decisions.turn(part, answer or allowed([]), retry_after, NOW)


# ---- authorising


def test_the_window_is_what_stays_and_who_may_be_mailed() -> None:
    decision = turn(Part(lease(), keep=[1, 2], ask=[3, 4, 5]), allowed([3, 5], [4]))
    assert decision.row.state == "leased" and not decision.ended
    assert decision.row.window == [1, 2, 3, 5]
    assert decision.row.lease_until == NOW + dt.timedelta(seconds=60)
    assert decision.authorised == [reader(3), reader(5)]
    assert decision.settled == [Settled([4], LEFT, None, NOW)]
    assert decision.row.counts == {**NOTHING, "skipped": 1}


def test_of_an_issue_that_is_not_sending_nobody_is_authorised_and_nobody_is_written_off() -> None:
    part = Part(lease(), keep=[1, 2], ask=[3, 4], again=[1, 2])
    decision = turn(part, allowed([3], [4], sending=False))
    assert (decision.sending, decision.authorised) == (False, [])
    assert (decision.held, decision.withdraw) == ([3, 4], [1, 2])
    assert decision.row.window == [1, 2]
    assert decision.settled == [] and decision.row.counts == NOTHING


def test_who_left_after_being_authorised_is_withdrawn_and_stays_in_the_window_until_known() -> None:
    decision = turn(Part(lease(), keep=[1, 2], again=[1, 2]), allowed([1], [2]))
    assert decision.withdraw == [2]
    assert decision.row.window == [1, 2] and decision.settled == []


# ---- closing


def test_a_chunk_whose_readers_all_have_an_outcome_is_done() -> None:
    decision = turn(Part(lease(), settled=[settled([1, 2]), settled([3], FAILED)]))
    assert decision.ended and not decision.gives_up
    assert decision.row == decisions.Row(
        "done", 1, "waiting", 0, (), {**NOTHING, "sent": 2, "failed": 1}
    )


def test_a_chunk_is_done_although_its_last_candidate_has_left() -> None:
    decision = turn(Part(lease(), settled=[settled([1])], ask=[2]), allowed([], [2]))
    assert decision.row.state == "done"
    assert decision.row.counts == {**NOTHING, "sent": 1, "skipped": 1}


@pytest.mark.parametrize(
    ("what", "answer"),
    [
        ({"keep": [2]}, allowed([])),
        ({"ask": [2]}, allowed([2])),
        ({"rest": 1}, allowed([])),
        ({"rest": 1}, allowed([], sending=False)),
        ({"ask": [2]}, allowed([], sending=False)),
    ],
    ids=["window", "authorised", "rest", "rest of a paused issue", "held back by a pause"],
)
def test_a_chunk_with_anybody_left_is_not_closed(what: dict[str, Any], answer: Allowed) -> None:
    decision = turn(Part(lease(deferred=1), settled=[settled([1])], **what), answer)
    assert decision.row.state in ("leased", "waiting")
    assert (decision.row.round, decision.row.takes, decision.row.tries) == (1, "waiting", 0)


def test_deferred_readers_come_again_in_a_round_of_their_own() -> None:
    decision = turn(Part(lease(tries=2), settled=[settled([1]), settled([2], LATER)]))
    assert decision.row == decisions.Row(
        "waiting", 2, "deferred", 3, (), {**NOTHING, "sent": 1, "deferred": 1}, NOW + SOON
    )
    assert not decision.gives_up


def test_readers_deferred_in_an_earlier_turn_come_again_too() -> None:
    decision = turn(Part(lease(deferred=1), settled=[settled([1])]))
    assert (decision.row.state, decision.row.round) == ("waiting", 2)


def test_a_later_round_takes_its_readers_from_the_count_they_were_in() -> None:
    part = Part(
        lease(round=2, takes="deferred", deferred=3),
        keep=[3],
        settled=[settled([1]), settled([2], LATER)],
    )
    assert turn(part).row.counts == {**NOTHING, "sent": 1, "deferred": -1}
    resent = Part(lease(round=2, takes="in_doubt"), keep=[3], settled=[settled([1], FAILED)])
    assert turn(resent).row.counts == {**NOTHING, "in_doubt": -1, "failed": 1}


def test_a_retry_that_settles_the_last_deferred_reader_is_done() -> None:
    part = Part(lease(round=2, takes="deferred", deferred=2), settled=[settled([1, 2])])
    decision = turn(part, retry_after=None)
    assert (decision.row.state, decision.row.round, decision.gives_up) == ("done", 2, False)
    assert decision.row.counts == {**NOTHING, "sent": 2, "deferred": -2}


# ---- giving up


def test_after_the_last_try_who_is_still_deferred_has_failed() -> None:
    part = Part(
        lease(round=5, takes="deferred", tries=4, deferred=3),
        settled=[settled([1]), settled([2], LATER)],
    )
    decision = turn(part, retry_after=None)
    assert decision.gives_up
    assert (decision.row.state, decision.row.round, decision.row.takes) == ("done", 6, "deferred")
    # The database knows 1, 2 and 3 as deferred: 1 is sent in this turn.
    final = decisions.give_up(decision, [1, 2, 3], NOW)
    assert final.given_up == Settled(
        [2, 3], Judgement("failed", None, "4.4.7", "given up after the last try"), None, NOW
    )
    assert final.settled == decision.settled
    assert final.row.counts == {**NOTHING, "sent": 1, "deferred": -3, "failed": 2}


def test_who_is_deferred_in_this_very_turn_is_given_up_with_the_others() -> None:
    decision = turn(Part(lease(tries=4), settled=[settled([4, 2], LATER)]), retry_after=None)
    final = decisions.give_up(decision, [], NOW)
    assert final.given_up is not None and final.given_up.deliveries == [2, 4]
    assert final.row.counts == {**NOTHING, "failed": 2}


def test_giving_up_is_an_outcome_of_the_round_that_will_not_come() -> None:
    following = decisions.following(lease(round=5, takes="failed"))
    assert (following.round, following.takes, following.id) == (6, "deferred", 7)


# ---- giving back


def test_a_paused_chunk_is_given_back_in_the_same_round_due_at_once() -> None:
    part = Part(lease(round=2, takes="failed", tries=1), settled=[settled([1])], rest=3)
    decision = turn(part, allowed([], sending=False))
    assert decision.ended
    assert decision.row == decisions.Row(
        "waiting", 2, "failed", 1, (), {**NOTHING, "sent": 1, "failed": -1}, NOW
    )


def test_a_chunk_that_nobody_lets_go_of_is_kept_while_its_window_is_empty() -> None:
    kept = turn(Part(lease(), settled=[settled([1])], rest=3))
    assert (kept.row.state, kept.row.window, kept.row.due_at) == ("leased", [], None)
    assert kept.row.lease_until == NOW + dt.timedelta(seconds=60)
    assert kept.gives_up is False


def test_a_chunk_to_be_let_go_of_waits_until_its_window_is_empty() -> None:
    flying = turn(Part(lease(), keep=[1], rest=3, let_go=15.0))
    assert (flying.row.state, flying.row.window) == ("leased", [1])
    empty = turn(Part(lease(), settled=[settled([1])], rest=3, let_go=15.0))
    assert empty.row.state == "waiting"
    assert empty.row.due_at == NOW + dt.timedelta(seconds=15)


# ---- taking back


def take_back(found: Found, window: list[int], **what: Any) -> decisions.TakenBack:
    return decisions.take_back(lease(**what), window, found, NOW)


DOUBT = Judgement("in_doubt", None, "", "the worker was lost")


def test_s9_what_an_incomplete_journal_does_not_show_begun_is_in_doubt() -> None:
    """After a reboot records may be missing although the mails went out."""
    taken = take_back(Found(complete=False), [1, 2])
    assert taken.settled == [Settled([1], DOUBT, None, NOW), Settled([2], DOUBT, None, NOW)]
    assert (taken.in_doubt, taken.counts) == (2, {**NOTHING, "in_doubt": 2})


def test_what_a_complete_journal_does_not_show_begun_stays_waiting() -> None:
    taken = take_back(Found(complete=True, begun=frozenset({(7, 3, 1)})), [1, 2])
    assert taken.settled == [Settled([1], DOUBT, None, NOW)]


@pytest.mark.parametrize("complete", [True, False])
def test_an_answer_counts_whether_the_journal_is_complete_or_not(complete: bool) -> None:
    key = (7, 3, 1)
    found = Found(complete, frozenset({key}), {key: Answer("sent", 250, "2.0.0", False)})
    taken = take_back(found, [1])
    assert [one.judgement.state for one in taken.settled] == ["sent"]
    assert (taken.settled[0].judgement.code, taken.in_doubt) == (250, 0)


@pytest.mark.parametrize("other", [(8, 3, 1), (7, 2, 1), (7, 3, 2)])
def test_a_record_of_another_chunk_epoch_or_delivery_says_nothing(
    other: tuple[int, int, int],
) -> None:
    found = Found(True, frozenset({other}), {other: Answer("sent", 250, "2.0.0", False)})
    assert take_back(found, [1]).settled == []
    assert take_back(Found(False, answers=found.answers), [1]).in_doubt == 1


def test_a_reader_taken_back_in_a_later_round_leaves_the_count_they_were_in() -> None:
    taken = take_back(Found(False), [1], round=2, takes="deferred", deferred=1)
    assert taken.counts == {**NOTHING, "deferred": -1, "in_doubt": 1}


# ---- a commit that was answered by an error


@pytest.mark.parametrize(
    ("row", "stored"),
    [
        (("leased", 2, 3, 6), True),
        (("done", None, 3, 6), True),
        (("leased", 2, 3, 5), False),
        (("waiting", None, 3, 5), None),
        (("leased", 9, 3, 5), None),
        (("leased", 2, 3, 7), None),
        (("leased", 2, 4, 6), None),
        (("leased", 2, 4, 5), None),
        (None, None),
    ],
)
def test_whether_a_commit_was_stored(
    row: tuple[str, int | None, int, int] | None, stored: bool | None
) -> None:
    """We hold epoch 3 and had stored turn 5. None: somebody else has the chunk."""
    assert decisions.was_stored(lease(), row) is stored


# ---- the canary


@pytest.mark.parametrize(
    ("chunks", "stops"),
    [
        ([(1, "done", 1, 0)], None),
        ([(1, "done", 1, 1)], 2),
        ([(2, "waiting", 1, 1)], 2),  # Its deferred readers wait for their next round.
        ([(1, "done", 2, 0), (1, "leased", 0, 0)], None),
        ([(1, "done", 2, 0), (1, "waiting", 0, 0)], None),
        ([(1, "done", 1, 0), (2, "waiting", 0, 1)], 2),
        ([], None),
    ],
)
def test_the_canary_stops_the_issue_above_the_failures_allowed(
    chunks: list[tuple[int, str, int, int]], stops: int | None
) -> None:
    assert decisions.canary_failures(chunks, 1) == stops
