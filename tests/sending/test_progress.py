"""How far a send is and how fast, and the one sentence that says what a reader got."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client

from newsletter.models import PLACES, Chunk, Delivery, Edition, Issue
from newsletter.sending import counts, ending, limits
from subscribers import times
from subscribers.models import Publication, Subscription
from tests import builders
from tests.sending.chunks import NOW, outcome, sending, worker

pytestmark = pytest.mark.django_db


class Clock:
    """Both clocks of this module's subject: the wall's and the monotonic one, in seconds."""

    def __init__(self, wall: Any) -> None:
        self._wall, self._since = wall, 1000.0

    def monotonic(self) -> float:
        return self._since

    def shift(self, seconds: float) -> None:
        self._since += seconds
        self._wall.shift(seconds)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    ending._looks.clear()
    with time_machine.travel(NOW, tick=False) as wall:
        clock = Clock(wall)
        monkeypatch.setattr(ending, "time", clock)
        yield clock


def look(issue: Issue, **row: Any) -> tuple[float | None, float | None]:
    """(messages a second, seconds left) once the issue's one chunk counts these."""
    Chunk.objects.filter(issue=issue).update(**row)
    found = ending.progress(issue)
    return found.rate_per_second, found.seconds_left


def without_mail(issue: Issue, reason: str, readers: int = 1) -> Subscription:
    """A reader who got no mail at the freeze for this reason."""
    edition = Edition.objects.create(issue=issue, none_because=reason, readers=readers)
    reader = builders.subscription(issue.publication, f"{reason}@example.org")
    place = Delivery.objects.filter(issue=issue).count() + 1
    Delivery.objects.create(
        pk=issue.pk * PLACES + place, issue=issue, subscription=reader, edition=edition
    )
    return reader


def test_the_first_look_tells_the_average_since_the_freeze(clock: Clock) -> None:
    issue = sending(6)
    clock.shift(10)
    assert look(issue, sent=2) == (0.2, 20.0)


def test_who_got_nothing_at_the_freeze_is_no_work_that_was_done(clock: Clock) -> None:
    issue = sending(6)
    without_mail(issue, "paused", readers=3)
    Issue.objects.update(recipients=9)
    clock.shift(10)
    assert look(issue, sent=2) == (0.2, 20.0)
    ending._looks.clear()
    Issue.objects.update(recipients=6)
    assert look(issue, sent=0, deferred=5) == (0.0, None)


def test_within_the_first_second_the_rate_is_not_exaggerated(clock: Clock) -> None:
    issue = sending(6)
    clock.shift(0.25)
    assert look(issue, sent=2) == (2.0, 2.0)


def test_the_next_looks_tell_the_rate_since_the_first(clock: Clock) -> None:
    issue = sending(10)
    look(issue, sent=2)
    clock.shift(0.25)
    assert look(issue, sent=3) == (None, None)
    clock.shift(0.25)
    assert look(issue, sent=4) == (4.0, 1.5)
    clock.shift(7.5)
    assert look(issue, sent=6) == (0.5, 8.0)


def test_what_was_seen_half_a_minute_ago_is_forgotten(clock: Clock) -> None:
    issue = sending(10)
    look(issue, sent=1)
    clock.shift(20)
    look(issue, sent=3)
    clock.shift(10)
    assert look(issue, sent=4) == (0.1, 60.0)
    clock.shift(1)
    assert look(issue, sent=5)[0] == pytest.approx(2 / 11)
    clock.shift(60)
    assert look(issue, sent=5)[0] == pytest.approx(5 / 91)


def test_another_round_begins_with_fewer_done_and_forgets_the_looks_before(clock: Clock) -> None:
    issue = sending(10)
    look(issue, sent=5, failed=5)
    clock.shift(10)
    assert look(issue, failed=1) == (pytest.approx(0.6), pytest.approx(4 / 0.6))


