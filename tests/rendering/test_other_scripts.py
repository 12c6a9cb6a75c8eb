"""An item that runs from the right, or is in Chinese, Japanese or Korean among English ones: what
stands around its words goes with them, in the mail and on the site."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from newsletter import rendering
from newsletter.rendering.cards import make
from tests import builders
from tests import sample_issues as issues

ARABIC = "عودة قوارب الصيد إلى الرصيف"
JAPANESE = "夜行フェリーが九年ぶりに復活"
STYLES = ["daily", "essay", "links"]


def mail(style: str, **fields: str) -> str:
    """The mail of one item in an English publication."""
    one = issues.item(1, issues.categories("en")[0], language="en", bullets=(), body="", **fields)
    view = issues.view(language="en", items=(one,), intro="", tail=())
    publication = issues.publication("en")
    publication.theme = {"style": style}
    return rendering.prepare(view, publication).edition(view.mask).html


def tag(html: str, name: str, css: str) -> str:
    """The opening tag of the first such element with this class."""
    found = re.search(rf'<{name}\b[^>]*class="{css}\b[^>]*>', html)
    assert found is not None, (name, css)
    return found[0]


def frame(html: str) -> str:
    """The opening tag of the table around the insight, which has lost its class."""
    return html[: html.index('class="insight-in')].rpartition("<table")[2].partition(">")[0]


@pytest.mark.parametrize("style", STYLES)
def test_the_lines_around_an_arabic_item_are_on_its_side(style: str) -> None:
    html = mail(style, title=ARABIC, insight=f"{ARABIC}.\n\nAn English paragraph.")
    assert 'dir="rtl"' in tag(html, "p", "from")
    assert "text-align:right" in tag(html, "p", "from").replace(": ", ":")
    if style == "daily":
        above = html[: html.index("<h2")].rpartition("<p ")[2]
        assert 'dir="rtl"' in above
        assert "text-align:right" in above.replace(": ", ":")
    assert 'dir="rtl"' in frame(html)
    inside = tag(html, "td", "insight-in").replace(": ", ":")
    assert "text-align:right" in inside
    assert ("border-right:4px" in inside) is (style == "daily")
    assert "italic" not in inside
    # A paragraph among them that runs from the left still does.
    assert re.search(r'<div class="body" dir="ltr" style="text-align: ?left">', html)


@pytest.mark.parametrize("style", STYLES)
def test_a_japanese_insight_says_so_and_is_upright(style: str) -> None:
    html = mail(style, title=JAPANESE, insight=JAPANESE)
    assert 'lang="ja"' in tag(html, "h[23]", "title")
    assert 'lang="ja"' in frame(html)
    assert "italic" not in tag(html, "td", "insight-in")


def test_what_needs_nothing_gets_nothing() -> None:
    html = mail("essay", title="Night ferry", insight="It is back.")
    assert "italic" in tag(html, "td", "insight-in")
    assert 'dir="rtl"' not in html
    assert html.count("lang=") == 2  # Of the document, and of its body.


def test_a_card_knows_by_its_words() -> None:
    one = issues.item(
        1,
        issues.categories("en")[0],
        language="en",
        title="COVID-19",
        insight="深夜轮渡九年后复航",
        bullets=(),
        body="",
    )
    assert make(one, "", 2).language == "zh"


@pytest.mark.django_db
def test_on_the_site(client: Client) -> None:
    at = dt.datetime(2026, 3, 9, 7, tzinfo=dt.UTC)
    publication = builders.publication("many")
    ships = builders.category(publication, "Ships")
    issue = builders.issue(publication, "2026-03-09", state="archived", published_at=at)
    for title in (ARABIC, JAPANESE, "Night ferry"):
        builders.item(issue, ships, title, insight=title, published_at=at)
    page = " ".join(client.get("/many/2026-03-09/").content.decode().split())
    articles = [part.split("</article>")[0] for part in page.split("<article")[1:]]
    heads = [part.split(">")[0] for part in articles]
    assert ['lang="ja"' in head for head in heads] == [False, True, False]
    for line in ("above", "byline", "insight"):
        assert [f'class="{line}" dir="rtl"' in one for one in articles] == [True, False, False]
    # What runs from the left within the insight is not turned around with its frame.
    assert '<div class="prose" dir="ltr"><p dir="rtl">' in articles[0]
