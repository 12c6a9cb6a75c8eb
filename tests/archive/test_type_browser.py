"""What type does on a page, in a real Chromium: lines of headings, tables of many columns."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests import builders
from tests.site_settings import configure

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]

_AT = dt.datetime(2026, 3, 9, 7, tzinfo=dt.UTC)
_TABLE = (
    "| 港 | 高潮 | 低潮 | 潮差 | 备注 |\n|-|-|-|-|-|\n"
    "| 临海 | 03:12 | 09:21 | 3.1 m | 西风可能再抬高半米，渡轮改停二号码头，末班提前十分钟 |\n"
)


@pytest.mark.parametrize("language", ["zh-Hans", "ja"])
def test_lines_and_rows(chromium: Any, live_server: Any, settings: Any, language: str) -> None:
    configure(settings, BASE_URL=live_server.url)
    publication = builders.publication(
        "type", language="zh-Hans" if language == "zh-Hans" else "en"
    )
    ships = builders.category(publication, "Ships")
    issue = builders.issue(publication, "2026-03-09", state="archived", published_at=_AT)
    title = "深夜轮渡九年后复航，岛上的高中生可以当天往返" if language == "zh-Hans" else (
        "夜行フェリーが九年ぶりに復活、島の高校生が通学に使えるように"
    )  # fmt: skip
    for number in range(2):
        builders.item(
            issue, ships, title, url=f"https://example.org/{number}", body=_TABLE, published_at=_AT
        )
    page = chromium.new_page(viewport={"width": 375, "height": 800})
    page.goto(f"{live_server.url}/type/2026-03-09/", timeout=120_000)
    # A line of a heading is as high as the heading says, with a link in it or without; of text
    # in these scripts it is higher than of Latin ones.
    ratios = page.evaluate(
        """['.headline, .headline a, .headline span', 'td'].map(which =>
             [...document.querySelectorAll(which)].map(one => {
               const made = getComputedStyle(one)
               return parseFloat(made.lineHeight) / parseFloat(made.fontSize) }))"""
    )
    assert len(ratios[0]) == 6
    assert max(ratios[0]) < 1.45
    assert min(ratios[1]) == pytest.approx(1.75)
    # It scrolls, so no sentence becomes a tower: no row is higher than four lines.
    rows = page.evaluate(
        "[...document.querySelectorAll('tbody tr')].map(one => one.getBoundingClientRect().height)"
    )
    assert max(rows) < 4 * 1.75 * 16
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.context.close()
