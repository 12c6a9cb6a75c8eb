"""The mail in a real Chromium: axe, sizes, no other host, and hostile text stays text.

Set SUDI_PICTURES to a folder to keep a picture of every mail.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from newsletter import rendering
from tests import sample_issues as issues
from tests.any_content import CONTENTS
from tests.rendering.clients import broken, seen_by
from tests.rich_issue import rich

pytestmark = pytest.mark.needs("chromium")


def opened(browser: Any, html: str, width: int, scheme: str) -> tuple[Any, list[str]]:
    """The mail as a page with everything allowed, and what it asked of the network."""
    page = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme
    ).new_page()
    asked: list[str] = []

    def answer(route: Any) -> None:
        if route.request.url == "http://mail.example/":
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        else:
            asked.append(route.request.url)
            route.abort()

    page.route("**/*", answer)
    page.goto("http://mail.example/")
    return page, asked


def edition(view: Any, **extra: Any) -> rendering.Rendered:
    publication = issues.publication(view.language, **extra)
    return rendering.prepare(view, publication).edition(view.mask)


@pytest.mark.parametrize(
    "style, count, language",
    [
        *(("daily", count, language) for count in (1, 10, 133) for language in ("en", "zh-Hans")),
        ("essay", 10, "en"),
        ("essay", 10, "zh-Hans"),
        ("links", 10, "en"),
        ("links", 133, "zh-Hans"),
    ],
)
def test_a_mail_is_accessible_fits_and_asks_for_nothing(
    chromium: Any, style: str, count: int, language: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    html = edition(issues.view(count, language), theme={"style": style}).html
    folder = os.environ.get("SUDI_PICTURES")
    for width, scheme in ((640, "light"), (375, "dark"), (375, "light"), (640, "dark")):
        page, asked = opened(chromium, html, width, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.compatMode") == "CSS1Compat"
        assert asked == []
        if folder:
            name = f"mail-{style}-{count}-{language}-{width}-{scheme}.png"
            page.screenshot(path=Path(folder) / name, full_page=True)
        if (width == 375) == (scheme == "dark"):  # The other two differ in nothing axe looks at.
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
        page.context.close()


@pytest.mark.parametrize("style", ["daily", "essay", "links"])
def test_any_content_fits_with_and_without_style_sheets(chromium: Any, style: str) -> None:
    kinds = issues.categories()
    contents = list(CONTENTS.items())
    views = [
        issues.view(
            items=tuple(
                issues.item(
                    n, kinds[n % 5], title=name, body=text, bullets=(),
                    insight=text if n % 2 else "Plain.",
                )
                for n, (name, text) in enumerate(contents[first : first + 10], first + 1)
            )
        )
        for first in range(0, len(contents), 10)
    ]  # fmt: skip
    for view in [*views, rich()]:
        html = edition(view, theme={"style": style}).html
        assert [one for one in broken(html) if not one.harmless] == []
        for left, widths in (
            (html, (320, 375, 640, 1280)),
            (seen_by("gmail_app", html), (320, 375)),
        ):
            page, asked = opened(chromium, left, 320, "light")
            for width in widths:
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert [one for one in asked if "127.0.0.1:8000" not in one] == []
            page.context.close()


@pytest.mark.parametrize("accent", ["#ffe600", "#ffffff", "#e8618c"])
def test_any_accent_holds_its_contrast_for_axe(chromium: Any, accent: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for style in ("daily", "essay", "links"):
        made = edition(issues.view(3), theme={"accent": accent, "style": style})
        for scheme in ("light", "dark"):
            page, _asked = opened(chromium, made.html, 640, scheme)
            found = Axe().run(page, options={"runOnly": ["color-contrast"]})
            assert found.violations_count == 0, found.generate_report()
            page.context.close()


# Left, top and width of the cards before and behind the hostile one; heights need not agree.
_BOXES = """() => ['i1', 'i3'].map(id => {
    const card = document.getElementById(id).closest('.sheet').getBoundingClientRect();
    return [card.left, card.width, card.height];
})"""


def test_hostile_text_neither_runs_nor_breaks_its_neighbours(chromium: Any) -> None:
    plain, _asked = opened(chromium, edition(issues.hostile("plain")).html, 640, "light")
    usual = plain.evaluate(_BOXES)
    plain.context.close()
    for text in issues.HOSTILE:
        page, asked = opened(chromium, edition(issues.hostile(text)).html, 640, "light")
        page.wait_for_load_state()
        assert page.evaluate("window.hacked") is None, text[:80]
        assert asked == [], text[:80]
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, text[:80]
        assert page.evaluate(_BOXES) == usual, text[:80]
        overlapping = page.evaluate(
            """() => {
                const boxes = [...document.querySelectorAll('.sheet')]
                    .map(card => card.getBoundingClientRect());
                return boxes.slice(1).filter((box, n) => box.top < boxes[n].bottom - 1).length;
            }"""
        )
        assert overlapping == 0, text[:80]
        page.context.close()


def test_a_mail_is_readable_with_pictures_off(chromium: Any) -> None:
    look = {"logo": "/static/l.png", "logo_alt": "A gull", "logo_width": 90, "logo_height": 30}
    view = issues.view(
        items=(issues.item(1, issues.categories()[0], body="![Map](https://x.example/m.png)"),)
    )
    made = edition(view, theme=look)
    page, asked = opened(chromium, made.html, 640, "light")
    # Only what is ours is asked for, and here it is refused; what lies elsewhere is a link.
    assert asked == ["http://127.0.0.1:8000/static/l.png"]
    assert page.get_by_alt_text("A gull").count() == 1
    assert page.get_by_role("link", name="Map").get_attribute("href") == "https://x.example/m.png"
    page.context.close()
