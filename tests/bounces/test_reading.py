"""What a mail at the return path is: literal reports, and the words of real servers."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.bounces import Kind, read
from newsletter.refusals import Phase, judge
from newsletter.refusals.plain import plain

ALICE = "alice@reader.example.net"
REPORTS = Path(__file__).parents[1] / "data" / "reports"


def report(name: str, way: str = "b-none@harbour.example.org") -> bytes:
    text = (REPORTS / f"{name}.eml").read_text()
    return text.replace("{return}", way).replace("{unsubscribe}", way).encode()


READ_AS = {
    "postfix_unknown": ("bounce", [(ALICE, "5.1.1", True, "reader", "user_unknown")]),
    "exim_full": ("bounce", [(ALICE, "5.2.2", False, "reader", "mailbox_full")]),
    "qmail_nobody": ("bounce", [(ALICE, "", True, "reader", "user_unknown")]),
    "policy_refusal": ("bounce", [(ALICE, "5.7.26", False, "sender", "authentication")]),
    "delay": ("bounce", [(ALICE, "4.4.1", False, "relay", "expired")]),
    "arf_abuse": ("complaint", [(ALICE, "", False, "", "abuse")]),
    "arf_auth_failure": ("complaint", [(ALICE, "", False, "", "auth-failure")]),
    "unsubscribe": ("complaint", [(ALICE, "", False, "", "opt-out")]),
    "vacation": ("auto_reply", []),
    "letter": ("other", []),
    "delivered": ("other", []),
    "two_recipients": (
        "bounce",
        [
            ("bob@other.example.net", "5.1.1", True, "reader", "user_unknown"),
            ("charlie@other.example.net", "5.2.2", False, "reader", "mailbox_full"),
        ],
    ),
}


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("name", READ_AS)
def test_a_report_is_read_as_what_it_is(name: str, newline: bytes) -> None:
    kind, recipients = READ_AS[name]
    assert read(report(name).replace(b"\n", newline)).to_json() == {
        "kind": kind,
        "recipients": [
            {"address": address, "status": status, "hard": hard, "blame": blame, "reason": reason}
            for address, status, hard, blame, reason in recipients
        ],
    }


def test_every_literal_report_is_tried() -> None:
    assert {path.stem for path in REPORTS.glob("*.eml")} == set(READ_AS)


@pytest.mark.parametrize(
    "words",
    [
        "550 5.1.1 The email account that you tried to reach does not exist",
        "550 #5.1.0 Address rejected.",
        "550 No such user here",
        "550 sorry, no mailbox here by that name (#5.1.1)",
        "553 5.3.0 <alice@reader.example.net>... No such user here",
        "550 5.4.1 Recipient address rejected: Access denied",
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        "550 Adresse destinataire invalide. Invalid recipient.",
        "550 Benutzer unbekannt",
        "550 用户不存在",
        "556 5.1.10 Recipient address has null MX",
        "550 5.2.1 The email account that you tried to reach is disabled",
        "550 5.1.2 Host unknown",
        "550 5.1.6 recipient no longer on server",
        "smtp; DNS type 'mx' lookup of reader.example.net responded with code NXDOMAIN",
    ],
)
def test_an_address_that_is_gone_is_hard(words: str) -> None:
    assert judge(words, phase=Phase.RCPT).ends_address, judge(words, phase=Phase.RCPT)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("550 Connection frequency limited", "rate_limited"),
        ("550 5.7.26 Unauthenticated email is not accepted due to DMARC policy", "authentication"),
        ("550 5.7.1 Service unavailable; client host blocked using a DNSBL", "blocked"),
        ("554 5.7.1 Message rejected: spam detected", "spam"),
        ("550 The email account that you tried to reach is temporarily disabled", "disabled"),
        ("552 5.3.4 Message size exceeds fixed limit", "too_big"),
        ("550 5.7.1 Unable to relay", "relay_denied"),
        ("553 5.1.8 Domain of sender address does not exist", "sender_rejected"),
        ("550 Fix reverse DNS for 192.0.2.1", "reverse_dns"),
        ("550 5.1.1 <a@b.example> has sent to too many recipients this hour", "rate_limited"),
        ("550 5.1.1 sorry, mailbox is over quota temporarily", "mailbox_full"),
        ("451 4.7.1 Greylisted, try again later", "greylisted"),
        ("Host not found. Name service error: Host not found, try again", "network"),
        ("554 nobody knows why", "unknown"),
    ],
)
def test_what_is_our_fault_or_passes_is_not_hard(words: str, reason: str) -> None:
    refusal = judge(words, phase=Phase.RCPT)
    assert (refusal.ends_address, refusal.reason) == (False, reason)


def test_the_servers_own_status_goes_before_the_relays() -> None:
    refusal = judge("550 5.7.1 IP address blacklisted by recipient", status="5.1.1")
    assert (refusal.status, refusal.ends_address) == ("5.7.1", False)


def test_a_status_or_word_inside_a_web_address_says_nothing() -> None:
    words = "550 refused, see https://help.example/5.1.1/user-unknown/mailbox-full"
    assert judge(words, phase=Phase.RCPT).reason == "unknown"


def test_plain_words_have_one_spelling() -> None:
    said = "550-5.1.1 The account <a@b.example> doesn't\n 550 5.1.1 exist, can't deliver e-mail"
    assert plain(said) == "the account ADDR does not exist, can not deliver email"


def test_a_mail_that_is_no_mail_is_other() -> None:
    for data in (
        b"",
        b"\0" * 5000,
        bytes(range(256)) * 100,
        b"\xff\xfe" * 10,
        b"no header\n\nat all",
    ):
        assert read(data).kind is Kind.OTHER


def _dsn(fields: bytes) -> bytes:
    return (
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=B\n\n"
        b"--B\nContent-Type: message/delivery-status\n\n" + fields + b"--B--\n"
    )


_DAEMON = b"From: MAILER-DAEMON@example.org\nSubject: Undelivered Mail\n\n"
HOSTILE = {
    "encoded words": b"Subject: " + b" ".join([b"=?utf-8?q?a?="] * 70_000) + b"\n\nx",
    "folded words": b"Subject: " + b"\n ".join([b"=?utf-8?b?YQ==?="] * 50_000) + b"\n\nx",
    "900 parts in parts": b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(900)
    )
    + b"x" * 900_000,
    "endless fields": b"".join(b"X-%d: %s\n" % (n, b"y" * 20) for n in range(35_000)) + b"\nx",
    "parts": b"Content-Type: multipart/mixed; boundary=B\n\n" + b"--B\n\nx\n" * 140_000,
    "parameters": b"Content-Type: multipart/mixed; "
    + b"; ".join(b"a%d*0*=x" % n for n in range(60_000))
    + b"; boundary=B\n\n--B\n",
    "folded parameters": b"Content-Type: multipart/mixed"
    + b"".join(b";\n a%d*0*=x" % n for n in range(60_000))
    + b"\n\nx",
    "recipients": _dsn(
        b"Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n\n" * 15_000
    ),
    "mails in mails": b"Content-Type: message/rfc822\n\n" * 30_000 + b"x",
    "empty lines": _DAEMON + b"\n" * 1_000_000,
    "spaces": _DAEMON + b" " * 1_000_000,
    "brackets": _DAEMON + b"<" * 1_000_000,
    "ats": _DAEMON + b"a@" * 500_000,
    "codes": _DAEMON + b"550 5.1.1 " * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_e8_a_megabyte_that_means_harm_costs_no_time(name: str) -> None:
    """Measured before: 9 s for the words, 25 s for the empty lines, minutes for the parameters."""
    data = HOSTILE[name][:1_000_000]
    began = time.process_time()
    read(data)
    # On a quiet machine it is a third of a second; a busy one counts what it waits for as well.
    assert time.process_time() - began < 3


def test_e8_what_a_report_says_stands_before_what_is_cut() -> None:
    """A genuine report, made large by what it returns, is read as without that."""
    whole = report("postfix_unknown").replace(b"\r\n", b"\n")
    said = read(whole)
    assert said.kind == Kind.BOUNCE and said.recipients[0].address
    grown = whole.rstrip(b"\n") + b"\n" + b"".join(b"%d text\n" % n for n in range(60_000))
    assert read(grown) == said


def test_a_thousand_nested_parts_are_survived() -> None:
    parts = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(2000)
    )
    assert read(b"From: Alice <alice@reader.example.net>\n" + parts).kind is Kind.OTHER


def test_only_the_beginning_of_a_huge_mail_is_read() -> None:
    data = report("postfix_unknown") + b"x" * 50_000_000
    assert read(data).recipients[0].hard


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(READ_AS)), st.data())
def test_damage_never_raises(name: str, draw: st.DataObject) -> None:
    data = bytearray(report(name))
    for _ in range(draw.draw(st.integers(1, 8))):
        place = draw.draw(st.integers(0, len(data) - 1))
        change = draw.draw(st.sampled_from(["flip", "cut", "double", "insert"]))
        if change == "flip":
            data[place] = draw.draw(st.integers(0, 255))
        elif change == "cut":
            del data[place : place + draw.draw(st.integers(1, 200))]
        elif change == "double":
            data[place:place] = data[place : place + 100]
        else:
            data[place:place] = draw.draw(st.binary(max_size=20))
        if not data:
            break
    read(bytes(data))


US = "b-none@bounce.harbour.example.org"
PLAIN = {
    "Tencent": (
        "From: PostMaster@qq.com", "系统退信", "utf-8",
        f"您好，您的邮件未能送达。\n收件人邮件地址（{ALICE}）不存在，邮件无法送达。\n",
        (True, "reader", "user_unknown"),
    ),
    # A summary of the lost mail stands before the reason; nothing of it is returned.
    "Coremail, summed up": (
        "From: Postmaster@reader.example.net", "系统退信", "utf-8",
        f"抱歉，您的邮件被退回来了……\n\n原邮件信息：\n时间 2026-03-02\n收件人 {ALICE}\n\n"
        f"退信原因：\n收件人邮件地址（{ALICE}）不存在，邮件无法送达。\n",
        (True, "reader", "user_unknown"),
    ),
    "Taiwan, summed up": (
        "From: Postmaster@reader.example.net", "退信通知", "big5",
        f"您的信件無法送達\n原始郵件主旨：速遞\n收件人：{ALICE}\n退信原因：收件人不存在\n",
        (True, "reader", "user_unknown"),
    ),
    "Tencent, full": (
        "From: PostMaster@qq.com", "系统退信", "gb18030",
        f"您的邮件发送失败\n收件人：{ALICE}\n退信原因：对方邮箱空间不足\n",
        (False, "reader", "mailbox_full"),
    ),
    "of our sender, Chinese": (
        "From: postmaster@reader.example.net", "系统退信", "utf-8",
        f"邮件发送到{ALICE}失败\n原因：发件人地址 {US} 不存在\n",
        (False, "sender", "sender_rejected"),
    ),
    "Mail.ru": (
        "From: mailer-daemon@corp.mail.ru", "Письмо не доставлено", "utf-8",
        f"Ваше письмо не может быть доставлено:\n\n{ALICE}\nПользователь не найден\n",
        (True, "reader", "user_unknown"),
    ),
    "Rambler": (
        "From: Почтовая система <noreply@rambler.ru>", "Ошибка доставки", "koi8-r",
        f"Получатель {ALICE} не существует\n",
        (True, "reader", "user_unknown"),
    ),
    "Japanese": (
        "From: MAILER-DAEMON@reader.example.net", "送信エラー", "iso-2022-jp",
        f"次の宛先にメールを配信できませんでした。\n{ALICE}\n"
        "宛先のメールアドレスが見つかりません\n",
        (True, "reader", "user_unknown"),
    ),
    "of our sender, German": (
        "From: mailer-daemon@reader.example.net", "Unzustellbar", "utf-8",
        f"Die Nachricht konnte nicht zugestellt werden an:\n{ALICE}\n"
        "Absenderadresse abgelehnt: Benutzer unbekannt\n",
        (False, "sender", "sender_rejected"),
    ),
    "after the dot": (
        "From: MAILER-DAEMON@relay.example.net", "Undelivered Mail", "utf-8",
        f"<{ALICE}>: host mx.reader.example.net[192.0.2.3] said: 550\n"
        "    No such user here (in reply to end of DATA command)\n",
        (True, "reader", "user_unknown"),
    ),
    "sender verification": (
        "From: MAILER-DAEMON@relay.example.net", "Undelivered Mail", "utf-8",
        f"<{ALICE}>: host mx.reader.example.net[192.0.2.3] said:\n"
        f"    550-Verification failed for <{US}> 550-No Such User Here\n"
        "    550 Sender verify failed (in reply to RCPT TO command)\n",
        (False, "sender", "sender_rejected"),
    ),
    # The address in the middle of a sentence of a language whose habits nobody knows.
    "Dutch": (
        "From: postmaster@reader.example.net", "Onbestelbaar: De krant", "utf-8",
        f"Het bericht aan {ALICE} is niet afgeleverd.\nDe gebruiker is onbekend.\n",
        (True, "reader", "user_unknown"),
    ),
    "Swedish": (
        "From: postmaster@reader.example.net", "Kunde inte levereras", "utf-8",
        f"Brevet till {ALICE} kunde inte levereras.\nBrevlådan är full.\n",
        (False, "reader", "mailbox_full"),
    ),
    "Czech": (
        "From: MAILER-DAEMON@reader.example.net", "Nedoručitelná zpráva", "utf-8",
        f"Zprávu pro {ALICE} nelze doručit.\nUživatel neexistuje.\n",
        (True, "reader", "user_unknown"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    "subject",
    [
        "Fuera de la oficina", "Autoodpowiedź: krant", "Autosvar", "Afwezig tot maandag",
        "Fora do escritório", "Я в отпуске", "Ofis dışında", "Je suis absent", "Fuori sede",
    ],
)  # fmt: skip
def test_absence_in_many_languages_is_an_automatic_answer(subject: str) -> None:
    mail = f"From: Alice <{ALICE}>\nReturn-Path: <>\nTo: {US}\nSubject: {subject}\n\n…\n"
    assert read(mail.encode()).kind is Kind.AUTO_REPLY


@pytest.mark.parametrize(
    "subject", ["Abmelden", "désabonnement", "Baja", "отписаться", "配信停止", "수신거부"]
)
def test_a_subject_that_only_leaves_is_an_opt_out(subject: str) -> None:
    mail = f"From: Alice <{ALICE}>\nReturn-Path: <{ALICE}>\nTo: {US}\nSubject: {subject}\n\n"
    assert read(mail.encode()).feedback == "opt-out"
    assert read(mail.replace(subject, f"{subject}?").encode()).kind is Kind.OTHER


@pytest.mark.parametrize("name", PLAIN)
def test_a13_a_refusal_in_plain_text_is_read(name: str) -> None:
    sender, subject, charset, words, expected = PLAIN[name]
    head = f"{sender}\nReturn-Path: <>\nTo: {US}\nSubject: {subject}\n"
    head += f"Content-Type: text/plain; charset={charset}\n\n"
    found = read(head.encode() + words.encode(charset))
    assert found.kind is Kind.BOUNCE
    assert [(r.address, r.hard, r.blame, r.reason) for r in found.recipients] == [
        (ALICE, *expected)
    ]


def test_a_person_who_writes_of_a_lost_mail_is_no_mail_server() -> None:
    for subject, sender in (("退信", f"<{ALICE}>"), ("自动回复：您好", "<>")):
        mail = f"From: Alice <{ALICE}>\nReturn-Path: {sender}\nTo: {US}\nSubject: {subject}\n\n"
        assert read((mail + "该地址不存在。\n").encode()).kind is not Kind.BOUNCE
