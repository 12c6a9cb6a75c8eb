"""Markdown as readers expect it, and nothing in it that could hurt them."""

from __future__ import annotations

import re

import pytest

from newsletter.digest.markdown import block_html, found_links, inline_html, plain_text, safe_url

REL = 'rel="noopener noreferrer"'


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("**标题：**正文", "<strong>标题：</strong>正文"),
        ("他说**「引文」**很好", "他说<strong>「引文」</strong>很好"),
        ("**GLM（4.6）**在这里", "<strong>GLM（4.6）</strong>在这里"),
        ("**“引文”**之后", "<strong>“引文”</strong>之后"),
        ("**Lead:**文字", "<strong>Lead:</strong>文字"),
        ("**名：**甲，**号：**乙", "<strong>名：</strong>甲，<strong>号：</strong>乙"),
        # Latin text stays as CommonMark has it.
        ("**Lead:**text", "**Lead:**text"),
        ("snake_case_name 2 * 3 * 4", "snake_case_name 2 * 3 * 4"),
        ("从10~80到17~36", "从10~80到17~36"),
        ("~~gone~~", "<s>gone</s>"),
        ("模型输出<think>标签", "模型输出&lt;think&gt;标签"),
        ("a <b>bold</b> <TAG>", "a <b>bold</b> &lt;TAG&gt;"),
        ("一行\n二行", "一行二行"),
        ("one\ntwo", "one\ntwo"),
        ("before<!-- note -->after", "beforeafter"),
        # No mail program knows ruby.
        ("<ruby>漢字<rt>かんじ</rt></ruby>です", "漢字（かんじ）です"),
        ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>", "漢(kan)"),
        ("<ruby><rb>汉</rb><rt lang=zh>hàn</rt></ruby>", "汉（hàn）"),
    ],
)
def test_inline(source: str, html: str) -> None:
    assert inline_html(source) == html


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("[a](javascript:alert(1))", "a"),
        ("[a](data:text/html,x)", "a"),
        ("![a](file:///a.png)", "a"),
        ("[a](//example.org/x)", f'<a href="https://example.org/x" {REL}>a</a>'),
        ("[a](//nowhere)", "a"),
        ("[a](/path)", "a"),
        ("[a](ftp://example.org)", "a"),
        ("[a](https://example.org/?x=1&y=2#z)",
         f'<a href="https://example.org/?x=1&amp;y=2#z" {REL}>a</a>'),
        ("[a](mailto:alice@example.org)", f'<a href="mailto:alice@example.org" {REL}>a</a>'),
        ("见 https://example.org/a_b_c。", f'见 <a href="https://example.org/a_b_c" {REL}>'
         "https://example.org/a_b_c</a>。"),
        ("![alt](https://example.org/x.png)", f'<a href="https://example.org/x.png" {REL}>alt</a>'),
        ("<img src=x onerror=alert(1)>", ""),
        ("<script>alert(1)</script>", "alert(1)"),
        ('<b onclick="x()">b</b>', "<b>b</b>"),
        ("a\x00b\x1bc\ud800d\x9fe", "abcde"),
        ("<b>&#1;</b>&#xFFFE;", "<b>\ufffd</b>\ufffd"),
    ],
)  # fmt: skip
def test_only_safe_html(source: str, html: str) -> None:
    assert inline_html(source) == html


def test_blocks() -> None:
    assert (
        block_html(
            "# Head\n\n- one\n- two\n\n<script>x</script>\n\n<Card>\nin\n</Card>\n\n"
            "| a | b |\n|---|---|\n| 1 | 2 |\n\n![p](https://example.org/p.png)\n"
        )
        == "<h3>Head</h3>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n\n"
        "&lt;Card&gt;\nin\n&lt;/Card&gt;\n"
        "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n"
        "<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>\n"
        '<p><img src="https://example.org/p.png" alt="p"></p>'
    )


def test_plain_text() -> None:
    source = (
        "**导语：**见[报道](https://example.org/1)与 <https://example.org/2>\n\n"
        "- one\n- two\n  - three\n\n1. first\n2. second\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )
    assert plain_text(source) == (
        "导语：见报道 (https://example.org/1)与 https://example.org/2\n\n"
        "- one\n- two\n  - three\n1. first\n2. second\n\na | b\n1 | 2"
    )
    assert plain_text("[报道](https://example.org/1) **x**", links=False) == "报道 x"


def test_links_found() -> None:
    assert found_links(
        "[a **b**](https://example.org/1) [c](/rel) https://example.org/2 "
        "[m](mailto:bob@example.org)"
    ) == [
        ("a b", "https://example.org/1"),
        ("https://example.org/2", "https://example.org/2"),
        ("m", "mailto:bob@example.org"),
    ]


def test_addresses() -> None:
    assert safe_url(" https://example.org/a ") == "https://example.org/a"
    for bad in ("", "example.org", "//host", "http:///x", "https://[", "file:///etc",
                "https://example.org/a b", "JaVaScript:alert(1)", "mailto:nobody"):  # fmt: skip
        assert safe_url(bad) == ""


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        # As it stands, without being taken apart.
        ("https://example.org", "https://example.org"),
        ("http://example.org?q={a|b}~#:~:text=x", "http://example.org?q={a|b}~#:~:text=x"),
        ("https://a.example/p'(1);x,y`", "https://a.example/p'(1);x,y`"),
        # Nearly so.
        ("HTTPS://Example.org/", "HTTPS://Example.org/"),
        ("https://example.org:8080/ü", "https://example.org:8080/ü"),
        ("https://example.org/a\x00b", "https://example.org/ab"),
        ("https://example.org/a\n", "https://example.org/a"),
        ('https://example.org/"onclick=', ""),
        ("https://example.org/<b>", ""),
        ("https://example.org/a\nb", ""),
        ("https:///javascript:alert(1)", ""),
    ],
)
def test_a_plain_address_is_read_as_any_other(url: str, safe: str) -> None:
    assert safe_url(url) == safe


