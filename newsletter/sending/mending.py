"""A correction of an issue that is on its way: who still waits gets the new text.

README.md, "Correct". Two transactions, and everything between them may be done again:

1. `correct` writes the text, which is public from then on, names its revision in `Issue.mending`
   and pauses the issue if it is being sent. The database refuses to send an issue while a
   correction is named there, whoever asks.
2. `carry_on` renders every edition with the items it was released with, as rows of that revision,
   and then, in one transaction, proves that nothing is leased and all is rendered, and makes it
   the revision that is mailed.

A worker is never told. It is bound to the text its chunk was leased with, and gives the chunk back
once the issue is paused; what is on the wire until then stays as it was, and its outcome says so.
Deliveries are not touched. A process that dies in between leaves the issue paused with the
correction named, and the next sweep carries on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Sum
from django.utils import translation
from django.utils.translation import gettext as _

from newsletter import editions, message, rendering
from newsletter.digest.value import Digest
from newsletter.editions import EditionKey, IssueView, frozen
from newsletter.editions.corrected import Corrected, corrected
from newsletter.issues import corrections
from newsletter.issues.corrections import NotCorrected
from newsletter.models import Chunk, Edition, EditionRevision, Issue, Item, Revision
from subscribers import accounts

from . import control, counts
from .bodies import pack

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

    from .control import Actor

log = logging.getLogger(__name__)

# Editions stored at once: 20 kB each.
_BATCH = 50
# Readers up to whom a page counts who had what: some tenths of a second.
_COUNTED = 50_000
# Seconds between two looks whether the last chunk was given back.
_LOOK = 0.1


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a correction comes to: readers, counted."""

    # Will get the new text by the mail of the issue itself.
    waiting: int
    # Have had the old text of the issue, or may have; and of them those whose mail held the item.
    had: int
    held: int
    # Had it elsewhere, in a round-up.
    elsewhere: int = 0
    # The last two are reckoned from the editions' readers: counting them would take seconds.
    about: bool = False

    @property
    def told(self) -> int:
        """Readers whom a correction mail would be for."""
        return self.held + self.elsewhere


def reach(issue: Issue, item: Item | None) -> Reach:
    """Whom a correction of `item`, or of the issue as a whole, would come to now."""
    ledger = counts.ledger(issue)
    waiting = ledger["waiting"] + ledger["in_flight"] + ledger["deferred"]
    had = ledger["sent"] + ledger["in_doubt"]
    wrong = corrected(issue, item)
    if had > _COUNTED:
        return Reach(waiting, had, *_reckoned(issue, wrong, had), about=True)
    held = replace(wrong, issues=(issue.pk,)).count() if had else 0
    everywhere = wrong.count() if len(wrong.issues) > 1 else held
    return Reach(waiting, had, held, everywhere - held)


def _reckoned(issue: Issue, wrong: Corrected, had: int) -> tuple[int, int]:
    """(held, elsewhere) as if every edition had reached the same share of its readers."""
    if wrong.editions is None:
        return had, 0
    mailed = Edition.objects.filter(issue__in=wrong.issues, none_because="")
    everybody = mailed.filter(issue=issue).aggregate(all=Sum("readers"))["all"] or 1
    holding = dict(
        mailed.filter(pk__in=wrong.editions).values_list("issue").annotate(Sum("readers"))
    )
    here = holding.pop(issue.pk, 0)
    return round(had * min(1.0, here / everybody)), sum(holding.values())


def correct(
    issue: Issue,
    item: Item | None,
    new: Digest,
    *,
    author: AbstractBaseUser | None,
    by: Actor,
    note: str,
    seen: str,
) -> Revision:
    """Store a correction and name it for whoever still waits; `carry_on` does the rest.

    `by` is the person whose right it is done with, and `author` the one who wrote it, who is
    another where two persons must agree. Raises NotCorrected, and then nothing was stored.
    """
    with transaction.atomic():
        held = _hold(issue)
        fields = corrections.changed_fields(held, item, new)
        revision = corrections.store(held, item, new, by=author, note=note, seen=seen)
        if _is_mailed(held):
            _try(_as_mailed(held), held)
            _name(held, revision)
        elif held.state != Issue.State.ARCHIVED and held.frozen_id is None:
            _try(editions.load(held), held)
        control.audit(
            held, by, "issue corrected", item=None if item is None else item.number, fields=fields
        )
    issue.refresh_from_db()
    return revision


