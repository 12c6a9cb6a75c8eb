"""A ready draft takes the next slot, once; an unready one does not, and the editors are told."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import threading
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import connection

from newsletter import editions, sending
from newsletter.issues import ready
from newsletter.issues import slots as of_publication
from newsletter.models import DayOff, Issue, Ready, Slot, SlotUse
from newsletter.sending import slot_notices, slots
from subscribers import mailing
from subscribers.models import AuditEntry, Publication, Role
from tests import builders
from tests.sending.stage import relay_for

pytestmark = pytest.mark.django_db(transaction=True)

# A Monday, 07:30 in Shanghai.
SLOT = dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
DAY = 24 * 60 * MINUTE


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(SLOT - DAY / 2, tick=False) as moment:
        yield moment


@pytest.fixture
def daily() -> Publication:
    publication = builders.publication(time_zone="Asia/Shanghai", undo_seconds=180)
    builders.category(publication, "Ships")
    builders.subscription(publication, "alice@example.org")
    for name, kind in (("erin", "editor"), ("sam", "sender"), ("ada", "approver")):
        user = get_user_model().objects.create_user(
            name, f"{name}@harbour.example.org", is_staff=True
        )
        Role.objects.create(user=user, publication=publication, kind=kind)
    Slot.objects.create(publication=publication, weekdays=127, at=dt.time(7, 30))
    return publication


def tell() -> int:
    """Write what there is to tell, and mail it; how many notices were written."""
    told = slot_notices.tell()
    mailing.sweep()
    return told


def user(name: str) -> Any:
    return get_user_model().objects.get(username=name)


def draft(
    publication: Publication, date: str = "2026-03-02", title: str = "A ship came in"
) -> Issue:
    issue = builders.issue(publication, date)
    builders.item(issue, publication.categories.get(), title)
    return issue


def say(issue: Issue, by: str = "sam") -> None:
    ready.declare(issue, editions.load(issue), user(by))


def state(issue: Issue) -> tuple[str, dt.datetime | None]:
    issue.refresh_from_db()
    return issue.state, issue.send_at


def uses() -> list[tuple[str, str, str]]:
    return [
        (f"{row.day}", row.state, row.issue.slug if row.issue else "")
        for row in SlotUse.objects.select_related("issue").order_by("day", "pk")
    ]


def told() -> list[tuple[str, str]]:
    return sorted((message.to[0].partition("@")[0], message.subject) for message in mail.outbox)


def test_a_ready_draft_is_released_so_that_it_goes_at_the_slot_and_can_be_taken_back(
    daily: Publication, clock: Any
) -> None:
    issue = draft(daily)
    say(issue)
    clock.move_to(SLOT - 4 * MINUTE)
    sending.sweep()
    assert state(issue) == ("draft", None)
    clock.move_to(SLOT - 3 * MINUTE)
    sending.sweep()
    sending.sweep()
    assert state(issue) == ("scheduled", SLOT)
    assert issue.released_by == user("sam")
    assert uses() == [("2026-03-02", "taken", "2026-03-02")]
    trail = AuditEntry.objects.filter(target=f"issue:{issue.pk}").order_by("pk")
    assert list(trail.values_list("actor", "action")) == [
        ("sam", "release"), ("slot", "slot taken"),
    ]  # fmt: skip
    # Taken back it is a draft about which somebody has doubts: it takes no slot unasked.
    sending.unschedule(issue, by="erin")
    for later in (SLOT - MINUTE, SLOT + MINUTE, SLOT + DAY):
        clock.move_to(later)
        sending.sweep()
        assert state(issue) == ("draft", None)


def test_it_goes_out_at_the_slot(daily: Publication, clock: Any, tmp_path: Path) -> None:
    issue = draft(daily)
    say(issue)
    with relay_for(tmp_path) as relay:
        clock.move_to(SLOT - MINUTE)
        sending.sweep()
        sending.drain(10)
        assert relay.recipients() == []
        # Said late: the time to take it back is whole.
        assert state(issue) == ("scheduled", SLOT + 2 * MINUTE)
        clock.move_to(SLOT + 2 * MINUTE)
        sending.sweep()
        sending.drain(10)
        (taken,) = relay.accepted
    received = email.message_from_bytes(taken.content or b"", policy=email.policy.default)
    assert received["Subject"] == "A ship came in"


def test_passing_preflight_is_not_ready_and_any_change_asks_again(
    daily: Publication, clock: Any
) -> None:
    issue = draft(daily)
    clock.move_to(SLOT - MINUTE)
    assert slots.sweep() == 0
    say(issue)
    item = issue.items.get()
    for change in ({"title": "A ship went out"}, {"insight": "Other."}, {"hidden": True}):
        before = {name: getattr(item, name) for name in change}
        issue.items.update(**change)
        assert ready.lacking(issue) == ["It was changed since sam said that it is ready."]
        assert slots.sweep() == 0
        issue.items.update(**before)
    Issue.objects.update(subject="Other")
    issue.refresh_from_db()
    assert slots.sweep() == 0
    say(issue)
    assert slots.sweep() == 1


def test_who_may_not_send_any_more_has_said_nothing(daily: Publication, clock: Any) -> None:
    issue = draft(daily)
    say(issue)
    Role.objects.filter(user=user("sam")).delete()
    clock.move_to(SLOT)
    assert slots.sweep() == 0
    assert state(issue)[0] == "draft"


def test_where_a_second_person_must_approve_nothing_goes_without(
    daily: Publication, clock: Any
) -> None:
    Publication.objects.update(needs_approval=True)
    issue = draft(daily)
    say(issue)
    clock.move_to(SLOT - MINUTE)
    assert slots.sweep() == 0
    Role.objects.create(user=user("sam"), publication=daily, kind="approver")
    sending.approve(issue, by=user("sam"))  # The same person is no second one.
    assert slots.sweep() == 0
    assert ready.lacking(issue) == [
        "Somebody else than the one who approved it must say it is ready."
    ]
    sending.approve(issue, by=user("ada"))
    assert slots.sweep() == 1
    assert state(issue)[0] == "scheduled"


def test_a_blocked_draft_takes_nothing_and_the_next_ready_one_goes(
    daily: Publication, clock: Any
) -> None:
    blocked = draft(daily, "2026-03-01")
    blocked.items.all().delete()
    other = draft(daily)
    say(blocked)
    say(other)
    clock.move_to(SLOT)
    assert slots.sweep() == 1
    assert uses()[-1] == ("2026-03-02", "taken", "2026-03-02")
    assert state(blocked)[0] == "draft"


def test_several_drafts_go_in_the_order_of_their_dates_and_not_before_their_day(
    daily: Publication, clock: Any
) -> None:
    later, today = draft(daily, "2026-03-03"), draft(daily, "2026-03-02", "Today")
    say(later)
    say(today)
    clock.move_to(SLOT)
    assert slots.sweep() == 1
    assert (state(today)[0], state(later)[0]) == ("scheduled", "draft")
    clock.move_to(SLOT + MINUTE)
    assert slots.sweep() == 0
    clock.move_to(SLOT + DAY)
    assert slots.sweep() == 1
    assert state(later)[0] == "scheduled"


def test_editions_have_slots_of_their_own(daily: Publication, clock: Any) -> None:
    Slot.objects.create(publication=daily, weekdays=127, at=dt.time(18, 0), edition="evening")
    evening = draft(daily)
    Issue.objects.filter(pk=evening.pk).update(slug="2026-03-02-evening")
    evening.refresh_from_db()
    say(evening)
    clock.move_to(SLOT)
    assert slots.sweep() == 0
    clock.move_to(SLOT + 10.5 * 60 * MINUTE)
    assert slots.sweep() == 1
    assert ("2026-03-02", "taken", "2026-03-02-evening") in uses()


def test_a_day_left_out_takes_nothing_and_tells_nobody(daily: Publication, clock: Any) -> None:
    DayOff.objects.create(publication=daily, day="2026-03-02", note="Spring Festival")
    issue = draft(daily)
    say(issue)
    clock.move_to(SLOT)
    assert slots.sweep() == 0 and tell() == 0
    clock.move_to(SLOT + DAY)
    assert slots.sweep() == 1


def test_half_an_hour_before_an_unready_draft_the_editors_are_told_once(
    daily: Publication, clock: Any
) -> None:
    draft(daily)
    clock.move_to(SLOT - 31 * MINUTE)
    assert tell() == 0
    clock.move_to(SLOT - 30 * MINUTE)
    assert [tell() for _ in range(3)] == [1, 0, 0]
    subject = "Nothing is ready for 07:30 (Shanghai): Harbour Daily"
    assert told() == [("erin", subject), ("sam", subject)]
    text = mail.outbox[0].body
    assert "Nobody has said yet that it is ready." in text and "/admin/" in text
    mail.outbox.clear()
    clock.move_to(SLOT)
    sending.sweep()
    assert [tell() for _ in range(3)] == [1, 0, 0]
    subject = "Nothing was sent at 07:30 (Shanghai): Harbour Daily"
    assert told() == [("erin", subject), ("sam", subject)]
    assert uses()[-1] == ("2026-03-02", "empty", "")
    # Ready a minute too late: the next slot stands.
    issue = Issue.objects.get()
    say(issue)
    clock.move_to(SLOT + MINUTE)
    assert slots.sweep() == 0
    clock.move_to(SLOT + DAY)
    assert slots.sweep() == 1


def test_who_is_told_and_when_is_settable(daily: Publication, clock: Any) -> None:
    Publication.objects.update(slot_notice_minutes=90, needs_approval=True)
    clock.move_to(SLOT - 90 * MINUTE)
    assert tell() == 1
    assert [who for who, _what in told()] == ["ada", "erin", "sam"]
    assert "There is no draft for it." in mail.outbox[0].body
    Publication.objects.update(slot_notice_minutes=0)
    SlotUse.objects.all().delete()
    clock.move_to(SLOT - MINUTE)
    assert tell() == 0


def test_a_notice_that_could_not_be_mailed_is_mailed_later(
    daily: Publication, clock: Any, settings: Any
) -> None:
    clock.move_to(SLOT - 10 * MINUTE)
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert tell() == 1  # It is written, and kept.
    assert mail.outbox == []
    settings.EMAIL_BACKEND = working
    clock.shift(MINUTE)
    assert tell() == 0
    assert {one.to[0].partition("@")[0] for one in mail.outbox} == {"erin", "sam"}


def test_a_slot_that_nobody_saw_in_time_is_not_made_up_for(daily: Publication, clock: Any) -> None:
    issue = draft(daily)
    say(issue)
    clock.move_to(SLOT + 61 * MINUTE)
    assert slots.sweep() == 0
    assert uses()[-1] == ("2026-03-02", "missed", "")
    assert tell() == 1
    assert "The slot of 07:30 (Shanghai) was missed" in mail.outbox[0].subject
    assert "“Harbour Daily - 2026-03-02” is ready." in mail.outbox[0].body
    assert state(issue)[0] == "draft"


def test_within_the_late_start_limit_it_still_goes(daily: Publication, clock: Any) -> None:
    issue = draft(daily)
    say(issue)
    clock.move_to(SLOT + 59 * MINUTE)
    assert slots.sweep() == 1
    assert state(issue) == ("scheduled", SLOT + 62 * MINUTE)


def test_a_release_by_hand_ends_the_word(daily: Publication) -> None:
    issue = draft(daily)
    say(issue)
    sending.release(issue, by=user("sam"))
    assert not Ready.objects.exists()


def test_a_slot_that_was_taken_takes_no_second_draft(daily: Publication, clock: Any) -> None:
    """Two sweeps that saw it open, each with another draft."""
    for date in ("2026-03-01", "2026-03-02"):
        say(draft(daily, date))
    clock.move_to(SLOT)
    ((occasion, row, _step),) = slots.due(daily, SLOT)
    assert row is None
    first, second = of_publication.drafts(daily)
    assert slots.take(occasion, first, SLOT)
    assert not slots.take(occasion, second, SLOT)
    assert state(second.issue)[0] == "draft"
    assert uses() == [("2026-03-02", "taken", "2026-03-01")]


@pytest.mark.parametrize("workers", [4])
def test_many_sweeps_at_once_take_one_slot_with_one_draft(
    daily: Publication, clock: Any, workers: int
) -> None:
    for number in range(3):
        one = draft(daily, f"2026-02-2{number}")
        say(one)
    clock.move_to(SLOT)
    barrier = threading.Barrier(workers)
    done: list[int] = []

    def once() -> None:
        barrier.wait()
        done.append(slots.sweep())
        connection.close()

    threads = [threading.Thread(target=once) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(done) == 1
    assert Issue.objects.filter(state="scheduled").count() == 1
