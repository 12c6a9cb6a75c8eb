"""Passkeys in Chromium, whose own virtual device makes and uses them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User

from subscribers.models import AuditEntry, Passkey, Publication, SecondFactor

from .test_browser import Window, daily

__all__ = ["daily"]
pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]
PASSWORD = "ferry-quay-77"
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
    "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def test_added_used_at_sign_in_and_removed(
    chromium: Any, live_server: Any, daily: Publication, settings: Any
) -> None:
    """On a phone, by keyboard, in an account that must have a second factor and has no app."""
    settings.SUDI = {**settings.SUDI, "SECOND_FACTOR": "all", "BASE_URL": live_server.url}
    assert "//localhost:" in live_server.url  # 127.0.0.1 is no name to bind a passkey to.
    olga = User.objects.create_superuser("olga", "olga@example.org", PASSWORD)
    window = Window(
        chromium, live_server.url, olga, color_scheme="dark",
        viewport={"width": 375, "height": 800},
    )  # fmt: skip
    page = window.page
    device = window.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    wrong: list[str] = []

    def look(name: str) -> None:
        page.wait_for_load_state("load")
        if folder := os.environ.get("SUDI_PICTURES"):
            page.screenshot(path=str(Path(folder) / f"passkey-{name}.png"), full_page=True)
        for violation in Axe().run(page).response["violations"]:
            nodes = [node["html"][:160] for node in violation["nodes"]]
            wrong.append(f"{name}: {violation['id']} {nodes[:3]}")
        over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        if (extra := page.evaluate(over)) > 0:
            wrong.append(f"{name}: {extra} px too wide")

    # Led to where it is required; the passkey satisfies it.
    window.go("/admin/newsletter/issue/")
    look("required")
    page.get_by_role("link", name="Add a passkey").press("Enter")
    page.fill("[name=name]", "Harbour phone")
    page.fill("[name=password]", PASSWORD)
    look("add")
    page.locator("[name=password]").press("Enter")
    page.get_by_role("button", name="Make the passkey").wait_for()
    look("make")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Make the passkey"
    page.keyboard.press("Enter")
    page.locator(".sudi-recovery").wait_for()
    assert page.locator(".sudi-recovery code").count() == 10
    page.get_by_role("link", name="I have kept them").click()
    page.wait_for_url("**/admin/newsletter/issue/")
    # The next sign-in.
    window.context.clear_cookies()
    window.go("/admin/second-factor/")
    page.fill("[name=username]", "olga")
    page.fill("[name=password]", PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/admin/login/code/**")
    look("sign-in")
    page.get_by_role("button", name="Use a passkey").press("Enter")
    page.wait_for_url("**/admin/second-factor/")
    look("kept")
    assert "Harbour phone" in page.locator("#passkeys + p + ul").inner_text()
    used = Passkey.objects.get()
    assert used.last_used is not None and used.sign_count > 1 and used.transports == ["internal"]
    # The same device again: the browser knows that it has one. The field for a code stays empty.
    page.get_by_role("link", name="Add a passkey").click()
    page.fill("[name=name]", "Harbour phone again")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_text("This device holds a passkey of your account already.").wait_for()
    # Removed, and with it the factor, which the account must have.
    window.go("/admin/second-factor/")
    page.get_by_role("link", name="Remove Harbour phone").click()
    look("remove")
    page.get_by_role("button", name="Remove the passkey").click()
    page.get_by_role("heading", name="Set up a second factor").wait_for()
    assert not Passkey.objects.exists() and not SecondFactor.objects.exists()
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "passkey added", "passkey removed", "second factor removed",
    ]  # fmt: skip
    window.close()
    assert wrong == [] and window.foreign == [] and window.errors == []
