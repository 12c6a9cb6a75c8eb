"""Finished editions, encoded once and kept while they are needed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from newsletter.editions.audience import Wanted, rhythm_of
from newsletter.message import MessageTemplate
from newsletter.message.rehearsal import RehearsalTemplate
from newsletter.models import Edition, Issue
from subscribers.choice import CATEGORY_MASK
from subscribers.models import Publication

from ..bodies import unpack

# Neighbours in the order of sending share an edition, so a few are enough.
_KEPT = 64


class MessageTemplates:
    """The editions a worker has at hand. `load` runs where the database is."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, tuple[MessageTemplate, Wanted]] = OrderedDict()
        self._issues: dict[int, Issue] = {}

    def load(self, editions: Sequence[int]) -> dict[int, Wanted]:
        """Have these at hand; what each one asks of its reader."""
        missing = [edition for edition in editions if edition not in self._kept]
        # Even of nobody, the question takes Django longer than the turn's own statements.
        found = Edition.objects.filter(pk__in=missing).iterator(chunk_size=20) if missing else ()
        for edition in found:
            issue = self._issues.get(edition.issue_id)
            if issue is None:
                issue = Issue.objects.select_related("publication").get(pk=edition.issue_id)
                self._issues[edition.issue_id] = issue
            finished = unpack(edition), issue.publication, issue
            if issue.rehearsed_to:
                template: MessageTemplate = RehearsalTemplate(*finished, issue.rehearsed_to)
            else:
                template = MessageTemplate(*finished)
            wanted = Wanted(edition.selection & CATEGORY_MASK, rhythm_of(issue))
            self._kept[edition.pk] = (template, wanted)
        asked = {}
        for edition_id in editions:
            asked[edition_id] = self._kept[edition_id][1]
            self._kept.move_to_end(edition_id)
        # All of this turn are needed for it, however many they are.
        while len(self._kept) > max(_KEPT, len(editions)):
            self._kept.popitem(last=False)
        return asked

    def of(self, edition: int) -> MessageTemplate:
        """One that was loaded."""
        return self._kept[edition][0]

    def publication(self, issue: int) -> Publication:
        """The publication of an issue some edition of which was loaded."""
        return self._issues[issue].publication
