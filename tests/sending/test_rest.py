"""What two round-ups, or a round-up and an issue, would both bring, and what is then left of one.

Sister publications each have their round-up: whoever reads both gets an item, or its translation,
once. And whom a round-up passed by in its turn is mailed what nothing else brought them.
"""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import time_machine

from newsletter import editions, sending
from newsletter.editions import audience, reached
from newsletter.issues import roundups
from newsletter.issues.roundup_periods import of_days
from newsletter.models import Delivery, Issue, Roundup
from newsletter.sending import control, missed
from newsletter.sending import roundups as chores
from subscribers import pauses, subscriptions
from subscribers.models import Publication, Subscription
from tests import builders
from tests.sending.stage import relay_for
from tests.sending.test_beside import by_hand, settle, titles, turn
from tests.sending.test_changing_rhythm import (
    DAY,
    FRIDAY,
    MONDAY,
    SATURDAY,
    WEDNESDAY,
    mailed_later,
    on_the_site_only,
    weekly,
)
from tests.sending.test_missed import hand_over, pause, publish

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(MONDAY, tick=False) as moment:
        yield moment


@pytest.fixture
def daily() -> Publication:
    publication = builders.publication(roundup="weekly", roundup_by_itself=True)
    for name in ("Ships", "Trade"):
        builders.category(publication, name)
    return publication


# ---- sister publications


def on_the_site(publication: Publication, day: Any, names: list[str], **extra: Any) -> Issue:
    """An issue of one item a category, on the site without mail."""
    with time_machine.travel(day, tick=False):
        issue = builders.issue(publication, day.date().isoformat(), **extra)
        for name in names:
            builders.item(issue, publication.categories.get(name=name), f"{name} {day:%a}")
        sending.release(issue, by="alice", now=True, channels=Issue.Channels.SITE)
    issue.refresh_from_db()
    return issue


def two_sisters(daily: Publication, clock: Any) -> tuple[Publication, dict[str, Any]]:
    """Wednesday's ships in both; Thursday's corn in the one, Friday's ships in the other."""
    sister = builders.publication("bao", language="zh-Hans", sister_of=daily, roundup="weekly")
    builders.category(sister, "船舶", slug="chuanbo")
    ties = {}
    for name, chosen in (("both", ["Ships", "Trade"]), ("corn", ["Trade"])):
        address = f"{name}@example.org"
        categories = list(daily.categories.filter(name__in=chosen))
        builders.subscription(daily, address, categories, rhythm="weekly")
        ties[name] = builders.subscription(sister, address, rhythm="weekly")
    ties["alone"] = builders.subscription(sister, "alone@example.org", rhythm="weekly")
    original = on_the_site(daily, WEDNESDAY, ["Ships"])
    on_the_site(sister, WEDNESDAY, ["船舶"], language="zh-Hans", original=original)
    on_the_site(daily, WEDNESDAY + DAY, ["Trade"])
    on_the_site(sister, WEDNESDAY + DAY * 2, ["船舶"], language="zh-Hans")
    clock.move_to(SATURDAY)
    return sister, ties


def held_by(sister: Publication, ties: dict[str, Any]) -> dict[str, Any]:
    """What the sister's round-up holds for each, by SQL for all of them and by Python for one."""
    period = of_days(WEDNESDAY.date(), FRIDAY.date(), dt.UTC, SATURDAY)
    made = roundups.make(sister, period).issue
    assert made is not None
    view = editions.load(made)
    starts = reached.starts_of(made, view)
    answers = {n: audience.answer(made, view.mask, tie, starts) for n, tie in ties.items()}
    told = {n: [i.title for i in view.select(a.selection, a.start)] for n, a in answers.items()}
    sending.release(made, by="alice", now=True)
    assert sending.freeze(made.pk)
    assert {n: titles(made, tie) for n, tie in ties.items()} == told
    return told


