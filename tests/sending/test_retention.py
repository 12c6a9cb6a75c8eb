"""How long outcomes, finished mails and the audit are kept."""

from __future__ import annotations

import datetime as dt
import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from newsletter.models import Edition, Issue, RetentionPeriod
from newsletter.sending import retention
from newsletter.sending.bodies import pack
from newsletter.sending.engine import sweeper
from subscribers.models import AuditEntry, Publication
from tests import builders

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def said(*arguments: str) -> list[dict[str, Any]]:
    out = StringIO()
    call_command("retention", *arguments, "--json", stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture
def root() -> User:
    return User.objects.create_superuser("root", "root@example.org", "pass")


def entries(*ages: int) -> None:
    for age in ages:
        AuditEntry.objects.create(actor="a", action="b", at=timezone.now() - age * DAY)


def finished(slug: str, days: int, *, folded: bool) -> Issue:
    """An issue sent to 12 readers so many days ago, with its finished mail."""
    daily = Publication.objects.first() or builders.publication()
    at = timezone.now() - days * DAY
    issue = builders.issue(
        daily, slug, state="sent", frozen_at=at, finished_at=at, recipients=12, sent=12,
        published_at=at, folded_at=at if folded else None,
    )  # fmt: skip
    Edition.objects.create(
        issue=issue, selection=1, html=pack("<p>x</p>"), text=pack("x"), size=8, subject="x"
    )
    return issue


def test_a_period_says_what_it_deletes_before_it_is_kept() -> None:
    entries(400, 200, 91, 3)
    assert said() == [
        {"kind": "outcomes", "days": 60},
        {"kind": "bodies", "days": None},
        {"kind": "audit", "days": None},
    ]
    assert said("--keep", "audit=365") == [
        {"kind": "audit", "days": 365, "deletes": 1, "kept": False}
    ]
    assert retention.sweep() == 0 and not RetentionPeriod.objects.exists()
    assert said("--keep", "audit=90", "--yes")[0]["deletes"] == 3
    assert retention.sweep() == 3
    # What is left: the young one, and who set the period.
    assert [one.action for one in AuditEntry.objects.order_by("pk")] == ["b", "retention changed"]


@pytest.mark.parametrize("text", ["audit=89", "outcomes=39", "outcomes=forever", "bodies=3651"])
def test_a_period_that_would_do_harm_is_refused(text: str) -> None:
    with pytest.raises(SystemExit) as refused:
        call_command("retention", "--keep", text, "--yes", stderr=StringIO())
    assert refused.value.code == 1 and not RetentionPeriod.objects.exists()


def test_finished_mails_go_when_nobody_can_be_mailed_again() -> None:
    old, young = finished("2026-01-01", 90, folded=True), finished("2026-02-01", 45, folded=True)
    open_ = finished("2026-01-02", 90, folded=False)
    assert retention.touched("bodies", 50).rows == 1
    retention.set_period("bodies", 50, "root")
    assert retention.sweep() == 1
    left = {one.issue_id: bool(one.html) for one in Edition.objects.all()}
    assert left == {old.pk: False, young.pk: True, open_.pk: True}
    assert retention.sweep() == 0


def test_outcomes_are_folded_at_their_period() -> None:
    issue = finished("2026-01-01", 50, folded=False)
    assert retention.touched("outcomes", 45).rows == 12
    assert sweeper.fold_old() == 0
    retention.set_period("outcomes", 45, "root")
    assert sweeper.fold_old() == 1
    issue.refresh_from_db()
    assert issue.folded_at is not None


def test_the_page_shows_first_and_keeps_what_was_looked_at(client: Client, root: User) -> None:
    entries(400, 100)
    client.force_login(root)
    page = reverse("operation_retention")
    looked = client.post(page, {"kind": "audit", "days": "365", "do": "look"}).content.decode()
    assert "This deletes 1 records, for good." in looked
    # Another number typed since is looked at first.
    other = client.post(page, {"kind": "audit", "days": "90", "looked": "365", "do": "keep"})
    assert "This deletes 2 records, for good." in other.content.decode()
    assert not RetentionPeriod.objects.exists()
    kept = client.post(page, {"kind": "audit", "days": "90", "looked": "90", "do": "keep"})
    assert kept.status_code == 302 and retention.period("audit") == 90
    assert client.post(page, {"kind": "audit", "days": "5", "do": "look"}).status_code == 422
    client.force_login(User.objects.create_user("olga", is_staff=True))
    assert client.get(page).status_code in (403, 404)
