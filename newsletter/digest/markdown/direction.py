"""Right-to-left text says so: `dir="rtl"` on each block whose first letter runs from the right.

That is the rule of `dir="auto"` (HTML, 3.2.6.4; Unicode TR 9, P2 and P3), worked out here, since
Word's engine knows no `auto` and mail programs and feed readers have no style sheet of ours.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from markdown_it.token import Token

# Hebrew to Arabic Extended, their presentation forms, and the old and African scripts beyond.
_ANY = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_BLOCKS = {
    "paragraph_open", "heading_open", "blockquote_open", "bullet_list_open", "ordered_list_open",
    "table_open", "th_open", "td_open",
}  # fmt: skip


def is_rtl(text: str) -> bool:
    """Whether the first letter of `text` is of a script that runs from the right."""
    return _ANY.search(text) is not None and _runs_from_right(text) is True


def _runs_from_right(text: str) -> bool | None:
    """The same, or None where there is no letter: such a text goes with what is around it."""
    kinds = (unicodedata.bidirectional(character) for character in text)
    first = next((kind for kind in kinds if kind in ("L", "R", "AL")), None)
    return None if first is None else first != "L"


def mark(tokens: Sequence[Token], source: str) -> None:
    """Give blocks that run from the right their direction; those within them that do not, too."""
    if _ANY.search(source) is None:
        return
    around = [False]
    for index, token in enumerate(tokens):
        if token.nesting < 0:
            around.pop()
        elif token.nesting > 0:
            here = _runs_from_right(_text(tokens, index)) if token.type in _BLOCKS else None
            if here is None:
                here = around[-1]
            elif here != around[-1]:
                token.attrs["dir"] = "rtl" if here else "ltr"
            around.append(here)


def _text(tokens: Sequence[Token], start: int) -> str:
    """The first text within the block that begins at `start`, without its markup."""
    for token in tokens[start + 1 :]:
        if token.type == "inline":
            return "".join(c.content for c in token.children or [] if c.type != "html_inline")
        if token.level <= tokens[start].level and token.nesting < 0:
            break
    return ""
