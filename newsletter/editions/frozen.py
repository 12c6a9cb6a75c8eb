"""An issue as it was mailed: the view that a release keeps in its revision, read back.

The rows of a released issue change with its corrections; whoever is mailed later gets the text
that the others got.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from newsletter.models import Revision

from .loading import bullet_views
from .values import CategoryView, Follows, IssueView, ItemView, LinkView, Origin

Stored = Mapping[str, Any]


def view_of(revision: Revision) -> IssueView:
    """The issue of a revision of kind release. Raises KeyError if it holds no view."""
    stored: Stored = revision.digest
    return IssueView(
        **{
            **stored,
            "date": dt.date.fromisoformat(stored["date"]),
            "items": tuple(map(_item, stored["items"])),
            "tail": tuple(map(_link, stored.get("tail", ()))),
            "origins": tuple(map(_origin, stored.get("origins", ()))),
            "published_at": _moment(stored.get("published_at")),
            "corrected_at": _moment(stored.get("corrected_at")),
        }
    )


def _item(stored: Stored) -> ItemView:
    category = stored["category"]
    return ItemView(
        **{
            **stored,
            "category": None if category is None else CategoryView(**category),
            "sources": tuple(map(_link, stored.get("sources", ()))),
            "date": dt.date.fromisoformat(stored["date"]) if stored.get("date") else None,
            "told_in": tuple(stored.get("told_in", ())),
            "follows": _follows(stored.get("follows")),
            "bullets": bullet_views(stored.get("bullets", ())),
            "published_at": _moment(stored.get("published_at")),
            "corrected_at": _moment(stored.get("corrected_at")),
        }
    )


def _follows(stored: tuple[str, str, str] | None) -> Follows | None:
    if stored is None:
        return None
    title, date, path = stored
    return Follows(title, dt.date.fromisoformat(date), path)


def _origin(stored: tuple[int, str, str]) -> Origin:
    issue, published_at, day = stored
    return Origin(issue, dt.datetime.fromisoformat(published_at), dt.date.fromisoformat(day))


def _link(stored: Stored) -> LinkView:
    return LinkView(**stored)


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None
