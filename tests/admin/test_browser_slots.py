"""Slots in real Chromium: set up, a draft said to be ready, taken, and gone; in both languages."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from newsletter import sending
from newsletter.models import Issue, Slot
from subscribers.models import Publication
from tests import builders
from tests.sending.stage import relay_for

from .test_browser import Window, daily, person  # noqa: F401

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]


def picture(window: Window, name: str) -> None:
    if folder := os.environ.get("SUDI_PICTURES"):
        window.page.screenshot(path=str(Path(folder) / f"slots-{name}.png"), full_page=True)


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_from_the_calendar_to_the_mailbox(
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
    tmp_path: Path,
    locale: str,
) -> None:
    builders.subscription(daily, "alice@example.org")
    issue = builders.issue(daily, f"{timezone.now():%Y-%m-%d}")
    builders.item(issue, daily.categories.get(name="City"), "Night ferries return")
    owner = person("uma", daily, "owner")
    window = Window(chromium, live_server.url, owner, locale=locale)
    page = window.page
    window.go("/admin/newsletter/slot/")
    add = page.locator("form:has(input[value=add])")
    add.locator("input[name=at]").fill("25:00")
    add.locator("button").click()
    page.locator(".sudi-error").wait_for()
    picture(window, f"{locale}-refused")
    window.errors.clear()  # The browser notes the 422.
    # Two hours from now on every weekday: whatever today is.
    soon = timezone.now() + dt.timedelta(hours=2)
    add.locator("input[name=at]").fill(f"{soon:%H:%M}")
    for box in add.locator("input[name=weekdays]").all():
        box.check()
    add.locator("button").click()
    page.locator("input[value=remove]").first.wait_for(state="attached")
    off = page.locator("form:has(input[value=leave_out])")
    off.locator("input[name=day]").fill(f"{soon + dt.timedelta(days=3):%Y-%m-%d}")
    off.locator("input[name=note]").fill("Market day")
    off.locator("button").click()
    page.get_by_text("Market day").wait_for()
    picture(window, f"{locale}-calendar")
    window.go(f"/admin/newsletter/issue/{issue.pk}/send/")
    for box in page.locator("input[name=accept]").all():
        box.check()
    page.locator("#when > summary").click()
    # The button says a time while it is typed, and the ticks stay.
    page.locator("#at").fill(f"{timezone.now() + dt.timedelta(days=3):%Y-%m-%d}T08:17")
    page.locator(".sudi-send button.big", has_text="08:17").wait_for()
    assert page.locator("input[name=accept]:not(:checked)").count() == 0
    page.locator("#when button[value=slot]").click()
    page.locator("button[value=ready]").click()
    page.locator("button[value=not_ready]").wait_for()
    picture(window, f"{locale}-ready")
    window.go("/admin/newsletter/slot/")
    assert page.locator("tr .sudi-chip.good").count() == 1
    picture(window, f"{locale}-taken-by")
    # The slot comes; the send goes as any other.
    Slot.objects.update(at=(timezone.now() + dt.timedelta(minutes=2)).time().replace(microsecond=0))
    Publication.objects.update(undo_seconds=600)
    sending.sweep()
    issue.refresh_from_db()
    assert issue.state == "scheduled"
    window.go("/admin/newsletter/slot/")
    picture(window, f"{locale}-taken")
    with relay_for(tmp_path) as relay:
        Issue.objects.update(send_at=timezone.now())
        sending.sweep()
        sending.drain(20)
        assert relay.recipients() == ["alice@example.org"]
    assert window.errors == [] and window.foreign == []
    window.close()
