"""Any other table: columns named for a time, and for the sender or the Message-ID of a mail.

Asked last (by its name). An event that says "reject" or "refused" is no mail taken over.
"""

from __future__ import annotations

from .tables import Table

NAME, LABEL = "table", "CSV"

# PowerMTA's accounting file, Brevo, KumoMTA, SparkPost, Mailjet.
_TIMES = ("timelogged", "timequeued", "ts", "eventtime", "arrivedat")
_SENDERS = ("orig", "msgfrom", "reversepath")
_IDS = ("mid", "rfc5322messageid")

_TABLE = Table(
    LABEL,
    known_by=[
        ("time", "timestamp", "date", "datetime", "receivedat", "sentat", "createdat", *_TIMES),
        (
            "sender",
            "mailfrom",
            "envelopefrom",
            "envelopesender",
            "returnpath",
            "messageid",
            "smtpid",
            *_IDS,
            *_SENDERS,
        ),
    ],
    time=("timestamp", "datetime", "time", "receivedat", "sentat", "createdat", "date", *_TIMES),
    sender=("returnpath", "envelopefrom", "envelopesender", "mailfrom", "sender", *_SENDERS),
    message_id=("smtpid", "headermessageid", "messageid", *_IDS),
    event=("event", "eventtype", "status", "state"),
    refused=frozenset({"rejected", "reject", "refused", "blocked"}),
)
claims, read = _TABLE.claims, _TABLE.read
