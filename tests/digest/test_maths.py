"""Formulas stay as they were written, and money is no formula."""

from __future__ import annotations

import pytest

from newsletter.digest.markdown import block_html, plain_text


@pytest.mark.parametrize(
    "source",
    [
        r"Energy $E = \frac{1}{8}\rho\,g H^2$ per area",
        r"$$\int_0^1 x\,dx = \{a\}$$",
        r"\(x_{i_1} * y*z\) and \[ x^2 \_ y \]",
        "$a_1*b_1*c$",
        "$$\na_1\n- b_1*c*d\n= 3\\,x\n$$",
        "\\[\n1. x_1\n\\]",
        "公式$a^2*b*c$。",
    ],
)
def test_a_formula_is_text(source: str) -> None:
    assert block_html(source) == f"<p>{source}</p>"
    assert plain_text(source) == source


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("It is $5 and *bold* for $6.", "It is $5 and <em>bold</em> for $6."),
        ("costs $5_000 and *now* $6", "costs $5_000 and <em>now</em> $6"),
        ("US$*really* good, A$*ap*", "US$<em>really</em> good, A$<em>ap</em>"),
        ("$HOME/a_b and *x* $PATH", "$HOME/a_b and <em>x</em> $PATH"),
        (r"\(a *note*\) and \[1\]", "(a <em>note</em>) and [1]"),
        (r"\$5 and *x* \$6", "$5 and <em>x</em> $6"),
        ("`$a_1*b*$` code", "<code>$a_1*b*$</code> code"),
        ("$$**bold**$$", "$$<strong>bold</strong>$$"),
        ("$a < b_1$ & so", "$a &lt; b_1$ &amp; so"),
    ],
)
def test_what_is_none_is_markdown(source: str, html: str) -> None:
    assert block_html(source) == f"<p>{html}</p>"


def test_around_a_formula_of_lines_there_are_paragraphs_and_lists() -> None:
    assert block_html("above\n$$\nx_1\n- y\n$$\nbelow\n\n- $a_1*b*c$\n- $$\n  y_1\n  $$") == (
        "<p>above</p>\n<p>$$\nx_1\n- y\n$$</p>\n<p>below</p>\n"
        "<ul>\n<li>$a_1*b*c$</li>\n<li>$$\ny_1\n$$</li>\n</ul>"
    )


def test_one_that_does_not_end_is_none() -> None:
    assert block_html("$$\nx_1\n\n*after*\n$$") == "<p>$$\nx_1</p>\n<p><em>after</em>\n$$</p>"
