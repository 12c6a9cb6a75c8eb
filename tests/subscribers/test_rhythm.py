"""A round-up that nothing makes is offered nowhere, and who chose one before is not lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client

from newsletter import sending
from subscribers.links import Purpose, make
from subscribers.lists import importing as csv_in
from subscribers.lists.plan import Options
from subscribers.lists.source import look as look_at
from subscribers.models import ImportProblem, Publication, Subscription
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def harbour() -> Publication:
    publication = builders.publication()
    builders.category(publication, "Tides")
    return publication


def test_the_sign_up_form_offers_none_and_refuses_one(client: Client, harbour: Publication) -> None:
    path = f"/{harbour.slug}/subscribe/"
    page = client.get(path).content.decode()
    assert "weekly" not in page and 'name="rhythm"' not in page
    answer = client.post(path, {"address": "alice@example.org", "rhythm": "weekly"})
    assert answer.status_code == 422
    assert "it keeps no round-up" in answer.content.decode()
    assert not Subscription.objects.exists()
    assert client.post(path, {"address": "alice@example.org"}).status_code == 303
    assert Subscription.objects.get().rhythm == "every"


def test_preferences_offer_none_and_refuse_one(client: Client, harbour: Publication) -> None:
    reader = builders.subscription(harbour, "alice@example.org")
    path = f"/s/m/{make(Purpose.MANAGE, reader.pk)}/"
    page = client.get(path).content.decode()
    assert "round-up" not in page and 'name="rhythm"' not in page
    assert client.post(path, {"action": "save", "rhythm": "weekly"}).status_code == 422
    reader.refresh_from_db()
    assert reader.rhythm == "every"


def test_who_has_one_keeps_it_is_told_and_can_change(client: Client, harbour: Publication) -> None:
    reader = builders.subscription(harbour, "alice@example.org", rhythm="weekly")
    path = f"/s/m/{make(Purpose.MANAGE, reader.pk)}/"
    page = client.get(path).content.decode()
    assert "Nothing is sent in this rhythm at present" in page
    assert 'value="weekly" checked' in " ".join(page.split()) and 'value="every"' in page
    for said, stored in (({}, "weekly"), ({"rhythm": "weekly"}, "weekly"),
                         ({"rhythm": "every"}, "every")):  # fmt: skip
        assert client.post(path, {"action": "save", **said}).status_code == 303
        reader.refresh_from_db()
        assert reader.rhythm == stored
    assert client.post(path, {"action": "save", "rhythm": "weekly"}).status_code == 422


def test_the_interface_says_that_there_is_no_round_up(client: Client, harbour: Publication) -> None:
    path = f"/api/publications/{harbour.slug}/subscribe/"
    wish = {"address": "alice@example.org", "rhythm": "weekly"}
    answer = client.post(path, wish, "application/json")
    assert answer.status_code == 422
    assert answer.json()["problems"] == [
        {
            "field": "rhythm",
            "code": "unserved",
            "message": "the publication sends every issue; it keeps no round-up",
        }
    ]
    assert "weekly" not in client.get("/api/openapi.json").content.decode()
    assert client.post(path, {**wish, "rhythm": "every"}, "application/json").status_code == 202


def test_a_file_that_says_weekly_is_told_by_row(tmp_path: Path, harbour: Publication) -> None:
    path = tmp_path / "readers.csv"
    path.write_text(
        "email,frequency\nalice@example.org,Weekly\nbob@example.org,every\ncharlie@example.org,\n"
    )
    options = Options(consent="signed forms, folder 7")
    csv_in.run(look_at(path, options), harbour, options)
    assert list(Subscription.objects.values_list("rhythm", flat=True)) == ["every"] * 3
    problem = ImportProblem.objects.get()
    assert (problem.line, problem.column, problem.level, problem.code, problem.message) == (
        2,
        "frequency",
        "warning",
        "rhythm",
        "The rhythm “Weekly” is not served; the reader gets every issue.",
    )


@pytest.mark.parametrize(
    ("readers", "sentence"),
    [
        (1, "1 reader chose a weekly round-up, which nothing sends."),
        (12, "12 readers chose a weekly round-up, which nothing sends."),
    ],
)
def test_plan_and_preflight_say_how_many_would_be_lost(
    client: Client, harbour: Publication, capsys: Any, readers: int, sentence: str
) -> None:
    issue = builders.issue(harbour)
    builders.item(issue, harbour.categories.get(), "High water")
    builders.subscription(harbour, "alice@example.org")
    builders.subscription(harbour, "left@example.org", rhythm="weekly", state="unsubscribed")
    other = builders.publication("other")
    builders.subscription(other, "bob@example.org", rhythm="weekly")
    assert not any("round-up" in warning for warning in sending.plan(issue).warnings)
    for number in range(readers):
        builders.subscription(harbour, f"weekly{number}@example.org", rhythm="weekly")
    plan = sending.plan(issue)
    assert sentence in plan.warnings
    assert (plan.mails, plan.none) == (1, {"rhythm": readers})
    call_command("plan_issue", harbour.slug, issue.slug, "--json")
    assert sentence in json.loads(capsys.readouterr().out)["warnings"]
    client.force_login(get_user_model().objects.create_superuser("alice", "alice@example.org"))
    for page in ("preflight", "send"):
        shown = client.get(f"/admin/newsletter/issue/{issue.pk}/{page}/").content.decode()
        assert sentence in shown, page
