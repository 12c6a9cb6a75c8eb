"""The public pages over HTTP: what is shown, what is not, and what comes with every answer."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import path, set_script_prefix
from lxml import etree

from newsletter import editions
from newsletter.archive import stylesheet, views
from newsletter.config.urls import urlpatterns as real_urlpatterns
from newsletter.editions import published
from newsletter.models import Issue, Item, Revision
from newsletter.templatetags import site as tags
from subscribers import styles, theme
from subscribers.models import RESERVED_SLUGS, Category, Publication
from tests import builders, site_settings
from tests.committed import COMMITTED
from tests.feeds.test_feeds import of_pages

pytestmark = pytest.mark.django_db

MONDAY = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
TUESDAY = dt.datetime(2026, 3, 3, 8, 0, tzinfo=dt.UTC)


@pytest.fixture
def harbour() -> Iterator[SimpleNamespace]:
    """An English publication with two issues, and a Chinese one with one."""
    with time_machine.travel(TUESDAY + dt.timedelta(hours=1), tick=False):
        daily = builders.publication(
            description="What moves in the port.",
            translations={"zh-Hans": {"name": "港口日报"}},
        )
        tides = builders.category(daily, "Tides", description="When the water comes.")
        ships = builders.category(daily, "Ships")
        secret = builders.category(daily, "Secrets", visibility="private")
        monday = builders.issue(daily, "2026-03-02", state="archived", published_at=MONDAY)
        tuesday = builders.issue(daily, "2026-03-03", state="archived", published_at=TUESDAY)
        builders.item(monday, tides, "Spring tide", published_at=MONDAY)
        builders.item(monday, ships, "A **ship** came in", published_at=MONDAY)
        builders.item(monday, secret, "Where the gold is", published_at=MONDAY)
        builders.item(tuesday, ships, "The ship left", published_at=TUESDAY)
        builders.tail_link(monday, "Tide tables")
        zh = builders.publication("gang", name="港湾速递", language="zh-Hans")
        market = builders.category(zh, "市场观察", slug="市场观察")
        first = builders.issue(zh, "2026-03-02", state="archived", published_at=MONDAY)
        builders.item(first, market, "运价下跌", published_at=MONDAY)
        yield SimpleNamespace(
            daily=daily, zh=zh, tides=tides, ships=ships, secret=secret, market=market,
            monday=monday, tuesday=tuesday,
        )  # fmt: skip


def read(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == 200, (address, response.status_code)
    return TAG.sub(
        lambda tag: " ".join(tag[0].split()).replace(" >", ">"), response.content.decode()
    )


# A template may put each attribute of a tag on a line of its own.
TAG = re.compile(r"<[^<>]+>")


def text_of(html: str) -> str:
    """What a reader reads, on one line."""
    root = etree.fromstring(html, etree.HTMLParser())
    return spoken(root.find("body"))


def spoken(node: Any) -> str:
    """The text of an element, its pieces a space apart."""
    return re.sub(r" ([:.,])", r"\1", " ".join(" ".join(node.itertext()).split()))


class Outline(HTMLParser):
    """Mistakes in markup that a browser hides: tags left open, ids given twice, and such."""

    VOID = frozenset(["meta", "link", "br", "hr", "img", "input"])

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if len(given) != len(attrs):
            self.wrong.append(f"attribute twice in {tag}")
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if "style" in given or any(name.startswith("on") for name in given):
            self.wrong.append(f"inline style or handler in {tag}")
        if tag in ("iframe", "style") or (
            tag == "script" and given != {"type": "application/ld+json"}  # Data, never run.
        ):
            self.wrong.append(tag)
        if tag == "img" and "alt" not in given:
            self.wrong.append("img without alt")
        if tag == "a" and "a" in self.open:
            self.wrong.append("a in a")
        if tag == "p" and "p" in self.open:
            self.wrong.append("p in p")
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes something else")


def check_markup(html: str) -> None:
    outline = Outline()
    outline.feed(html)
    outline.close()
    assert outline.wrong == []
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids)), outline.ids
    assert outline.headings.count(1) == 1
    steps = zip(outline.headings, outline.headings[1:], strict=False)
    assert all(after - before <= 1 for before, after in steps), outline.headings
    assert html.startswith("<!DOCTYPE html>")


KEPT_BY_CACHES = "public, max-age=60, stale-while-revalidate=30, stale-if-error=3600"
PAGES = [
    "/",
    "/daily/",
    "/daily/?before=2026-03-03",
    "/daily/?after=2026-03-02",
    "/daily/2026-03-02/",
    "/daily/c/ships/",
    "/daily/?category=ships&category=tides",
    "/daily/feeds/",
    "/daily/feeds/?category=ships&category=tides",
    f"/gang/c/{quote('市场观察')}/",
    "/gang/2026-03-02/",
    "/gang/feeds/",
]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_are_sound_markup_with_strict_headers(
    client: Client, harbour: SimpleNamespace, address: str, language: str
) -> None:
    response = client.get(f"{address}{'&' if '?' in address else '?'}lang={language}")
    assert response.status_code == 200
    html = response.content.decode()
    check_markup(html)
    assert f'<html lang="{ {"en": "en", "zh-hans": "zh-Hans"}[language] }">' in html
    assert response["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == KEPT_BY_CACHES
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


# --- what is shown ----------------------------------------------------------------------------


def test_the_front_page_names_each_publication_with_its_latest_issue(
    client: Client, harbour: SimpleNamespace
) -> None:
    builders.issue(harbour.daily, "2026-03-09")  # a draft
    text = text_of(read(client, "/"))
    assert "Harbour Daily What moves in the port. Latest issue: Tuesday, 3 March 2026" in text
    assert "2026-03-09" not in text


def test_an_empty_site_says_so(client: Client) -> None:
    assert "Nothing is published here yet" in read(client, "/")


def test_the_archive_lists_issues_with_counts_and_headlines_of_public_items(
    client: Client, harbour: SimpleNamespace
) -> None:
    text = text_of(read(client, "/daily/"))
    assert "3 Tue The ship left 1 item" in text
    assert "2 Mon Spring tide A ship came in 2 items" in text
    assert "gold" not in text
    assert "Secrets" not in text
    zh = text_of(read(client, "/gang/"))
    assert "2026年3月" in zh
    assert "1 条" in zh


@COMMITTED
def test_an_issue_shows_its_items_as_cards_with_anchors(
    client: Client, harbour: SimpleNamespace
) -> None:
    html = read(client, "/daily/2026-03-02/")
    root = etree.fromstring(html, etree.HTMLParser())
    cards = root.xpath("//article")
    assert [card.get("id") for card in cards] == ["item-1", "item-2"]
    assert spoken(cards[1]) == (
        "Ships 2 A ship came in The Paper Link to this item Insight What it means, in a sentence. "
        "First: one thing another"
    )
    for link in ("head", "source"):
        found = cards[1].xpath(f".//a[@class='{link}']/@href")
        assert found == ["https://example.org/2026-03-02/2"]
    assert "gold" not in html
    assert "Tide tables" in html
    # The title is name and day: the name stands above, and the day once is enough.
    assert html.count("Monday, 2 March 2026") == 1
    assert spoken(root.find(".//h1")) == "Monday, 2 March 2026"
    Issue.objects.filter(slug="2026-03-02").update(title="Spring tide, 7 items")
    assert "Monday, 2 March 2026" in read(client, "/daily/2026-03-02/")


def test_an_item_shows_what_its_source_had_beside_its_text(
    client: Client, harbour: SimpleNamespace
) -> None:
    Item.objects.filter(title="The ship left").update(
        body="**Le navire est parti**\n\nAt noon.",
        extra={"score": "60/100", "translation": "Le navire est parti", "Tonnage": "*4,000*"},
    )
    harbour.tuesday.links.update(label="The ship left")
    root = etree.fromstring(read(client, "/daily/2026-03-03/"), etree.HTMLParser())
    [card] = root.xpath("//article")
    assert spoken(card) == (
        "Ships 1 The ship left example.org Link to this item Insight What it means, in a sentence. "
        "First: one thing another Le navire est parti At noon. Score 60/100 Tonnage 4,000"
    )


@COMMITTED
def test_the_contents_of_a_long_issue_are_folded_by_category(
    client: Client, harbour: SimpleNamespace
) -> None:
    assert "<details" not in read(client, "/daily/2026-03-02/")
    for number in range(30):
        builders.item(harbour.monday, harbour.ships, f"Ship {number}", published_at=MONDAY)
    html = read(client, "/daily/2026-03-02/")
    check_markup(html)
    root = etree.fromstring(html, etree.HTMLParser())
    assert [spoken(node) for node in root.xpath("//details/summary")] == ["Tides 1", "Ships 31"]
    assert len(root.xpath("//nav[@class='contents']//a")) == 32


def test_an_issue_leads_to_its_neighbours(client: Client, harbour: SimpleNamespace) -> None:
    monday, tuesday = read(client, "/daily/2026-03-02/"), read(client, "/daily/2026-03-03/")
    assert '<link rel="next" href="/daily/2026-03-03/">' in monday
    assert 'rel="prev"' not in monday
    assert '<link rel="prev" href="/daily/2026-03-02/">' in tuesday
    assert 'rel="next"' not in tuesday


def test_corrections_are_shown_with_their_history(client: Client, harbour: SimpleNamespace) -> None:
    at = TUESDAY + dt.timedelta(hours=2)
    for number, note in ((1, "The tide was *low*."), (2, "And the moon new.")):
        Revision.objects.create(
            issue=harbour.monday, number=number, kind="correction", at=at, note=note
        )
    Revision.objects.create(issue=harbour.monday, number=3, kind="edit", note="not for readers")
    Issue.objects.filter(pk=harbour.monday.pk).update(corrected_at=at)
    Item.objects.filter(title="Spring tide").update(corrected_at=at)
    text = text_of(read(client, "/daily/2026-03-02/"))
    assert (
        "Corrected 3 March 2026, 10:00 (UTC): The tide was low. "
        "3 March 2026, 10:00 (UTC): And the moon new." in text
    )
    assert "1 Spring tide The Paper Corrected 3 March 2026" in text
    assert "not for readers" not in text
    assert "2 items · corrected" in text_of(read(client, "/daily/"))


@COMMITTED
def test_a_correcting_issue_leads_to_what_it_corrects(
    client: Client, harbour: SimpleNamespace
) -> None:
    Issue.objects.filter(pk=harbour.tuesday.pk).update(kind="correction", corrects=harbour.monday)
    html = read(client, "/daily/2026-03-03/")
    assert 'This corrects an earlier issue: <a href="/daily/2026-03-02/">' in html
    Issue.objects.filter(pk=harbour.monday.pk).update(listed=False)
    assert "This corrects" not in read(client, "/daily/2026-03-03/")


def test_translations_are_linked_both_ways(client: Client, harbour: SimpleNamespace) -> None:
    chinese = builders.issue(
        harbour.daily, "2026-03-02", slug="2026-03-02-zh", language="zh-Hans", title="周一",
        original=harbour.monday, state="archived", published_at=MONDAY,
    )  # fmt: skip
    builders.item(chinese, harbour.tides, "大潮", published_at=MONDAY)
    base = "http://127.0.0.1:8000/daily"
    there = f'<link rel="alternate" hreflang="zh-Hans" href="{base}/2026-03-02-zh/">'
    here = f'<link rel="alternate" hreflang="en" href="{base}/2026-03-02/">'
    for address in ("/daily/2026-03-02/", "/daily/2026-03-02-zh/"):
        html = read(client, address)
        assert there in html
        assert here in html
    assert 'hreflang="zh-Hans" lang="zh-Hans">简体中文</a>' in read(client, "/daily/2026-03-02/")
    # Lists hold the original alone.
    assert "周一" not in read(client, "/daily/")


def test_a_translation_in_a_publication_of_its_own_is_in_its_lists(
    client: Client, harbour: SimpleNamespace
) -> None:
    builders.issue(
        harbour.zh, "2026-03-03", title="译文", original=harbour.tuesday,
        state="archived", published_at=TUESDAY,
    )  # fmt: skip
    assert "译文" in read(client, "/gang/")


def test_a_category_page_has_its_items_under_their_issues(
    client: Client, harbour: SimpleNamespace
) -> None:
    text = text_of(read(client, "/daily/c/ships/"))
    left, came = text.index("The ship left"), text.index("A ship came in")
    assert text.index("3 March 2026") < left < text.index("2 March 2026") < came
    assert "Spring tide" not in text
    both = text_of(read(client, "/daily/?category=ships&category=tides"))
    assert "Spring tide" in both
    assert both.count("The ship left") == 1


def test_empty_places_say_so(client: Client, harbour: SimpleNamespace) -> None:
    builders.publication("quiet", name="Quiet")
    builders.category(harbour.daily, "Whales")
    assert "No issue yet" in read(client, "/quiet/")
    whales = read(client, "/daily/c/whales/")
    assert "No published issue has an item in this category so far." in whales
    check_markup(whales)
    assert client.get("/quiet/feeds/").status_code == 200


# --- what is not ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [{"listed": False}, {"published_at": None}],
    ids=["unlisted", "draft"],
)
def test_issues_that_are_not_public_do_not_exist(
    client: Client, harbour: SimpleNamespace, change: dict[str, Any]
) -> None:
    Issue.objects.filter(pk=harbour.tuesday.pk).update(**change)
    response = client.get("/daily/2026-03-03/")
    assert response.status_code == 404
    assert "There is no issue at this address." in response.content.decode()
    assert response["Cache-Control"] == "no-store"
    for address in ("/", "/daily/", "/daily/c/ships/", "/daily/2026-03-02/", "/daily/sitemap.xml"):
        assert "The ship left" not in read(client, address)
        assert "2026-03-03/" not in read(client, address)


def test_private_and_unknown_categories_get_the_same_answer(
    client: Client, harbour: SimpleNamespace
) -> None:
    answers = set()
    for slug in ("secrets", "whales"):
        for address in (f"/daily/c/{slug}/", f"/daily/?category={slug}&category=ships"):
            response = client.get(address)
            assert response.status_code == 404
            answers.add(
                re.sub(rf"{slug}|{re.escape(address)}", "", text_of(response.content.decode()))
            )
        assert client.get(f"/daily/feeds/?category={slug}").status_code == 404
    assert len(answers) == 1


def test_d9_what_is_missing_leads_to_the_archive_of_its_publication(
    client: Client, harbour: SimpleNamespace
) -> None:
    for address in ("/daily/2031-01-01/", "/daily/c/whales/", "/daily/2026-03-02/nothing/"):
        page = client.get(address).content.decode()
        assert 'href="/daily/"' in page.split("<main")[1].split("</main>")[0]
        assert "/daily/look.css" in page
    elsewhere = client.get("/nowhere/").content.decode()
    assert 'href="/"' in elsewhere.split("<main")[1].split("</main>")[0]


@pytest.mark.parametrize(
    "address",
    [
        "/nope/", "/daily/nope/", "/nope/2026-03-02/", "/daily/c/", "/daily/?before=nope",
        "/daily/c/ships/?before=nope", "/nope/feeds/", "/nope/look.css", "/nope/feeds.opml",
        "/nope/sitemap.xml", "/daily/2026-03-02/more/",
    ],
)  # fmt: skip
def test_what_does_not_exist_is_a_page_in_words(
    client: Client, harbour: SimpleNamespace, address: str
) -> None:
    response = client.get(address)
    assert response.status_code == 404
    check_markup(response.content.decode())
    assert "There is nothing here" in response.content.decode()
    asked = f"{address}{'&' if '?' in address else '?'}lang=zh-hans"
    chinese = client.get(asked).content.decode()
    assert "这里什么也没有" in chinese


def test_pages_only_answer_reading(client: Client, harbour: SimpleNamespace) -> None:
    for address in [*PAGES, "/robots.txt", "/sitemap.xml", "/daily/look.css"]:
        assert client.post(address).status_code == 405
        head = client.head(address)
        assert (head.status_code, head.content) == (200, b"")


# --- one address, one page --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "real"),
    [
        ("/daily", "/daily/"),
        ("/daily/2026-03-02", "/daily/2026-03-02/"),
        ("/daily/?category=ships", "/daily/c/ships/"),
        ("/daily/?category=ships&category=ships", "/daily/c/ships/"),
        (f"/gang/?category={quote('市场观察')}", f"/gang/c/{quote('市场观察')}/"),
        ("/favicon.ico", static("newsletter/icon-512.png")),
    ],
)
def test_other_spellings_lead_to_the_real_address(
    client: Client, harbour: SimpleNamespace, asked: str, real: str
) -> None:
    response = client.get(asked)
    assert (response.status_code, response["Location"]) == (301, real)


def test_a_merged_category_leads_to_the_one_it_was_merged_into(
    client: Client, harbour: SimpleNamespace
) -> None:
    Category.objects.filter(pk=harbour.tides.pk).update(
        merged_into=harbour.ships, retired_at=TUESDAY
    )
    response = client.get("/daily/c/tides/")
    assert (response.status_code, response["Location"]) == (301, "/daily/c/ships/")
    assert "Spring tide" in read(client, "/daily/c/ships/")


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        ("/daily/?lang=zh-hans", "/daily/"),
        ("/daily/2026-03-02/?lang=zh-hans&utm=x", "/daily/2026-03-02/"),
        ("/daily/c/ships/?before=2026-03-03", "/daily/c/ships/"),
        (
            "/daily/?category=tides&category=ships",
            "/daily/?category=ships&amp;category=tides",
        ),
    ],
)
def test_every_page_names_its_one_address(
    client: Client, harbour: SimpleNamespace, address: str, canonical: str
) -> None:
    html = read(client, address)
    assert f'<link rel="canonical" href="http://127.0.0.1:8000{canonical}">' in html


def test_reserved_slugs_cover_every_first_part_of_ours() -> None:
    def firsts_of(patterns: Iterable[Any]) -> set[str]:
        """First parts, those of what is included at no path of its own among them."""
        found = {str(one.pattern).split("/")[0].lstrip("^") for one in patterns}
        below = [getattr(one, "url_patterns", []) for one in patterns if str(one.pattern) == ""]
        return found.union(*map(firsts_of, below))

    firsts = firsts_of(real_urlpatterns)
    ours = {first for first in firsts if first and "<" not in first}
    assert {"admin", "s", "robots.txt", "sitemap.xml", "healthz", "favicon.ico", "opml"} <= ours
    # Of `p/` only names of pictures are ours: a publication may have been called so for years.
    assert ours - {"p"} <= RESERVED_SLUGS


# --- paging -----------------------------------------------------------------------------------


def test_the_archive_is_paged_and_every_issue_is_on_one_page(client: Client) -> None:
    daily = builders.publication()
    for number in range(70):
        date = dt.date(2025, 12, 1) + dt.timedelta(days=number)
        # Three share a moment, so that a page ends among equals.
        moment = dt.datetime.combine(
            dt.date(2025, 12, 1) + dt.timedelta(days=number // 3), dt.time(8), tzinfo=dt.UTC
        )
        builders.issue(daily, date.isoformat(), state="archived", published_at=moment)

    def slugs(html: str) -> list[str]:
        return re.findall(r'class="quiet-link" href="/daily/([\d-]+)/"', html)

    pages = ["/daily/"]
    found: list[list[str]] = []
    for _ in range(5):
        html = read(client, pages[-1])
        found.append(slugs(html))
        older = re.search(r'href="(/daily/\?before=[\d-]+)"', html)
        if older is None:
            break
        pages.append(older.group(1))
    assert [len(page) for page in found] == [30, 30, 10]
    everything = [slug for page in found for slug in page]
    assert everything == sorted(everything, reverse=True)
    assert len(set(everything)) == 70
    # And back again.
    newer = re.search(r'href="(/daily/\?after=[\d-]+)"', read(client, pages[-1]))
    assert newer is not None
    assert slugs(read(client, newer.group(1))) == found[1]


def test_a_category_is_paged_by_whole_issues(client: Client) -> None:
    daily = builders.publication()
    ships = builders.category(daily, "Ships")
    expected = []
    for number in range(6):
        moment = MONDAY - dt.timedelta(days=number)
        one = builders.issue(
            daily, moment.date().isoformat(), state="archived", published_at=moment
        )
        for place in range(15):
            builders.item(one, ships, f"Ship {number}-{place:02d}", published_at=moment, url="")
            expected.append(f"Ship {number}-{place:02d}")
    first = read(client, "/daily/c/ships/")
    older = re.search(r'href="(/daily/c/ships/\?before=[\d-]+)"', first)
    assert older is not None
    second = read(client, older.group(1))
    pattern = r"Ship \d-\d\d"
    assert re.findall(pattern, first.partition("<main")[2]) == expected[:45]
    assert re.findall(pattern, second.partition("<main")[2]) == expected[45:]


@COMMITTED
@pytest.mark.parametrize(
    "address", ["/", "/daily/", "/daily/2026-03-02/", "/daily/c/ships/", "/daily/feeds/"]
)
def test_the_work_does_not_grow_with_the_tables(
    client: Client, harbour: SimpleNamespace, address: str
) -> None:
    def fill(first: int) -> None:
        for number in range(first, first + 50):
            moment = MONDAY - dt.timedelta(days=number)
            one = builders.issue(
                harbour.daily, moment.date().isoformat(), state="archived", published_at=moment
            )
            builders.item(one, harbour.ships, f"Ship {number}", published_at=moment)
            builders.item(harbour.monday, harbour.ships, f"More {number}", published_at=MONDAY)

    fill(1)
    with CaptureQueriesContext(connection) as few:
        read(client, address)
    fill(51)
    with CaptureQueriesContext(connection) as many:
        read(client, address)
    assert len(of_pages(many)) == len(of_pages(few))
    assert len(of_pages(few)) <= 14


def test_an_unchanged_page_is_not_sent_again(client: Client, harbour: SimpleNamespace) -> None:
    for address in PAGES:
        etag = client.get(address)["ETag"]
        again = client.get(address, headers={"If-None-Match": etag})
        assert (again.status_code, again.content) == (304, b"")
        assert again["Cache-Control"] == KEPT_BY_CACHES


# --- languages --------------------------------------------------------------------------------


def test_a_publication_s_pages_speak_its_language(client: Client, harbour: SimpleNamespace) -> None:
    response = client.get("/gang/2026-03-02/", headers={"Accept-Language": "en"})
    assert response["Content-Language"] == "zh-hans"
    assert "Accept-Language" not in response.get("Vary", "")
    assert "核心洞察" in response.content.decode()
    english = client.get("/daily/2026-03-02/", headers={"Accept-Language": "zh-CN"})
    assert "Insight" in english.content.decode()


def test_the_reader_may_ask_for_the_other_language_and_keeps_it(
    client: Client, harbour: SimpleNamespace
) -> None:
    html = read(client, "/gang/?lang=en")
    assert '<html lang="en">' in html
    assert 'href="/gang/2026-03-02/?lang=en" lang="zh-Hans"' in html
    assert 'href="/gang/feeds/?lang=en"' in html
    assert 'href="?lang=zh-hans" lang="zh-Hans"' in html
    # Feeds and the canonical address know no such wish.
    assert 'href="/gang/feed.atom"' in html
    chinese = read(client, "/daily/?lang=zh-CN")
    assert "港口日报" in chinese
    assert '<html lang="zh-Hans">' in chinese
    assert '<html lang="en">' in read(client, "/daily/?lang=xx")


def test_the_front_page_follows_the_browser(client: Client, harbour: SimpleNamespace) -> None:
    response = client.get("/", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert "最新一期" in response.content.decode()
    assert response["Vary"] == "Accept-Language, Accept-Encoding"
    # The admin's switch sets a cookie; what lies in shared caches does not heed it.
    client.cookies["django_language"] = "zh-hans"
    assert "Latest issue" in read(client, "/")
    assert '<html lang="zh' in read(client, "/admin/login/").replace('<html dir="ltr" ', "<html ")


# --- discovery --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "feed"),
    [
        ("/daily/", "/daily/feed.{}"),
        ("/daily/2026-03-02/", "/daily/feed.{}"),
        ("/daily/feeds/", "/daily/feed.{}"),
        ("/daily/subscribe/", "/daily/feed.{}"),
        ("/daily/c/ships/", "/daily/c/ships/feed.{}"),
        (
            "/daily/?category=ships&category=tides",
            "/daily/feed.{}?category=ships&category=tides",
        ),
    ],
)
def test_feed_readers_find_the_feed_of_every_page(
    client: Client, harbour: SimpleNamespace, address: str, feed: str
) -> None:
    root = etree.fromstring(read(client, address), etree.HTMLParser())
    found = [
        (node.get("type"), node.get("href"), bool(node.get("title")))
        for node in root.xpath("//head/link[@rel='alternate'][@type]")
    ]
    assert found == [
        ("application/atom+xml", feed.format("atom"), True),
        ("application/rss+xml", feed.format("rss"), True),
        ("application/feed+json", feed.format("json"), True),
    ]
    for _kind, target, _title in found:
        assert client.get(target).status_code == 200


def test_the_feed_page_makes_addresses_from_ticks(client: Client, harbour: SimpleNamespace) -> None:
    html = read(client, "/daily/feeds/?category=tides&category=ships")
    root = etree.fromstring(html, etree.HTMLParser())
    [made] = root.xpath("//div[@role='status']")
    base = "http://127.0.0.1:8000/daily/feed"
    assert made.xpath(".//a/@href") == [
        f"{base}.atom?category=ships&category=tides",
        f"{base}.rss?category=ships&category=tides",
        f"{base}.json?category=ships&category=tides",
    ]
    assert root.xpath("//input[@name='category'][@checked]/@value") == ["tides", "ships"]
    assert "Secrets" not in html
    one = read(client, "/daily/feeds/?category=ships")
    assert "http://127.0.0.1:8000/daily/c/ships/feed.atom" in one


def test_link_previews_have_title_summary_and_picture(
    client: Client, harbour: SimpleNamespace
) -> None:
    root = etree.fromstring(read(client, "/daily/2026-03-02/"), etree.HTMLParser())
    found = {n.get("property"): n.get("content") for n in root.xpath("//meta[@property]")}
    # Its news; whose and of which day it is says og:site_name and the address.
    assert found["og:title"] == "Spring tide"
    assert found["og:description"] == "A ship came in"
    assert found["og:url"] == "http://127.0.0.1:8000/daily/2026-03-02/"
    assert found["og:image"].startswith("http://127.0.0.1:8000/daily/2026-03-02/card-")
    listed = etree.fromstring(read(client, "/daily/"), etree.HTMLParser())
    # A publication is shared with the card of its newest issue.
    [shared] = listed.xpath("//meta[@property='og:image']/@content")
    assert shared.startswith("http://127.0.0.1:8000/daily/2026-03-03/card-")
    assert found["article:published_time"] == "2026-03-02T08:00:00+00:00"


def structured(html: str) -> Any:
    """The page's JSON-LD."""
    root = etree.fromstring(html, etree.HTMLParser())
    (text,) = root.xpath("//script[@type='application/ld+json']/text()")
    return json.loads(text)


