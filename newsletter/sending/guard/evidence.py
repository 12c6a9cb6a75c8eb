"""What the journals of this machine know that the database does not."""

from __future__ import annotations

import contextlib
from collections import defaultdict

from newsletter.models import PLACES, Chunk, Issue, Outcome

from ..engine import journal


def journals_know_more() -> bool:
    """Whether a journal of this machine tells of what the database never heard of.

    A lease, a mail, or a turn that stored outcomes.

    Files first, then the database: what a living worker writes meanwhile was committed before.
    """
    for name in journal.names():
        found = journal.read(name)
        if _of_an_unknown_lease_or_turn(found) or _of_an_unknown_mail(found):
            return True
    return False


def _of_an_unknown_lease_or_turn(found: journal.Found) -> bool:
    mails = found.begun | found.stored.keys()
    rows = Chunk.objects.filter(pk__in={chunk for chunk, _, _ in mails})
    known = {pk: (epoch, turn) for pk, epoch, turn in rows.values_list("pk", "epoch", "turn")}
    # A worker that lives for months has slots it did not need again: of issues folded since.
    issues = {delivery // PLACES for _, _, delivery in mails}
    folded = set(
        Issue.objects.filter(pk__in=issues, folded_at__isnull=False).values_list("pk", flat=True)
    )
    for mail in mails:
        chunk, epoch, delivery = mail
        forgotten = chunk not in known and delivery // PLACES in folded
        if (
            chunk
            and (epoch, found.stored.get(mail, 0)) > known.get(chunk, (0, 0))
            and not forgotten
        ):
            return True
    return False


def _of_an_unknown_mail(found: journal.Found) -> bool:
    """Of a lease that still stands: whose mail was begun is in the window, or has an outcome.

    So it shows a copy that was made within the lease, some seconds before the worker died.
    """
    begun: dict[tuple[int, int], set[int]] = defaultdict(set)
    for chunk, epoch, delivery in found.begun | found.answers.keys():
        begun[chunk, epoch].add(delivery)
    chunks = Chunk.objects.filter(pk__in={chunk for chunk, _ in begun}, state=Chunk.State.LEASED)
    for pk, epoch, issue, window in chunks.values_list("pk", "epoch", "issue_id", "window"):
        ours = begun.get((pk, epoch), set()) - {issue * PLACES + place for place in window}
        stored = Outcome.objects.filter(delivery__in=ours).values_list("delivery_id", flat=True)
        if ours - set(stored):
            return True
    return False


def set_aside() -> None:
    """Move the journals of dead workers away: they say nothing of another state of the database.

    Slots were used again since, so that "not begun" would be said of who was mailed long ago.
    """
    folder = journal.folder() / "set-aside"
    for name in journal.names():
        if journal.is_dead(name) is True:
            with contextlib.suppress(OSError):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                (journal.folder() / name).replace(folder / name)
