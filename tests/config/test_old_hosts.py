"""A site that moved: what comes to the old host is led on, a one-click request is answered."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from newsletter import conf
from subscribers.links import Purpose, make
from subscribers.models import Subscription
from tests import builders

pytestmark = pytest.mark.django_db
OLD = "news.old.example"


@pytest.fixture
def old(settings: Any) -> Client:
    settings.SUDI = {**settings.SUDI, "OLD_HOSTS": [OLD]}
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, OLD]
    return Client(headers={"host": f"{OLD}:443"})


@pytest.mark.parametrize(
    "path", ["/", "/daily/2026-03-02/?lang=en&x=%2F", "/daily/c/%E8%88%B9/feed.atom", "/s/u/x/"]
)
def test_reading_is_led_to_the_same_address(old: Client, path: str) -> None:
    for ask in (old.get, old.head):
        answer = ask(path)
        assert (answer.status_code, answer["Location"]) == (301, conf.base_url() + path)


def test_one_click_is_answered_where_it_was_sent(old: Client) -> None:
    tie = builders.subscription(builders.publication(), "ann@example.org", [])
    answer = old.post(
        f"/s/u/{make(Purpose.UNSUBSCRIBE, tie.pk)}/", {"List-Unsubscribe": "One-Click"}
    )
    assert answer.status_code == 200
    assert Subscription.objects.get(pk=tie.pk).state == "unsubscribed"


def test_another_post_stays_a_post(old: Client) -> None:
    answer = old.post("/daily/subscribe/", {"address": "ann@example.org"})
    assert answer.status_code == 308
    assert answer["Location"] == f"{conf.base_url()}/daily/subscribe/"


def test_the_new_host_and_probes_are_not_led_anywhere(old: Client) -> None:
    assert old.get("/healthz").status_code == 200
    assert Client().get("/").status_code == 200
    assert Client(headers={"host": "evil.example"}).get("/").status_code == 400
