"""A release is one sentence: its controls, the button that repeats it, another time for it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import translation

from newsletter import sending
from newsletter.models import Issue, Slot
from subscribers import times
from subscribers.models import AuditEntry, Publication, Role
from tests import builders

pytestmark = pytest.mark.django_db

NOW = builders.NOW  # Monday 2 March 2026, 08:00 UTC.
TOMORROW = dt.datetime(2026, 3, 3, 7, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def issue(db: None) -> Issue:
    publication = builders.publication()
    publication.time_zone, publication.undo_seconds = "Europe/Berlin", 180
    publication.save()
    made = builders.issue(publication)
    builders.item(made, builders.category(publication, "City"), "Night ferries return")
    builders.subscription(publication, "alice@example.org")
    return made


@pytest.fixture
def sam(issue: Issue) -> Client:
    user = get_user_model().objects.create(username="sam", is_staff=True, password="!")
    Role.objects.create(user=user, publication=issue.publication, kind="sender")
    client = Client()
    client.force_login(user)
    return client


def at(issue: Issue) -> str:
    return reverse("admin:newsletter_issue_send", args=[issue.pk])


def said(answer: Any) -> str:
    """The sentence as a person reads it, with its controls closed."""
    html = re.search(
        r'class="sudi-sentence">(.*?)</div>\s*<div data-live="meaning"', text_of(answer)
    )
    assert html is not None
    closed = re.sub(r'<div class="sudi-part-panel">.*?</div>\s*</details>', "", html[1])
    plain = " ".join(re.sub(r"<[^>]+>", " ", closed).split())
    return plain.replace(" .", ".").replace(" ,", ",")


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def button(answer: Any) -> str:
    found = re.search(r'<button class="sudi-button big"[^>]*>\s*(.*?)\s*</button>', text_of(answer))
    assert found is not None
    return found[1]


def form_of(answer: Any, **typed: str) -> dict[str, Any]:
    """What a browser would send of the page, with what a person typed into it."""
    html = answer.content.decode()
    hidden = re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"', html)
    found: dict[str, Any] = {name: value for name, value in hidden if name != "csrfmiddlewaretoken"}
    field = re.search(r'name="at"\s+value="([^"]*)"', html)
    assert field is not None
    found["at"] = field[1]
    found["accept"] = re.findall(r'name="accept"\s+value="([^"]*)"', html)
    return {**found, **typed}


@pytest.mark.parametrize(
    ("query", "sentence", "pressed"),
    [
        (
            {},
            "Send Harbour Daily - 2026-03-02 to 1 reader in 1 edition in 3 minutes"
            " – by mail, site and feeds.",
            "Send to 1 reader in 3 minutes",
        ),
        (
            {"at": "2026-03-03T08:00"},
            "Send Harbour Daily - 2026-03-02 to 1 reader in 1 edition tomorrow at 08:00 (Berlin)"
            " – by mail, site and feeds.",
            "Send to 1 reader tomorrow at 08:00 (Berlin)",
        ),
        (
            {"at": "2026-03-12T08:00", "channels": "mail"},
            "Send Harbour Daily - 2026-03-02 to 1 reader in 1 edition on Thursday 12 March at"
            " 08:00 (Berlin) – by mail only.",
            "Send to 1 reader on Thursday 12 March at 08:00 (Berlin)",
        ),
        (
            {"at": "2026-03-02T18:00", "channels": "site"},
            "Publish Harbour Daily - 2026-03-02 today at 18:00 (Berlin) – site and feeds only."
            " No reader gets a mail.",
            "Publish without mail today at 18:00 (Berlin)",
        ),
        (
            {"channels": "site"},
            "Publish Harbour Daily - 2026-03-02 in 3 minutes – site and feeds only."
            " No reader gets a mail.",
            "Publish without mail in 3 minutes",
        ),
    ],
)
def test_the_sentence_says_it_and_the_button_repeats_it(
    issue: Issue, sam: Client, query: dict[str, str], sentence: str, pressed: str
) -> None:
    page = sam.get(at(issue), query)
    assert said(page) == sentence
    assert button(page) == pressed


def test_a_control_changes_the_sentence_and_releases_nothing(issue: Issue, sam: Client) -> None:
    page = sam.get(at(issue))
    page = sam.post(at(issue), form_of(page, at="2026-03-03T08:00", what="at"))
    assert "tomorrow at 08:00 (Berlin)" in said(page)
    page = sam.post(at(issue), form_of(page, to="site"))
    assert said(page).startswith("Publish Harbour Daily - 2026-03-02 tomorrow at 08:00 (Berlin)")
    page = sam.post(at(issue), form_of(page, what="now"))
    assert button(page) == "Publish without mail in 3 minutes"
    assert page.status_code == 200
    issue.refresh_from_db()
    assert issue.state == "draft"


def test_a_time_that_was_typed_is_never_dropped(issue: Issue, sam: Client) -> None:
    """Typed and not asked about, then the button pressed: it says so first, and keeps the ticks."""
    issue.items.update(insight="TODO: write this.")
    page = sam.get(at(issue))
    assert button(page) == "Send to 1 reader in 3 minutes"
    page = sam.post(at(issue), form_of(page, at="2026-03-03T08:00"))
    assert page.status_code == 409
    assert "You chose another time than the button said." in text_of(page)
    assert text_of(page).count("checked") >= 1
    assert button(page) == "Send to 1 reader tomorrow at 08:00 (Berlin)"
    issue.refresh_from_db()
    assert issue.state == "draft"
    assert sam.post(at(issue), form_of(page)).status_code == 302
    issue.refresh_from_db()
    assert (issue.state, issue.send_at) == ("scheduled", TOMORROW)


def test_other_channels_than_the_button_said_are_asked_about(issue: Issue, sam: Client) -> None:
    page = sam.get(at(issue))
    page = sam.post(at(issue), form_of(page, channels="site"))
    assert page.status_code == 409
    assert "You chose other channels than the button said." in text_of(page)
    issue.refresh_from_db()
    assert issue.state == "draft"


def test_a_slot_is_a_time_in_the_sentence(issue: Issue, sam: Client) -> None:
    Slot.objects.create(publication=issue.publication, weekdays=127, at=dt.time(7, 30))
    page = sam.post(at(issue), form_of(sam.get(at(issue)), what="slot"))
    assert "in a slot, tomorrow at 07:30 (Berlin) at the earliest" in said(page)
    # A time that is typed then is meant, and asked about.
    other = sam.post(at(issue), form_of(page, at="2026-03-03T08:00"))
    assert other.status_code == 409 and "tomorrow at 08:00 (Berlin)" in said(other)
    # Nor does a slot take what goes on the site alone.
    other = sam.post(at(issue), form_of(page, to="site"))
    assert "in 3 minutes" in said(other)
    assert sam.post(at(issue), form_of(page)).status_code == 302
    assert issue.ready.by.get_username() == "sam"
    issue.refresh_from_db()
    assert issue.state == "draft"


# ---- another time for what is scheduled


@pytest.fixture
def scheduled(issue: Issue, sam: Client) -> Issue:
    sam.post(at(issue), form_of(sam.get(at(issue), {"at": "2026-03-03T08:00"})))
    issue.refresh_from_db()
    assert (issue.state, issue.send_at) == ("scheduled", TOMORROW)
    return issue


def test_another_time_is_one_act(scheduled: Issue, sam: Client) -> None:
    progress = reverse("admin:newsletter_issue_progress", args=[scheduled.pk])
    assert f'href="{at(scheduled)}"' in sam.get(progress).content.decode()
    page = sam.get(at(scheduled))
    assert "tomorrow at 08:00 (Berlin)" in said(page)
    assert button(page) == "Choose another time" and not page.context["sendable"]
    page = sam.post(at(scheduled), form_of(page, at="2026-03-03T09:30", what="at"))
    assert button(page) == "Send it tomorrow at 09:30 (Berlin) instead"
    answer = sam.post(at(scheduled), form_of(page), follow=True)
    assert "Changed: it goes out tomorrow at 09:30 (Berlin)." in text_of(answer)
    scheduled.refresh_from_db()
    assert (scheduled.state, scheduled.send_at) == (
        "scheduled",
        dt.datetime(2026, 3, 3, 8, 30, tzinfo=dt.UTC),
    )
    acts = AuditEntry.objects.filter(action="reschedule").get()
    assert acts.detail == {
        "send_at": "2026-03-03T08:30:00+00:00",
        "before": "2026-03-03T07:00:00+00:00",
    }


def test_it_can_go_at_once_instead(scheduled: Issue, sam: Client) -> None:
    page = sam.post(at(scheduled), form_of(sam.get(at(scheduled)), what="now"))
    assert button(page) == "Send it in 3 minutes instead"
    assert sam.post(at(scheduled), form_of(page)).status_code == 302
    scheduled.refresh_from_db()
    assert scheduled.send_at == NOW + dt.timedelta(minutes=3)


def test_what_the_new_time_makes_odd_is_to_be_ticked(scheduled: Issue, sam: Client) -> None:
    for day in (1, 2, 3):
        past = builders.issue(scheduled.publication, f"2026-02-0{day}")
        Issue.objects.filter(pk=past.pk).update(
            state="published",
            channels="site",
            published_at=dt.datetime(2026, 2, day, 8, tzinfo=dt.UTC),
        )
    Issue.objects.filter(pk=scheduled.pk).update(date=dt.date(2026, 3, 3))
    page = sam.post(
        at(scheduled), form_of(sam.get(at(scheduled)), at="2026-03-09T08:00", what="at")
    )
    warning = "The issue is dated Tuesday, 2026-03-03; it would go out on Monday, 2026-03-09."
    assert [one["text"] for one in page.context["warnings"]] == [warning]
    refused = sam.post(at(scheduled), form_of(page, accept=""))
    assert refused.status_code == 422 and f"Not ticked: {warning}" in text_of(refused)
    assert sam.post(at(scheduled), form_of(page)).status_code == 302


def test_a_bad_time_leaves_the_old_one(scheduled: Issue, sam: Client) -> None:
    page = sam.post(at(scheduled), form_of(sam.get(at(scheduled)), at="2026-03-01T08:00"))
    assert page.status_code == 422 and "This time has passed." in text_of(page)
    scheduled.refresh_from_db()
    assert scheduled.send_at == TOMORROW


def test_too_late_is_said_and_nothing_moves(scheduled: Issue, sam: Client, clock: Any) -> None:
    page = sam.post(
        at(scheduled), form_of(sam.get(at(scheduled)), at="2026-03-04T08:00", what="at")
    )
    sending.unschedule(scheduled, by="olga")
    answer = sam.post(at(scheduled), form_of(page))
    # A draft again: the press does not release it by surprise.
    assert answer.status_code == 409
    assert "It was taken back meanwhile, and is a draft now." in text_of(answer)
    scheduled.refresh_from_db()
    assert (scheduled.state, scheduled.send_at) == ("draft", None)
    with pytest.raises(sending.ActRefused):
        sending.reschedule(scheduled, by="sam", at=TOMORROW)


def test_a_send_page_left_open_moves_nothing(issue: Issue, sam: Client) -> None:
    page = sam.get(at(issue))
    sam.post(at(issue), form_of(sam.get(at(issue), {"at": "2026-03-03T08:00"})))
    answer = sam.post(at(issue), form_of(page), follow=True)
    assert "It was already released by sam. Nothing was sent twice." in text_of(answer)
    issue.refresh_from_db()
    assert issue.send_at == TOMORROW


def test_an_approval_that_holds_no_more_forbids_another_time(scheduled: Issue) -> None:
    Publication.objects.update(needs_approval=True)
    scheduled.refresh_from_db()
    with pytest.raises(sending.ActRefused, match="A second person must approve"):
        sending.reschedule(Issue.objects.get(pk=scheduled.pk), by="sam", at=TOMORROW)


def test_a_pair_moves_together(issue: Issue) -> None:
    other = builders.issue(
        issue.publication, slug="2026-03-02-zh", language="zh-Hans", original=issue
    )
    builders.item(other, issue.publication.categories.get(), "渡轮")
    issue.refresh_from_db()
    sending.release(issue, by="sam", at=TOMORROW)
    later = TOMORROW + dt.timedelta(hours=2)
    sending.reschedule(Issue.objects.get(pk=other.pk), by="sam", at=later)
    assert set(Issue.objects.values_list("state", "send_at")) == {("scheduled", later)}


# ---- the words of a time


@pytest.mark.parametrize(
    ("moment", "zone", "words"),
    [
        ("2026-03-02T20:00+00:00", "Europe/Berlin", "today at 21:00 (Berlin)"),
        # Tomorrow there, today in UTC.
        ("2026-03-02T20:00+00:00", "Asia/Shanghai", "tomorrow at 04:00 (Shanghai)"),
        ("2026-03-03T08:00+00:00", "UTC", "tomorrow at 08:00 (UTC)"),
        ("2026-03-04T08:00+00:00", "UTC", "on Wednesday 4 March at 08:00 (UTC)"),
        ("2027-01-01T08:00+00:00", "UTC", "on Friday 1 January 2027 at 08:00 (UTC)"),
        ("2026-03-02T20:00+00:00", "America/New_York", "today at 15:00 (New York)"),
        ("2026-10-25T00:30+00:00", "Europe/Berlin", "on Sunday 25 October at 02:30 (Berlin, CEST)"),
        ("2026-10-25T01:30+00:00", "Europe/Berlin", "on Sunday 25 October at 02:30 (Berlin, CET)"),
        (
            "2026-04-04T14:45+00:00",
            "Australia/Lord_Howe",
            "on Sunday 5 April at 01:45 (Lord Howe, UTC+11:00)",
        ),
    ],
)
def test_a_time_in_a_sentence(moment: str, zone: str, words: str) -> None:
    with translation.override("en"):
        assert times.in_words(dt.datetime.fromisoformat(moment), zone, NOW) == words
