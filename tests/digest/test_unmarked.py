"""Text without a mark of Markdown is what the parser would have made of it."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsletter.digest import markdown
from newsletter.digest.markdown import unmarked

MARKS = " \t\n\xa0\u3000\u2028.,:;!?\"'“”()/#>+-=|\\`*_[]<&~@$%^{}0123456789"
# Letters, the characters that may be marks, and what begins a line of some block.
PIECES = st.one_of(
    st.sampled_from(list(MARKS)),
    st.sampled_from(["1. ", "12) ", "- ", "# ", "https://x.org", "a@b.org", "www.x.org", "&amp;"]),
    st.text(max_size=3),
    st.sampled_from(["港口", "Hafen", "é", "**", "<b>", "」"]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=8).map("".join))
@example("1.")
@example("1.5 million")
@example("2026) ")
@example(" four")
@example('a\xa0b > c "d"')
@example("a  ")
@example("\u2028a\u2028b")
def test_it_is_what_the_parser_makes_of_it(source: str) -> None:
    cheap = [
        markdown.inline_html(source),
        markdown.block_html(source),
        markdown.plain_text(source),
        markdown.plain_text(source, links=False),
    ]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(markdown, "is_unmarked", lambda _text: False)
        parsed = [
            markdown.inline_html(source),
            markdown.block_html(source),
            markdown.plain_text(source),
            markdown.plain_text(source, links=False),
        ]
    assert cheap == parsed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The quay is closed until spring", True),
        ("港口：新渡轮下周启航（第 3 班）", True),
        ("3 ferries, 2.5 m long", True),
        ("50 % more – “soon”", True),
        ("3. Ferries", False),
        ("# Ferries", False),
        ("Ferries *soon*", False),
        ("AT&T buys", False),
        ("See https://example.org", False),
        ("", False),
    ],
)
def test_what_is_unmarked(text: str, expected: bool) -> None:
    assert unmarked.is_unmarked(text) is expected
