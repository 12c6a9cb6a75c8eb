"""Text in, Digest out: clears what is no content, chooses the shape, reads, checks."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from . import checks, document, headlines, labelled, link_list, numbered
from .cleaning import clear
from .dates import date_of_name, find_date
from .decoding import normal_lines
from .front import Front, read_front
from .labels import labels_for
from .markdown import clean
from .outline import Kind, read_lines, read_sections
from .problems import Problems
from .reading import Parts, Reading, section_name
from .value import Digest, Shape

LONGEST_LINE = 100_000  # characters; the longest real one seen has 9,000.
LONGEST_TEXT = 4_000_000
MOST_LINES = 20_000  # the longest real one seen has about 5,000.
MOST_ITEMS = 2_000
_MOST_BRACKETS = 2_000  # in one paragraph: inline parsing of brackets is worse than linear.
_DEEPEST = 40  # quote marks or list marks in front of one line.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_NESTED = re.compile(rf"[ \t]*(?:(?:>|[-*+]|\d{{1,9}}[.)])[ \t]*){{{_DEEPEST + 1}}}")
_HEAPED = re.compile(r"([\[\](){}<>*_~`\"'|])\1{499}")
_INDENTED = re.compile(r"[ \t]{200,}(?:[-*+>]|\d{1,9}[.)])")
_TAGS = re.compile(r"<[A-Za-z/]")
_JSON = re.compile(r"\s*[{\[]\s*[\"{\]}]")

_NO_TEXT = {Kind.BLANK, Kind.RULE, Kind.GONE, Kind.HEADING}
_SHORT = 40  # characters of a whole document; less is a test or a stub.

_READERS: Mapping[Shape, Callable[[Reading], Parts]] = {
    "labelled": labelled.read,
    "numbered": numbered.read,
    "links": link_list.read,
    "headlines": headlines.read,
    "document": document.read,
}


def parse(
    text: str,
    *,
    name: str = "",
    shape: str = "auto",
    labels: Mapping[str, object] | None = None,
    title: str = "",
    date: dt.date | None = None,
) -> Digest:
    """Read a document; never raises. Its `errors` say whether it may be imported.

    `name` is the file's name or path: a date in it counts when the text has none. `labels` are a
    publication's own field names. `shape` other than "auto" forces one. `title` and `date` are an
    editor's answers; they win over what the file says.
    """
    problems = Problems()
    if len(text) > LONGEST_TEXT:
        problems.error(
            "too-large",
            _("The text has %(size)d characters; the most is %(most)d. Divide it.")
            % {"size": len(text), "most": LONGEST_TEXT},
        )
        return _refused(problems, "")
    text = normal_lines(text)
    if _hostile(text, problems):
        return _refused(problems, text)
    source = text.split("\n")
    front = read_front(source, problems)
    cleaned = clear(source, front.end, problems)
    lines = read_lines(cleaned.lines[front.end :], front.end + 1, cleaned.gone)
    reading = Reading(
        lines=lines,
        sections=read_sections(lines),
        front=front,
        labels=labels_for(labels),
        problems=problems,
        references=cleaned.references,
    )
    _find_title(reading)
    content = [line for line in lines if line.kind not in _NO_TEXT]
    if not content and not _has_linked_heading(reading):
        problems.error("empty", _("The file holds no text below its header and headings."))
        return _refused(problems, text, front)
    chosen = next((known for known in _READERS if known == shape), None) or choose(reading)
    parts = _READERS[chosen](reading)
    _claim_references(reading, cleaned.reference_lines)
    return _digest(reading, chosen, parts, title or _title(reading), date, name)


def _claim_references(reading: Reading, labels: Mapping[int, str]) -> None:
    """The definitions a text used have found their place; the others are said once."""
    unused = []
    for number, label in labels.items():
        if label in reading.used_references:
            reading.claimed.add(number)
        else:
            unused.append(number)
    if unused:
        reading.problems.note(
            "reference-unused",
            ngettext(
                "This link definition is used nowhere.",
                "%(count)d link definitions are used nowhere; this is the first.",
                len(unused),
            )
            % {"count": len(unused)},
            unused[0],
        )


def choose(reading: Reading) -> Shape:
    """The shape the evidence speaks for; the surest marks are asked for first."""
    if labelled.evidence(reading):
        return "labelled"
    entries = numbered.evidence(reading)
    links = link_list.evidence(reading)
    if entries >= max(2, links):
        return "numbered"
    heads = headlines.evidence(reading)
    if heads > links or (heads and headlines.has_index(reading)):
        return "headlines"
    return "links" if links else "document"


def _has_linked_heading(reading: Reading) -> bool:
    return any("](" in section.title for section in reading.sections)


def _title(reading: Reading) -> str:
    return reading.front.title or reading.title


def _find_title(reading: Reading) -> None:
    """The document's own heading: an H1 in front of all others."""
    headings = [section for section in reading.sections if section.heading is not None]
    tops = [section for section in headings if section.level == 1]
    if not tops or tops[0] is not headings[0]:
        return
    first = tops[0]
    same = first.title == reading.front.title
    # Several H1 under a title in front matter are its sections.
    if reading.front.title and len(tops) > 1 and not same:
        return
    assert first.heading is not None
    reading.title = first.title
    reading.title_line = first.heading.number
    reading.claim(first.heading)


