"""The calendar of slots, and the word for a draft on its send page."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from newsletter.models import DayOff, Issue, Ready, Slot, SlotUse
from newsletter.sending import slots
from subscribers.models import AuditEntry, Publication, Role
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)
# A Monday, eight in the morning.
NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
CALENDAR = "/admin/newsletter/slot/?publication=daily"


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as moment:
        yield moment


@pytest.fixture
def daily() -> Publication:
    publication = builders.publication(undo_seconds=180)
    builders.category(publication, "Ships")
    builders.subscription(publication, "alice@example.org")
    return publication


def logged_in(publication: Publication, name: str, kind: str) -> Client:
    user = get_user_model().objects.create_user(name, f"{name}@example.org", is_staff=True)
    Role.objects.create(user=user, publication=publication, kind=kind)
    client = Client()
    client.force_login(user)
    return client


def draft(publication: Publication) -> Issue:
    issue = builders.issue(publication)
    builders.item(issue, publication.categories.get(), "A ship came in")
    return issue


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def send_page(issue: Issue) -> str:
    return reverse("admin:newsletter_issue_send", args=[issue.pk])


# Half past seven of a day, as every page says a time.
SAID = {day: f"{day} 07:30 UTC" for day in ("2026-03-01", "2026-03-02", "2026-03-03")}


def press(client: Client, issue: Issue, what: str, page: Any = None) -> Any:
    page = page or client.get(send_page(issue), {"when": "slot"} if what == "ready" else {})
    seen = re.search(r'name="seen" value="([^"]+)"', page.content.decode())
    assert seen is not None
    marks = re.findall(r'name="accept"\s+value="([^"]+)"', page.content.decode())
    data = {"seen": seen[1], "accept": marks, "what": what}
    if what == "ready":
        data["when"] = "slot"
    return client.post(send_page(issue), data, follow=True)


def test_an_owner_adds_slots_and_leaves_days_out_on_record(daily: Publication) -> None:
    owner = logged_in(daily, "olga", "owner")
    working = {"weekdays": ["0", "1", "2", "3", "4"]}
    page = owner.post(CALENDAR, {"action": "add", "at": "07:30", **working}, follow=True)
    assert f"07:30 {daily.time_zone} Monday to Friday" in text(page)
    evening = {"action": "add", "at": "18:00", "weekdays": ["5", "6"], "edition": "evening"}
    assert f"18:00 {daily.time_zone} Saturday, Sunday evening" in text(
        owner.post(CALENDAR, evening, follow=True)
    )
    off = {"action": "leave_out", "day": "2026-03-04", "note": "Market day"}
    page = owner.post(CALENDAR, off, follow=True)
    assert "2026-03-04 Market day" in text(page)
    shown = text(page)
    assert "Tue 2026-03-03 07:30" in shown and "Thu 2026-03-05 07:30" in shown
    assert "Wed 2026-03-04 07:30" not in shown and "Mon 2026-03-02 07:30" not in shown
    slot = Slot.objects.get(edition="")
    owner.post(CALENDAR, {"action": "remove", "number": slot.pk})
    owner.post(CALENDAR, {"action": "keep", "number": DayOff.objects.get().pk})
    assert list(Slot.objects.values_list("edition", flat=True)) == ["evening"]
    assert not DayOff.objects.exists()
    acts = AuditEntry.objects.order_by("pk").values_list("actor", "action")
    assert [act for _who, act in acts] == [
        "slot: add", "slot: add", "slot: leave_out", "slot: remove", "slot: keep",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"at": "25:00"}, "Write the time as 07:30, from 00:00 to 23:59."),
        ({"at": "7.30"}, "Write the time as 07:30, from 00:00 to 23:59."),
        ({"at": ""}, "This field is required."),
        ({"weekdays": []}, "Choose at least one weekday."),
        ({"weekdays": ["7"]}, "Select a valid choice."),
        ({"edition": "even ing"}, "Enter a valid “slug”"),
        ({"at": "18:00"}, "There is a slot at this time for this edition."),
        ({"action": "leave_out", "day": "2026-03-01"}, "This day has passed."),
        ({"action": "leave_out", "day": "2026-02-30"}, "Enter a valid date."),
        ({"action": "leave_out", "day": "2026-03-08"}, "This day is left out already."),
    ],
)
def test_bad_input_is_answered_at_its_field(
    daily: Publication, data: dict[str, Any], said: str
) -> None:
    owner = logged_in(daily, "olga", "owner")
    Slot.objects.create(publication=daily, weekdays=1, at=dt.time(18))
    DayOff.objects.create(publication=daily, day="2026-03-08")
    answer = owner.post(
        CALENDAR, {"action": "add", "at": "07:30", "weekdays": ["0"], "edition": "", **data}
    )
    assert answer.status_code == 422
    errors = re.findall(r'<p class="sudi-error">([^<]+)</p>', answer.content.decode())
    assert len(errors) == 1 and errors[0].startswith(said)
    assert (Slot.objects.count(), DayOff.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Asia/Shanghai", "Tue 2026-03-03 03:17 Asia/Shanghai"),
        ("America/Los_Angeles", "Mon 2026-03-02 20:17 America/Los_Angeles"),
    ],
)
def test_a_weekday_is_that_of_the_publications_zone(
    daily: Publication, zone: str, said: str
) -> None:
    """There it is another day than on the server, which counts in UTC."""
    Publication.objects.update(time_zone=zone)
    Slot.objects.create(publication=daily, weekdays=0b1111111, at=said.split()[2])
    assert said in text(logged_in(daily, "olga", "owner").get(CALENDAR))


def test_who_may_see_may_not_change_and_a_stranger_sees_nothing(daily: Publication) -> None:
    sender = logged_in(daily, "sam", "sender")
    assert "Add a slot" not in text(sender.get(CALENDAR))
    body = {"action": "add", "at": "07:30", "weekdays": ["0"]}
    assert sender.post(CALENDAR, body).status_code == 403
    stranger = logged_in(builders.publication("other"), "eve", "owner")
    assert stranger.get(CALENDAR).status_code == 404
    assert stranger.post(CALENDAR, body).status_code == 404
    other = Slot.objects.create(publication=daily, weekdays=1, at=dt.time(18))
    stranger.post("/admin/newsletter/slot/", {"action": "remove", "number": other.pk})
    assert Slot.objects.filter(pk=other.pk).exists()


def test_a_sender_says_that_a_draft_is_ready_and_the_calendar_shows_it(
    daily: Publication, clock: Any
) -> None:
    sender = logged_in(daily, "sam", "sender")
    issue = draft(daily)
    assert "By itself in a slot" not in text(sender.get(send_page(issue)))
    Slot.objects.create(publication=daily, weekdays=127, at=dt.time(7, 30))
    offered = text(sender.get(send_page(issue)))
    assert f"By itself in a slot: {SAID['2026-03-03']} at the earliest" in offered
    assert "Ready: let it take a slot" not in offered
    page = sender.get(send_page(issue), {"when": "slot"})
    assert "in a slot, tomorrow at 07:30 (UTC) at the earliest" in text(page)
    assert f"Ready: let it take a slot, {SAID['2026-03-03']} at the earliest" in text(page)
    calendar = text(sender.get(CALENDAR))
    assert f"Tue {SAID['2026-03-03']} – Harbour Daily - 2026-03-02 not ready" in calendar
    assert "Nobody has said yet that it is ready." in calendar
    page = press(sender, issue, "ready", page)
    assert "sam said that it is ready: it takes the slot of 2026-03-03 07:30 UTC" in text(page)
    assert f"Tue {SAID['2026-03-03']} – Harbour Daily - 2026-03-02 ready" in text(
        sender.get(CALENDAR)
    )
    # Changed: asked again.
    issue.items.update(title="A ship went out")
    assert "It was changed since sam said that it is ready." in text(sender.get(send_page(issue)))
    assert "not ready" in text(sender.get(CALENDAR))
    press(sender, issue, "ready")
    page = press(sender, issue, "not_ready")
    assert "It takes no slot until you say so again." in text(page)
    assert not Ready.objects.exists()
    press(sender, issue, "ready")
    clock.move_to(NOW + dt.timedelta(hours=23, minutes=29))
    assert slots.sweep() == 1
    clock.move_to(NOW + dt.timedelta(hours=24))
    sender.force_login(get_user_model().objects.get(username="sam"))
    assert "Harbour Daily - 2026-03-02 taken" in text(sender.get(CALENDAR))
    acts = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(acts) == ["ready", "ready", "not ready", "ready", "release", "slot taken"]


def test_what_was_not_seen_is_not_ready(daily: Publication) -> None:
    sender = logged_in(daily, "sam", "sender")
    issue = draft(daily)
    Slot.objects.create(publication=daily, weekdays=127, at=dt.time(7, 30))
    page = sender.get(send_page(issue), {"when": "slot"})
    issue.items.update(title="A ship went out")
    answer = press(sender, issue, "ready", page)
    assert answer.status_code == 409 and "Changed:" in text(answer)
    Publication.objects.update(from_address="")
    answer = press(sender, issue, "ready")
    assert answer.status_code == 422
    assert not Ready.objects.exists()


def test_an_editor_who_may_not_send_cannot_say_so(daily: Publication) -> None:
    issue = draft(daily)
    Slot.objects.create(publication=daily, weekdays=127, at=dt.time(7, 30))
    editor = logged_in(daily, "erin", "editor")
    assert editor.post(send_page(issue), {"what": "ready"}).status_code == 403


def test_what_became_of_the_last_slots(daily: Publication) -> None:
    owner = logged_in(daily, "olga", "owner")
    slot = Slot.objects.create(
        publication=daily, weekdays=127, at=dt.time(7, 30), created_at=NOW - dt.timedelta(days=9)
    )
    for day, state in (("2026-03-01", "empty"), ("2026-03-02", "missed")):
        SlotUse.objects.create(slot=slot, day=day, state=state)
    shown = text(owner.get(CALENDAR))
    assert f"Mon {SAID['2026-03-02']} – – missed: nothing was running" in shown
    assert f"Sun {SAID['2026-03-01']} – – nothing was ready" in shown
