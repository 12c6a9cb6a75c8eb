"""What codes, categories and moments say where words say little; and words in one spelling."""

from __future__ import annotations

import pytest

from newsletter.refusals import Blame, Phase, Reason, judge
from newsletter.refusals.plain import plain

READER, FROM = "alice@reader.example.net", "news@harbour.example.org"
OURS = frozenset([FROM, "harbour.example.org"])


@pytest.mark.parametrize(
    ("category", "reason"),
    [
        ("bad-mailbox", "user_unknown"),
        ("bad-domain", "host_unknown"),
        ("inactive-mailbox", "disabled"),
        ("quota-issues", "mailbox_full"),
        ("spam-related", "spam"),
        ("virus-related", "virus"),
        ("policy-related", "policy"),
        ("no-answer-from-host", "expired"),
        ("routing-errors", "network"),
        ("message-expired", "expired"),
        ("bad-connection", "network"),
        ("bad-configuration", "system"),
        ("content-related", "content"),
        ("relaying-issues", "relay_denied"),
        ("protocol-errors", "system"),
        ("invalid-sender", "sender_rejected"),
        ("other", "unknown"),
    ],
)
def test_a_relays_category(category: str, reason: str) -> None:
    assert judge("no", phase=Phase.RCPT, category=category).reason == reason


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("5.1.7", "sender_rejected"),
        ("5.1.8", "sender_rejected"),
        ("5.2.2", "mailbox_full"),
        ("5.7.8", "login"),
        ("5.7.9", "login"),
        *((f"5.7.{detail}", "authentication") for detail in (20, 21, 22, 23, 24, 26, 29)),
        ("5.7.25", "reverse_dns"),
        ("5.7.27", "sender_rejected"),
        ("5.7.28", "rate_limited"),
        ("5.1.1", "user_unknown"),
        ("5.1.2", "host_unknown"),
        ("5.1.3", "user_unknown"),
        ("5.1.6", "moved"),
        ("5.1.10", "no_mail_service"),
        ("5.2.1", "disabled"),
        ("5.2.3", "too_big"),
        ("5.3.4", "too_big"),
        ("5.4.1", "expired"),
        ("5.4.2", "network"),
        ("5.4.6", "network"),
        ("5.4.7", "expired"),
        ("5.7.17", "moved"),
        ("5.7.18", "moved"),
        # The subject alone.
        ("5.3.9", "system"),
        ("5.4.9", "network"),
        ("5.5.9", "system"),
        ("5.6.9", "content"),
        ("5.7.99", "policy"),
        ("5.8.1", "unknown"),
    ],
)
def test_a_status_without_words(status: str, reason: str) -> None:
    found = judge("", status=status, phase=Phase.RCPT)
    assert (found.reason, found.status) == (reason, status)


@pytest.mark.parametrize(
    ("code", "reason"),
    [(452, "system"), (530, "login"), (535, "login"), (552, "mailbox_full"), (550, "unknown")],
)
def test_a_bare_code(code: int, reason: str) -> None:
    assert judge("", code=code, phase=Phase.RCPT).reason == reason


@pytest.mark.parametrize(
    ("status", "reason"), [("5.1.1", "user_unknown"), ("5.1.3", "user_unknown")]
)
def test_the_code_of_a_bad_mailbox_goes_before_vague_words(status: str, reason: str) -> None:
    assert judge(f"550 {status} rejected by policy", phase=Phase.RCPT).reason == reason


@pytest.mark.parametrize(
    ("phase", "gone", "vague"),
    [
        (Phase.GREETING, "blocked", "unknown"),
        (Phase.EHLO, "blocked", "unknown"),
        (Phase.AUTH, "login", "login"),
        (Phase.MAIL, "sender_rejected", "sender_rejected"),
        (Phase.RCPT, "user_unknown", "unknown"),
    ],
)
def test_what_a_moment_makes_of_no_such_user_and_of_nothing(
    phase: Phase, gone: str, vague: str
) -> None:
    assert judge("550 no such user", phase=phase).reason == gone
    assert judge("550 xyzzy", phase=phase).reason == vague


def test_an_answer_that_begins_with_an_address_is_one_to_rcpt() -> None:
    quoted = f"550 <{READER}>: mailbox unavailable"
    assert judge(quoted, recipient=READER).reason is Reason.USER_UNKNOWN
    assert judge(f"said: {quoted}", recipient=READER).reason is Reason.USER_UNKNOWN
    assert judge("550 mailbox unavailable").reason is not Reason.USER_UNKNOWN


def test_recipient_address_rejected_is_about_the_recipient_even_after_the_content() -> None:
    words = f"550 5.7.1 <{READER}>: Recipient address rejected: no such user"
    said = judge(words, phase=Phase.DOT, recipient=READER)
    assert (said.reason, said.ends_address) == (Reason.USER_UNKNOWN, True)
    filtered = judge("550 5.7.1 no such user", phase=Phase.DOT, recipient=READER)
    assert filtered.reason is Reason.FILTERED


def test_who_is_named_nearest_before_gone_is_meant() -> None:
    ours = judge(
        f"550 <{READER}>: verification of <{FROM}> failed: user unknown",
        phase=Phase.RCPT, recipient=READER, ours=OURS,
    )  # fmt: skip
    assert (ours.blame, ours.ends_address) == (Blame.SENDER, False)
    named_after = judge(
        f"550 <{READER}>: host said of <{FROM}>: user unknown",
        phase=Phase.RCPT, recipient=READER, ours=OURS,
    )  # fmt: skip
    assert (named_after.blame, named_after.ends_address) == (Blame.SENDER, False)
    theirs = judge(
        f"550 letter of <{FROM}> for <{READER}>: user unknown",
        phase=Phase.RCPT, recipient=READER, ours=OURS,
    )  # fmt: skip
    assert (theirs.blame, theirs.ends_address) == (Blame.READER, True)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (f"<{READER}.> gone", "RCPT gone"),
        (f"{FROM}. gone", "OURS gone"),
        ("us\u200ber un\u00adknown", "user unknown"),
        ("Mail Box full", "mailbox full"),
        ("your IP address can't send", "your ipaddress can not send"),
        ("it doesn’t exist", "it does not exist"),
        ("E-mail cannot be returned to sender", "email can not be returned"),
        ("see https://harbour.example.org/5.1.1 now", "see now"),
        ("harbour.example.org and mx.harbour.example.org", "OURDOMAIN and mx.harbour.example.org"),
        ("from <> to <word> to bob@example.com", "from null sender to ADDR to ADDR"),
        ("550-5.7.1 no 550 5.7.1 way", "no way"),
        ("[192.0.2.1] and 192.0.2.2", "ip and ip"),
        ("Größe MÜLL", "große mull"),
    ],
)
def test_words_in_one_spelling(said: str, meant: str) -> None:
    assert plain(said, READER, OURS) == meant
