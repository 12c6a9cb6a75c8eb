"""MDX: `import` and `export` lines, `{/* comments */}` and `{expressions}`.

They are program text between the prose. https://mdxjs.com/docs/what-is-mdx/#esm
"""

from __future__ import annotations

import re
from functools import partial

from ..marking import gettext_noop
from ..marks import replace_tags
from ..prose import Prose

NAME = "mdx"
LABEL = gettext_noop("Program text of MDX (import, export)")
ORDER = 5

_LONGEST = 200  # lines of one statement
_NAMES = r"(?:[\w$]+|\*\s+as\s+[\w$]+|\{[^{}]*\})"
_IMPORT = re.compile(
    rf"import\s+(?:(?:type\s+)?{_NAMES}(?:\s*,\s*{_NAMES})?\s+from\s+)?(?:\"[^\"]*\"|'[^']*')\s*"
    r"(?:(?:with|assert)\s*\{[^{}]*\}\s*)?;?\s*$"
)
_IMPORT_OPEN = re.compile(r"import\s+(?:type\s+)?(?:[\w$]+\s*,\s*)?\{[^{}]*$")
_EXPORT = re.compile(
    r"export\s+(?:(?:const|let|var)\s+[\w${\[]|(?:async\s+)?function\b|class\s+\w|\{|\*\s|"
    r"(?:type|interface|enum)\s+\w|default\s+(?:[\w$.]+\s*;?\s*$|[\w$.]+\(|function\b|class\b|"
    r"async\b|[({\[<]))"
)
_JSX = re.compile(r"<[A-Z][\w.]{0,60}(?:\s[^<>]{0,300}=[^<>]{0,300}|\s{0,3}/)>")
_EXPRESSION = re.compile(
    r"(?<![\\$`{=])\{\s*(?:[A-Za-z_$][\w$]*(?:\??\.[\w$]+|\[[^\[\]{}]*\]|\([^(){}]*\))+"
    r"|`[^`{}]*`|\"[^\"{}]*\"|'[^'{}]*'|[\"'` ]+)\s*\}"
)
# Attributes of a tag whose value is computed: style={{…}}, src={require(…)}.
_COMPUTED = re.compile(
    r"\s[\w-]{1,40}=(?:\{\{[^{}]{0,500}\}\}|\{(?!\s{0,9}[\"'`\[{])[^{}]{0,500}\})"
)
_STRING = re.compile(
    r"(?<!=)\{\s*(?:\"([^\"{}]*)\"|'([^'{}]*)'|`([^`{}$]*)`|[\"'`]?\s*[\"'`]?)\s*\}"
)


def settle(prose: Prose) -> None:
    """Drop statements and comments; expressions only of a document that is MDX."""
    is_mdx = _drop_statements(prose)
    if any("{/*" in line for _index, line in prose.rows("{/*")):

        def comment(_inside: str, index: int) -> str:
            prose.tell(NAME, index)
            return ""

        replace_tags(prose, "{/*", "*/}", NAME, comment)
        is_mdx = True
    if is_mdx or any(_JSX.search(line) for _index, line in prose.rows("<")):
        for index, _line in prose.rows("{"):
            prose.change_line(index, partial(_without_expressions, prose, index))


def _drop_statements(prose: Prose) -> bool:
    found = False
    skip = prose.start
    for index, line in prose.rows():
        if index < skip or not line.startswith(("import", "export")):
            continue
        end = _end_of_import(prose, index) if line[0] == "i" else _end_of_export(prose, index)
        if end is None:
            continue
        found = True
        skip = end + 1
        prose.drop(index, NAME)
        for below in range(index + 1, skip):
            prose.drop(below)
            prose.code.discard(below)
    return found


def _end_of_import(prose: Prose, index: int) -> int | None:
    """The index of an import's last line; None if it is none."""
    text = prose.lines[index]
    if _IMPORT.match(text):
        return index
    if not _IMPORT_OPEN.match(text):
        return None
    for below in range(index + 1, min(index + _LONGEST, len(prose.lines))):
        line = prose.lines[below].strip()
        if not line:
            return None
        text += " " + line
        if "}" in line:
            return below if _IMPORT.match(text) else None
    return None


def _end_of_export(prose: Prose, index: int) -> int | None:
    """The last line of an export: where its brackets are closed, or the paragraph ends."""
    if not _EXPORT.match(prose.lines[index]):
        return None
    depth = 0
    last = min(index + _LONGEST, len(prose.lines))
    for below in range(index, last):
        line = prose.lines[below]
        depth += sum(line.count(sign) for sign in "{([") - sum(line.count(sign) for sign in "})]")
        following = prose.lines[below + 1] if below + 1 < len(prose.lines) else ""
        if depth <= 0 and not following.strip():
            return below
        if depth <= 0 and line.rstrip().endswith((";", "}")):
            return below
    # Never closed: a paragraph, so that a slip takes no more.
    ends = (below for below in range(index, last) if not prose.lines[below].strip())
    return next(ends, last) - 1


def _without_expressions(prose: Prose, index: int, run: str) -> str:
    def text(match: re.Match[str]) -> str:
        return next((part for part in match.groups() if part), " ")

    if "<" in run:
        run = _COMPUTED.sub("", run)
    left, count = _EXPRESSION.subn("", _STRING.sub(text, run))
    for _once in range(count):
        prose.tell(NAME, index)
    return left
