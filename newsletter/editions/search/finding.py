"""Which items a search has, newest first: the same answer on SQLite and on PostgreSQL.

SQLite walks its index backwards from the newest place and ends when a page is full. PostgreSQL
does that for the newest thousand entries, where a common word fills a page; what does not is rare,
and is looked up in its index of words alone, which tells nothing of their order. Left to choose
between the two it reads every entry for words that are common and never meet.

Words one behind the other are looked for in the entry itself, where they stand in their order.
Where each of them is common the index would give half of all entries, to be read and sorted for
the newest of them: PostgreSQL goes on in the order of places then.
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
# Entries that are read in their order before the index of words is asked: 5 microseconds each.
_NEWEST = 1_000
# Entries with all words of a name that are read for whether the words follow each other: 10.
_CANDIDATES = 2_000
# So many of the newest have all words of a name: then they are common. Of 10^5 entries the index
# costs as much as the walk where it finds a third.
_COMMON = 300
# Days beyond are none of ours, and places of theirs no numbers of a database.
_FIRST, _LAST = dt.date(1970, 1, 2), dt.date(2200, 1, 1)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a search: keys of items in their order, and the place to go on below, or None.

    A page may be short, or empty, and still have a place to go on below: further back was not
    looked, since two thousand newer items have these words in another order.
    """

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
    """The public items of a search; None where its category is not there. At most four
    queries.

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
    look = _postgresql if connection.vendor == "postgresql" else _sqlite
    rows, older = look(words, asked.terms, low, high, most + 1)
    if len(rows) > most:
        rows, older = rows[:most], rows[most - 1][0]
    return Found(tuple(item for _place, item in rows), older)


def pieces(publication: Publication, found: Found) -> tuple[published.Piece, ...]:
    """The items of a page in their order, to be shown. A few queries."""
    rows = Item.objects.select_related("category", "issue").in_bulk(found.items)
    return published.pieces(publication, [rows[key] for key in found.items if key in rows])


# (place, key of the item)
_Row = tuple[int, int]
_JOINED = """JOIN newsletter_item i ON i.id = e.item_id
    JOIN newsletter_issue n ON n.id = i.issue_id
    LEFT JOIN subscribers_category c ON c.id = i.category_id"""
_SHOWN = f"""NOT i.hidden AND n.listed AND n.published_at IS NOT NULL
    AND (c.id IS NULL OR c.visibility <> '{Category.Visibility.PRIVATE.value}')"""


def _sqlite(
    facets: Sequence[Sequence[str]], terms: Sequence[Term], low: int, high: int, most: int
) -> tuple[list[_Row], int | None]:
    match = " AND ".join(
        [
            *(f"({' OR '.join(map(_phrase, any_of))})" for any_of in facets),
            *(f"({' OR '.join(_spelled(term))})" for term in terms),
        ]
    )
    # Cross: SQLite keeps to the order, and reads no entry beyond those of the page. Its own row
    # number, or it would read and sort all that match.
    rows = _rows(
        f"""SELECT e.place, e.item_id FROM newsletter_searchindex f
        CROSS JOIN newsletter_searchentry e ON e.place = f.rowid
        CROSS {_JOINED}
        WHERE f.words MATCH %s AND f.rowid >= %s AND f.rowid < %s AND {_SHOWN}
        ORDER BY f.rowid DESC LIMIT %s""",
        [match, low, high, most],
    )
    return rows, None


def _postgresql(
    facets: Sequence[Sequence[str]], terms: Sequence[Term], low: int, high: int, most: int
) -> tuple[list[_Row], int | None]:
    match = " & ".join(
        [
            *(f"({' | '.join(map(_lexeme, any_of))})" for any_of in facets),
            *(word for term in terms for word in _lexemes(term)),
        ]
    )
    several = [f" {' '.join(term.words)} " for term in terms if len(term.words) > 1]

    def page(text: str) -> str:
        follow = "".join(f" AND strpos(' ' || {text} || ' ', %s) > 0" for _words in several)
        return f"{_JOINED} WHERE {_SHOWN}{follow}"

    newest = """SELECT place, item_id, words, vector FROM newsletter_searchentry
        WHERE place >= %s AND place < %s ORDER BY place DESC LIMIT %s"""
    last = "ORDER BY e.place DESC LIMIT %s"

    def walked(below: int, entries: int) -> list[_Row]:
        return _rows(
            f"""SELECT e.place, e.item_id FROM ({newest}) e {page("e.words")}
            AND e.vector @@ %s::tsquery {last}""",
            [low, below, entries, *several, match, most],
        )

    def share(below: int, entries: int) -> tuple[int, int]:
        """(the lowest place of so many entries, how many of them have all words)."""
        [found] = _rows(
            f"""SELECT min(place), count(*) FILTER (WHERE vector @@ %s::tsquery)
            FROM ({newest}) e""",
            [match, low, below, entries],
        )
        return found

    rows = walked(high, _NEWEST)
    if len(rows) == most:
        return rows, None
    if several:
        lowest, common = share(high, _NEWEST)
        if common >= _COMMON:
            entries = _CANDIDATES * _NEWEST // common
            rows = [*rows, *walked(lowest, entries)][:most]
            return rows, None if len(rows) == most else _place_of_last(low, lowest, entries)
    # In a query of its own the planner does not see how common the words are: it takes the index.
    # Texts are looked up one by one for the same reason. The last row tells where candidates end.
    text = "(SELECT words FROM newsletter_searchentry w WHERE w.place = e.place)"
    rows = _rows(
        f"""WITH e AS MATERIALIZED (
            SELECT place, item_id FROM newsletter_searchentry
            WHERE vector @@ (SELECT %s::tsquery) AND place >= %s AND place < %s
            ORDER BY place DESC LIMIT %s
        ), page AS (SELECT e.place, e.item_id FROM e {page(text)} {last})
        SELECT place, item_id FROM page UNION ALL SELECT min(place), -count(*) FROM e""",
        [match, low, high, _CANDIDATES if several else None, *several, most],
    )
    found = sorted((row for row in rows if row[1] > 0), reverse=True)
    [(lowest, looked_at)] = [row for row in rows if row[1] <= 0]
    return found, lowest if several and -looked_at == _CANDIDATES else None


def _place_of_last(low: int, below: int, entries: int) -> int | None:
    """The place of the last of so many entries; None where there are not more of them."""
    found = _rows(
        """SELECT place, item_id FROM newsletter_searchentry
        WHERE place >= %s AND place < %s ORDER BY place DESC OFFSET %s LIMIT 2""",
        [low, below, entries - 1],
    )
    return found[0][0] if len(found) == 2 else None


def _rows(sql: str, params: Sequence[str | int | None]) -> list[_Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [(place, item) for place, item in cursor.fetchall()]


def _lexeme(word: str) -> str:
    quoted = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}'"


def _lexemes(term: Term) -> list[str]:
    mark = ":*" if term.begins else ""
    words = [_lexeme(word) + mark for word in term.words]
    return [f"({words[0]} | {_lexeme(term.other)}{mark})"] if term.other else words


def _spelled(term: Term) -> list[str]:
    mark = " *" if term.begins else ""
    return [_phrase(words) + mark for words in (" ".join(term.words), term.other) if words]


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
