"""Confirmations and notices go by the relays of their publication, and past one that is down."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from newsletter.sending import limits
from subscribers import mailing
from subscribers.emails import relay
from subscribers.models import Publication, ServiceMail
from tests import builders
from tests.site_settings import configure
from tests.smtpd import Smtpd

pytestmark = pytest.mark.django_db(transaction=True)
Kind = ServiceMail.Kind


@pytest.fixture
def two(tmp_path: Path, settings: Any) -> Iterator[tuple[Smtpd, Smtpd]]:
    """Two relays, `left` and `right`, as the settings of the site give them."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = 5
    relay._down_until.clear()
    with Smtpd(log=tmp_path / "left") as left, Smtpd(log=tmp_path / "right") as right:
        serve(settings, left.port, right.port)
        yield left, right
    relay._down_until.clear()


def serve(settings: Any, left: int, right: int) -> None:
    ports = {"left": left, "right": right}
    urls = [f"smtp://127.0.0.1:{port}?starttls=never&name={name}" for name, port in ports.items()]
    options = [{"host": "127.0.0.1", "port": port, "use_tls": False} for port in ports.values()]
    configure(settings, SMTP_URLS=urls, SERVICE_RELAYS=options)


def ask(publication: Publication, count: int) -> None:
    for number in range(count):
        address = f"{publication.slug}{number:02}@example.org"
        tie = builders.subscription(publication, address, state="pending", confirmed_at=None)
        mailing.ask(Kind.ANSWER, subscription=tie)


def test_they_are_shared_by_weight(two: tuple[Smtpd, Smtpd]) -> None:
    random.seed(16)
    limits.set_weight("left", 3, "alice")
    ask(builders.publication(), 40)
    assert mailing.sweep() == 40
    left, right = (len(server.recipients()) for server in two)
    assert left + right == 40 and 24 <= left <= 36


def test_a_publications_own_relay_has_them_alone_and_at_any_hour(
    two: tuple[Smtpd, Smtpd],
) -> None:
    daily, other = builders.publication(), builders.publication(slug="other")
    limits.set_publications("right", [daily], "alice")
    limits.set_hours("right", *_not_now(), "UTC", "alice")
    limits.set_rate("right", 1, "alice")
    ask(daily, 5)
    ask(other, 5)
    assert mailing.sweep() == 10
    left, right = ({one[:5] for one in server.recipients()} for server in two)
    assert (left, right) == ({"other"}, {"daily"})


def _not_now() -> tuple[dt.time, dt.time]:
    now = dt.datetime.now(dt.UTC)
    begin, end = now + dt.timedelta(hours=2), now + dt.timedelta(hours=4)
    return begin.time().replace(microsecond=0), end.time().replace(microsecond=0)


def test_one_that_is_down_is_passed_over_and_asked_once_a_minute(
    two: tuple[Smtpd, Smtpd], settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    serve(settings, 1, two[1].port)  # Nobody listens at port 1.
    ask(builders.publication(), 12)
    assert mailing.sweep() == 12
    assert len(two[1].recipients()) == 12
    tried = [one for one in caplog.records if "the next relay is tried" in one.getMessage()]
    assert len(tried) <= 1
    assert not ServiceMail.objects.filter(state="waiting").exists()


def test_one_that_turns_us_away_is_passed_over(
    tmp_path: Path, two: tuple[Smtpd, Smtpd], settings: Any
) -> None:
    with Smtpd(log=tmp_path / "rude", faults=["banner:554 5.7.1 go away"]) as rude:
        serve(settings, rude.port, two[1].port)
        limits.set_weight("left", 100, "alice")
        ask(builders.publication(), 3)
        assert mailing.sweep() == 3
        assert (len(rude.recipients()), len(two[1].recipients())) == (0, 3)


def test_where_the_own_one_is_down_its_mail_waits_and_no_other(
    two: tuple[Smtpd, Smtpd], settings: Any
) -> None:
    serve(settings, 1, two[1].port)
    daily, other = builders.publication(), builders.publication(slug="other")
    limits.set_publications("left", [daily], "alice")
    ask(daily, 3)
    ask(other, 3)
    assert mailing.sweep() == 3
    waiting = ServiceMail.objects.filter(state="waiting")
    assert {row.subscription.publication_id for row in waiting if row.subscription} == {daily.pk}
    assert sorted(waiting.values_list("answer", "tries")) == [
        ("", 0), ("", 0), ("unreachable", 1),
    ]  # fmt: skip
