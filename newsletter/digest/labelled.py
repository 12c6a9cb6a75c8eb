"""Labelled items: a heading, label lines (分类, 来源, 核心洞察 …), bullets. The reference shape.

Labels stand in a quote, in bold, at the start of a line or side by side (`A：x · B：y`), before
or after the text, in any order. A heading over nothing but links is the tail.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from .checks import check_complete, check_sources
from .dates import find_date
from .labels import Label, is_placeholder
from .outline import Kind, Line, Section
from .reading import (
    Parts,
    Reading,
    is_numbered,
    item_title,
    read_bullets,
    section_name,
    title_of,
)
from .runs import find_links, holds_link, only_link, read_sources, segments, without_links
from .value import Bullet, Item, Link

# Fields that make a heading an item; a date or score alone may be a remark.
_TELLING = frozenset({"category", "source", "link", "insight", "summary"})
_TEXT = frozenset({"insight", "summary"})
_SCORE = re.compile(r"[-+]?\d+(?:\.\d+)?")
_STARS = re.compile(r"[★⭐🌟]")


def find_items(reading: Reading) -> list[Section]:
    """The sections that are items: those with a telling label of their own."""
    return [
        section
        for section in reading.sections
        if section.heading is not None
        and section.heading.number != reading.title_line
        and _fields_of(section, reading) & _TELLING
    ]


def evidence(reading: Reading) -> int:
    """How many items speak for this shape; 0 when labels are the exception."""
    items = find_items(reading)
    if not items:
        return 0
    leafs = [
        section
        for section in reading.sections
        if section.heading is not None
        and section.heading.number != reading.title_line
        and any(True for _line in section.content())
    ]
    if len(items) >= 3 or len(items) * 2 >= len(leafs):
        return len(items)
    # One proposal in full among others in brief: lists of bold labels everywhere.
    labelled = sum(
        1
        for section in leafs
        if any(
            (label := reading.labels.match(line.content)) is not None and label.bold
            for line in section.content()
            if line.kind in {Kind.BULLET, Kind.QUOTE}
        )
    )
    return len(items) if labelled * 2 >= len(leafs) else 0


def _fields_of(section: Section, reading: Reading) -> set[str]:
    found: set[str] = set()
    summary = False
    for line in section.content():
        if line.kind is Kind.CODE or (line.kind is Kind.BULLET and (summary or line.indent > 1)):
            continue
        for segment in _segments(line, reading):
            label = reading.labels.match(segment)
            if label is None or not label.field:
                continue
            if line.kind is Kind.BULLET and not _fits_bullet(label):
                continue
            found.add(label.field)
            summary = summary or label.field == "summary"
    return found


def _fits_bullet(label: Label) -> bool:
    """In a list, only a label whose value is a link: anything else could be a bullet's lead."""
    if label.field == "link" and only_link(label.value) is not None:
        return True
    return label.bold and label.field in {"source", "link"} and holds_link(label.value)


def _segments(line: Line, reading: Reading) -> list[str]:
    """A label line cut into its labelled parts; any other line whole."""
    if line.kind not in {Kind.QUOTE, Kind.TEXT}:
        return [line.content]
    parts = segments(line.content)
    if len(parts) == 1:
        return parts
    telling = sum(
        1 for part in parts if reading.labels.match(part) is not None or only_link(part) is not None
    )
    first = reading.labels.match(parts[0])
    if telling == 0 or (first is not None and first.field in _TEXT):
        return [line.content]
    if telling == len(parts) or (line.kind is Kind.QUOTE and first is None):
        return parts
    return parts if first is not None and telling >= 2 else [line.content]


def read(reading: Reading) -> Parts:
    """The items, the introduction before the first, the tail links."""
    parts = Parts([])
    items = find_items(reading)
    chosen = {id(section) for section in items}
    count = len(items)
    numbered = sum(is_numbered(section.title) for section in items) * 2 > count
    items_level = _item_levels(items, reading)
    intro: list[str] = []
    seen_item = False
    for section in reading.sections:
        if id(section) in chosen:
            seen_item = True
            parts.items.append(_Item(section, reading, numbered).read())
        elif _is_tail(section, reading):
            _read_tail(section, reading, parts)
        elif section.heading is None or section.heading.number == reading.title_line:
            intro.append(reading.block(section.lines))
        elif any(True for _line in section.content()):
            # Prose in front of the first item introduces the issue; later it is nobody's.
            if not seen_item and not _holds(section, chosen):
                intro.append(reading.section_block(section))
            elif _key(section) in items_level:
                seen_item = True
                parts.items.append(_Item(section, reading, numbered).read())
            elif count == 1 and parts.items:
                # A report on one thing: what follows belongs to it.
                only = parts.items[0]
                body = f"{only.body}\n\n{reading.section_block(section)}".strip()
                parts.items[0] = replace(only, body=body)
        elif _holds(section, chosen):
            reading.claim_section(section)
        elif seen_item or section.level > 1:
            reading.problems.warn(
                "item-empty",
                _("This heading has nothing below it. Write the item or take the heading out."),
                section.heading.number,
            )
    parts.intro = "\n\n".join(part for part in intro if part)
    check_complete(parts.items, reading.problems)
    return parts


