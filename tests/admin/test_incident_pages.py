"""An incident in real Chromium: what the editor sees, at both widths, in both looks."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from newsletter.models import Bounce, Issue
from newsletter.sending import held
from subscribers.models import Incident, Publication
from tests import builders

from .test_browser import Window, daily  # noqa: F401

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "look"), [(375, "dark"), (1280, "light")])
def test_an_open_incident_is_said_and_decided(
    width: int,
    look: str,
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
) -> None:
    issue = builders.issue(daily)
    frozen = issue.revisions.create(number=1, kind="release")
    incident = Incident.objects.create(
        publication=daily, about=f"issue:{issue.pk}", attempts=40, refusals=31,
        habit=0.025, threshold=0.075,
    )  # fmt: skip
    Issue.objects.filter(pk=issue.pk).update(
        state="paused", frozen=frozen, frozen_at=builders.NOW, state_reason=held.sentence(incident)
    )
    for number in range(3):
        Bounce.objects.create(
            kind="hard", via="smtp", status="5.1.1", reason="No such user", seen=f"{number}",
            delivery_id=issue.pk * 2**32 + number, decision="waiting", incident=incident,
        )  # fmt: skip
    root = User.objects.create_superuser("root")
    window = Window(
        chromium, live_server.url, root,
        viewport={"width": width, "height": 900}, color_scheme=look,
    )  # fmt: skip
    window.go(reverse("admin:newsletter_issue_progress", args=[issue.pk]), f"incident-{width}-a")
    assert "31 of 40 addresses were refused for good" in window.page.inner_text("main")
    pages = {
        "b": reverse("admin:newsletter_issue_failures", args=[issue.pk, "failed"]),
        "c": reverse("admin:subscribers_incident_changelist"),
        "d": reverse("admin:subscribers_incident_change", args=[incident.pk]),
    }
    for name, address in pages.items():
        window.go(address, f"incident-{width}-{name}")
        fits = "document.documentElement.scrollWidth <= window.innerWidth"
        assert window.page.evaluate(fits), address
    window.page.get_by_role("button", name="Carry them out").click()
    window.page.get_by_text("carried out").first.wait_for()
    incident.refresh_from_db()
    assert (incident.state, incident.decided_by) == ("carried_out", "root")
    assert (window.ran, window.foreign, window.errors) == ([], [], [])
    window.context.close()
