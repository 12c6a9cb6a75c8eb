"""The address name of a draft is chosen on its title page, and collides with nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from newsletter.models import Issue
from subscribers.models import Publication
from tests import builders

from .test_kept_forms import hidden
from .test_people import client, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def daily() -> Publication:
    return builders.publication()


@pytest.fixture
def editor(daily: Publication) -> Client:
    return client(person("uma", daily, "editor"))


def send(editor: Client, issue: Issue, **changed: Any) -> Any:
    url = f"/admin/newsletter/issue/{issue.pk}/about/"
    version = hidden(editor.get(url).content.decode(), "version")
    form = {"title": issue.title, "date": issue.date.isoformat(), "slug": issue.slug}
    return editor.post(url, {"version": version, "listed": "on", **form, **changed})


def test_a_draft_gets_the_name_that_was_written(editor: Client, daily: Publication) -> None:
    issue = builders.issue(daily)
    assert send(editor, issue, slug="harbour-special").status_code == 302
    issue.refresh_from_db()
    assert (issue.slug, issue.date.isoformat()) == ("harbour-special", "2026-03-02")


def test_with_another_date_too_the_written_name_counts(editor: Client, daily: Publication) -> None:
    issue = builders.issue(daily)
    send(editor, issue, date="2026-03-05")
    issue.refresh_from_db()
    assert issue.slug == "2026-03-05"  # Left as it was, it follows the date.
    send(editor, issue, date="2026-03-06", slug="special")
    issue.refresh_from_db()
    assert (issue.slug, issue.date.isoformat()) == ("special", "2026-03-06")


@pytest.mark.parametrize(
    "slug",
    ["2026-03-01", "search", "imprint", "feeds", "subscribe", "a b", "a/b", "../x", "ü.x"],
)
def test_a_name_that_cannot_be_is_refused_at_its_field(
    slug: str, editor: Client, daily: Publication
) -> None:
    builders.issue(daily, "2026-03-01")
    issue = builders.issue(daily)
    answer = send(editor, issue, slug=slug)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["slug"]
    issue.refresh_from_db()
    assert issue.slug == "2026-03-02"


def test_no_name_at_all_changes_nothing(editor: Client, daily: Publication) -> None:
    issue = builders.issue(daily)
    assert send(editor, issue, slug="", title="Other").status_code == 302
    issue.refresh_from_db()
    assert (issue.slug, issue.title) == ("2026-03-02", "Other")


def test_another_publication_may_have_the_same(editor: Client, daily: Publication) -> None:
    builders.issue(builders.publication("weekly"), slug="special")
    issue = builders.issue(daily)
    assert send(editor, issue, slug="special").status_code == 302


def test_what_is_out_keeps_its_name(editor: Client, daily: Publication) -> None:
    issue = builders.issue(daily, state="published", channels="site", published_at=builders.NOW)
    url = f"/admin/newsletter/issue/{issue.pk}/about/"
    editor.post(url, {"title": "x", "date": "2026-03-02", "slug": "other"})
    issue.refresh_from_db()
    assert issue.slug == "2026-03-02"