def test_d8_an_issue_and_its_items_are_told_to_machines(
    client: Client, harbour: SimpleNamespace
) -> None:
    found = structured(read(client, "/daily/2026-03-02/"))
    base = "http://127.0.0.1:8000/daily"
    assert found["@context"] == "https://schema.org"
    assert found["@type"] == "NewsArticle"
    assert found["headline"] == "Harbour Daily - 2026-03-02"
    assert found["datePublished"] == "2026-03-02T08:00:00+00:00"
    assert found["inLanguage"] == "en"
    assert found["publisher"]["name"] == "Harbour Daily"
    places = [(one["position"], one["name"]) for one in found["mainEntity"]["itemListElement"]]
    assert places == [(1, "Spring tide"), (2, "A ship came in")]
    for one in found["mainEntity"]["itemListElement"]:
        assert one["url"].startswith(f"{base}/2026-03-02/item-")
    archive = structured(read(client, "/daily/"))["mainEntity"]["itemListElement"]
    assert [one["url"] for one in archive] == [f"{base}/2026-03-03/", f"{base}/2026-03-02/"]
    ships = structured(read(client, "/daily/c/ships/"))["mainEntity"]["itemListElement"]
    assert [one["name"] for one in ships] == ["The ship left", "A ship came in"]


def test_nothing_in_a_title_ends_the_data_of_a_page(
    client: Client, harbour: SimpleNamespace
) -> None:
    title = '</script><script>alert(1)</script> <!-- & \u2028 \\ " x'
    Item.objects.filter(issue=harbour.monday).update(title=title)
    html = read(client, "/daily/2026-03-02/")
    assert "<script>" not in html
    assert html.count("</script>") == 1
    names = [one["name"] for one in structured(html)["mainEntity"]["itemListElement"]]
    assert all("alert(1)" in name for name in names)


