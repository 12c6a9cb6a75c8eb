"""What is typed into a form, in real Chromium, when the server or the session is away."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from newsletter.models import Comment, Issue
from subscribers.models import FormDraft, Publication
from tests import builders

from .test_browser import Window, daily, person  # noqa: F401
from .test_write_browser import draft, until, writing  # noqa: F401

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]
BOX = "textarea[name=words]"
SEND = f"form:has({BOX}) button:not([type=button])"


def talking(chromium: Any, base: str, who: Any, issue: Issue) -> Window:
    window = Window(chromium, base, who)
    window.go(f"/admin/newsletter/issue/{issue.pk}/discussion/")
    return window


def test_nothing_is_sent_that_no_server_would_take(
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
) -> None:
    issue = builders.issue(daily)
    window = talking(chromium, live_server.url, person("uma", daily, "editor"), issue)
    page = window.page
    page.locator(BOX).fill("Pasted, and sent at once.")
    window.context.set_offline(True)
    page.locator(SEND).click()
    page.locator(".sudi-kept", has_text="Not sent").wait_for()
    assert page.locator(BOX).input_value() == "Pasted, and sent at once."
    window.context.set_offline(False)
    page.locator(SEND).dblclick()
    page.locator("p", has_text="Pasted, and sent at once.").wait_for()
    assert Comment.objects.get().text == "Pasted, and sent at once."
    until(lambda: not FormDraft.objects.exists())
    window.context.close()


def test_a_page_that_is_loaded_again_offers_what_was_typed_a_moment_ago(
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
) -> None:
    issue = builders.issue(daily)
    window = talking(chromium, live_server.url, person("uma", daily, "editor"), issue)
    page = window.page
    page.locator(BOX).fill("Typed a moment ago.")
    page.reload()
    page.locator("[data-take]").click()
    assert page.locator(BOX).input_value() == "Typed a moment ago."
    page.locator(SEND).click()
    until(Comment.objects.exists)
    until(lambda: not FormDraft.objects.exists())
    window.close()


def test_what_is_on_its_way_when_the_page_is_closed_arrives(
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
) -> None:
    issue = builders.issue(daily)
    window = talking(chromium, live_server.url, person("uma", daily, "editor"), issue)
    page = window.page
    held: list[Any] = []

    def hold(route: Any) -> None:
        if route.request.resource_type == "fetch":
            held.append(route)  # It never leaves; what a closing page sends does.
        else:
            route.continue_()

    page.route("**/unsaved/", hold)
    page.locator(BOX).fill("On a slow line.")
    until(lambda: page.evaluate("1") and held)
    page.evaluate("location.assign('/admin/')")
    until(FormDraft.objects.exists)
    assert FormDraft.objects.get().values["words"] == ["On a slow line."]
    window.context.close()


def test_after_a_login_in_another_tab_the_save_is_pressed_again(
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
    draft: Issue,  # noqa: F811
) -> None:
    who = person("uma", daily, "editor")
    window = writing(chromium, live_server.url, who, draft)
    page = window.page
    page.locator("[data-rows] li:first-child [data-open]").click()
    page.locator("textarea[name=insight]").fill("Typed before lunch.")
    Session.objects.all().delete()
    page.keyboard.press("Control+S")
    page.locator("[data-status]", has_text="session has ended").wait_for()
    again = Client()
    again.force_login(who)
    cookie = again.cookies["sessionid"].value
    # A login gives a new mark against forged requests, too.
    window.context.clear_cookies()
    window.context.add_cookies([{"name": "sessionid", "value": cookie, "url": window.base}])
    page.keyboard.press("Control+S")
    until(lambda: draft.items.order_by("number")[0].insight == "Typed before lunch.")
    until(lambda: not FormDraft.objects.exists())
    window.context.close()
