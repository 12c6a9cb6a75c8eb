"""Text in, Digest out: takes out what is no content, chooses the shape, reads, checks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from . import checks, limits, shapes
from .cleaning import clear
from .dates import Place, Span, date_of_document, read
from .decoding import normal_lines
from .front import Front, read_front
from .labels import labels_for
from .markdown import clean
from .outline import EMPTY, Kind, Line, Outline, Section, read_lines, read_sections
from .problems import Problems
from .reading import Parts, Reading
from .titles import section_name
from .value import Digest, Item

MOST_ITEMS = 2_000
_LONGEST_DATE = 40  # characters of a line at the top that says the date.
# The shape shown of a text that no shape could read.
_NO_SHAPE = "document"


def parse(
    text: str,
    *,
    name: str = "",
    shape: str = shapes.AUTO,
    labels: Mapping[str, object] | None = None,
    title: str = "",
    date: dt.date | None = None,
    span: Span = "ask",
) -> Digest:
    """Read a document; never raises. Its `errors` say whether it may be imported.

    `name` is the file's name or path: a date in it counts when the text has none. `labels` are a
    publication's own field names. `shape` is the NAME of a shape; with "auto", or a name no shape
    has, the evidence decides. `title` and `date` are an editor's answers; they win over what the
    file says. A span of days in place of a date is asked about, or with `span` "last" its last day
    is taken.
    """
    problems = Problems()
    if limits.too_long(text, problems):
        return _refused(problems, "")
    text = normal_lines(text)
    if limits.hostile(text, problems):
        return _refused(problems, text)
    source = text.split("\n")
    front = read_front(source, problems)
    cleaned = clear(source, front.end, problems)
    lines = read_lines(cleaned.lines[front.end :], front.end + 1, cleaned.dropped)
    sections = read_sections(lines)
    heading = _find_title(sections, front)
    outline = Outline(
        lines,
        sections,
        labels_for(labels),
        cleaned.references,
        heading.number if heading is not None else 0,
    )
    if not _holds_content(outline):
        problems.error("empty")
        return _refused(problems, text, front)
    reading = Reading(outline, front, problems)
    if heading is not None:
        reading.title = heading.content
        reading.claim(heading)
    chosen = shapes.find(shape) or shapes.choose(outline)
    parts = chosen.read(reading)
    _claim_references(reading, cleaned.reference_lines)
    return _digest(reading, chosen.name, parts, title, date, name, span)


def _digest(
    reading: Reading,
    shape: str,
    parts: Parts,
    title: str,
    date: dt.date | None,
    name: str,
    span: Span,
) -> Digest:
    """The digest out of what the shape found, with all that is to be told about it."""
    front, problems = reading.front, reading.problems
    title = title or front.title or reading.title
    _say_missing(parts.items, title, problems)
    found_date = date or _date(reading, title, name, span)
    checks.check(parts.items, problems)
    _say_unknown_fields(reading)
    _say_unclaimed(reading)
    return Digest(
        shape=shape,
        title=clean(title),
        date=found_date,
        items=tuple(parts.items),
        intro=parts.intro,
        tail_title=parts.tail_title,
        tail_links=tuple(parts.tail_links),
        language=front.language,
        slug=front.slug,
        extra=_extra(reading, parts),
        problems=problems.sorted(),
        unclaimed_lines=tuple(reading.unclaimed()),
    )


def _find_title(sections: Sequence[Section], front: Front) -> Line | None:
    """The document's own heading: an H1 in front of all others."""
    headings = [section for section in sections if section.heading is not None]
    tops = [section for section in headings if section.level == 1]
    if not tops or tops[0] is not headings[0]:
        return None
    # Several H1 under a title in front matter are its sections.
    if front.title and len(tops) > 1 and tops[0].title != front.title:
        return None
    return tops[0].heading


def _holds_content(outline: Outline) -> bool:
    """Whether there is text, or at least a heading that is a link."""
    return any(
        line.kind not in EMPTY and line.kind is not Kind.HEADING for line in outline.lines
    ) or any("](" in section.title for section in outline.sections)


def _claim_references(reading: Reading, labels: Mapping[int, str]) -> None:
    """Claim the link definitions that are used; say once that there are others."""
    unused = []
    for number, label in labels.items():
        if label in reading.outline.used_references:
            reading.claimed.add(number)
        else:
            unused.append(number)
    if unused:
        reading.problems.note("reference-unused", {"count": len(unused)}, unused[0])


def _say_missing(items: Sequence[Item], title: str, problems: Problems) -> None:
    """Errors for what every issue needs: a title, items, and not too many of them."""
    if not title:
        problems.error("title-missing", line=1)
    if not items:
        problems.error("no-items")
    if len(items) > MOST_ITEMS:
        problems.error("too-many-items", {"count": len(items), "most": MOST_ITEMS})


def _say_unknown_fields(reading: Reading) -> None:
    for name, numbers in reading.unknown_fields.items():
        reading.problems.note("field-unknown", {"name": name, "count": len(numbers)}, numbers[0])


def _say_unclaimed(reading: Reading) -> None:
    for first, last in reading.unclaimed(known=False):
        params = {"first": first, "last": last, "count": last - first + 1}
        reading.problems.warn("unclaimed", params, first)


def _extra(reading: Reading, parts: Parts) -> dict[str, Any]:
    """Front matter, and the headings that became neither title nor category."""
    extra: dict[str, Any] = dict(reading.front.values)
    if reading.title and reading.front.title and reading.title != reading.front.title:
        extra["heading"] = reading.title
    used = {item.category for item in parts.items}
    outer = [name for name in reading.outer.values() if section_name(name) not in used]
    if outer:
        extra["sections"] = outer
    return extra


def _date(reading: Reading, title: str, name: str, span: Span) -> dt.date | None:
    """Front matter, then the title, then the heading or a line at the top, then the file's name."""
    line = reading.outline.title_line or 1
    places = [
        *reading.front.date_places,
        Place("title", title, line),
        Place("heading", reading.title if reading.title != title else "", line),
        *_lines_at_top(reading.outline),
        Place("file-name", name, line),
    ]
    return date_of_document(
        places, reading.problems, otherwise=reading.front.file_days, span=span, line=line
    )


def _lines_at_top(outline: Outline) -> list[Place]:
    """Short lines above the first item that may say a date: `> 2026-04-24`, `日期：…`.

    A heading among them counts when it is little more than a date, and ends the search.
    """
    found: list[Place] = []
    for line in outline.lines:
        if line.kind in EMPTY or line.number == outline.title_line:
            continue
        if line.kind is Kind.HEADING:
            if len(line.content) <= _LONGEST_DATE and read(line.content) != read(""):
                found.append(Place("heading", line.content, line.number))
            break
        if len(found) > 5:
            break
        if len(line.content) <= _LONGEST_DATE:
            found.append(Place("line", line.content, line.number))
    return found


def _refused(problems: Problems, text: str, front: Front | None = None) -> Digest:
    start = front.end if front is not None else 0
    lines = [n for n, line in enumerate(text.split("\n"), 1) if n > start and line.strip()]
    ranges: list[tuple[int, int]] = []
    for number in lines:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return Digest(
        shape=_NO_SHAPE,
        title=clean(front.title) if front else "",
        date=front.date if front else None,
        items=(),
        extra=dict(front.values) if front else {},
        problems=problems.sorted(),
        unclaimed_lines=tuple(ranges),
    )
