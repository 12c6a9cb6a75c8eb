"""What a parsed document is: plain frozen values, no models, no settings.

Texts are Markdown as the editor wrote them (labels removed, reference links resolved);
`newsletter.digest.markdown` turns them into safe HTML or plain text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["error", "warning", "note"]
Param = str | int | float


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to tell the editor: what it is and its values, not yet a sentence.

    `line` and `column` count from 1; 0 means the whole file. An error refuses the document, a
    warning asks to look, a note only informs. A code with several sentences has the parameter
    `case`, which says which one; dates are written as in ISO 8601. The sentences stand in
    `newsletter.importing.wording`, since they depend on the reader's language.
    """

    line: int
    column: int
    level: Level
    code: str
    params: Mapping[str, Param] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """A link with its label. An empty `url` is a source named without a link."""

    label: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Bullet:
    """One bullet: its lead phrase (may be empty), its text, and what is nested below it."""

    lead: str
    text: str
    children: tuple[Bullet, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of the digest. `line` is where its heading stands."""

    title: str
    line: int
    category: str = ""
    sources: tuple[Link, ...] = ()
    date: dt.date | None = None
    insight: str = ""
    bullets: tuple[Bullet, ...] = ()
    body: str = ""
    score: float | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Digest:
    """A whole document. `unclaimed_lines` are (first, last) ranges of lines no part holds.

    `shape` is the NAME of the shape it was read as; see `newsletter.digest.shapes`.
    """

    shape: str
    title: str
    date: dt.date | None
    items: tuple[Item, ...]
    intro: str = ""
    tail_title: str = ""
    tail_links: tuple[Link, ...] = ()
    language: str = ""
    slug: str = ""
    extra: Mapping[str, object] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    unclaimed_lines: tuple[tuple[int, int], ...] = ()

    @property
    def errors(self) -> list[Problem]:
        """The problems that refuse the import."""
        return [problem for problem in self.problems if problem.level == "error"]