def _digest(
    reading: Reading,
    shape: Shape,
    parts: Parts,
    title: str,
    answered: dt.date | None,
    name: str,
) -> Digest:
    problems = reading.problems
    if not title:
        problems.error(
            "title-missing",
            _("The file has no title. Write one in its first line: “# Title - 2025-10-10”."),
            1,
        )
    date = answered or _date(reading, title, name)
    if not parts.items:
        problems.error(
            "no-items",
            _("No item was found. An item is a heading with text below it."),
        )
    if len(parts.items) > MOST_ITEMS:
        problems.error(
            "too-many-items",
            _("The file has %(count)d items; the most is %(most)d. Divide it.")
            % {"count": len(parts.items), "most": MOST_ITEMS},
        )
    if shape == "document" and parts.items and len(parts.items[0].body) < _SHORT:
        problems.warn(
            "short",
            _("The whole text has fewer than %(least)d characters. Is this a test?")
            % {"least": _SHORT},
            parts.items[0].line,
        )
    checks.check(parts.items, problems)
    for field, numbers in reading.unknown_fields.items():
        problems.note(
            "field-unknown",
            ngettext(
                "“%(name)s” is no field we know; it was kept beside the item. Its name can be "
                "added to the publication's labels.",
                "“%(name)s” (%(count)d times) is no field we know; it was kept beside the items. "
                "Its name can be added to the publication's labels.",
                len(numbers),
            )
            % {"name": field, "count": len(numbers)},
            numbers[0],
        )
    unclaimed = reading.unclaimed()
    _say_unclaimed(reading)
    extra = dict(reading.front.values)
    if reading.title and reading.front.title and reading.title != reading.front.title:
        extra["heading"] = reading.title
    used = {item.category for item in parts.items}
    outer = [name for name in reading.outer.values() if section_name(name) not in used]
    if outer:
        extra["sections"] = outer
    return Digest(
        shape=shape,
        title=clean(title),
        date=date,
        items=tuple(parts.items),
        intro=parts.intro,
        tail_title=parts.tail_title,
        tail_links=tuple(parts.tail_links),
        language=reading.front.language,
        slug=reading.front.slug,
        extra=extra,
        problems=problems.sorted(),
        unclaimed_lines=tuple(unclaimed),
    )


