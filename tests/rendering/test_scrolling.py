"""What scrolls on a page can be scrolled with the keys, and stays what it is."""

from __future__ import annotations

import pytest
from django.utils import translation

from newsletter.rendering.scrolling import scrolling

_BOX = '<div class="scroll" tabindex="0" role="group" aria-label="Table">'


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a</p><table><tr><td>1</td></tr></table><p>b</p>",
         f"<p>a</p>{_BOX}<table><tr><td>1</td></tr></table></div><p>b</p>"),
        # The outer one alone: a box within a box would be two stops on one way.
        ("<table><tr><td><table dir=\"rtl\"></table></td></tr></table><table></table>",
         f"{_BOX}<table><tr><td><table dir=\"rtl\"></table></td></tr></table></div>"
         f"{_BOX}<table></table></div>"),
        ("<pre><code>a</code></pre>", '<pre tabindex="0"><code>a</code></pre>'),
        ("<p>&lt;table&gt; and &lt;pre&gt;</p>", "<p>&lt;table&gt; and &lt;pre&gt;</p>"),
    ],
)  # fmt: skip
def test_what_scrolls_can_be_reached(html: str, expected: str) -> None:
    with translation.override("en"):
        assert scrolling(html) == expected