def test_on_the_wire_is_still_to_go_and_the_deferred_are_not(clock: Clock) -> None:
    issue = sending(8)
    clock.shift(10)
    leased = {"state": "leased", "owner": worker(), "lease_until": NOW, "window": [3, 4]}
    assert look(issue, sent=2, deferred=1, **leased) == (0.2, 25.0)
    found = ending.progress(issue)
    assert (found.done, found.final) == (2, False)
    assert found.counts == counts.ledger(issue)


@pytest.mark.parametrize("state", ["paused", "cancelled", "sent"])
def test_what_is_not_sending_has_no_rate(clock: Clock, state: str) -> None:
    issue = sending(4)
    look(issue, sent=1)
    clock.shift(10)
    Issue.objects.update(state=state, finished_at=None if state == "paused" else NOW)
    assert look(issue, sent=2) == (None, None)
    assert ending._looks == {}
    assert ending.progress(issue).final is (state != "paused")
    assert look(issue) == (None, None)


@pytest.mark.parametrize(
    ("an_hour", "sent", "left"),
    [
        # Seen 30 mails in 10 s. Nothing limits: so it goes on.
        (0, 31, 3.0),
        # The limit is what was seen, and says how it goes on.
        (10_800, 31, 3.0),
        # Far more is allowed than the relay takes: what was seen counts.
        (36_000, 31, 3.0),
        # The limit was just set lower: it holds from now on.
        (3_600, 31, 9.0),
        # Of a handful of mails nothing is known but the limit.
        (3_600, 4, 36.0),
    ],
)
def test_the_end_is_the_same_on_every_page(
    clock: Clock, settings: Any, client: Client, an_hour: int, sent: int, left: float
) -> None:
    """One rule for the progress page, the page of limits and the command."""
    settings.SUDI = {**settings.SUDI, "SMTP_URLS": ["smtp://127.0.0.1:25?name=main"]}
    issue = sending(40)
    limits.set_rate("main", an_hour, "alice")
    look(issue, sent=1)
    clock.shift(10)
    assert look(issue, sent=sent)[1] == pytest.approx(left)
    ends = NOW + dt.timedelta(seconds=10 + left)
    relays = limits.of_relays()
    assert ending.of_issue(issue, relays, NOW + dt.timedelta(seconds=10)).ends_at == ends
    client.force_login(get_user_model().objects.create_superuser("root", password="x"))
    page = client.get("/admin/operation/limits/").content.decode()
    assert times.say(ends, issue.publication) in page
    out = io.StringIO()
    call_command("limits", "--json", stdout=out)
    said = json.loads(out.getvalue())["issues"][0]
    assert said["ends_at"] == ends.isoformat(timespec="minutes")


def test_the_end_waits_for_the_hours(clock: Clock, settings: Any) -> None:
    """36 s of the evening were left at one mail a second; the rest goes from eight on."""
    settings.SUDI = {**settings.SUDI, "SMTP_URLS": ["smtp://127.0.0.1:25?name=main"]}
    issue = sending(300)
    close = (NOW + dt.timedelta(seconds=90)).time()
    Publication.objects.update(send_from=dt.time(8), send_until=close, time_zone="UTC")
    issue = Issue.objects.select_related("publication").get()
    look(issue, sent=10)
    clock.shift(30)
    left = look(issue, sent=40)[1]
    assert left is not None
    ends = NOW + dt.timedelta(seconds=30 + left)
    assert ends.time() == dt.time(8, 3, 20) and ends.date() == NOW.date() + dt.timedelta(days=1)


def test_the_window_is_that_of_the_readers_own_chunk() -> None:
    issue = sending(4, size=2)
    second = Chunk.objects.filter(issue=issue).order_by("first")[1]
    Chunk.objects.filter(pk=second.pk).update(
        state="leased", owner=worker(), lease_until=NOW, window=[3]
    )
    states = [counts.state_of(one) for one in Delivery.objects.order_by("pk")]
    assert states == [("waiting", None)] * 2 + [("in_flight", None), ("waiting", None)]