@pytest.mark.parametrize(
    ("source", "levels"),
    [
        ("# A\n\n## B\n\n#### C\n\n###### D", "3456"),
        ("#### A", "3"),
        ("### A\n\n##### B\n\n##### C\n\n### D", "3443"),
        # What comes first may be the lower one.
        ("## A\n\n# B\n\n## C", "334"),
        ("<h1>A</h1>\n\n<h4>B</h4>\n\n## C", "344"),
        ("A\n=\n\nB\n-\n\n> # C", "343"),
        ("1. ###### A\n2. # B", "33"),
        ("# A\n\n## B\n\n### C\n\n#### D\n\n##### E\n\n###### F", "345666"),
        ("`<h1>` and \\<h2>", ""),
        ("<h5 title='<h1>'>A</h5><h6>B</h6>", "34"),
    ],
)
def test_headings_leave_out_no_level(source: str, levels: str) -> None:
    assert "".join(re.findall(r"<h(\d)", block_html(source))) == levels
    below = "".join(str(min(6, int(level) + 1)) for level in levels)
    assert "".join(re.findall(r"<h(\d)", block_html(source, 4))) == below


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ('<b style="font-weight:normal;" id="docs-internal-guid-1">a <b>c</b> d</b>',
         "<p>a <b>c</b> d</p>"),
        ('<div><B id=x style="font-weight: 400"><p>a</p></B></div>', "<div><p>a</p></div>"),
        ('x <strong style="font-weight:normal">a</strong> y', "<p>x a y</p>"),
        ('<b style="font-weight:bold">a</b>', "<p><b>a</b></p>"),
        ('<b style="font-weight:700">a</b>', "<p><b>a</b></p>"),
        ("<b>font-weight:normal</b>", "<p><b>font-weight:normal</b></p>"),
    ],
)  # fmt: skip
def test_what_says_it_is_not_bold_is_not(source: str, html: str) -> None:
    assert block_html(source) == html


_NB = "\u00a0"


@pytest.mark.parametrize(
    ("source", "html"),
    [
        (_NB.join(["a", "line", "copied", "from", "a", "page"]), "a line copied from a page"),
        ("&nbsp;".join(["eine", "Zeile", "aus", "einem", "Büro"]), "eine Zeile aus einem Büro"),
        (f"**a{_NB}b** c{_NB}d{_NB}e{_NB}f{_NB}g", "<strong>a&nbsp;b</strong> c d e f g"),
        # An author's own: a number and its unit, French punctuation, initials, an indentation.
        (f"10{_NB}km, 4{_NB}200{_NB}000{_NB}€", "10&nbsp;km, 4&nbsp;200&nbsp;000&nbsp;€"),
        (f"«{_NB}Quoi{_NB}?{_NB}»", "«&nbsp;Quoi&nbsp;?&nbsp;»"),
        (f"J.{_NB}R.{_NB}R.{_NB}T.", "J.&nbsp;R.&nbsp;R.&nbsp;T."),
        (f"x{_NB * 8}y", "x" + "&nbsp;" * 8 + "y"),
        (f"中{_NB}文{_NB}里{_NB}有{_NB}空{_NB}格", "中 文 里 有 空 格"),
    ],
)
def test_a_line_of_no_break_spaces_may_be_broken(source: str, html: str) -> None:
    assert inline_html(source) == html
    assert block_html(source) == f"<p>{html}</p>"


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("שלום world", '<p dir="rtl">שלום world</p>'),
        ("12. **مرحبا** w", '<ol start="12" dir="rtl">\n<li><strong>مرحبا</strong> w</li>\n</ol>'),
        ("hello שלום", "<p>hello שלום</p>"),
        ("(23:40) שלום", '<p dir="rtl">(23:40) שלום</p>'),
        ("你好 שלום", "<p>你好 שלום</p>"),
        ("# ۱. العنوان", '<h3 dir="rtl">۱. العنوان</h3>'),
        ("> שלום\n>\n> hello",
         '<blockquote dir="rtl">\n<p>שלום</p>\n<p dir="ltr">hello</p>\n</blockquote>'),
        ("- شكرا\n- two", '<ul dir="rtl">\n<li>شكرا</li>\n<li>two</li>\n</ul>'),
        ("ߒߞߏ", '<p dir="rtl">ߒߞߏ</p>'),  # N'Ko
        ("𐤀𐤁", '<p dir="rtl">𐤀𐤁</p>'),  # Phoenician
        ('<p dir="rtl">x</p>', '<p dir="rtl">x</p>'),
        ('<p dir="auto">x</p>', "<p>x</p>"),
    ],
)  # fmt: skip
def test_a_block_that_runs_from_the_right_says_so(source: str, html: str) -> None:
    assert block_html(source) == html


def test_in_a_table_from_the_right_a_number_goes_with_it_and_a_word_does_not() -> None:
    assert block_html("| א | b |\n|-|-|\n| 1 | ב |").replace("\n", "") == (
        '<table dir="rtl"><thead><tr><th>א</th><th dir="ltr">b</th></tr></thead>'
        "<tbody><tr><td>1</td><td>ב</td></tr></tbody></table>"
    )


def test_a_block_of_html_has_its_readings_too() -> None:
    assert block_html("<div><ruby>漢字<RT>かんじ</RT></ruby></div>") == "<div>漢字（かんじ）</div>"
    assert plain_text("<ruby>漢字<rt>かんじ</rt></ruby>") == "漢字（かんじ）"
