"""Exchange Online: a message trace, from the portal (extended or not) or Get-MessageTrace.

Whatever it lists it has received; "Failed" means that it could not deliver later on. UTC.
"""

from __future__ import annotations

from .tables import Table

NAME, LABEL = "exchange", "Exchange Online"

TABLE = Table(
    LABEL,
    known_by=[
        ("senderaddress",),
        ("messageid",),
        ("messagetraceid", "networkmessageid", "recipientstatus", "recipientaddress"),
    ],
    time=("origintimestamputc", "datetimeutc", "received", "originaltimestamputc", "date"),
    sender=("returnpath", "senderaddress"),
    message_id=("messageid",),
    event=("status", "eventid", "recipientstatus"),
    utc=True,
)
claims, read = TABLE.claims, TABLE.read
