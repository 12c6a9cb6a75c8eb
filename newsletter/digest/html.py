"""HTML that stands for Markdown: headings, list items and links become their Markdown equals.

Only what gives a document its structure. Everything else stays as it is and is sanitised when it
is shown. Line numbers do not change.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .inline import only_link, outside_code, without_entities

_HEADING = re.compile(r"\s*<h([1-6])(?:\s[^<>]*)?>(.*?)</h\1\s*>\s*$", re.IGNORECASE)
_HEADING_OPEN = re.compile(r"\s*<h([1-6])(?:\s[^<>]*)?>\s*$", re.IGNORECASE)
_HEADING_CLOSE = re.compile(r"\s*(.*?)</h([1-6])\s*>\s*$", re.IGNORECASE)
_LONGEST_HEADING = 20  # lines from its tag to the closing one: a tag a line, each in the other
_LIST_TAGS = re.compile(
    r"\s*(?:</?(?:ul|ol|dl)(?:\s[^<>]*)?>\s*|</(?:li|dt|dd)\s*>\s*)+$", re.IGNORECASE
)
_DETAILS_TAGS = re.compile(r"(?:\s*</?details(?:\s[^<>]*)?>\s*)+", re.IGNORECASE)
# No mail program folds text: what is behind a summary is shown below it.
_SUMMARY = re.compile(
    r"\s*(?:<details(?:\s[^<>]*)?>\s*)?<summary(?:\s[^<>]*)?>(.*?)</summary\s*>\s*$", re.IGNORECASE
)
_LIST_ITEM = re.compile(
    r"(\s*)(?:<[uod]l(?:\s[^<>]*)?>\s*)?<(?:li|dt)(?:\s[^<>]*)?>(.*)$", re.IGNORECASE
)
_DESCRIPTION = re.compile(r"(\s*)<dd(?:\s[^<>]*)?>(.*)$", re.IGNORECASE)
_LIST_END = re.compile(r"(?:\s*</(?:li|dt|dd|ul|ol|dl)\s*>)+\s*$", re.IGNORECASE)
_LINK = re.compile(
    r"<a\s(?:[^<>]*?\s)?href\s*=\s*(?:\"([^\"<>]*)\"|'([^'<>]*)'|([^\s\"'<>]+))[^<>]*>"
    r"((?:[^<]|<(?!/?a[\s>]))*?)</a\s*>",
    re.IGNORECASE,
)
_ANCHOR = re.compile(r"<a\s+(?:id|name)\s*=\s*[^<>]*>\s*(?:</a\s*>)?", re.IGNORECASE)
_OWN_ANCHOR = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(#[^()\s]*\)")
_PICTURE = re.compile(r"<img\s[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?/?>")
_FIGURE = re.compile(r" {0,3}<figure(?:\s[^<>]*)?>", re.IGNORECASE)
_DEEPEST = 4  # tags around a line, in each other
MOST_OF_FIGURE = 30  # lines; without an end by then the tag is a stray one
# Tags that only lay out a text: around a whole line, or alone between empty lines.
_AROUND = re.compile(
    r"\s{0,3}<(span|font|p|div|center|small|big)(?:\s[^<>]*)?>(.*)</\1\s*>\s*$", re.IGNORECASE
)
_LAYOUT = re.compile(
    r"\s{0,3}</?(?:div|center|section|article|main|span|font)(?:\s[^<>]*)?>\s*$", re.IGNORECASE
)
_RULE = re.compile(
    r"\s{0,3}(?:<br\s*/?>\s*)*<hr(?:\s[^<>]*)?/?>\s*(?:<br\s*/?>\s*)*$", re.IGNORECASE
)
_BREAKS = re.compile(r"\s{0,3}(?:<br\s*/?>\s*)+$", re.IGNORECASE)
# Lines an editor of HTML keeps open with a space: there is nothing to read in them.
_SPACES = re.compile(
    r"(?:<p(?:\s[^<>]*)?>)?(?:&nbsp;|&#160;|&#xa0;|&ensp;|&emsp;|&zwnj;|&#8203;|<br\s*/?>|\s)+(?:</p>)?",
    re.IGNORECASE,
)
_FENCE = re.compile(r"\s{0,12}(`{3,}|~{3,})(?!.*~{3}\s*$)")


def to_markdown(lines: list[str], start: int) -> tuple[list[str], frozenset[int]]:
    """The lines, and the numbers (from 1) of those that were only marks; not in code.

    `start` is the index of the first line that is looked at.
    """
    made = list(lines)
    marks: set[int] = set()
    fence = ""
    inside = 0  # The index behind the figure that was begun.
    for index in range(start, len(made)):
        line = made[index]
        if fence:
            closing = line.strip()
            if closing.startswith(fence) and not closing.strip(fence[0]):
                fence = ""
            continue
        if line.lstrip()[:3] in ("```", "~~~") and (match := _FENCE.match(line)):
            fence = match.group(1)
            continue
        if "&" in line and _SPACES.fullmatch(line.strip()):
            made[index] = ""
            marks.add(index + 1)
            continue
        if "<" not in line:
            continue
        if index >= inside and (count := figure_lines(made, index)):
            inside = index + count
        if index < inside:
            continue  # Markdown is not read in a block of HTML: its links stay as they are.
        changed = _line(made, index)
        if changed != line:
            made[index] = changed
            if not changed.strip():
                marks.add(index + 1)
            below = index + 1  # The other lines of a heading, which are part of its mark.
            while below < len(made) and not made[below] and lines[below].strip():
                marks.add(below + 1)
                below += 1
    return made, frozenset(marks)


def figure_lines(lines: Sequence[str], index: int) -> int:
    """How many lines the figure has that starts there; 0 when none does, or it has no end."""
    if _FIGURE.match(lines[index]) is None:
        return 0
    for count, line in enumerate(lines[index : index + MOST_OF_FIGURE], start=1):
        if "</figure" in line.lower():
            return count
    return 0


def _line(lines: list[str], index: int) -> str:
    line = lines[index]
    if _LIST_TAGS.match(line) or _DETAILS_TAGS.fullmatch(line):
        return ""
    if _LAYOUT.match(line) and _stands_alone(lines, index):
        return ""
    if _RULE.match(line):
        return "***"  # Dashes below a line of text would make it a heading.
    if _BREAKS.match(line) and _between_blocks(lines, index):
        return ""
    line = _unwrapped(line)
    if summary := _SUMMARY.match(line):
        return f"**{summary.group(1).strip()}**" if summary.group(1).strip() else ""
    if heading := _HEADING.match(line) or _several_lines(lines, index):
        level, text = heading.group(1), heading.group(2)
        return f"{'#' * int(level)} {' '.join(_links(text).split())}"
    if item := _LIST_ITEM.match(line):
        said = item.group(2).strip() or _next_line(lines, index)
        line = f"{item.group(1)}- {_LIST_END.sub('', said).strip()}"
    elif described := _DESCRIPTION.match(line):
        line = f"{described.group(1)}  {_LIST_END.sub('', described.group(2)).strip()}"
    elif "</li" in line or "</ul" in line or "</ol" in line:
        line = _LIST_END.sub("", line)
    return _links(line) if "<a" in line.lower() else line


def _between_blocks(lines: Sequence[str], index: int) -> bool:
    """Whether a line has no text beside it: an empty line or a rule on both sides."""
    above = lines[index - 1].strip() if index else ""
    below = lines[index + 1].strip() if index + 1 < len(lines) else ""
    return above in {"", "***"} and not below


def _stands_alone(lines: Sequence[str], index: int) -> bool:
    """Whether a line has none beside it: Markdown is read between it and the closing tag."""
    return not any(
        one.strip() for one in (*lines[max(0, index - 1) : index], *lines[index + 1 : index + 2])
    )


def _unwrapped(line: str) -> str:
    """A line without the tags around the whole of it, when it holds a link and no picture."""
    for _deep in range(_DEEPEST):
        around = _AROUND.match(line)
        if around is None or f"</{around.group(1)}" in around.group(2).lower():
            break
        inside = around.group(2).strip()
        if "<img" in inside.lower() or ("://" not in inside and "](" not in inside):
            break
        if around.group(1).lower() in {"small", "big"} and only_link(_links(inside)) is None:
            break  # It says something; how large is the editor's choice.
        line = inside
    return line


def _several_lines(lines: list[str], index: int) -> re.Match[str] | None:
    """A heading whose tags stand on lines of their own; the lines below it are emptied."""
    opening = _HEADING_OPEN.match(lines[index])
    if opening is None:
        return None
    for end in range(index + 1, min(index + _LONGEST_HEADING, len(lines))):
        if not lines[end].strip():
            return None  # An empty line ends a block of HTML (CommonMark 0.31, section 4.6).
        closing = _HEADING_CLOSE.match(lines[end])
        if closing is not None and closing.group(2) == opening.group(1):
            inside = " ".join([*lines[index + 1 : end], closing.group(1)])
            for place in range(index + 1, end + 1):
                lines[place] = ""
            tag = opening.group(1)
            return _HEADING.match(f"<h{tag}>{' '.join(inside.split())}</h{tag}>")
    return None


def _next_line(lines: list[str], index: int) -> str:
    """What an entry says on the line below its tag, which is emptied."""
    if index + 1 == len(lines) or _LIST_TAGS.match(lines[index + 1]):
        return ""
    if _LIST_ITEM.match(lines[index + 1]) or _FENCE.match(lines[index + 1]):
        return ""
    said, lines[index + 1] = lines[index + 1].strip(), ""
    return said


def _links(line: str) -> str:
    return outside_code(line, lambda run: _ANCHOR.sub("", _LINK.sub(_link, run)))


def _link(match: re.Match[str]) -> str:
    target = match.group(1) or match.group(2) or match.group(3) or ""
    label = match.group(4).strip()
    if not target.strip() or target.startswith("#"):
        return label
    if re.search(r"[()\s]", target):
        target = f"<{target.strip()}>"
    if label.count("[") != label.count("]"):
        label = label.replace("[", "\\[").replace("]", "\\]")
    return f"[{label}]({target})"


def heading_text(text: str) -> str:
    """A heading without tags and pictures, which no title can show; their text stays.

    A tag that is no HTML (`<think>`) is text itself, and so are the words of a link to a place in
    the document, such as the heading's own anchor.
    """
    if "](#" in text:
        text = outside_code(text, lambda run: _OWN_ANCHOR.sub(r"\1", run))
    if "&" in text:
        text = outside_code(text, without_entities)
    if "<" not in text:
        return text
    bare = outside_code(text, _untagged)
    return " ".join(bare.split())


def _untagged(run: str) -> str:
    pairs = _PAIRED.sub(r"\2", _PICTURE.sub("", run))
    return _TAG.sub(_dropped, pairs)


# Names that a title about HTML may mention: tags only where they come in pairs.
_PAIRED = re.compile(
    r"<(cite|q|var|samp|dfn|time|data|bdi|bdo|tt|strike|nobr|ruby|rb)(?:\s[^<>]*)?>([^<>]*)</\1\s*>",
    re.IGNORECASE,
)


_HTML_NAMES = re.compile(
    r"</?(?:a|abbr|b|big|br|center|code|del|div|em|font|i|img|ins|kbd|mark|p|s|small|span|strong|sub"
    r"|sup|u|details|summary|h[1-6]|svg|path|picture|source|figure|figcaption|video|audio|iframe)(?=[\s/>])",
    re.IGNORECASE,
)


def _dropped(match: re.Match[str]) -> str:
    return "" if _HTML_NAMES.match(match.group()) else match.group()


_LAYOUT_NAMES = re.compile(
    r"</?(?:section|article|aside|header|footer|main|nav|table|tbody|thead|tr|td|th|caption|hr)"
    r"(?=[\s/>])",
    re.IGNORECASE,
)


def is_tags(text: str) -> bool:
    """Whether a line is nothing but tags of HTML, which no title can be."""
    text = text.strip()
    if not text.startswith("<") or re.search(r"\w", _TAG.sub("", text)):
        return False
    marked = "=" in text or "</" in text or _LAYOUT_NAMES.match(text) is not None
    return _TAG.match(text) is not None and (marked or not heading_text(text))