def _holds(section: Section, chosen: set[int]) -> bool:
    return any(id(below) in chosen or _holds(below, chosen) for below in section.below)


def _key(section: Section) -> tuple[int, int]:
    """Sections under the same heading, at the same level, have the same key."""
    return section.level, id(section.above[-1]) if section.above else 0


def _item_levels(items: Sequence[Section], reading: Reading) -> set[tuple[int, int]]:
    """Keys of sections most of which are items: one without labels among them was cut or
    mistyped, and is an item too."""
    all_of = Counter(_key(section) for section in reading.sections)
    those = Counter(_key(section) for section in items)
    return {key for key, count in those.items() if count >= 2 and count * 2 > all_of[key]}


def _is_tail(section: Section, reading: Reading) -> bool:
    """Nothing but a list of links below its heading."""
    if section.heading is None or section.heading.number == reading.title_line:
        return False
    bullets = 0
    for line in section.content():
        if line.kind is Kind.BULLET and line.indent < 2:
            links = find_links(reading.resolved(line.content))
            if len(links) != 1 or len(without_links(line.content)) > 60:
                return False
            if (label := reading.labels.match(line.content)) is not None and label.bold:
                return False
            bullets += 1
        elif line.kind is not Kind.TEXT or line.indent < 2:
            return False
    return bullets > 0


def _read_tail(section: Section, reading: Reading, parts: Parts) -> None:
    assert section.heading is not None
    reading.claim(section.heading)
    if not parts.tail_title:
        parts.tail_title = section_name(section.title)
    for line in section.content():
        reading.claim(line)
        text = reading.resolved(line.content)
        links = find_links(text)
        if links:
            beside = without_links(text).strip(" -–—:：()（）")
            label = f"{links[0].label} {beside}".strip() if beside else links[0].label
            parts.tail_links.append(Link(label, links[0].url))
            if not links[0].url:
                reading.say_unsafe(line)
        elif parts.tail_links:
            last = parts.tail_links[-1]
            parts.tail_links[-1] = Link(f"{last.label} {text}", last.url)


