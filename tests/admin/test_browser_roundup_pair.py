"""In Chromium, in both languages: a round-up and an issue in two languages, from draft to mail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from newsletter.models import Issue, Item
from subscribers.models import Publication
from tests import builders
from tests.site_settings import configure
from tests.smtpd import Smtpd

from .test_browser import Window, daily, person
from .test_browser_channels import look, mails, page_of, press, work

__all__ = ["daily"]
pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]

# A wide page in English, a phone in Chinese.
VIEWS = pytest.mark.parametrize(("locale", "width"), [("en-GB", 1100), ("zh-CN", 375)])
ZH = "zh-Hans"


@pytest.fixture
def relay(settings: Any, tmp_path: Path) -> Iterator[Smtpd]:
    with Smtpd(keep=True) as server:
        configure(
            settings,
            DATA_DIR=tmp_path,  # A journal of its own: other tests had an issue 1 as well.
            SMTP_URLS=[f"smtp://127.0.0.1:{server.port}?starttls=never"],
        )
        yield server


def window_of(chromium: Any, base: str, who: Any, locale: str, width: int) -> Window:
    return Window(chromium, base, who, locale=locale, viewport={"width": width, "height": 900})


def tool(window: Window, item: Item, do: str) -> None:
    """One of the buttons beside an item."""
    with window.page.expect_navigation():
        window.page.locator(f"#item-{item.pk} button[value={do}]").click()


@VIEWS
def test_a_round_up_from_the_button_to_the_mail(
    chromium: Any, live_server: Any, daily: Publication, relay: Smtpd, locale: str, width: int
) -> None:
    """Made, reordered, one dropped, one shortened, approved by a second person, sent."""
    Publication.objects.update(undo_seconds=0, roundup="weekly", needs_approval=True)
    daily.refresh_from_db()
    city = daily.categories.get(slug="city")
    appeared = timezone.now() - dt.timedelta(minutes=5)
    for number, title in enumerate(("Night ferries return", "A crane is moved", "The old lock")):
        issue = builders.issue(
            daily, "2026-03-02", slug=f"n{number}", state="archived",
            published_at=appeared + dt.timedelta(minutes=number),
        )  # fmt: skip
        builders.item(issue, city, title, insight="A long remark. " * 20, published_at=appeared)
    builders.subscription(daily, "weekly@example.org", rhythm="weekly")
    builders.subscription(daily, "every@example.org")
    window = window_of(chromium, live_server.url, person("uma", daily, "sender"), locale, width)
    page = window.page
    name = f"roundup-{locale[:2]}"
    window.go(reverse("admin:newsletter_issue_roundup", args=[daily.slug]), name)
    look(window, "today")
    with page.expect_navigation():
        page.locator("main section form[method=post] button").click()
    draft = Issue.objects.get(kind="roundup")
    items = {one.title: one for one in draft.items.all()}
    assert len(items) == 3
    # Newest first, as the publication says; two steps up, then it comes before them.
    for _step in range(2):
        tool(window, items["Night ferries return"], "up")
    tool(window, items["A crane is moved"], "hide")
    window.go(reverse("admin:newsletter_issue_item", args=[draft.pk, items["The old lock"].pk]))
    page.locator("[name=insight]").fill("A short remark.")
    with page.expect_navigation():
        page.locator("main form.sudi-form > .sudi-buttons button").first.click()
    window.go(page_of("about", draft))
    page.locator("[name=intro]").fill("What the harbour spoke of.")
    with page.expect_navigation():
        page.locator("main form.sudi-form > .sudi-buttons button").first.click()
    window.go(page_of("change", draft), f"{name}-draft")
    look(window, "draft")
    # The originals stay as they were.
    assert (
        Item.objects.get(title="The old lock", issue__kind="regular").insight != "A short remark."
    )
    window.go(page_of("send", draft))
    assert page.locator(".sudi-send button.big").is_disabled()
    second = window_of(chromium, live_server.url, person("olga", daily, "owner"), locale, width)
    second.go(page_of("approve", draft), f"{name}-approve")
    look(second, "approve")
    with second.page.expect_navigation():
        second.page.locator("main form button.big").click()
    assert second.errors == []
    second.close()
    window.go(page_of("send", draft), f"{name}-send")
    look(window, "send")
    press(window)
    work()
    window.go(page_of("progress", draft), f"{name}-progress")
    (message,) = mails(relay)
    assert message["To"] == "weekly@example.org"
    body = message.get_body(("plain",))
    assert body is not None
    said = body.get_content()
    places = [
        said.index(one)
        for one in ("What the harbour spoke of", "1. Night ferries return", "2. The old lock")
    ]
    assert places == sorted(places)
    assert "A crane is moved" not in said and "A short remark." in said
    draft.refresh_from_db()
    window.go(f"/{daily.slug}/{draft.slug}/", f"{name}-site")
    assert window.errors == [] and window.foreign == []
    window.close()


@VIEWS
def test_a_pair_from_two_drafts_to_one_mail_each(
    chromium: Any, live_server: Any, daily: Publication, relay: Smtpd, locale: str, width: int
) -> None:
    """Paired by hand, side by side, mended, one press for both, one figure each, linked pages."""
    Publication.objects.update(undo_seconds=0)
    daily.refresh_from_db()
    city, nature = daily.categories.order_by("pk")
    city.translations = {ZH: {"name": "城市"}}
    city.save()
    english = builders.issue(daily)
    chinese = builders.issue(daily, slug="2026-03-02-zh", language=ZH, title="港口日报")
    builders.item(english, city, "1,234 ferries returned")
    builders.item(chinese, city, "1243艘渡轮返航")
    builders.item(english, nature, "Egrets are back")
    for one, language in (("en", ""), ("zh", ZH), ("de", "de")):
        builders.subscription(daily, f"{one}@example.org", language=language)
    window = window_of(chromium, live_server.url, person("uma", daily, "sender"), locale, width)
    page = window.page
    name = f"pair-{locale[:2]}"
    window.go(page_of("pair", english), name)
    look(window, "alone")
    # What cannot be is said at the field.
    page.locator("#with").fill("2026-03-02")
    page.locator("#with").press("Enter")
    page.locator("#with-problem").wait_for()
    assert page.locator("#with[aria-invalid=true]").count() == 1
    errors = [one for one in window.errors if "422" not in one]
    assert errors == []
    window.errors.clear()
    page.locator("#with").fill("2026-03-02-zh")
    with page.expect_navigation():
        page.locator("#with").press("Enter")
    window.go(page_of("pair", english), f"{name}-beside")
    look(window, "beside")
    said = page.locator("main").inner_text()
    assert "1,234" in said and "1243" in said
    # The figure is mended where it is wrong, and the item without a partner gets one.
    item = chinese.items.get()
    window.go(reverse("admin:newsletter_issue_item", args=[chinese.pk, item.pk]))
    page.locator("[name=title]").fill("1234艘渡轮返航")
    with page.expect_navigation():
        page.locator("main form.sudi-form > .sudi-buttons button").first.click()
    builders.item(chinese, nature, "白鹭回来了")
    window.go(page_of("pair", english))
    assert page.locator("main .sudi-chip.warn").count() == 0
    # Each address that differs is asked about once, not once a side.
    window.go(page_of("send", english))
    assert page.locator("input[name=accept]").count() == 2
    window.go(page_of("send", chinese), f"{name}-send")
    look(window, "send")
    press(window)
    work()
    window.go(page_of("progress", english), f"{name}-progress")
    look(window, "progress")
    got = {one["To"]: one for one in mails(relay)}
    assert sorted(got) == ["de@example.org", "en@example.org", "zh@example.org"]
    told = "There is no edition of this issue in the language you chose."
    for address, words, foreign in (
        ("en@example.org", "Egrets are back", False),
        ("zh@example.org", "白鹭回来了", False),
        ("de@example.org", "Egrets are back", True),
    ):
        text = got[address].get_body(("plain",))
        assert text is not None
        body = " ".join(text.get_content().split())
        assert words in body and (told in body) is foreign, address
    window.go("/daily/2026-03-02/", f"{name}-site")
    links = page.locator("link[rel=alternate][hreflang]").evaluate_all(
        "all => all.map(one => [one.hreflang, new URL(one.href).pathname])"
    )
    assert sorted(links) == [
        ["en", "/daily/2026-03-02/"],
        ["x-default", "/daily/2026-03-02/"],
        ["zh-Hans", "/daily/2026-03-02-zh/"],
    ]
    with page.expect_navigation():
        page.locator('main a[href$="/daily/2026-03-02-zh/"]').first.click()
    window.keep(f"{name}-site-zh")
    assert page.locator("html").get_attribute("lang") is not None
    assert "城市" in page.locator("main").inner_text()
    assert page.locator('main a[href$="/daily/2026-03-02/"]').count() == 1  # No "previous issue".
    assert window.errors == [] and window.foreign == []
    window.close()
