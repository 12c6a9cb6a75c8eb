"""Stories told before, as the pages of a draft show them."""

from __future__ import annotations

from typing import Any

from newsletter.issues import stories, twins

from ..models import Issue, Item


def shown(issue: Issue, items: list[Item] | None = None) -> dict[str, Any]:
    """What nobody has decided yet, of a draft's items or of those given."""
    if issue.state != Issue.State.DRAFT:
        return {"told": []}
    return {"told": stories.undecided(issue, stories.told(issue, items))}


def shown_to_send(issue: Issue) -> dict[str, Any]:
    """The same, and the issues that hold the same stories, to be confirmed by name."""
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
