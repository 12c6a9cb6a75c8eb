"""The styles of a publication, shown with its own issue and chosen on a page."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from subscribers import theme
from subscribers.models import AuditEntry, Publication, Role
from tests import builders

pytestmark = pytest.mark.django_db


def logged_in(publication: Publication, name: str, kind: str) -> Client:
    user = get_user_model().objects.create_user(name, f"{name}@example.org", is_staff=True)
    Role.objects.create(user=user, publication=publication, kind=kind)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def daily() -> Publication:
    daily = builders.publication()
    ships = builders.category(daily, "Ships")
    issue = builders.issue(daily)
    builders.item(issue, ships, title="A ship came in")
    return daily


def test_each_style_is_shown_with_the_last_issue_and_one_is_taken(daily: Publication) -> None:
    owner = logged_in(daily, "olga", "owner")
    page = owner.get("/admin/look/").content.decode()
    assert [page.count(f"/admin/look/daily/{name}/") for name in ("daily", "essay", "links")] == [
        1, 1, 1,
    ]  # fmt: skip
    frames = {name: owner.get(f"/admin/look/daily/{name}/") for name in ("daily", "essay", "links")}
    for frame in frames.values():
        assert "A ship came in" in frame.content.decode()
        assert frame["Content-Security-Policy"].startswith("sandbox;")
    assert len({frame.content for frame in frames.values()}) == 3
    site = owner.get("/admin/look/daily/essay/?as=web&look=dark").content.decode()
    assert 'class="style-essay' in site
    # Looking at them stores nothing.
    daily.refresh_from_db()
    assert theme.style_of(daily.theme).name == "daily"

    owner.post("/admin/look/?publication=daily", {"style": "essay"})
    daily.refresh_from_db()
    assert daily.theme == {"style": "essay"}
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.detail) == ("look: style", "olga", {"style": "essay"})
    assert 'class="style-essay' in Client().get("/daily/").content.decode()


def test_the_accent_and_the_logo_stay_when_a_style_is_taken(daily: Publication) -> None:
    Publication.objects.update(theme={"accent": "#24577a"})
    logged_in(daily, "olga", "owner").post("/admin/look/?publication=daily", {"style": "links"})
    daily.refresh_from_db()
    assert daily.theme == {"accent": "#24577a", "style": "links"}


def test_only_an_owner_takes_one_and_no_unknown_one(daily: Publication) -> None:
    editor = logged_in(daily, "ed", "editor")
    assert "Use “Essay”" not in editor.get("/admin/look/").content.decode()
    assert editor.post("/admin/look/?publication=daily", {"style": "essay"}).status_code == 403
    owner = logged_in(daily, "olga", "owner")
    assert owner.post("/admin/look/?publication=daily", {"style": "gaudy"}).status_code == 404
    assert owner.get("/admin/look/daily/gaudy/").status_code == 404
    stranger = logged_in(builders.publication("weekly"), "sid", "owner")
    assert stranger.get("/admin/look/daily/essay/").status_code == 404
    daily.refresh_from_db()
    assert daily.theme == {}


def test_without_an_issue_the_page_says_when_there_will_be_something(db: None) -> None:
    weekly = builders.publication("weekly")
    owner = logged_in(weekly, "olga", "owner")
    page = owner.get("/admin/look/").content.decode()
    assert "As soon as there is a first draft" in page
    assert "<iframe" not in page
    assert owner.get("/admin/look/weekly/essay/").status_code == 404
