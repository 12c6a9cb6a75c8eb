"""Reports of mail that did not arrive, and of mail that was not wanted.

Reading (`read`) is pure, and so is `policy`; `effects` stores. Intake: the command
`receive_report` (a pipe), `spool` (what `sudi-report` keeps of one), `listener` (SMTP and LMTP),
`mailboxes` (IMAP, POP3, Maildir) and `providers` (webhooks of mail providers).
"""

from .reading import read
from .value import Kind, Recipient, Report

__all__ = ["Kind", "Recipient", "Report", "poll", "read", "try_mailboxes"]


def poll() -> int:
    """Read every mailbox of BOUNCE_MAILBOX once; how many mails were dealt with."""
    # Here, so that reading alone needs no models.
    from .mailboxes import poll as read_all

    return read_all()


def try_mailboxes() -> list[tuple[str, str]]:
    """Each mailbox of BOUNCE_MAILBOX, without its password, and why it cannot be read, or empty."""
    from .mailboxes import try_all

    return try_all()
