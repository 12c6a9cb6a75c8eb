"""Imprint and privacy text: led to from everywhere, and named by version in each consent."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from newsletter import editions, rendering
from newsletter.models import Issue
from subscribers import consent, mailing
from subscribers.models import ConsentEvent, Publication, Subscription, Wording
from subscribers.subscriptions import confirm
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "/daily/imprint/"


@pytest.fixture
def daily() -> Publication:
    return builders.publication(
        imprint="Harbour Press, *Port*.\n\n<script>alert(1)</script>",
        privacy="We keep your address, and nothing else.",
    )


def subscribe(client: Client, address: str) -> Any:
    answer = client.post("/daily/subscribe/", {"address": address})
    assert answer.status_code == 303
    mailing.sweep()
    return Subscription.objects.get(subscriber__address=address)


def test_every_page_form_and_mail_leads_to_it(daily: Publication, client: Client) -> None:
    issue = builders.issue(daily, state=Issue.State.ARCHIVED, published_at=builders.NOW)
    builders.item(issue, builders.category(daily, "City"), "News", published_at=builders.NOW)
    page = client.get(PATH)
    html = page.content.decode()
    assert page.status_code == 200 and "<em>Port</em>" in html and "nothing else" in html
    assert "<script>alert" not in html
    for path in ("/daily/", "/daily/2026-03-02/", "/daily/c/city/", "/daily/subscribe/",
                 "/daily/subscribe/embed/"):  # fmt: skip
        assert PATH in client.get(path).content.decode(), path
    tie = subscribe(client, "alice@example.org")
    sent = mail.outbox[0]
    assert "http://127.0.0.1:8000" + PATH in str(sent.message())
    assert tie.state == "pending"
    edition = rendering.prepare(editions.load(issue), daily).edition(editions.load(issue).mask)
    for part in (edition.html, edition.text):
        assert "http://127.0.0.1:8000" + PATH in part


def test_without_texts_there_is_no_page_and_no_link(client: Client) -> None:
    daily = builders.publication(privacy="  ")
    assert client.get(PATH).status_code == 404
    for path in ("/daily/", "/daily/subscribe/"):
        assert PATH not in client.get(path).content.decode()
    tie = subscribe(client, "alice@example.org")
    assert "privacy" not in ConsentEvent.objects.get(subscriber=tie.subscriber).detail
    assert daily.has_legal_texts is False


def test_the_consent_entry_names_the_version(daily: Publication, client: Client) -> None:
    first = consent.privacy_version(daily)
    tie = subscribe(client, "alice@example.org")
    asked = ConsentEvent.objects.get(subscriber=tie.subscriber, kind="requested")
    assert asked.detail["privacy"] == first
    daily.privacy = "We keep your address, and when you confirmed it."
    daily.save()
    tie = Subscription.objects.select_related("publication").get(pk=tie.pk)
    assert confirm(tie, network="", language="en")
    confirmed = ConsentEvent.objects.get(subscriber=tie.subscriber, kind="confirmed")
    second = consent.privacy_version(daily)
    assert confirmed.detail["privacy"] == second != first
    kept = {w.digest[:12]: w.text for w in Wording.objects.filter(place="privacy")}
    assert kept == {first: "We keep your address, and nothing else.", second: daily.privacy}
