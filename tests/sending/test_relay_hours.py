"""Hours of a relay: no issue mail outside them, and everybody is told why it waits."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from newsletter import sending
from newsletter.admin import standstill as words
from newsletter.models import Issue, Relay, Worker
from newsletter.sending import ending, hours, limits, relay_hours, standstill
from newsletter.sending.daily_hours import Hours
from newsletter.sending.ending import Work
from newsletter.sending.limits import BadLimit
from newsletter.sending.standstill import Cause
from subscribers.models import AuditEntry
from tests import builders
from tests.sending import stage
from tests.site_settings import override
from tests.smtpd import Smtpd

UTC = dt.UTC
EIGHT, SIX = dt.time(8), dt.time(18)
NIGHT = dt.datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # 20:00 in Shanghai.
MORNING = dt.datetime(2026, 3, 3, 0, 0, tzinfo=UTC)  # 08:00 there.


@pytest.fixture
def two_relays() -> Any:
    with override(SMTP_URLS=["smtp://127.0.0.1:25?name=main", "smtp://127.0.0.1:26?name=second"]):
        yield


def at(moment: str) -> dt.datetime:
    return dt.datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "zone", "now", "is_open", "changes"),
    [
        ("08:00", "18:00", "UTC", "2026-03-02 07:59", False, "2026-03-02 08:00"),
        ("08:00", "18:00", "UTC", "2026-03-02 08:00", True, "2026-03-02 18:00"),
        ("08:00", "18:00", "UTC", "2026-03-02 18:00", False, "2026-03-03 08:00"),
        ("08:00", "18:00", "Europe/Berlin", "2026-03-02 07:00", True, "2026-03-02 17:00"),
        ("08:00", "18:00", "Europe/Berlin", "2026-07-02 06:00", True, "2026-07-02 16:00"),
        ("22:30", "06:15", "America/Sao_Paulo", "2026-03-02 01:29", False, "2026-03-02 01:30"),
        ("22:30", "06:15", "America/Sao_Paulo", "2026-03-02 09:14", True, "2026-03-02 09:15"),
        ("22:30", "06:15", "Asia/Kathmandu", "2026-03-02 16:45", True, "2026-03-03 00:30"),
        # The clocks skip 02:30: it begins with the first time that exists, and ends an hour early.
        ("02:30", "05:00", "Europe/Berlin", "2026-03-29 00:59", False, "2026-03-29 01:00"),
        ("02:30", "05:00", "Europe/Berlin", "2026-03-29 01:00", True, "2026-03-29 03:00"),
    ],
)
def test_hours_by_the_clocks_of_their_zone(
    start: str, end: str, zone: str, now: str, is_open: bool, changes: str
) -> None:
    found = Hours(dt.time.fromisoformat(start), dt.time.fromisoformat(end), zone)
    assert (found.is_open(at(now)), found.changes_at(at(now))) == (is_open, at(changes))
    assert found.opens_at(at(now)) == (None if is_open else at(changes))


def test_how_long_they_are() -> None:
    assert Hours(EIGHT, SIX, "UTC").length() == dt.timedelta(hours=10)
    assert Hours(SIX, EIGHT, "UTC").length() == dt.timedelta(hours=14)


@pytest.mark.django_db
def test_the_database_has_both_or_neither() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Relay.objects.create(name="half", send_from=EIGHT)


@pytest.mark.django_db(transaction=True)
def test_no_issue_goes_by_a_relay_outside_its_hours(tmp_path: Path) -> None:
    with stage.relay_for(tmp_path) as relay:
        (main,) = limits.of_relays()
        limits.set_hours(main.name, EIGHT, SIX, "Asia/Shanghai", "alice")
        issue = stage.issue_for(5)
        with time_machine.travel(NIGHT):
            sending.release(issue, by="alice", now=True)
            sending.sweep()
            sending.drain(3)
            assert relay.accepted == [] and sending.ledger(issue)["waiting"] == 5
            assert hours.sending_now(timezone.now()) == []  # No job is asked to do anything.
        with time_machine.travel(MORNING):
            Worker.objects.update(seen=timezone.now())  # It was there all night.
            sending.drain(20)
            assert sending.ledger(issue)["sent"] == 5 == len(relay.accepted)


@pytest.mark.django_db(transaction=True)
def test_they_end_in_the_middle_of_an_issue(tmp_path: Path) -> None:
    """What is authorised already is taken back: nobody twice, nobody lost."""
    with stage.relay_for(tmp_path) as relay:
        (main,) = limits.of_relays()
        limits.set_hours(main.name, EIGHT, SIX, "Asia/Shanghai", "alice")
        issue = stage.issue_for(100)
        with time_machine.travel(NIGHT - dt.timedelta(hours=4)) as clock:  # 16:00
            limits.set_rate(main.name, 36_000, "alice")  # Ten a second.
            sending.release(issue, by="alice", now=True)
            sending.sweep()

            def six_o_clock() -> None:
                until = time.monotonic() + 30
                while not relay.accepted and time.monotonic() < until:
                    time.sleep(0.02)
                clock.move_to(NIGHT - dt.timedelta(hours=2, seconds=1))

            hand = threading.Thread(target=six_o_clock)
            hand.start()
            sending.drain(40)  # Ends by itself: there is nothing more to do.
            hand.join()
            early = len(relay.accepted)
            assert 0 < early < 60 and sending.ledger(issue)["waiting"] == 100 - early
        with time_machine.travel(MORNING):
            Worker.objects.update(seen=timezone.now())
            limits.set_rate(main.name, 0, "alice")
            sending.drain(30)
            assert sorted(relay.recipients()) == [f"reader{n:03}@example.org" for n in range(100)]


@pytest.mark.django_db
def test_the_desk_says_until_when_it_waits(two_relays: None) -> None:
    limits.set_hours("main", EIGHT, SIX, "Asia/Shanghai", "alice")
    limits.set_hours("second", dt.time(7), SIX, "Asia/Shanghai", "alice")
    publication = builders.publication(time_zone="Europe/Berlin")
    issue = builders.issue(publication)
    frozen = issue.revisions.create(number=1, kind="release")
    Issue.objects.filter(pk=issue.pk).update(state="sending", frozen=frozen, frozen_at=NIGHT)
    issue.refresh_from_db()
    with time_machine.travel(NIGHT, tick=False):
        Worker.objects.create(name="w-1", machine="here", seen=NIGHT)
        # One that is down and outside its hours holds nothing back.
        Relay.objects.filter(name="main").update(failing_since=NIGHT, last_error="connect: no")
        (reason,) = standstill.of_issue(issue)
        assert (reason.cause, reason.until) == (Cause.RELAY_HOURS, at("2026-03-02 23:00"))
        assert words.of_issue(issue) == [
            "Outside the hours of its mail server. It goes on at 2026-03-03 00:00 Europe/Berlin"
            " (CET)."
        ]
    with time_machine.travel(MORNING - dt.timedelta(minutes=30), tick=False):
        Worker.objects.update(seen=timezone.now())
        assert standstill.of_issue(issue) == []


@pytest.mark.django_db(transaction=True)
def test_the_other_relay_takes_over_unless_it_is_somebody_elses(tmp_path: Path) -> None:
    with Smtpd(log=tmp_path / "day") as day, Smtpd(log=tmp_path / "any") as always:
        urls = [
            f"smtp://127.0.0.1:{server.port}?starttls=never&name={name}"
            for server, name in ((day, "day"), (always, "any"))
        ]
        with override(DATA_DIR=tmp_path, SMTP_URLS=urls), time_machine.travel(NIGHT):
            limits.set_hours("day", EIGHT, SIX, "Asia/Shanghai", "alice")
            issue = stage.issue_for(20)
            assert relay_hours.waiting({issue.publication_id}, timezone.now()) == {}
            sending.release(issue, by="alice", now=True)
            sending.sweep()
            sending.drain(20)
            assert (len(day.recipients()), len(always.recipients())) == (0, 20)
            limits.set_publications("day", [issue.publication], "alice")
            assert relay_hours.waiting({issue.publication_id}, timezone.now()) == {
                issue.publication_id: MORNING
            }


@pytest.mark.django_db
def test_the_forecast_waits_for_them_and_a_warm_up_fits_into_them(two_relays: None) -> None:
    publication = builders.publication()
    now = at("2026-03-02 15:30")
    limits.set_hours("main", EIGHT, SIX, "UTC", "alice")
    limits.set_hours("second", dt.time(17, 45), dt.time(18, 30), "UTC", "alice")
    limits.set_rate("main", 1000, "alice")
    limits.set_rate("second", 400, "alice")
    both = limits.of_relays()
    # 2,500 by the first until 18:00, 100 by the second until then and 200 after.
    assert ending.forecast(Work(2600), both, publication, now).ends_at == at("2026-03-02 18:00")
    assert ending.forecast(Work(2800), both, publication, now).ends_at == at("2026-03-02 18:30")
    assert ending.forecast(Work(3800), both, publication, now).ends_at == at("2026-03-03 09:00")
    limits.set_rate("second", 0, "alice")
    open_end = ending.forecast(Work(2800), limits.of_relays(), publication, now)
    assert (open_end.ends_at, open_end.too_far) == (None, False)
    limits.warm("main", 100, 50, 4000, "alice")
    main = limits.of_relays()[0]
    assert main.rate(timezone.now().date()) == 10


@pytest.mark.django_db
def test_what_cannot_be_meant_is_refused(two_relays: None) -> None:
    for start, end, zone, code in (
        (EIGHT, None, "UTC", "hours"), (EIGHT, EIGHT, "UTC", "hours"),
        (EIGHT, SIX, "Nowhere/Else", "zone"),
    ):  # fmt: skip
        with pytest.raises(BadLimit) as refused:
            limits.set_hours("main", start, end, zone, "alice")
        assert refused.value.code == code
    assert not Relay.objects.exclude(send_from=None).exists() and not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_the_page_and_the_command_set_them_on_record(client: Client, two_relays: None) -> None:
    client.force_login(get_user_model().objects.create_superuser("root", password="x"))
    page = "/admin/operation/limits/"
    form = {"relay": "main", "what": "hours", "send_from": "08:00", "send_until": "18:00",
            "time_zone": "berlin"}  # fmt: skip
    half = client.post(page, {**form, "send_until": ""})
    assert half.status_code == 200 and "Give both hours or neither" in half.content.decode()
    with time_machine.travel(at("2026-03-02 20:00"), tick=False):
        client.force_login(get_user_model().objects.get())
        assert client.post(page, form).status_code == 302
        shown = " ".join(client.get(page).content.decode().split())
    assert "Issues from 08:00 until 18:00 (Europe/Berlin)." in shown
    assert "Outside of its hours until 2026-03-03 08:00 Europe/Berlin (CET)" in shown
    out = StringIO()
    with time_machine.travel(at("2026-03-02 20:00"), tick=False):
        call_command(
            "limits", "--relay", "second", "--hours", "22:00-06:00@Asia/Tokyo", "--json", stdout=out
        )
    main, second = map(json.loads, out.getvalue().splitlines())
    assert (main["hours"], main["opens_at"]) == (
        "08:00-18:00@Europe/Berlin", "2026-03-03T07:00+00:00",
    )  # fmt: skip
    assert (second["hours"], second["opens_at"]) == ("22:00-06:00@Asia/Tokyo", None)
    call_command("limits", "--relay", "main", "--hours", "off", stdout=StringIO())
    err = StringIO()
    with pytest.raises(SystemExit):
        call_command("limits", "--relay", "main", "--hours", "8-18", stdout=out, stderr=err)
    assert "08:00-18:00@Europe/Berlin" in err.getvalue()
    said = [(one.actor, one.detail) for one in AuditEntry.objects.order_by("pk")]
    assert said == [
        ("root", {"hours": ["", "08:00-18:00 Europe/Berlin"]}),
        ("command", {"hours": ["", "22:00-06:00 Asia/Tokyo"]}),
        ("command", {"hours": ["08:00-18:00 Europe/Berlin", ""]}),
    ]
