"""Any other table: columns named for a time, and for the sender or the Message-ID of a mail.

Asked last (by its name). An event that says "reject" or "refused" is no mail taken over.
"""

from __future__ import annotations

from .tables import Table

NAME, LABEL = "table", "CSV"

_TABLE = Table(
    LABEL,
    known_by=[
        ("time", "timestamp", "date", "datetime", "receivedat", "sentat", "createdat"),
        (
            "sender",
            "mailfrom",
            "envelopefrom",
            "envelopesender",
            "returnpath",
            "messageid",
            "smtpid",
        ),
    ],
    time=("timestamp", "datetime", "time", "receivedat", "sentat", "createdat", "date"),
    sender=("returnpath", "envelopefrom", "envelopesender", "mailfrom", "sender"),
    message_id=("smtpid", "headermessageid", "messageid"),
    event=("event", "eventtype", "status", "state"),
    refused=frozenset({"rejected", "reject", "refused", "blocked"}),
)
claims, read = _TABLE.claims, _TABLE.read
