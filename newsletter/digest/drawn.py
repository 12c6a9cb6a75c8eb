"""Headings that are drawn instead of marked: `**News**`, `【新闻】`, `▌News`, `=== News ===`, NEWS.

Mail, chats and programs that know no Markdown set a heading apart in one manner, the same for all
of a document. A line in such a manner, a paragraph of its own, is a heading where others are
written like it and where most of them have something below that a heading has: a list, links, or a
heading again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from .colophon import is_colophon
from .inline import ORNAMENT, columns, normal_reference
from .outline import EMPTY, Kind, Line

_LONGEST_NAME = 60  # columns of a heading that has no mark
_LONGEST_BEFORE = 160  # characters of one that says with a colon that a list follows
_LEAST = 2  # headings of one manner; one may be anything
_MOST_MANNERS = 2  # of one document: sections, and what they are divided into

_TAGS = re.compile(
    r"</?(b|strong|u|big|mark|font|em|i|span|p|div|center)(?:\s[^<>]{0,200})?>", re.IGNORECASE
)
_EMPHASIS = re.compile(r"(\*{1,3}|_{1,3})(?=\S)([^*_\[\]<>`]{1,80})(?<=\S)\1$")
# Both ends of a line drawn with the same sign, in any number: `--- News ---`, `~*~ News ~*~`.
_FRAMED = re.compile(
    r"([-=~*+#:.—–―━─═•·◆◇★☆✦✧※❖♦]{1,20})[ \t\u3000]*(?=[^\s\W]|\W{0,3}\w)(.{1,80}?)[ \t\u3000]*"
    r"([-=~*+#:.—–―━─═•·◆◇★☆✦✧※❖♦]{1,20})$"
)
_BRACKETS = {"【": "】", "〖": "〗", "〔": "〕", "［": "］", "「": "」", "『": "』", "《": "》",
             "〈": "〉", "«": "»", "[": "]"}  # fmt: skip
_SIGNS = re.compile(
    r"([▌▍▎▏▐┃┣◤◢■□▪▫◼◻◾◽◆◇❖●○◉◎⚫⚪▶▷►▸▹▲△▼▽★☆✦✧✪❯❱»›➤➜➔➡→※§¶#＃]{1,3}|/{2,4}|\|{1,2}|~+)"
    r"[ \t\u3000]*(?=[^\s])(.{1,80})$"
)
_NUMBERED = re.compile(
    r"(?:第?[一二三四五六七八九十]{1,3}(?:[、．.]|[部章节節]分?[\s:：]?)|[IVX]{1,5}[.)]|[A-H][.)])"
    r"[ \t\u3000]*"
    r"(?=\S)(.{1,80})$"
)
_IN_TEXT = re.compile(r"\]\(|\]\[|://|<|[.!?。！？…;；]$|[*_`|]")
_LINK = re.compile(r"\]\(|\]\[|https?://", re.IGNORECASE)
_LINKED_TITLE = re.compile(r"\W{0,8}(?:\*\*|__)?\[[^\[\]]+\]\([^()\s]+\)(?:\*\*|__)?\W{0,4}$")
_LISTED = frozenset({Kind.BULLET, Kind.NUMBER})
# Manners that nothing but a heading has, so that links or a list anywhere below are enough. Others
# are also those of captions, of stress and of ordinary lines: they stand right above lists.
_MARKED = frozenset({"framed", "bracketed", "signed", "counted"})
_SURE = _MARKED | {"capitals"}


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A line that may be a heading: its place, how it is drawn, and its name."""

    place: int
    manner: str
    name: str


def promote_drawn(lines: Sequence[Line], references: Container[str]) -> None:
    """Make headings of drawn ones, where the document has no others but its title and such as stand
    right below each of these.

    `references` are the labels of link definitions: `[News]` can be a link.
    """
    headings = [line for line in lines if line.kind is Kind.HEADING]
    others = headings[1:] if headings and headings[0].level == 1 else headings
    level = 2
    if others and (len({one.level for one in others}) > 1 or others[0].level < 2):
        return
    below = others[0].level if others else 0
    for _once in range(1 if below else _MOST_MANNERS):
        found = _headings(lines, references, below=bool(below))
        if not found:
            return
        if below == level:
            for other in others:
                other.level += 1
        for one in found:
            line = lines[one.place]
            line.kind, line.level, line.content = Kind.HEADING, below - 1 or level, one.name
        level += 1


