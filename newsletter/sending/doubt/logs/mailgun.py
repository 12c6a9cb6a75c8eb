"""Mailgun's events, exported as CSV. "Rejected" is a mail that it did not take over."""

from __future__ import annotations

from .tables import Table

NAME, LABEL = "mailgun", "Mailgun"

TABLE = Table(
    LABEL,
    known_by=[
        ("messageheadersmessageid", "messageheadermessageid"),
        ("event", "eventtype"),
        ("timestamp", "datetime", "date"),
    ],
    time=("timestamp", "datetime", "date"),
    sender=("envelopesender", "messageheadersfrom"),
    message_id=("messageheadersmessageid", "messageheadermessageid"),
    event=("event", "eventtype"),
    refused=frozenset({"rejected"}),
    utc=True,
)
claims, read = TABLE.claims, TABLE.read
