"""What a report says of our reader. Pure.

A complaint takes effect at once: the reader said so. A refusal is stored, and what it comes to is
decided with all others of its issue (`sending.settling`).
"""

from __future__ import annotations

import dataclasses

from newsletter.refusals import Blame

from .value import Kind, Recipient, Report

# RFC 5965 7.3 and its registry. The others report forged mail, or that it was no spam.
_UNWANTED = frozenset(["abuse", "fraud", "virus", "other", "miscategorized", "complaint"])
_LEAVE = frozenset(["opt-out", "opt-out-list", "unsubscribe"])


def verdict_for(report: Report, address: str) -> Recipient | None:
    """The failed recipient that stands for the reader at `address`, or None: nothing to count.

    One mail goes to one reader. If a report names several, the reader's address was a list or a
    forward at their side, and only what it says of that very address can be hard.
    """
    failed = [recipient for recipient in report.recipients if not recipient.delayed]
    if report.kind is not Kind.BOUNCE or not failed:
        return None
    if len(failed) == 1:
        return failed[0]
    wanted = address.lower()
    for recipient in failed:
        if wanted in (recipient.address.lower(), recipient.original.lower()):
            return recipient
    return _without_end(failed[0])


def _without_end(recipient: Recipient) -> Recipient:
    """The same failure, of which it is not known whether it was the reader's own address."""
    refusal = recipient.refusal
    if refusal is not None and refusal.ends_address:
        refusal = dataclasses.replace(refusal, blame=Blame.UNCLEAR)
    return dataclasses.replace(recipient, refusal=refusal)


def is_unwanted(report: Report) -> bool:
    """Whether a complaint says that the reader does not want this mail at all."""
    return report.kind is Kind.COMPLAINT and report.feedback in _UNWANTED


def is_leave(report: Report) -> bool:
    """Whether it asks for no more than to be unsubscribed."""
    return report.kind is Kind.COMPLAINT and report.feedback in _LEAVE
