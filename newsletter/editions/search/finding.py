"""Which items a search has, newest first: the same answer on SQLite and on PostgreSQL.

SQLite walks its index backwards from the newest place and ends when a page is full; PostgreSQL
chooses between its index of words, for what is rare, and the order of places, for what is common.
Words one behind the other are looked for in the entry itself, where they stand in their order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from newsletter.editions import published
from newsletter.models import Item
from subscribers.models import Category, Publication
from subscribers.times import zone_of

from .asked import Asked, Term
from .entries import category_word, place_of, publication_word, source_word

PAGE = 20
# Days beyond are none of ours, and places of theirs no numbers of a database.
_FIRST, _LAST = dt.date(1970, 1, 2), dt.date(2200, 1, 1)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a search: keys of items in their order, and the place to go on below, or None."""

    items: tuple[int, ...]
    older: int | None


def find(
    publication: Publication,
    asked: Asked,
    *,
    public: Sequence[Category],
    before: int | None = None,
    most: int = PAGE,
) -> Found | None:
    """The public items of a search; None where its category is not there. One query.

    `before` goes on below a place that an earlier page gave; `public` are the publication's
    public categories.
    """
    words: list[Sequence[str]] = [[publication_word(publication.pk)]]
    if asked.category:
        category = published.named(public, asked.category)
        if category is None:
            return None
        chosen = published.with_merged(public, [category])
        words.append([category_word(one.pk) for one in chosen])
    if asked.source:
        words.append([source_word(asked.source)])
    low, high = _range(asked, zone_of(publication), before)
    sql, params = _sql(words, asked.terms)
    # Its own row number, or SQLite would read and sort all that match.
    place = "e.place" if connection.vendor == "postgresql" else "f.rowid"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""{sql} AND {place} >= %s AND {place} < %s
                AND NOT i.hidden AND n.listed AND n.published_at IS NOT NULL
                AND (c.id IS NULL OR c.visibility <> %s)
            ORDER BY {place} DESC LIMIT %s""",
            [*params, low, high, Category.Visibility.PRIVATE.value, most + 1],
        )
        rows = cursor.fetchall()
    older = rows[most - 1][0] if len(rows) > most else None
    return Found(tuple(item for _place, item in rows[:most]), older)


def pieces(publication: Publication, found: Found) -> tuple[published.Piece, ...]:
    """The items of a page in their order, to be shown. A few queries."""
    rows = Item.objects.select_related("category", "issue").in_bulk(found.items)
    return published.pieces(publication, [rows[key] for key in found.items if key in rows])


_JOINED = """JOIN newsletter_item i ON i.id = e.item_id
    JOIN newsletter_issue n ON n.id = i.issue_id
    LEFT JOIN subscribers_category c ON c.id = i.category_id"""


def _sql(facets: Sequence[Sequence[str]], terms: Sequence[Term]) -> tuple[str, list[str]]:
    if connection.vendor == "postgresql":
        match = " & ".join(
            [
                *(f"({' | '.join(map(_lexeme, any_of))})" for any_of in facets),
                *(_lexeme(word) + (":*" if t.begins else "") for t in terms for word in t.words),
            ]
        )
        several = [term.words for term in terms if len(term.words) > 1]
        follow = "".join(" AND strpos(' ' || e.words || ' ', %s) > 0" for _words in several)
        return (
            f"""SELECT e.place, e.item_id FROM newsletter_searchentry e {_JOINED}
            WHERE e.vector @@ %s::tsquery{follow}""",
            [match, *(f" {' '.join(words)} " for words in several)],
        )
    match = " AND ".join(
        [
            *(f"({' OR '.join(map(_phrase, any_of))})" for any_of in facets),
            *(_phrase(" ".join(term.words)) + (" *" if term.begins else "") for term in terms),
        ]
    )
    # Cross: SQLite keeps to the order, and reads no entry beyond those of the page.
    return (
        f"""SELECT e.place, e.item_id FROM newsletter_searchindex f
        CROSS JOIN newsletter_searchentry e ON e.place = f.rowid
        CROSS {_JOINED}
        WHERE f.words MATCH %s""",
        [match],
    )


def _lexeme(word: str) -> str:
    quoted = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}'"


def _phrase(words: str) -> str:
    return '"' + words.replace('"', '""') + '"'


def _range(asked: Asked, zone: dt.tzinfo, before: int | None) -> tuple[int, int]:
    low, high = 0, place_of(_midnight(_LAST, zone))
    if asked.since is not None:
        low = place_of(_midnight(asked.since, zone))
    if asked.until is not None:
        high = place_of(_midnight(min(asked.until, _LAST) + dt.timedelta(days=1), zone))
    return low, high if before is None else min(high, before)


def _midnight(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    return dt.datetime.combine(min(max(day, _FIRST), _LAST), dt.time(), tzinfo=zone)
