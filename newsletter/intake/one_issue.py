"""One issue with everything in it, in three statements written out.

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
_ITEMS = """SELECT t.id, t.anchor, t.title, c.name, t.date, t.insight, t.bullets, t.body, t.score,
    t.hidden, t.picture, t.picture_alt
  FROM newsletter_item t LEFT JOIN subscribers_category c ON c.id = t.category_id
 WHERE t.issue_id = %s ORDER BY t.number"""
_LINKS = """SELECT item_id, label, url FROM newsletter_link
 WHERE issue_id = %s AND kind <> 'body' ORDER BY number"""


def whole_issue(publication: int, publication_slug: str, slug: str) -> dict[str, Any] | None:
    """The issue of this address name as a program reads it, or None if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_ISSUE, [publication, slug])
        row = cursor.fetchone()
        if row is None:
            return None
        cursor.execute(_LINKS, [row[0]])
        links = cursor.fetchall()
        cursor.execute(_ITEMS, [row[0]])
        items = cursor.fetchall()
    sources: dict[int | None, list[dict[str, str]]] = {}
    for item, label, url in links:
        sources.setdefault(item, []).append({"name": label, "url": url})
    return {
        **_head(row, publication_slug),
        "items": [_item(one, sources.get(one[0], [])) for one in items],
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
    _pk, anchor, title, category, date, insight, bullets, body, score, hidden, name, alt = row
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
