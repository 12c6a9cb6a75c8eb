"""A request with a token goes past what is for people, and past nothing that protects."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from newsletter.intake import tokens
from subscribers.models import Publication
from tests import builders

pytestmark = pytest.mark.django_db

# What the middlewares around the API set, whoever asks.
PROTECTING = ("Content-Security-Policy", "Permissions-Policy", "X-Content-Type-Options",
              "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy",
              "Content-Language", "Content-Length")  # fmt: skip
ISSUES = "/api/v1/publications/daily/issues/"


@pytest.fixture
def daily() -> Publication:
    return builders.publication(slug="daily")


def token(publication: Publication) -> str:
    user = User.objects.create_user("bob", password="A-long-word-4", is_staff=True)
    user.sudi_roles.create(publication=publication, kind="editor")  # type: ignore[attr-defined]
    return tokens.make(user, publication, "draft", by="test")[1]


def test_a_program_is_protected_like_everybody(daily: Publication) -> None:
    client, secret = Client(), token(daily)
    answer = client.get(ISSUES, headers={"authorization": f"Bearer {secret}"})
    without = client.get(ISSUES)
    assert (answer.status_code, without.status_code) == (200, 401)
    for name in PROTECTING:
        assert name in answer.headers, name
        if name != "Content-Length":
            assert answer.headers[name] == without.headers[name], name


def test_a_session_beside_a_token_is_not_looked_at(
    daily: Publication, django_assert_num_queries: object
) -> None:
    """Its cookie neither costs a query nor makes the answer vary, nor opens anything."""
    secret = token(daily)
    client = Client()
    assert client.login(username="bob", password="A-long-word-4")
    # Token, last use in a transaction of its own, publication, issues.
    with django_assert_num_queries(6):  # type: ignore[operator]
        answer = client.get(ISSUES, headers={"authorization": f"bearer {secret}"})
    assert answer.status_code == 200
    assert "Cookie" not in answer.headers.get("Vary", "")
    # With a token that does not hold, the session of the same person opens nothing either.
    wrong = client.get(ISSUES, headers={"authorization": f"Bearer {secret[:-1]}"})
    assert (wrong.status_code, wrong["Content-Type"]) == (401, "application/problem+json")


def test_a_token_leads_past_nothing_elsewhere(daily: Publication) -> None:
    """Only the interface takes tokens: a page of the desk asks for the login as ever."""
    secret = token(daily)
    for address in ("/admin/", "/api/v1x/", "/admin/api/v1/"):
        answer = Client().get(address, headers={"authorization": f"Bearer {secret}"})
        assert answer.status_code in (302, 404), address
    strict = Client(enforce_csrf_checks=True)
    address = "/s/daily/subscribe/"
    with_token = strict.post(address, {}, headers={"authorization": f"Bearer {secret}"})
    assert with_token.status_code == strict.post(address, {}).status_code


def test_the_page_of_the_interface_is_read_with_a_token_too(daily: Publication) -> None:
    answer = Client().get("/api/v1/docs", headers={"authorization": f"Bearer {token(daily)}"})
    assert answer.status_code == 200
