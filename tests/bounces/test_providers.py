"""Webhooks of mail providers, through django-anymail's own views: signed or refused."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import clear_url_caches, include, path

from subscribers.models import Subscription, Suppression
from tests import builders

from .test_effects import ALICE, state

SECRET = "sudi:between-us"


@pytest.fixture
def hooks(settings: Any) -> Iterator[None]:
    settings.WEBHOOK_PROVIDERS = ["postmark"]
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    from newsletter.bounces import providers

    class Urls:
        urlpatterns = [path("api/hooks/", include(providers.urlpatterns()))]

    settings.ROOT_URLCONF = Urls
    clear_url_caches()
    yield
    clear_url_caches()


@pytest.fixture
def alice(db: None) -> Subscription:
    return builders.subscription(builders.publication(), ALICE)


def post(event: dict[str, object], secret: str = SECRET) -> int:
    login = base64.b64encode(secret.encode()).decode()
    answer = Client().post(
        "/api/hooks/postmark/tracking/",
        json.dumps({"MessageID": "m-1", "BouncedAt": "2026-03-02T08:00:00Z", **event}),
        content_type="application/json",
        headers={"authorization": f"Basic {login}"},
    )
    return answer.status_code


BOUNCE = {
    "RecordType": "Bounce",
    "ID": 42,
    "Type": "HardBounce",
    "TypeCode": 1,
    "Email": ALICE,
    "Details": "smtp;550 5.1.1 The email account does not exist.",
}


@pytest.mark.django_db
def test_a_signed_bounce_counts_once(hooks: None, alice: Subscription) -> None:
    assert (post(BOUNCE), post(BOUNCE)) == (200, 200)
    assert [s.reason for s in Suppression.objects.all()] == ["hard"]


@pytest.mark.django_db
def test_a_complaint_leaves_every_publication(hooks: None, alice: Subscription) -> None:
    other = builders.subscription(builders.publication("weekly"), ALICE)
    assert (
        post({"RecordType": "SpamComplaint", "ID": 43, "Type": "SpamComplaint", "Email": ALICE})
        == 200
    )
    assert [s.reason for s in Suppression.objects.all()] == ["complaint"]
    assert (state(alice), state(other)) == ("unsubscribed", "unsubscribed")


@pytest.mark.django_db
def test_an_unsigned_one_is_refused(hooks: None, alice: Subscription) -> None:
    assert post(BOUNCE, "sudi:guessed") == 400
    assert Suppression.objects.count() == 0


@pytest.mark.django_db
def test_what_is_the_senders_fault_is_soft(hooks: None, alice: Subscription) -> None:
    assert post({**BOUNCE, "Details": "smtp;550 5.7.1 blocked by a DNSBL"}) == 200
    assert Suppression.objects.count() == 0


def test_a_provider_nobody_knows_is_named(settings: Any) -> None:
    from newsletter.bounces import providers

    settings.WEBHOOK_PROVIDERS = ["postmark", "pigeon"]
    with pytest.raises(ImproperlyConfigured, match="pigeon"):
        providers.urlpatterns()
