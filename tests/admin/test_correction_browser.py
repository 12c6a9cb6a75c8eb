"""A mistake in what is going out, in a real browser: seen, corrected, told, and looked up."""

from __future__ import annotations

from typing import Any

import pytest

from newsletter import sending
from newsletter.models import Delivery, Issue, Outcome
from subscribers.models import Publication
from tests import builders

from .test_browser import Window, daily, person  # noqa: F401
from .test_corrections import page

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def issue(daily: Publication) -> Issue:  # noqa: F811
    """Four readers: one has had the mail with the mistake, three wait."""
    made = builders.issue(daily)
    city = daily.categories.get(slug="city")
    builders.item(made, city, "Night ferries return in March, as the harbour office says")
    builders.item(made, daily.categories.get(slug="nature"), "Egrets are back")
    for number in range(4):
        builders.subscription(daily, f"reader{number}@example.org")
    sending.release(made, by="alice", now=True)
    assert sending.freeze(made.pk)
    first = Delivery.objects.filter(issue=made).order_by("pk").first()
    assert first is not None
    Outcome.objects.create(delivery_id=first.pk, round=1, state="sent")
    made.chunks.update(sent=1)
    made.refresh_from_db()
    sending.pause(made, by="alice")
    return made


@pytest.mark.parametrize(
    ("locale", "width", "words"),
    [
        ("en-GB", 1280, ("3 still wait and will get the mended text.", "It should say")),
        ("zh-CN", 375, ("3", "")),
    ],
)
def test_from_a_mistake_to_the_mail_about_it(
    chromium: Any,
    live_server: Any,
    issue: Issue,
    locale: str,
    width: int,
    words: tuple[str, str],
) -> None:
    who = person("olga", issue.publication, "owner")
    window = Window(
        chromium, live_server.url, who, locale=locale, viewport={"width": width, "height": 900}
    )
    try:
        name = f"correction-{locale}"
        window.go(page("progress", issue), f"{name}-progress")
        window.go(page("correct", issue), f"{name}-overview")
        window.page.click("a:has-text('Night ferries return in March')")
        assert words[0] in window.page.inner_text("main")
        window.go(window.page.url.removeprefix(live_server.url), f"{name}-form")
        window.page.fill("[name=title]", "Night ferries return in May, as the harbour office says")
        window.page.fill("[name=note]", "It is May, not March.")
        window.page.check("[name=mail]")
        with window.page.expect_navigation():
            window.page.click("main form button")
        mail = Issue.objects.get(kind="correction")
        window.page.wait_for_url(f"**{page('change', mail)}")
        issue.refresh_from_db()
        assert issue.mailed_id is not None and issue.mending_id is None
        window.go(page("preview", mail), f"{name}-mail")
        window.go(f"/daily/{issue.slug}/", f"{name}-site")
        assert "It is May, not March." in window.page.inner_text("main")
        had = Outcome.objects.get().delivery_id
        tie = Delivery.objects.values_list("subscription_id", flat=True).get(pk=had)
        window.go(page("received", issue, tie), f"{name}-received")
        frame = window.page.frame_locator("iframe")
        assert "in March" in frame.locator("body").inner_text()
        for shown in (page("correct", issue), page("received", issue, tie)):
            window.go(shown)
            assert window.page.evaluate("document.documentElement.scrollWidth") <= width
        assert window.errors == [] and window.foreign == []
    finally:
        window.close()
