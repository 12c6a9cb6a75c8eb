"""Text in, Digest out: takes out what is no content, chooses the shape, reads, checks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from . import checks, limits, shapes
from .assembling import Assembled, assemble, assemble_whole, count_numbers, main_shape
from .cleaning import Cleaned, clear
from .contents import Contents, find_contents, plain
from .counted import number_counted
from .dates import Place, Span, date_of_document, read
from .decoding import normal_lines
from .division import Division
from .document_title import find_second_title, find_title, promote_title
from .drawn import promote_drawn, promote_groups
from .field_tables import spread_fields
from .front import Front, read_front
from .front_links import links_in_front
from .html import to_markdown
from .keys import ONE_PIECE
from .labels import labels_for
from .layout import EMPTY as EMPTY_LAYOUT
from .layout import Layout
from .levels import mend_levels
from .likeness import recurring
from .markdown import clean
from .names import language_of
from .opening import Questions, ask
from .outline import (
    EMPTY,
    Kind,
    Line,
    Outline,
    Section,
    demote_fields,
    read_lines,
    read_sections,
)
from .pictured import promote_pictured
from .problems import Problems
from .reading import Parts, Reading
from .silence import find_silence
from .titles import category_name, section_category, title_text
from .told import number_closed, number_told
from .value import Digest, Item
from .whereabouts import recurring_links
from .written import is_written, read_markdown

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
    layout: Layout | None = None,
    confirmed: frozenset[str] = frozenset(),
    span: Span = "ask",
) -> Digest:
    """Read a document; never raises. Its `errors` say whether it may be imported.

    `name` is the file's name or path: a date in it counts when the text has none. `labels` are a
    publication's own field names. `shape` is the NAME of a shape; with "auto", or a name no shape
    has, the evidence decides. `title` and `date` are an editor's answers; they win over what the
    file says. `layout` holds the publication's earlier decisions about parts like those of this
    document, `confirmed` the codes of doubts that a person said are right. A span of days in place
    of a date is asked about, or with `span` "last" its last day is taken.
    """
    digest, _reading = account(
        text,
        name=name,
        shape=shape,
        labels=labels,
        title=title,
        date=date,
        layout=layout,
        confirmed=confirmed,
        span=span,
    )
    return digest


def account(
    text: str,
    *,
    name: str = "",
    shape: str = shapes.AUTO,
    labels: Mapping[str, object] | None = None,
    title: str = "",
    date: dt.date | None = None,
    layout: Layout | None = None,
    confirmed: frozenset[str] = frozenset(),
    span: Span = "ask",
) -> tuple[Digest, Reading | None]:
    """`parse`, and the account of who owns which line; None when the text was refused unread."""
    problems = Problems()
    if limits.too_long(text, problems):
        return _refused(problems), None
    text = limits.without_control(normal_lines(text), problems)
    if limits.undecided(text, problems):
        return _refused(problems), None
    if is_written(text) and not problems.refused():
        digest = read_markdown(text, title, date)
        return replace(digest, problems=(*problems.sorted(), *digest.problems)), None
    if problems.refused() or limits.hostile(text, problems):
        return _refused(problems), None
    source = text.split("\n")
    front = read_front(source, problems)
    cleaned = clear(source, front.end, problems)
    outline, heading, again = _outline(cleaned, front, labels)
    if not _holds_content(outline):
        problems.error("empty")
        return _refused(problems, front), None
    if silent := find_silence(outline):
        problems.error("no-items", {"case": "said"}, silent)
        return _refused(problems, front), None
    reading = Reading(outline, front, problems)
    if heading is not None:
        reading.title = title_text(reading.resolved(heading.content))
        reading.claim(heading)
    if again is not None:
        reading.outer[again.number] = again.content
    decided = layout or EMPTY_LAYOUT
    assembled = _read(reading, decided, shapes.find(shape))
    _claim_references(reading, cleaned.reference_lines)
    questions = ask(assembled, reading, decided)
    digest = _digest(reading, assembled, questions, title, date, name, span)
    return checks.doubts(digest, outline, confirmed), reading


def _outline(
    cleaned: Cleaned, front: Front, labels: Mapping[str, object] | None
) -> tuple[Outline, Line | None, Line | None]:
    """The lines and sections below the front matter, the heading that is the title, and one that
    only says it again."""
    made, marks = to_markdown(cleaned.lines, front.end)
    lines = read_lines(made[front.end :], front.end + 1, cleaned.dropped | marks)
    known = labels_for(labels)
    demote_fields(lines, known)
    spread_fields(lines, known)
    number_counted(lines)
    promote_pictured(lines, known)
    number_told(lines, known)
    promote_drawn(lines, cleaned.references)
    promote_groups(lines)
    number_closed(lines)
    promote_title(lines, front)
    mend_levels(lines)
    sections = read_sections(lines)
    heading = find_title(sections, front, known)
    number = heading.number if heading is not None else 0
    again = find_second_title(sections, front, heading)
    if again is not None:
        again.kind = Kind.DROPPED
        sections = read_sections(lines)
    outline = Outline(lines, sections, known, cleaned.references, number)
    return outline, heading, again


def _read(reading: Reading, layout: Layout, forced: shapes.Shape | None) -> Assembled:
    """Divide the document and read each part; as one piece, if it is that."""
    document = shapes.find("document")
    assert document is not None
    contents = find_contents(reading.outline.sections, reading)
    reading.outline = replace(
        reading.outline,
        recurring=recurring(reading.outline),
        recurring_links=recurring_links(reading.outline),
    )
    division = Division(reading, contents, layout, forced)
    plans = division.plans()
    if division.is_one_piece(plans):
        said = shapes.find(layout.shapes.get(ONE_PIECE, ""))
        if forced is not None or said is None:
            return assemble_whole(forced or document, reading)
        plans = Division(reading, contents, layout, said).plans()
    count_numbers(plans, reading)
    reading.category_of = partial(_category, contents, reading)
    return assemble(plans, reading)


def _category(contents: Contents, reading: Reading, section: Section, titled: Section) -> str:
    """The group its title has in a table of contents, else the heading above."""
    grouped = contents.groups.get(plain(titled.title), "")
    return grouped or section_category(section, reading, own=False)


def _digest(
    reading: Reading,
    assembled: Assembled,
    questions: Questions,
    title: str,
    date: dt.date | None,
    name: str,
    span: Span,
) -> Digest:
    """The digest out of what was read, with all that is to be told about it."""
    front, problems = reading.front, reading.problems
    parts = assembled.parts
    title = title or front.title or reading.title
    _say_missing(parts.items, title, problems)
    found_date = date or _date(reading, title, name, span)
    checks.check(parts.items, problems)
    _say_unknown_fields(reading)
    return Digest(
        shape=main_shape(assembled.sections),
        title=clean(title),
        date=found_date,
        items=tuple(parts.items),
        intro=parts.intro,
        tail_title=parts.tail_title,
        tail_links=(*parts.tail_links, *links_in_front(front, parts.items)),
        language=front.language or language_of(name),
        slug=front.slug,
        extra=_extra(reading, parts),
        problems=problems.sorted(),
        sections=tuple(assembled.sections),
        open=tuple(questions.open),
        decided=tuple(questions.decided),
    )


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


def _extra(reading: Reading, parts: Parts) -> dict[str, Any]:
    """Front matter, and the headings that became neither title nor category."""
    extra: dict[str, Any] = dict(reading.front.values)
    if reading.title and reading.front.title and reading.title != reading.front.title:
        extra["heading"] = reading.title
    used = {item.category for item in parts.items}
    outer = [
        name
        for line, name in reading.outer.items()
        if category_name(name, numbered=line in reading.numbered_sections) not in used
    ]
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
        text = line.raw.strip() if line.kind is Kind.NUMBER else line.content  # "2. bis 6. März"
        if len(text) <= _LONGEST_DATE:
            found.append(Place("line", text, line.number))
    return found


def _refused(problems: Problems, front: Front | None = None) -> Digest:
    return Digest(
        shape=_NO_SHAPE,
        title=clean(front.title) if front else "",
        date=front.date if front else None,
        items=(),
        extra=dict(front.values) if front else {},
        problems=problems.sorted(),
    )
