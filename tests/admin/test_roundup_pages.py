"""The editors' pages about round-ups: what one would hold, stars, mends, notices."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from newsletter import sending
from newsletter.issues import roundups
from newsletter.models import Issue, Item, Roundup
from newsletter.sending import roundups as chores
from subscribers import housekeeping
from subscribers.models import AuditEntry, Publication
from tests import builders
from tests.admin.test_pages import client, page, press, user
from tests.issues.test_roundups import FRIDAY, harbour, issue_of, titles, week

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(FRIDAY, tick=False) as moment:
        yield moment


@pytest.fixture
def daily() -> Publication:
    return harbour()


def today(publication: Publication, query: str = "") -> str:
    return reverse("admin:newsletter_issue_roundup", args=[publication.slug]) + query


def test_the_page_shows_what_it_would_hold_and_makes_it_once(daily: Publication) -> None:
    issue_of(daily, "2026-03-02T08:00", "A ship", "Trade: corn")
    editor = client(user("eva", daily, "editor"))
    shown = editor.get(today(daily))
    html = shown.content.decode()
    assert shown.status_code == 200 and "A ship" in html and "Trade: corn" in html
    assert "2026-03-13 17:00 UTC" in html
    assert not Issue.objects.filter(kind="roundup").exists()  # Looking makes nothing.
    assert today(daily) in editor.get(reverse("admin:index")).content.decode()
    for _time in range(2):
        made = editor.post(today(daily))
        issue = Issue.objects.get(kind="roundup")
        assert made["Location"] == page("change", issue)
    assert titles(issue) == ["A ship", "Trade: corn"]
    assert AuditEntry.objects.get(action="roundup made").actor == "eva"


def test_c15_the_next_draft_is_told_in_the_time_of_the_publication(daily: Publication) -> None:
    Publication.objects.update(time_zone="Asia/Shanghai")
    html = client(user("eva", daily, "editor")).get(today(daily)).content.decode()
    assert " 17:00 Asia/Shanghai (CST)" in html


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ("2026-03-07", "2026-03-07", "The period lies in the future."),
        ("2026-03-02", "2026-03-30", "last day lies in the future"),
        ("2026-03-05", "2026-03-02", "The period ends before it begins."),
        ("yesterday", "2026-03-02", "Enter a valid date."),
    ],
)
def test_other_days_are_checked_at_their_fields(
    daily: Publication, since: str, until: str, words: str
) -> None:
    issue_of(daily, "2026-03-02T08:00", "A ship")
    editor = client(user("eva", daily, "editor"))
    for answer in (
        editor.get(today(daily, f"?since={since}&until={until}")),
        editor.post(today(daily), {"since": since, "until": until}),
    ):
        assert answer.status_code == 422 and words in answer.content.decode()
    assert not Roundup.objects.exists()
    good = {"since": "2026-03-02", "until": "2026-03-03"}
    assert editor.post(today(daily), good).status_code == 302
    assert Roundup.objects.get().until == dt.date(2026, 3, 3)


def test_only_who_may_edit_there_makes_one(daily: Publication) -> None:
    issue_of(daily, "2026-03-02T08:00", "A ship")
    other = builders.publication("other", roundup="weekly")
    for who in (user("olga", other, "owner"), user("rita", daily, "reader_care")):
        assert client(who).post(today(daily)).status_code in (403, 404)
    Publication.objects.filter(pk=daily.pk).update(roundup="off")
    editor = client(user("eva", daily, "editor"))
    assert "keeps no round-up" in editor.get(today(daily)).content.decode()
    assert editor.post(today(daily)).status_code == 200
    assert not Roundup.objects.exists()


def test_a_star_is_given_in_any_state_and_decides_what_comes_first(daily: Publication) -> None:
    issue = issue_of(daily, "2026-03-02T08:00", "a", "b")
    assert issue.state == "archived"
    editor = client(user("eva", daily, "editor"))
    second = issue.items.get(number=2)
    for do, starred in (("star", True), ("star", True), ("unstar", False), ("star", True)):
        editor.post(page("star", issue), {"item": second.pk, "do": do})
        second.refresh_from_db()
        assert second.starred is starred
    assert AuditEntry.objects.filter(action__contains="starred").count() == 3
    assert titles(roundups.make(daily, week(daily)).issue) == ["b", "a"]
    assert editor.post(page("star", issue), {"item": "0", "do": "star"}).status_code == 404
    assert client(user("rita", daily, "reader_care")).post(
        page("star", issue), {"item": second.pk, "do": "star"}
    ).status_code == 403  # fmt: skip


def test_the_draft_is_reordered_dropped_shortened_and_led_and_goes_out(
    daily: Publication,
) -> None:
    """Everything an editor does to it, and what the reader then holds."""
    issue_of(daily, "2026-03-02T08:00", "a", "b", "c")
    reader = builders.subscription(daily, "alice@example.org", rhythm="weekly")
    sender = client(user("sam", daily, "sender"))
    sender.post(today(daily))
    issue = Issue.objects.get(kind="roundup")
    a, b, c = issue.items.order_by("number")
    sender.post(page("order", issue), {"item": c.pk, "do": "up"})
    sender.post(page("order", issue), {"item": a.pk, "do": "hide"})
    sender.post(
        page("item", issue, b.pk),
        {"title": "b, shortened", "category": b.category_id, "source_lines": "", "bullets": ""},
    )
    head = {"title": "The week", "date": str(issue.date), "intro": "A lead of its own."}
    sender.post(page("about", issue), head)
    assert press(sender, issue).status_code == 302
    sending.sweep()
    issue.refresh_from_db()
    assert issue.state == "sending"
    edition = issue.editions.get(none_because="")
    names = dict(Item.objects.values_list("pk", "title"))
    assert [names[pk] for pk in edition.items] == ["c", "b, shortened"]
    assert "A lead of its own." in sending.unpack(edition).text
    assert issue.title == "The week" and reader.pk
    # The originals are as they were.
    original = Issue.objects.get(kind="regular")
    assert titles(original) == ["a", "b", "c"]


def test_a_mended_original_offers_its_mend_to_the_copy(daily: Publication, clock: Any) -> None:
    first = issue_of(daily, "2026-03-02T08:00", "a", "b")
    issue = roundups.make(daily, week(daily)).issue
    assert issue is not None
    Issue.objects.filter(pk=issue.pk).update(approved_by=user("anna"))
    editor = client(user("eva", daily, "editor"))
    sender = client(user("uma", daily, "sender"))
    assert "corrected since" not in editor.get(page("change", issue)).content.decode()
    clock.shift(dt.timedelta(hours=1))
    for number in (1, 2):
        original = first.items.get(number=number)
        correcting = page("correct_item", first, original.pk)
        sender.post(
            correcting,
            {
                "seen": sender.get(correcting).context_data["seen"],
                "title": f"{original.title}, mended",
                "category": original.category_id,
                "source_lines": "The Other | https://other.example.org/",
                "bullets": "",
                "note": "The name was wrong.",
            },
        )
    html = editor.get(page("change", issue)).content.decode()
    assert html.count("corrected since") == 2 and "a, mended" in html
    one, two = issue.items.order_by("number")
    clock.shift(dt.timedelta(minutes=1))
    editor.post(page("mend", issue), {"item": two.pk, "do": "keep"})
    editor.post(page("mend", issue), {"item": one.pk, "do": "take"})
    assert titles(issue) == ["a, mended", "b"]
    assert [link.url for link in one.links.all()] == ["https://other.example.org/"]
    assert "corrected since" not in editor.get(page("change", issue)).content.decode()
    issue.refresh_from_db()
    assert issue.approved_by_id is None
    assert editor.post(page("mend", issue), {"item": one.pk, "do": "take"}).status_code == 404


def test_a_released_round_up_takes_no_mend_by_itself(daily: Publication, clock: Any) -> None:
    first = issue_of(daily, "2026-03-02T08:00", "a")
    issue = roundups.make(daily, week(daily)).issue
    assert issue is not None
    clock.shift(dt.timedelta(hours=1))
    first.items.update(title="mended", corrected_at=FRIDAY + dt.timedelta(hours=1))
    Issue.objects.filter(pk=issue.pk).update(
        state="scheduled", send_at=FRIDAY + dt.timedelta(days=1)
    )
    editor = client(user("eva", daily, "editor"))
    copy = issue.items.get()
    editor.post(page("mend", issue), {"item": copy.pk, "do": "take"})
    assert titles(issue) == ["a"]


def test_an_empty_period_and_one_that_did_not_go_are_noticed_until_seen(
    daily: Publication, clock: Any
) -> None:
    editor = client(user("eva", daily, "editor"))
    chores.sweep()
    home = reverse("admin:index")
    assert "nothing had appeared" in editor.get(home).content.decode()
    row = Roundup.objects.get()
    stranger = client(user("olga", builders.publication("other"), "owner"))
    assert "nothing had appeared" not in stranger.get(home).content.decode()
    seen = reverse("admin:newsletter_issue_roundup_seen", args=[row.pk])
    assert stranger.post(seen).status_code in (403, 404)
    assert editor.get(seen).status_code == 405
    editor.post(seen)
    assert "nothing had appeared" not in editor.get(home).content.decode()
    Publication.objects.update(roundup_by_itself=True, from_address="")
    issue_of(daily, "2026-03-09T08:00", "a")
    clock.shift(dt.timedelta(days=7))
    chores.sweep()
    html = editor.get(home).content.decode()
    assert "did not go by itself" in html and "has no sender address" in html


def test_s7_the_weekly_readers_of_0_1_0_are_told_of_until_somebody_decides() -> None:
    publication = harbour(roundup="off")
    reader = builders.subscription(publication, "alice@example.org", rhythm="weekly")
    owner, editor = (client(user(n, publication, n)) for n in ("owner", "editor"))
    home = reverse("admin:index")
    assert "which version 0.1.0 offered and never made" in owner.get(home).content.decode()
    assert "version 0.1.0" not in editor.get(home).content.decode()
    end = reverse("admin:newsletter_issue_roundup_end", args=[publication.slug])
    assert editor.post(end).status_code == 403
    assert owner.post(end).status_code == 302
    assert "version 0.1.0" not in owner.get(home).content.decode()
    housekeeping.sweep()
    reader.refresh_from_db()
    assert reader.rhythm == "every"
