"""The one judge of refusals: words in, blame out."""

from __future__ import annotations

import re
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.refusals import Blame, Phase, Reason, Refusal, judge, without_addresses
from newsletter.refusals.phrases import Phrases, Text

from .more_replies import REPLIES as MORE
from .replies import REPLIES as KNOWN
from .replies import Reply

REPLIES = [*KNOWN, *MORE]

READER = "alice@reader.example.net"
FROM = "news@harbour.example.org"
PATH = "b-0123@bounce.harbour.example.org"
OURS = frozenset([FROM, PATH, "harbour.example.org", "bounce.harbour.example.org"])


def judged(reply: Reply) -> Refusal:
    words = reply.words
    for name, meant in (
        ("{rcpt}", READER), ("{from}", FROM), ("{path}", PATH), ("{our}", "harbour.example.org"),
    ):  # fmt: skip
        words = words.replace(name, meant)
    return judge(
        words,
        code=reply.code,
        status=reply.status,
        phase=Phase(reply.phase),
        recipient=READER,
        ours=OURS,
    )


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: reply.words[:60] or "nothing")
def test_a_refusal_means_what_it_says(reply: Reply) -> None:
    found = judged(reply)
    assert (found.blame, found.permanent, found.reason) == reply[4:], found


def test_the_table_covers_every_blame_and_nearly_every_reason() -> None:
    assert {reply.blame for reply in REPLIES} == {str(blame) for blame in Blame}
    missing = {str(reason) for reason in Reason} - {reply.reason for reply in REPLIES}
    assert missing == set()


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: reply.words[:60] or "nothing")
def test_before_rcpt_nobody_blames_the_reader(reply: Reply) -> None:
    for phase in (Phase.MAIL, Phase.AUTH, Phase.EHLO):
        found = judged(reply._replace(phase=phase))
        of_domain = found.reason in (Reason.HOST_UNKNOWN, Reason.NO_MAIL_SERVICE)
        assert found.blame is not Blame.READER or (phase is Phase.EHLO and of_domain)


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: reply.words[:60] or "nothing")
def test_a_4yz_never_ends_an_address(reply: Reply) -> None:
    words = re.sub(r"\b5\.(\d{1,3})\.", r"4.\1.", reply.words)
    found = judged(reply._replace(words=words, code=450, status=""))
    assert not found.permanent


def test_a_refusal_that_names_us_ends_no_address_whatever_it_says() -> None:
    for said in ("user unknown", "no such user here", "mailbox disabled", "5.1.1", "不存在",
                 "пользователь не найден", "existiert nicht", "has moved"):  # fmt: skip
        for name in (FROM, PATH, f"<{PATH}>", f"<{FROM}>:"):
            for phase in (Phase.RCPT, Phase.DOT, Phase.UNKNOWN):
                refusal = judge(f"550 {name} {said}", phase=phase, recipient=READER, ours=OURS)
                assert (refusal.blame, refusal.reason) == (
                    Blame.SENDER, Reason.SENDER_REJECTED,
                ), (name, said)  # fmt: skip


def test_the_same_words_of_the_reader_do() -> None:
    for said in ("user unknown", "no such user here", "mailbox disabled", "5.1.1", "has moved"):
        words = f"550 <{READER}> {said} (mx1.harbour.example.org, see https://harbour.example.org/)"
        assert judge(words, phase=Phase.RCPT, recipient=READER, ours=OURS).ends_address, said


def test_a_reader_at_our_own_domain_is_a_reader() -> None:
    editor = "editor@harbour.example.org"
    gone = judge(f"550 5.1.1 <{editor}>: User unknown", recipient=editor, ours=OURS)
    assert gone.ends_address
    sender = judge(f"550 5.1.1 <{FROM}>: User unknown", recipient=editor, ours=OURS)
    assert sender.blame is Blame.SENDER
    # Our own domain is gone: that is nobody's address but ours to mend.
    domain = judge("550 5.1.2 harbour.example.org: host unknown", recipient=editor, ours=OURS)
    assert (domain.blame, domain.ends_address) == (Blame.SENDER, False)


def test_a_carrier_says_unknown_user_of_what_its_customer_filters() -> None:
    words, reader = "550 Unknown user alice@docomo.ne.jp", "alice@docomo.ne.jp"
    assert judge(words, phase=Phase.RCPT, recipient=reader).ends_address
    assert judge(words, phase=Phase.DOT, recipient=reader).reason is Reason.FILTERED


