"""Readers in doubt, settled from what the relay wrote down: right, or not at all."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command

from newsletter import sending as rooms
from newsletter.message import message_id
from newsletter.models import PLACES, Chunk, Delivery, Issue, Outcome
from newsletter.sending import counts, doubt
from newsletter.sending.doubt.verdict import Reach, begun, decide, shift_of
from subscribers.links import make_return
from subscribers.models import AuditEntry
from tests.sending.chunks import NOW, outcome, sending

MINUTE, SECOND = dt.timedelta(minutes=1), dt.timedelta(seconds=1)
LATER = NOW + MINUTE


# ---- values


@pytest.mark.parametrize(
    ("found", "zone", "missing", "first", "last", "said"),
    [
        (True, False, 9, -99, 99, "sent"),  # A mail that is in the log was taken over.
        (False, True, 0, 0, 10, "never"),
        (False, True, 0, -1, 5, "not_covered"),
        (False, True, 0, 5, 11, "not_covered"),
        (False, True, 0, 8, 22, "not_covered"),  # Two stretches, and a gap between.
        (False, False, 0, 0, 10, "no_zone"),
        (False, True, 1, 0, 10, "incomplete"),
    ],
)
def test_silence_proves_something_only_of_a_log_that_holds_all_of_the_time(
    found: bool, zone: bool, missing: int, first: int, last: int, said: str
) -> None:
    covered = [(NOW, NOW + 10 * SECOND), (NOW + 20 * SECOND, NOW + 30 * SECOND)]
    reach = Reach(covered, zone, missing)
    assert decide(found, NOW + first * SECOND, NOW + last * SECOND, reach) == said


def test_when_it_was_begun_at_the_earliest() -> None:
    lost = "the worker was lost"
    said = begun(f"{lost}; begun 2026-03-02T09:00:03.500+00:00", LATER, None, NOW)
    assert said == NOW + 3 * SECOND
    assert begun(lost, LATER, None, NOW) == NOW
    assert begun(lost, LATER, NOW + SECOND, NOW) == NOW + SECOND
    late = NOW + 5 * dt.timedelta(hours=1)
    assert begun("no reply", late, None, NOW) == late - dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("samples", "zoned", "shift"),
    [
        ([], True, (0.0, 0.0)),
        ([], False, None),
        ([3600.5, 3599.75, 3601.0], False, (3600.0, 0.5)),
        ([-18000.25] * 9 + [5.0], False, (-18000.0, 0.25)),
        ([3600.0, 0.0], False, None),  # They do not agree.
        ([20700.0], False, (20700.0, 0.0)),  # Nepal.
        ([-0.25, 0.5, 1.0], True, (0.0, 0.5)),
        ([3600.0], True, None),  # It says a zone that is not its own.
    ],
)
def test_the_zone_of_a_log_that_says_none(
    samples: list[float], zoned: bool, shift: tuple[float, float] | None
) -> None:
    assert shift_of(samples, zoned) == shift


# ---- an issue

pytestmark = pytest.mark.django_db


def line(delivery: int, at: dt.datetime, sender: str = "") -> str:
    way = sender or f"b-{make_return(delivery)}@news.example.org"
    stamp = at.strftime("%b %d %H:%M:%S")
    return f"{stamp} mx postfix/qmgr[1]: 4F1A2B3C{delivery % PLACES:02}: from=<{way}>, size=9, nrcpt=1 (queue active)\n"  # noqa: E501


def other(at: dt.datetime) -> str:
    return f"{at.strftime('%b %d %H:%M:%S')} mx postfix/smtpd[1]: connect from unknown[127.0.0.1]\n"


def issue_with(states: Sequence[str], **chunk: Any) -> Issue:
    """An issue that is paused; places 1, 2, … have these latest outcomes, "" none."""
    issue = sending(len(states))
    Issue.objects.filter(pk=issue.pk).update(state="paused")
    counted: dict[str, int] = {}
    for place, state in enumerate(states, 1):
        if state:
            detail = f"the worker was lost; begun {NOW.isoformat()}" if state == "in_doubt" else ""
            outcome(issue, place, state, detail=detail)
            counted[state] = counted.get(state, 0) + 1
    Outcome.objects.update(at=NOW + 30 * SECOND)
    done = "" not in states and "deferred" not in states
    state = "done" if done else "waiting"
    Chunk.objects.update(**{"state": state, **counted, **chunk})
    issue.refresh_from_db()
    return issue


def settled(issue: Issue, folder: Path, text: str, **extra: Any) -> doubt.Report:
    path = folder / "mail.log"
    path.write_text(text)
    with time_machine.travel(LATER):
        return doubt.settle(issue, [path], by="alice", **extra)


def states(issue: Issue) -> list[str]:
    found = []
    for delivery in Delivery.objects.filter(issue=issue).order_by("pk"):
        found.append(counts.state_of(delivery)[0])
    assert counts.ledger(issue) == counts.recount(issue)
    return found


def whole(issue: Issue, *places: int, zone: int = 0) -> str:
    """A log from a minute before the first to a minute after the last, by a server in that zone."""
    there = dt.timedelta(hours=zone)
    base = issue.pk * PLACES
    lines = [line(base + place, NOW + there + 30 * SECOND) for place in places]
    return "".join([other(NOW + there - MINUTE), *lines, other(NOW + there + MINUTE)])


def test_each_is_sent_or_never_reached_it(tmp_path: Path) -> None:
    issue = issue_with(["sent", "in_doubt", "in_doubt"])
    text = whole(issue, 1, 2)
    report = settled(issue, tmp_path, text, dry=True)
    assert (report.sent, report.never, sum(report.left.values())) == (1, 1, 0)
    assert states(issue) == ["sent", "in_doubt", "in_doubt"]
    assert not AuditEntry.objects.exists()
    settled(issue, tmp_path, text)
    assert states(issue) == ["sent", "sent", "failed"]
    two, three = Outcome.objects.order_by("delivery_id")[1:]
    assert two.resolved_by == "alice" and two.evidence.startswith("Postfix 4F1A2B3C02: from=")
    assert (three.detail, three.resolved_by) == ("never reached the relay", "alice")
    assert AuditEntry.objects.get().detail == {
        "sent": 1, "never_reached": 1, "after_copy": 0, "log": ["Postfix"],
    }  # fmt: skip
    again = settled(issue, tmp_path, text)
    assert (again.sent, again.never) == (0, 0)
    # Who never got it may be sent it again, in order.
    Issue.objects.filter(pk=issue.pk).update(state="sent", finished_at=NOW)
    issue.refresh_from_db()
    assert rooms.retry_failed(issue, by="alice") == 1


def test_the_zone_is_found_out_from_mails_both_know_of(tmp_path: Path) -> None:
    issue = issue_with(["sent", "sent", "in_doubt"])
    report = settled(issue, tmp_path, whole(issue, 1, 2, zone=8))
    assert report.never == 1
    assert report.covered == [(NOW - MINUTE, NOW + MINUTE)]


def test_without_any_it_is_not_guessed(tmp_path: Path) -> None:
    issue = issue_with(["in_doubt", "in_doubt"])
    text = whole(issue, 1, zone=1)
    report = settled(issue, tmp_path, text)
    assert (report.sent, report.never, dict(report.left)) == (1, 0, {"no_zone": 1})
    report = settled(issue, tmp_path, text, zone=ZoneInfo("Europe/Berlin"))
    assert (report.never, states(issue)) == (1, ["sent", "failed"])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{late}{one}{end}", "not_covered"),
        ("{start}{one}{early}", "not_covered"),
        ("{start}{end}", "incomplete"),  # Another server's: the mail that was sent is not in it.
    ],
)
def test_what_the_log_cannot_know_stays_in_doubt(tmp_path: Path, text: str, why: str) -> None:
    issue = issue_with(["sent", "sent", "in_doubt"])
    base = issue.pk * PLACES
    log = text.format(
        start=other(NOW - MINUTE), late=other(NOW + 2 * SECOND), early=other(NOW + 29 * SECOND),
        end=other(NOW + MINUTE), one=line(base + 1, NOW + 28 * SECOND),
    )  # fmt: skip
    report = settled(issue, tmp_path, log, zone=ZoneInfo("UTC"))
    assert (report.never, set(report.left)) == (0, {why})
    assert states(issue) == ["sent", "sent", "in_doubt"]


def test_a_rotated_log_with_a_file_missing_covers_no_gap(tmp_path: Path) -> None:
    issue = issue_with(["sent", "in_doubt"])
    hour = 60 * MINUTE
    with gzip.open(tmp_path / "log.2.gz", "wt") as file:
        file.write(other(NOW - hour) + other(NOW - 30 * MINUTE))
    one = line(issue.pk * PLACES + 1, NOW + 30 * SECOND)
    new = other(NOW + 20 * SECOND) + one + other(NOW + MINUTE)
    (tmp_path / "log").write_text(new)
    (tmp_path / "log.1").write_text(other(NOW - 30 * MINUTE) + other(NOW + 19 * SECOND))
    logs = [tmp_path / "log.2.gz", tmp_path / "log", tmp_path / "log.1"]
    with time_machine.travel(LATER):
        assert doubt.settle(issue, logs[:2], by="alice", dry=True).never == 0
        assert doubt.settle(issue, logs, by="alice", dry=True).never == 1


def test_a_message_id_does_where_the_sender_was_rewritten(tmp_path: Path) -> None:
    issue = issue_with(["sent", "in_doubt"])
    ties = Delivery.objects.order_by("pk").values_list("subscription_id", flat=True)
    ours = message_id(issue.pk, ties[1]).decode()
    log = (
        "Received,SenderAddress,RecipientAddress,Status,MessageId,MessageTraceId\n"
        f"2026-03-02T09:00:20Z,bounce@relay.example,a@example.net,Failed,<{ours}@x.example>,1\n"
        "2026-03-02T09:00:21Z,news@else.example,a@example.net,Failed,<other@x.example>,1\n"
    )
    report = settled(issue, tmp_path, log)
    assert (report.sent, report.others) == (1, 1)


def test_after_a_restore_what_went_out_since_the_copy_is_entered(tmp_path: Path) -> None:
    issue = issue_with(["sent", "", "deferred", ""], takes="waiting")
    report = settled(issue, tmp_path, whole(issue, 1, 2, 3))
    # The deferred are of the next round, which has not begun: only who waits is entered.
    assert report.after_copy == 1
    assert states(issue) == ["sent", "sent", "deferred", "waiting"]
    entered = Outcome.objects.get(delivery_id=issue.pk * PLACES + 2)
    assert (entered.round, entered.at, entered.resolved_by) == (1, NOW + 30 * SECOND, "alice")


def test_who_was_deferred_in_the_copy_and_sent_since(tmp_path: Path) -> None:
    issue = issue_with(["sent", "deferred"], takes="deferred", round=2)
    assert settled(issue, tmp_path, whole(issue, 1, 2)).after_copy == 1
    assert states(issue) == ["sent", "sent"]


def test_who_is_to_be_sent_again_is_taken_out_of_the_round(tmp_path: Path) -> None:
    issue = issue_with(["sent", "in_doubt", "in_doubt"])
    Chunk.objects.update(state="waiting", round=2, takes="in_doubt")
    report = settled(issue, tmp_path, whole(issue, 1, 2))
    assert (report.sent, report.never) == (1, 0)
    assert states(issue) == ["sent", "sent", "in_doubt"]


def test_only_at_rest(tmp_path: Path) -> None:
    issue = issue_with(["sent", "in_doubt"])
    Issue.objects.filter(pk=issue.pk).update(state="sending")
    with pytest.raises(doubt.NotNow, match="Pause the issue first"):
        settled(issue, tmp_path, "x")
    Issue.objects.filter(pk=issue.pk).update(state="paused")
    with pytest.raises(doubt.LogRefused, match="no log of a format"):
        settled(issue, tmp_path, "Dear all,\n")


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    issue = issue_with(["sent", "in_doubt", "in_doubt"])
    (tmp_path / "mail.log").write_text(whole(issue, 1, 2))
    log = ["--log", str(tmp_path / "mail.log")]
    call_command("settle_doubt", "daily", issue.slug, *log, "--dry-run", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found == {
        "sent": 1, "never_reached": 1, "sent_after_copy": 0, "still_in_doubt": 0, "reasons": {},
        "formats": ["Postfix"], "not_ours": 0, "known_but_not_in_log": 0,
        "covered": [["2026-03-02T08:59:00+00:00", "2026-03-02T09:01:00+00:00"]],
    }  # fmt: skip
    call_command("settle_doubt", "daily", issue.slug, *log)
    assert "1 reader in doubt got the mail." in capsys.readouterr().out
    with pytest.raises(CommandError, match="no issue"):
        call_command("settle_doubt", "daily", "2020-01-01", *log)
    with pytest.raises(CommandError, match="Europe/Berlin"):
        call_command("settle_doubt", "daily", issue.slug, *log, "--time-zone", "Mars")