def propose(
    issue: Issue,
    item: Item | None,
    new: Digest,
    *,
    author: AbstractBaseUser | None,
    by: Actor,
    note: str,
    seen: str,
) -> Revision:
    """Keep a correction until another person applies it; everything as with `correct`."""
    with transaction.atomic():
        held = _hold(issue)
        proposal = corrections.propose(held, item, new, by=author, note=note, seen=seen)
        control.audit(held, by, "correction proposed", item=None if item is None else item.number)
    return proposal


def apply(proposal: Revision, *, by: AbstractBaseUser) -> Revision:
    """Make what somebody else proposed a correction, on record with both names."""
    issue = proposal.issue
    with transaction.atomic():
        _hold(issue)
        if accounts.same_person(proposal.by, by):
            raise NotCorrected(_("Somebody else than the one who proposed it must apply it."))
        new, seen = corrections.proposed(proposal)
        _decided(proposal)
        return correct(
            issue, proposal.item, new, author=proposal.by, by=by, note=proposal.note, seen=seen
        )


def refuse(proposal: Revision, *, by: AbstractBaseUser) -> None:
    """Take a proposal away; who and what it was stays on record."""
    with transaction.atomic():
        _hold(proposal.issue)
        _decided(proposal)
        control.audit(proposal.issue, by, "proposal refused", note=proposal.note[:200])


def _decided(proposal: Revision) -> None:
    gone, _rows = Revision.objects.filter(pk=proposal.pk, kind=Revision.Kind.PROPOSAL).delete()
    if not gone:
        raise NotCorrected(_("Somebody decided about it already."))


def _hold(issue: Issue) -> Issue:
    """Lock the issue; nobody is authorised, leases or corrects it until the transaction ends."""
    control.lock_turns(issue.pk)
    held = Issue.objects.select_for_update(of=("self",)).select_related("publication", "frozen")
    found = held.get(pk=issue.pk)
    if found.state == Issue.State.DRAFT:
        raise NotCorrected(_("The issue is a draft: change it directly."))
    if found.rehearses_id is not None:
        raise NotCorrected(_("This is a rehearsal: mend the issue that was rehearsed."))
    return found


def _is_mailed(issue: Issue) -> bool:
    """Whether anybody may still be mailed: who waits, who is tried or sent it again, who joins."""
    over = issue.state == Issue.State.CANCELLED or issue.folded_at is not None
    return issue.frozen_id is not None and not over


def _try(view: IssueView, issue: Issue) -> None:
    """NotCorrected where the mail could not be made of it. The largest edition holds all others."""
    try:
        rendering.prepare(view, issue.publication).edition(view.mask)
    except (rendering.RenderingError, ValueError) as error:
        raise NotCorrected(_("The mail cannot be made: %(text)s") % {"text": error}) from error


def _name(issue: Issue, revision: Revision) -> None:
    changes: dict[str, Any] = {"mending": revision}
    if issue.state == Issue.State.SENDING:
        with translation.override(issue.publication.language.lower()):
            reason = _("A correction is put into what still waits; then it goes on by itself.")
        changes |= {
            "state": Issue.State.PAUSED,
            "state_reason": reason[:200],
            "resumes_when_mended": True,
        }
    Issue.objects.filter(pk=issue.pk).update(**changes)


# ---- the second half


def carry_on_all() -> None:
    """Carry on with every correction that is under way; each sweep calls it."""
    for pk in Issue.objects.filter(mending__isnull=False).values_list("pk", flat=True):
        try:
            carry_on(pk)
        except (rendering.RenderingError, ValueError):
            # The text was tried when it was stored: its look was changed since. A person sees
            # that it stays paused; another correction, or stopping for good, ends it.
            log.exception("the correction of issue %s cannot be rendered", pk)


