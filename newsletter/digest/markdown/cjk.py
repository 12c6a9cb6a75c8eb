"""Chinese, Japanese and Korean next to Markdown's marks, which CommonMark was not written for."""

from __future__ import annotations

import re

from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

# Ideographs, kana, hangul, CJK punctuation, full-width forms and the curly quotes of Chinese.
_CJK = re.compile(
    "[\u1100-\u11ff\u2e80-\u303f\u3040-\u30ff\u3100-\u31ff\u3200-\u9fff\ua960-\ua97f\uac00-\ud7ff"
    "\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60\uffe0-\uffe6\U0001f200-\U0001f2ff"
    "\U00020000-\U0003ffff]"
)
_PUNCTUATION = re.compile(r"[^\w\s]|_")


def is_cjk(character: str) -> bool:
    """Whether a character is CJK, its punctuation included."""
    return _CJK.match(character) is not None


def emphasis(state: StateInline, silent: bool) -> bool:
    """`markdown_it`'s emphasis rule with flanking that knows CJK.

    Next to a CJK character (punctuation included) a run of `*` may open or close as if next to
    a letter, and other punctuation does not stop it. `_` and Latin text are as in CommonMark.
    """
    start = state.pos
    marker = state.src[start]
    if silent or marker not in "*_":
        return False
    scanned = state.scanDelims(start, marker == "*")
    length, can_open, can_close = scanned.length, scanned.can_open, scanned.can_close
    if marker == "*" and not (can_open and can_close):
        before = state.src[start - 1] if start else " "
        after = state.src[start + length] if start + length < state.posMax else " "
        near = is_cjk(before) or is_cjk(after)
        if near and not after.isspace():
            hard = not is_cjk(after) and _PUNCTUATION.match(after)
            can_open = can_open or not hard or before.isspace() or is_cjk(before)
        if near and not before.isspace():
            hard = not is_cjk(before) and _PUNCTUATION.match(before)
            can_close = can_close or not hard or after.isspace() or is_cjk(after)
    for _ in range(length):
        token = state.push("text", "", 0)
        token.content = marker
        state.delimiters.append(
            Delimiter(
                marker=ord(marker),
                length=length,
                token=len(state.tokens) - 1,
                end=-1,
                open=can_open,
                close=can_close,
            )
        )
    state.pos += length
    return True
