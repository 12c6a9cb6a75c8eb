"""Postmark's activity, exported as CSV. Its MessageID is its own, unless told to keep ours."""

from __future__ import annotations

from .tables import Table

NAME, LABEL = "postmark", "Postmark"

TABLE = Table(
    LABEL,
    known_by=[
        ("messagestream", "messagestreamid", "stream", "recordtype"),
        ("messageid",),
        ("status", "event", "recordtype", "type"),
    ],
    time=("receivedat", "date", "timestamp", "deliveredat"),
    sender=("returnpath", "from"),
    message_id=("headermessageid", "originalmessageid", "messageid"),
    event=("status", "event", "recordtype", "type"),
)
claims, read = TABLE.claims, TABLE.read
