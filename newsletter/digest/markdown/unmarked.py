"""Text that has no mark of Markdown in it, which most titles and many sentences are.

The parser would give it back as it stands, at thirty times the cost: an issue of 300 items has
thousands of such runs. What is perhaps a mark counts as one, so this never decides for the parser.
"""

from __future__ import annotations

import re

# CommonMark 0.31: a backslash, `*_[]<&~` and a backtick may mean something anywhere; `#>+=-:|`, a
# number with a point and white space only where a block begins; line ends part lines.
_UNMARKED = re.compile(
    r"(?!\d{1,9}[.)](?:\s|$))"
    r"[^\s#>+=\-:|\\`*_\[\]<&~]"
    r"[^\n\r\t\u2028\u2029\\`*_\[\]<&~]*"
)


def is_unmarked(text: str) -> bool:
    """Whether Markdown would read `text`, which is clean, as one line of itself."""
    return _UNMARKED.fullmatch(text) is not None and "://" not in text


def as_html(text: str) -> str:
    """Unmarked text as nh3 writes it, which leaves quotation marks as they are."""
    return text.strip().replace(">", "&gt;").replace("\xa0", "&nbsp;")
