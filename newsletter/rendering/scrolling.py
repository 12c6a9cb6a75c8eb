"""What is wider than its column scrolls on a page, by keyboard as well.

A table that scrolls itself is no table any more to those who hear it (`display: block`), so it
stands in a box that does.
"""

from __future__ import annotations

import re

from django.utils.html import escape
from django.utils.translation import pgettext

_TABLE = re.compile(r"<(/?)table\b[^>]*>")


def scrolling(html: str) -> str:
    """Clean HTML whose outermost tables and blocks of code can be scrolled with the keys.

    Speaks the active language.
    """
    if "<table" in html:
        html = _boxed(html)
    # Code has no other use of the attribute: nh3 keeps none.
    return html.replace("<pre>", '<pre tabindex="0">')


def _boxed(html: str) -> str:
    name = escape(pgettext("on a page", "Table"))
    begin = f'<div class="scroll" tabindex="0" role="group" aria-label="{name}">'
    depth = 0

    def box(match: re.Match[str]) -> str:
        nonlocal depth
        depth += -1 if match[1] else 1
        if match[1]:
            return f"{match.group()}</div>" if depth == 0 else match.group()
        return f"{begin}{match.group()}" if depth == 1 else match.group()

    return _TABLE.sub(box, html)
