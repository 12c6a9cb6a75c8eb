"""Which mail domains may sign up."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from subscribers import domains
from subscribers.models import Publication, Subscription
from tests import builders


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("example.org", "example.org"),
        ("Example.ORG\n", "example.org"),
        ("@example.org", "example.org"),
        ("*.example.org, b.com", "b.com\nexample.org"),
        ("b.com\r\na.com\r\nb.com", "a.com\nb.com"),
        ("例子.中国", "xn--fsqu00a.xn--fiqs8s"),
        ("münchen.com.", "xn--mnchen-3ya.com"),
        ("Ｅxample.org", "example.org"),
        ("bücher.com  mail.bücher.com", "mail.xn--bcher-kva.com\nxn--bcher-kva.com"),
    ],
)
def test_a_list_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert domains.read(typed) == kept


@pytest.mark.parametrize("typed", ["org", "a@b.org", "example..org", "<b>", "192.0.2.1", "x_y.org"])
def test_what_is_no_domain_is_named(typed: str) -> None:
    with pytest.raises(domains.NoDomain, match="is no mail domain"):
        domains.read(f"good.org\n{typed}")


@pytest.mark.parametrize(
    ("address", "blocked", "allowed", "may"),
    [
        ("a@example.org", "", "", True),
        ("a@example.org", "example.org", "", False),
        ("a@mail.example.org", "example.org", "", False),
        ("a@notexample.org", "example.org", "", True),
        ("a@example.org", "mail.example.org", "", True),
        ("a@example.org.evil.com", "example.org", "", True),
        ("a@example.org", "", "example.org", True),
        ("a@mail.example.org", "", "example.org\nb.org", True),
        ("a@example.com", "", "example.org", False),
        ("a@bad.example.org", "bad.example.org", "example.org", False),
    ],
)
def test_a_domain_stands_for_itself_and_all_below(
    address: str, blocked: str, allowed: str, may: bool
) -> None:
    publication = Publication(blocked_domains=blocked, allowed_domains=allowed)
    assert domains.may_sign_up(address, publication) is may


@pytest.mark.django_db
def test_a_visitor_of_a_blocked_domain_is_told_so(client: Client) -> None:
    builders.publication(blocked_domains="throwaway.org")
    shown = client.post("/daily/subscribe/", {"address": "alice@mail.throwaway.org"})
    assert shown.status_code == 422
    assert "Addresses at mail.throwaway.org cannot be subscribed here." in shown.content.decode()
    wish = json.dumps({"address": "alice@throwaway.org"})
    answer = client.post(
        "/api/publications/daily/subscribe/", wish, content_type="application/json"
    )
    assert answer.status_code == 422 and "refused-domain" in answer.content.decode()
    assert not Subscription.objects.exists()
    assert client.post("/daily/subscribe/", {"address": "alice@example.com"}).status_code == 303
    Publication.objects.update(allowed_domains="staff.example.com")
    assert client.post("/daily/subscribe/", {"address": "bob@example.com"}).status_code == 422
    staff = {"address": "bob@staff.example.com"}
    assert client.post("/daily/subscribe/", staff).status_code == 303
