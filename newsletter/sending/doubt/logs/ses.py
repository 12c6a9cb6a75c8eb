"""Amazon SES: events as CSV (Firehose, Athena), or the message insights that its console exports.

It replaces the Message-ID of a mail; `mail.commonHeaders.messageId` is its own, too. What it keeps
is the envelope sender (`mail.source`) and, where headers are exported, `X-…`. "Rejected" (a virus)
was taken over before.
"""

from __future__ import annotations

from .tables import Table

NAME, LABEL = "ses", "Amazon SES"

TABLE = Table(
    LABEL,
    known_by=[
        ("mailsource", "source", "fromemailaddress"),
        ("mailmessageid", "messageid"),
        ("eventtype", "notificationtype", "lastdeliveryevent"),
    ],
    time=("mailtimestamp", "sendtimestamp", "sendtimestamputc", "timestamp"),
    sender=("mailsource", "source", "fromemailaddress"),
    message_id=("originalmessageid", "mailcommonheadersmessageid"),
    event=("eventtype", "notificationtype", "lastdeliveryevent"),
    utc=True,
)
claims, read = TABLE.claims, TABLE.read
