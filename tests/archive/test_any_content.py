"""What other tools, other scripts and careless hands write, on a page in a real Chromium."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests import builders
from tests.any_content import CONTENTS
from tests.site_settings import configure

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]

_AT = dt.datetime(2026, 3, 9, 7, tzinfo=dt.UTC)


@pytest.mark.parametrize("style", ["daily", "essay", "links"])
def test_a_page_fits_is_accessible_and_scrolls_what_is_wide(
    chromium: Any, live_server: Any, settings: Any, style: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    configure(settings, BASE_URL=live_server.url)
    publication = builders.publication("any", theme={"style": style})
    ships = builders.category(publication, "Ships")
    issue = builders.issue(publication, "2026-03-09", state="archived", published_at=_AT)
    for number, (name, text) in enumerate(CONTENTS.items()):
        builders.item(
            issue, ships, name, url=f"https://example.org/{number}", body=text, published_at=_AT,
            insight=text if number % 2 else "Plain.",
            bullets=[{"lead": "Point", "text": text.split("\n\n")[0]}],
        )  # fmt: skip
    page = chromium.new_page(viewport={"width": 375, "height": 800})
    headings = 1 + list(CONTENTS).index("headings")
    for address in ("/any/2026-03-09/", f"/any/2026-03-09/item-{headings}/"):
        # The first page of a process takes longest, and the machine may be busy.
        page.goto(live_server.url + address, timeout=120_000)
        for width in (320, 375, 640, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, width
        found = Axe().run(page).response["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
    page.goto(f"{live_server.url}/any/2026-03-09/")
    page.set_viewport_size({"width": 375, "height": 800})
    wide = page.locator(".scroll", has_text="Column 11").first
    assert wide.get_attribute("aria-label") == "Table"
    before = wide.evaluate("box => box.scrollLeft")
    wide.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("box => box.scrollLeft > 0", arg=wide.element_handle())
    assert before == 0
    page.context.close()
