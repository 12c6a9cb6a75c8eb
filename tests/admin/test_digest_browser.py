"""A digest written in Chromium from addresses and notes to its release, by counted actions.

And what the desk does beside it: items moved by pointer, finger and number, the preview of one
item, and what is typed into a form of the set-up and left.
"""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from newsletter.issues import linked_page
from newsletter.issues.linked_page import Page
from newsletter.models import Issue
from subscribers.models import FormDraft, Publication
from tests import builders

from .test_browser import Window, daily, person  # noqa: F401
from .test_write_browser import picture, titles, until, writing

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]
# Of an issue of ten items, from nothing to the countdown.
MOST_ACTIONS = 60


class Hands:
    """Counts as a person would: keys in one field are one action, each press another."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.actions = 0
        self._field = ""

    def press(self, locator: Any) -> None:
        self.actions += 1
        self._field = ""
        locator.click()

    def type(self, field: str, text: str, *keys: str) -> None:
        """Into the field of this name, wherever the focus is; keys such as Enter go there too."""
        box = self.page.locator(f"[name={field}]:visible").first
        self.actions += 1
        if box.evaluate("one => one.tagName") == "SELECT":
            box.select_option(label=text)
        else:
            box.fill(text)
        for key in keys:
            box.press(key)


def test_ten_items_from_addresses_to_the_countdown_in_sixty_actions(
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    builders.subscription(daily, "alice@example.org")
    builders.issue(daily, "2026-03-01", state=Issue.State.ARCHIVED, published_at=builders.NOW)

    def fetch(address: str) -> Page:
        number = address.rpartition("/")[2]
        return Page(f"Story {number} of the harbour", "The Paper", None, address)

    monkeypatch.setattr(linked_page, "fetch", fetch)
    window = Window(chromium, live_server.url, person("uma", daily, "sender"))
    window.go("/admin/newsletter/issue/")
    page, hands = window.page, Hands(window.page)
    hands.press(page.get_by_role("link", name="New issue").first)
    hands.press(page.get_by_role("button", name="Begin"))
    hands.press(page.get_by_role("link", name="Write", exact=True))
    page.locator("iframe[srcdoc]").wait_for(state="attached")
    page.evaluate("window.stayed = true")
    for number in range(1, 11):
        hands.type("url", f"https://paper.example.org/{number}", "Enter")
        page.locator("textarea[name=title]:focus").wait_for()
        hands.type("insight", f"What it means for the port, note {number}.")
        hands.type("category", "City" if number % 2 else "Nature", "Control+s")
        page.locator(f"[data-rows] li:nth-child({number}) .sudi-chip", has_text="y").or_(
            page.locator(f"[data-rows] li:nth-child({number}) .sudi-chip", has_text="Nature")
        ).first.wait_for()
        until(lambda: not page.locator("form[data-editing]").count())
    assert page.evaluate("window.stayed")  # No page was loaded anew.
    issue = Issue.objects.get(state=Issue.State.DRAFT)
    assert titles(issue) == [f"Story {number} of the harbour" for number in range(1, 11)]
    assert [item.insight for item in issue.items.order_by("number")][9].endswith("note 10.")
    hands.press(page.get_by_role("link", name=re.compile("Review and send")).first)
    hands.press(page.get_by_role("button", name=re.compile("^Send")).last)
    page.locator("[data-countdown]").first.wait_for()
    issue.refresh_from_db()
    assert issue.state == Issue.State.SCHEDULED
    print(f"actions: {hands.actions}")
    assert hands.actions <= MOST_ACTIONS
    assert window.errors == [] and window.foreign == []
    window.close()


def test_items_are_moved_by_pointer_finger_and_number(
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
) -> None:
    issue = builders.issue(daily)
    for name in ("One", "Two", "Three", "Four"):
        builders.item(issue, daily.categories.get(name="City"), name)
    who = person("uma", daily, "editor")
    window = writing(chromium, live_server.url, who, issue)
    page = window.page

    def handle(number: int) -> Any:
        return page.locator(f"[data-rows] li:nth-child({number}) [data-drag]")

    def middle(number: int) -> tuple[float, float]:
        box = handle(number).bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    start, end = middle(1), middle(3)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0], start[1] + 12)
    page.mouse.move(end[0], end[1] + 15, steps=4)
    picture(window, "drag")
    page.mouse.up()
    until(lambda: titles(issue) == ["Two", "Three", "One", "Four"])
    assert not page.locator("dialog[open]").count()  # The end of a drag is no press.
    # By number: the same handle, pressed.
    handle(1).click()
    page.locator("dialog[open] input[name=place]:focus").wait_for()
    picture(window, "place")
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    until(lambda: titles(issue) == ["Three", "One", "Four", "Two"])
    # And by keys alone, once the focus is at the item that was moved.
    page.locator("[data-rows] li:nth-child(4) [data-open]:focus").wait_for()
    page.locator("[data-rows] li:nth-child(3) [data-open]").focus()
    page.keyboard.press("m")
    page.locator("dialog[open] input[name=place]:focus").wait_for()
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    until(lambda: titles(issue) == ["Four", "Three", "One", "Two"])
    window.close()
    # A finger on a phone.
    window = writing(
        chromium, live_server.url, who, issue,
        viewport={"width": 375, "height": 740}, has_touch=True, is_mobile=True,
    )  # fmt: skip
    page = window.page
    page.locator("#about").evaluate("one => one.scrollIntoView()")
    page.evaluate("window.scrollBy(0, -80)")  # From under the bar that stays.
    start, end = middle(4), middle(1)
    touch = page.context.new_cdp_session(page)

    def finger(kind: str, *at: float) -> None:
        points = [{"x": at[0], "y": at[1]}] if at else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    finger("touchStart", *start)
    for step in range(1, 6):
        finger("touchMove", start[0], start[1] + (end[1] - 40 - start[1]) * step / 5)
    finger("touchEnd")
    until(lambda: titles(issue) == ["Two", "Four", "Three", "One"])
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert window.errors == []
    window.close()


def test_while_typing_the_item_alone_is_made(
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
) -> None:
    issue = builders.issue(daily)
    for name in ("One", "Two", "Three"):
        builders.item(issue, daily.categories.get(name="City"), name, insight=f"Of {name}.")
    window = Window(chromium, live_server.url, person("uma", daily, "editor"))
    page = window.page
    asked: list[str] = []

    def slow(route: Any) -> None:
        sent = route.request.post_data or ""
        what = "part" if 'name="part"' in sent else "size" if 'name="measure"' in sent else "whole"
        asked.append(what)
        if what == "whole":
            time.sleep(0.4)  # As a mail of hundreds of items takes.
        route.continue_()

    page.route("**/live/", slow)
    window.go(f"/admin/newsletter/issue/{issue.pk}/write/")
    frame = page.frame_locator("iframe")
    frame.get_by_text("Of Two.").wait_for()
    page.locator("[data-rows] li:nth-child(2) [data-open]").click()
    box = page.locator("textarea[name=insight]")
    box.wait_for()
    # Waited for by the browser's own clock: it answers what the page asks for meanwhile.
    until(lambda: page.wait_for_timeout(50) or asked.count("whole") >= 2)
    page.wait_for_timeout(600)
    asked.clear()
    box.press_sequentially(" And the tide.")
    frame.get_by_text("Of Two. And the tide.").or_(
        frame.get_by_text("And the tide.")
    ).first.wait_for()
    assert set(asked) == {"part"}
    for other in ("Of One.", "Of Three."):
        assert frame.get_by_text(other).is_visible()
    until(lambda: page.wait_for_timeout(50) or "whole" in asked)
    page.unroute_all(behavior="wait")
    assert window.errors == []
    window.close()


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_a_form_of_the_set_up_loses_nothing_either(
    locale: str,
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
) -> None:
    who = person("olga", daily, "owner")
    city = daily.categories.get(name="City")
    for url, field in (
        (f"/admin/subscribers/category/{city.pk}/", "description"),
        (f"/admin/subscribers/publication/{daily.pk}/change/", "postal_identity"),
    ):
        window = Window(
            chromium, live_server.url, who, locale=locale, viewport={"width": 375, "height": 740}
        )
        page = window.page
        window.go(url)
        page.keyboard.press("?")
        page.locator("#sudi-keys[open]").wait_for()
        page.keyboard.press("Escape")
        page.keyboard.press("Control+k")
        page.locator("#sudi-palette[open] input:focus").wait_for()
        page.keyboard.press("Escape")
        was = page.locator(f"[name={field}]").input_value()
        page.locator(f"[name={field}]").fill("Quays & streets")
        page.goto(f"{live_server.url}/admin/")  # Left without a word.
        until(FormDraft.objects.exists)
        window.close()
        again = Window(
            chromium, live_server.url, who, locale=locale, viewport={"width": 375, "height": 740}
        )
        page = again.page
        again.go(url)
        box = page.locator(f"[name={field}]")
        page.locator("[data-take]").wait_for()
        picture(again, f"offered-{field}-{locale}")
        assert box.input_value() == was
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
        page.keyboard.press("Control+s")
        assert FormDraft.objects.exists()  # Nothing is saved before it is decided.
        page.locator("[data-take]").click()
        assert box.input_value() == "Quays & streets"
        assert not page.locator("[data-offered]").count()
        page.goto(f"{live_server.url}/admin/")
        again.go(url)
        page.locator("[data-throw-away]").click()
        until(lambda: not FormDraft.objects.exists())
        assert page.locator(f"[name={field}]").input_value() == was
        assert again.errors == []
        again.close()
