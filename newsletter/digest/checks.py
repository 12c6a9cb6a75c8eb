"""Warnings of what is odd in a digest that can be read; nothing is repaired."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from .blocks import BULLET, NUMBER, PARAGRAPH, TABLE, Block, blocks_of
from .inline import holds_link
from .issue_numbers import names_number
from .labels import is_placeholder
from .link_paragraphs import closed_by_link
from .outline import Line, Outline, Section
from .problems import Problems
from .sources import is_address, link_line
from .tail import names_references
from .value import Bullet, Digest, Item
from .vocabulary import either

_JSON_TITLE = re.compile(r"\{\s*[\"'“][^\"'”]{1,40}[\"'”]\s*[:：]|[\"'}\]]\s*\}\s*$")
_NUMBER = re.compile(
    r"(?<![\d.,A-Za-z])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s?"
    rf"({either('units')})?",
    re.IGNORECASE,
)


_WHOLE = "document"  # the shape of a document that is one item
_MOST_TITLES = 3  # lines of one item that are only a link; with as many they are probably a list
_MOST_CHAPTERS = 2  # of a day's or a number's one story; with as many it is probably an issue
# What a title calls itself whose text is several pieces: those of a day, a week, a month.
_PERIODIC = re.compile(
    r"\b(?:th(?:is|e) (?:week|month|day) in|weekly|newsletter|digest|round-?up"
    r"|wochenr[uü]ckblick|rundbrief|hebdo|infolettre|semanal|bolet[ií]n|boletim|settimanale"
    r"|haftalık|bülten|mingguan|buletin|bản tin|тижневик)\b"
    r"|日报|日報|周报|週報|周刊|週刊|简报|簡報|早报|早報|晚报|晚報|ウィークリー|ニュースレター|주간|뉴스레터"
    r"|дайджест|еженедельн",
    re.IGNORECASE,
)
# A mark or bracket, then 2:10, 02:10 or 1:02:10, also in full-width signs.
_CLOCK = re.compile(r"[^\w<]{0,6}(?:\d{1,2}[:：])?\d{1,2}[:：]\d{2}(?![\d:：])")
_MOST_FIGURES = 20  # of a title; more are not figures.


def check(items: Iterable[Item], problems: Problems) -> None:
    """Titles with leaked JSON or a number its body contradicts, titles and links twice."""
    titles: dict[str, int] = {}
    links: dict[str, int] = {}
    for item in items:
        if _JSON_TITLE.search(item.title):
            problems.warn("title-json", line=item.line)
        _check_numbers(item, problems)
        if titles.setdefault(item.title, item.line) != item.line:
            problems.warn("title-twice", {"line": titles[item.title]}, item.line)
        for source in item.sources:
            if source.url and links.setdefault(source.url, item.line) != item.line:
                problems.warn("link-twice", {"line": links[source.url]}, item.line)


def check_title(item: Item, problems: Problems) -> None:
    """An error where nothing of a title is left to show, unless its heading was told of."""
    if not item.title.strip():
        told = any(one.code == "title-empty" and one.line == item.line for one in problems.found)
        if not told:
            problems.error("title-empty", line=item.line)


def check_complete(items: Sequence[Item], problems: Problems) -> None:
    """An item that lacks what nearly all the others have was probably cut off."""
    for part, has in (
        ("insight", [bool(item.insight) for item in items]),
        ("bullets", [bool(item.bullets) for item in items]),
    ):
        if len(items) == 1:
            # With nothing to compare: an insight without bullets is half an item.
            usual = bool(items[0].insight) and not items[0].body
        else:
            usual = sum(has) * 4 >= (len(items) - 1) * 3
        for item, there in zip(items, has, strict=True):
            if usual and not there and (item.insight or item.bullets or item.body):
                params = {"part": part} if len(items) > 1 else {"part": part, "case": "alone"}
                problems.warn("item-incomplete", params, item.line)


def check_sources(item: Item, problems: Problems) -> None:
    """An item without a source, or with one that names nobody."""
    if not item.sources:
        problems.warn("source-missing", line=item.line)
    elif not any(source.url for source in item.sources):
        problems.warn("source-unlinked", line=item.line)
    for source in item.sources:
        if source.url and is_placeholder(source.label):
            problems.warn("source-placeholder", {"label": source.label}, item.line)


def _text(item: Item) -> str:
    def bullets(of: Iterable[Bullet]) -> Iterable[str]:
        for bullet in of:
            yield bullet.lead
            yield bullet.text
            yield from bullets(bullet.children)

    return "\n".join([item.insight, item.body, *bullets(item.bullets)])


def _check_numbers(item: Item, problems: Problems) -> None:
    """A figure of the title that the body lacks while it has nearly the same one.

    “Lacks” alone would flag one title in five; a swapped or mistyped digit is what an editor
    wants to hear of: same unit, same length, the same digits in another order or one digit off.
    """
    said = sorted(_figures(item.title))[:_MOST_FIGURES]
    if not any(unit for _number, unit in said):
        return
    body = _figures(_text(item))
    numbers = {number for number, _unit in body}
    for number, unit in said:
        if not unit or number in numbers or len(number.replace(".", "")) < 3:
            continue
        alike = [n for n, u in body if u == unit and len(n) == len(number)]
        for other in sorted(alike)[:1000]:
            if _nearly(number, other):
                values = {"title": number, "text": other, "unit": unit}
                problems.warn("number-differs", values, item.line)
                break


def _figures(text: str) -> set[tuple[str, str]]:
    found = set()
    for match in _NUMBER.finditer(text):
        number = match.group(1).replace(",", "")
        if "." in number:
            number = number.rstrip("0").rstrip(".")
        found.add((number, (match.group(2) or "").lower().replace("％", "%")))
    return found


def _nearly(one: str, other: str) -> bool:
    if len(one) != len(other):
        return False
    different = sum(a != b for a, b in zip(one, other, strict=True))
    return different == 1 or (different > 1 and sorted(one) == sorted(other))


def doubts(digest: Digest, outline: Outline, confirmed: frozenset[str]) -> Digest:
    """The digest with an error for each thing that is probably wrong and that one word can settle.

    A person who looked says so by its code, in `confirmed`.
    """
    problems = Problems()
    linked = [
        section
        for section in outline.sections
        if section.heading is not None and holds_link(outline.resolved(section.title))
    ]
    if len(digest.items) == 1 and len(linked) >= 2:
        problems.error("one-item", {"count": len(linked)}, linked[0].first)
    elif len(digest.items) == 1 and digest.shape == _WHOLE and (parts := _parts(digest, outline)):
        problems.error("one-item", {"case": "parts", "count": len(parts)}, parts[0].first)
    elif len(digest.items) == 1 and len(titles := _titles_alone(outline)) >= _MOST_TITLES:
        problems.error("one-item", {"case": "links", "count": len(titles)}, titles[0].first)
    elif len(digest.items) == 1 and len(told := _clock_times(outline)) >= _MOST_TITLES:
        problems.error("one-item", {"case": "times", "count": len(told)}, told[0].number)
    elif (
        len(digest.items) == 1
        and digest.shape == _WHOLE
        and len(closed := _closed(outline)) >= _MOST_TITLES
    ):
        problems.error("one-item", {"case": "ends", "count": len(closed)}, closed[0].first)
    without = [item for item in digest.items if not _leads_anywhere(item)]
    if len(digest.items) > 1 and len(without) * 2 > len(digest.items) and _has_links(outline):
        values = {"count": len(without), "items": len(digest.items)}
        problems.error("few-sources", values, without[0].line)
    asked = [one for one in problems.found if one.code not in confirmed]
    if not asked:
        return digest
    problems.found = [*digest.problems, *asked]
    return replace(digest, problems=problems.sorted())


def _parts(digest: Digest, outline: Outline) -> list[Section]:
    """Sections that make one item of a whole document doubtful; empty when it is one story.

    A story has one list of links, if any; an issue has several. Chapters of text say nothing,
    except below a title that names a day, a number or a period, which stories do not have.
    """
    held = [
        section
        for section, _heading in outline.headed()
        if section.holds_anything() and not names_references(section.title)
    ]
    lists = [section for section in held if _lists_links(section, outline)]
    if len(lists) >= 2:
        return lists
    headings = [one.title for one in outline.sections if one.first == outline.title_line]
    named = any(
        names_number(title) or _PERIODIC.search(title) for title in (digest.title, *headings)
    )
    return held if len(held) >= _MOST_CHAPTERS and named else []


def _titles_alone(outline: Outline) -> list[Block]:
    """The paragraphs that are only a link with a name, as lists of titles have them."""
    return [
        block
        for section in outline.sections
        if not names_references(section.title)
        for block in blocks_of(section, outline)
        if block.kind == PARAGRAPH and "![" not in block.text and block.only is not None
        and block.only.url and not (is_address(block.only) or is_placeholder(block.only.label))
    ]  # fmt: skip


def _closed(outline: Outline) -> list[Block]:
    """The paragraphs that are or end with a link that says where they are from, when each that
    holds a link is one: as a list has them whose entries have no marks."""
    blocks = [
        block
        for section in outline.sections
        if not names_references(section.title)
        for block in blocks_of(section, outline)
        if block.kind in {PARAGRAPH, BULLET, NUMBER} and (block.linked or block.linked_below())
    ]
    closed = closed_by_link([one for one in blocks if one.kind == PARAGRAPH])
    known = set(map(id, closed))
    alone = [one for one in blocks if id(one) not in known and link_line(one.text) is not None]
    return [*closed, *alone] if len(closed) + len(alone) == len(blocks) else []


def _clock_times(outline: Outline) -> list[Line]:
    """Lines that begin with the time of a part, as notes of a recording have them; none where
    fewer than two lines hold a link: those are the hours of a day, or a transcript."""
    lines = [
        line
        for section in outline.sections
        if not names_references(section.title)
        for block in blocks_of(section, outline)
        if block.kind in {PARAGRAPH, BULLET, NUMBER}
        for line in block.all_lines()
    ]
    if sum(holds_link(outline.resolved(line.raw)) for line in lines) < 2:
        return []
    return [line for line in lines if _CLOCK.match(line.raw)]


def _lists_links(section: Section, outline: Outline) -> bool:
    return any(
        block.kind in {BULLET, NUMBER, TABLE} and (block.linked or block.linked_below())
        for block in blocks_of(section, outline)
    )


def _leads_anywhere(item: Item) -> bool:
    return any(source.url for source in item.sources) or holds_link(_text(item))


def _has_links(outline: Outline) -> bool:
    return any(holds_link(outline.resolved(line.raw)) for line in outline.lines)
