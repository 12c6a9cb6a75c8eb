"""In Chromium: a program posts, an editor is told and mends, a second one approves, it goes."""

from __future__ import annotations

import email
import email.policy
import json
import re
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from newsletter import notices, sending
from newsletter.intake import tokens
from newsletter.models import Issue, NoticeChoice
from subscribers import mailing
from subscribers.models import Publication
from tests import builders
from tests.site_settings import configure
from tests.smtpd import Smtpd

from .test_browser import Window, daily, person

__all__ = ["daily"]
pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]

DIGEST = """# Harbour Daily - 2026-03-02

## Night ferries return

> **Category:** City

**Insight:** It is faster.

## Egrets are back

> **Category:** Nature
> **Source:** [The Paper](https://example.org/egrets)

**Insight:** After ten years.
"""


@pytest.fixture
def relay(settings: Any, tmp_path: Path) -> Iterator[Smtpd]:
    with Smtpd(keep=True) as server:
        configure(
            settings,
            DATA_DIR=tmp_path,  # A journal of its own: other tests had an issue 1 as well.
            SMTP_URLS=[f"smtp://127.0.0.1:{server.port}?starttls=never"],
        )
        yield server


def post(base: str, secret: str) -> dict[str, Any]:
    """What the program's own machine does: one request, over a socket."""
    request = urllib.request.Request(
        f"{base}/api/v1/publications/daily/issues/",
        data=DIGEST.encode(),
        headers={"Authorization": f"Bearer {secret}", "Content-Type": "text/markdown"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 201
        found: dict[str, Any] = json.load(answer)
        return found


def told(outbox: Sequence[Any]) -> tuple[list[str], str]:
    """Who was mailed a notice, and the first page that it leads to."""
    notices.sweep()
    mailing.sweep()
    page = re.search(r"https?://\S+/admin/newsletter/issue/\d+/preflight/", outbox[-1].body)
    assert page is not None
    return outbox[-1].to, page[0]


def test_a_program_posts_and_two_people_let_it_go(
    chromium: Any, live_server: Any, daily: Publication, relay: Smtpd, mailoutbox: list[Any]
) -> None:
    Publication.objects.update(needs_approval=True, undo_seconds=0)
    daily.refresh_from_db()
    builders.subscription(daily, "alice@example.org")
    builders.subscription(daily, "bob@example.org", [daily.categories.get(name="Nature")])
    robot = person("robot", daily, "editor")
    erin, sam = person("erin", daily, "sender"), person("sam", daily, "approver")
    User.objects.filter(pk=erin.pk).update(email="erin@example.org")
    NoticeChoice.objects.create(user=erin, publication=daily, type="issue.problems")

    made = post(live_server.url, tokens.make(robot, daily, "draft", by="test")[1])
    assert [(one["line"], one["code"]) for one in made["problems"]] == [(3, "source-missing")]
    issue = Issue.objects.get()
    assert (issue.slug, issue.state) == ("2026-03-02", "draft")

    # Erin is told, and her mail's button leads to what is to be looked at.
    to, address = told(mailoutbox)
    assert to == ["erin@example.org"]
    window = Window(chromium, live_server.url, erin)
    page = window.page
    window.go(address.removeprefix(live_server.url), "program-preflight")
    assert page.get_by_text("names no source").first.is_visible()
    first = reverse("admin:newsletter_issue_item", args=[issue.pk, issue.items.get(number=1).pk])
    page.locator(f'a[href*="{first}"]').first.click()
    page.get_by_label("Sources").fill("The Paper | https://example.org/ferry")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Item 1 was saved.").wait_for()
    # Alone she cannot let it go.
    window.go(page_of("send", issue), "program-send")
    assert page.locator(".sudi-send button.big").is_disabled()

    second = Window(chromium, live_server.url, sam)
    second.go(page_of("approve", issue), "program-approve")
    for box in second.page.locator("main input[type=checkbox]").all():
        box.check()
    with second.page.expect_navigation():
        second.page.locator("main form button.big").click()
    issue.refresh_from_db()
    assert issue.approved_by == sam

    window.go(page_of("send", issue))
    for box in page.locator("input[name=accept]").all():
        box.check()
    with page.expect_navigation():
        page.locator(".sudi-send button.big").click()
    sending.sweep()
    sending.drain(20)
    sending.sweep()
    mails = {
        one.recipient: email.message_from_bytes(one.content or b"", policy=email.policy.default)
        for one in relay.accepted
    }
    assert set(mails) == {"alice@example.org", "bob@example.org"}
    texts = {to: mail.get_body(("plain",)).get_content() for to, mail in mails.items()}  # type: ignore[attr-defined]
    assert "https://example.org/ferry" in texts["alice@example.org"]
    assert "Night ferries" not in texts["bob@example.org"]
    for one in (window, second):
        assert one.errors == [] and one.foreign == []
        one.close()


def page_of(name: str, issue: Issue) -> str:
    return reverse(f"admin:newsletter_issue_{name}", args=[issue.pk])
