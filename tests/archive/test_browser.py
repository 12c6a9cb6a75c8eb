"""The public pages in a real Chromium: axe, no sideways scrolling, no other host, nothing runs.

Set SUDI_PICTURES to a folder to keep a picture of every page.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest

from newsletter.editions.search import entries
from newsletter.models import Issue, Revision
from subscribers import links
from subscribers.models import Category, Publication
from tests import builders
from tests.site_settings import configure

from .test_site import HOSTILE

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]

MONDAY = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
# One code point is one column or two: a title of 10,000 has to break somewhere.
LONG = ["W" * 500, "长" * 500, "https://example.org/" + "a" * 480]


@pytest.fixture
def harbour(live_server: Any, settings: Any) -> SimpleNamespace:
    """A Chinese publication with every part a page can show, served over a real socket."""
    configure(settings, BASE_URL=live_server.url)
    zh = builders.publication(
        "gang", name="港湾速递", language="zh-Hans", description="每个工作日清晨的一份速递。",
        theme={"accent": "#c8d400", "logo": "/static/newsletter/icon-512.png",
               "logo_alt": "箭头", "logo_width": 40, "logo_height": 40},
    )  # fmt: skip
    market = builders.category(zh, "市场观察", slug="市场观察", description="大宗商品与企业")
    ships = builders.category(zh, "航运动态", slug="航运动态", colour="#ffe600")
    first = builders.issue(
        zh, "2026-02-27", state="archived", published_at=MONDAY - dt.timedelta(3)
    )
    builders.item(first, ships, "旧闻", published_at=first.published_at)
    issue = builders.issue(
        zh, "2026-03-02", title="🚢 港湾速递 - 2026年3月2日", intro="早上好。",
        state="archived", published_at=MONDAY, corrected_at=MONDAY,
    )  # fmt: skip
    for number in range(4):
        builders.item(
            issue, (market, ships)[number % 2], f"第{number}条：运价连续第五周下跌",
            published_at=MONDAY, corrected_at=MONDAY if number == 1 else None,
            body="| a | b |\n|---|---|\n| 1 | 2 |\n\n> 引用\n\n```\ncode\n```",
            extra={"编辑": "王"},
            bullets=[{"lead": "成本", "text": "降 6%", "children": [{"lead": "", "text": "说明"}]}],
        )  # fmt: skip
    builders.tail_link(issue, "春季潮汐表")
    Revision.objects.create(issue=issue, number=1, kind="correction", note="更正说明", at=MONDAY)
    english = builders.issue(
        zh, "2026-03-02", slug="2026-03-02-en", language="en", title="In English",
        original=issue, state="archived", published_at=MONDAY,
    )  # fmt: skip
    builders.item(english, ships, "Rates fall", published_at=MONDAY)
    builders.publication("quiet", name="Quiet Weekly")
    alice = builders.subscription(zh, "alice@example.org", [ships])
    token = links.make(links.Purpose.FEED, alice.pk, alice.feed_serial)
    return SimpleNamespace(url=live_server.url, zh=zh, ships=ships, token=token)


class Window:
    """A page that keeps what a reader should never see: foreign requests, errors, dialogs."""

    def __init__(self, browser: Any, base: str, **options: Any) -> None:
        self.base = base
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.wrong: list[str] = []
        self.page.on("request", self._request)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("dialog", self._dialog)

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.base, "data:")):
            self.wrong.append(f"foreign: {request.url}")

    def _console(self, message: Any) -> None:
        if "status of 404" not in message.text:  # Chromium's own line on our 404 page
            self.wrong.append(f"console: {message.text}")

    def _dialog(self, dialog: Any) -> None:
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def go(self, address: str, name: str = "") -> None:
        """Open a page; nothing may be wider than the window."""
        self.page.goto(self.base + address)
        if name and (folder := os.environ.get("SUDI_PICTURES")):
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
        width = self.page.viewport_size["width"]
        assert self.page.evaluate("document.documentElement.scrollWidth") <= width, address

    def close(self) -> None:
        self.context.close()
        assert self.wrong == []


SIGHTS = [
    pytest.param(1280, "light", "zh-hans"),
    pytest.param(375, "dark", "en"),
    pytest.param(375, "light", "zh-hans", marks=pytest.mark.long),
    pytest.param(1280, "dark", "en", marks=pytest.mark.long),
    pytest.param(375, "light", "en", marks=pytest.mark.long),
    pytest.param(1280, "dark", "zh-hans", marks=pytest.mark.long),
]


@pytest.mark.parametrize(("width", "scheme", "language"), SIGHTS)
def test_every_page_is_accessible_and_asks_no_other_host(
    chromium: Any, harbour: SimpleNamespace, width: int, scheme: str, language: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    ships, market = quote("航运动态"), quote("市场观察")
    entries.sweep()
    pages = {
        "front": "/",
        "archive": "/gang/",
        "issue": "/gang/2026-03-02/",
        "category": f"/gang/c/{ships}/",
        "selection": f"/gang/?category={market}&category={ships}",
        "feeds": f"/gang/feeds/?category={market}&category={ships}",
        "own-feed": f"/s/f/{harbour.token}/",
        "search": f"/gang/search/?q={quote('运价')}&since=2026-03-01",
        "search-source": "/gang/search/?source=example.org",
        "search-nothing": "/gang/search/?q=submarine",
        "item": "/gang/2026-03-02/item-2/",
        "months": "/gang/months/",
        "month": "/gang/months/2026-03/",
        "source": "/gang/sources/example.org/",
        "empty": "/quiet/",
        "not-found": "/nope/",
    }
    window = Window(
        chromium, harbour.url, viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    for name, address in pages.items():
        mark = "&" if "?" in address else "?"
        window.go(f"{address}{mark}lang={language}", f"{name}-{width}-{scheme}-{language}")
        if name == "selection":
            window.page.locator("summary").click()
        found = Axe().run(window.page).response["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == [], name
    window.close()


def test_the_feed_page_works_by_keyboard(chromium: Any, harbour: SimpleNamespace) -> None:
    window = Window(chromium, harbour.url, viewport={"width": 375, "height": 800})
    window.go("/gang/feeds/")
    page = window.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#content"
    assert page.locator(".skip").bounding_box()["width"] > 50  # seen once it has the focus
    for _ in range(30):
        if page.evaluate("document.activeElement.value") == "航运动态":
            break
        page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Space")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    made = page.locator("[role=status] a")
    path = f"/gang/c/{quote('航运动态')}/feed"
    assert [made.nth(n).get_attribute("href") for n in range(3)] == [
        f"{harbour.url}{path}.{form}" for form in ("atom", "rss", "json")
    ]
    window.close()


def test_contents_lead_to_their_item(chromium: Any, harbour: SimpleNamespace) -> None:
    window = Window(
        chromium, harbour.url, viewport={"width": 375, "height": 600}, reduced_motion="reduce"
    )
    window.go("/gang/2026-03-02/")
    window.page.locator(".contents a").nth(3).click()
    assert window.page.url.endswith("#item-4")
    assert 0 <= window.page.locator("#item-4").bounding_box()["y"] < 100
    window.close()


def test_hostile_content_does_not_run_and_breaks_no_layout(
    chromium: Any, harbour: SimpleNamespace
) -> None:
    """Every text in every field of an item, each item followed by a harmless one."""
    issue = builders.issue(harbour.zh, "2026-03-03", state="archived", published_at=MONDAY)
    texts = [*HOSTILE, *LONG]
    for text in texts:
        builders.item(
            issue, harbour.ships, text, insight=text, body=text, extra={text: text}, url=text,
            bullets=[{"lead": text, "text": text, "children": [{"lead": text, "text": text}]}],
            published_at=MONDAY,
        )  # fmt: skip
        builders.item(issue, harbour.ships, "Harmless", published_at=MONDAY)
    entries.sweep()
    window = Window(chromium, harbour.url, viewport={"width": 375, "height": 800})
    page = window.page
    addresses = [
        "/",
        "/gang/",
        "/gang/2026-03-03/",
        f"/gang/c/{quote('航运动态')}/",
        "/gang/feeds/",
        "/gang/2026-03-03/item-1/",
        "/gang/sources/example.org/",
    ]
    for text in (HOSTILE[1], HOSTILE[7], HOSTILE[10], LONG[1]):
        Publication.objects.filter(slug="gang").update(name=text[:100], description=text)
        Category.objects.filter(pk=harbour.ships.pk).update(name=text[:60], description=text[:200])
        Issue.objects.filter(pk=issue.pk).update(
            title=text[:300], intro=text, extra={"tail_title": text}
        )
        for address in addresses:
            window.go(address)
            assert page.locator("main").is_visible()
            assert page.locator("footer").is_visible()
            assert page.locator("main iframe, main style, main script, main img").count() == 0
        window.go("/gang/2026-03-03/")
        assert page.locator("main form").count() == 0
        for place in range(2, 2 * len(texts) + 1, 2):
            other = page.locator(f"#item-{place}")
            assert other.locator("h2").inner_text().strip() == f"{place} Harmless"
            assert other.bounding_box()["width"] == 343
            assert other.locator(".insight").is_visible()
    window.close()
