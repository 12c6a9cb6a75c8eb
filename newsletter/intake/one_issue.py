"""One issue with everything in it, in two statements written out.

Programs that mirror a publication ask for this again and again. Made from the models, the same
statements take five times as long: `python -m tests.benchmarks.reading_issue`.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from pydantic_core import from_json

from subscribers import pictures

from .reading import address, edit_address, moment
from .tokens import read_moment

# Without rehearsals, as in every list, and without "what you missed", which is one reader's.
_ISSUE = """SELECT i.id, i.slug, i.title, i.date, i.edition, i.language, i.kind, i.state,
    i.channels, i.send_at, i.published_at, i.subject, i.preheader, i.intro
  FROM newsletter_issue i
 WHERE i.publication_id = %s AND i.slug = %s AND i.rehearses_id IS NULL AND NOT EXISTS (
   SELECT 1 FROM newsletter_roundup r WHERE r.issue_id = i.id AND r.subscription_id IS NOT NULL)"""
# The links before the items, so that each item finds its own; both in their order. Of a link,
# the columns are its item, label and address.
_CONTENT = """SELECT 1 AS part, t.number, t.id, t.anchor, t.title, c.name, t.date, t.insight,
    t.bullets, t.body, t.score, t.hidden, t.picture, t.picture_alt
  FROM newsletter_item t LEFT JOIN subscribers_category c ON c.id = t.category_id
 WHERE t.issue_id = %s
 UNION ALL SELECT 0, number, item_id, label, url,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM newsletter_link WHERE issue_id = %s AND kind <> 'body'
 ORDER BY 1, 2"""


def whole_issue(publication: int, publication_slug: str, slug: str) -> dict[str, Any] | None:
    """The issue of this address name as a program reads it, or None if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_ISSUE, [publication, slug])
        row = cursor.fetchone()
        if row is None:
            return None
        cursor.execute(_CONTENT, [row[0], row[0]])
        content = cursor.fetchall()
    sources: dict[int | None, list[dict[str, str]]] = {}
    items: list[dict[str, Any]] = []
    for is_item, _number, pk, *values in content:
        if is_item:
            items.append(_item(values, sources.get(pk, [])))
        else:
            sources.setdefault(pk, []).append({"name": values[0], "url": values[1]})
    return {
        **_head(row, publication_slug),
        "items": items,
        "tail": [{"title": one["name"], "url": one["url"]} for one in sources.get(None, [])],
    }


def _head(row: Any, publication_slug: str) -> dict[str, Any]:
    pk, slug, title, date, edition, language, kind, state, channels, send_at, public, *words = row
    subject, preheader, introduction = words
    return {
        "issue": slug,
        "title": title,
        "date": str(date),
        "edition": edition,
        "language": language,
        "kind": kind,
        "state": state,
        "channels": channels,
        "send_at": moment(read_moment(send_at)) if send_at else None,
        "published_at": moment(read_moment(public)) if public else None,
        "url": address(publication_slug, slug) if public else None,
        "edit_url": edit_address(pk),
        "subject": subject,
        "preheader": preheader,
        "introduction": introduction,
    }


def _item(row: Any, sources: list[dict[str, str]]) -> dict[str, Any]:
    anchor, title, category, date, insight, bullets, body, score, hidden, name, alt = row
    picture = pictures.named(name)
    return {
        "key": anchor,
        "title": title,
        "category": category,
        "date": str(date) if date else None,
        "source": sources[0] if sources else None,
        "sources": sources,
        "insight": insight,
        "summary": from_json(bullets),
        "body": body,
        "score": score,
        "hidden": bool(hidden),
        "picture": {"name": name, "url": picture.address(), "alt": alt} if picture else None,
    }
