"""The second factor in Chromium: the square, the recovery codes, the second step of the login."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User

from subscribers.models import Publication

from .test_browser import Window, daily

__all__ = ["daily"]
pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]
PASSWORD = "ferry-quay-77"


def test_from_the_square_to_the_next_sign_in(
    chromium: Any, live_server: Any, daily: Publication, settings: Any
) -> None:
    """On a phone in the dark, in an account that must have one."""
    settings.SUDI = {**settings.SUDI, "SECOND_FACTOR": "all"}
    olga = User.objects.create_superuser("olga", "olga@example.org", PASSWORD)
    window = Window(
        chromium, live_server.url, olga, color_scheme="dark",
        viewport={"width": 375, "height": 800},
    )  # fmt: skip
    page = window.page
    wrong: list[str] = []

    def look(name: str) -> None:
        page.wait_for_load_state("load")
        if folder := os.environ.get("SUDI_PICTURES"):
            page.screenshot(path=str(Path(folder) / f"factor-{name}.png"), full_page=True)
        for violation in Axe().run(page).response["violations"]:
            nodes = [node["html"][:160] for node in violation["nodes"]]
            wrong.append(f"{name}: {violation['id']} {nodes[:3]}")
        over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        if (extra := page.evaluate(over)) > 0:
            wrong.append(f"{name}: {extra} px too wide")

    window.go("/admin/newsletter/issue/")
    look("required")
    secret = page.locator(".sudi-secret").inner_text().replace(" ", "")
    page.fill("[name=password]", PASSWORD)
    # The code before the one of now is good, too; the next sign-in takes that of now.
    totp = pyotp.TOTP(secret)
    page.fill("[name=code]", totp.at(page.evaluate("Date.now()") // 1000 - 30))
    page.get_by_role("button", name="Set it up").click()
    page.locator(".sudi-recovery").wait_for()
    recovery = page.locator(".sudi-recovery code").all_inner_texts()
    look("codes")
    page.get_by_role("link", name="I have kept them").click()
    page.wait_for_url("**/admin/newsletter/issue/")
    window.context.clear_cookies()
    window.go("/admin/second-factor/")
    page.fill("[name=username]", "olga")
    page.fill("[name=password]", PASSWORD)
    page.locator("form button[type=submit], form [type=submit]").first.click()
    page.wait_for_url("**/admin/login/code/**")
    look("code")
    page.fill("[name=code]", recovery[0])
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/admin/second-factor/")
    look("kept")
    assert "9 recovery codes are left" in page.content()
    window.close()
    assert wrong == [] and window.foreign == [] and window.errors == []