@dataclass(slots=True)
class _Item:
    """One item on its way: label lines set fields, other lines go to the field that is open."""

    section: Section
    reading: Reading
    numbered: bool
    category: str = ""
    sources: list[Link] = field(default_factory=list)
    date: dt.date | None = None
    score: float | None = None
    extra: dict[str, str] = field(default_factory=dict)
    insight: list[str] = field(default_factory=list)
    body: list[Line] = field(default_factory=list)
    list_lines: list[Line] = field(default_factory=list)
    summary_text: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    open: str = ""
    late: list[Bullet] = field(default_factory=list)

    def read(self) -> Item:
        reading, section = self.reading, self.section
        title = title_of(section, reading)
        heading = section.heading
        assert heading is not None
        lines = section.lines
        fields = _fields_of(section, reading)
        has_summary = "summary" in fields
        in_quote = False
        for index, line in enumerate(lines):
            if line.kind is Kind.GONE:
                continue
            if line.kind is Kind.RULE:
                self.open = ""
                in_quote = False
                continue
            if line.kind is Kind.BLANK:
                in_quote = False
                self._blank(line)
                continue
            if line.kind in {Kind.QUOTE, Kind.TEXT, Kind.BULLET} and self._label_line(line):
                in_quote = line.kind is Kind.QUOTE
                reading.claim(line)
                continue
            if line.kind is Kind.QUOTE and in_quote and self.open in {"source", "link", "related"}:
                self._value(Label(self.open, "", line.content, True), line)
                reading.claim(line)
                continue
            self._other(line, has_summary, lines, index)
        insight = reading.resolved("\n".join(self.insight).strip())
        bullets = read_bullets(self.list_lines, reading)
        summary = reading.resolved("\n".join(self.summary_text).strip())
        body = reading.block(self.body)
        if summary:
            body = f"{summary}\n\n{body}".strip()
        if not self.category:
            self.category = next(
                (section_name(above.title) for above in reversed(section.above)
                 if above.heading is not None and above.heading.number != reading.title_line),
                "",
            )  # fmt: skip
        if not (insight or bullets or body):
            reading.problems.warn(
                "item-empty",
                _("This item has neither insight nor text. Was the file cut off?"),
                heading.number,
            )
        item = Item(
            title=item_title(title) if self.numbered else title,
            line=heading.number,
            category=self.category,
            sources=tuple(self.sources),
            date=self.date,
            insight=insight,
            bullets=bullets,
            body=body,
            score=self.score,
            extra=self.extra,
        )
        if not any(line.number in reading.unsafe_lines for line in lines):
            check_sources(item, reading.problems)
        return item

    def _blank(self, line: Line) -> None:
        if self.open == "insight":
            self.insight.append("")
        elif self.open == "bullets":
            self.list_lines.append(line)
        elif self.open == "summary":
            self.summary_text.append("")
        elif self.body:
            self.body.append(line)

    def _other(self, line: Line, has_summary: bool, lines: Sequence[Line], index: int) -> None:
        reading = self.reading
        nested = line.indent >= 2 and self.open == "bullets"
        if nested or (
            self.open == "bullets"
            and lines[index - 1].kind is not Kind.BLANK
            and line.kind in {Kind.TEXT, Kind.CODE}
        ):
            self.list_lines.append(line)
        elif (
            line.kind is Kind.BULLET
            and not (self.open == "insight" and has_summary and "summary" not in self.seen)
            and (not self.body or "summary" in self.seen)
        ):
            self.open = "bullets"
            self.list_lines.append(line)
        elif self.open == "bullets" and line.kind is Kind.CODE and line.indent >= 2:
            self.list_lines.append(line)
        elif self.open == "insight":
            self.insight.append(line.raw.rstrip())
            reading.claim(line)
        elif self.open == "summary":
            self.summary_text.append(line.raw.rstrip())
            reading.claim(line)
        else:
            self.open = "body"
            self.body.append(line)

    def _label_line(self, line: Line) -> bool:
        """Take a label line's values; False if the line is none."""
        if line.kind is Kind.BULLET and (self.open == "bullets" and "summary" in self.seen):
            return False
        labels = self.reading.labels
        if line.kind is Kind.BULLET:
            label = labels.match(line.content)
            if label is None or not label.field or not _fits_bullet(label):
                return False
            self._value(label, line)
            self.open = "bullets" if self.list_lines else ""
            return True
        if line.indent >= 2 and self.open == "bullets":
            return False
        parts = _segments(line, self.reading)
        if len(parts) == 1:
            label = labels.match(parts[0])
            if label is None:
                link = only_link(self.reading.resolved(line.content))
                if link is not None and is_placeholder(link.label) and line.kind is Kind.TEXT:
                    self._link(link, line)
                    return True
                return False
            if not label.field and line.kind is not Kind.QUOTE:
                return False
            if label.field in self.seen and label.field in _TEXT | {"category", "date", "score"}:
                self.reading.problems.warn(
                    "field-twice",
                    _("“%(name)s” stands twice in this item; the second was kept in the text.")
                    % {"name": label.name},
                    line.number,
                )
                return False
            self._value(label, line)
            return True
        for part in parts:
            label = labels.match(part)
            if label is not None:
                self._value(label, line)
                continue
            link = only_link(self.reading.resolved(part))
            if link is not None:
                self._link(link, line)
            elif re.match(r"\W*\*\*[^*]+\*\*\s*$", part):
                self.sources += read_sources(part)
            else:
                self.extra["note"] = f"{self.extra.get('note', '')} {part}".strip()
        self.open = ""
        return True

    def _link(self, link: Link, line: Line) -> None:
        """A link that may belong to the name before it."""
        if self.sources and not self.sources[-1].url and is_placeholder(link.label):
            self.sources[-1] = Link(self.sources[-1].label, link.url)
        else:
            self.sources.append(link)
        if not link.url:
            self.reading.say_unsafe(line)

    def _value(self, label: Label, line: Line) -> None:
        value = self.reading.resolved(label.value)
        name = label.field
        self.seen.add(name)
        self.open = name
        if name == "category":
            self.category = " ".join(value.strip("*_ ").split())
        elif name == "source":
            for link in read_sources(value):
                self.sources.append(link)
            if any(link.label and not link.url for link in find_links(value)):
                self.reading.say_unsafe(line)
        elif name == "link":
            for link in read_sources(value):
                if link.url:
                    self._link(link, line)
                else:
                    self.sources.append(link)
        elif name == "insight":
            if value:
                self.insight.append(label.value)
        elif name == "summary":
            if value:
                self.summary_text.append(label.value)
        elif name == "date":
            self.date = find_date(value)
            if self.date is None:
                self.reading.problems.warn(
                    "date-unreadable",
                    _("“%(value)s” is no date. Write it like 2025-10-10.") % {"value": value[:40]},
                    line.number,
                )
                self.extra["date"] = value
        elif name == "score":
            self._score(value)
        elif name:
            self.extra[name] = f"{self.extra.get(name, '')} {value}".strip()
        else:
            self.extra[label.name] = value
            self.reading.unknown_fields.setdefault(label.name, []).append(line.number)

    def _score(self, value: str) -> None:
        stars = len(_STARS.findall(value))
        number = _SCORE.search(value)
        if number:
            self.score = float(number.group())
        elif stars:
            self.score = float(stars)
        if value and not re.fullmatch(r"\W*[-+]?\d+(?:\.\d+)?\W*", value):
            self.extra["score"] = value
