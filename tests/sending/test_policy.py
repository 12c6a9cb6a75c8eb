"""What a reply means: hard only by class and text, slow down when asked, know when it is us."""

from __future__ import annotations

import datetime as dt

import pytest

from newsletter.sending import hours
from newsletter.sending.engine import policy
from newsletter.smtp import State, Verdict


def judged(code: int, text: str, phase: str = "rcpt") -> policy.Judgement:
    from newsletter.smtp.replies import refusal

    return policy.judge(refusal(code, text.encode(), phase))


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (550, "5.1.1 <alice@example.org>: Recipient address rejected: User unknown"),
        (550, "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found"),
        (550, "5.2.1 The email account that you tried to reach is disabled."),
        (550, "No such user here"),
        (550, "Mailbox not found"),
        (553, "5.1.3 bad address syntax"),
        (550, "收件人不存在"),
    ],
)
def test_an_unknown_mailbox_is_hard(code: int, text: str) -> None:
    found = judged(code, text)
    assert (found.state, found.ends_address, found.ours) == ("failed", True, False)


@pytest.mark.parametrize(
    ("code", "text", "state"),
    [
        (550, "Mail content denied. Ip frequency limited", "deferred"),
        (550, "5.7.1 Message rejected as spam by Content Filtering", "failed"),
        (550, "5.7.515 Access denied, sending domain does not meet the requirements", "failed"),
        (554, "5.7.1 Service unavailable; client host blocked using zen.example", "failed"),
        (552, "5.2.2 Mailbox full", "deferred"),
        (550, "5.2.2 user over quota", "deferred"),
        (550, "5.2.1 blocked by policy", "failed"),
        (550, "User unknown to our spam policy: mail denied", "failed"),
        (535, "5.7.8 Authentication credentials invalid", "failed"),
        (550, "5.4.4 unable to route", "failed"),
        (550, "", "failed"),
    ],
)
def test_other_refusals_suppress_nobody(code: int, text: str, state: str) -> None:
    found = judged(code, text)
    assert (found.state, found.ends_address) == (state, False)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (421, "4.7.0 Try again later, closing connection"),
        (454, "Throttling failure: Maximum sending rate exceeded."),
        (450, "4.7.1 too many connections from your address"),
        (550, "Mail content denied. Ip frequency limited"),
        (452, "发送频率过快"),
    ],
)
def test_being_asked_to_slow_down(code: int, text: str) -> None:
    found = judged(code, text)
    assert found.throttled and found.state == "deferred"


def test_greylisting_is_no_throttling() -> None:
    found = judged(450, "4.2.0 Greylisted, please come back in five minutes")
    assert (found.state, found.throttled) == ("deferred", False)


def test_a_refused_sender_is_about_us() -> None:
    found = judged(550, "5.1.8 sender address rejected", "mail")
    assert (found.state, found.ends_address, found.ours) == ("failed", False, True)


OURS = frozenset(["news@harbour.example.org", "harbour.example.org", "bounce.harbour.example.org"])


@pytest.mark.parametrize("phase", ["mail", "rcpt", "dot"])
@pytest.mark.parametrize(
    "text",
    [
        "5.1.8 <news@harbour.example.org>: Sender address rejected: Domain not found",
        "Verification failed for <b-1@bounce.harbour.example.org> No Such User Here Sender verify"
        " failed",
        "5.1.1 <b-1@bounce.harbour.example.org>: User unknown",
        "Absenderadresse abgelehnt: Benutzer unbekannt",
        "发件人地址不存在",
    ],
)
def test_a_refusal_of_our_sender_is_about_us_in_every_phase(text: str, phase: str) -> None:
    from newsletter.smtp.replies import refusal

    verdict = refusal(550, text.encode(), phase)
    found = policy.judge(verdict, ours=OURS, recipient="alice@reader.example.net")
    assert (found.state, found.ends_address, found.ours, found.blame) == (
        "failed",
        False,
        True,
        "sender",
    )


def test_what_passes_is_not_permanent_though_the_relay_says_550() -> None:
    fast = judged(550, "Mail content denied. Ip frequency limited")
    assert (fast.blame, fast.permanent) == ("pace", False)
    full = judged(552, "5.2.2 Mailbox full")
    assert (full.blame, full.permanent) == ("reader", False)
    gone = judged(550, "5.1.1 User unknown")
    assert (gone.blame, gone.permanent, gone.ends_address) == ("reader", True, True)


def test_a_relay_that_does_not_relay_for_us_stops_the_issue() -> None:
    for text in ("5.7.1 Relay access denied", "5.7.8 Authentication credentials invalid"):
        found = judged(554, text)
        assert (found.blame, found.ours, found.ends_address) == ("relay", True, False)


def test_our_own_finding_is_failed_for_this_reader_only() -> None:
    found = policy.judge(Verdict(State.FAILED, None, "5.6.7", "needs SMTPUTF8", "mail"))
    assert (found.state, found.ends_address, found.ours) == ("failed", False, False)


def test_addresses_are_cut_out_of_what_is_stored() -> None:
    found = judged(550, "5.1.1 <alice@example.org> and bob@example.net unknown user")
    assert found.detail == "5.1.1 <…> and … unknown user"


def test_the_first_retry_is_not_before_five_minutes_and_the_last_gives_up() -> None:
    waits = [[policy.retry_in(tries) for _ in range(200)] for tries in range(4)]
    for minutes, found in zip((5, 15, 60, 240), waits, strict=True):
        seconds = [wait.total_seconds() for wait in found if wait is not None]
        assert len(seconds) == 200
        assert min(seconds) >= max(minutes * 60 * 0.8, 300)
        assert max(seconds) <= minutes * 60 * 1.2
        assert len(set(seconds)) > 50
    assert policy.retry_in(4) is None


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        ("2026-03-02 00:30", "Asia/Shanghai", True),  # 08:30 there
        ("2026-03-02 00:30", "UTC", False),
        ("2026-03-02 10:00", "Asia/Shanghai", False),  # 18:00: the end is not included
        ("2026-07-02 06:30", "Europe/Berlin", True),  # 08:30 in summer
        ("2026-01-02 06:30", "Europe/Berlin", False),  # 07:30 in winter
    ],
)
def test_sending_hours_are_in_the_publications_time_zone(
    at: str, zone: str, expected: bool
) -> None:
    now = dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC)
    assert hours.is_open(now, zone, dt.time(8), dt.time(18)) is expected


def test_hours_over_midnight() -> None:
    for hour, expected in ((23, True), (3, True), (6, False), (12, False), (22, True)):
        now = dt.datetime(2026, 3, 2, hour, tzinfo=dt.UTC)
        assert hours.is_open(now, "UTC", dt.time(22), dt.time(6)) is expected
