"""In Chromium, in both languages: a rehearsal, publishing without mail, mail alone."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from newsletter import sending
from newsletter.models import Issue
from subscribers.models import Publication, Subscription
from tests import builders
from tests.site_settings import configure
from tests.smtpd import Smtpd

from .test_browser import Window, daily, person

__all__ = ["daily"]
pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]

DESK = "desk@harbour.example.org"
LANGUAGES = pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])


@pytest.fixture
def relay(settings: Any, tmp_path: Path) -> Iterator[Smtpd]:
    with Smtpd(keep=True) as server:
        configure(
            settings,
            DATA_DIR=tmp_path,  # A journal of its own: other tests had an issue 1 as well.
            SMTP_URLS=[f"smtp://127.0.0.1:{server.port}?starttls=never"],
        )
        yield server


@pytest.fixture
def draft(daily: Publication) -> Issue:
    Publication.objects.update(undo_seconds=0)
    daily.refresh_from_db()
    issue = builders.issue(daily)
    city, nature = daily.categories.order_by("pk")
    builders.item(issue, city, "Night ferries return")
    builders.item(issue, nature, "Egrets are back")
    return issue


def mails(relay: Smtpd) -> list[EmailMessage]:
    return [
        email.message_from_bytes(
            one.content or b"", _class=EmailMessage, policy=email.policy.default
        )
        for one in relay.accepted
    ]


def work() -> None:
    """What the worker does."""
    sending.sweep()
    sending.drain(20)
    sending.sweep()


def choose(window: Window, channels: str) -> None:
    """Choose in the sentence where it goes; the sentence says it without a new page."""
    page = window.page
    page.locator("#where > summary").click()
    page.locator(f"#where button[value={channels}]").click()
    page.locator(f"input[name=channels][value={channels}]").wait_for(state="attached")


def press(window: Window) -> None:
    """Tick what is asked for and press the one button of the send page."""
    for box in window.page.locator("input[name=accept]").all():
        box.check()
    with window.page.expect_navigation():
        window.page.locator(".sudi-send button.big").click()


def look(window: Window, name: str) -> None:
    """Accessible, no wider than the window, nothing from elsewhere."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(window.page).response["violations"]
    assert [(name, one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
    assert not window.page.evaluate("document.documentElement.scrollWidth > innerWidth"), name
    assert window.errors == [] and window.foreign == []


def page_of(name: str, issue: Issue) -> str:
    return reverse(f"admin:newsletter_issue_{name}", args=[issue.pk])


@LANGUAGES
def test_a_rehearsal_from_the_form_to_the_real_thing(
    chromium: Any, live_server: Any, daily: Publication, draft: Issue, relay: Smtpd, locale: str
) -> None:
    builders.subscription(daily, "alice@example.org")
    builders.subscription(daily, "bob@example.org", [daily.categories.get(name="City")])
    window = Window(
        chromium,
        live_server.url,
        person("olga", daily, "owner"),
        locale=locale,
        viewport={"width": 1100, "height": 900},
    )
    page = window.page
    form = reverse("admin:subscribers_publication_change", args=[daily.pk])
    window.go(form)
    assert page.locator(".sudi-rehearsal").count() == 0
    # A reader's address is refused at the field.
    page.locator("#id_rehearsal_address").fill("alice@example.org")
    page.locator("button[name=_save]").click()
    page.locator("#id_rehearsal_address[aria-invalid=true], .errorlist").first.wait_for()
    page.locator("#id_rehearsal_address").fill(DESK)
    page.locator("button[name=_save]").click()
    page.locator(".sudi-rehearsal").wait_for()
    for where in ("/admin/", reverse("admin:newsletter_issue_changelist"), form):
        window.go(where, f"rehearsal-bar-{locale[:2]}")
        assert DESK in page.locator(".sudi-rehearsal").inner_text()
    # Beforehand, in numbers; then one press.
    window.go(page_of("send", draft), f"rehearsal-send-{locale[:2]}")
    said = page.locator("#rehearsal").inner_text()
    assert DESK in said and re.search(r"\b2\b", said)
    look(window, "rehearsal")
    press(window)
    work()
    window.go(page.url.removeprefix(live_server.url), f"rehearsal-progress-{locale[:2]}")
    assert [one.recipient for one in relay.accepted] == [DESK, DESK]
    # Its way out acts for nobody.
    found = re.search(r"<(http[^>]+)>", mails(relay)[0]["List-Unsubscribe"])
    assert found is not None
    reader = chromium.new_context(locale=locale).new_page()
    reader.goto(found[1])
    assert reader.locator("form[method=post] button:not([name=language])").count() == 0
    reader.context.close()
    assert not Subscription.objects.exclude(state="active").exists()
    # The address goes, and the same draft goes to its readers.
    window.go(form)
    page.locator("#id_rehearsal_address").fill("")
    with page.expect_navigation():
        page.locator("button[name=_save]").click()
    assert page.locator(".sudi-rehearsal").count() == 0
    window.go(page_of("send", draft), f"rehearsal-past-{locale[:2]}")
    press(window)
    work()
    taken = sorted(one.recipient for one in relay.accepted[2:])
    assert taken == ["alice@example.org", "bob@example.org"]
    window.close()


@LANGUAGES
def test_published_without_mail_and_mailed_later(
    chromium: Any, live_server: Any, daily: Publication, draft: Issue, relay: Smtpd, locale: str
) -> None:
    """The first issue of a site that has no reader yet, then its readers, then one more."""
    window = Window(
        chromium,
        live_server.url,
        person("uma", daily, "sender"),
        locale=locale,
        viewport={"width": 375, "height": 800},
        color_scheme="dark",
    )
    page = window.page
    window.go(page_of("send", draft))
    assert page.locator(".sudi-send button.big").is_disabled()
    choose(window, "site")
    window.go(f"{page_of('send', draft)}?channels=site", f"site-only-{locale[:2]}")
    look(window, "site only")
    press(window)
    draft.refresh_from_db()
    assert draft.state == "published"
    page.goto(f"{live_server.url}/daily/2026-03-02/")
    assert page.get_by_text("Egrets are back").first.is_visible()
    builders.subscription(daily, "alice@example.org")
    window.go(page_of("change", draft))
    page.locator(f'.sudi-actions a[href="{page_of("send", draft)}"]').click()
    page.locator(".sudi-send").first.wait_for()
    assert page.locator("button[name=to]").count() == 0  # Only the mail is left to choose.
    press(window)
    work()
    builders.subscription(daily, "late@example.org")
    window.go(page_of("progress", draft), f"mailed-later-{locale[:2]}")
    page.locator(f'a[href="{page_of("rest", draft)}"]').click()
    page.locator("main form button.big").wait_for()
    window.go(page_of("rest", draft), f"rest-{locale[:2]}")
    look(window, "rest")
    with page.expect_navigation():
        page.locator("main form button.big").click()
    work()
    assert [one.recipient for one in relay.accepted] == ["alice@example.org", "late@example.org"]
    window.close()


@LANGUAGES
def test_mail_alone_says_so_before_and_is_nowhere_after(
    chromium: Any, live_server: Any, daily: Publication, draft: Issue, relay: Smtpd, locale: str
) -> None:
    builders.subscription(daily, "alice@example.org")
    window = Window(chromium, live_server.url, person("uma", daily, "sender"), locale=locale)
    page = window.page
    window.go(page_of("send", draft))
    choose(window, "mail")
    window.go(f"{page_of('send', draft)}?channels=mail", f"mail-only-{locale[:2]}")
    look(window, "mail only")
    press(window)
    work()
    (message,) = mails(relay)
    assert message["To"] == "alice@example.org" and message["Archived-At"] is None
    assert page.request.get(f"{live_server.url}/daily/2026-03-02/").status == 404
    page.goto(f"{live_server.url}/daily/")
    assert page.get_by_text("Egrets are back").count() == 0
    window.go(reverse("admin:newsletter_issue_changelist"), f"mail-only-list-{locale[:2]}")
    if locale == "en-GB":
        assert "mail only" in page.locator(".sudi-issues").inner_text()
    window.close()
