"""The last issues that pages showed, kept rendered: a page that asks again is answered at once.

An editor looks at one issue for an hour: preview, size, send plan, send page, each of the whole
mail. What is kept is used only for exactly the same text in exactly the same publication, and only
by pages: what is mailed is always rendered from what stands in the database.
"""

from __future__ import annotations

from typing import Any

from newsletter import conf
from subscribers.models import Publication

from ..editions import IssueView
from . import Prepared
from .layout import Source

# Issues in each process; one of 300 items takes about 8 MB.
_MOST = 2
_Key = tuple[IssueView, str, dict[str, Any]]
# Put in place whole, so that threads need no lock.
_kept: tuple[tuple[_Key, Prepared], ...] = ()


def prepared(view: IssueView, publication: Publication) -> Prepared:
    """As `prepare`, or what it gave for the same before."""
    global _kept
    settings = {f.attname: getattr(publication, f.attname) for f in Publication._meta.fields}
    key: _Key = (view, conf.base_url(), settings)
    for known, made in _kept:
        if known == key:
            return made
    made = Prepared(Source(view, publication))
    _kept = ((key, made), *_kept)[:_MOST]
    return made
