"""Reports of mail that did not arrive, and of mail that was not wanted.

Reading (`read`) is pure; `policy` decides, also purely; `effects` stores. Intake: the command
`receive_report` (pipe), `listener` (SMTP, LMTP), `mailboxes` (IMAP, POP3, Maildir), `providers`
(webhooks).
"""

from .reading import read
from .value import Kind, Recipient, Report

__all__ = ["Kind", "Recipient", "Report", "read"]
