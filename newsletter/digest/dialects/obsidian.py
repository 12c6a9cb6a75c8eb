"""Obsidian's marks: `[[page|text]]`, `![[file]]`, `==mark==`, `%%comment%%`, `^block`, `a:: b`.

A link into the vault leads nowhere for a reader: its text stays. An embedded file is not at hand.
https://help.obsidian.md/obsidian-flavored-markdown
"""

from __future__ import annotations

import re
from functools import partial

from ..marking import gettext_noop
from ..prose import COMMENT, Prose, keeping_addresses

NAME = "obsidian"
LABEL = gettext_noop("A query or an embedded file of Obsidian")
ORDER = 30

_EMBED = re.compile(r"!\[\[[^\[\]\n]{1,400}\]\]")
_WIKI = re.compile(r"(?<![\w\]])\[\[([^\[\]|\n]{1,300})(?:\\?\|([^\[\]\n]{0,300}))?\]\](?![(\[])")
_HIGHLIGHT = re.compile(r"(?<![=\w])==(?=[^\s=])((?:[^=`]|=(?!=)){1,600}?)(?<=[^\s=])==(?![=\w])")
_HIGHLIGHT_WIDE = re.compile(r"==(?=[^\s=])((?:[^=`]|=(?!=)){1,600}?)(?<=[^\s=])==(?!=)")
_COMMENT = re.compile(r"(?<![\w%])%%(?!%)([^%\n]{0,2000}?)%%(?![\w%])")
_BLOCK = re.compile(r"(?:^|[ \t])\^(?=[a-z0-9-]*[a-z])[a-z0-9]{3}[a-z0-9-]{0,40}[ \t]*$", re.I)
_FIELD = re.compile(r"([ \t]{0,12}(?:[-*+][ \t]+)?)([^\W_][\w \t-]{0,40}?)::[ \t]+(?=\S)")
_INLINE_FIELD = re.compile(r"[\[(]([^\W\d_][\w -]{0,40})::[ \t]+([^\[\]()]{1,200})[\])](?![(\[])")
_QUERY = re.compile(
    r"[ \t]{0,3}(`{3,}|~{3,})[ \t]*(?:dataview|dataviewjs|tasks|query|tracker|kanban)\b"
)
_BLOCK_OF_PAGE = re.compile(r"#?\^[\w-]+$")
# Properties of Logseq and Obsidian that are for the program alone.
_TECHNICAL = {"id", "collapsed", "heading", "created-at", "updated-at", "cssclass", "cssclasses"}
_HEADING = re.compile(r"\s{0,3}#{1,6}\s")
_WIDE = re.compile("[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]")


def settle(prose: Prose) -> None:
    """Keep the text of each mark, drop what only the vault can show."""
    _drop_queries(prose)
    _drop_comments(prose)
    for index, _line in prose.rows("[["):
        prose.change_line(index, keeping_addresses(partial(_without_embeds, prose, index)))
        prose.change_line(index, keeping_addresses(lambda run: _WIKI.sub(_text_of, run)))
    for index, line in prose.rows("=="):
        if _HEADING.match(line):
            prose.change_line(index, keeping_addresses(lambda run: _marked(run, r"\1")))
        else:
            prose.change_line(
                index, keeping_addresses(lambda run: _marked(run, r"<mark>\1</mark>"))
            )
    for index, line in prose.rows("^"):
        match = _BLOCK.search(line[-64:])
        if match is not None:
            prose.put(index, line[: len(line) - len(match.group())])
    for index, line in prose.rows("::"):
        match = _FIELD.match(line)
        if match is not None and match[2].lower() in _TECHNICAL:
            prose.drop(index, NAME)
        elif match is not None:
            prose.put(index, f"{match[1]}{match[2]}: {line[match.end() :]}")
        prose.change_line(index, keeping_addresses(lambda run: _INLINE_FIELD.sub(r"\1: \2", run)))


def _marked(run: str, written: str) -> str:
    pattern = _HIGHLIGHT_WIDE if _WIDE.search(run) else _HIGHLIGHT
    return pattern.sub(written, run)


def _without_embeds(prose: Prose, index: int, run: str) -> str:
    left, count = _EMBED.subn("", run)
    for _once in range(count):
        prose.tell(NAME, index)
    return left


def _text_of(match: re.Match[str]) -> str:
    if match[2] is not None and match[2].strip():
        return match[2].strip()
    page = match[1].strip().rstrip("\\")
    heading = page.rpartition("#")[2].lstrip("^") if page.startswith("#") else page
    if not page.startswith("#"):
        heading = _BLOCK_OF_PAGE.sub("", page.removesuffix(".md")).replace("#", " – ").strip(" –")
    return heading


def _drop_queries(prose: Prose) -> None:
    """A query in a code block shows its source to everybody but Obsidian."""
    fence = ""
    for index in sorted(prose.code):
        line = prose.lines[index]
        if fence:
            prose.drop(index)
            closing = line.strip()
            if closing.startswith(fence) and not closing.strip(fence[0]):
                fence = ""
        elif match := _QUERY.match(line):
            if index - 1 in prose.code and prose.lines[index - 1].strip():
                continue
            fence = match[1]
            prose.drop(index, NAME)


def _drop_comments(prose: Prose) -> None:
    for index, line in prose.rows("%%"):
        change = keeping_addresses(lambda run: _COMMENT.sub("", run))
        if line.count("%%") > 1 and prose.change_line(index, change):
            prose.tell(COMMENT, index)
    marks = [index for index, line in prose.rows("%%")
             if line.strip().startswith("%%") or line.rstrip().endswith("%%")]  # fmt: skip
    place = 0
    while place + 1 < len(marks):
        opening, end = marks[place], marks[place + 1]
        first = prose.lines[opening].strip()
        if not first.startswith("%%") or first.count("%%") != 1:
            place += 1
            continue
        rest = prose.lines[end].partition("%%")
        prose.drop(opening, COMMENT)
        for index in range(opening + 1, end):
            prose.drop(index)
        prose.put(end, rest[2])
        place += 2
