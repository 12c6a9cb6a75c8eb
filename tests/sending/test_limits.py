"""Limits: what a person sets, what it comes to, and that the engine keeps it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from newsletter import sending
from newsletter.models import Relay
from newsletter.sending import ending, limits, warm_up
from newsletter.sending.ending import Work
from newsletter.sending.engine import rate_limit
from newsletter.sending.limits import BadLimit
from subscribers.addresses import domain_number
from subscribers.models import AuditEntry, Limit
from tests import builders
from tests.conftest import Site
from tests.sending import stage
from tests.site_settings import override

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _two_relays() -> Any:
    urls = ["smtp://127.0.0.1:25?name=main&connections=4", "smtp://127.0.0.1:26?name=second"]
    with override(SMTP_URLS=urls):
        yield


def only(*names: str) -> list[limits.RelayLimits]:
    return [one for one in limits.of_relays() if one.name in names]


def test_what_is_set_is_the_row_that_workers_read_and_is_on_record() -> None:
    limits.set_rate("main", 7200, "alice")
    limits.set_rate("main", 360, "alice", domain="Example.NET.", at_once=2)
    assert rate_limit.rates() == {
        "relay:main": rate_limit.Rate(0.5, 1), "relay:main|example.net": rate_limit.Rate(10, 2),
    }  # fmt: skip
    (main,) = only("main")
    assert (main.connections, main.an_hour, main.rate(NOW.date())) == (4, 7200, 7200)
    assert main.domains == (limits.DomainLimit("example.net", 360, 2),)
    limits.set_rate("main", 0, "alice")
    assert only("main")[0].an_hour is None
    limits.set_weight("second", 3, "alice")
    assert only("second")[0].weight == 3
    said = [entry.detail for entry in AuditEntry.objects.filter(action="changed limits")]
    assert {"domain": "", "an_hour": [7200, 0], "at_once": 1} in said
    assert {"weight": [1, 3]} in said


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda: limits.set_rate("none", 10, "a"), "relay"),
        (lambda: limits.set_rate("main", -1, "a"), "rate"),
        (lambda: limits.set_rate("main", 1, "a", domain="no domain"), "domain"),
        (lambda: limits.set_rate("main", 1, "a", at_once=0), "at_once"),
        (lambda: limits.set_weight("main", 0, "a"), "weight"),
        (lambda: limits.warm("main", 100, 1, 100, "a"), "plan"),
        (lambda: limits.warm("main", 1, 1, 1_000_000, "a"), "plan"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_changes_nothing(act: Any, code: str) -> None:
    with pytest.raises(BadLimit) as refused:
        act()
    assert refused.value.code == code
    assert not Limit.objects.exists() and not AuditEntry.objects.exists()


def test_when_an_issue_would_end() -> None:
    publication = builders.publication()
    work = Work(3600, {domain_number("@example.net"): 600})
    found = ending.forecast(work, only("main"), publication, NOW)
    assert (found.ends_at, found.by) == (None, "")  # Nothing limits: nothing is promised.
    limits.set_rate("main", 1200, "a")
    found = ending.forecast(work, only("main"), publication, NOW)
    assert found.ends_at == NOW + dt.timedelta(hours=3)
    # One large domain may be slower than all the rest.
    limits.set_rate("main", 100, "a", domain="example.net")
    found = ending.forecast(work, only("main"), publication, NOW)
    assert (found.ends_at, found.by) == (NOW + dt.timedelta(hours=6), "example.net")
    # Two relays are twice as fast, and one without a limit is the end of all.
    limits.set_rate("second", 1200, "a")
    both = only("main", "second")
    assert ending.forecast(Work(3600), both, publication, NOW).ends_at == NOW + dt.timedelta(
        hours=1, minutes=30
    )


def test_hours_are_waited_for() -> None:
    publication = builders.publication(
        time_zone="Asia/Shanghai", send_from=dt.time(8), send_until=dt.time(18)
    )
    limits.set_rate("main", 1000, "a")
    # 16:00 in Shanghai: two hours today, the rest from eight tomorrow.
    found = ending.forecast(Work(3000), only("main"), publication, NOW)
    assert found.ends_at == dt.datetime(2026, 3, 3, 1, 0, tzinfo=dt.UTC)
    assert found.days == 1


def test_a_warm_up_grows_by_the_day_and_ends() -> None:
    plan = warm_up.Plan(dt.date(2026, 3, 2), first=100, percent=50, until=400)
    assert list(plan.days()) == [
        (dt.date(2026, 3, 2), 100), (dt.date(2026, 3, 3), 150), (dt.date(2026, 3, 4), 225),
        (dt.date(2026, 3, 5), 337),
    ]  # fmt: skip
    assert plan.a_day(dt.date(2026, 3, 6)) is None


def test_a_warm_up_is_a_rate_that_workers_keep_and_goes_when_it_is_over() -> None:
    limits.warm("main", 240, 100, 1000, "alice")
    assert rate_limit.rates()["relay:main|warm"].interval == 360
    assert rate_limit.domain_of("relay:main|warm") == ""
    (main,) = only("main")
    assert main.rate(timezone.now().date()) == 10
    tomorrow = timezone.now() + dt.timedelta(days=1)
    warm_up.sweep(tomorrow)
    assert rate_limit.rates()["relay:main|warm"].interval == 180
    # The plan tells when the issue ends: 240 today from now on, then 480, then 960 a day.
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    found = ending.forecast(Work(240 + 480 + 400), only("main"), builders.publication(), midnight)
    assert found.ends_at is not None and found.ends_at == midnight + dt.timedelta(days=2, hours=10)
    warm_up.sweep(timezone.now() + dt.timedelta(days=3))
    assert rate_limit.rates() == {} and Relay.objects.get(name="main").warm_up_from is None


def test_the_engine_admits_nobody_beyond_the_warm_up() -> None:
    """The dispatcher takes a slot of the warm-up's row for every mail."""
    from newsletter.sending.engine.dispatcher import Dispatcher

    limits.warm("main", 240, 100, 1000, "alice")
    dispatcher = Dispatcher([])
    dispatcher.learn(rate_limit.rates())
    assert dispatcher._keys("main", None) == ["relay:main|warm"]
    assert not dispatcher.limited(domain_number("@warm"))


