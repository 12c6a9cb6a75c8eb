"""When refusals may end the mail to addresses: the rule in values, no database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import pytest

from newsletter.sending import weighing
from newsletter.sending.weighing import (
    Decision,
    Tried,
    habit,
    is_success,
    is_suspicious,
    refused_in_a_row,
    threshold,
    weigh,
)

CLEAN = 0.0
FIRST = 0.03


def tried(
    issue: int,
    attempts: int,
    refused: Collection[int] = (),
    *,
    took: Collection[int] = (),
    accepted: int | None = None,
    tired: Collection[int] = (),
) -> Tried:
    taken = attempts - len(refused) if accepted is None else accepted
    return Tried(issue, attempts, taken, frozenset(refused), frozenset(tired), frozenset(took))


def test_the_figures_that_others_ask_for() -> None:
    assert (weighing.LOOK_BACK, weighing.IN_A_ROW) == (12, 5)
    assert dt.timedelta(days=365) == weighing.LOOK_BACK_FOR
    assert {"reader", "unclear"} == weighing.MAY_END


def test_of_an_issue_without_a_word_on_refusals_nobody_was_refused() -> None:
    silent = Tried(issue=1, attempts=30, accepted=30)
    found = weigh([silent, tried(2, 12, {7})], FIRST)
    assert (found.decision, found.readers, found.cleared) == (Decision.WAIT, set(), set())
    assert weighing.Weighed(Decision.HOLD, 30, 9, 0.09).readers == frozenset()
    assert weighing.Weighed(Decision.HOLD, 30, 9, 0.09).cleared == frozenset()


@pytest.mark.parametrize(
    ("attempts", "addresses", "usual"),
    [(0, 0, 0.03), (19, 19, 0.03), (20, 0, 0.0), (1000, 20, 0.02)],
)
def test_the_habit_is_a_share_once_enough_is_known(
    attempts: int, addresses: int, usual: float
) -> None:
    assert habit(attempts, addresses) == usual


@pytest.mark.parametrize(
    ("usual", "limit"),
    [(0.0, 0.05), (0.01, 0.05), (0.02, 0.06), (0.03, 0.09), (0.08, 0.24), (0.5, 0.3)],
)
def test_the_threshold_is_three_times_the_habit_within_bounds(usual: float, limit: float) -> None:
    assert threshold(usual) == pytest.approx(limit)


@pytest.mark.parametrize(
    ("attempts", "refused", "usual", "decision"),
    [
        (19, 1, FIRST, Decision.WAIT),
        (20, 1, FIRST, Decision.CARRY_OUT),
        (20, 1, CLEAN, Decision.CARRY_OUT),  # A single address is no share.
        (20, 2, FIRST, Decision.HOLD),
        (100, 8, FIRST, Decision.CARRY_OUT),
        (100, 9, FIRST, Decision.HOLD),  # Below, not at.
        (100, 4, CLEAN, Decision.CARRY_OUT),
        (100, 5, CLEAN, Decision.HOLD),
        (1000, 59, 0.02, Decision.CARRY_OUT),
        (1000, 60, 0.02, Decision.HOLD),
        (40, 40, FIRST, Decision.HOLD),
    ],
)
def test_one_issue_is_believed_below_its_threshold(
    attempts: int, refused: int, usual: float, decision: Decision
) -> None:
    found = weigh([tried(1, attempts, range(1, refused + 1))], usual)
    assert found.decision is decision
    expected = frozenset() if decision is Decision.WAIT else frozenset(range(1, refused + 1))
    assert found.readers == expected


def test_while_an_issue_is_under_way_two_refusals_may_be_chance() -> None:
    assert not is_suspicious(20, 2, 0.09, under_way=True)
    assert is_suspicious(20, 2, 0.09)
    assert is_suspicious(20, 3, 0.09, under_way=True)
    assert not is_suspicious(19, 19, 0.09, under_way=True)


def test_nobody_is_believed_where_nobody_else_got_it() -> None:
    assert weigh([tried(1, 30, {1}, accepted=0)], FIRST).decision is Decision.HOLD


def test_twelve_readers_lose_the_dead_one_in_the_second_issue() -> None:
    first = tried(1, 12, {7})
    assert weigh([first], FIRST).decision is Decision.WAIT
    both = weigh([first, tried(2, 12, {7})], FIRST)
    assert (both.decision, both.readers) == (Decision.CARRY_OUT, {7})
    assert (both.attempts, both.addresses) == (24, 1)


def test_five_readers_lose_the_dead_one_in_the_fourth_issue() -> None:
    issues = [tried(number, 5, {7}) for number in range(1, 5)]
    assert [weigh(issues[:n], FIRST).decision for n in (1, 2, 3)] == [Decision.WAIT] * 3
    found = weigh(issues, CLEAN)
    assert (found.decision, found.readers) == (Decision.CARRY_OUT, {7})


def test_a_list_of_one_is_never_emptied_by_itself() -> None:
    alone = [tried(number, 1, {7}) for number in range(1, 40)]
    assert weigh(alone[:19], FIRST).decision is Decision.WAIT
    assert weigh(alone, FIRST).decision is Decision.HOLD


def test_a_small_list_in_trouble_is_held() -> None:
    trouble = [tried(number, 5, {1, 2, 3, 4, 5}) for number in range(1, 5)]
    assert weigh(trouble, FIRST).decision is Decision.HOLD
    half = [tried(1, 12, {1, 2, 3}), tried(2, 12, {1, 2, 3})]
    assert weigh(half, FIRST).decision is Decision.HOLD


def test_one_refusal_of_a_small_list_waits_for_a_second() -> None:
    found = weigh([tried(1, 12, {7}), tried(2, 12, {8})], FIRST)
    assert (found.decision, found.readers) == (Decision.WAIT, frozenset())
    found = weigh([tried(1, 12, {7}), tried(2, 12, {7, 8})], FIRST)
    assert (found.decision, found.readers) == (Decision.CARRY_OUT, {7})


def test_a_success_since_takes_a_refusal_back() -> None:
    found = weigh([tried(1, 12, {7}), tried(2, 12, took={7}), tried(3, 12)], FIRST)
    assert (found.decision, found.cleared) == (Decision.WAIT, {7})
    again = weigh(
        [tried(1, 12, {7}), tried(2, 12, took={7}), tried(3, 12, {7}), tried(4, 12)], FIRST
    )
    assert again.readers == frozenset(), "once since the success is once"


def test_health_at_its_end_needs_no_second_issue_but_the_share_holds_for_it() -> None:
    small = [tried(1, 12, {7}, tired={7}), tried(2, 12)]
    assert weigh(small, FIRST).readers == {7}
    many = weigh([tried(1, 40, range(40), tired=range(40), accepted=0)], FIRST)
    assert many.decision is Decision.HOLD


DAY = dt.timedelta(days=1)
THEN = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("days", "next_issue", "success"), [(5, True, True), (4.9, True, False), (30, False, False)]
)
def test_a_success_is_five_days_and_an_issue_without_a_report(
    days: float, next_issue: bool, success: bool
) -> None:
    now = THEN + days * DAY
    assert success is is_success(sent_at=THEN, next_issue=next_issue, now=now)


def test_issues_in_a_row_are_counted_since_the_last_success() -> None:
    assert refused_in_a_row([1, 2, 3, 4, 5], -1) == 5
    assert refused_in_a_row([1, 1, 1, 2, 2], -1) == 2
    assert refused_in_a_row([1, 2, 4, 5], 3) == 2