def test_what_is_news_is_told_to_search_engines_for_two_days(
    client: Client, harbour: SimpleNamespace
) -> None:
    spaces = {"n": "http://www.google.com/schemas/sitemap-news/0.9"}

    def news(at: str) -> list[tuple[str, str, str]]:
        with time_machine.travel(dt.datetime.fromisoformat(at), tick=False):
            root = etree.fromstring(read(client, "/daily/sitemap.xml").encode())
        return [
            tuple(
                one.findtext(f".//n:{name}", namespaces=spaces)
                for name in ("name", "language", "publication_date")
            )
            for one in root.iterfind(".//n:news", spaces)
        ]

    monday = ("Harbour Daily", "en", "2026-03-02T08:00:00+00:00")
    assert monday in news("2026-03-04T07:59:00+00:00")
    assert monday not in news("2026-03-04T08:00:01+00:00")  # The stored page does not outlive it.
    assert news("2026-03-09T08:00:00+00:00") == []


def test_sitemaps_list_public_pages_only(client: Client, harbour: SimpleNamespace) -> None:
    spaces = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    index = etree.fromstring(read(client, "/sitemap.xml").encode())
    base = "http://127.0.0.1:8000"
    assert index.xpath("//s:loc/text()", namespaces=spaces) == [
        f"{base}/daily/sitemap.xml",
        f"{base}/gang/sitemap.xml",
    ]
    daily = etree.fromstring(read(client, "/daily/sitemap.xml").encode())
    found = daily.xpath("//s:loc/text()", namespaces=spaces)
    assert found == [
        f"{base}/daily/",
        f"{base}/daily/months/",
        f"{base}/daily/feeds/",
        f"{base}/daily/c/tides/",
        f"{base}/daily/c/ships/",
        f"{base}/daily/2026-03-03/",
        f"{base}/daily/2026-03-02/",
        f"{base}/daily/2026-03-03/item-1/",
        f"{base}/daily/2026-03-02/item-1/",
        f"{base}/daily/2026-03-02/item-2/",
    ]
    for address in found:
        assert client.get(address.removeprefix(base)).status_code == 200
    robots = read(client, "/robots.txt")
    assert "Disallow: /s/\n" in robots
    assert f"Sitemap: {base}/sitemap.xml" in robots


