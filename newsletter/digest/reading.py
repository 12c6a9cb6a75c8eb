"""The state of one reading: lines, what was claimed of them, problems. Shapes work on it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from .front import Front
from .labels import Labels
from .markdown import plain_text
from .outline import Kind, Line, Section
from .problems import Problems
from .runs import ORNAMENT, find_links, label_text, only_link, resolve
from .value import Bullet, Item, Link

_EMPTY = {Kind.BLANK, Kind.RULE, Kind.GONE}
_NUMBERED_TITLE = re.compile(r"\d{1,3}(?:[.)][ \t\u3000]+|[、．]\s*)(?=\S)")
_COUNT = re.compile(
    r"\s*[(（]\s*\d+\s*(?:条|篇|个|则|项|items?|links?)?\s*[)）]\s*$", re.IGNORECASE
)
_LEAD_COLON = re.compile(
    r"([^\s：:。！？；，,!?;`\[\]<>()（）][^：:。！？；!?;`\[\]<>\n]{0,60}?)\s*(?:：|:(?=\s))\s*"
)
_LEAD_BOLD = re.compile(r"(\*\*|__)(?=\S)([^*\n]{1,80}?)\s*(?<=\S)\1\s*([：:—–-]?)\s*")


_OPENING_LINK = re.compile(
    r"(?P<tag>(?:[\[(【][^\[\]()【】]{1,24}[\])】]\s*(?!\()|[^\w\s\[(*_`]{1,4}\s*)*)"
    r"(?P<mark>\*{1,3}|_{1,3})?\[(?P<label>(?>[^\[\]\\]++|\\.|\[[^\[\]]*+\])*+)\]"
    r"\([^()\s]*+(?:\([^()\s]*+\)[^()\s]*+)*+(?:\s+\"[^\"]*+\")?\)"
)
_BYLINE = re.compile(r"(?:by|from|via|in|at|on|with|for)\b")
_SENTENCE = re.compile(r"[^\n]{3,}?(?:[。！？]|[.!?](?=\s|$))|[^\n]+")


@dataclass(slots=True)
class Parts:
    """What a shape found."""

    items: list[Item]
    intro: str = ""
    tail_title: str = ""
    tail_links: list[Link] = field(default_factory=list)


@dataclass(slots=True)
class Reading:
    """One document being read. `title` is the heading taken as the document's, if any."""

    lines: list[Line]
    sections: list[Section]
    front: Front
    labels: Labels
    problems: Problems
    references: Mapping[str, str]
    title: str = ""
    title_line: int = 0
    claimed: set[int] = field(default_factory=set)
    used_references: set[str] = field(default_factory=set)
    unknown_fields: dict[str, list[int]] = field(default_factory=dict)
    unsafe_lines: set[int] = field(default_factory=set)
    left_out: set[int] = field(default_factory=set)
    outer: dict[int, str] = field(default_factory=dict)

    def claim(self, *lines: Line) -> None:
        """These lines found their place."""
        self.claimed.update(line.number for line in lines)

    def resolved(self, text: str) -> str:
        """`text` with reference links as inline links."""
        return resolve(text, self.references, self.used_references)

    def block(self, lines: Iterable[Line]) -> str:
        """Lines as Markdown, claimed: no rules or blank lines at the ends, nothing dropped."""
        kept = [line for line in lines if line.kind is not Kind.GONE]
        while kept and kept[0].kind in _EMPTY:
            kept.pop(0)
        while kept and kept[-1].kind in _EMPTY:
            kept.pop()
        self.claim(*kept)
        return self.resolved("\n".join(line.raw.rstrip() for line in kept))

    def section_block(self, section: Section) -> str:
        """A section with its heading, as Markdown."""
        body = self.block(section.lines)
        if section.heading is None:
            return body
        self.claim(section.heading)
        heading = self.resolved("#" * max(2, section.level) + " " + section.title)
        return f"{heading}\n\n{body}".strip()

    def before(self, number: int, skip: Set[int] = frozenset()) -> str:
        """What stands in front of line `number`, headings included; the title's not.

        Headings right above that line are left: they name the section of what comes there.
        `skip` are ids of sections that are something else.
        """
        skipped = {
            line.number
            for section in self.sections
            if id(section) in skip
            for line in (*section.lines, *([section.heading] if section.heading else ()))
        }
        lines = [
            line
            for line in self.lines
            if line.number < number
            and line.number != self.title_line
            and line.number not in skipped
        ]
        while lines and lines[-1].kind in _EMPTY | {Kind.HEADING}:
            lines.pop()
        return self.block(lines)

    def claim_section(self, section: Section) -> None:
        """A heading that only groups others: kept in the digest's `extra["sections"]`."""
        if section.heading is not None and section.heading.number != self.title_line:
            self.claim(section.heading)
            self.outer[section.heading.number] = self.resolved(section.title)

    def say_unsafe(self, line: Line) -> None:
        """Warn, once, of a link in this line that no reader could follow."""
        if line.number in self.unsafe_lines:
            return
        self.unsafe_lines.add(line.number)
        self.problems.warn(
            "link-unsafe",
            _("This link leads nowhere a reader could go. Write an address with https://."),
            line.number,
        )

    def unclaimed(self, *, known: bool = True) -> list[tuple[int, int]]:
        """Ranges of lines that nothing took; with `known` also those left out on purpose."""
        ranges: list[tuple[int, int]] = []
        open_at = last = 0
        for line in self.lines:
            if line.kind is Kind.BLANK or line.kind is Kind.RULE:
                continue
            if not known and (line.kind is Kind.GONE or line.number in self.left_out):
                continue
            if line.number in self.claimed:
                if open_at:
                    ranges.append((open_at, last))
                    open_at = 0
            else:
                open_at = open_at or line.number
                last = line.number
        if open_at:
            ranges.append((open_at, last))
        return ranges


