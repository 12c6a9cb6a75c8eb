"""Two mails of the same, both on their way: whatever comes first, nobody is told an item twice."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from newsletter import editions, sending
from newsletter.editions import audience, reached
from newsletter.editions.audience import rhythms_of
from newsletter.editions.on_the_wire import Wanted
from newsletter.issues import roundups
from newsletter.issues.roundup_periods import of_days
from newsletter.models import Chunk, Delivery, Edition, Issue, Item, Outcome
from newsletter.sending import control, missed
from newsletter.sending.engine import consent, sweeper
from subscribers import pauses
from subscribers.choice import CATEGORY_MASK
from subscribers.models import Publication, Subscription
from tests import builders
from tests.sending.test_changing_rhythm import (
    DAY,
    FRIDAY,
    MONDAY,
    SATURDAY,
    WEDNESDAY,
    mailed_later,
    on_the_site_only,
    round_up,
    weekly,
)
from tests.sending.test_missed import hand_over, pause

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(MONDAY, tick=False) as moment:
        yield moment


@pytest.fixture
def daily() -> Publication:
    publication = builders.publication(roundup="weekly", roundup_by_itself=True)
    builders.category(publication, "Ships")
    return publication


def frozen(publication: Publication, clock: Any, moment: dt.datetime, **extra: Any) -> Issue:
    """An issue of one ship, frozen at this moment; nobody has been mailed it yet."""
    clock.move_to(moment)
    issue = builders.issue(publication, moment.date().isoformat(), **extra)
    builders.item(issue, publication.categories.get(), f"Ships {moment:%a}")
    sending.release(issue, by="alice", now=True)
    assert sending.freeze(issue.pk)
    return issue


def settle(issue: Issue, tie: Subscription, state: str) -> None:
    """What became of one reader's mail, in a first round that is over."""
    delivery = Delivery.objects.get(issue=issue, subscription=tie)
    Outcome.objects.create(delivery_id=delivery.pk, round=1, state=state)


def titles(issue: Issue, tie: Subscription) -> list[str] | str | None:
    """What the freeze gave this reader: items, why nothing, or None: it is not for them."""
    delivery = Delivery.objects.filter(issue=issue, subscription=tie).first()
    if delivery is None:
        return None
    edition = Edition.objects.get(pk=delivery.edition_id)
    names = dict(Item.objects.filter(pk__in=edition.items).values_list("pk", "title"))
    return edition.none_because or [names[one] for one in edition.items]


def turn(issue: Issue, tie: Subscription) -> str:
    """What a turn says to this reader's delivery now: "mail", or why not."""
    issue.refresh_from_db()
    delivery = Delivery.objects.get(issue=issue, subscription=tie)
    edition = Edition.objects.get(pk=delivery.edition_id)
    wanted = {edition.pk: Wanted(edition.selection & CATEGORY_MASK, rhythms_of(issue))}
    with connection.cursor() as cursor:
        allowed = consent.check(cursor, {issue.pk}, [delivery.pk], wanted, timezone.now())
    return "mail" if delivery.pk in allowed.good else allowed.left[delivery.pk].detail


def brought_by_the_round_up(daily: Publication, clock: Any, state: str) -> tuple[Issue, Any]:
    """Wednesday's issue is paused; a reader takes to round-ups and has Friday's, or may have."""
    tie = builders.subscription(daily, "alice@example.org")
    issue = frozen(daily, clock, WEDNESDAY)
    control.pause(issue, by="alice")
    weekly(tie)
    made = round_up(daily, clock)
    assert titles(made, tie) == ["Ships Wed"]
    settle(made, tie, state)
    clock.move_to(SATURDAY)
    control.resume(issue, by="alice")
    return issue, tie


@pytest.mark.parametrize("state", ["sent", "in_doubt", "failed"])
def test_a_paused_issue_that_goes_on_after_a_round_up_brought_it(
    daily: Publication, clock: Any, state: str
) -> None:
    issue, tie = brought_by_the_round_up(daily, clock, state)
    assert turn(issue, tie) == "rhythm"
    weekly(tie, "every")
    assert turn(issue, tie) == ("mail" if state == "failed" else "another mail brought it")