def test_pages_that_are_parts_of_others_are_not_indexed(
    client: Client, harbour: SimpleNamespace
) -> None:
    mark = '<meta name="robots" content="noindex">'
    assert mark in read(client, "/daily/?before=2026-03-03")
    assert mark in read(client, "/daily/?category=ships&category=tides")
    assert mark not in read(client, "/daily/")
    assert mark not in read(client, "/daily/2026-03-02/")


# --- preview for editors ----------------------------------------------------------------------


def test_a_draft_can_be_shown_by_the_admin_as_its_page_will_be(
    harbour: SimpleNamespace, rf: RequestFactory
) -> None:
    draft = builders.issue(harbour.daily, "2026-03-09", title="Not yet")
    builders.item(draft, harbour.ships, "Tomorrow's ship")
    response = views.issue_page(
        rf.get("/admin/preview"), published.public_view(editions.load(draft)), harbour.daily
    )
    html = response.content.decode()
    check_markup(html)
    assert "Preview: this is how the page will look." in html
    assert "Tomorrow's ship" in html
    assert '<meta name="robots" content="noindex">' in html
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "private, no-store"


# --- hostile content --------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "[x](javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "<a href='jav&#x09;ascript:alert(1)'>x</a>",
    "<svg/onload=alert(1)>",
    "<style>*{display:none}</style>",
    "<iframe src=https://evil.example></iframe>",
    "<form action=https://evil.example><button>Subscribe</button></form>",
    "--><!-- </main></body>",
    "\u202eevil\u202d \u2067",
    "{{ settings.SECRET_KEY }} {% debug %}",
    "x" * 300,
    "**" * 150,
    "\x01\x1f\ufffe",
    "![p](https://evil.example/pixel.png)",
    "[![p](https://evil.example/pixel.png)](https://example.org/)",
]


