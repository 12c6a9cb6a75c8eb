"""How an issue went: the kept figures are what counting row by row says."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from typing import Any

import pytest
import time_machine

from newsletter.models import Bounce, Delivery, Edition, Issue, IssueFigures, Outcome
from newsletter.sending import figures
from newsletter.sending.engine import sweeper
from subscribers.models import Event, Subscription
from tests import builders

START = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
DOMAINS = ("Example.org", "example.net", "harbour.example")


def sent_issue(readers: int, *, seed: int = 1) -> Issue:
    """An issue in three editions, one of them without mail, with every kind of end."""
    draw = random.Random(seed)
    publication = builders.publication()
    issue = builders.issue(publication)
    frozen = issue.revisions.create(number=1, kind="release")
    Issue.objects.filter(pk=issue.pk).update(
        state="sent", frozen=frozen, frozen_at=START, finished_at=START + HOUR, recipients=readers
    )
    issue.refresh_from_db()
    editions = [Edition.objects.create(issue=issue, selection=n) for n in (1, 2)]
    editions.append(Edition.objects.create(issue=issue, none_because="paused"))
    for place in range(1, readers + 1):
        domain = DOMAINS[min(draw.randrange(6), 2)]
        tie = builders.subscription(publication, f"r{place}@{domain}")
        edition = editions[min(draw.randrange(5), 2)] if readers > 1 else editions[0]
        one = Delivery.objects.create(
            id=issue.first_delivery + place, issue=issue, subscription=tie, edition=edition
        )
        if edition.none_because:
            Outcome.objects.create(delivery=one, round=1, at=START, state="skipped")
            continue
        _outcomes(draw, one)
        for _again in range(draw.randrange(3)):
            kind = draw.choice(["hard", "soft", "complaint"])
            if draw.randrange(2):
                Bounce.objects.create(
                    subscriber_id=tie.subscriber_id, delivery=one, kind=kind, via="dsn",
                    seen=f"{place}:{_again}",
                )  # fmt: skip
        if draw.randrange(3) == 0:
            hours = draw.choice([-1, 1, 47, 49])
            Event.objects.create(
                publication=publication, subscription=tie, kind="left", at=START + hours * HOUR
            )
    return issue


def _outcomes(draw: random.Random, one: Delivery) -> None:
    states = ["sent", "sent", "deferred", "failed", "in_doubt", "suppressed", ""]
    state = draw.choice(states)
    if state == "deferred" and draw.randrange(2):
        Outcome.objects.create(delivery=one, round=1, at=START, state="deferred")
        Outcome.objects.create(delivery=one, round=2, at=START, state="sent")
    elif state:
        resolved = START if state == "in_doubt" and draw.randrange(2) else None
        Outcome.objects.create(delivery=one, round=1, at=START, state=state, resolved_at=resolved)


def looked_at(issue: Issue) -> dict[tuple[str, str], Counter[str]]:
    """The same by looking at every single mail, in the plainest way."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for one in Delivery.objects.filter(issue=issue).select_related("edition"):
        if one.edition.none_because:
            continue
        tie = Subscription.objects.select_related("subscriber").get(pk=one.subscription_id)
        facts = [_state(one)]
        kinds = set(Bounce.objects.filter(delivery=one).values_list("kind", flat=True))
        if "hard" in kinds:
            facts.append("hard")
        elif "soft" in kinds:
            facts.append("soft")
        if "complaint" in kinds:
            facts.append("complained")
        if facts[0] == "sent" and any(
            START <= event.at < START + 48 * HOUR
            for event in Event.objects.filter(subscription=tie, kind="left")
        ):
            facts.append("left")
        domain = tie.subscriber.address.split("@")[1].lower()
        for key in (("all", ""), ("edition", str(one.edition_id)), ("domain", domain)):
            found.setdefault(key, Counter()).update(facts)
    return found


