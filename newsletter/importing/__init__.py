"""A document -> a draft (or a published past issue): all of it or nothing, in one transaction.

The same file again updates the same draft and says what changed. An issue that was released is
never touched: its differences are said instead.

    identity    which issue the document is
    matching    which of its items is which row
    categories  the names it files under -> the publication's categories
    comparing   what would change; recent: links another issue had
    writing     values -> rows
    wording     the sentences for what the digest has to tell
    running     all of it in order
    one_item    a document that is one item, for a correction
"""

from .categories import UNKNOWN_CATEGORY
from .identity import origin_of
from .matching import link_key
from .one_item import NotRead, read_item
from .running import NotImported, Report, import_digest

__all__ = [
    "UNKNOWN_CATEGORY",
    "NotImported",
    "NotRead",
    "Report",
    "import_digest",
    "link_key",
    "origin_of",
    "read_item",
]