def test_a_refusal_that_is_tried_again_after_a_round_up_brought_it(
    daily: Publication, clock: Any
) -> None:
    """As of a paused one: the issue was sent, their server refused it, a person tries again."""
    tie = builders.subscription(daily, "alice@example.org")
    issue = frozen(daily, clock, WEDNESDAY)
    settle(issue, tie, "failed")
    Chunk.objects.filter(issue=issue).update(state="done", failed=1)
    Issue.objects.filter(pk=issue.pk).update(state="sent", finished_at=WEDNESDAY + DAY / 24)
    clock.move_to(WEDNESDAY + DAY)
    weekly(tie)
    made = round_up(daily, clock)
    assert titles(made, tie) == ["Ships Wed"]
    settle(made, tie, "sent")
    clock.move_to(SATURDAY)
    weekly(tie, "every")
    assert control.retry_failed(issue, by="alice") == 1
    assert turn(issue, tie) == "another mail brought it"


def test_a_paused_round_up_that_goes_on_after_the_issue_was_mailed(
    daily: Publication, clock: Any
) -> None:
    """Published without mail, in Friday's round-up, which is paused, and mailed on Saturday."""
    ties = {
        name: builders.subscription(daily, f"{name}@example.org", rhythm="weekly")
        for name in ("back", "twice")
    }
    issue = on_the_site_only(daily, clock)
    made = round_up(daily, clock)
    control.pause(made, by="alice")
    for tie in ties.values():
        weekly(tie, "every")
    assert mailed_later(issue, ties, clock) == {"back": "mail", "twice": "mail"}
    hand_over(issue)
    weekly(ties["twice"])
    control.resume(made, by="alice")
    assert turn(made, ties["back"]) == "rhythm"
    assert turn(made, ties["twice"]) == "another mail brought it"


def by_hand(publication: Publication, since: dt.datetime, until: dt.datetime) -> Issue:
    period = of_days(since.date(), until.date(), dt.UTC, timezone.now())
    made = roundups.make(publication, period).issue
    assert made is not None
    sending.release(made, by="alice", now=True)
    assert sending.freeze(made.pk)
    return made


@pytest.mark.parametrize(
    ("state", "again", "expected"),
    [
        ("", False, ["Ships Fri"]),
        ("deferred", False, ["Ships Fri"]),
        ("failed", False, ["Ships Fri", "Ships Wed"]),
        # A person has those tried again who were refused: it is to come.
        ("failed", True, ["Ships Fri"]),
        ("skipped", False, ["Ships Fri", "Ships Wed"]),
    ],
)
def test_a_round_up_that_is_still_to_come_counts_for_the_next(
    daily: Publication, clock: Any, state: str, again: bool, expected: list[str]
) -> None:
    tie = builders.subscription(daily, "alice@example.org", rhythm="weekly")
    frozen(daily, clock, WEDNESDAY)
    clock.move_to(WEDNESDAY + DAY)
    first = by_hand(daily, WEDNESDAY, WEDNESDAY)
    if state:
        settle(first, tie, state)
    if again:
        Chunk.objects.filter(issue=first).update(state="waiting", takes="failed", round=2, failed=1)
    control.pause(first, by="alice")
    frozen(daily, clock, FRIDAY)
    clock.move_to(SATURDAY)
    period = of_days(WEDNESDAY.date(), FRIDAY.date(), dt.UTC, SATURDAY)
    second = roundups.make(daily, period).issue
    assert second is not None
    view = editions.load(second)
    starts = reached.starts_of(second, view)
    answer = audience.answer(second, view.mask, tie, starts)
    held = [item.title for item in view.select(answer.selection, answer.start)]
    sending.release(second, by="alice", now=True)
    assert sending.freeze(second.pk)
    assert titles(second, tie) == held == expected


