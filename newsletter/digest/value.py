"""What a parsed document is: plain frozen values, no models, no settings.

Texts are Markdown as the editor wrote them (labels removed, reference links resolved);
`newsletter.digest.markdown` turns them into safe HTML or plain text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .layout import Role

Level = Literal["error", "warning", "note"]
Param = str | int | float
# What open lines can be.
KINDS = ("paragraph", "list", "quote", "heading", "table", "code", "picture")


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
    """One piece of the digest. `line` is where it begins, `last_line` where it ends.

    `section` is the heading it stands under, or several from the outermost in, joined by " / ".
    `tags` and `authors` are what the document says of it, as it says it. `lines` says where a field
    stands, by its name ("category", "source", "date" …), when it has a line of its own. A `hidden`
    one is kept from readers. `picture` names a picture the site has, one that came with
    the document, or an address; `picture_alt` is what it shows.
    """

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
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    section: str = ""
    last_line: int = 0
    lines: Mapping[str, int] = field(default_factory=dict)
    hidden: bool = False
    picture: str = ""
    picture_alt: str = ""


@dataclass(frozen=True, slots=True)
class Open:
    """Lines `first` to `last` that no part holds and nobody has decided: a question.

    `key` is the structure key under which `newsletter.digest.layout` keeps the answer. `kind` is
    what the lines are, one of KINDS. `text` is how they begin, for showing.
    """

    first: int
    last: int
    key: str
    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class SectionReading:
    """How one section was read: by the shape of NAME `shape`, into `items` items.

    `key` is its structure key, `level` that of its heading (0: what stands before the first), and
    `line` to `last` are its lines without those of the sections below it that were read apart.
    """

    key: str
    title: str
    level: int
    line: int
    last: int
    shape: str
    items: int


@dataclass(frozen=True, slots=True)
class Digest:
    """A whole document.

    `shape` is the NAME of the shape that read most of its items (see `newsletter.digest.shapes`),
    `sections` says it part by part. `open` are the lines somebody has to decide about, `decided`
    those a layout already answered.
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
    sections: tuple[SectionReading, ...] = ()
    open: tuple[Open, ...] = ()
    decided: tuple[tuple[Open, Role], ...] = ()

    @property
    def unclaimed_lines(self) -> tuple[tuple[int, int], ...]:
        """(first, last) ranges of the open lines."""
        return tuple((one.first, one.last) for one in self.open)

    @property
    def errors(self) -> list[Problem]:
        """The problems that refuse the import."""
        return [problem for problem in self.problems if problem.level == "error"]