def item_title(text: str) -> str:
    """A heading without its running number."""
    return _NUMBERED_TITLE.sub("", text, count=1).strip() or text


def is_numbered(text: str) -> bool:
    """Whether a heading starts with a running number."""
    return _NUMBERED_TITLE.match(text) is not None


def section_name(text: str) -> str:
    """A section's heading as the name of a category: no pictographs, no count, no link."""
    name = re.sub(r"\[([^\[\]]*)\]\([^()]*(?:\([^()]*\)[^()]*)*\)", r"\1", text)
    name = re.sub(r"[*_`]{1,3}([^*_`]+)[*_`]{1,3}", r"\1", name)
    name = _COUNT.sub("", name.strip())
    name = ORNAMENT.sub("", name)
    return " ".join(name.split()) or " ".join(text.split())


def section_category(section: Section, reading: Reading, *, own: bool = True) -> str:
    """The section an item stands in, as a category: the nearest heading that is no link.

    A linked heading names a project or a piece, not a section (`### [uefi-rs](…)`). With `own`
    the section's own heading counts, else only those above it.
    """
    path = [*section.above, section] if own else list(section.above)
    for above in path:
        reading.claim_section(above)
    headings = [
        above
        for above in reversed(path)
        if above.heading is not None and above.heading.number != reading.title_line
    ]
    for above in headings:
        if only_link(reading.resolved(above.title)) is None:
            return section_name(reading.resolved(above.title))
    if headings:
        return section_name(reading.resolved(headings[-1].title))
    return reading.front.category


def split_linked_title(text: str) -> tuple[str, Link | None, str]:
    """A run as (title, link, rest).

    A run that starts with a link, tags and symbols aside, is titled by the link's label. Else
    the title is its first sentence, and the rest is the whole run when it says more.
    """
    text = text.strip()
    links = find_links(text)
    source = next((link for link in links if link.url), None)
    match = _OPENING_LINK.match(text)
    if match and source is not None and (label := label_text(match.group("label"))):
        tag = match.group("tag").strip(" *_")
        after = (
            re.sub(r"^[*_]{1,3}(?=\W|$)", "", text[match.end() :])
            if match.group("mark")
            else (text[match.end() :])
        )
        rest = _rest(after)
        if rest[:1].islower() and not _BYLINE.match(rest):
            rest = text  # A sentence that goes on from its link.
        return f"{tag} {label}".strip(), find_links(match.group())[0], rest
    plain = plain_text(text.split("\n\n")[0], links=False).strip()
    title = _SENTENCE.match(plain)
    short = (title.group().strip() if title else plain)[:300]
    if len(short) > 160:
        short = short[:160].rsplit(" ", 1)[0].rstrip(",;:，；：、") + "…"
    says_more = (
        len(links) > 1
        or " ".join(plain.split()) != " ".join(short.split())
        or (source is not None and not text.startswith("["))
    )
    return short or text[:160], source, text if says_more else ""


def _rest(text: str) -> str:
    """What follows a linked title, without the punctuation that tied it on."""
    rest = re.sub(r"^[\s.,:;：，。；、–—-]+", "", text).strip()
    return rest if re.search(r"\w", rest) else ""


