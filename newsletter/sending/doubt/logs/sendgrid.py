"""SendGrid's email activity, exported as CSV. Dropped mails were taken over before."""

from __future__ import annotations

from .tables import Table

NAME, LABEL = "sendgrid", "SendGrid"

TABLE = Table(
    LABEL,
    known_by=[
        ("recvmessageid", "sgmessageid", "sgeventid", "msgid"),
        ("event", "status"),
        ("email", "toemail"),
    ],
    time=("processed", "timestamp", "lasteventtime"),
    sender=("returnpath", "envelopefrom", "fromemail", "from"),
    message_id=("smtpid", "messageid"),
    event=("event", "status"),
    utc=True,
)
claims, read = TABLE.claims, TABLE.read