def _state(one: Delivery) -> str:
    last = Outcome.objects.filter(delivery=one).order_by("-round").first()
    if last is None:
        return "waiting"
    if last.state == "in_doubt" and last.resolved_at:
        return "sent"
    return {"suppressed": "other", "skipped": "other"}.get(last.state, last.state)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_kept_is_counted(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "SLICE", 7)
    issue = sent_issue(40, seed=seed)
    figures.keep(issue, START + HOUR)
    kept = figures.kept(IssueFigures.objects.get(issue=issue))
    found = looked_at(issue)
    assert +kept.totals == found["all", ""]
    assert {str(pk): +row for pk, row in kept.editions.items()} == {
        pk: row for (what, pk), row in found.items() if what == "edition"
    }
    assert {name: +row for name, row in kept.domains.items()} == {
        name: row for (what, name), row in found.items() if what == "domain"
    }
    assert (
        figures.mails(kept.totals)
        == Delivery.objects.filter(issue=issue, edition__none_because="").count()
    )


@pytest.mark.django_db
def test_what_came_back_counts_each_mail_once_and_no_answer_of_the_relay() -> None:
    publication = builders.publication()
    issue = builders.issue(publication)
    frozen = issue.revisions.create(number=1, kind="release")
    Issue.objects.filter(pk=issue.pk).update(
        state="sent", frozen=frozen, frozen_at=START, finished_at=START + HOUR, recipients=4
    )
    issue.refresh_from_db()
    edition = Edition.objects.create(issue=issue, selection=1)
    reports = [
        ("sent", [("hard", "dsn"), ("soft", "dsn")]),
        ("sent", [("complaint", "arf")]),
        ("failed", [("hard", "smtp")]),
        ("sent", []),
    ]
    for place, (state, told) in enumerate(reports, start=1):
        tie = builders.subscription(publication, f"r{place}@example.org")
        one = Delivery.objects.create(
            id=issue.first_delivery + place - 1, issue=issue, subscription=tie, edition=edition
        )
        Outcome.objects.create(delivery=one, round=1, at=START, state=state)
        for number, (kind, via) in enumerate(told):
            Bounce.objects.create(
                subscriber_id=tie.subscriber_id, delivery=one, kind=kind, via=via,
                seen=f"{place}:{number}",
            )  # fmt: skip
    Event.objects.create(
        publication=publication, subscription=tie, kind="left", at=START + 2 * HOUR
    )
    assert figures.reported(issue) == {"bounced": 1, "complained": 1, "left": 1}
    figures.keep(issue, START + 3 * HOUR, final=True)
    Issue.objects.filter(pk=issue.pk).update(folded_at=START + 4 * HOUR)
    issue.refresh_from_db()
    assert figures.reported(issue) == {"bounced": 1, "complained": 1, "left": 1}


@pytest.mark.django_db
def test_small_domains_are_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "MOST_DOMAINS", 1)
    issue = sent_issue(40)
    found = figures.count(issue)
    assert list(found.domains) == ["harbour.example", ""]
    assert sum(map(figures.mails, found.domains.values())) == figures.mails(found.totals)


@pytest.mark.django_db
def test_counted_again_sooner_the_younger_and_at_once_after_a_report() -> None:
    issue = sent_issue(3)
    with time_machine.travel(START + HOUR, tick=False):
        assert figures.sweep() == 1
        row = IssueFigures.objects.get()
        assert row.due_at is not None
        assert dt.timedelta(minutes=5) < row.due_at - START - HOUR < dt.timedelta(minutes=7)
        assert figures.sweep() == 0
        IssueFigures.objects.update(seconds=1.0)
        figures.ask(issue.pk, START + HOUR)
        assert IssueFigures.objects.get().due_at == START + HOUR + dt.timedelta(seconds=20)
    assert figures.sweep(START + HOUR + dt.timedelta(seconds=21)) == 1


@pytest.mark.django_db
def test_the_last_count_stays_when_the_deliveries_are_folded_away() -> None:
    issue = sent_issue(20)
    before = +figures.count(issue).totals
    with time_machine.travel(START + dt.timedelta(days=200), tick=False):
        assert sweeper.fold_old() == 1
        assert figures.sweep() == 0
    row = IssueFigures.objects.get()
    assert row.due_at is None
    assert +figures.kept(row).totals == before
    assert not Delivery.objects.exists()


@pytest.mark.django_db
def test_the_cost_is_by_slices_not_by_mails(django_assert_max_num_queries: Any) -> None:
    issue = sent_issue(40)
    with django_assert_max_num_queries(6):
        figures.count(issue)