def read_lead(text: str) -> tuple[str, str]:
    """A bullet's lead phrase and the rest: `**lead：** rest`, `**lead**：rest`, `lead：rest`.

    Bold that the sentence goes on from is no lead: outputs put a colon behind leads.
    """
    bold = _LEAD_BOLD.match(text)
    if bold:
        lead = bold.group(2).strip()
        bare = lead.rstrip("：: ")
        rest = text[bold.end() :].strip()
        if bare and (bare != lead or bold.group(3) or not rest):
            return bare, rest
        return "", text
    plain = _LEAD_COLON.match(text)
    if plain and not plain.group(1).lower().endswith(("http", "https", "mailto")):
        lead = plain.group(1).strip().strip("*").strip()
        # Half a bold run is no lead.
        if lead and "*" not in lead and plain.group(1).count("*") % 4 == 0:
            return lead, text[plain.end() :].strip()
    return "", text


def read_bullets(lines: Sequence[Line], reading: Reading) -> tuple[Bullet, ...]:
    """A list as bullets, nested by indentation; `- a   - b` on one line is opened again."""
    return _Bullets(reading).read(lines)


_DEEPEST = 12  # levels of a list; deeper ones join the last.


@dataclass(slots=True)
class _Node:
    indent: int
    text: list[str]
    children: list[_Node] = field(default_factory=list)


class _Bullets:
    _SQUASHED = re.compile(r"(?:\s{2,}|(?<=[：:])\s+)[-*]\s+(?=\S)|(?<=-)\s{2,}-\s+(?=\S)")

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def read(self, lines: Sequence[Line]) -> tuple[Bullet, ...]:
        top: list[_Node] = []
        path: list[_Node] = []
        blank = False
        for line in lines:
            if line.kind in {Kind.BLANK, Kind.RULE}:
                blank = True
                continue
            if line.kind is Kind.GONE:
                continue
            self.reading.claim(line)
            if line.kind in {Kind.BULLET, Kind.NUMBER} and (line.kind is Kind.BULLET or path):
                while path and line.indent <= path[-1].indent:
                    path.pop()
                del path[_DEEPEST:]
                text = line.content if line.kind is Kind.BULLET else line.raw.strip()
                node = self._open(text, line.indent)
                if path and line.kind is Kind.NUMBER and line.indent == 0:
                    path[0].text.append(line.raw.strip())
                    continue
                (path[-1].children if path else top).append(node)
                path.append(node)
            elif path:
                owner = path[-1]
                for node in reversed(path):
                    owner = node
                    if node.indent < line.indent or not blank:
                        break
                owner.text.append(("\n" if blank else "") + _outdent(line, owner.indent + 2))
            else:
                node = self._open(line.raw.strip(), 0)
                top.append(node)
                path = [node]
            blank = False
        return tuple(self._bullet(node) for node in top)

    def _open(self, text: str, indent: int) -> _Node:
        pieces = self._SQUASHED.split(text) if "- " in text or "* " in text else [text]
        if len(pieces) > 1:  # Then a bold lead behind a dash opens the next bullet, too.
            pieces = [part for piece in pieces for part in re.split(r" - (?=\*\*)", piece)]
        pieces = [piece.strip() for piece in pieces if piece.strip(" -*")]
        if not pieces:
            return _Node(indent, [text])
        node = _Node(indent, [pieces[0]])
        node.children = [_Node(indent + 2, [piece]) for piece in pieces[1:]]
        return node

    def _bullet(self, node: _Node) -> Bullet:
        text = self.reading.resolved("\n".join(node.text).strip())
        lead, rest = read_lead(text)
        return Bullet(lead, rest, tuple(self._bullet(child) for child in node.children))


def _outdent(line: Line, columns: int) -> str:
    if line.kind is not Kind.CODE:
        return line.raw.strip()
    raw = line.raw.expandtabs(4)
    cut = min(columns, len(raw) - len(raw.lstrip()))
    return raw[cut:].rstrip()


def title_of(section: Section, reading: Reading) -> str:
    """A section's heading as an item's title, claimed; nothing left is asked for."""
    assert section.heading is not None
    reading.claim(section.heading)
    title = reading.resolved(section.title)
    if not title:
        reading.problems.error(
            "title-empty",
            _("This heading has no text. Write the item's title behind the number signs."),
            section.heading.number,
        )
    return title
