"""One labelled item: label lines set its fields, other lines go to the field that is open."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from ...bullets import read_bullets
from ...checks import check_sources
from ...dates import find_date
from ...inline import find_links, only_link, read_sources
from ...labels import Label, is_placeholder
from ...outline import Kind, Line, Section
from ...reading import Reading
from ...titles import item_title, section_name, title_of
from ...value import Item, Link
from .label_lines import TEXT_FIELDS, fields_of, fits_bullet, label_segments

_SCORE = re.compile(r"[-+]?\d+(?:\.\d+)?")
_STARS = re.compile(r"[★⭐🌟]")


def read_item(section: Section, reading: Reading, *, numbered: bool) -> Item:
    """The section as an item; with `numbered` its title loses its running number."""
    title = title_of(section, reading)
    assert section.heading is not None
    lines = _ItemLines(section, reading)
    lines.read()
    insight = reading.resolved("\n".join(lines.insight).strip())
    bullets = read_bullets(lines.list_lines, reading)
    summary = reading.resolved("\n".join(lines.summary_text).strip())
    body = reading.block(lines.body)
    if summary:
        body = f"{summary}\n\n{body}".strip()
    if not (insight or bullets or body):
        reading.problems.warn("item-empty", {"case": "item"}, section.heading.number)
    item = Item(
        title=item_title(title) if numbered else title,
        line=section.heading.number,
        category=lines.category or _category_above(section, reading),
        sources=tuple(lines.sources),
        date=lines.date,
        insight=insight,
        bullets=bullets,
        body=body,
        score=lines.score,
        extra=lines.extra,
    )
    # A source with an unsafe link was warned of already.
    if not any(line.number in reading.unsafe_lines for line in section.lines):
        check_sources(item, reading.problems)
    return item


def _category_above(section: Section, reading: Reading) -> str:
    """The heading the section stands under, as a category; empty when there is none."""
    for above in reversed(section.above):
        if above.heading is not None and above.heading.number != reading.outline.title_line:
            return section_name(above.title)
    return ""


@dataclass(slots=True)
class _ItemLines:
    """What the lines of one section say, while they are read one after the other."""

    section: Section
    reading: Reading
    category: str = ""
    sources: list[Link] = field(default_factory=list)
    date: dt.date | None = None
    score: float | None = None
    extra: dict[str, str] = field(default_factory=dict)
    insight: list[str] = field(default_factory=list)
    body: list[Line] = field(default_factory=list)
    list_lines: list[Line] = field(default_factory=list)
    summary_text: list[str] = field(default_factory=list)
    # All fields that labels of the section name, and those that were read so far.
    fields: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    # The field that takes the next line without a label; "bullets" and "body" are such, too.
    open: str = ""

    def read(self) -> None:
        """Take every line."""
        self.fields = fields_of(self.section, self.reading.outline.labels)
        in_quote = False
        before = Kind.BLANK
        for line in self.section.lines:
            if line.kind is Kind.RULE:
                self.open = ""
                in_quote = False
            elif line.kind is Kind.BLANK:
                in_quote = False
                self._blank(line)
            elif line.kind in {Kind.QUOTE, Kind.TEXT, Kind.BULLET} and self._label_line(line):
                in_quote = line.kind is Kind.QUOTE
                self.reading.claim(line)
            elif (
                line.kind is Kind.QUOTE and in_quote and self.open in {"source", "link", "related"}
            ):
                self._value(Label(self.open, "", line.content, True), line)
                self.reading.claim(line)
            elif line.kind is not Kind.DROPPED:
                self._other(line, before)
            before = line.kind

    def _blank(self, line: Line) -> None:
        if self.open == "insight":
            self.insight.append("")
        elif self.open == "bullets":
            self.list_lines.append(line)
        elif self.open == "summary":
            self.summary_text.append("")
        elif self.body:
            self.body.append(line)

    def _other(self, line: Line, before: Kind) -> None:
        """A line without a label; `before` is the kind of the line above it."""
        reading = self.reading
        summary_to_come = "summary" in self.fields and "summary" not in self.seen
        if self.open == "bullets" and (
            line.indent >= 2 or (before is not Kind.BLANK and line.kind in {Kind.TEXT, Kind.CODE})
        ):
            self.list_lines.append(line)
        elif (
            line.kind is Kind.BULLET
            and not (self.open == "insight" and summary_to_come)
            and (not self.body or "summary" in self.seen)
        ):
            self.open = "bullets"
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
        labels = self.reading.outline.labels
        if line.kind is Kind.BULLET:
            label = labels.match(line.content)
            if label is None or not label.field or not fits_bullet(label):
                return False
            self._value(label, line)
            self.open = "bullets" if self.list_lines else ""
            return True
        if line.indent >= 2 and self.open == "bullets":
            return False
        parts = label_segments(line, labels)
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
            if label.field in self.seen and label.field in TEXT_FIELDS | {
                "category",
                "date",
                "score",
            }:
                self.reading.problems.warn("field-twice", {"name": label.name}, line.number)
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
                self.reading.problems.warn("date-unreadable", {"value": value[:40]}, line.number)
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
