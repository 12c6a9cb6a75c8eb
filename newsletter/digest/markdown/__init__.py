"""Markdown as readers expect it, as safe HTML or plain text. Every output uses this package.

CommonMark with tables and `~~strike~~`, and these departures, each with its reason:

- bold closes next to Chinese characters (`**标题：**正文`), which CommonMark refuses;
- a single `~` strikes nothing through (`10~80`);
- a tag that is no HTML (`<think>`) is shown as text instead of vanishing;
- a line break between two Chinese characters adds no space;
- a bare http(s) address becomes a link;
- a formula between dollars is text as it was written;
- a block whose first letter runs from the right has `dir="rtl"`;
- headings leave out no level; a whole line of no-break spaces has ordinary ones;
- comments are dropped, and all HTML goes through nh3 with a short list of tags.

Links keep only absolute http, https and mailto targets; of others, and of pictures at such, the
words stay. They carry `rel="noopener noreferrer"`:
noreferrer, because pages with personal tokens in their address show these links; not nofollow,
because an editor chose them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from html import escape, unescape

import nh3
from markdown_it.token import Token

from .addresses import clean, safe_url
from .direction import is_rtl, mark
from .mended import loosened, stepped
from .parser import parser, text_token, too_wild
from .plain import Plain
from .scripts import foreign
from .tags import block_cleaner, inline_cleaner
from .unmarked import as_html, is_unmarked

__all__ = [
    "block_html",
    "blocks",
    "clean",
    "foreign",
    "found_links",
    "inline_html",
    "is_rtl",
    "plain_text",
    "safe_url",
]


def inline_html(source: str) -> str:
    """One run (a title, a bullet, a lead) as safe HTML without block tags.

    An image becomes a link with its alternative text. For text that may hold several
    paragraphs (insight, body, introduction) use `block_html`.
    """
    source = clean(source).strip()
    if is_unmarked(source):
        return loosened(as_html(source))
    if too_wild(source):
        return escape(source, quote=False)
    tokens = parser().parseInline(source, {})
    for token in tokens:
        token.children = _images_as_links(token.children or [])
    return _finish(tokens, inline_cleaner())


def block_html(source: str, first: int = 3) -> str:
    """Paragraphs, lists, quotes, tables, code and pictures as safe HTML.

    Headings start at h3, or at level `first`: an item's title stands above them.
    """
    source = clean(source)
    if is_unmarked(source):
        direction = ' dir="rtl"' if is_rtl(source) else ""
        return f"<p{direction}>{loosened(as_html(source))}</p>"
    if too_wild(source):
        return f"<p>{escape(source.strip(), quote=False)}</p>"
    tokens = parser().parse(source, {})
    mark(tokens, source)
    return stepped(_finish(tokens, block_cleaner()), first)


def blocks(source: str) -> list[str]:
    """The source of each paragraph, list, table, quote and block of code, in order.

    Joined by blank lines they are the text again.
    """
    source = clean(source)
    lines = source.split("\n")
    starts: list[int] = []
    if not too_wild(source):
        tokens = parser().parse(source, {})
        starts = [token.map[0] for token in tokens if token.level == 0 and token.map]
    # Lines before the first block are definitions of links: they belong to it.
    starts = [0, *dict.fromkeys(starts[1:])]
    ends = [*starts[1:], len(lines)]
    found = ["\n".join(lines[a:b]).strip("\n") for a, b in zip(starts, ends, strict=True)]
    return [text for text in found if text.strip()]


def plain_text(source: str, *, links: bool = True) -> str:
    """Without markup, for the text part, subjects and feeds' titles.

    With `links`, a link is written `label (address)`, or the address alone when that is the
    label; without, only its label stays.
    """
    source = clean(source)
    if too_wild(source) or is_unmarked(source):
        return source.strip()
    return Plain(links).write(parser().parse(source, {}))


def found_links(source: str) -> list[tuple[str, str]]:
    """(label, address) of every link in `source` a reader could follow, in order."""
    source = clean(source)
    if too_wild(source) or is_unmarked(source):
        return []
    if len(source) <= _SHORT:
        return list(_links_of_short(source))
    return _links(source)


# Checks look through all texts of an issue for the sake of one that was changed: what is short is
# remembered, at most 8 MB of it.
_SHORT = 2_000


@functools.lru_cache(maxsize=2048)
def _links_of_short(source: str) -> tuple[tuple[str, str], ...]:
    return tuple(_links(source))


def _links(source: str) -> list[tuple[str, str]]:
    found = []
    for token in parser().parse(source, {}):
        children = token.children or []
        for index, child in enumerate(children):
            if child.type == "link_open" and (url := safe_url(str(child.attrs.get("href", "")))):
                label = Plain(False).run(children[index + 1 : _link_end(children, index)])
                found.append((label, url))
    return found


def _images_as_links(children: list[Token]) -> list[Token]:
    made: list[Token] = []
    inside = 0
    for token in children:
        if token.type in {"link_open", "link_close"}:
            inside += token.nesting
        if token.type != "image":
            made.append(token)
            continue
        url = safe_url(str(token.attrs.get("src", "")))
        label = text_token(token.content or url)
        if inside or not url:
            made.append(label)
        else:
            opening = Token("link_open", "a", 1)
            opening.attrs = {"href": url}
            made += [opening, label, Token("link_close", "a", -1)]
    return made


def _finish(tokens: Sequence[Token], cleaner: nh3.Cleaner) -> str:
    html = parser().renderer.render(list(tokens), parser().options, {})
    # Cleaned again: nh3 decodes `&#1;` inside raw HTML.
    return loosened(clean(_IMAGE.sub(_in_words, cleaner.clean(html))).strip())


# As nh3 writes it.
_IMAGE = re.compile(r"""<img(?:\s[\w-]+="[^"]*")*\s*/?>""")
_ALT = re.compile(r"""\salt="([^"]*)["]""")


def _in_words(match: re.Match[str]) -> str:
    """A picture; of one whose address was taken away, since it leads nowhere, what it shows."""
    if ' src="' in match.group():
        return match.group()
    alt = _ALT.search(match.group())
    return escape(unescape(alt.group(1)), quote=False) if alt else ""


def _link_end(children: Sequence[Token], start: int) -> int:
    """Index of the link_close that belongs to the link_open at `start`; links do not nest."""
    for index in range(start + 1, len(children)):
        if children[index].type == "link_close":
            return index
    return len(children)
