"""Ctrl+K and its page: everything by a few letters, and nothing the user may not open."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from newsletter.issues import finding
from subscribers import trigrams
from subscribers.models import Publication, Role
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)
FIND = "/admin/newsletter/issue/find/"


@pytest.fixture
def daily() -> Publication:
    publication = builders.publication()
    ships = builders.category(publication, "Ships", aliases=["Vessels"])
    issue = builders.issue(publication, title="The harbour on Monday")
    builders.item(issue, ships, "A ship came in, 船舶进港")
    builders.subscription(publication, "alice@quay.example")
    return publication


def logged_in(publication: Publication | None, kind: str, **extra: Any) -> Client:
    user = get_user_model().objects.create_user(kind, f"{kind}@x.example", is_staff=True, **extra)
    if publication is not None:
        Role.objects.create(user=user, publication=publication, kind=kind)
    client = Client()
    client.force_login(user)
    return client


def found(client: Client, typed: str) -> dict[str, list[str]]:
    answer = client.post(FIND, {"q": typed, "palette": "1"})
    assert answer.status_code == 200
    return {group.title: [hit.text for hit in group.hits] for group in answer.context["groups"]}


@pytest.mark.parametrize(
    ("typed", "kind", "text"),
    [
        ("harbour on", "Issues", "The harbour on Monday"),
        ("2026-03", "Issues", "The harbour on Monday"),
        ("ship came", "Items", "A ship came in, 船舶进港"),
        ("船舶", "Items", "A ship came in, 船舶进港"),
        ("quay", "Readers", "alice@quay.example"),
        ("vessel", "Categories", "Ships"),
        ("suppress", "Pages", "Suppressions"),
        ("growth", "Pages", "Harbour Daily"),
        ("new iss", "Pages", "New issue"),
        ("round-up", "Handbook", "Round-ups"),
    ],
)
def test_every_kind_is_found(daily: Publication, typed: str, kind: str, text: str) -> None:
    assert text in found(logged_in(daily, "owner"), typed)[kind]


def test_only_what_the_user_may_open(daily: Publication) -> None:
    other = builders.publication("other")
    assert "Readers" not in found(logged_in(daily, "editor"), "quay")
    # Who may not change a category finds the list that it stands in.
    seen = logged_in(daily, "sender").post(FIND, {"q": "vessel", "palette": "1"})
    hit = seen.context["groups"][0].hits[0]
    assert hit.address == "/admin/subscribers/category/?publication=daily"
    stranger = logged_in(other, "owner")
    for typed in ("harbour on", "ship came", "quay", "vessel"):
        kinds = set(found(stranger, typed)) - {"Handbook", "Pages"}
        assert not kinds, typed
    assert Client().post(FIND, {"q": "quay"}).status_code == 302
    assert logged_in(None, "nobody").post(FIND, {"q": "quay"}).status_code == 403
    boss = logged_in(None, "boss", is_superuser=True)
    assert found(boss, "quay")["Readers"] == ["alice@quay.example"]


def test_every_hit_opens(daily: Publication) -> None:
    client = logged_in(daily, "owner")
    for typed in ("harbour", "ship", "quay", "e"):
        answer = client.post(FIND, {"q": typed})
        assert answer.status_code == 200
        for group in answer.context["groups"]:
            for hit in group.hits:
                assert client.get(hit.address, follow=True).status_code == 200, hit


def test_without_script_it_is_a_page_and_no_address_is_in_a_web_address(
    daily: Publication,
) -> None:
    client = logged_in(daily, "owner")
    page = client.get(FIND).content.decode()
    assert 'method="post"' in page and 'name="q"' in page
    assert "alice@quay.example" in client.post(FIND, {"q": "alice"}).content.decode()
    assert "alice@quay.example" not in client.get(FIND, {"q": "alice"}).content.decode()


def test_markup_in_what_is_typed_and_found_is_text(daily: Publication) -> None:
    builders.issue(daily, "2026-03-05", title="<script>alert(1)</script>")
    client = logged_in(daily, "owner")
    for palette in ("", "1"):
        answer = client.post(FIND, {"q": "<script>alert(", "palette": palette}).content.decode()
        assert "<script>alert(1)" not in answer


def test_titles_that_change_are_found_as_they_are(daily: Publication) -> None:
    issue = daily.issues.get()
    issue.title = "Fog over the estuary"
    issue.save()
    client = logged_in(daily, "owner")
    assert "Issues" not in found(client, "harbour on")
    assert found(client, "estuary")["Issues"] == ["Fog over the estuary"]
    assert not trigrams.ensure(finding.ISSUES) and not trigrams.ensure(finding.ITEMS)


def test_the_list_of_readers_finds_by_any_part(daily: Publication) -> None:
    client = logged_in(daily, "owner")
    tie = daily.subscriptions.get()
    address = reverse("admin:subscribers_subscriber_change", args=[tie.subscriber_id])
    answer = client.post(reverse("admin:subscribers_subscriber_changelist"), {"address": "y.exam"})
    assert answer.status_code == 302 and answer["Location"] == address
