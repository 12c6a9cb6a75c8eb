"""What is known of one language: the fields of a `Vocabulary`, and how they are filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one language. Upper and lower case make no difference."""

    # The spellings of each month, January first; empty where dates are written in numbers.
    months: tuple[tuple[str, ...], ...]
    # For each field of an item the names it goes by in front of a colon.
    fields: Mapping[str, tuple[str, ...]]
    # Labels of links that name no publisher, such as "read more".
    placeholders: tuple[str, ...]
    # What is counted behind a section's heading, as regular expressions: "News (12 items)".
    counters: tuple[str, ...]
    # Units of figures, as regular expressions; a longer unit before those it starts with.
    units: tuple[str, ...]
    # Prepositions that tie an author or publisher to a title: "by Alice".
    bylines: tuple[str, ...]
    # Headings of an introduction, as people write them above the first item.
    introductions: tuple[str, ...] = ()
    # Headings of the last words, and what ties a heading to the day: "Today's summary".
    closings: tuple[str, ...] = ()
    of_now: tuple[str, ...] = ()
    # What an issue calls itself: a second title of these words alone names nothing.
    issues: tuple[str, ...] = ()
    # Headings of a table of contents.
    contents: tuple[str, ...] = ()
    # Headings of a list of what was read for the issue; its sources are none of its items.
    references: tuple[str, ...] = ()
    # What ties a publisher to the end of a text: "(via The Paper)".
    trailers: tuple[str, ...] = ()
    # What links to a piece's own places are called: its code, its manual, where it is talked about.
    places: tuple[str, ...] = ()
    # What the column of a table is called that names its rows.
    title_columns: tuple[str, ...] = ()
    # How a letter to all readers begins: "Good morning, here is …".
    greetings: tuple[str, ...] = ()


def described(
    fields: Mapping[str, tuple[str, ...]],
    introductions: tuple[str, ...],
    contents: tuple[str, ...],
    placeholders: tuple[str, ...],
    references: tuple[str, ...],
    closings: tuple[str, ...],
    of_now: tuple[str, ...],
    issues: tuple[str, ...],
    title_columns: tuple[str, ...] = (),
    places: tuple[str, ...] = (),
    greetings: tuple[str, ...] = (),
) -> Vocabulary:
    """A language of which only the names of fields and headings are known here."""
    return Vocabulary(
        months=(),
        fields=fields,
        placeholders=placeholders,
        counters=(),
        units=(),
        bylines=(),
        introductions=introductions,
        contents=contents,
        references=references,
        closings=closings,
        of_now=of_now,
        issues=issues,
        trailers=fields["source"],
        title_columns=title_columns,
        places=places,
        greetings=greetings,
    )