def carry_on(issue_id: int) -> bool:
    """Give the text of a correction to whoever still waits. False: a chunk is still leased.

    May be called by several at once, at any time and again.
    """
    issue = Issue.objects.select_related("publication", "frozen").get(pk=issue_id)
    if issue.mending_id is None:
        return True
    if _is_mailed(issue):
        _render(issue)
    with transaction.atomic():
        held = _hold(issue)
        if held.mending_id != issue.mending_id:
            return held.mending_id is None
        changes: dict[str, Any] = {"mending": None, "resumes_when_mended": False}
        if _is_mailed(held):
            if Chunk.objects.filter(issue_id=issue_id, state=Chunk.State.LEASED).exists():
                return False
            if _missing(held):
                return False
            changes["mailed"] = held.mending_id
            if held.state == Issue.State.PAUSED and held.resumes_when_mended:
                changes |= {"state": Issue.State.SENDING, "state_reason": ""}
        Issue.objects.filter(pk=issue_id, mending=held.mending_id).update(**changes)
        control.audit(held, "worker", "correction mailed", revision=held.mending_id)
    return True


def wait(issue: Issue, seconds: float) -> bool:
    """Carry on until it is done, at most so long; whether it is. The sweep does it otherwise."""
    until = time.monotonic() + seconds
    while not carry_on(issue.pk):
        if time.monotonic() >= until:
            return False
        time.sleep(_LOOK)
    issue.refresh_from_db()
    return True


def revised(issue: Issue, edition: Edition) -> EditionRevision | None:
    """The text that is mailed now, of an edition nobody had before; None: the frozen one.

    Not stored. While a correction is under way there is no such text to be had: ask later.
    """
    if issue.mailed_id is None:
        return None
    prepared = rendering.prepare(_as_mailed(issue), issue.publication)
    key = EditionKey(edition.selection, edition.start)
    return _made(issue, prepared, edition.pk, key, edition.items, issue.mailed_id)


def _missing(issue: Issue) -> list[tuple[int, EditionKey, list[int]]]:
    """(id, key, items) of the editions that are not rendered for the correction yet."""
    done = EditionRevision.objects.filter(revision=issue.mending_id).values("edition_id")
    return [
        (pk, EditionKey(selection, start), items)
        for pk, selection, start, items in Edition.objects.filter(issue=issue, none_because="")
        .exclude(pk__in=done)
        .values_list("pk", "selection", "start", "items")
    ]


def _render(issue: Issue) -> None:
    missing = _missing(issue)
    if not missing:
        return
    assert issue.mending_id is not None
    prepared = rendering.prepare(_as_mailed(issue), issue.publication)
    rows = []
    for place, (edition, key, items) in enumerate(missing, 1):
        rows.append(_made(issue, prepared, edition, key, items, issue.mending_id))
        if len(rows) == _BATCH or place == len(missing):
            # Another process may be doing the same.
            EditionRevision.objects.bulk_create(rows, ignore_conflicts=True)
            rows = []


def _made(
    issue: Issue,
    prepared: rendering.Prepared,
    edition: int,
    key: EditionKey,
    items: Sequence[int],
    revision: int,
) -> EditionRevision:
    """An edition's text of a revision, not yet stored. ValueError where it holds other items."""
    made = prepared.edition(*key)
    if sorted(made.items) != sorted(items):
        raise ValueError(f"edition {edition} would hold other items than it was released with")
    message.MessageTemplate(made, issue.publication, issue)  # What cannot be sent is found now.
    return EditionRevision(
        edition_id=edition,
        revision_id=revision,
        size=made.size,
        subject=made.subject,
        preheader=made.preheader,
        headers=made.headers,
        html=pack(made.html),
        text=pack(made.text),
    )


def _as_mailed(issue: Issue) -> IssueView:
    """The corrected texts with the items and categories of the release.

    Who gets an item was settled then: one that is filed elsewhere since goes to the same readers,
    under the name it had; one that is hidden since reads as it read then.
    """
    assert issue.frozen is not None
    released = frozen.view_of(issue.frozen)
    now = editions.load(issue)
    found = {item.id: item for item in now.items}
    items = tuple(
        replace(found[item.id], category=item.category, place=item.place, told_in=item.told_in)
        if item.id in found
        else item
        for item in released.items
    )
    return replace(now, items=items, origins=released.origins)