def _headings(lines: Sequence[Line], references: Container[str], *, below: bool) -> list[_Drawn]:
    """The drawn headings of the first manner that has some."""
    groups: dict[str, list[_Drawn]] = {}
    for one in _candidates(lines, references):
        groups.setdefault(one.manner, []).append(one)
    titles = {one.place for one in groups.get("bold", ())}
    first = next(
        (n for n, one in enumerate(lines) if one.kind is Kind.HEADING and one.level > 1), 0
    )
    for manner, found in groups.items():
        if below:  # Marked ones are what these divide, so the first of them stands below one.
            held = _above(lines, found, {Kind.HEADING}) if manner in _MARKED | {"bold"} else []
            held = held if held and held[0].place < first else []
        else:
            held = _chosen(lines, manner, found, titles)
        if len(held) >= _LEAST:
            return held
    return []


def _chosen(
    lines: Sequence[Line], manner: str, found: Sequence[_Drawn], titles: Container[int]
) -> list[_Drawn]:
    if held := _above_titles(lines, found, titles):
        return held
    listed = _above(lines, found, _LISTED)
    if manner == "plain":
        linked = sum(_LINK.search(_next(lines, one.place).content) is not None for one in listed)
        named = [one for one in listed if lines[one.place].content.endswith((":", "："))
                 or _LINK.search(_next(lines, one.place).content)]  # fmt: skip
        return named if linked >= _LEAST else []
    if manner in _SURE:
        parts = list(_parts(lines, found))
        linked = sum(any(_LINK.search(line.content) for line in part) for part in parts)
        if max(linked, len(listed)) * 2 >= len(found) and max(linked, len(listed)) >= _LEAST:
            return [one for one, part in zip(found, parts, strict=True) if part]
    several = sum(_several(part) for part in _parts(lines, found))
    if several >= _LEAST and several * 2 >= len(found):
        return list(found)
    return listed


def _candidates(lines: Sequence[Line], references: Container[str]) -> Iterator[_Drawn]:
    blank = True
    for place, line in enumerate(lines):
        if line.kind is Kind.TEXT and blank and line.indent < 4:
            manner, name = _manner(line.content)
            if manner == "bracketed" and normal_reference(name) in references:
                manner = ""
            if manner and (manner in _MARKED or _stands_alone(lines, place)):
                yield _Drawn(place, manner, name)
        blank = line.kind in EMPTY or line.kind is Kind.HEADING


def _stands_alone(lines: Sequence[Line], place: int) -> bool:
    """Whether no text goes on right below a line."""
    return place + 1 == len(lines) or lines[place + 1].kind is not Kind.TEXT


def _manner(text: str) -> tuple[str, str]:
    """How a line is drawn, and the name without that; two empty texts when it is no heading."""
    tags = {name.lower() for name in _TAGS.findall(text)}
    bare = _TAGS.sub("", text).strip() if tags else text
    if _LINK.search(bare) or not 0 < columns(bare) <= 3 * _LONGEST_NAME:
        return "", ""
    plain = ORNAMENT.sub("", bare) if not bare.startswith(("*", "_")) else bare
    drawn = _EMPHASIS.match(plain.rstrip(":：")) or _EMPHASIS.match(ORNAMENT.sub("", plain))
    if drawn is not None or tags - {"span", "p", "div", "center"}:
        name = drawn[2] if drawn is not None else plain
        light = len(drawn[1]) == 1 if drawn is not None else tags <= {"em", "i", "p", "div", "span"}
        return _named("italic" if light else "bold", name)
    if bare[:1] in _BRACKETS and bare.endswith(_BRACKETS[bare[0]]) and bare.count(bare[0]) == 1:
        return _named("bracketed", bare[1:-1])
    framed = _FRAMED.match(bare)
    if framed is not None and set(framed[1]) == set(framed[3]):
        return _named("framed", framed[2])
    if (signed := _SIGNS.match(bare)) is not None:
        return _named("signed", signed[2])
    if (counted := _NUMBERED.match(bare)) is not None:
        manner, _name = _named("counted", counted[1])
        return manner, bare if manner else ""
    return _plain(bare)


def _plain(text: str) -> tuple[str, str]:
    """A line without any drawing: in capitals, behind a pictograph, or only a few words."""
    longest = _LONGEST_BEFORE if text.endswith((":", "：")) else _LONGEST_NAME
    if len(text) > longest or _IN_TEXT.search(text) or not re.search(r"[^\W\d_]", text):
        return "", ""
    name = text.rstrip(":：").strip()
    if (pictured := ORNAMENT.match(name)) is not None and pictured.group().strip():
        return "pictured", name
    letters = [letter for letter in name if letter.isalpha()]
    if len(letters) > 1 and all(unicodedata.category(one) == "Lu" for one in letters):
        return "capitals", name
    return "plain", name


def _named(manner: str, name: str) -> tuple[str, str]:
    name = name.strip(" \t\u3000*_").rstrip(":：").strip()
    said = columns(name) <= _LONGEST_NAME and re.search(r"[^\W\d_]", name) is not None
    if not said or _LINK.search(name) or re.search(r"[.。;；…]$", name):
        return "", ""
    return manner, name


