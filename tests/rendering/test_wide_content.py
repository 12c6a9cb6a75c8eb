"""Tables and code in a mail on a phone: whole words, rows below each other, lines that wrap."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from newsletter.rendering.cards import block
from newsletter.rendering.tables import stacked
from tests.rendering.mails import of_view
from tests.rich_issue import rich

_WIDE = "| Line | Last boat | Remarks |\n|-|-|-|\n| North | 23:40 | the landing has new lights |"


def test_each_cell_of_a_wide_table_carries_its_column() -> None:
    html = str(block(_WIDE))
    assert html.startswith('<table class="wide">')
    assert re.findall(r"<td>.*?</td>", html) == [
        '<td><span class="column">Line: </span>North</td>',
        '<td><span class="column">Last boat: </span>23:40</td>',
        '<td><span class="column">Remarks: </span>the landing has new lights</td>',
    ]
    with translation.override("zh-hans"):
        assert '<span class="column">航线：</span>北' in str(
            block(_WIDE.replace("Line", "航线").replace("North", "北"))
        )


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>",
        # Not simple: it stays as it was given.
        f'<table><tr><th colspan="2">{"w " * 30}</th></tr><tr><td>1</td><td>2</td></tr></table>',
        f"<table><tr><td>{'w ' * 30}</td><td>b</td></tr></table>",
        f"<table><tr><th>{'w ' * 30}</th></tr><tr><td>1</td></tr></table>",
        f"<table><tr><th>{'w ' * 30}</th><th>b</th></tr><tr><td>1</td></tr></table>",
        "<table><caption>none</caption></table>",
        "<p>no table</p>",
    ],
)
def test_other_tables_stay_as_they_are(html: str) -> None:
    assert stacked(html) == html


def test_only_a_word_too_long_for_a_column_may_be_broken() -> None:
    word, link = "x" * 40, f'<a href="https://example.org/{"y" * 40}">short</a>'
    made = stacked(f"<table><tr><td>{word}</td><td>{link}</td></tr></table>")
    assert made == (
        f'<table><tr><td><span class="long">{word}</span></td><td>{link}</td></tr></table>'
    )


def test_the_names_of_columns_are_hidden_until_a_phone_shows_them() -> None:
    html = of_view(rich(), "daily")
    hidden = re.findall(r'<span class="column" style="([^"]*)">', html)
    assert hidden
    assert {style.split(";color")[0] for style in hidden} == {"display:none;mso-hide:all"}
    assert ".column { display: inline !important }" in html
    assert "word-break:normal" in re.findall(r'<table class="wide" style="([^"]*)"', html)[0]


def test_code_wraps_where_white_space_is_dropped_and_keeps_its_indentation() -> None:
    code = "```python\ndef f(x):\n    if x:\n\treturn  1\n\n```\n\n"
    folded = "<details><summary>A</summary>b</details>"
    assert str(block(code + folded)) == (
        '<div class="code"><code>def f(x):<br>\xa0\xa0\xa0\xa0if x:<br>\xa0\xa0\xa0\xa0return'
        "\xa0\xa01</code></div> <details><summary>A</summary> b</details>"
    )
