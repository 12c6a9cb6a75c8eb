"""The board, an issue's figures, growth and finding in real Chromium: widths, themes, keys, axe."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from newsletter.models import (
    Bounce,
    Delivery,
    Edition,
    ImportWarning,
    Issue,
    Outcome,
    Slot,
    Worker,
)
from newsletter.sending import figures
from subscribers import readership, subscriptions
from subscribers.models import Publication, ReaderDay
from tests import builders

from .test_browser import Window, daily, person  # noqa: F401

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]
WENT = "/admin/newsletter/issue/{}/went/"
GROWTH = "/admin/newsletter/issue/growth/daily/"
FIND = "/admin/newsletter/issue/find/"


def fill(publication: Publication) -> Issue:
    """A week of a small newspaper; its last issue."""
    now = timezone.now()
    publication.time_zone = "Europe/Berlin"
    publication.roundup = "weekly"
    publication.save()
    city, nature = publication.categories.all()
    ties = [
        builders.subscription(publication, f"reader{n}@{'mail' if n % 3 else 'post'}.example")
        for n in range(24)
    ]
    Worker.objects.create(name="w", machine="m", version="1", seen=now)
    Slot.objects.create(publication=publication, weekdays=31, at=dt.time(7, 30), created_at=now)
    for ago in range(8, 0, -1):
        issue = sent(publication, city, nature, ties, now - dt.timedelta(days=ago))
    subscriptions.leave(ties[:2], form="one-click")
    figures.sweep(now)
    readership.sweep()
    for ago in range(1, 29):
        for category in (0, city.pk, nature.pk):
            ReaderDay.objects.create(
                publication=publication, category=category, day=now.date() - dt.timedelta(days=ago),
                won=ago * 7 % 11, lost=ago * 5 % 4,
            )  # fmt: skip
    draft = builders.issue(publication, f"{now + dt.timedelta(days=2):%Y-%m-%d}")
    ImportWarning.objects.create(issue=draft, mark="a", code="x")
    coming = builders.issue(publication, f"{now:%Y-%m-%d}")
    builders.item(coming, city, "Night ferries return")
    Issue.objects.filter(pk=coming.pk).update(
        state="scheduled", send_at=now + dt.timedelta(minutes=40)
    )
    return issue


def sent(publication: Publication, city: Any, nature: Any, ties: list[Any], at: Any) -> Issue:
    issue = builders.issue(publication, f"{at:%Y-%m-%d}")
    items = [builders.item(issue, one, "A ship came in") for one in (city, nature)]
    Issue.objects.filter(pk=issue.pk).update(
        state="sent", frozen=issue.revisions.create(number=1, kind="release"), frozen_at=at,
        finished_at=at, recipients=len(ties), sent=len(ties), published_at=at,
    )  # fmt: skip
    editions = [
        Edition.objects.create(issue=issue, selection=n + 1, items=[one.pk for one in some])
        for n, some in enumerate((items, items[:1]))
    ]
    for place, tie in enumerate(ties, 1):
        one = Delivery.objects.create(
            id=issue.first_delivery + place, issue=issue, subscription=tie,
            edition=editions[place % 2],
        )  # fmt: skip
        Outcome.objects.create(delivery=one, round=1, at=at, state="sent", code=250)
        if (place + at.day) % 9 == 0:
            Bounce.objects.create(
                subscriber_id=tie.subscriber_id, delivery=one, via="dsn",
                kind=("hard", "soft", "complaint")[place % 3], seen=f"{one.pk}",
            )  # fmt: skip
    issue.refresh_from_db()
    return issue


def picture(window: Window, name: str) -> None:
    if folder := os.environ.get("SUDI_PICTURES"):
        window.page.screenshot(path=str(Path(folder) / f"board-{name}.png"), full_page=True)


@pytest.mark.parametrize(
    ("locale", "scheme", "width"),
    [
        ("en-GB", "light", 1280),
        ("zh-CN", "dark", 1280),
        pytest.param("zh-CN", "light", 375, marks=pytest.mark.long),
        pytest.param("en-GB", "dark", 375, marks=pytest.mark.long),
    ],
)
def test_every_page_of_it_is_whole(
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
    locale: str,
    scheme: str,
    width: int,
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    issue = fill(daily)
    owner = person("uma", daily, "owner")
    size = {"width": width, "height": 900}
    window = Window(
        chromium, live_server.url, owner, locale=locale, color_scheme=scheme, viewport=size
    )
    page = window.page
    name = f"{locale[:2]}-{scheme}-{width}"
    for what, address in (
        ("today", "/admin/"),
        ("went", WENT.format(issue.pk)),
        ("growth", GROWTH),
        ("find", FIND),
    ):
        window.go(address)
        if what == "find":
            page.locator("#q").fill("reader")
            page.locator("main form button").click()
            page.locator(".sudi-found .sudi-hit").first.wait_for()
        for opened in page.locator("main .sudi-plot details summary").all():
            opened.click()
        assert page.locator("main canvas").evaluate_all(
            "all => all.every(one => one.width > 100 && one.height > 100)"
        )
        picture(window, f"{what}-{name}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, (what, wide)
        found = Axe().run(page)
        assert found.violations_count == 0, (what, found.generate_report())
    page.keyboard.press("Control+k")
    page.keyboard.type("ferr")
    page.locator("#sudi-palette .sudi-hit").first.wait_for()
    picture(window, f"palette-{name}")
    assert Axe().run(page).violations_count == 0
    assert window.errors == [] and window.foreign == []
    window.close()


def test_by_keyboard_only(
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
) -> None:
    fill(daily)
    window = Window(chromium, live_server.url, person("uma", daily, "owner"))
    page = window.page
    window.go("/admin/")
    page.keyboard.press("?")
    page.locator("#sudi-keys[open]").wait_for()
    picture(window, "keys")
    page.keyboard.press("Escape")
    # A reader by part of the address: three keys and Enter on the first hit.
    page.keyboard.press("Control+k")
    page.keyboard.type("reader7@")
    page.locator("#sudi-palette .sudi-hit", has_text="reader7@").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/subscribers/subscriber/**")
    page.keyboard.press("t")
    page.wait_for_url(f"{live_server.url}/admin/")
    page.keyboard.press("n")
    assert page.evaluate("document.activeElement.className") == "sudi-issue"
    page.keyboard.press("Enter")
    page.wait_for_url("**/progress/")
    page.keyboard.press("p")
    page.wait_for_url("**/preview/")
    # What a letter does can be switched off; with a modifier it stays.
    page.keyboard.press("?")
    page.locator("#sudi-single-keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    page.keyboard.press("Control+k")
    page.locator("#sudi-palette[open]").wait_for()
    assert page.url.endswith("/preview/")
    assert window.errors == []
    window.close()


def test_the_key_saves_a_text_and_never_sends(
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
) -> None:
    issue = builders.issue(daily)
    item = builders.item(issue, daily.categories.first(), "Before")
    window = Window(chromium, live_server.url, person("uma", daily, "owner"))
    page = window.page
    window.go(f"/admin/newsletter/issue/{issue.pk}/item/{item.pk}/")
    page.locator("[name=title]").fill("After")
    page.keyboard.press("Control+s")
    page.wait_for_function("!location.pathname.includes('/item/')")
    page.wait_for_load_state()
    window.go(f"/admin/newsletter/issue/{issue.pk}/send/")
    item.refresh_from_db()
    assert item.title == "After"
    page.keyboard.press("Control+s")
    page.wait_for_timeout(500)
    issue.refresh_from_db()
    assert issue.state == "draft"
    window.close()


def test_the_list_of_keys_names_none_that_does_nothing_here(
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
) -> None:
    issue = builders.issue(daily)
    item = builders.item(issue, daily.categories.first(), "Ferries")
    always = {"Ctrl K", "t", "?"}
    of_pages = {
        f"/admin/newsletter/issue/{issue.pk}/preflight/": {"p", "s"},
        f"/admin/newsletter/issue/{issue.pk}/item/{item.pk}/": {"Ctrl S"},
        "/admin/newsletter/issue/": {"n N"},
        "/admin/newsletter/noticechoice/": set(),
    }
    for kind, lacks in (("owner", set()), ("editor", {"s"})):
        window = Window(chromium, live_server.url, person(kind, daily, kind))
        for address, here in of_pages.items():
            window.go(address)
            window.page.keyboard.press("?")
            shown = window.page.locator("#sudi-keys[open] > dl dt:visible").all_inner_texts()
            assert {" ".join(one.split()) for one in shown} - always == here - lacks, address
        window.close()
