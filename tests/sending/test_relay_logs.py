"""What lines of mail servers' logs say: who took over which mail, and when."""

from __future__ import annotations

import datetime as dt

import pytest

from newsletter.sending.doubt.logs import format_of, formats
from newsletter.sending.doubt.logs.entry import stamp_of

WAY = "b-" + "0a" * 20 + "@news.example.org"
NEAR = dt.datetime(2026, 1, 1, 0, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Dec 31 23:59:58 mx postfix/qmgr[1]:", "2025-12-31T23:59:58+00:00"),
        ("Jan  1 00:00:02 mx postfix/qmgr[1]:", "2026-01-01T00:00:02+00:00"),
        ("<22>Jan 01 00:00:02.250 mx", "2026-01-01T00:00:02.250000+00:00"),
        ("2026-01-01T01:00:02.5+01:00 mx", "2026-01-01T00:00:02.500000+00:00"),
        ("2025-12-31T19:00:02-0500 mx", "2026-01-01T00:00:02+00:00"),
        ("2026-01-01 00:00:02,123 x", "2026-01-01T00:00:02.123000+00:00"),
        ("2026-01-01 05:30:02 +0530 1abcDE-000001-AB", "2026-01-01T00:00:02+00:00"),
        ("<22>1 2026-01-01T00:00:02Z mx postfix/qmgr 1 - -", "2026-01-01T00:00:02+00:00"),
        ("2026 Jan  1 00:00:02 mx", "2026-01-01T00:00:02+00:00"),
        ("Jan 1 2026 00:00:02 mx", "2026-01-01T00:00:02+00:00"),
        ("Feb 30 00:00:02 mx", None),
        ("no date", None),
    ],
)
def test_dates(text: str, moment: str | None) -> None:
    stamp = stamp_of(text)
    found = stamp.moment(NEAR) if stamp is not None else None
    assert (found.isoformat() if found else None) == moment


def test_29_february_has_its_year() -> None:
    stamp = stamp_of("Feb 29 10:00:00 mx")
    assert stamp is not None
    near = dt.datetime(2027, 6, 1, tzinfo=dt.UTC)
    assert str(stamp.moment(near)) == "2028-02-29 10:00:00+00:00"


POSTFIX = f"""\
Mar  2 10:00:00 mx postfix/smtpd[11]: connect from unknown[127.0.0.1]
Mar  2 10:00:00 mx postfix/smtpd[11]: 4F1: client=unknown[127.0.0.1]
Mar  2 10:00:00 mx postfix/smtpd[11]: 4F1A2B3C4D: client=unknown[127.0.0.1]
Mar  2 10:00:00 mx postfix/cleanup[12]: 4F1A2B3C4D: message-id=<{"ab" * 16}@news.example.org>
Mar  2 10:00:00 mx postfix/qmgr[13]: 4F1A2B3C4D: from=<{WAY}>, size=512, nrcpt=1 (queue active)
Mar  2 10:00:01 mx postfix/smtp[14]: 4F1A2B3C4D: to=<a@example.net>, relay=mx.example.net[192.0.2.1]:25, delay=1, dsn=5.1.1, status=bounced (host said: 550 no)
Mar  2 10:00:01 mx postfix/qmgr[13]: 4F1A2B3C4D: removed
Mar  2 10:00:02 mx postfix/cleanup[12]: 3zVbXk0Yz1z9: message-id=<begun@news.example.org>
Mar  2 10:00:02 mx postfix/smtpd[11]: lost connection after DATA (512 bytes) from unknown[127.0.0.1]
Mar  2 10:00:03 mx postfix/smtpd[11]: NOQUEUE: reject: RCPT from unknown[127.0.0.1]: 450; from=<{WAY}> to=<x>
"""  # noqa: E501


def taken(text: str) -> list[tuple[str, str]]:
    """(sender, Message-ID) of what the format found says was taken over."""
    found = format_of(text)
    assert found is not None
    entries = list(found.read(text.splitlines(keepends=True)))
    assert all(entry.stamp for entry in entries), text
    return [(one.sender, one.message_id) for one in entries if one.accepted]


def test_postfix_has_a_mail_once_its_queue_manager_has_it() -> None:
    """It bounced later on: that is told by a report, and it was taken over all the same."""
    assert taken(POSTFIX) == [(WAY, f"{'ab' * 16}@news.example.org")]


