"""A document that holds one item, for a correction: read by the rules of a whole digest."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from newsletter.digest import Item, decode
from newsletter.digest.problems import Problems
from newsletter.models import Issue

from .answers import NONE
from .categories import Shelf, file_under
from .places import Places
from .remembered import recall
from .understanding import Document, understand
from .wording import in_words

LONGEST_TITLE = 500  # characters; the database has no room for more


class NotRead(Exception):
    """The document cannot be read as one item. `reasons` are sentences with their lines."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = list(reasons)


def read_item(issue: Issue, data: bytes, category: str) -> Item:
    """The item; `category` is its own where the document names none.

    Raises NotRead with everything that is wrong.
    """
    publication = issue.publication
    decoded = decode(data)
    problems = Problems()
    problems.found += decoded.problems
    memory = recall(publication)
    document = Document(decoded.text, labels=publication.labels, title=issue.title, date=issue.date)
    digest, _answers = understand(document, memory.layout, NONE, problems)
    problems.found += digest.problems
    _refuse(problems)
    if len(digest.items) != 1:
        raise NotRead(
            _("The file holds %(count)d items; a correction is of one.")
            % {"count": len(digest.items)}
        )
    item = digest.items[0]
    item = replace(item, category=item.category or category)
    if len(item.title) > LONGEST_TITLE:
        params: dict[str, str | int | float] = {
            "text": item.title[:40],
            "size": len(item.title),
            "most": LONGEST_TITLE,
        }
        problems.error("too-long", params, item.line)
    filing, _given = file_under(
        Shelf.of(publication),
        replace(digest, items=(item,)),
        memory.filing,
        NONE,
        Places.of_text(decoded.text),
        problems,
        create=False,
    )
    _refuse(problems)
    (filed,) = filing.filed
    assert filed is not None  # Else it was asked, which is an error.
    return replace(item, category=filed.name)


def _refuse(problems: Problems) -> None:
    """Raise NotRead with the sentences of the errors, if there are any."""
    errors = [one for one in in_words(problems.sorted()) if one.level == "error"]
    if errors:
        raise NotRead(
            *(f"{one.line}: {one.message}" if one.line else one.message for one in errors)
        )