@pytest.mark.parametrize("state", ["", "sent", "in_doubt", "failed"])
def test_the_round_ups_of_sister_publications_bring_an_item_once(
    daily: Publication, clock: Any, state: str
) -> None:
    sister, ties = two_sisters(daily, clock)
    first = by_hand(daily, WEDNESDAY, FRIDAY)
    for tie in Subscription.objects.filter(publication=daily) if state else ():
        settle(first, tie, state)
    told = held_by(sister, ties)
    whole = ["船舶 Fri", "船舶 Wed"]
    assert told == {
        "both": whole if state == "failed" else ["船舶 Fri"], "corn": whole, "alone": whole,
    }  # fmt: skip


@pytest.mark.parametrize("state", ["", "sent", "failed"])
def test_what_you_missed_of_the_one_counts_for_the_round_up_of_the_other(
    daily: Publication, clock: Any, state: str
) -> None:
    sister, ties = two_sisters(daily, clock)
    there = Subscription.objects.get(publication=daily, subscriber=ties["both"].subscriber)
    pause(there, clock, MONDAY, WEDNESDAY + DAY / 2)
    clock.move_to(SATURDAY)
    gap = pauses.to_catch_up(there, SATURDAY)
    assert gap is not None and missed.mail(there, missed.period_of(there, gap))
    mine = Issue.objects.get(kind="roundup")
    assert sending.freeze(mine.pk)
    assert titles(mine, there) == ["Ships Wed"]
    if state:
        settle(mine, there, state)
    whole = ["船舶 Fri", "船舶 Wed"]
    assert held_by(sister, ties) == {
        "both": whole if state == "failed" else ["船舶 Fri"], "corn": whole, "alone": whole,
    }  # fmt: skip


@pytest.mark.parametrize("left", [False, True])
def test_a_round_up_that_goes_on_after_the_sisters_brought_it(
    daily: Publication, clock: Any, left: bool
) -> None:
    """While one is paused its reader takes to single issues there, or leaves; is given the other,
    and comes back: in the turn the first passes them by."""
    sister, ties = two_sisters(daily, clock)
    there = Subscription.objects.get(publication=daily, subscriber=ties["both"].subscriber)
    first = by_hand(daily, WEDNESDAY, FRIDAY)
    control.pause(first, by="alice")
    clock.move_to(SATURDAY + DAY / 2)
    if left:
        subscriptions.leave([there], form="mail")
    else:
        weekly(there, "every")
    second = by_hand(sister, WEDNESDAY, FRIDAY)
    assert titles(second, ties["both"]) == ["船舶 Fri", "船舶 Wed"]
    clock.move_to(SATURDAY + DAY)
    if left:
        there.refresh_from_db()
        assert subscriptions.come_back(there, network="", language="en")
    else:
        weekly(there)
    control.resume(first, by="alice")
    # Still to come by the other, whose turn asks nothing: it is their subscription there that
    # changed.
    assert turn(first, there) == "another mail brought it"
    assert turn(second, ties["both"]) == "mail"
    settle(second, ties["both"], "sent")
    assert turn(first, there) == "another mail brought it"


# ---- the rest


def mails(folder: Path) -> list[str]:
    """The texts of what goes out now, after the chore made what is due."""
    chores.sweep()
    with relay_for(folder) as relay:
        sending.sweep()
        sending.drain(20)
        found = [
            email.message_from_bytes(
                m.content or b"", _class=EmailMessage, policy=email.policy.default
            )
            for m in relay.accepted
        ]
    parts = [one.get_body(("plain",)) for one in found]
    return [str(part.get_content()) for part in parts if part is not None]


def waiting(
    daily: Publication, clock: Any, *, early: bool = False
) -> tuple[Issue, Issue, Subscription]:
    """Wednesday's issue, on the site alone; a round-up of it and of Thursday's, as its editors
    changed it, frozen and paused; its one reader, who took to single issues meanwhile, or `early`,
    before the freeze."""
    tie = builders.subscription(daily, "alice@example.org", rhythm="weekly")
    issue = on_the_site_only(daily, clock)
    publish(daily, WEDNESDAY + DAY)
    clock.move_to(FRIDAY)
    period = roundups.due_period(daily, FRIDAY)
    assert period is not None
    made = roundups.make(daily, period).issue
    assert made is not None
    made.items.filter(title="Ships Thu").update(title="Ships, in short")
    made.items.filter(title="Trade Thu").update(hidden=True)
    if early:
        weekly(tie, "every")
    sending.release(made, by="alice", now=True)
    assert sending.freeze(made.pk)
    control.pause(made, by="alice")
    if not early:
        weekly(tie, "every")
    return issue, made, tie


