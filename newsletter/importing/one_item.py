"""A document that holds one item, for a correction: read by the rules of a whole digest."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from newsletter.digest import Item, decode, parse
from newsletter.models import Issue

from .categories import file_under
from .wording import DocumentProblem, DocumentProblems, in_words, too_long


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
    problems = DocumentProblems()
    problems.found += in_words(decoded.problems)
    digest = parse(decoded.text, labels=publication.labels, title=issue.title, date=issue.date)
    problems.found += in_words(digest.problems)
    if problems.refused():
        raise NotRead(*_sentences(problems.sorted()))
    if len(digest.items) != 1:
        raise NotRead(
            _("The file holds %(count)d items; a correction is of one.")
            % {"count": len(digest.items)}
        )
    item = digest.items[0]
    item = replace(item, category=item.category or category)
    too_long(problems, item.title, 500, item.line)
    found = file_under(publication, replace(digest, items=(item,)), problems, create=False)
    if problems.refused():
        raise NotRead(*_sentences(problems.sorted()))
    return replace(item, category=found[item.category].name)


def _sentences(problems: tuple[DocumentProblem, ...] | list[DocumentProblem]) -> list[str]:
    return [
        f"{one.line}: {one.message}" if one.line else one.message
        for one in problems
        if one.level == "error"
    ]
