"""`send_issue --at`: a local time of the publication, said in both clocks."""

from __future__ import annotations

import datetime as dt
import io
import json

import pytest
import time_machine
from django.core.management import CommandError, call_command

from newsletter.models import Issue

from .. import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def berlin() -> Issue:
    publication = builders.publication(time_zone="Europe/Berlin")
    city = builders.category(publication, "City")
    builders.subscription(publication, "alice@example.org")
    issue = builders.issue(publication)
    builders.item(issue, city, "Herons are back")
    return issue


def send(issue: Issue, at: str, *more: str) -> str:
    out = io.StringIO()
    with time_machine.travel(dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC), tick=False):
        call_command(
            "send_issue", issue.publication.slug, issue.slug, "--at", at, *more, stdout=out
        )
    issue.refresh_from_db()
    return out.getvalue()


def test_a_time_is_the_publications_and_said_in_both_clocks(berlin: Issue) -> None:
    said = send(berlin, "2027-06-01T08:00")
    assert said == (
        "Released; sent from 2027-06-01 06:00:00 UTC, 2027-06-01 08:00 Europe/Berlin (CEST).\n"
    )
    assert berlin.send_at == dt.datetime(2027, 6, 1, 6, 0, tzinfo=dt.UTC)


def test_a_time_with_an_offset_is_exact(berlin: Issue) -> None:
    send(berlin, "2027-10-31T02:30+01:00")
    assert berlin.send_at == dt.datetime(2027, 10, 31, 1, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("at", "code", "said"),
    [
        ("2027-03-28T02:30", 1, "nearest times are 2027-03-28 01:59 Europe/Berlin (CET) and "
         "2027-03-28 03:00 Europe/Berlin (CEST)"),
        ("2027-10-31T02:30", 1, "2027-10-31T02:30+02:00 or 2027-10-31T02:30+01:00"),
        ("2027-06-01", 2, "Write the time as"),
        ("tomorrow", 2, "Write the time as"),
    ],
)  # fmt: skip
def test_a_time_that_is_no_moment_is_refused(berlin: Issue, at: str, code: int, said: str) -> None:
    with pytest.raises(CommandError) as caught:
        send(berlin, at)
    assert caught.value.returncode == code and said in str(caught.value)
    assert Issue.objects.get(pk=berlin.pk).state == "draft"


def test_json_holds_the_reasons(berlin: Issue) -> None:
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command(
            "send_issue", "daily", berlin.slug, "--at", "2027-03-28T02:30", "--json", stdout=out
        )
    [reason] = json.loads(out.getvalue())["refused"]
    assert reason.startswith("2027-03-28 02:30 does not exist")
