"""A document -> a draft (or a published past issue): all of it or nothing, in one transaction.

The same document again is merged with what hands did to the draft since; what both changed is
asked. An issue that was released is never touched: its differences are said instead.

What a document leaves open is a question (README.md): its answer is remembered for the publication
with the import that needed it, and not before.

    answers        what a person says, answer_texts: as text; understanding: both -> digest
    filing         under which category each item goes, pure; categories: the publication's
    names, places  which names are the same or near, and where they stand
    questions      what is still to be decided
    remembered     answers of earlier imports; warnings: what is to be looked at before a release
    identity       which issue the document is; translations: and which says the same
    versions       an issue as values; bases: as its rows, and as the last import, said it
    matching       which item of one version is which of another; ordering: one order out of three
    merging        last import, draft and document -> the draft, and what both changed; pure
    comparing      what would change; conflict_words: the conflicts for people
    stories        the memory of stories: which items told it before; seen: and what an import says
    storing        the issue as it was merged; writing: values -> rows
    wording        the sentences for what the digest has to tell, own_sentences: the import's own
    running        all of it in order
    one_item       a document that is one item, for a correction
    exporting      an issue -> the document that an import makes the same issue of
"""

from .answer_texts import BadAnswer, read_answers
from .answers import Answers
from .categories import UNKNOWN_CATEGORY
from .identity import origin_of
from .merging import Conflict, Side
from .one_item import NotRead, read_item
from .questions import Question
from .report import NotImported, Report
from .running import import_digest
from .stories import link_key

__all__ = [
    "UNKNOWN_CATEGORY",
    "Answers",
    "BadAnswer",
    "Conflict",
    "NotImported",
    "NotRead",
    "Question",
    "Report",
    "Side",
    "import_digest",
    "link_key",
    "origin_of",
    "read_answers",
    "read_item",
]