def test_a_cancelled_round_up_is_not_to_come(daily: Publication, clock: Any) -> None:
    tie = builders.subscription(daily, "alice@example.org", rhythm="weekly")
    frozen(daily, clock, WEDNESDAY)
    clock.move_to(WEDNESDAY + DAY)
    control.cancel(by_hand(daily, WEDNESDAY, WEDNESDAY), by="alice")
    frozen(daily, clock, FRIDAY)
    clock.move_to(SATURDAY)
    assert titles(by_hand(daily, WEDNESDAY, FRIDAY), tie) == ["Ships Fri", "Ships Wed"]


@pytest.mark.parametrize("rhythm", ["every", "weekly"])
def test_a_translation_that_waits_in_a_sister_counts_if_it_will_come(
    daily: Publication, clock: Any, rhythm: str
) -> None:
    """Who gets every issue of the sister has the paused one to come; who left it for round-ups
    does not, and is not mailed it again should they change their mind."""
    sister = builders.publication("bao", language="zh-Hans", sister_of=daily)
    builders.category(sister, "船舶", slug="chuanbo")
    there = builders.subscription(sister, "alice@example.org", language="zh-Hans")
    here = builders.subscription(daily, "alice@example.org", rhythm="weekly")
    original = frozen(daily, clock, WEDNESDAY)
    paused = frozen(sister, clock, WEDNESDAY, language="zh-Hans", original=original)
    control.pause(paused, by="alice")
    weekly(there, rhythm)
    made = round_up(daily, clock)
    assert titles(made, here) == ("no_item" if rhythm == "every" else ["Ships Wed"])
    hand_over(made)
    clock.move_to(SATURDAY)
    control.resume(paused, by="alice")
    weekly(there, "every")
    assert turn(paused, there) == ("mail" if rhythm == "every" else "another mail brought it")


def test_what_you_missed_and_an_issue_that_waits(daily: Publication, clock: Any) -> None:
    """Published during a pause and mailed after it: whichever is frozen first brings it."""
    asks, waits = (
        builders.subscription(daily, f"{name}@example.org") for name in ("asks", "waits")
    )
    for tie in (asks, waits):
        pause(tie, clock, MONDAY, WEDNESDAY + DAY)
    issue = on_the_site_only(daily, clock)
    clock.move_to(FRIDAY)
    gap = pauses.to_catch_up(asks, FRIDAY)
    assert gap is not None
    period = missed.period_of(asks, gap)
    assert missed.mail(asks, period)
    mine = Issue.objects.get(kind="roundup")
    assert sending.freeze(mine.pk)
    found = mailed_later(issue, {"asks": asks, "waits": waits}, clock)
    assert found == {"asks": "had_roundup", "waits": "mail"}
    assert turn(mine, asks) == "mail"
    # The other has the issue to come: there is nothing that they missed.
    assert missed.items(waits, missed.period_of(waits, gap)) == []
    control.cancel(issue, by="alice")
    assert [one.title for one in missed.items(waits, missed.period_of(waits, gap))] == ["Ships Wed"]


def test_a_round_up_leaves_out_what_a_reader_asked_for_as_missed(
    daily: Publication, clock: Any
) -> None:
    tie = builders.subscription(daily, "alice@example.org", rhythm="weekly")
    pause(tie, clock, MONDAY, WEDNESDAY + DAY)
    frozen(daily, clock, WEDNESDAY)
    frozen(daily, clock, WEDNESDAY + 1.5 * DAY)
    clock.move_to(WEDNESDAY + 2 * DAY)
    gap = pauses.to_catch_up(tie, timezone.now())
    assert gap is not None and missed.mail(tie, missed.period_of(tie, gap))
    mine = Issue.objects.get(kind="roundup")
    assert sending.freeze(mine.pk)
    assert titles(mine, tie) == ["Ships Wed"]
    assert titles(round_up(daily, clock), tie) == ["Ships Thu"]


