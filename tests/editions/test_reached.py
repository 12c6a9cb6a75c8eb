"""Where a round-up begins: SQL for all readers and Python for one say the same.

The rule over twelve weeks is `tests/sending/test_roundup_model.py`; here are its odd corners.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from newsletter import editions, sending
from newsletter.editions import audience, reached
from newsletter.issues import roundups
from newsletter.models import PLACES, Chunk, Delivery, Issue, Outcome, Worker
from newsletter.sending import planning
from subscribers.models import Publication, Subscription
from tests import builders
from tests.issues.test_roundups import FRIDAY, harbour, week

pytestmark = pytest.mark.django_db(transaction=True)

DAY = dt.timedelta(days=1)
MONDAY = FRIDAY - 4 * DAY


@pytest.fixture
def week_of() -> tuple[Publication, list[Issue], dict[str, Subscription], Issue]:
    """Three issues mailed on Monday (two) and Tuesday, four readers, and Friday's round-up."""
    publication = harbour()
    ships = publication.categories.get(name="Ships")
    long_ago = MONDAY - 90 * DAY
    ties = {
        name: builders.subscription(
            publication, f"{name}@example.org", since=long_ago, rhythm_since=long_ago
        )
        for name in ("had_all", "had_first", "had_none", "always_weekly")
    }
    Subscription.objects.filter(pk=ties["always_weekly"].pk).update(rhythm="weekly")
    issues = []
    for number, moment in enumerate((MONDAY, MONDAY + DAY / 4, MONDAY + DAY)):
        with time_machine.travel(moment, tick=False):
            issue = builders.issue(publication, f"{moment:%Y-%m-%d}", slug=f"n{number}")
            builders.item(issue, ships, f"n{number}")
            sending.release(issue, by="alice", now=True)
            assert sending.freeze(issue.pk)
            for name in ("had_all", *(["had_first"] if number == 0 else [])):
                delivery = Delivery.objects.get(issue=issue, subscription=ties[name])
                Outcome.objects.create(delivery=delivery, round=1, state="sent")
        issues.append(issue)
    Subscription.objects.exclude(pk=ties["always_weekly"].pk).update(
        rhythm="weekly", rhythm_since=FRIDAY
    )
    with time_machine.travel(FRIDAY, tick=False):
        made = roundups.make(publication, week(publication)).issue
    assert made is not None
    for tie in ties.values():
        tie.refresh_from_db()
    return publication, issues, ties, made