# Our own addresses, and links as an editor may set them.
ALLOWED = r"/|#|\?|http://127\.0\.0\.1:8000/|https://example\.org/|https://evil\.example/pixel"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_content_stays_text(client: Client, harbour: SimpleNamespace, text: str) -> None:
    Publication.objects.filter(slug="daily").update(
        name=text[:100], description=text, translations={"en": {"name": text}}
    )
    Category.objects.filter(pk=harbour.ships.pk).update(name=text[:60], description=text[:200])
    Issue.objects.filter(publication=harbour.daily).update(
        title=text[:300], intro=text, extra={"tail_title": text}
    )
    Item.objects.filter(issue__publication=harbour.daily).update(
        title=text,
        insight=text,
        body=text,
        extra={text: text},
        bullets=[{"lead": text, "text": text, "children": [{"lead": "", "text": text}]}],
    )  # fmt: skip
    harbour.monday.links.update(label=text, url=text)
    Revision.objects.create(issue=harbour.monday, number=1, kind="correction", note=text)
    for address in PAGES:
        html = read(client, address)
        check_markup(html)
        root = etree.fromstring(html, etree.HTMLParser())
        for href in root.xpath("//@href | //@src | //@action"):
            assert re.match(ALLOWED, href), href
        assert not root.xpath("//body//script | //iframe | //body//style | //img | //svg")
        assert "\u202e" not in html
        assert "\ufffe" not in html


