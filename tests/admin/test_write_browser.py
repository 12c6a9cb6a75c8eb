"""The page to write on in real Chromium: by keyboard alone, on a phone, two people at once."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from newsletter.models import Issue
from subscribers.models import FormDraft, Publication
from tests import builders

from .test_browser import Window, daily, person  # noqa: F401

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]


def picture(window: Window, name: str) -> None:
    if folder := os.environ.get("SUDI_PICTURES"):
        window.page.screenshot(path=str(Path(folder) / f"write-{name}.png"), full_page=True)


@pytest.fixture
def draft(daily: Publication) -> Issue:  # noqa: F811
    issue = builders.issue(daily)
    for name in ("Night ferries return", "Two oaks saved", "Harbour wall mended"):
        builders.item(issue, daily.categories.get(name="City"), name)
    return issue


def titles(issue: Issue) -> list[str]:
    return list(issue.items.order_by("number").values_list("title", flat=True))


def until(check: Any, seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def writing(chromium: Any, base: str, who: Any, issue: Issue, **options: Any) -> Window:
    window = Window(chromium, base, who, **options)
    window.go(f"/admin/newsletter/issue/{issue.pk}/write/")
    window.page.locator("iframe[srcdoc]").wait_for(state="attached")
    return window


def test_a_draft_is_written_by_keyboard_alone(
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
    draft: Issue,
) -> None:
    window = writing(chromium, live_server.url, person("uma", daily, "editor"), draft)
    page = window.page
    address = page.url
    page.locator("#about [data-open]").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Alt+ArrowUp")
    until(lambda: titles(draft)[0] == "Two oaks saved")
    page.locator("[data-rows] li:first-child [data-open]:focus").wait_for()
    page.keyboard.press("Enter")
    page.locator("textarea[name=title]:focus").wait_for()
    page.keyboard.press("Control+A")
    began = time.monotonic()
    page.keyboard.type("Three oaks saved")
    page.frame_locator("iframe").get_by_text("Three oaks saved").first.wait_for()
    assert time.monotonic() - began < 5
    assert titles(draft)[0] == "Two oaks saved"
    page.keyboard.press("Control+S")
    until(lambda: titles(draft)[0] == "Three oaks saved")
    page.locator("[data-rows] li:first-child [data-open]:focus").wait_for()
    page.keyboard.press("Enter")
    page.locator("textarea[name=title]:focus").wait_for()
    page.keyboard.type("!")
    page.keyboard.press("Control+Enter")
    page.locator("[data-rows] li:nth-child(2) textarea[name=title]:focus").wait_for()
    page.keyboard.press("Escape")
    page.locator("[data-size]", has_text="largest mail").wait_for()
    assert page.url.split("#")[0] == address
    picture(window, "keyboard")
    window.close()


def test_characters_that_are_being_chosen_stay_where_they_are(
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
    draft: Issue,
) -> None:
    """An input method for Chinese: its Escape closes its own list, not the form, and the list of
    items is not renewed under it (a moved field loses what is chosen in it)."""
    window = writing(chromium, live_server.url, person("uma", daily, "editor"), draft)
    page = window.page
    method = page.context.new_cdp_session(page)
    held: list[Any] = []

    def hold(route: Any) -> None:
        if page.evaluate("window.hold") and route.request.method == "GET":
            held.append(route)
        else:
            route.continue_()

    page.locator("[data-rows] li:first-child [data-open]").click()
    page.locator("textarea[name=title]:focus").wait_for()
    page.keyboard.type("!")
    page.route(f"**/issue/{draft.pk}/write/", hold)
    page.evaluate("window.hold = true")
    page.keyboard.press("Control+Enter")
    title = page.locator("[data-rows] li:nth-child(2) textarea[name=title]:focus")
    title.wait_for()
    page.keyboard.press("Control+A")
    method.send(
        "Input.imeSetComposition", {"text": "gang kou", "selectionStart": 8, "selectionEnd": 8}
    )
    page.keyboard.press("Escape")
    assert title.input_value() == "gang kou"
    until(lambda: held or page.wait_for_timeout(50))
    page.evaluate("window.hold = false")
    held[0].continue_()
    page.wait_for_timeout(500)
    assert title.input_value() == "gang kou"
    method.send("Input.insertText", {"text": "港口"})
    assert title.input_value() == "港口"
    page.keyboard.press("Control+S")
    until(lambda: titles(draft)[1] == "港口")
    window.close()


def test_buttons_act_without_a_new_page_and_are_undone(
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
    draft: Issue,
) -> None:
    window = writing(chromium, live_server.url, person("uma", daily, "editor"), draft)
    page = window.page
    page.evaluate("window.stayed = true")
    page.locator("button[value=add][form=row-act]").click()
    page.locator("textarea[name=title]:focus").wait_for()
    page.keyboard.press("Control+A")
    page.keyboard.type("Fog on Monday")
    page.keyboard.press("Control+S")
    until(lambda: titles(draft)[-1] == "Fog on Monday")
    page.locator("[data-rows] li:nth-child(2) [data-open]").click()
    page.locator("details.sudi-more summary").click()
    page.locator("details.sudi-more button[value=delete]").click()
    until(lambda: "Two oaks saved" not in titles(draft))
    page.locator("[data-undo] button", has_text="delete item 2").click()
    until(lambda: titles(draft)[1] == "Two oaks saved")
    assert page.evaluate("window.stayed")
    window.close()


def test_two_people_at_one_item_lose_nothing(
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
    draft: Issue,
) -> None:
    one = writing(chromium, live_server.url, person("alice", daily, "editor"), draft)
    two = writing(chromium, live_server.url, person("bob", daily, "editor"), draft)
    for window in (one, two):
        window.page.locator("[data-rows] li:first-child [data-open]").click()
        window.page.locator("textarea[name=insight]").wait_for()
    two.page.locator("[data-others]", has_text="Also here: alice").wait_for()
    two.page.locator("textarea[name=insight]").fill("Bob saw the ferry.")
    two.page.keyboard.press("Control+S")
    until(lambda: draft.items.order_by("number")[0].insight == "Bob saw the ferry.")
    one.page.locator("textarea[name=insight]").fill("Alice saw the ferry.")
    one.page.locator("textarea[name=title]").fill("The ferry returns")
    one.page.keyboard.press("Control+S")
    theirs = one.page.locator(".sudi-theirs pre")
    theirs.wait_for()
    assert theirs.inner_text() == "Bob saw the ferry."
    assert one.page.locator("textarea[name=insight]").input_value() == "Alice saw the ferry."
    picture(one, "two-people")
    one.page.locator("input[name=theirs]").check()
    one.page.locator("[data-save]").click()
    until(lambda: draft.items.order_by("number")[0].title == "The ferry returns")
    assert draft.items.order_by("number")[0].insight == "Bob saw the ferry."
    one.errors = [error for error in one.errors if "409" not in error]  # The browser notes it.
    one.close()
    two.close()


@pytest.mark.parametrize("accident", ["close", "crash", "back", "reload", "other tab"])
def test_what_was_typed_survives(
    accident: str,
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
    draft: Issue,
) -> None:
    who = person("uma", daily, "editor")
    window = writing(chromium, live_server.url, who, draft)
    page = window.page
    page.locator("[data-rows] li:first-child [data-open]").click()
    page.locator("textarea[name=insight]").fill("A word nobody may lose.")
    if accident == "crash":
        until(FormDraft.objects.exists)  # Kept every few seconds.
    else:
        page.wait_for_timeout(300)
    if accident == "back":
        page.evaluate("location.assign('/admin/')")
        page.wait_for_url("**/admin/")  # Closed on its way, it may never close.
    elif accident == "reload":
        page.reload()
    elif accident == "other tab":
        other = window.context.new_page()
        other.goto(page.url)
        page.bring_to_front()
        until(FormDraft.objects.exists)
    else:
        page.close(run_before_unload=False)
    until(FormDraft.objects.exists)
    window.context.close()
    again = writing(chromium, live_server.url, who, draft)
    again.page.locator("[data-rows] li:first-child [data-open]").click()
    box = again.page.locator("textarea[name=insight]")
    box.wait_for()
    assert box.input_value() == "A word nobody may lose."
    again.page.locator("[data-unsaved-drop]").click()
    until(lambda: again.page.locator("textarea[name=insight]").input_value() != box)
    again.context.close()


def test_a_session_that_ends_is_said_and_loses_nothing(
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
    draft: Issue,
) -> None:
    who = person("uma", daily, "editor")
    window = writing(chromium, live_server.url, who, draft)
    page = window.page
    page.locator("[data-rows] li:first-child [data-open]").click()
    page.locator("textarea[name=insight]").fill("Typed before lunch.")
    Session.objects.all().delete()
    page.keyboard.press("Control+S")
    page.locator("[data-status]", has_text="session has ended").wait_for()
    assert FormDraft.objects.get().values["insight"] == ["Typed before lunch."]
    assert page.locator("textarea[name=insight]").input_value() == "Typed before lunch."
    window.context.close()


def test_what_is_typed_goes_with_its_item(
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
    draft: Issue,
) -> None:
    """Joined with what was typed a moment ago; a save that does not arrive is kept all the same."""
    window = writing(chromium, live_server.url, person("uma", daily, "editor"), draft)
    page = window.page
    second = page.locator("[data-rows] li:nth-child(2)")
    second.locator("[data-open]").click()
    page.locator("textarea[name=insight]").fill("Typed and not saved.")
    second.locator(".sudi-more summary").click()
    second.locator("button[value=merge]").click()
    until(lambda: draft.items.count() == 2)
    assert "Typed and not saved." in str(draft.items.values_list("bullets", "body")[0])
    page.get_by_role("button", name="join item 2").wait_for()
    assert not FormDraft.objects.exists()
    page.locator("[data-rows] li:first-child [data-open]").click()
    page.locator("textarea[name=insight]").fill("While the server was away.")
    page.route("**/item/**", lambda route: route.abort())
    page.keyboard.press("Control+S")
    page.locator("[data-status]", has_text="did not answer").wait_for()
    window.errors.clear()
    page.close(run_before_unload=False)
    until(FormDraft.objects.exists)
    assert FormDraft.objects.get().values["insight"] == ["While the server was away."]
    # Until it is saved every page of the draft says that it is in nobody's mail.
    window.page = window.context.new_page()
    window.go(f"/admin/newsletter/issue/{draft.pk}/preflight/")
    window.page.locator(".sudi-notice", has_text="Typed and not saved").wait_for()
    window.go(f"/admin/newsletter/issue/{draft.pk}/write/")
    window.page.locator("[data-rows] li:first-child", has_text="not saved").wait_for()
    window.context.close()


@pytest.mark.parametrize(("locale", "scheme"), [("en-GB", "light"), ("zh-CN", "dark")])
def test_on_a_phone_one_side_at_a_time(
    locale: str,
    scheme: str,
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
    draft: Issue,
) -> None:
    window = writing(
        chromium, live_server.url, person("uma", daily, "editor"), draft,
        locale=locale, color_scheme=scheme, viewport={"width": 375, "height": 740},
    )  # fmt: skip
    page = window.page
    assert page.locator(".sudi-write-left").is_visible()
    assert not page.locator(".sudi-write-right").is_visible()
    page.locator("[data-rows] li:first-child [data-open]").click()
    page.locator("textarea[name=title]").wait_for()
    picture(window, f"phone-{locale}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.locator("[data-turn]").click()
    assert page.locator("iframe").is_visible()
    assert not page.locator(".sudi-write-left").is_visible()
    picture(window, f"phone-preview-{locale}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    window.close()


def test_pictures_at_the_desk(
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
    draft: Issue,
) -> None:
    for locale, scheme in (("en-GB", "dark"), ("zh-CN", "light")):
        window = writing(
            chromium, live_server.url, person(f"u{scheme}", daily, "editor"), draft,
            locale=locale, color_scheme=scheme, viewport={"width": 1440, "height": 900},
        )  # fmt: skip
        window.page.locator("[data-rows] li:first-child [data-open]").click()
        window.page.locator("textarea[name=title]").wait_for()
        picture(window, f"desk-{locale}-{scheme}")
        window.close()
