"""A document -> a draft (or a published past issue): all of it or nothing, in one transaction.

The same file again updates the same draft and says what changed. An issue that was released is
never touched: its differences are said instead.

What a document leaves open is a question (README.md): its answer is remembered for the publication
with the import that needed it, and not before.

    answers        what a person says, answer_texts: as text; understanding: both -> digest
    filing         under which category each item goes, pure; categories: the publication's
    names, places  which names are the same or near, and where they stand
    questions      what is still to be decided
    remembered     answers of earlier imports; warnings: what is to be looked at before a release
    identity       which issue the document is; translations: and which says the same
    matching       which of its items is which row
    comparing      what would change; seen: stories another issue told
    stories        the memory of stories: which items told it before
    storing        the issue as the document says; writing: values -> rows
    wording        the sentences for what the digest has to tell, own_sentences: the import's own
    running        all of it in order
    one_item       a document that is one item, for a correction
"""

from .answer_texts import BadAnswer, read_answers
from .answers import Answers
from .categories import UNKNOWN_CATEGORY
from .identity import origin_of
from .one_item import NotRead, read_item
from .questions import Question
from .report import NotImported, Report
from .running import import_digest
from .stories import link_key

__all__ = [
    "UNKNOWN_CATEGORY",
    "Answers",
    "BadAnswer",
    "NotImported",
    "NotRead",
    "Question",
    "Report",
    "import_digest",
    "link_key",
    "origin_of",
    "read_answers",
    "read_item",
]