def test_a_picture_of_another_host_is_a_link() -> None:
    assert tags.web_block("![a *map*](https://example.org/m.png)") == (
        '<p><a href="https://example.org/m.png" rel="noopener noreferrer">a map</a></p>'
    )
    assert tags.web_block("[![map](https://example.org/m.png)](https://example.org/)") == (
        '<p><a href="https://example.org/" rel="noopener noreferrer">map</a></p>'
    )


# --- looks ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "accent", ["#ffff00", "#000000", "#ffffff", "#ff0000", "#888888", "#0a6558"]
)
@pytest.mark.parametrize("style", list(styles.STYLES))
def test_whatever_colour_is_picked_can_be_read(style: str, accent: str) -> None:
    daily = builders.publication(theme={"accent": accent, "style": style})
    ships = builders.category(daily, "Ships", colour=accent)
    sheet = stylesheet.stylesheet(daily, [ships])
    light, dark = sheet.split("@media")
    for part in (light, dark):
        found = dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{6})", part))
        for ground in (found["sheet"], found["paper"], found["accent-wash"], found["on-accent"]):
            assert theme.contrast(found["accent"], ground) >= 4.5
        chip = re.search(r"background:(#\w{6});color:(#\w{6})", part)
        assert chip is not None
        assert theme.contrast(*chip.groups()) >= 4.5