def test_the_latest_outcome_is_returned_with_the_state() -> None:
    issue = sending(1)
    outcome(issue, 1, "deferred")
    second = outcome(issue, 1, "failed", round=2)
    assert counts.state_of(Delivery.objects.get()) == ("failed", second)


# ---- why


def reader(issue: Issue) -> Subscription:
    return Delivery.objects.filter(issue=issue).earliest("pk").subscription


@pytest.mark.parametrize(
    ("state", "about", "said"),
    [
        (None, {}, "Waiting to be sent (items: 2)."),
        ("sent", {"status": "2.0.0"}, "Handed over to the mail server (items: 2)."),
        (
            "deferred",
            {"status": "4.2.2", "detail": "mailbox full"},
            "The mail server asked to try again later: 4.2.2 mailbox full",
        ),
        ("deferred", {"status": "4.2.2"}, "The mail server asked to try again later: 4.2.2"),
        (
            "failed",
            {"detail": "no such user"},
            "The mail server refused the mail: no such user",
        ),
        ("in_doubt", {}, "Unknown: the mail was handed over and no answer was stored."),
        (
            "in_doubt",
            {"resolved_at": NOW, "resolved_by": "bounces"},
            "Handed over to the mail server (items: 2). (Resolved by bounces.)",
        ),
        (
            "skipped",
            {"detail": "paused"},
            "No mail: before it was sent, the reader had paused.",
        ),
        (
            "skipped",
            {"detail": "categories dropped"},
            "No mail: before it was sent, the reader had dropped these categories.",
        ),
        (
            "skipped",
            {"detail": "rhythm"},
            "No mail: before it was sent, the reader had changed to another rhythm.",
        ),
        ("skipped", {"detail": "left"}, "No mail: before it was sent, the reader had left."),
        ("suppressed", {}, "No mail: the address was suppressed before it was sent."),
    ],
)
def test_why_in_one_sentence(state: str | None, about: dict[str, Any], said: str) -> None:
    issue = sending(1)
    Edition.objects.update(items=[1, 2])
    if state is not None:
        outcome(issue, 1, state, **about)
    assert counts.why(issue, reader(issue)) == said


def test_why_on_the_wire_and_cancelled() -> None:
    issue = sending(2)
    Chunk.objects.update(state="leased", owner=worker(), lease_until=NOW, window=[1])
    first, second = [one.subscription for one in Delivery.objects.order_by("pk")]
    assert counts.why(issue, first) == "Being handed over right now (items: 0)."
    Issue.objects.update(state="cancelled", finished_at=NOW)
    assert counts.why(issue, second) == "No mail: the issue was cancelled before it was sent."


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("no_item", "No mail: the issue has nothing in the categories the reader chose."),
        ("paused", "No mail: the reader had paused."),
        ("rhythm", "No mail: the reader wants round-ups only."),
        ("suppressed", "No mail: the address was suppressed."),
    ],
)
def test_why_nothing_at_the_freeze(reason: str, said: str) -> None:
    issue = sending(1)
    assert counts.why(issue, without_mail(issue, reason)) == said


def test_why_there_is_no_record() -> None:
    issue = sending(1)
    later = builders.subscription(issue.publication, "later@example.org")
    assert counts.why(issue, later) == "The reader was not active when the issue was frozen."
    sister = sending(1, slug="sister")
    draft = builders.issue(sister.publication, "2026-03-09")
    Issue.objects.filter(pk=issue.pk).update(original=sister)
    issue.refresh_from_db()
    either = "The reader gets this issue in another language, or was not active then."
    assert counts.why(issue, later) == either
    assert counts.why(draft, later) == "The issue has not been sent yet."
    assert counts.why(sister, later) == either
    Issue.objects.filter(pk=issue.pk).update(state="cancelled", finished_at=NOW, folded_at=NOW)
    gone = "The records of this issue were folded away; only its sums are kept."
    assert counts.why(issue, later) == gone