def _date(reading: Reading, title: str, name: str) -> dt.date | None:
    """Front matter, then the title, then a line of its own at the top, then the file's name."""
    problems = reading.problems
    of_title = find_date(title)
    of_name = date_of_name(name) if name else None
    date = reading.front.date or of_title or _date_line(reading) or of_name
    if date is None:
        problems.error(
            "date-missing",
            _("No date was found in the title, the header or the file's name. Add one: "
              "“# Title - 2025-10-10”."),
            reading.title_line or 1,
        )  # fmt: skip
        return None
    for other, where in ((of_title, _("the title")), (of_name, _("the file's name"))):
        if other is not None and other != date:
            problems.warn(
                "date-differs",
                _("The issue is dated %(date)s, but %(where)s says %(other)s.")
                % {"date": date, "where": where, "other": other},
                reading.title_line or 1,
            )
    return date


def _date_line(reading: Reading) -> dt.date | None:
    """A short line with a date above the first item: `> 2026-04-24`, `日期：…`."""
    seen = 0
    for line in reading.lines:
        if line.kind in {Kind.BLANK, Kind.RULE, Kind.GONE} or line.number == reading.title_line:
            continue
        if line.kind is Kind.HEADING or seen > 5:
            return None
        seen += 1
        if len(line.content) <= 40 and (date := find_date(line.content)):
            return date
    return None


def _say_unclaimed(reading: Reading) -> None:
    for first, last in reading.unclaimed(known=False):
        reading.problems.warn(
            "unclaimed",
            ngettext(
                "Line %(first)d belongs to no item and was left out. Put it under an item's "
                "heading, or in front of the first item.",
                "Lines %(first)d to %(last)d belong to no item and were left out. Put them under "
                "an item's heading, or in front of the first item.",
                last - first + 1,
            )
            % {"first": first, "last": last},
            first,
        )


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
        shape="document",
        title=clean(front.title) if front else "",
        date=front.date if front else None,
        items=(),
        extra=dict(front.values) if front else {},
        problems=problems.sorted(),
        unclaimed_lines=tuple(ranges),
    )


def _hostile(text: str, problems: Problems) -> bool:
    """Refuse what no person wrote, before anything that could be slow looks at it."""
    bad = _CONTROL.search(text)
    if bad:
        place = text.count("\n", 0, bad.start()) + 1
        column = bad.start() - text.rfind("\n", 0, bad.start())
        problems.error(
            "control-character",
            _("There is a character here that is no text (U+%(code)04X). Delete it.")
            % {"code": ord(bad.group())},
            place,
            column,
        )
        return True
    if _JSON.match(text) and text.rstrip()[-1:] in "}]":
        problems.error(
            "json",
            _("The file is JSON, not Markdown. Save the text inside it as a file of its own."),
            1,
        )
        return True
    if text.count("\n") > MOST_LINES:
        problems.error(
            "too-large",
            _("The file has more than %(most)d lines. Divide it.") % {"most": MOST_LINES},
        )
        return True
    brackets = 0
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LONGEST_LINE:
            problems.error(
                "line-too-long",
                _("This line has %(size)d characters; the most is %(most)d.")
                % {"size": len(line), "most": LONGEST_LINE},
                number,
            )
        elif _deep(line):
            problems.error("nesting", _("This line is nested too deeply."), number)
        else:
            stripped = line.lstrip()
            if not stripped or stripped[0] in "-*+#>|" or stripped[0].isdigit():
                brackets = 0
            brackets += line.count("[") + (len(_TAGS.findall(line)) if "<" in line else 0)
            if brackets <= _MOST_BRACKETS:
                continue
            problems.error(
                "nesting", _("There are too many brackets or tags in one paragraph."), number
            )
        return True
    return False


def _deep(line: str) -> bool:
    """Marks heaped up as no person does; a rule of any length is none."""
    if len(line) < _DEEPEST or set(line) <= set("-*_=~` \t"):
        return False
    return bool(
        _NESTED.match(line) or _INDENTED.match(line) or (len(line) >= 500 and _HEAPED.search(line))
    )