def test_no_such_user_after_the_content_is_believed_unless_a_filter_speaks() -> None:
    assert judge("550 no such user", phase=Phase.DOT).ends_address
    assert not judge("550 no such user, message rejected", phase=Phase.DOT).ends_address
    assert not judge("550 no such user by policy", phase=Phase.DATA).ends_address
    assert not judge("550 5.7.1 no such user", phase=Phase.DOT).ends_address
    assert judge("550 5.1.1 no such user by policy", phase=Phase.DOT).ends_address


def test_the_servers_own_status_goes_before_the_reports() -> None:
    refusal = judge("550 5.7.1 not authorized", status="5.1.1")
    assert (refusal.status, refusal.ends_address) == ("5.7.1", False)
    assert not judge("550 4.2.1 mailbox disabled", status="5.2.1").permanent
    assert judge("550 5.2.1 mailbox disabled", status="4.0.0").ends_address
    assert judge("550 5.0.0 nothing", status="5.1.1").status == "5.1.1"


def test_a_relays_category_is_believed_unless_the_words_blame_us() -> None:
    assert judge("550 no", category="bad-mailbox").ends_address
    assert judge("550 no", category="quota-issues").reason is Reason.MAILBOX_FULL
    about_us = judge("550 sender address rejected", category="bad-mailbox")
    assert about_us.blame is Blame.SENDER


def test_a_local_delivery_program_knows_nothing_of_the_address() -> None:
    assert judge("no such user", program=True).reason is Reason.SYSTEM
    assert judge("mailbox is full", program=True).reason is Reason.MAILBOX_FULL


@pytest.mark.parametrize(
    "nasty",
    ["user ", "a", "<", "a@", "user unknown . ", "1.1.1 ", "550 ", "用户", "[", "ﷺ", '"a', "a.b.",
     "http://", "user address not ", "sender OURS RCPT ", "\u0301", "mailbox account disabled; "],
)  # fmt: skip
def test_a_megabyte_of_nasty_words_is_judged_at_once(nasty: str) -> None:
    words = nasty * (1_000_000 // len(nasty))
    begun = time.process_time()
    judge(words, recipient=READER, ours=OURS)
    without_addresses(words)
    assert time.process_time() - begun < 0.5


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400), st.sampled_from(list(Phase)), st.text(max_size=30))
def test_nothing_raises(words: str, phase: Phase, name: str) -> None:
    judge(words, phase=phase, recipient=name, ours={name, "example.org"}, status=name)
    kept = without_addresses(words)
    assert len(kept) <= 300 and kept.isprintable()


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("5.1.1 <alice@example.org> and bob@example.net unknown", "5.1.1 <…> and … unknown"),
        ("收件人（alice@example.org）不存在", "收件人（…）不存在"),
        ('"alice doe"@example.org unknown', "… unknown"),
        ("RCPT TO:alice@example.org\r\n\x00no", "RCPT TO:…   no"),
        ("x" * 1000, "x" * 300),
        ("mail @ example", "mail @ example"),
        ("b+alice=example.org@bounce.example no", "… no"),
    ],
)
def test_what_is_kept_of_a_servers_words(words: str, kept: str) -> None:
    assert without_addresses(words) == kept


def test_the_package_needs_neither_settings_nor_models() -> None:
    code = (
        "import sys, newsletter.refusals;"
        "print([n for n in sys.modules if n.split('.')[0] == 'django' or n.endswith('.models')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_phrase_keeps_to_its_sentence_and_its_gap() -> None:
    phrases = Phrases("mailbox … closed|\n  gone\nspf$")
    for words, found in (
        ("the mailbox is closed", True),
        ("the mailbox was there; closed", False),
        ("the mailbox " + "x" * 61 + " closed", False),
        ("closed mailbox", False),
        ("spf failed", True),
        ("spfoo failed", False),
        ("nospf", False),
    ):
        assert (Text(words) in phrases) is found, words


def test_somebody_elses_address_does_not_hide_that_ours_is_refused() -> None:
    words = f"550 verification of <{PATH}> failed, postmaster@other.example: user unknown"
    assert judge(words, recipient=READER, ours=OURS).blame is Blame.SENDER


def test_only_the_beginning_of_a_refusal_is_read() -> None:
    refusal = judge("x " * 4_000 + "550 5.1.1 user unknown", phase=Phase.RCPT)
    assert (refusal.reason, refusal.status, refusal.code) == (Reason.UNKNOWN, "", None)
