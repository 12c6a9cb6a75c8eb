"""Stories told before, as the pages of a draft show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from newsletter.importing.stories import Earlier, Likeness
from newsletter.issues import stories, twins
from newsletter.issues.stories import Told
from subscribers.admin.access import visible

from ..models import Issue, Item


@dataclass(frozen=True, slots=True)
class Row:
    """An item and the earlier one most like it. `name` is the earlier one's issue; `opens` says
    whether the user may see that: a publication may remember one that its editors do not work on.
    """

    item: Item
    earlier: Earlier
    name: str
    opens: bool


def shown(request: HttpRequest, issue: Issue, items: list[Item] | None = None) -> dict[str, Any]:
    """What nobody has decided yet, of a draft's items or of those given: what was told, and what
    perhaps was."""
    found: list[Told] = []
    if issue.state == Issue.State.DRAFT:
        found = stories.undecided(issue, stories.told(issue, items, least=Likeness.PERHAPS))
    return {
        "told": _rows(request, issue, [one for one in found if one.sure]),
        "perhaps": _rows(request, issue, [one for one in found if not one.sure]),
    }


def shown_to_send(request: HttpRequest, issue: Issue, found: Sequence[Told]) -> dict[str, Any]:
    """Of what was found to be told, and the issues that hold the same stories, to be confirmed by
    name."""
    open_ = stories.undecided(issue, found) if issue.state == Issue.State.DRAFT else []
    return {"told": _rows(request, issue, open_), "twins": twins.unconfirmed(issue, found)}


def _rows(request: HttpRequest, issue: Issue, found: Iterable[Told]) -> list[Row]:
    pairs = [(one.item, one.earlier[0]) for one in found]
    elsewhere = {earlier.publication for _item, earlier in pairs} - {issue.publication_id}
    mine = {issue.publication_id}
    if elsewhere:
        mine.update(visible(request).filter(pk__in=elsewhere).values_list("pk", flat=True))
    return [
        Row(item, earlier, earlier.address_for(issue.publication_id), earlier.publication in mine)
        for item, earlier in pairs
    ]


def marks(issue: Issue, items: list[Item]) -> set[int]:
    """Which of a draft's items have a story that nobody has decided about."""
    return {one.item.pk for one in stories.undecided(issue, stories.told(issue, items))}


def warnings(issue: Issue, item: Item) -> list[str]:
    """What to say of an item that was just written: sentences."""
    found = stories.undecided(issue, stories.told(issue, [item]))
    return [finding.message for finding in stories.findings(issue, found)]
