"""From single issues to round-ups and back: nothing comes twice, and nothing is lost.

A round-up that brought an issue keeps its reader from the issue itself, should that be mailed
later; what neither brought is offered as "what you missed".
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from newsletter import editions, sending
from newsletter.editions import audience
from newsletter.issues import roundups
from newsletter.models import PLACES, Chunk, Delivery, Edition, Issue, Item, Outcome, Worker
from newsletter.sending import waves
from subscribers import pauses, subscriptions
from subscribers.links import Purpose, make
from subscribers.models import Publication, Subscription
from tests import builders
from tests.sending.test_missed import hand_over, publish, reader

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = dt.datetime(2026, 3, 2, 6, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
# Wednesday is published without mail; its round-up goes on Friday; on Saturday it is mailed.
WEDNESDAY, FRIDAY, SATURDAY = (MONDAY + days * DAY for days in (2, 4.5, 5))


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


def weekly(tie: Subscription, rhythm: str = "weekly") -> None:
    subscriptions.change(tie, clear=0, chosen=0, rhythm=rhythm, form="mail")
    tie.refresh_from_db()


def on_the_site_only(publication: Publication, clock: Any) -> Issue:
    clock.move_to(WEDNESDAY)
    issue = builders.issue(publication, "2026-03-04")
    builders.item(issue, publication.categories.get(name="Ships"), "Ships Wed")
    sending.release(issue, by="alice", now=True, channels=Issue.Channels.SITE)
    issue.refresh_from_db()
    return issue


def round_up(publication: Publication, clock: Any) -> Issue:
    clock.move_to(FRIDAY)
    period = roundups.due_period(publication, FRIDAY)
    assert period is not None
    made = roundups.make(publication, period).issue
    assert made is not None
    sending.release(made, by="alice", now=True)
    assert sending.freeze(made.pk)
    return made


def mailed_later(issue: Issue, ties: dict[str, Subscription], clock: Any) -> dict[str, str]:
    """Mail what was published; who gets a mail of it, and what Python says of whom it passes by.

    SQL for all readers and Python for one must agree.
    """
    clock.move_to(SATURDAY)
    issue.refresh_from_db()
    mask = editions.load(issue).mask
    asked = {name: audience.answer(issue, mask, tie) for name, tie in ties.items()}
    sending.release(issue, by="alice", now=True)
    assert sending.freeze(issue.pk)
    mails = Delivery.objects.filter(edition__in=Edition.objects.filter(none_because=""))
    got = set(mails.filter(issue=issue).values_list("subscription_id", flat=True))
    found = {}
    for name, tie in ties.items():
        answer = asked[name]
        said = answer.outside.value if answer.outside else answer.none_because or "mail"
        assert (tie.pk in got) == (said == "mail"), name
        found[name] = said
    return found


def test_what_a_round_up_brought_is_not_mailed_again_as_an_issue(
    daily: Publication, clock: Any
) -> None:
    """Daily, weekly, daily: the round-up of Friday held what is mailed on Saturday."""
    ties = {
        name: builders.subscription(daily, f"{name}@example.org")
        for name in ("back", "failed", "unsure", "other_choice", "stays", "never")
    }
    changers = [tie for name, tie in ties.items() if name != "never"]
    clock.move_to(MONDAY + DAY)
    for tie in changers:
        weekly(tie)
    trade = daily.categories.get(name="Trade")
    Subscription.objects.filter(pk=ties["other_choice"].pk).update(
        choice=builders.subscription(daily, "model@example.org", [trade]).choice
    )
    issue = on_the_site_only(daily, clock)
    made = round_up(daily, clock)
    hand_over(made)
    for name, state in (("failed", "failed"), ("unsure", "in_doubt")):
        Outcome.objects.filter(
            delivery__in=Delivery.objects.filter(subscription=ties[name], issue=made)
        ).update(state=state)
    for tie in changers:
        if tie != ties["stays"]:
            weekly(tie, "every")
    everybody = builders.subscription(daily, "whole@example.org").choice
    Subscription.objects.update(choice=everybody)
    for tie in ties.values():
        tie.refresh_from_db()
    assert mailed_later(issue, ties, clock) == {
        "back": "had_roundup",
        "failed": "mail",
        "unsure": "had_roundup",
        "other_choice": "mail",
        "stays": "had_roundup",
        "never": "mail",
    }
    # A wave for those who have no delivery of it leaves them out as well.
    Issue.objects.filter(pk=issue.pk).update(state="sent", finished_at=SATURDAY)
    issue.refresh_from_db()
    assert waves.left_over(issue) == 0


def test_a_round_up_on_the_wire_may_reach_them_in_this_moment(
    daily: Publication, clock: Any
) -> None:
    tie = builders.subscription(daily, "back@example.org", rhythm="weekly")
    other = builders.subscription(daily, "waits@example.org", rhythm="weekly")
    issue = on_the_site_only(daily, clock)
    made = round_up(daily, clock)
    delivery = Delivery.objects.get(issue=made, subscription=tie)
    worker = Worker.objects.create(name="w", machine="m", version="1")
    Chunk.objects.filter(issue=made).update(
        state="leased", owner=worker, lease_until=FRIDAY, window=[delivery.pk % PLACES]
    )
    weekly(tie, "every")
    weekly(other, "every")
    found = mailed_later(issue, {"back": tie, "waits": other}, clock)
    assert found == {"back": "had_roundup", "waits": "mail"}


def test_its_translation_that_follows_later_passes_them_by(daily: Publication, clock: Any) -> None:
    """Also in a sister publication, where the same person reads it in another language."""
    sister = builders.publication("bao", language="zh-Hans", sister_of=daily)
    there = builders.category(sister, "船舶", slug="chuanbo")
    tie = builders.subscription(daily, "back@example.org", rhythm="weekly")
    new = builders.subscription(sister, "new@example.org", language="zh-Hans")
    both = builders.subscription(sister, "back@example.org", language="zh-Hans")
    issue = on_the_site_only(daily, clock)
    hand_over(round_up(daily, clock))
    weekly(tie, "every")
    clock.move_to(SATURDAY)
    translation = builders.issue(sister, "2026-03-04", language="zh-Hans", original=issue)
    builders.item(translation, there, "一艘船进港")
    sending.release(translation, by="alice", now=True)
    assert sending.freeze(translation.pk)
    mask = editions.load(translation).mask
    assert audience.answer(translation, mask, both).outside is audience.Outside.HAD_ROUNDUP
    got = Delivery.objects.filter(issue=translation).values_list("subscription_id", flat=True)
    assert list(got) == [new.pk]


def test_what_neither_brought_is_offered_once(
    client: Client, daily: Publication, clock: Any
) -> None:
    """Tuesday to Thursday with round-ups, and none came: these days are offered, no other."""
    tie = reader(daily, "Ships")
    publish(daily, MONDAY + DAY / 4)
    clock.move_to(MONDAY + DAY)
    weekly(tie)
    publish(daily, MONDAY + 1.5 * DAY)
    clock.move_to(MONDAY + 3 * DAY)
    weekly(tie, "every")
    publish(daily, MONDAY + 3.5 * DAY)
    clock.move_to(MONDAY + 4 * DAY)
    manage = f"/s/m/{make(Purpose.MANAGE, tie.pk)}/"
    link = f"/s/w/{make(Purpose.MISSED, tie.pk)}/"
    page = client.get(manage).content.decode()
    assert link in page and "You get single issues again." in page
    page = client.get(link).content.decode()
    for text, shown in (("Ships Mon", False), ("Ships Tue", True), ("Ships Thu", False)):
        assert (text in page) is shown, text
    for _time in range(2):
        assert "?done=mailed&" in client.post(link)["Location"]
    made = Issue.objects.get(kind="roundup")
    assert list(Item.objects.filter(issue=made).values_list("title", flat=True)) == ["Ships Tue"]
    assert "Ships Tue" not in client.get(link).content.decode()


def test_what_the_round_up_brought_before_they_changed_back_is_not_offered(
    daily: Publication, clock: Any
) -> None:
    from newsletter.sending import missed

    tie = reader(daily, "Ships", rhythm="weekly", since=MONDAY - 9 * DAY)
    Subscription.objects.filter(pk=tie.pk).update(rhythm_since=MONDAY - 9 * DAY)
    publish(daily, MONDAY + DAY)
    hand_over(round_up(daily, clock))
    publish(daily, FRIDAY + DAY / 4)
    clock.move_to(SATURDAY)
    tie.refresh_from_db()
    weekly(tie, "every")
    gap = pauses.to_catch_up(tie, SATURDAY)
    assert gap == pauses.Pause(SATURDAY - pauses.OFFERED, SATURDAY, of_roundups=True)
    found = missed.items(tie, missed.period_of(tie, gap))
    assert [one.title for one in found] == ["Ships Sat"]


def test_who_takes_to_round_ups_is_offered_nothing(daily: Publication, clock: Any) -> None:
    tie = reader(daily)
    weekly(tie)
    clock.move_to(MONDAY + DAY)
    assert pauses.to_catch_up(tie, MONDAY + DAY) is None
    weekly(tie, "every")
    assert pauses.to_catch_up(tie, MONDAY + DAY) is not None
    assert pauses.to_catch_up(tie, MONDAY + 40 * DAY) is None
