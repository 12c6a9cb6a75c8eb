"""Signing in, an issue's items and a form of the set-up, in a browser that runs no script."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from newsletter.models import Issue
from subscribers.models import Publication
from tests import builders

from .test_browser import daily

__all__ = ["daily"]
pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]
PASSWORD = "ferry-quay-77"


def test_from_the_login_to_a_saved_publication(
    chromium: Any, live_server: Any, daily: Publication
) -> None:
    User.objects.create_superuser("olga", "olga@example.org", PASSWORD)
    issue = builders.issue(daily, "2026-03-09")
    for title in ("A ship came in", "A tide went out", "Grain is up"):
        builders.item(issue, daily.categories.all()[0], title)
    context = chromium.new_context(
        java_script_enabled=False, locale="en-GB", viewport={"width": 1280, "height": 900}
    )
    page = context.new_page()
    page.goto(live_server.url + "/admin/login/")
    page.fill("[name=username]", "olga")
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.goto(live_server.url + reverse("admin:newsletter_issue_change", args=[issue.pk]))
    last = page.locator("#content details, main details").nth(2)
    last.locator("summary").click()
    last.locator("[name=place]").fill("1")
    last.get_by_role("button", name="Move").click()
    page.wait_for_load_state()
    assert titles(issue) == ["Grain is up", "A ship came in", "A tide went out"]
    page.get_by_role("button", name="Undo: move item 3").click()
    page.wait_for_load_state()
    assert titles(issue) == ["A ship came in", "A tide went out", "Grain is up"]
    # Nothing that only a script closes lies over a page of the framework's own.
    page.goto(live_server.url + reverse("admin:subscribers_publication_change", args=[daily.pk]))
    page.fill("[name=description]", "Of ships and tides.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_load_state()
    daily.refresh_from_db()
    assert daily.description == "Of ships and tides."
    context.close()


def titles(issue: Issue) -> list[str]:
    return list(issue.items.order_by("number").values_list("title", flat=True))