@pytest.mark.parametrize(
    "line",
    [
        "2026-03-02T10:00:00.123456+01:00 mx postfix-out/qmgr[9]: 4F1A2B3C4D: ",
        "2026-03-02T10:00:00+0000 mx postfix/submission/qmgr[9]: 4Zq1Xb2K3Lz7mN: ",
        "Mar  2 10:00:00 mx mailer/qmgr[9]: 4F1A2B3C4D: ",
        "<22>1 2026-03-02T10:00:00Z mx postfix/nqmgr 9 - - postfix/qmgr[9]: 4F1A2B3C4D: ",
    ],
)
def test_postfix_by_other_syslogs_and_of_other_instances(line: str) -> None:
    assert taken(f"{line}from=<{WAY}>, size=1, nrcpt=1 (queue active)\n") == [(WAY, "")]


def test_exim_has_a_mail_once_it_has_written_that_it_came() -> None:
    text = (
        f"2026-03-02 10:00:00 1pXyZa-000ABC-1D <= {WAY} H=(w) [127.0.0.1] P=esmtp S=812"
        " id=x1@news.example.org\n"
        "2026-03-02 10:00:01 1pXyZa-000ABC-1D => a@example.net R=dnslookup T=remote_smtp\n"
        "2026-03-02 10:00:01 1pXyZa-000ABC-1D Completed\n"
        f"2026-03-02 10:00:02.123 +0100 [77] 1vAbCd-0000000012X-3Yz0 <= {WAY} P=esmtps S=1\n"
        f"2026-03-02 10:00:02 H=(w) [127.0.0.1] F=<{WAY}> rejected RCPT <x@example.net>\n"
    )
    assert taken(text) == [(WAY, "x1@news.example.org"), (WAY, "")]
    by_syslog = (
        f"Mar  2 11:00:00 mx exim[7]: 2026-03-02 10:00:00 1pXyZa-000ABC-1D <= {WAY} P=esmtp\n"
    )
    assert taken(by_syslog) == [(WAY, "")]


TABLES = {
    "Exchange Online": (
        "\ufeffReceived,SenderAddress,RecipientAddress,Subject,Status,ToIP,FromIP,Size,MessageId,"
        "MessageTraceId\n"
        f'3/2/2026 10:00:00 AM,{WAY},a@example.net,"Ships, and more",Failed,,,1,<i1@n.example>,7\n'
    ),
    "Exchange Online, extended": (
        "origin_timestamp_utc,sender_address,recipient_status,message_subject,total_bytes,"
        "message_id,network_message_id\n"
        f'2026-03-02T10:00:00.0000000Z,{WAY},"a@example.net##Receive, Send",S,1,<i1@n.example>,9\n'
    ),
    "SendGrid": (
        "processed,message_id,event,api_key_id,recv_message_id,subject,from,email\n"
        f"2026-03-02 10:00:00,i1@n.example,dropped,k,r,S,{WAY},a@example.net\n"
    ),
    "Mailgun": (
        "id,timestamp,event,recipient,message.headers.message-id,envelope.sender\n"
        f"e1,1772445600.25,delivered,a@example.net,i1@n.example,{WAY}\n"
        f"e2,1772445601.25,rejected,b@example.net,i2@n.example,{WAY}\n"
    ),
    "Postmark": (
        "Date;MessageStream;Status;From;To;Subject;MessageID\n"
        f"2026-03-02T10:00:00Z;broadcast;Bounced;{WAY};a@example.net;S;i1@n.example\n"
    ),
    "Amazon SES": (
        "eventType,mail.timestamp,mail.source,mail.messageId,originalMessageId\n"
        f"Bounce,2026-03-02T10:00:00.000Z,{WAY},0100,i1@n.example\n"
    ),
    "CSV": (
        "Time,Envelope-From,Message-ID,Status\n"
        f"2026-03-02 10:00:00,{WAY},<i1@n.example>,queued\n"
        f"2026-03-02 10:00:01,{WAY},<i2@n.example>,rejected\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("service", TABLES)
def test_exported_tables(service: str) -> None:
    text = TABLES[service]
    found = format_of(text)
    assert found is not None and service.startswith(found.LABEL)
    assert taken(text) == [(WAY, "i1@n.example")]
    first = next(iter(found.read(text.splitlines(keepends=True))))
    assert first.stamp is not None
    at = first.stamp.moment(dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
    assert at is not None and at.strftime("%F %T") == "2026-03-02 10:00:00"


def test_a_day_that_may_be_a_month_is_no_date() -> None:
    """3/2 without AM or PM: nobody knows; the mail counts, the time does not."""
    text = TABLES["Exchange Online"].replace("10:00:00 AM", "10:00")
    found = format_of(text)
    assert found is not None
    assert [e.stamp for e in found.read(text.splitlines(keepends=True))] == [None]


def test_what_is_no_log_is_none() -> None:
    for text in ("", "Dear all,\n\nthe log is attached.\n", "name,colour\nx,red\n", "{}"):
        assert format_of(text) is None
    assert len({one.NAME for one in formats()}) == len(formats()) == 14
