"""An issue -> the document that an import makes the same issue of.

text = write(issue, "markdown")
import_digest(publication, text.encode(), "2026-03-02.md")  # nothing was different
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from newsletter.digest import Digest, Item, Link, bullets_from_json
from newsletter.digest.json_form import write_json
from newsletter.digest.written import write_markdown
from newsletter.models import Issue

from .bases import rows_of, version_of
from .versions import SAID_IN_FRONT, Values

_WRITERS = {"markdown": write_markdown, "json": write_json}
FORMS = tuple(_WRITERS)
ENDINGS: Mapping[str, str] = {"markdown": ".md", "json": ".json"}


def write(issue: Issue, form: str) -> str:
    """The issue as a document; the same octets as long as nothing of it changes.

    `form` is one of FORMS. Hidden items are in it and marked. What is not said by documents is
    not in it: state, times, readers, corrections' notes.
    """
    return _WRITERS[form](digest_of(issue))


def digest_of(issue: Issue) -> Digest:
    """The issue as the value that parsing a document gives."""
    rows = rows_of(issue)
    version = version_of(issue, rows)
    names = {row.category_id: row.category.name for row in rows if row.category is not None}
    own = version.issue
    said = {"edition": issue.edition}
    said |= {key: own[name] for name, key in SAID_IN_FRONT.items()}
    tail_title, tail = own["tail"]
    return Digest(
        shape="",
        title=own["title"],
        date=issue.date,
        items=tuple(_item(item.values, names) for item in version.items),
        intro=own["introduction"],
        tail_title=tail_title,
        tail_links=tuple(Link(label, url) for label, url in tail),
        language=issue.language,
        extra={**own["front"], **{key: value for key, value in said.items() if value}},
    )


def _item(values: Values, names: Mapping[Any, str]) -> Item:
    return Item(
        title=values["title"],
        line=0,
        category=names.get(values["category"], ""),
        sources=tuple(Link(label, url) for label, url in values["sources"]),
        date=dt.date.fromisoformat(values["date"]) if values["date"] else None,
        insight=values["insight"],
        bullets=bullets_from_json(values["bullets"]),
        body=values["body"],
        score=values["score"],
        extra=dict(values["extra"]),
        hidden=values["hidden"],
        picture=values["picture"],
        picture_alt=values["picture_alt"],
    )
