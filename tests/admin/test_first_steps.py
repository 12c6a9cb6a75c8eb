"""First steps: each knows whether it is done, and the next one leads to its page."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from newsletter.admin import first_steps
from newsletter.models import Issue
from subscribers.models import AuditEntry, Publication, Role
from tests import builders

pytestmark = pytest.mark.django_db


def client(kind: str = "", publication: Publication | None = None) -> Client:
    user = User.objects.create(username="u", is_staff=True, password="!", is_superuser=not kind)
    if kind:
        Role.objects.create(user=user, publication=publication, kind=kind)
    made = Client()
    made.force_login(user)
    return made


def undone(publication: Publication) -> list[str]:
    return [s.title for s in first_steps.steps(publication) if not s.done and not s.optional]


def test_from_nothing_to_the_first_send() -> None:
    who = client()
    empty = who.get("/admin/first-steps/").content.decode()
    assert "There is no publication yet" in empty and "publication/add/" in empty
    daily = builders.publication(postal_identity="")
    assert who.get("/admin/first-steps/")["Location"] == "/admin/first-steps/daily/"
    assert undone(daily) == [
        "Say who sends it",
        "Make its categories",
        "Write the first issue",
        "Mail yourself a test",
        "Find readers",
        "Send the first issue",
    ]
    daily.postal_identity = "Harbour Press, Port"
    daily.save()
    city = builders.category(daily, "City")
    issue = builders.issue(daily)
    builders.item(issue, city, "News")
    assert undone(daily) == ["Mail yourself a test", "Find readers", "Send the first issue"]
    AuditEntry.objects.create(actor="u", publication=daily, action="send_test")
    builders.subscription(daily, "alice@example.org")
    step = first_steps.steps(daily)[-1]
    assert step.link == f"/admin/newsletter/issue/{issue.pk}/send/"
    Issue.objects.filter(pk=issue.pk).update(state="sent", finished_at=builders.NOW)
    assert undone(daily) == []
    assert "has gone out to its readers" in who.get("/admin/first-steps/daily/").content.decode()


def test_it_shows_the_next_step_and_only_what_one_may_do() -> None:
    daily = builders.publication(postal_identity="")
    page = client("editor", daily).get("/admin/first-steps/daily/").content.decode()
    assert "Your role here is not enough" in page
    found = re.search(r'aria-current="step".*?<strong>(.*?)</strong>', page, re.DOTALL)
    assert found and found[1] == "Say who sends it"
    assert 'href="/admin/newsletter/issue/new/?publication=daily"' in page


def test_the_first_issue_is_written_or_brought_in() -> None:
    daily = builders.publication()
    builders.category(daily, "City")
    page = client("editor", daily).get("/admin/first-steps/daily/").content.decode()
    step = page.partition('aria-current="step"')[2].partition("</li>")[0]
    assert 'href="/admin/newsletter/issue/new/?publication=daily"' in step
    assert 'href="/admin/newsletter/issue/import/"' in step


def test_a_stranger_to_the_publication_sees_nothing() -> None:
    builders.publication()
    who = client("owner", builders.publication("other"))
    assert who.get("/admin/first-steps/daily/").status_code == 404


def test_a_new_publication_leads_there() -> None:
    daily = builders.publication()
    data = {
        "name": "Evening", "slug": "evening", "language": "en", "time_zone": "Europe/Berlin",
        "from_name": "Evening", "from_address": daily.from_address, "open": "on",
        "undo_seconds": "180", "canary_size": "0", "canary_max_failures": "0",
        "late_start_minutes": "60", "slot_notice_minutes": "30", "welcome_days": "7",
        "labels": "{}", "roundup": "off", "roundup_weekday": "0", "roundup_day": "1",
        "roundup_hour": "8", "roundup_items": "20", "roundup_per_category": "0",
        "roundup_order": "starred",
    }  # fmt: skip
    answer = client().post("/admin/subscribers/publication/add/", data)
    assert answer.status_code == 302, answer.context_data["errors"]  # type: ignore[attr-defined]
    assert answer["Location"] == "/admin/first-steps/evening/"


def test_a_step_that_is_done_leads_to_the_next() -> None:
    who = client()
    daily = builders.publication(postal_identity="")
    sender, categories, *_rest = first_steps.steps(daily)
    form = who.get(sender.link)
    assert form.status_code == 200
    shown = {one.html_name: one.value() for one in form.context["adminform"].form}
    data = {key: value for key, value in shown.items() if value is not None and value is not False}
    data["postal_identity"] = "Harbour Press, Port"
    back = "/admin/first-steps/daily/"
    assert who.post(sender.link, data)["Location"] == back
    look = {"colour": "#2f6fb0", "visibility": "open", "position": "0"}
    assert who.post(categories.link, {"name": "City", **look})["Location"] == back
    # Whoever came by another way stays there, and nobody is led off the site.
    for query in ("", "?from=https://evil.example/"):
        address = categories.link.partition("?")[0] + query
        gone = who.post(address, {"name": f"Nature{query[:5]}", **look})["Location"]
        assert gone == "/admin/subscribers/category/?publication=daily"
    daily.refresh_from_db()
    assert undone(daily)[0] == "Write the first issue"


def test_the_first_issue_begins_with_nothing_unasked() -> None:
    who = client()
    daily = builders.publication()
    address = "/admin/newsletter/issue/new/?publication=daily"
    html = who.get(address).content.decode()
    assert 'type="hidden" name="how" value="empty"' in html and "Begin with" not in html
    assert "last issue’s title" not in html
    who.post(address, {"how": "empty", "date": "2026-03-02", "title": ""})
    assert Issue.objects.get(publication=daily).title == "Harbour Daily - 2026-03-02"