def test_what_no_other_mail_brought_is_mailed_when_their_turn_has_passed(
    daily: Publication, clock: Any, tmp_path: Path
) -> None:
    issue, made, tie = waiting(daily, clock)
    assert mailed_later(issue, {"tie": tie}, clock) == {"tie": "mail"}
    hand_over(issue)
    weekly(tie)
    control.resume(made, by="alice")
    assert mails(tmp_path) == []
    (text,) = mails(tmp_path)
    assert "Ships, in short" in text
    for other in ("Ships Wed", "Ships Thu", "Trade"):
        assert other not in text
    assert mails(tmp_path) == []
    assert Roundup.objects.filter(subscription=tie).count() == 1


@pytest.mark.parametrize("after", ["weekly", "early", "every", "cancelled"])
def test_whose_turn_came_while_they_were_for_single_issues(
    daily: Publication, clock: Any, tmp_path: Path, after: str
) -> None:
    _issue, made, tie = waiting(daily, clock, early=after == "early")
    joined = builders.subscription(daily, "joined@example.org", since=FRIDAY, rhythm_since=FRIDAY)
    control.resume(made, by="alice")
    assert mails(tmp_path) == []
    assert not Roundup.objects.filter(subscription=joined).exists()
    if after == "cancelled":
        Issue.objects.filter(pk=made.pk).update(state="cancelled")
    weekly(tie, "every" if after == "every" else "weekly")
    found = mails(tmp_path)
    if after in ("every", "cancelled"):
        assert found == []
        # They may come back within the month in which "what you missed" is offered.
        assert Roundup.objects.filter(subscription=tie).exists() is (after == "every")
        clock.move_to(SATURDAY + 40 * DAY)
        chores.sweep()
        assert not Roundup.objects.filter(subscription=tie).exists()
        return
    (text,) = found
    assert "Ships, in short" in text and "Ships Wed" in text
    # It reached them: the next round-up begins after it.
    publish(daily, SATURDAY)
    clock.move_to(SATURDAY + DAY)
    rest = Issue.objects.get(kind="roundup", listed=False)
    assert Delivery.objects.filter(issue=rest).count() == 1
    assert titles(by_hand(daily, WEDNESDAY, SATURDAY), tie) == ["Ships Sat", "Trade Sat"]


def test_two_round_ups_that_begin_at_one_moment_are_owed_each(
    daily: Publication, clock: Any, tmp_path: Path
) -> None:
    """Wednesday's by itself and Wednesday's with Thursday's; both pass the reader by."""
    tie = builders.subscription(daily, "alice@example.org", rhythm="weekly")
    publish(daily, WEDNESDAY)
    publish(daily, WEDNESDAY + DAY)
    clock.move_to(FRIDAY)
    both = [by_hand(daily, WEDNESDAY, last) for last in (WEDNESDAY, WEDNESDAY + DAY)]
    assert [titles(one, tie) for one in both] == [
        ["Ships Wed", "Trade Wed"],
        ["Ships Thu", "Trade Thu"],
    ]
    for one in both:
        control.pause(one, by="alice")
    weekly(tie, "every")
    for one in reversed(both):  # The longer one's turn comes first.
        control.resume(one, by="alice")
        assert mails(tmp_path) == []
    assert Roundup.objects.filter(subscription=tie).count() == 2
    weekly(tie)
    # In one mail or in two, as they happen to be sent: each item once, under its own heading.
    text = "\n".join(mails(tmp_path))
    for title in ("Ships Wed", "Trade Wed", "Ships Thu", "Trade Thu"):
        assert text.count(f"{title}\n   {title[:5]} · The Paper") == 1, (title, text)
    assert mails(tmp_path) == []