def starts(issue: Issue, ties: dict[str, Subscription], **more: Any) -> dict[str, Any]:
    """What SQL says of each reader: their start, or why nothing; Python must say the same."""
    issue.refresh_from_db()
    view = editions.load(issue)
    asked = reached.starts_of(issue, view, **more)
    source = audience.readers(audience.audience_of(issue, view.mask, asked), timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, none, start FROM ({source.sql}) q", source.params)
        rows = {pk: audience.REASONS[none] or start for pk, none, start in cursor.fetchall()}
    found = {name: rows[tie.pk] for name, tie in ties.items()}
    for name, tie in ties.items():
        got = audience.answer(issue, view.mask, tie, asked)
        assert (got.none_because or got.start) == found[name], name
    return found


USUAL = {"had_all": "no_item", "had_first": 1, "had_none": 0, "always_weekly": 0}


def test_it_begins_after_the_last_issue_that_reached_the_reader(week_of: Any) -> None:
    _publication, _issues, ties, made = week_of
    assert starts(made, ties) == USUAL


def test_failed_and_skipped_did_not_reach_and_in_doubt_may_have(week_of: Any) -> None:
    _publication, issues, ties, made = week_of
    last = Delivery.objects.get(issue=issues[2], subscription=ties["had_none"])
    for state, expected in (
        ("failed", 0),
        ("skipped", 0),
        ("deferred", 0),
        ("in_doubt", "no_item"),
    ):
        Outcome.objects.filter(delivery=last).delete()
        Outcome.objects.create(delivery=last, round=1, state=state)
        assert starts(made, ties) == {**USUAL, "had_none": expected}, state
    # Sent once, perhaps, is enough, whatever became of a later round.
    Outcome.objects.create(delivery=last, round=2, state="failed")
    assert starts(made, ties)["had_none"] == "no_item"


def test_who_is_on_the_wire_at_this_moment_counts_as_in_doubt(week_of: Any) -> None:
    _publication, issues, ties, made = week_of
    second = Delivery.objects.get(issue=issues[1], subscription=ties["had_first"])
    worker = Worker.objects.create(name="w", machine="m", version="1")
    Chunk.objects.filter(issue=issues[1]).update(
        state="leased", owner=worker, lease_until=FRIDAY, window=[second.pk % PLACES]
    )
    assert starts(made, ties) == {**USUAL, "had_first": 2}


def test_by_day_starts_fall_together_later_rather_than_twice(
    week_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _publication, _issues, ties, made = week_of
    assert starts(made, ties, by_day=True) == {**USUAL, "had_first": 2}
    view = editions.load(made)
    assert planning.likely_keys(made, view)[1] is False
    monkeypatch.setattr(planning, "MOST_EDITIONS", 1)
    keys, by_day = planning.likely_keys(made, view)
    assert by_day and {key.start for key in keys} == {0, 2}
    with time_machine.travel(FRIDAY, tick=False):
        sending.release(made, by="alice", now=True)
        assert sending.freeze(made.pk)
    first = Delivery.objects.get(issue=made, subscription=ties["had_first"])
    assert made.editions.get(pk=first.edition_id).start == 2


def test_of_what_was_folded_away_whoever_may_have_had_it_had_it(week_of: Any) -> None:
    _publication, issues, ties, made = week_of
    Issue.objects.filter(pk=issues[1].pk).update(folded_at=FRIDAY)
    Delivery.objects.filter(issue=issues[1]).delete()
    assert starts(made, ties) == {
        "had_all": "no_item", "had_first": 2, "had_none": 2, "always_weekly": 0,
    }  # fmt: skip
    with time_machine.travel(FRIDAY, tick=False):
        sending.release(made, by="alice", now=True)
        assert sending.freeze(made.pk)


def test_a_dropped_item_takes_its_issue_out_of_the_reckoning(week_of: Any) -> None:
    _publication, _issues, ties, made = week_of
    made.items.filter(title="n0").update(hidden=True)
    assert starts(made, ties) == {**USUAL, "had_first": 0}


def mailed(issue: Issue, tie: Subscription, at: dt.datetime) -> None:
    with time_machine.travel(at, tick=False):
        Issue.objects.filter(pk=issue.pk).update(state="scheduled", send_at=at)
        assert sending.freeze(issue.pk)
        delivery = Delivery.objects.get(issue=issue, subscription=tie)
        Outcome.objects.create(delivery=delivery, round=1, state="sent")


def test_who_was_handed_a_translation_had_its_original(week_of: Any) -> None:
    publication, issues, ties, made = week_of
    # Mailed on Thursday, of Monday's second issue: it stands where that one stands.
    chinese = builders.issue(
        publication, f"{MONDAY:%Y-%m-%d}", slug="zh", language="zh-Hans", original=issues[1]
    )
    builders.item(chinese, publication.categories.get(name="Ships"), "一艘船")
    tie = builders.subscription(
        publication, "zh@example.org", language="zh-Hans", since=MONDAY, rhythm_since=MONDAY
    )
    mailed(chinese, tie, MONDAY + 3 * DAY)
    Subscription.objects.filter(pk=tie.pk).update(rhythm="weekly", rhythm_since=FRIDAY)
    tie.refresh_from_db()
    assert starts(made, {"zh": tie, **ties})["zh"] == 2


def test_who_was_handed_it_by_a_sister_publication_had_it_too(week_of: Any) -> None:
    publication, issues, ties, made = week_of
    gang = builders.publication("gang", language="zh-Hans", sister_of=publication)
    ships = builders.category(gang, "船舶", slug="chuanbo")
    chinese = builders.issue(gang, f"{MONDAY:%Y-%m-%d}", original=issues[1])
    builders.item(chinese, ships, "一艘船")
    # Weekly here since long ago, single issues there.
    person = ties["always_weekly"]
    assert starts(made, ties)["always_weekly"] == 0
    there = builders.subscription(gang, person.subscriber.address, language="zh-Hans")
    mailed(chinese, there, MONDAY + DAY)
    assert starts(made, ties)["always_weekly"] == 2
    assert starts(made, ties)["had_none"] == 0
