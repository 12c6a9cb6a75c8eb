"""The last issues that pages showed, kept rendered: a page that asks again is answered at once.

An editor looks at one issue for an hour: preview, size, send plan, send page, each of the whole
mail. What is kept is used for exactly the same text in exactly the same publication; after an edit
only what was edited is rendered, and takes its place in what is kept. Only pages are answered so:
what is mailed is always rendered from what stands in the database.
"""

from __future__ import annotations

from typing import Any

from newsletter import conf
from subscribers.models import Publication

from ..editions import IssueView
from . import Prepared, prepare
from .layout import Source

# Issues in each process, the last that were looked at, each as it was looked at last. One of 300
# items takes about 8 MB.
_MOST = 2
_Key = tuple[str, dict[str, Any]]
# Put in place whole, so that threads need no lock.
_kept: tuple[tuple[_Key, Prepared], ...] = ()


def prepared(view: IssueView, publication: Publication) -> Prepared:
    """As `prepare`, with what it gave for the same issue before."""
    global _kept
    key = settings_of(publication)
    before = next(
        (made for of, made in _kept if made.source.given.id == view.id and of == key), None
    )
    if before is not None and before.source.given == view:
        made = before
    else:
        made = _renewed(before, view, publication) or prepare(view, publication)
    others = tuple(one for one in _kept if one[1].source.given.id != view.id)
    _kept = ((key, made), *others)[:_MOST]
    return made


def _renewed(before: Prepared | None, view: IssueView, publication: Publication) -> Prepared | None:
    if before is None:
        return None
    return before.renewed(Source(view, publication, before.source))


def settings_of(publication: Publication) -> tuple[str, dict[str, Any]]:
    """All that an issue's mail depends on besides its text: the site's address, the settings."""
    settings = {f.attname: getattr(publication, f.attname) for f in Publication._meta.fields}
    return conf.base_url(), settings


def has(view: IssueView, publication: Publication) -> bool:
    """Whether anything of the issue is kept here, so that little must be rendered."""
    key = settings_of(publication)
    return any(made.source.given.id == view.id and of == key for of, made in _kept)


def forget() -> None:
    """Keep nothing more."""
    global _kept
    _kept = ()
