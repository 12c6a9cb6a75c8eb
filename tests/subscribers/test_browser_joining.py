"""Joining and coming back in real Chromium, at 375 px, keyboard only, in both languages.

Who confirms gets the newest issue. Who was stopped by refusals is told why, proves the address by
mail and is back. Set SUDI_PICTURES to a folder to keep a picture of every page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from newsletter import sending
from subscribers import suppression
from subscribers.links import Purpose, make
from subscribers.models import Publication, Subscription
from tests import builders
from tests.sending.stage import relay_for
from tests.site_settings import configure

from .test_browser import Walker

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]

LANGUAGES = {"en": "en-GB", "zh-Hans": "zh-CN"}


@pytest.fixture
def daily(live_server: Any, settings: Any) -> Publication:
    settings.TASKS = {
        "default": {
            "BACKEND": "django_tasks.backends.immediate.ImmediateBackend",
            "QUEUES": ["default", "sending", "mail"],
        }
    }
    configure(settings, BASE_URL=live_server.url)
    publication = builders.publication(
        welcome_latest_issue=True,
        reply_to="desk@harbour.example.org",
        translations={"zh-Hans": {"name": "港口日报", "description": "五分钟了解港口动态。"}},
    )
    for slug, name, chinese in (("ships", "Ships", "船舶"), ("trade", "Trade", "贸易")):
        builders.category(publication, name, slug=slug, translations={"zh-Hans": {"name": chinese}})
    return publication


@pytest.fixture(params=LANGUAGES)
def walker(request: Any, chromium: Any) -> Iterator[Walker]:
    context = chromium.new_context(
        locale=LANGUAGES[request.param], viewport={"width": 375, "height": 720}
    )
    context.set_default_timeout(20_000)
    yield Walker(context.new_page(), f"joining-{request.param}")
    context.close()


def language_of(walker: Walker) -> str:
    return walker.language.removeprefix("joining-")


def link(part: str) -> str:
    match = re.search(rf"http://\S+{part}\S+", str(mail.outbox[-1].body))
    assert match is not None
    return match[0]


def test_who_joins_gets_the_newest_issue(
    walker: Walker, live_server: Any, daily: Publication, tmp_path: Path
) -> None:
    ships, trade = daily.categories.order_by("position")
    issue = builders.issue(daily)
    builders.item(issue, ships, "A ship came in")
    builders.item(issue, trade, "Corn is up")
    builders.subscription(daily, "reader@example.org")
    with relay_for(tmp_path) as relay:
        sending.release(issue, by="olga", now=True)
        sending.sweep()
        sending.drain(20)
        joined = builders.subscription(
            daily, "alice@example.org", [ships], state="pending", confirmed_at=None,
            language=language_of(walker),
        )  # fmt: skip
        walker.open(f"{live_server.url}/s/c/{make(Purpose.CONFIRM, joined.pk)}/")
        walker.press("main form button")
        assert issue.title in walker.text()  # What follows is said.
        walker.look("welcome")
        sending.sweep()
        sending.drain(20)
        assert relay.recipients() == ["reader@example.org", "alice@example.org"]
        content = (relay.accepted[-1].content or b"").decode()
        assert "A ship came in" in content and "Corn is up" not in content
    assert issue.title in str(mail.outbox[-1].body)
    issue.refresh_from_db()
    assert (issue.state, sending.ledger(issue)["sent"]) == ("sent", 2)


def test_who_was_stopped_comes_back(walker: Walker, live_server: Any, daily: Publication) -> None:
    reader = builders.subscription(daily, "alice@example.org", language=language_of(walker))
    suppression.suppress("alice@example.org", "hard", {"status": "5.1.1"})
    manage = f"{live_server.url}/s/m/{make(Purpose.MANAGE, reader.pk)}/"
    walker.open(manage)
    walker.look("stopped")
    walker.press("form:has(input[value=proof]) button")
    walker.look("stopped-asked")
    walker.open(link("/s/p/"))
    walker.look("prove")
    assert suppression.suppressed("alice@example.org", daily) is not None
    walker.press("main form button")
    assert walker.page.locator(".notice-good").count() == 1
    walker.look("back")
    assert suppression.suppressed("alice@example.org", daily) is None
    assert Subscription.objects.get(pk=reader.pk).state == "active"


def test_who_complained_is_told_whom_to_ask(
    walker: Walker, live_server: Any, daily: Publication
) -> None:
    reader = builders.subscription(
        daily, "alice@example.org", language=language_of(walker), state="unsubscribed",
        since=timezone.now(),
    )  # fmt: skip
    suppression.suppress("alice@example.org", "complaint")
    walker.open(f"{live_server.url}/s/m/{make(Purpose.MANAGE, reader.pk)}/")
    assert "desk@harbour.example.org" in walker.text()
    assert walker.page.locator("form:has(input[value=proof])").count() == 0
    walker.look("complained")