@pytest.mark.django_db(transaction=True)
def test_a_warm_up_holds_back_what_is_over_its_number(tmp_path: Path) -> None:
    with stage.relay_for(tmp_path) as relay:
        (main,) = limits.of_relays()
        limits.warm(main.name, 24, 100, 1000, "alice")  # One an hour.
        issue = stage.issue_for(10)
        sending.release(issue, by="alice", now=True)
        sending.sweep()
        sending.drain(2)
        assert len(relay.accepted) == 1
        limits.end_warm_up(main.name, "alice")
        sending.drain(30)
        assert len(relay.accepted) == 10


def test_c18_the_page_changes_a_limit_and_only_an_administrator_may(client: Client) -> None:
    users = get_user_model().objects
    client.force_login(users.create_user("alice", is_staff=True))
    form = {"relay": "main", "what": "rate", "an_hour": "7200", "at_once": "1"}
    assert client.post("/admin/operation/limits/", form).status_code in (403, 404)
    assert not Limit.objects.exists()
    client.force_login(users.create_superuser("root", password="x"))
    assert client.post("/admin/operation/limits/", form).status_code == 302
    assert Limit.objects.get().interval == 0.5
    wrong = {**form, "domain": "no domain", "an_hour": "5"}
    page = client.post("/admin/operation/limits/", wrong)
    assert page.status_code == 200 and "Write a domain" in page.content.decode()
    plan = {"relay": "main", "what": "warm-up", "first": "100", "percent": "50", "until": "400"}
    client.post("/admin/operation/limits/", plan)
    assert "End the warm-up" in client.get("/admin/operation/limits/").content.decode()
    client.post("/admin/operation/limits/", {"relay": "main", "what": "end-warm-up"})
    assert [row.key for row in Limit.objects.all()] == ["relay:main"]
    assert AuditEntry.objects.filter(actor="root").count() == 3


def test_c18_the_command_shows_and_changes(site: Site) -> None:
    site.env["SMTP_URL"] = "smtp://127.0.0.1:25?name=main"
    shown = json.loads(site.manage("limits", "--per-hour", "7200", "--json").stdout)
    assert (shown["relay"], shown["per_hour"], shown["now_per_hour"]) == ("main", 7200, 7200)
    shown = json.loads(site.manage("limits", "--warm-up", "240:50:9000", "--json").stdout)
    assert shown["warm_up"]["today"] == 240 and shown["now_per_hour"] == 10
    assert site.manage("limits", "--warm-up", "1:1", check=False).returncode == 1
    assert site.manage("limits", "--domain", "x y", "--per-hour", "1", check=False).returncode == 1
