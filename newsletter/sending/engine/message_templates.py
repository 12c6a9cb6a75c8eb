"""Finished editions, encoded once and kept while they are needed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping

from newsletter.editions.on_the_wire import Wanted, wanted_of
from newsletter.message import MessageTemplate
from newsletter.message.rehearsal import RehearsalTemplate
from newsletter.models import Edition, Issue
from subscribers.models import Publication

from ..bodies import of_revision

# Neighbours in the order of sending share an edition, so a few are enough.
_KEPT = 64


class MessageTemplates:
    """The editions a worker has at hand. `load` runs where the database is."""

    def __init__(self) -> None:
        # By edition and the revision a lease is bound to.
        self._kept: OrderedDict[tuple[int, int | None], tuple[MessageTemplate, Wanted]] = (
            OrderedDict()
        )
        self._issues: dict[int, Issue] = {}

    def load(self, texts: Mapping[int | None, Iterable[int]]) -> dict[int, Wanted]:
        """Have these editions of each revision at hand; what each edition asks of its reader."""
        asked = {}
        for revision, editions in texts.items():
            missing = [one for one in editions if (one, revision) not in self._kept]
            # Even of nobody, the question takes Django longer than the turn's own statements.
            if missing:
                self._read(revision, missing)
            for edition in editions:
                asked[edition] = self._kept[edition, revision][1]
                self._kept.move_to_end((edition, revision))
        # All of this turn are needed for it, however many they are.
        while len(self._kept) > max(_KEPT, len(asked)):
            self._kept.popitem(last=False)
        return asked

    def _read(self, revision: int | None, editions: list[int]) -> None:
        for edition in Edition.objects.filter(pk__in=editions).iterator(chunk_size=20):
            issue = self._issues.get(edition.issue_id)
            if issue is None:
                issue = Issue.objects.select_related("publication").get(pk=edition.issue_id)
                self._issues[edition.issue_id] = issue
            body = of_revision(edition, revision, issue.frozen_id)
            finished = body, issue.publication, issue
            if issue.rehearsed_to:
                template: MessageTemplate = RehearsalTemplate(*finished, issue.rehearsed_to)
            else:
                template = MessageTemplate(*finished)
            self._kept[edition.pk, revision] = (template, wanted_of(issue, edition.selection))

    def of(self, edition: int, revision: int | None) -> MessageTemplate:
        """One that was loaded."""
        return self._kept[edition, revision][0]

    def publication(self, issue: int) -> Publication:
        """The publication of an issue some edition of which was loaded."""
        return self._issues[issue].publication
