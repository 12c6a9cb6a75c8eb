"""Tables and code in a mail on a phone: whole words, rows below each other, lines that wrap."""

from __future__ import annotations

import dataclasses
import re

import pytest
from django.utils import translation
from markupsafe import Markup

from newsletter.editions import BulletView, LinkView
from newsletter.rendering.cards import block
from newsletter.rendering.long_words import breakable
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


_TWELVE = [f"Column {n}" for n in range(12)]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        # Behind its column's name, where there is one.
        ("<table dir='rtl'><caption>C</caption>"
         f"<tr>{''.join(f'<th>{name}</th>' for name in _TWELVE)}</tr>"
         f"<tr>{'<td>1</td>' * 12}</tr></table>",
         "<table dir='rtl'><caption>C</caption><tbody><tr><td>"
         + "<br>".join(f"<b>{name}: </b>1" for name in _TWELVE)
         + "</td></tr></tbody></table>"),
        (f"<table><tr>{'<td>wordwordword</td>' * 6}</tr></table>",
         f"<table><tbody><tr><td>{'<br>'.join(['wordwordword'] * 6)}</td></tr></tbody></table>"),
        # A row of names alone, and one that is shorter than the others.
        (f"<table><tr>{'<th>wordwordword</th>' * 6}</tr></table>",
         f"<table><tbody><tr><td>{'<br>'.join(['wordwordword'] * 6)}</td></tr></tbody></table>"),
        (f"<table><tr>{'<th>wordwordword</th>' * 6}</tr><tr><td>a</td><td>b</td></tr></table>",
         "<table><tbody><tr><td><b>wordwordword: </b>a<br><b>wordwordword: </b>b</td></tr></tbody>"
         "</table>"),
    ],
)  # fmt: skip
def test_a_table_too_wide_for_any_mail_has_its_rows_below_each_other(
    html: str, expected: str
) -> None:
    with translation.override("en"):
        assert stacked(html) == expected


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


_FLAG = "\U0001f1e9\U0001f1ea"
_PLACE = "<!--[if mso]>&#8203;<![endif]-->"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("w" * 40, "w" * 40),
        ("w" * 41, "|".join(["w" * 10] * 4 + ["w"])),
        ("<" * 41, "|".join(["&lt;" * 10] * 4 + ["&lt;"])),
        # Letters with marks, and flags, stay whole.
        ("e\u0301" * 45, "|".join(["e\u0301" * 10] * 4 + ["e\u0301" * 5])),
        (_FLAG * 41, "|".join([_FLAG * 10] * 4 + [_FLAG])),
        # These break by themselves, or would fall apart.
        ("港口" * 50, "港口" * 50),
        ("ท่าเรือ" * 20, "ท่าเรือ" * 20),
        ("ا" * 50, "ا" * 50),
        ("-".join(["w" * 30] * 5), "-".join(["w" * 30] * 5)),
        ("a few words " * 9, "a few words " * 9),
    ],
)  # fmt: skip
def test_only_outlook_is_told_where_a_word_too_long_may_break(html: str, expected: str) -> None:
    assert breakable(html).replace(_PLACE, "|") == expected


def test_addresses_and_code_are_never_broken() -> None:
    word = "w" * 60
    html = Markup(f'<p><a href="https://example.org/{word}">{word}</a> <code>{word}</code></p>')
    made = breakable(html).replace(_PLACE, "|")
    broken = "|".join(["w" * 10] * 6)
    assert made == str(html).replace(f">{word}</a>", f">{broken}</a>")


@pytest.mark.parametrize("style", ["daily", "essay", "links"])
def test_a_word_of_300_letters_breaks_wherever_an_issue_has_it(style: str) -> None:
    word = "w" * 300
    view = rich()
    item = dataclasses.replace(
        view.items[0], title=word, insight=word, body=word,
        bullets=(BulletView(word, word, ()),),
        sources=(LinkView(1, word, "https://example.org/"),),
    )  # fmt: skip
    view = dataclasses.replace(
        view,
        items=(item, *view.items[1:]),
        intro=word,
        tail=(LinkView(2, word, "https://a.example/"),),
    )
    html = of_view(view, style)
    shown = re.sub(r"<!--.*?-->|<style.*?</style>|<title.*?</title>|<[^>]*>", "\n",
                   html.replace(_PLACE, "|"), flags=re.DOTALL)  # fmt: skip
    assert re.findall(r"w{41,}", shown) == []
    assert html.count(_PLACE) > 150
