"""Lists that count in a way Markdown does not know: `① …`, `#1 …`, `**1.** …`, `01 …`, `[1] …`.

What tells a count from a figure at the beginning of a line is that the next line of its kind has
the next number, and that each of them leads somewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .outline import EMPTY, Kind, Line

_LEAST, _IN_PART = 3, 2  # entries of a document, and of what stands between two headings
_LINK = re.compile(r"\]\(|\]\[|https?://", re.IGNORECASE)
_TEN = "\U0001f51f"  # the key of ten
# A form's name, and how a line of it begins; the first group is the number.
_FORMS = {
    "circled": re.compile(r"([\u2460-\u2473\u2776-\u2793])[ \t\u3000]*(?=\S)"),
    "keyed": re.compile(r"(\d(?=\ufe0f?\u20e3)|\U0001f51f)[\ufe0f\u20e3]*[ \t\u3000]*(?=\S)"),
    "hash": re.compile(r"[*_]{0,2}#[ \t]?(\d{1,3})[.:：、]?[*_]{0,2}[ \t\u3000]+(?=\S)"),
    "bold": re.compile(r"(?:\*\*|__)(\d{1,3})[.、)．:：]?(?:\*\*|__)[ \t\u3000]*(?=\S)"),
    "padded": re.compile(r"(0\d|[1-9]\d)[ \t\u3000]*(?:[|｜/—–·-][ \t]+|[ \t\u3000]+)(?=\S)"),
    "named": re.compile(
        r"(?:No\.|Nr\.|N[°º]|№)[ \t]?(\d{1,3})[.:：)]?[ \t\u3000]+(?=\S)", re.IGNORECASE
    ),
    "bracketed": re.compile(
        r"[\[【〔［(（][ \t]?(\d{1,3})[ \t]?[\]】〕］)）](?![(\[:])[ \t\u3000]*(?=\S)"
    ),
    "article": re.compile(r"第[ \t]?(\d{1,2})[ \t]?[条條則则篇][:：、.]?[ \t\u3000]*(?=\S)"),
}


# What any of them begins with; a document without is not looked through once a form.
_BEGINS = re.compile(
    r"[\u2460-\u2473\u2776-\u2793\U0001f51f\d]|[*_]{0,2}#|(?:\*\*|__)\d|[Nn№第]"
    r"|[\[【〔［(（][ \t]?\d"
)
_CITED = re.compile(
    r"\S[ \t]?\[\d{1,3}\]"
)  # a number in a text, which a list of references resolves


@dataclass(slots=True)
class _Entry:
    """A line that counts, and those below it up to the next of its form or a heading."""

    line: Line
    number: int
    text: str
    below: list[Line] = field(default_factory=list)

    def leads_anywhere(self) -> bool:
        return any(_LINK.search(text) for text in [self.text, *(one.content for one in self.below)])


def number_counted(lines: Sequence[Line]) -> None:
    """Make numbers of such lines; each form by itself, over all parts of the document."""
    if (
        sum(one.kind is Kind.TEXT and _BEGINS.match(one.content) is not None for one in lines)
        < _LEAST
    ):
        return
    cited = any(one.kind is not Kind.CODE and _CITED.search(one.content) for one in lines)
    for name, form in _FORMS.items():
        if name == "bracketed" and cited:
            continue
        runs = [run for part in _parts(lines) if (run := _run(part, form))]
        entries = [one for run in runs for one in run]
        linked = sum(one.leads_anywhere() for one in entries)
        if len(entries) >= _LEAST and linked * 10 >= len(entries) * 8:
            for one in entries:
                one.line.kind, one.line.mark = Kind.NUMBER, "."
                one.line.level, one.line.content = one.number, one.text


def _parts(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """What stands between headings."""
    part: list[Line] = []
    for line in lines:
        if line.kind is Kind.HEADING:
            yield part
            part = []
        elif line.kind not in EMPTY:
            part.append(line)
    yield part


def _run(part: Sequence[Line], form: re.Pattern[str]) -> list[_Entry]:
    """The entries of a part in this form, if they count up by one from what they begin with."""
    found: list[_Entry] = []
    for line in part:
        match = form.match(line.content) if line.kind is Kind.TEXT and line.indent < 4 else None
        if match is not None:
            found.append(_Entry(line, _value(match[1]), line.content[match.end() :]))
        elif found:
            found[-1].below.append(line)
    counts = all(one.number == found[0].number + place for place, one in enumerate(found))
    return found if len(found) >= _IN_PART and counts else []


def _value(sign: str) -> int:
    """The number of figures, of a circled one or of the key of ten."""
    if sign.isdecimal():
        return int(sign)
    return 10 if sign == _TEN else int(unicodedata.numeric(sign))
