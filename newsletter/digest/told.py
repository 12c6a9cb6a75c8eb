"""Lists whose entries have their text and their link at the margin, below a mark of their own.

`- Title`, or a sign and a title, then a paragraph, then its address, "Source: …" or "via …": to
Markdown these are a bullet and some text that belongs to nobody. Where every mark has exactly one
text with a link between it and the next, and that closes what is said, they are read as numbered
entries are, whose text stands at the margin, too. So are titles without any mark, where a link
alone closes each text and tells where the next begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .labels import Labels
from .outline import EMPTY, Kind, Line
from .pictured import mark_of
from .sources import link_line

_LEAST, _IN_PART = 3, 2  # entries of a document, and of what stands between two headings
_LONGEST = 160  # characters of a title
_LONGEST_NAME = 100  # of one without a mark
_LINK_BEGINS = ("http", "[", "<", "*", "_", "(", "（", "→", "🔗")
_TITLE_TEXT_LINK = 3  # paragraphs of an entry without a mark
_ENDS_SENTENCE = re.compile(r"[.。!！?？:：;；,，…][\W_]*$")
_LINK = re.compile(r"\]\(|\]\[|https?://", re.IGNORECASE)
_LISTED = frozenset({Kind.BULLET, Kind.NUMBER, Kind.CODE})


@dataclass(slots=True)
class _Entry:
    """A line with a mark, its words, and the paragraphs below it up to the next such line."""

    line: Line
    text: str
    below: list[list[Line]] = field(default_factory=list)

    def is_told(self) -> bool:
        """Whether one text below has a link, the closing one, and none stands in its own lines."""
        linked = [
            place
            for place, lines in enumerate(self.below)
            if any(_LINK.search(line.content) for line in lines)
        ]
        if not linked or self.below[0][0].number <= self.line.number + 1:
            return False
        return linked == [len(self.below) - 1]


def number_told(lines: Sequence[Line], labels: Labels) -> None:
    """Make numbers of such marks; each part between headings has one kind of them."""
    if sum(map(_may_end, lines)) >= _LEAST:
        _number([run for part in _parts(lines) if (run := _run(part, labels))])


def number_closed(lines: Sequence[Line]) -> None:
    """The same of titles without a mark, each above some text and a link alone."""
    if sum(map(_may_be_alone, lines)) >= _LEAST:
        _number([run for part in _parts(lines) if (run := _unmarked(part))])


def _number(runs: Sequence[Sequence[_Entry]]) -> None:
    if sum(map(len, runs)) < _LEAST:
        return
    for run in runs:
        for number, one in enumerate(run, 1):
            one.line.kind, one.line.mark = Kind.NUMBER, "."
            one.line.level, one.line.content, one.line.indent = number, one.text, 0


def _may_end(line: Line) -> bool:
    """Whether a line at the margin could be the one with the link of an entry."""
    return line.kind is Kind.TEXT and line.indent < 2 and _LINK.search(line.content) is not None


def _may_be_alone(line: Line) -> bool:
    return line.kind is Kind.TEXT and line.content.startswith(_LINK_BEGINS) and _may_end(line)


def _parts(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """What stands between headings and rules."""
    part: list[Line] = []
    for line in lines:
        if line.kind in {Kind.HEADING, Kind.RULE}:
            yield part
            part = []
        elif line.kind is not Kind.DROPPED:
            part.append(line)
    yield part


def _run(part: Sequence[Line], labels: Labels) -> list[_Entry]:
    """The entries of a part; none where a mark is no title, or a text has marks of its own."""
    found: list[_Entry] = []
    kind = ""
    blank = True
    for line in part:
        mark = _mark(line) if blank else ""
        if mark and (not kind or mark == kind):
            text = line.content if mark == "-" else line.content[len(mark) :].strip("\ufe0f \t")
            if not _is_title(text, labels):
                return []
            kind = mark
            found.append(_Entry(line, text))
        elif found and line.kind not in EMPTY:
            if line.kind in _LISTED or line.indent > 1:
                return []
            if blank:
                found[-1].below.append([])
            if not found[-1].below:
                return []
            found[-1].below[-1].append(line)
        elif line.kind in _LISTED:
            return []
        blank = line.kind in EMPTY
    return found if len(found) >= _IN_PART and all(one.is_told() for one in found) else []


def _unmarked(part: Sequence[Line]) -> list[_Entry]:
    """Entries of a title, some text and a link alone each; a text in front of the first greets."""
    if any(line.kind not in {Kind.TEXT, Kind.BLANK} or line.indent > 1 for line in part):
        return []
    told: list[list[list[Line]]] = [[]]
    for lines in _paragraphs(part):
        told[-1].append(lines)
        alone = len(lines) == 1 and _may_be_alone(lines[0])
        if alone and link_line(lines[0].content) is not None:
            told.append([])
    *entries, rest = told
    if rest or len(entries) < _IN_PART:
        return []
    least = min(map(len, entries))
    if len(entries[0]) > max(map(len, entries[1:])):
        del entries[0][0]
    if least < _TITLE_TEXT_LINK or not all(_is_name(one[0]) for one in entries):
        return []
    return [_Entry(one[0][0], one[0][0].content, one[1:]) for one in entries]


def _paragraphs(part: Sequence[Line]) -> Iterator[list[Line]]:
    found: list[Line] = []
    for line in part:
        if line.kind is not Kind.BLANK:
            found.append(line)
        elif found:
            yield found
            found = []
    if found:
        yield found


def _is_name(lines: Sequence[Line]) -> bool:
    """Whether a paragraph is one short line that is no sentence, and no field or list."""
    text = lines[0].content
    if len(lines) > 1 or len(text) > _LONGEST_NAME or _LINK.search(text):
        return False
    return _ENDS_SENTENCE.search(text) is None and not text.startswith(("|", "<", "!["))


def _mark(line: Line) -> str:
    """The mark a line begins with: `-` for any bullet, or its sign."""
    if line.kind is Kind.BULLET and line.indent < 2:
        return "-"
    return mark_of(line.content) if line.kind is Kind.TEXT and line.indent < 2 else ""


def _is_title(text: str, labels: Labels) -> bool:
    """Whether these words can be a title: short, without a link, no field, above no list."""
    if not text or len(text) > _LONGEST or _LINK.search(text):
        return False
    label = labels.match(text)
    return (label is None or not label.field) and not text.rstrip("*_ ").endswith((":", "："))
