r"""Formulas stay as they were written: `$a_1*b_1$`, `$$\int x\,dx$$`, `\(x^2\)`, `\[…\]`.

No mail program sets mathematics, so a formula is read as text; Markdown would take its low lines
and stars for emphasis and drop the backslash of `\,` and `\{`. What is a formula is decided as
Pandoc does (User's Guide, tex_math_dollars): no space behind the opening dollar nor before the
closing one; and as GitHub does no letter or digit right before or behind it. A formula also has a
sign that prose has not: money stays money.
"""

from __future__ import annotations

import re

from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

_LONGEST = 2_000
_FORMULA = re.compile(
    rf"\$\$(?P<shown>[^$`]{{1,{_LONGEST}}})\$\$"
    rf"|(?<![A-Za-z0-9])\$(?=\S)(?P<line>[^$`]{{1,{_LONGEST}}})(?<=\S)\$(?![A-Za-z0-9])"
    rf"|\\\((?P<round>[^$`]{{1,{_LONGEST}}}?)\\\)"
    rf"|\\\[(?P<square>[^$`]{{1,{_LONGEST}}}?)\\\]"
)
_SIGN = re.compile(r"[\\^_{*]")
# Behind `\(`, which also is how Markdown writes a parenthesis: a command or a place above or below.
_COMMAND = re.compile(r"\\[A-Za-z]|[\^_](?:\{|\w)")
_PROSE = re.compile(r"\]\(|://|\*\*|\n[ \t]*\n")


def formula(state: StateInline, silent: bool) -> bool:
    """An inline rule: a formula is text."""
    if state.src[state.pos] not in "$\\":
        return False
    found = _FORMULA.match(state.src, state.pos, state.posMax)
    if found is None or _PROSE.search(found[0]):
        return False
    said = found[found.lastgroup or 0]
    wanted = _SIGN if found[0].startswith("$") else _COMMAND
    if not wanted.search(said):
        return False
    if not silent:
        state.pending += found[0]
    state.pos = found.end()
    return True


def formula_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A block rule: lines from one that begins with `$$` or `\\[` to one that ends it are a
    paragraph, so that a line which begins with a minus or a number begins no list."""
    first = _line(state, start)
    closing = {"$$": "$$", "\\[": "\\]"}.get(first[:2])
    if closing is None or state.is_code_block(start):
        return False
    last = start
    while True:
        text = first[2:] if last == start else _line(state, last)
        if text.rstrip().endswith(closing):
            break
        last += 1
        if last >= end or not _line(state, last).strip():
            return False
    source = state.getLines(start, last + 1, state.blkIndent, False).strip()
    if not _FORMULA.fullmatch(source) or not _SIGN.search(source[2:-2]):
        return False
    if silent:
        return True
    state.line = last + 1
    opening = state.push("paragraph_open", "p", 1)
    opening.map = [start, last + 1]
    token = state.push("inline", "", 0)
    token.content, token.map, token.children = source, [start, last + 1], []
    state.push("paragraph_close", "p", -1)
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]