def test_a_rehearsal_counts_for_nobody(daily: Publication, clock: Any) -> None:
    tie = builders.subscription(daily, "alice@example.org", rhythm="weekly")
    frozen(daily, clock, WEDNESDAY)
    clock.move_to(WEDNESDAY + DAY)
    Publication.objects.update(rehearsal_address="desk@example.org")
    daily.refresh_from_db()
    period = of_days(WEDNESDAY.date(), WEDNESDAY.date(), dt.UTC, timezone.now())
    draft = roundups.make(daily, period).issue
    assert draft is not None
    sending.release(draft, by="alice", now=True)
    rehearsal = Issue.objects.get(kind="rehearsal")
    assert sending.freeze(rehearsal.pk) or rehearsal.frozen_at
    Publication.objects.update(rehearsal_address="")
    daily.refresh_from_db()
    frozen(daily, clock, FRIDAY)
    clock.move_to(SATURDAY)
    assert titles(by_hand(daily, WEDNESDAY, FRIDAY), tie) == ["Ships Fri", "Ships Wed"]


def test_a_folded_round_up_counts_for_whoever_may_have_had_it(
    daily: Publication, clock: Any
) -> None:
    """Two months later nobody can say who had it; who never got round-ups had not."""
    ties = {
        name: builders.subscription(daily, f"{name}@example.org", rhythm=rhythm, created_at=MONDAY)
        for name, rhythm in (("back", "weekly"), ("stays", "weekly"), ("never", "every"))
    }
    issue = on_the_site_only(daily, clock)
    made = round_up(daily, clock)
    hand_over(made)
    Chunk.objects.filter(issue=made).update(state="done", sent=2)
    Issue.objects.filter(pk=made.pk).update(state="sent", finished_at=FRIDAY)
    clock.move_to(FRIDAY + DAY)
    weekly(ties["back"], "every")
    clock.move_to(FRIDAY + 70 * DAY)
    ties["new"] = builders.subscription(
        daily, "new@example.org", created_at=FRIDAY + 60 * DAY, rhythm_since=FRIDAY + 60 * DAY
    )
    assert sweeper.fold_old() == 1
    assert not Delivery.objects.filter(issue=made).exists()
    assert mailed_later(issue, ties, clock) == {
        "back": "had_roundup",
        "stays": "had_roundup",
        "never": "mail",
        "new": "mail",
    }


def test_a_translation_passes_by_the_readers_of_an_original_that_was_folded_away(
    daily: Publication, clock: Any
) -> None:
    sister = builders.publication("bao", language="zh-Hans", sister_of=daily)
    there = builders.category(sister, "船舶", slug="chuanbo")
    here = builders.subscription(daily, "alice@example.org", created_at=MONDAY)
    both, only, new = (
        builders.subscription(sister, f"{name}@example.org", language="zh-Hans", created_at=MONDAY)
        for name in ("alice", "bob", "carol")
    )
    original = frozen(daily, clock, WEDNESDAY)
    settle(original, here, "sent")
    Chunk.objects.filter(issue=original).update(state="done", sent=1)
    Issue.objects.filter(pk=original.pk).update(state="sent", finished_at=WEDNESDAY)
    clock.move_to(WEDNESDAY + 70 * DAY)
    builders.subscription(daily, "carol@example.org", created_at=WEDNESDAY + 60 * DAY)
    assert sweeper.fold_old() == 1
    translation = builders.issue(sister, "2026-03-04", language="zh-Hans", original=original)
    builders.item(translation, there, "一艘船进港")
    mask = editions.load(translation).mask
    told = [audience.answer(translation, mask, tie).outside for tie in (both, only, new)]
    assert told == [audience.Outside.HAD_TRANSLATION, None, None]
    sending.release(translation, by="alice", now=True)
    assert sending.freeze(translation.pk)
    got = Delivery.objects.filter(issue=translation).values_list("subscription_id", flat=True)
    assert sorted(got) == [only.pk, new.pk]
