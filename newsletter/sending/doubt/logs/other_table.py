"""Any other table: columns named for a time, and for the sender or the Message-ID of a mail.

Asked last (by its name). An event that speaks of a refusal is no mail taken over.
"""

from __future__ import annotations

from .tables import Table

NAME, LABEL = "table", "CSV"

# PowerMTA's accounting file, Brevo, KumoMTA, SparkPost, Mailjet.
_TIMES = ("timelogged", "timequeued", "ts", "eventtime", "arrivedat")
_SENDERS = ("orig", "msgfrom", "reversepath")
_IDS = ("mid", "rfc5322messageid")

TABLE = Table(
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
    event=("event", "eventtype", "status", "state", "type", "recordtype"),
    # KumoMTA's Rejection, SparkPost's policy_rejection and generation_failure, others' words.
    refused_like=("reject", "refus", "block", "denied", "invalid", "generation"),
)
claims, read = TABLE.claims, TABLE.read
