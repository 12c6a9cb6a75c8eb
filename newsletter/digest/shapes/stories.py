"""Stories: pieces without headings of their own, each opened by a line that serves as one.

Such a line is bold, linked or not, or stands right above a line that is only an address.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..blocks import PARAGRAPH, PICTURE, RULE, Block, blocks_of, is_captioned
from ..dates import find_date
from ..html import is_tags
from ..inline import find_links, holds_link, only_link, starts_with_link
from ..items import read_entry
from ..labels import is_placeholder
from ..link_paragraphs import link_paragraphs
from ..marking import gettext_noop
from ..outline import Kind, Line, Outline
from ..reading import Parts, Reading
from ..sources import is_address
from ..titles import is_led
from ..value import Link

NAME = "stories"
LABEL = gettext_noop("Stories with bold titles")
SURENESS = 0.8

_UNLINKED = 0.4  # evidence of bold titles without links, which may be the points of one text
_ONE_LINKED = 0.55  # of a single one with its link further below: one of them beside others
_LED_ALONE = 0.5  # evidence of a single text that begins with bold words
_LONGEST_TITLE = 200  # characters
_MOST_LINES = 5  # of a title, its text and the address below it
_ORNAMENT = r"[^\w\s*_\[\]()<>「《“\"'`-]{0,8}[ \t]*"
_BOLD = re.compile(rf"{_ORNAMENT}(\*\*|__)(?=\S)((?:(?!\1).)+?)(?<=\S)\1{_ORNAMENT}$")
# A bold link that a few words may follow.
_BOLD_LINK = re.compile(
    rf"{_ORNAMENT}(?:(\*\*|__)\[[^\[\]]+\]\([^()\s]+\)\1|\[(\*\*|__)[^\[\]]+\2\]\([^()\s]+\))"
    r".{0,200}$"
)
# Bold words and their link, in brackets or not.
_BOLD_AND_LINK = re.compile(
    rf"{_ORNAMENT}(\*\*|__)(?=\S)((?:(?!\1)[^\[\]])+?)(?<=\S)\1[ \t]*[(（]?"
    r"(?:<?https?://[^\s()<>]+>?|\[[^\[\]]+\]\([^()\s]+\))[)）]?$"
)
_SAYS_WHEN = re.compile(r"[^:：\d]{1,24}[:：]\s*\W*\d")  # a name, and a date behind its colon
_ENDS_SENTENCE = re.compile(r"[.。:：;；,，…]$")


@dataclass(slots=True)
class _Story:
    """`pictures` stand above the title, `lines` below it. A title can be `weak`: not bold.

    One that is `led` by its title has its text behind that, and its link at the end.
    """

    line: Line
    title: str
    linked: bool
    weak: bool = False
    led: bool = False
    pictures: list[Line] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    blocks: int = 1
    linked_below: bool = False


def _story(block: Block, outline: Outline) -> _Story | None:
    """The story a block opens when its first line is a title; None otherwise."""
    if block.kind != PARAGRAPH:
        return None
    line = block.lines[0]
    text = outline.resolved(line.content.rstrip("\\").strip())
    label = outline.labels.match(text)
    if len(text) > 3 * _LONGEST_TITLE or "![" in text:
        return None
    if label is not None and (label.field or not is_led(block.text)):
        return None
    if is_tags(text):
        return None
    made = _Story(line, text, True, lines=list(block.lines[1:]))
    made.linked_below = any(holds_link(outline.resolved(one.content)) for one in made.lines)
    link = only_link(text)
    if link is not None:
        made.weak = "**" not in text and "__" not in text
        useless = is_address(link) or is_placeholder(link.label) or not link.url
        return None if useless or len(link.label) > _LONGEST_TITLE else made
    if _BOLD_LINK.match(text):
        first = find_links(text)[:1]
        return made if first and not is_placeholder(first[0].label) else None
    if is_placeholder(text.strip("*_ :：").rstrip("s")):
        return None  # "Links:"
    made.linked = _address_below(block, outline) is not None
    bold = _BOLD.match(text)
    if bold is not None and _SAYS_WHEN.match(bold.group(2)) and find_date(bold.group(2)):
        return None  # "Searched until: 2026-03-02"
    if bold is not None and not _ENDS_SENTENCE.search(bold.group(2).strip()):
        made.title = bold.group(2).strip()
        return made
    named = _BOLD_AND_LINK.match(text) if made.lines else None
    if named is not None and not _ENDS_SENTENCE.search(named.group(2)):
        made.linked = True
        return made
    if made.linked and len(text) <= _LONGEST_TITLE and not holds_link(text):
        return made
    made.led = made.linked = is_led(block.text)
    return made if made.led else None


def _address_below(block: Block, outline: Outline) -> Link | None:
    """The address that is the whole second line, or the last of a few."""
    if len(block.lines) < 2:
        return None
    places = [1]
    if len(block.lines) <= _MOST_LINES and len(block.links) == 1:
        places.append(-1)
    for place in places:
        link = only_link(outline.resolved(block.lines[place].content))
        if link is not None and link.url and (is_address(link) or is_placeholder(link.label)):
            return link
    return None


def _find(outline: Outline) -> tuple[list[_Story], int]:
    """The stories, and how many blocks belong to none."""
    blocks = blocks_of(outline.section, outline)
    # A line that is only a link is a title where the section begins with one, and has several.
    weak = [one for one in blocks if (story := _story(one, outline)) is not None and story.weak]
    texts = [one for one in blocks if one.kind not in {RULE, PICTURE}]
    titled = len(weak) > 1 and texts[0] is weak[0] and texts[-1] is not weak[-1]
    closed = not titled and _are_told(weak, texts)  # What stands between them is none of theirs.
    titled = titled or closed
    stories: list[_Story] = []
    waiting: list[Block] = []  # pictures that may belong to the next title
    outside = 0
    ended = False
    below = _pictures_below(blocks, outline)
    for block in blocks:
        if block.kind == RULE:
            _give(waiting, stories)
            ended = True
            continue
        if block.kind == PICTURE:
            if not (below and is_captioned(block)):
                waiting.append(block)
            elif stories and not ended:
                _give([*waiting, block], stories)
                waiting.clear()
            elif not _greets(outline):
                waiting.append(block)
            continue
        story = _story(block, outline)
        if story is not None and (titled or not story.weak):
            story.pictures = [line for one in waiting for line in one.all_lines()]
            waiting.clear()
            stories.append(story)
            ended = False
            continue
        if ended or (closed and stories):  # A rule ends a story.
            outside += 1
            continue
        _give(waiting, stories)
        if stories:
            stories[-1].lines += _spaced(block)
            stories[-1].blocks += 1
            stories[-1].linked_below = stories[-1].linked_below or block.linked
        else:
            outside += 1
    _give(waiting, stories)
    return stories, outside


def _are_told(weak: Sequence[Block], texts: Sequence[Block]) -> bool:
    """Whether most texts are a line that is only a link with its text right below it.

    Then a greeting may stand in front of them, and last words behind.
    """
    told = [one for one in weak if len(one.lines) > 1]
    return 1 < len(told) == len(weak) and len(told) * 2 >= len(texts)


def _pictures_below(blocks: Sequence[Block], outline: Outline) -> bool:
    """Whether pictures with words stand below the stories: above each, the first is one, too."""
    kinds = [
        is_captioned(one) for one in blocks if is_captioned(one) or _story(one, outline) is not None
    ]
    return not (kinds and kinds[0] and not kinds[-1] and sum(kinds) > 1)


def _greets(outline: Outline) -> bool:
    """Whether what stands in front of the first story speaks to all readers."""
    section = outline.section
    return section.heading is None or section.heading.number == outline.title_line


def _spaced(block: Block) -> list[Line]:
    """The lines of a block with a blank one in front, as they stood."""
    return [Line(block.first, "", Kind.BLANK), *block.all_lines()]


def _give(waiting: list[Block], stories: list[_Story]) -> None:
    """Pictures below the text of a story belong to it."""
    if stories:
        for block in waiting:
            stories[-1].lines += _spaced(block)
        waiting.clear()


def evidence(outline: Outline) -> float:
    """`SURENESS` times the share of the section that stories hold.

    Most of them have a link. A single one needs it in or right below its title, since a bold line
    may also be the beginning of a text.
    """
    stories, outside = _find(outline)
    if len(stories) < len(link_paragraphs(blocks_of(outline.section, outline))):
        return 0.0  # A list; some of its entries look like titles.
    if not stories:
        return 0.0
    linked = sum(story.linked or story.linked_below for story in stories)
    titled = sum(story.linked for story in stories)
    share = sum(story.blocks for story in stories) / (
        sum(story.blocks for story in stories) + outside
    )
    if len(stories) == 1 and stories[0].led:  # It may be the text of its heading.
        return 0.0 if starts_with_link(stories[0].title) else _LED_ALONE * share
    if any(not story.lines and not story.linked for story in stories):
        return 0.0  # Bold lines with nothing below them are only bold lines.
    if len(stories) == 1 and not (titled and stories[0].lines):
        sure = _ONE_LINKED if stories[0].linked_below else _UNLINKED
        return sure * share if not outside and stories[0].lines else 0.0
    if linked * 10 < len(stories) * 6:
        return _UNLINKED * share if not outside else 0.0
    return SURENESS * share


def read(reading: Reading) -> Parts:
    """Stories as items."""
    return Parts(
        [
            read_entry(story.title, story.line, story.lines, reading, story.pictures)
            for story in _find(reading.outline)[0]
        ]
    )