@pytest.mark.parametrize("accent", ["red;}*{display:none", "url(//evil.example)", "", None, 7, []])
def test_a_colour_that_is_none_leaves_the_site_s_own(accent: Any) -> None:
    daily = builders.publication(theme={"accent": accent})
    sheet = stylesheet.stylesheet(daily, [])
    assert "--accent:#0a6558;" in sheet.split("@media")[0]
    assert "evil" not in sheet
    assert "display" not in sheet


def test_only_a_logo_of_this_site_is_shown(client: Client, harbour: SimpleNamespace) -> None:
    size = {"logo_alt": "An anchor", "logo_width": 120, "logo_height": 40}
    Publication.objects.filter(slug="daily").update(
        theme={"logo": "/static/newsletter/icon-512.png", **size}
    )
    assert 'src="http://127.0.0.1:8000/static/newsletter/icon-512.png"' in read(client, "/daily/")
    Publication.objects.filter(slug="daily").update(
        theme={"logo": "https://evil.example/logo.png", **size}
    )
    assert "evil.example" not in read(client, "/daily/")


# --- when something is not right --------------------------------------------------------------


def test_health_needs_the_database(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response["Cache-Control"] == "no-store"


def _break(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken on purpose")


def _refuse(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


urlpatterns = [path("broken", _break), path("refused", _refuse), *real_urlpatterns]
handler400 = "newsletter.config.errors.bad_request"
handler403 = "newsletter.config.errors.refused"
handler404 = "newsletter.config.errors.not_found"
handler500 = "newsletter.config.errors.broken"


@pytest.mark.urls("tests.archive.test_site")
@pytest.mark.parametrize(
    ("address", "status", "words", "chinese"),
    [
        ("/broken", 500, "Something went wrong on our side", "我们这边出错了"),
        ("/refused", 403, "This is not open to you", "您不能打开此页"),
    ],
)
def test_error_pages_are_pages(
    client: Client, address: str, status: int, words: str, chinese: str
) -> None:
    client.raise_request_exception = False
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    # The database may be what is broken.
    assert len(queries) == 0
    assert response.status_code == status
    html = response.content.decode()
    check_markup(html)
    assert words in html
    assert "on purpose" not in html
    answer = client.get(address, headers={"Accept-Language": "zh-CN"}).content.decode()
    assert chinese in answer


def test_a_foreign_host_name_is_refused_in_words(client: Client) -> None:
    response = client.get("/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert "This request makes no sense to us" in response.content.decode()
    assert "evil.example" not in response.content.decode()


def test_the_form_error_page_stands_alone() -> None:
    html = render_to_string("newsletter/errors/403_csrf.html")
    check_markup(html)
    assert "Nothing was changed." in html


def test_the_admin_has_a_policy_of_its_own(client: Client) -> None:
    response = client.get("/admin/login/")
    policy = response["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval';" in policy
    assert "frame-ancestors 'self'" in policy
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response["Cache-Control"]


# --- below a path of the host -----------------------------------------------------------------


@pytest.fixture
def below_news(settings: Any) -> Iterator[None]:
    """The site below a path of its host."""
    settings.FORCE_SCRIPT_NAME = "/news"
    site_settings.configure(settings, BASE_URL="https://testserver/news")
    yield
    set_script_prefix("/")  # As the thread had it.


def test_every_link_of_a_page_has_the_path_of_base_url(client: Client, below_news: None) -> None:
    daily = builders.publication()
    issue = builders.issue(daily, state="archived", published_at=builders.NOW)
    builders.item(issue, builders.category(daily, "City"), "A quay")
    for page in ("/", "/daily/", "/daily/2026-03-02/", "/daily/c/city/", "/daily/feeds/",
                 "/daily/search/?q=quay", "/daily/subscribe/"):  # fmt: skip
        html = client.get(page).content.decode()
        inside = re.findall(r'(?:href|action|src)="(/[^"]*)"', html)
        ours = [one for one in inside if not one.startswith(("/news/", "/static/"))]
        assert inside and ours == [], page
        links = set(re.findall(r"https://testserver(/[a-z]*)", html))
        assert links <= {"/static", "/news"}, page
    assert client.get("/daily/?category=city")["Location"] == "/news/daily/c/city/"
