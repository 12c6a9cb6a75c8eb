# ruff: noqa: E501 - what clipboards hold has long lines.
"""What people paste becomes clean Markdown: in real Chromium, as the clipboard has it."""

from __future__ import annotations

import time
from typing import Any

import pytest

from newsletter.digest import markdown
from newsletter.models import Issue
from subscribers.models import Publication
from tests import builders

from .test_browser import Window, daily, person  # noqa: F401

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{x:1}</style></head>
<body lang=EN-GB><!--StartFragment--><p class=MsoNormal><b>Harbour</b> <i>wall</i><o:p></o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;
</span></span></span><![endif]>First point<o:p></o:p></p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>o </span>Under it</p>
<p class=MsoNormal>See <a href="https://example.org/a">the paper</a>.</p><!--EndFragment--></body></html>"""
CASES = [
    ("word", WORD,
     "**Harbour** *wall*\n\n- First point\n  - Under it\n\nSee [the paper](https://example.org/a)."),
    ("word, numbered",
     "<p style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>1.</span>Eins</p>"
     "<p style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>2.</span>Zwei</p>",
     "1. Eins\n2. Zwei"),
    ("google docs",
     '<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1">'
     '<p dir="ltr"><span style="font-weight:700;">Gras</span><span style="font-weight:400;"> et </span>'
     '<span style="font-style:italic">pench\u00e9</span></p><ul><li><p>Un</p></li><ul><li><p>Deux</p></li></ul></ul></b>',
     "**Gras** et *pench\u00e9*\n\n- Un\n  - Deux"),
    ("feishu",
     '<div data-page-id="x" data-lark-html-role="root"><h2 class="heading-2">\u6e2f\u53e3</h2>'
     '<div class="ace-line"><strong>\u91cd\u70b9\uff1a</strong>\u6e21\u8f6e\u6062\u590d\u3002\u200b</div>'
     '<ul class="list-bullet1"><li><div>\u7b2c\u4e00\u6761</div></li><li><div>\u7b2c\u4e8c\u6761</div></li></ul></div>',
     "### \u6e2f\u53e3\n\n**\u91cd\u70b9\uff1a**\u6e21\u8f6e\u6062\u590d\u3002\n\n- \u7b2c\u4e00\u6761\n- \u7b2c\u4e8c\u6761"),
    ("notion",
     "<h1>Title</h1><p>Some <code>code</code> and <em>stress</em></p><blockquote>Said</blockquote>"
     "<ol><li>One<ul><li>Inner</li></ul></li><li>Two</li></ol><pre><code>a = 1\n\nb</code></pre>",
     "### Title\n\nSome `code` and *stress*\n\n> Said\n\n1. One\n   - Inner\n2. Two\n\n```\na = 1\n\nb\n```"),
    ("web page",
     '<article><p>A <a href="/relative">local</a> and an <a href="https://e.org/(x)">odd</a> link'
     '<br>next line</p><img src="https://e.org/p.png" alt="Oaks"><hr></article>',
     "A local and an [odd](https://e.org/%28x%29) link  \nnext line\n\n![Oaks](https://e.org/p.png)\n\n---"),
    ("word, lists within lists",
     "<p style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>1.</span>A</p>"
     "<p style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>a.</span>B</p>"
     "<p style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>2.</span>C</p>"
     "<p style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>-</span>D</p>"
     "<p>E<a class=msocomanchor href='#_msocom_1'>[A1]</a></p>",
     "1. A\n   1. B\n2. C\n\n- D\n\nE"),
    ("word on the web, an item a list",
     "<div><ul><li data-aria-level=1><p>A</p></li></ul></div><div><ul><li data-aria-level=2>B</li></ul></div>"
     "<div><ol start=1><li data-aria-level=2>C</li></ol></div><div><ul><li data-aria-level=1>D</li></ul></div>",
     "- A\n  - B\n  1. C\n- D"),
    ("feishu, levels in classes, a program of blocks, a picture loaded late",
     '<ul class="list-bullet1"><li><div>\u4e00</div></li></ul><ol start=1 class="list-number2"><li><div>\u4e8c</div></li></ol>'
     '<ol start=2 class="list-number2"><li><div>\u4e09</div></li></ol><pre><code><div>a = 1</div><div>b</div></code></pre>'
     '<img src="data:image/gif;base64,R0" data-src="https://e.org/p.png">',
     "- \u4e00\n  1. \u4e8c\n  2. \u4e09\n\n```\na = 1\nb\n```\n\n![](https://e.org/p.png)"),
    ("small figures", "<p>10<sup>6</sup> H<sub>2</sub>O 1<sup>st</sup> E<sup>\u2212</sup></p>",
     "10\u2076 H\u2082O 1st E\u2212"),
    ("a table of paragraphs and bullets",
     "<table><tr><td><p>A</p><p>B</p><td>C<br>D<tr><td><ul><li>E</li><li>F</li></ul><td><h2>G</h2></table>",
     "| A B | C D |\n| --- | --- |\n| E F | G |"),
    ("table", "<table><tr><th>A<th>B|C<tr><td>1<td><b>2</b></table>",
     "| A | B\\|C |\n| --- | --- |\n| 1 | **2** |"),
    ("marks of Markdown in the text", "<p># 1 * 2 [x] _y_ snake_case</p><p>2024. A year</p><p>- no list</p>",
     "\\# 1 \\* 2 \\[x\\] \\_y\\_ snake_case\n\n2024\\. A year\n\n\\- no list"),
    ("russian, with spaces inside the bold", "<p><b>\u0416\u0438\u0440\u043d\u044b\u0439 </b>\u0442\u0435\u043a\u0441\u0442</p>",
     "**\u0416\u0438\u0440\u043d\u044b\u0439** \u0442\u0435\u043a\u0441\u0442"),
    ("arabic", '<p dir="rtl"><strong>\u0639\u0627\u062c\u0644</strong>: \u062e\u0628\u0631</p>',
     "**\u0639\u0627\u062c\u0644**: \u062e\u0628\u0631"),
    ("word, with a remark in the margin, a change that was tracked, and a note",
     "<p>The <del cite='mailto:JD' datetime='2026-03-01T10:00'>old </del><ins cite='mailto:JD'>new </ins>ferry"
     "<span class=MsoCommentReference><a class=msocomanchor href='#_msocom_1'>[JD1]</a></span>.</p>"
     "<div style='mso-element:footnote-list'><hr size=1 width='33%'><div style='mso-element:footnote' id=ftn1><p>Note</p></div></div>"
     "<div style='mso-element:comment-list'><div style='mso-element:comment'><p>is this right?</p></div></div>",
     "The new ferry.\n\nNote"),
    ("notion, an item a list",
     '<ul class="to-do-list"><li><div class="checkbox checkbox-off"></div> <span>Call</span></li></ul>'
     '<ul class="to-do-list"><li><input type="checkbox" checked> Book</li></ul>'
     '<ol type="1" start="3"><li>Three</li></ol><ol type="1" start="4"><li>Four</li></ol>',
     "- Call\n- Book\n\n3. Three\n4. Four"),
    ("a page of answers: the bar above the code, a formula",
     '<pre><div>python</div><button>Copy code</button><div><code class="language-python"><span>a = 1\n</span></code></div></pre>'
     '<p>E <span class="katex"><span class="katex-mathml"><math><mi>E</mi><annotation encoding="application/x-tex">E=mc^2</annotation></math></span>'
     '<span class="katex-html" aria-hidden="true">E=mc2</span></span></p>',
     "```\na = 1\n```\n\nE `E=mc^2`"),
    ("wikipedia",
     '<h2>Ferry<span class="mw-editsection">[<a href="https://e.org/edit">edit</a>]</span></h2><p>It sails'
     '<sup class="reference"><a href="https://e.org/Ferry#cite_note-1">[1]</a></sup>.</p>',
     "### Ferry\n\nIt sails."),
    ("hostile",
     "<script>window.pwned=1</script><img src=x onerror='window.pwned=1'><p onclick=x>"
     "<a href='javascript:alert(1)'>press</a> &lt;script&gt;alert(1)&lt;/script&gt;</p>"
     "<iframe src='https://evil.example'></iframe><svg onload='window.pwned=1'></svg>",
     "press \\<script>alert(1)\\</script>"),
    ("hidden", "<p>Seen<span style='display:none'>unseen</span></p>", "Seen"),
    ("empty", "<p><br></p><p>&nbsp;</p>", ""),
]  # fmt: skip


@pytest.fixture
def open_item(chromium: Any, live_server: Any, daily: Publication) -> Any:  # noqa: F811
    issue = builders.issue(daily)
    item = builders.item(issue, daily.categories.get(name="City"), "Night ferries", body="")
    window = Window(chromium, live_server.url, person("uma", daily, "editor"))
    window.go(f"/admin/newsletter/issue/{issue.pk}/item/{item.pk}/")
    yield window
    assert window.ran == [] and window.errors == [] and window.foreign == []
    window.close()


PASTE = """([html, plain, name]) => {
  const box = document.querySelector(`textarea[name=${name}]`), data = new DataTransfer();
  if (html) data.setData("text/html", html);
  data.setData("text/plain", plain);
  box.focus();
  const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
  return box.dispatchEvent(event);
}"""


def test_every_source_becomes_markdown(open_item: Window) -> None:
    page = open_item.page
    wrong = []
    for name, html, expected in CASES:
        got = page.evaluate("(html) => sudiPaste.markdown(html)", html)
        if got != expected:
            wrong.append((name, got, expected))
        assert "pwned" not in markdown.block_html(got)
    assert wrong == []
    assert not page.evaluate("window.pwned")


def test_a_paste_is_typed_kept_and_undone(open_item: Window) -> None:
    page = open_item.page
    assert not page.evaluate(PASTE, ["<p><b>Bold</b> text</p>", "Bold text", "body"])
    body = page.locator("textarea[name=body]")
    assert body.input_value() == "**Bold** text"
    page.keyboard.press("Control+Z")
    assert body.input_value() == ""
    page.evaluate(PASTE, ["<p>One</p><p>Two</p>", "One Two", "bullet_lines"])
    assert (
        page.locator("textarea[name=bullet_lines]")
        .input_value()
        .startswith("- One\n- Two\n- **First")
    )
    # A picture that only the other program can open is not lost without a word.
    page.evaluate(PASTE, ["<p>Seen</p><img src='file:///C:/a.png'>", "Seen", "body"])
    page.get_by_text("were left out").wait_for()
    # Text without a form of its own, and too much of it, are the browser's own business.
    assert page.evaluate(PASTE, ["", "plain", "body"])
    assert page.evaluate(PASTE, ["<p>" + "x" * 3_000_001 + "</p>", "x", "body"])


def test_an_address_over_a_word_is_a_link_and_the_toolbar_writes_marks(open_item: Window) -> None:
    page = open_item.page
    body = page.locator("textarea[name=body]")
    body.fill("the paper")
    body.select_text()
    page.evaluate(PASTE, ["", "https://example.org/x", "body"])
    assert body.input_value() == "[the paper](https://example.org/x)"
    body.fill("loud")
    body.select_text()
    page.locator("[data-mark=bold]:visible").last.click()
    assert body.input_value() == "**loud**"
    body.fill("a\nb")
    body.select_text()
    page.locator("[data-mark=list]:visible").last.click()
    assert body.input_value() == "- a\n- b"
    body.fill("soft")
    body.select_text()
    page.keyboard.press("Control+I")
    assert body.input_value() == "*soft*"


def test_three_megabytes_are_typed_without_hanging(open_item: Window) -> None:
    page = open_item.page
    began = time.monotonic()
    got = page.evaluate(
        "() => sudiPaste.markdown('<p>' + 'word <b>bold</b> '.repeat(80000) + '</p>').length"
    )
    assert got > 1_000_000
    assert time.monotonic() - began < 20
    deep = page.evaluate("() => sudiPaste.markdown('<div>'.repeat(5000) + 'deep')")
    assert deep == "deep"


def test_every_result_reads_as_it_looked(open_item: Window, daily: Publication) -> None:  # noqa: F811
    html = markdown.block_html(
        open_item.page.evaluate("(html) => sudiPaste.markdown(html)", CASES[4][1])
    )
    for part in ("<h3>Title</h3>", "<code>code</code>", "<em>stress</em>", "<blockquote>", "<pre>"):
        assert part in html
    assert Issue.objects.count() == 1
