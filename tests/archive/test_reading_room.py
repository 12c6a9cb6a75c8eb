"""A publication for its readers alone, a reader's own edition on the web, what sign-up tells."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from newsletter.archive.finished import serving
from newsletter.editions import search
from newsletter.models import Delivery, Edition, Issue
from subscribers.emails.personal_links import feed_link
from subscribers.models import Publication, Subscription
from tests import builders
from tests.committed import COMMITTED

pytestmark = COMMITTED

AT = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
PAGES = (
    "/daily/", "/daily/2026-03-02/", "/daily/2026-03-02/item-1/", "/daily/months/",
    "/daily/months/2026-03/", "/daily/search/?q=ferry", "/daily/c/ships/", "/daily/feed.atom",
    "/daily/items.rss", "/daily/feeds/", "/daily/feeds.opml", "/daily/sitemap.xml",
    "/daily/c/ships/feed.json", "/daily/sources/example.org/",
)  # fmt: skip


@pytest.fixture
def daily(db: None) -> Publication:
    return builders.publication()


def issue(daily: Publication, day: int = 2, items: str = "Ships Roads") -> Issue:
    made = builders.issue(
        daily, f"2026-03-{day:02}", state="archived", published_at=AT + dt.timedelta(days=day)
    )
    for name in items.split():
        kind = daily.categories.filter(name=name).first() or builders.category(daily, name)
        builders.item(made, kind, f"A {name} ferry", url="https://example.org/x", published_at=AT)
    search.write(made.items.all())
    return made


def reader(daily: Publication, *names: str) -> Subscription:
    chosen = daily.categories.filter(name__in=names)
    return builders.subscription(daily, "ann@example.org", list(chosen))


def path(tie: Subscription) -> str:
    return "/" + feed_link(tie).split("/", 3)[3]


def test_a_closed_publication_shows_strangers_no_page_feed_or_card(daily: Publication) -> None:
    issue(daily)
    stranger = Client()
    # Built for everybody while it was open: none of it is left a second after.
    assert [stranger.get(page).status_code for page in PAGES] == [200] * len(PAGES)
    card = stranger.get("/daily/2026-03-02/").content.decode().split('og:image" content="')[1]
    card = "/" + card.split('"')[0].split("/", 3)[3]
    assert stranger.get(card).status_code == 200
    Publication.objects.filter(pk=daily.pk).update(readers_only=True)
    serving.CHANGES.reset()
    serving.STORE.clear()
    for page in (*PAGES, card):
        answer = stranger.get(page)
        assert answer.status_code == 403, page
        assert "A Ships ferry" not in answer.content.decode()
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert stranger.get("/daily/look.css").status_code == 200
    assert stranger.get("/daily/subscribe/").status_code == 200
    start = stranger.get("/").content.decode()
    assert "Daily" in start and "2026-03-02" not in start
    assert "/daily/" not in stranger.get("/sitemap.xml").content.decode()
    assert "/daily/" not in stranger.get("/opml").content.decode()


def test_a_readers_link_opens_it_in_this_browser_until_they_leave(daily: Publication) -> None:
    issue(daily)
    Publication.objects.filter(pk=daily.pk).update(readers_only=True)
    tie = reader(daily, "Ships")
    browser = Client()
    entered = browser.get(f"{path(tie)}issues/")
    assert (entered.status_code, entered["Location"]) == (303, "/daily/")
    cookie = entered.cookies[f"sudi_reader_{daily.pk}"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/daily/", True, "Lax")
    for page in PAGES:
        answer = browser.get(page)
        assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store"), page
    # What was made for a reader is stored for nobody.
    assert Client().get("/daily/").status_code == 403
    feed = f"{path(tie)}feed.atom"
    assert Client().get(feed).status_code == 200
    # A new address for the feed ends the old one's door; so does leaving.
    Subscription.objects.filter(pk=tie.pk).update(feed_serial=tie.feed_serial + 1)
    # In an old mail it says what to do; a feed reader is told in a word.
    for old in (path(tie), f"{path(tie)}issues/", f"{path(tie)}issues/2026-03-02/"):
        said = Client().get(old)
        assert said.status_code == 404
        assert "we mail you your own link" in said.content.decode(), old
    assert Client().get(f"{path(tie)}feed.atom").status_code == 404
    assert browser.get("/daily/").status_code == 403
    tie.refresh_from_db()
    browser.get(f"{path(tie)}issues/")
    assert browser.get("/daily/").status_code == 200
    Subscription.objects.filter(pk=tie.pk).update(state="unsubscribed")
    assert browser.get("/daily/").status_code == 403
    assert Client().get(f"{path(tie)}feed.atom").status_code == 404


def test_a_link_of_another_publication_opens_nothing(daily: Publication) -> None:
    issue(daily)
    Publication.objects.filter(pk=daily.pk).update(readers_only=True)
    other = builders.publication("evening", readers_only=True)
    theirs = builders.subscription(other, "eve@example.org", [])
    browser = Client()
    browser.get(f"{path(theirs)}issues/")
    browser.cookies[f"sudi_reader_{daily.pk}"] = path(theirs).split("/")[3]
    assert browser.get("/daily/").status_code == 403
    assert browser.get("/evening/").status_code == 200


def test_who_works_on_it_reads_it_and_no_other_account(daily: Publication) -> None:
    issue(daily)
    Publication.objects.filter(pk=daily.pk).update(readers_only=True)
    browser = Client()
    browser.force_login(User.objects.create_user("nobody", is_staff=True))
    assert browser.get("/daily/").status_code == 403
    browser.force_login(User.objects.create_superuser("owner"))
    assert browser.get("/daily/").status_code == 200


def test_a_reader_sees_on_the_web_what_was_in_the_mail(daily: Publication) -> None:
    made = issue(daily)
    tie = reader(daily, "Ships")
    own = f"{path(tie)}issues/2026-03-02/"
    page = Client().get(own).content.decode()
    assert "A Ships ferry" in page and "A Roads ferry" not in page
    assert "What was in your mail: 1 of 2 items." in page
    # Another choice later does not change what was in it.
    roads = daily.categories.get(name="Roads")
    held = [made.items.get(category=roads).pk]
    assert roads.bit is not None
    edition = Edition.objects.create(issue=made, selection=1 << roads.bit, items=held)
    Delivery.objects.create(id=made.first_delivery, issue=made, subscription=tie, edition=edition)
    answer = Client().get(own)
    page = answer.content.decode()
    assert "A Roads ferry" in page and "A Ships ferry" not in page
    assert '<meta name="robots" content="noindex">' in page and "og:title" not in page
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] == "no-referrer" and not answer.cookies
    assert Client().get(f"{path(tie)}issues/2026-03-09/").status_code == 404


def test_sign_up_tells_how_often_a_category_comes_and_the_newest_issue(daily: Publication) -> None:
    for day, items in enumerate(["Ships Roads", "Ships", "Ships"], start=2):
        issue(daily, day, items)
    builders.category(daily, "Quiet")
    page = Client().get("/daily/subscribe/").content.decode()
    assert "in each of the last 3 issues" in page and "in 1 of the last 3 issues" in page
    assert page.count("of the last 3 issues") == 2
    assert 'href="/daily/2026-03-04/"' in page and "1 reader" not in page
    reader(daily, "Ships")
    Publication.objects.filter(pk=daily.pk).update(show_readers=True, readers_only=True)
    page = Client().get("/daily/subscribe/").content.decode()
    assert "1 reader" in page and "/daily/2026-03-04/" not in page


def test_who_comes_with_categories_finds_those_ticked(daily: Publication) -> None:
    for name in ("Ships", "Roads"):
        builders.category(daily, name)
    page = Client().get("/daily/subscribe/?category=roads&category=nothing").content.decode()
    boxes = re.findall(r'value="(ships|roads)"\s*(checked)?', page)
    assert ("roads", "checked") in boxes and ("ships", "checked") not in boxes
    assert not re.search(r'name="new"\s*checked', page)
