"""Stories told before, as the pages of a draft show them."""

from __future__ import annotations

from typing import Any

from newsletter.importing.stories import Likeness
from newsletter.issues import stories, twins
from newsletter.issues.stories import Told

from ..models import Issue, Item


def shown(issue: Issue, items: list[Item] | None = None) -> dict[str, Any]:
    """What nobody has decided yet, of a draft's items or of those given: what was told, and what
    perhaps was."""
    found: list[Told] = []
    if issue.state == Issue.State.DRAFT:
        found = stories.undecided(issue, stories.told(issue, items, least=Likeness.PERHAPS))
    return {
        "told": [one for one in found if one.sure],
        "perhaps": [one for one in found if not one.sure],
    }


def shown_to_send(issue: Issue) -> dict[str, Any]:
    """What was told, and the issues that hold the same stories, to be confirmed by name."""
    found = stories.told(issue)
    draft = issue.state == Issue.State.DRAFT
    return {
        "told": stories.undecided(issue, found) if draft else [],
        "twins": twins.unconfirmed(issue, found),
    }


def warnings(issue: Issue, item: Item) -> list[str]:
    """What to say of an item that was just written: sentences."""
    found = stories.undecided(issue, stories.told(issue, [item]))
    return [finding.message for finding in stories.findings(found)]
