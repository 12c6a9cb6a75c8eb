"""Reports of mail that did not arrive, and of mail that was not wanted.

Reading (`read`) is pure, and so is `policy`; `effects` stores. Intake: the command
`receive_report` (a pipe), `spool` (what `sudi-report` keeps of one), `listener` (SMTP and LMTP),
`mailboxes` (IMAP, POP3, Maildir) and `providers` (webhooks of mail providers).
"""

from collections.abc import Callable

from .reading import read
from .value import Kind, Recipient, Report

__all__ = ["Kind", "Recipient", "Report", "mailboxes_to_try", "poll", "read"]


def poll() -> int:
    """Read every mailbox of BOUNCE_MAILBOX once; how many mails were dealt with."""
    # Here, so that reading alone needs no models.
    from .mailboxes import poll as read_all

    return read_all()


def mailboxes_to_try() -> list[tuple[str, Callable[[], str]]]:
    """Each mailbox of BOUNCE_MAILBOX, without its password, and what tells why it cannot be read.

    Calling it logs in, reads nothing that stays unread otherwise and changes nothing; empty: it can
    be read. It asks no database.
    """
    from .mailboxes import to_try

    return to_try()
