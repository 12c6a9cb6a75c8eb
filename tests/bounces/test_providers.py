"""Webhooks of mail providers, through django-anymail's own views: signed or refused."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import clear_url_caches, include, path

from subscribers.models import Subscription, Suppression
from tests import builders
from tests.site_settings import configure

from .test_effects import ALICE, deliver, state

SECRET = "sudi:between-us"


@pytest.fixture
def hooks(settings: Any) -> Iterator[None]:
    configure(settings, WEBHOOK_PROVIDERS=["postmark"])
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
def test_a_signed_bounce_counts_once_for_what_was_handed_over_last(
    hooks: None, alice: Subscription
) -> None:
    from newsletter.models import Bounce, Issue, Outcome, Revision

    weekly = builders.subscription(builders.publication("weekly"), ALICE)
    last = 0
    for tie, day in ((alice, 1), (weekly, 2), (alice, 3), (weekly, 28)):
        at = dt.datetime(2026, 2, day, 8, 0, tzinfo=dt.UTC)
        delivery = deliver(tie, f"2026-02-{day:02}")
        issue = Issue.objects.get(pk=delivery // 2**32)
        frozen = Revision.objects.create(issue=issue, number=1, kind="release")
        Issue.objects.filter(pk=issue.pk).update(state="sending", frozen=frozen, frozen_at=at)
        if day < 28:  # The newest was not handed over yet.
            Outcome.objects.create(delivery_id=delivery, round=1, at=at, state="sent")
            last = delivery
    assert (post(BOUNCE), post(BOUNCE)) == (200, 200)
    bounce = Bounce.objects.get()
    assert (bounce.delivery_id, bounce.kind, bounce.via) == (last, "hard", "hook")
    assert (bounce.blame, bounce.decision) == ("reader", "waiting")
    assert Suppression.objects.count() == 0


@pytest.mark.django_db
def test_a_bounce_of_nobodys_delivery_is_kept_and_decides_nothing(
    hooks: None, alice: Subscription
) -> None:
    from newsletter.models import Bounce

    assert post(BOUNCE) == 200
    bounce = Bounce.objects.get()
    assert (bounce.kind, bounce.delivery_id, bounce.decision) == ("hard", None, "")


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

    configure(settings, WEBHOOK_PROVIDERS=["postmark", "pigeon"])
    with pytest.raises(ImproperlyConfigured, match="pigeon"):
        providers.urlpatterns()
