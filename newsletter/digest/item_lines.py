"""What the lines of an item say: labels and facts set its fields, other lines are its text."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from .citations import cited, listed_sources
from .dates import find_date
from .edges import edge_lines, is_only_bullet
from .facts import (
    facts_of,
    is_count,
    read_authors,
    read_score,
    read_tags,
    split_badge,
    split_tags,
    tag_page,
)
from .inline import columns, find_links, holds_link, only_link, read_sources, unescaped
from .item_ends import links_below, named_at_end, only_line_of_links
from .label_lines import (
    TEXT_FIELDS,
    cut_facts,
    facts_lines,
    fields_of,
    fits_bullet,
    label_segments,
    unknown_fact,
)
from .labels import Label, is_placeholder
from .outline import Kind, Line, Section
from .reading import Reading
from .sources import (
    is_address,
    link_line,
    links_line,
    named,
    paired,
    same_words,
)
from .titles import item_title, split_linked_title
from .value import Link
from .whereabouts import take_places

_LONGEST_VALUE = 80  # columns of a fact that no vocabulary knows; more is a text
# Fields an item without telling labels takes out of its text.
_PLAIN = frozenset({"author", "tags", "score", "date", "source", "link", "category"})
_RUNNING = re.compile(r"(?<!\s)\s*+`?#\d+`?\s*$")


@dataclass(slots=True)
class ItemLines:
    """What the lines of one section say, while they are read one after the other."""

    section: Section
    reading: Reading
    labelled: bool
    title: str = ""
    category: str = ""
    sources: list[Link] = field(default_factory=list)
    date: dt.date | None = None
    score: float | None = None
    tags: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    extra: dict[str, str] = field(default_factory=dict)
    # The line each field was read from, by its name.
    places: dict[str, int] = field(default_factory=dict)
    insight: list[str] = field(default_factory=list)
    body: list[Line] = field(default_factory=list)
    list_lines: list[Line] = field(default_factory=list)
    summary_text: list[str] = field(default_factory=list)
    # All fields that labels of the section name, and those that were read so far.
    fields: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    # Bullets that are facts, and lines that are a link at the beginning or end of the text.
    facts: frozenset[int] = frozenset()
    edges: frozenset[int] = frozenset()
    # The field that takes the next line without a label; "bullets" and "body" are such, too.
    open: str = ""

    def read_title(self) -> str:
        """Take link, score and running number out of the title; returns what else it says."""
        heading = self.section.heading
        if heading is not None and heading.number in self.reading.numbered_titles:
            self.title = item_title(self.title)
        self.title, self.score, badge = split_badge(self.title)
        if badge and not re.fullmatch(r"\W*\d+(?:\.\d+)?\W*", badge):
            self.extra["score"] = badge
        rest = ""
        if self.reading.tagged:
            self.title, found = split_tags(self.title)
            self.tags += found
        if holds_link(self.title):
            self.title, source, rest = split_linked_title(self.title)
            if source is not None:
                self.sources.append(source)
        self.title = unescaped(_RUNNING.sub("", self.title) or self.title)
        return rest if re.search(r"[^\W\d_]", rest) else ""

    def read(self) -> None:
        """Take every line."""
        labels = self.reading.outline.labels
        self.fields = fields_of(self.section, labels)
        self.facts = facts_lines(self.section, labels)
        self.edges = edge_lines(self.section, self.facts)
        in_quote = False
        before = Kind.BLANK
        for line in self.section.lines:
            if line.kind is Kind.RULE:
                self.open = ""
                in_quote = False
                if self.body:
                    self.body.append(line)
            elif line.kind is Kind.BLANK or (before is Kind.QUOTE and line.kind is Kind.DROPPED):
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
        self.sources += take_places(self.section, self.body, self.reading)
        number = 0
        if self.labelled and not any(link.url for link in self.sources):
            self.sources, number = links_below(self.body, self.sources, self.reading)
        if not self.sources:
            self.sources, number = named_at_end(self.body, self.reading)
        if not self.sources and not self.labelled:
            self.sources, number = only_line_of_links(self.body, self.reading)
        if number:
            self.places.setdefault("source", number)
        if not self.sources:
            self.sources += cited(self.body, self.reading)

    def _blank(self, line: Line) -> None:
        if self.open == "insight":
            # The insight ends with its paragraph, unless the label of the summary is still to come.
            if "summary" in self.fields and "summary" not in self.seen:
                self.insight.append("")
            elif self.insight:
                self.open = ""
        elif self.open == "bullets":
            self.list_lines.append(line)
        elif self.open == "summary":
            self.summary_text.append("")
        elif self.body:
            self.body.append(line)

    def _other(self, line: Line, before: Kind) -> None:
        """A line without a label; `before` is the kind of the line above it."""
        reading = self.reading
        if self.open == "source" and (listed := listed_sources(line, reading)):
            self.sources += listed
            reading.claim(line)
            return
        summary_to_come = "summary" in self.fields and "summary" not in self.seen
        if self.open == "bullets" and (
            line.indent >= 2 or (before is not Kind.BLANK and line.kind in {Kind.TEXT, Kind.CODE})
        ):
            self.list_lines.append(line)
        elif (
            self.labelled
            and line.kind is Kind.BULLET
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
        labels = self.reading.outline.labels
        if self._links_at_edge(line):
            return True
        if line.kind is Kind.BULLET:
            return self._label_bullet(line)
        if (line.indent >= 2 and self.open == "bullets") or line.content.startswith("|"):
            return False
        parts = label_segments(line, labels)
        if len(parts) == 1:
            return self._label_alone(parts[0], line)
        named_link = any(
            (link := only_link(part)) is not None and is_placeholder(link.label) for part in parts
        )
        if not named_link and not any(self._takes(labels.match(part), line) for part in parts):
            return False
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
            elif self.date is None and (day := find_date(part)) is not None:
                self.date = day
            else:
                self.extra["note"] = f"{self.extra.get('note', '')} {part}".strip()
        self.open = ""
        return True

    def _label_bullet(self, line: Line) -> bool:
        labels = self.reading.outline.labels
        if line.number in self.facts:
            for fact in cut_facts(line.content):
                told = labels.match(fact) or unknown_fact(fact)
                if not told.field and columns(told.value) > _LONGEST_VALUE:
                    self.body.append(line)  # A text, whatever it is called.
                    break
                self._value(told, line)
            self.open = ""
            return True
        if tag := tag_page(line.content):
            self.tags.append(tag)
            return True
        label = labels.match(line.content)
        if self.open == "bullets" and "summary" in self.seen:
            return False
        if label is None or not label.field or not fits_bullet(label):
            return False
        self._value(label, line)
        self.open = "bullets" if self.list_lines else ""
        return True

    def _label_alone(self, text: str, line: Line) -> bool:
        label = self.reading.outline.labels.match(text)
        if label is None:
            return self._link_alone(line) or self._fact_line(line)
        if not self._takes(label, line):
            return False
        if label.field in self.seen and label.field in TEXT_FIELDS | {"category", "date", "score"}:
            self.reading.problems.warn("field-twice", {"name": label.name}, line.number)
            return False
        self._value(label, line)
        return True

    def _takes(self, label: Label | None, line: Line) -> bool:
        if label is None:
            return False
        if not self.labelled:
            return label.field in _PLAIN
        return bool(label.field) or line.kind is Kind.QUOTE

    def _link_alone(self, line: Line) -> bool:
        """A line that is only a link: the source, when it names nobody or stands at an edge."""
        if line.kind is not Kind.TEXT or "![" in line.content:
            return False
        link = link_line(self.reading.resolved(line.content))
        if link is None:
            return False
        placeholder = is_placeholder(link.label)
        if self.labelled and not placeholder:
            return False
        known = any(link.url == one.url for one in self.sources)
        if not (placeholder or known or is_address(link) or same_words(link.label, self.title)):
            if line.number not in self.edges or self.sources:
                return False
        elif is_address(link) and not known and self.sources and line.number not in self.edges:
            return False
        if not link.url:
            self.reading.say_unsafe(line)
        elif self.labelled:
            self._link(link, line)
        elif not known:
            self.sources.append(named(link))
            self.places.setdefault("source", line.number)
        return True

    def _links_at_edge(self, line: Line) -> bool:
        """A first or last line that is only links, side by side: all of them are sources.

        So is the link of a bullet that has no others beside it.
        """
        if self.labelled or self.sources or line.number not in self.edges:
            return False
        text = self.reading.resolved(line.content)
        if line.kind is Kind.BULLET and is_only_bullet(self.section, line):
            link = link_line(text)
            links = [link] if link is not None and link.url else []
        elif line.kind is Kind.TEXT:
            links = links_line(text)
        else:
            return False
        self.sources += [named(link) for link in links]
        if links:
            self.places.setdefault("source", line.number)
        return bool(links)

    def _fact_line(self, line: Line) -> bool:
        """`hackernews · alice · 2 Aug · [discussion](…)`."""
        if line.kind is not Kind.TEXT:
            return False
        found = facts_of(self.reading.resolved(line.content))
        for name, value in found:
            if isinstance(value, Link):
                self.sources.append(value)
            elif name == "source":
                self.sources.append(Link(value.strip(" *_")))
            elif name == "author":
                self.authors += read_authors(value)
            elif name == "date" and self.date is None and (day := find_date(value)):
                self.date = day
            else:
                self.extra[name] = f"{self.extra.get(name, '')} {value}".strip()
        return bool(found)

    def _link(self, link: Link, line: Line) -> None:
        """A link that may belong to the name before it."""
        self.places.setdefault("source", line.number)
        nameless = is_placeholder(link.label) or is_address(link)
        if self.sources and not self.sources[-1].url and nameless:
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
        self.places.setdefault(name or label.name, line.number)
        if name == "category":
            self.category = " ".join(value.strip("*_ ").split())
        elif name == "source":
            for link in paired(read_sources(value)):
                if not link.url and is_count(link.label):
                    self.extra["note"] = f"{self.extra.get('note', '')} {link.label}".strip()
                else:
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
        elif name == "tags":
            self.tags += read_tags(value)
        elif name == "author":
            self.authors += read_authors(value)
        elif name:
            self.extra[name] = f"{self.extra.get(name, '')} {value}".strip()
        else:
            self.extra[label.name] = value
            self.reading.unknown_fields.setdefault(label.name, []).append(line.number)

    def _score(self, value: str) -> None:
        self.score = read_score(value)
        if value and not re.fullmatch(r"\W*[-+]?\d+(?:\.\d+)?\W*", value):
            self.extra["score"] = value
