"""What a person decided of a file's columns and values, on record with the file's fingerprint."""

from __future__ import annotations

from typing import Any

from subscribers.models import AuditEntry, ListDecision, Publication

from .cells import without_address
from .plan import Options


def remember(
    publication: Publication, digest: str, file: str, options: Options, by: Any = None
) -> ListDecision | None:
    """Keep who said what of this file; None if nothing was said. `by` None: the command line."""
    if not options.columns and not options.values:
        return None
    actor = by.get_username()[:150] if by is not None else "command"
    decision = ListDecision.objects.create(
        publication=publication,
        by=by,
        actor=actor,
        file=file[:200],
        digest=digest,
        columns={without_address(column): field for column, field in options.columns.items()},
        values=[[without_address(part) for part in value] for value in options.values],
    )
    AuditEntry.objects.create(
        actor=actor,
        publication=publication,
        action="list decided",
        target=f"list decision:{decision.pk}",
        detail={
            "file": digest[:16],
            "columns": len(options.columns),
            "values": len(options.values),
        },
    )
    return decision


def latest(publication: Publication, digest: str) -> ListDecision | None:
    """What was said last of a file, for this publication."""
    found = ListDecision.objects.filter(publication=publication, digest=digest)
    return found.order_by("-id").first()


def history(publication: Publication, digest: str) -> list[ListDecision]:
    """All that was ever said of a file, newest first."""
    found = ListDecision.objects.filter(publication=publication, digest=digest)
    return list(found.order_by("-id")[:50])