def _parts(lines: Sequence[Line], found: Sequence[_Drawn]) -> Iterator[list[Line]]:
    """What stands below each, up to the next."""
    ends = [*(one.place for one in found[1:]), len(lines)]
    for one, end in zip(found, ends, strict=True):
        yield [line for line in lines[one.place + 1 : end] if line.kind not in EMPTY]


def _several(part: Sequence[Line]) -> bool:
    """Whether more than one entry stands there: each with a link, a paragraph or a point of a list.

    A story has a link or two at its end; links side by side are one.
    """
    linked = 0
    number = -1
    for line in part:
        if line.kind in _LISTED and line.indent < 2:
            linked += _LINK.search(line.content) is not None
        elif line.kind is Kind.TEXT and _LINK.search(line.content):
            titled = re.match(r"[^\w\[<]{0,12}(?:\*\*|__)?(?:\[|https?://)", line.content)
            linked += titled is not None and line.number > number + 1
            number = line.number
    return linked > 1


def _next(lines: Sequence[Line], place: int) -> Line:
    # By place: to copy the rest of a long document for each line would take its square.
    for below in range(place + 1, len(lines)):
        if lines[below].kind not in EMPTY:
            return lines[below]
    return lines[place]


def _above(
    lines: Sequence[Line], found: Sequence[_Drawn], kinds: frozenset[Kind] | set[Kind]
) -> list[_Drawn]:
    """Those that stand right above a line of these kinds."""
    return [one for one in found if _next(lines, one.place).kind in kinds]


def _above_titles(
    lines: Sequence[Line], found: Sequence[_Drawn], titles: Container[int]
) -> list[_Drawn]:
    """Those right above a title, which is a bold line: sections, where the first of them is one.

    Among bold lines, the others are titles of stories.
    """
    numbers = {line.number: place for place, line in enumerate(lines)}
    held = []
    for one in found:
        below = _next(lines, one.place)
        linked = below.kind is Kind.TEXT and _LINKED_TITLE.match(below.content)
        if numbers[below.number] != one.place and (numbers[below.number] in titles or linked):
            held.append(one)
    return held if len(held) >= _LEAST and held[0] is found[0] else []


_BOLD_ALONE = re.compile(r"\W{0,8}(\*\*|__)(?=\S)([^*_\[\]<>`]{1,60})(?<=\S)\1\W{0,8}$")
_LINK_FIRST = re.compile(r"[^\w\[<]{0,12}(?:\[[^\[\]]+\][(\[]|<?https?://)")
_LEAST_BELOW = 2  # bullets that begin with a link, below a bold line that is a heading of them


def promote_groups(lines: Sequence[Line]) -> None:
    """Below a heading, a bold line right above a list of links is the heading of that list.

    Each bullet begins with a link, and there are several: one may be the link of a story, except
    beside lists that have several. What stands below a rule would be under that heading, too, so
    there it is none.
    """
    level = 0
    least = _LEAST_BELOW
    blank = True
    ruled = _ruled(lines)
    for place, line in enumerate(lines):
        if line.kind is Kind.HEADING:
            level, least = line.level, _LEAST_BELOW
        elif level and line.kind is Kind.TEXT and blank and line.indent < 2:
            listed = place not in ruled and _links_below(lines, place + 1) >= least
            if listed and (name := _group_name(line)):
                line.kind, least = Kind.HEADING, 1
                # What a publication says of itself is no part of the section above it.
                line.level = level if is_colophon(name) else level + 1
                line.content = name
        blank = line.kind in EMPTY or line.kind is Kind.HEADING


def _group_name(line: Line) -> str:
    match = _BOLD_ALONE.match(line.content)
    if match:
        return match.group(2).strip().rstrip(":：")
    manner, name = _manner(line.content)
    return name if manner in _MARKED | {"bold"} else ""


def _ruled(lines: Sequence[Line]) -> set[int]:
    """The places of lines with a rule and another list below them before the next heading."""
    found: set[int] = set()
    listed = ruled = False
    for place in range(len(lines) - 1, -1, -1):
        kind = lines[place].kind
        if kind is Kind.HEADING:
            listed = ruled = False
        elif kind is Kind.RULE:
            ruled = ruled or listed
        elif ruled:
            found.add(place)
        listed = listed or kind in _LISTED
    return found


def _links_below(lines: Sequence[Line], start: int) -> int:
    """How many bullets that begin with a link are next; 0 when one of the list does not."""
    found = 0
    for place in range(start, len(lines)):
        line = lines[place]
        if line.kind is Kind.BULLET and line.indent < 2:
            if _LINK_FIRST.match(line.content) is None:
                return 0
            found += 1
        elif line.kind not in {Kind.BLANK, Kind.DROPPED} and (not found or line.indent < 2):
            break
    return found
