"""What a file of readers leaves open, decided in real Chromium, with script and without.

SUDI_PICTURES=FOLDER keeps pictures of the pages.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from subscribers.lists import jobs
from subscribers.models import ImportJob, ListDecision, Publication, Subscription, Suppression
from tests import builders
from tests.admin.test_browser import Window, person
from tests.site_settings import configure

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]

ASKING = """E-Mail;Name;kz;May we write to you?;Removed on
ann@example.org;Ann;A;Yes;
ben@example.org;Ben;U;Yes;
cid@example.org;Cid;A;No;0000-00-00
dot@example.org;Dot;A;;
eve@example.org;Eve;A;Yes;2025-04-01
nobody at home;Fay;A;Yes;
"""
BOUNCES = "Recipient,Bounce Type,Diagnostic\nann@example.org,Permanent,550 5.1.1 unknown\n"
SIGHTS = [(1280, "light", "en-GB"), (375, "dark", "zh-CN")]


@pytest.fixture
def daily(live_server: Any, settings: Any) -> Publication:
    configure(settings, BASE_URL=live_server.url)
    return builders.publication()


def press(window: Window, name: str) -> None:
    with window.page.expect_navigation():
        window.page.get_by_role("button", name=name).click()


def give(window: Window, folder: Path, text: str, name: str = "club.csv") -> None:
    path = folder / name
    path.write_text(text)
    window.go(reverse("admin:subscribers_importjob_upload"))
    window.page.locator("input[type=file]").set_input_files(str(path))
    with window.page.expect_navigation():
        window.page.locator(".sudi-form button").click()


@pytest.mark.parametrize("script", [True, False])
def test_nobody_comes_in_until_every_column_is_decided(
    chromium: Any, live_server: Any, daily: Publication, tmp_path: Path, script: bool
) -> None:
    window = Window(
        chromium, live_server.url, person("uma", daily, "reader_care"), java_script_enabled=script
    )
    page = window.page
    give(window, tmp_path, ASKING)
    assert page.get_by_role("heading", name="To decide before anybody comes in").is_visible()
    assert page.get_by_role("button", name="Import them").count() == 0
    # Counts, and examples that name nobody.
    assert not page.get_by_text("ben@example.org").is_visible()
    page.get_by_label("kz: A", exact=True).select_option("active")
    page.get_by_label("kz: U", exact=True).select_option("unsubscribed")
    page.get_by_label("May we write to you?: Yes", exact=True).select_option("active")
    page.get_by_label("May we write to you?: No", exact=True).select_option("unsubscribed")
    press(window, "Take these answers")
    # One value was forgotten: it is asked again, and what was said is kept.
    assert page.get_by_label("kz: A", exact=True).count() == 0
    page.get_by_label("May we write to you?: (empty)").select_option("pending")
    press(window, "Take these answers")
    page.get_by_text("They agreed, and the proof is kept here:").click()
    press(window, "Import them")
    assert page.get_by_text("Say where the proof of consent is kept.").is_visible()
    page.get_by_label("Where the proof is kept").fill("Sheets of the spring fair")
    press(window, "Import them")
    job = ImportJob.objects.get()
    jobs.import_readers.func(job.pk)
    rows = Subscription.objects.values_list("subscriber__name", "state")
    assert dict(rows) == {
        "Ann": "active", "Ben": "unsubscribed", "Cid": "unsubscribed", "Dot": "pending",
        "Eve": "unsubscribed",
    }  # fmt: skip
    window.go(reverse("admin:subscribers_importjob_change", args=[job.pk]), "list-done")
    assert page.get_by_text("kz: U → unsubscribed").is_visible()
    assert ListDecision.objects.get().actor == "uma"
    assert window.errors == [] and window.foreign == []
    window.close()


def test_bounces_come_in_as_suppressions(
    chromium: Any, live_server: Any, daily: Publication, tmp_path: Path
) -> None:
    window = Window(chromium, live_server.url, person("uma", daily, "reader_care"))
    give(window, tmp_path, BOUNCES, "bounces.csv")
    window.page.get_by_label("Bounce Type: Permanent").select_option("suppressed")
    # What a server said speaks of the reader as well.
    window.page.get_by_label("Diagnostic: 550 5.1.1 unknown").select_option("suppressed")
    press(window, "Take these answers")
    press(window, "Import them")
    jobs.import_readers.func(ImportJob.objects.get().pk)
    assert (Subscription.objects.count(), Suppression.objects.count()) == (0, 1)
    assert window.errors == []
    window.close()


@pytest.mark.parametrize("text", ["", "name,town\nAlice,Port\n"])
def test_what_is_no_list_is_said_without_a_failed_request(
    chromium: Any, live_server: Any, daily: Publication, tmp_path: Path, text: str
) -> None:
    window = Window(chromium, live_server.url, person("uma", daily, "reader_care"))
    give(window, tmp_path, text)
    assert window.page.get_by_role("alert").first.is_visible()
    assert ImportJob.objects.count() == 0
    assert window.errors == []
    window.close()


@pytest.mark.parametrize(("width", "scheme", "locale"), SIGHTS)
def test_the_questions_are_accessible_and_fit(
    chromium: Any,
    live_server: Any,
    daily: Publication,
    tmp_path: Path,
    width: int,
    scheme: str,
    locale: str,
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    window = Window(
        chromium,
        live_server.url,
        person("uma", daily, "reader_care"),
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        locale=locale,
    )
    wrong = []
    for name, text in (("asking", ASKING), ("bounces", BOUNCES)):
        give(window, tmp_path, text, f"{name}.csv")
        window.keep(f"list-{name}-{width}-{scheme}-{locale[:2]}")
        found = Axe().run(window.page).response["violations"]
        wrong += [(name, rule["id"], rule["nodes"][0]["html"][:200]) for rule in found]
        if window.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append((name, "wider than the window", ""))
    assert wrong == []
    assert window.errors == [] and window.foreign == []
    window.close()
