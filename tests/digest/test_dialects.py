"""What generators add to Markdown: converted where mail has an equal, else told once."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.digest import dialects, parse
from newsletter.digest.cleaning import clear
from newsletter.digest.problems import Problems
from newsletter.digest.value import Digest

EXAMPLES = int(os.environ.get("EXAMPLES", "150"))


def settled(text: str) -> tuple[str, list[tuple[str, int, int]]]:
    """(the text as it is read, [(kind, first line, how often) of what was left out])."""
    problems = Problems()
    source = text.split("\n")
    cleaned = clear(source, 0, problems)
    assert len(cleaned.lines) == len(source)  # each line keeps its number
    told = [
        (str(one.params.get("dialect", one.code)), one.line, int(one.params["count"]))
        for one in problems.found
    ]
    return "\n".join(cleaned.lines), told


CONVERTED = [
    # admonitions and call-outs
    ('!!! note "Mind"\n    One\n    two.\n\nAfter.', "> **Mind** –\n> One\n> two.\n\nAfter."),
    ("!!! tip\n    - a\n    - b", "> **Tip**\n> - a\n> - b"),
    ('???+ danger ""\n    Text.', "\n> Text."),
    ("??? note inline end\n    A\n    !!! tip\n        B\n    C",
     "> **Note** –\n> A\n> > **Tip** –\n> > B\n> C"),
    ("!!! note\n    ```\n    !!! not\n    ```", "> **Note**\n> ```\n> !!! not\n> ```"),
    # What holds items is a part of the document and no remark.
    ("!!! note\n    - [A](https://e.org/)", "\n- [A](https://e.org/)"),
    ('!!! tip "Jobs"\n    - [A](https://e.org/)', "## Jobs\n- [A](https://e.org/)"),
    ("## A\n\n> [!abstract] 新闻\n> - [A](https://e.org/)\n> - [B](https://f.org/)\n>\n> 文。\n\n"
     "> [!info]+ Outils\n> * [C](https://e.org/c)\n> * [D](https://e.org/d)\n\n---",
     "## A\n\n### 新闻\n- [A](https://e.org/)\n- [B](https://f.org/)\n\n文。\n\n"
     "### Outils\n* [C](https://e.org/c)\n* [D](https://e.org/d)\n\n---"),
    ("> [!tip] Mehr\n> 1. [A](https://e.org/)\n> 2. [B](https://f.org/)\n\nText.",
     "**Mehr:**\n1. [A](https://e.org/)\n2. [B](https://f.org/)\n\nText."),
    ("> [!NOTE]\n> - [A](https://e.org/)", "> **Note**\n> - [A](https://e.org/)"),
    ("> [!NOTE]\n> Text.", "> **Note** –\n> Text."),
    ("> [!warning]- Mind\n> - a", "> **Mind**\n> - a"),
    ("- > [!TIP]\n  > Text", "- > **Tip** –\n  > Text"),
    ("!> Docsify.", "> Docsify."),
    (":::tip[Title]\n\nText.\n\n:::", "> **Title**\n>\n> Text.\n\n"),
    ("::: warning Mind\nText.\n:::", "> **Mind** –\n> Text.\n"),
    ("::::info\n:::tip\nA\n:::\nB\n::::", "> **Info**\n> > **Tip** –\n> > A\n>\n> B\n"),
    ("::: {.callout-note}\nText.\n:::", "> **Note** –\n> Text.\n"),
    ("::: {#a .note title=\"Mind\"}\nText.\n:::", "> **Mind** –\n> Text.\n"),
    ("::: {#only-an-id}\nText.\n:::", "\nText.\n"),
    (":::{admonition} Title\n:class: wide\nText.\n:::", "> **Title**\n>\n> Text.\n"),
    ("/// note | Title\nText.\n///", "> **Title** –\n> Text.\n"),
    ("::: columns\n## A\n:::", "\n## A\n"),
    ("::: mermaid\ngraph TD\n:::", "```mermaid\ngraph TD\n```"),
    ("See :abbr[HTML]{title=x} and {ref}`page`.", "See HTML and `page`."),
    ("::card[Boats]{href=\"https://e.org/\"}", "[Boats](https://e.org/)"),
    # tabs
    ('=== "A"\n    One.\n\n    Two.\n\n=== "B"\n\n    Three.',
     "- **A**\n  One.\n\n  Two.\n\n- **B**\n\n  Three."),
    ("::: tabs\n\n@tab npm\n\nOne.\n\n@tab:active pnpm\n\nTwo.\n\n:::",
     "\n\n- **npm**\n\n  One.\n\n- **pnpm**\n\n  Two.\n\n"),
    ("::::{tab-set}\n:::{tab-item} Linux\nOne.\n:::\n:::{tab-item} mac\nTwo.\n:::\n::::",
     "\n- **Linux**\n  One.\n\n- **mac**\n  Two.\n\n"),
    ('{{< tabs >}}\n{{< tab "Linux" >}}\nOne.\n{{< /tab >}}\n'
     '{{< tab name="mac" >}}\n```sh\nx\n```\n'
     "{{< /tab >}}\n{{< /tabs >}}",
     "\n- **Linux**\n  One.\n\n- **mac**\n  ```sh\n  x\n  ```\n\n"),
    ('{{< tabs items="npm,yarn" >}}\n{{< tab >}}A{{< /tab >}}\n{{< tab >}}B{{< /tab >}}\n'
     "{{< /tabs >}}",
     "\n- **npm** A\n- **yarn** B\n"),
    ('{% tabs %}\n{% tab title="Linux" %}\nOne.\n{% endtab %}\n{% endtabs %}',
     "\n- **Linux**\n  One.\n\n"),
    ("<Tabs items={['npm', 'yarn']}>\n<Tabs.Tab>A</Tabs.Tab>\n<Tabs.Tab>B</Tabs.Tab>\n</Tabs>",
     "\n- **npm** A\n- **yarn** B\n"),
    ('<Tabs>\n<TabItem label="npm">A</TabItem>\n</Tabs>', "\n- **npm** A\n"),
    ("\n```sh [npm]\nx\n```", "**npm**:\n```sh [npm]\nx\n```"),
    # citations
    ("As shown [@meyer2020, p. 3].", "As shown (Meyer 2020, p. 3)."),
    ("Siehe [vgl. @schmidt2015, S. 33; @wagner2010].",
     "Siehe (vgl. Schmidt 2015, S. 33; Wagner 2010)."),
    ("如[@wang2021]所示。", "如（Wang 2021）所示。"),
    ("Li [-@li2019] says, and @li2019 [p. 4].", "Li (2019) says, and Li 2019 (p. 4)."),
    ("By [@ann] and [@ben](https://e.org/).", "By [@ann] and [@ben](https://e.org/)."),
    ("[@ann2020]: https://e.org/\n\nBy [@ann2020].",
     "[@ann2020]: https://e.org/\n\nBy [@ann2020]."),
    ("`[@x2020]` and ann@e2020.org", "`[@x2020]` and ann@e2020.org"),
    # what folds headings is over them
    ("<details>\n<summary>Blogs</summary>\n\n### A\n\nText.\n</details>",
     "\n## Blogs\n\n### A\n\nText.\n"),
    # tables that lay out a mail, and one that does not
    ('<table>\n<tr><td>\n<a href="https://e.org/1">\n<span>A</span>\n</a>\n<p>One.</p>\n</td></tr>\n'
     "<tr><td>\n<div>Two.</div>\n</td></tr>\n</table>",
     "\n\n[A](https://e.org/1)\n\n\nOne.\n\n\nTwo.\n\n"),
    ("<table>\n<tr><th>A</th></tr>\n<tr><td><p>1</p></td></tr>\n</table>",
     "<table>\n<tr><th>A</th></tr>\n<tr><td><p>1</p></td></tr>\n</table>"),
    # links of chats
    ("・<https://e.org/1|港が開く>", "・[港が開く](https://e.org/1)"),
    ("See <mailto:a@e.org|Ann> | <https://e.org/>", "See [Ann](mailto:a@e.org) | <https://e.org/>"),
    # footnotes
    ("Text[^1].\n\n[^1]: The note.", "Text (The note.).\n\n"),
    ("文字[^注]。\n\n[^注]: 说明", "文字（说明）。\n\n"),
    ("A[^a]\n\n[^a]: One\n    two.\n\n    Three.\n\nB", "A (One two. Three.)\n\n\n\n\n\n\nB"),
    ("A^[an *inline* [note](https://e.org/)].", "A (an *inline* [note](https://e.org/))."),
    ("## Title[^1]\n\nText.\n\n[^1]: N", "## Title\n\nText. (N)\n\n"),
    ("## A[^1]\n## B\n\n[^1]: N", "## A (N)\n## B\n\n"),
    ("| a[^1] |\n\n[^1]: x | y", "| a (x \\| y) |\n\n"),
    # components
    ('<Card title="Boats" href="https://e.org/b" description="All > of them" />',
     "[Boats](https://e.org/b) – All > of them"),
    ('<Image\n  src="https://e.org/a.png"\n  alt={"A boat"}\n  width={3}\n/>',
     "![A boat](https://e.org/a.png)\n\n\n\n"),
    # Several lines: a title, a text and links, as a person would write them.
    ('<Topic\n  title="Boats"\n  paragraphs="All about boats and oil."\n'
     '  sources={[{"url":"https://e.org/1"},{"url":"https://f.org/2"}]}\n/>',
     "**Boats**\n\nAll about boats and oil.\n\n[e.org](https://e.org/1) · [f.org](https://f.org/2)"),
    ('<YouTube id="dQw4w9WgXcQ" title="Song" />',
     "[Song](https://www.youtube.com/watch?v=dQw4w9WgXcQ)"),
    ('<Admonition type="tip">\n  Some *text*.\n</Admonition>', "> **Tip** –\n> Some *text*.\n"),
    ("<Note>short</Note>", "> **Note** – short"),
    ('<Tabs>\n  <TabItem value="a" label="A">\n    One.\n  </TabItem>\n</Tabs>',
     "\n- **A**\n  One.\n\n"),
    ('<Steps>\n    Indented.\n</Steps>', "\nIndented.\n"),
    ('A <Badge text="new" /> thing', "A new thing"),
    ("List<String> and <think> stay.", "List<String> and <think> stay."),
    # shortcodes and tags
    ('{{< figure src="https://e.org/a.png" alt="boat" caption="A boat" >}}',
     "![boat](https://e.org/a.png) *A boat*"),
    ('{{< figure\n  src="https://e.org/a.png"\n>}}', "![](https://e.org/a.png)\n\n"),
    ("{{< youtube dQw4w9WgXcQ >}}", "[https://www.youtube.com/watch?v=dQw4w9WgXcQ]"
     "(https://www.youtube.com/watch?v=dQw4w9WgXcQ)"),
    ('{{% notice tip "Head" %}}\nText.\n{{% /notice %}}', "> **Head** –\n> Text.\n"),
    ('{{< button href="https://e.org/" >}}Go{{< /button >}}', "[Go](https://e.org/)"),
    ("{{< highlight go >}}\nx := 1\n{{< /highlight >}}", "```go\nx := 1\n```"),
    ("{% highlight ruby %}\nputs {{ 1 }}\n{% endhighlight %}", "```ruby\nputs {{ 1 }}\n```"),
    ("{% note blue 'fas fa-bullhorn' flat %}\n注意\n{% endnote %}", "> **Note** –\n> 注意\n"),
    ("{% github ann/boats %}", "[ann/boats](https://github.com/ann/boats)"),
    ('{% include youtube.html id="dQw4w9WgXcQ" %} @[youtube](dQw4w9WgXcQ)', " ".join(
        ["[https://www.youtube.com/watch?v=dQw4w9WgXcQ]"
         "(https://www.youtube.com/watch?v=dQw4w9WgXcQ)"] * 2)),
    ("{% codeblock lang:js %}\nx\n{% endcodeblock %}", "```js\nx\n```"),
    ("{% img https://e.org/a.png 300 A boat %}", "![A boat](https://e.org/a.png)"),
    ('{% include figure.html src="https://e.org/p.jpg" caption="Cap" %}',
     "![Cap](https://e.org/p.jpg)"),
    ("{% blockquote Ann, Book %}\nText.\n{% endblockquote %}", "\n> Text.\n> — Ann, Book"),
    ('{% hint style="info" %}\nText.\n{% endhint %}', "> **Info** –\n> Text.\n"),
    ('{% embed url="https://e.org/v" %}', "[https://e.org/v](https://e.org/v)"),
    ('{{ youtube(id="dQw4w9WgXcQ") }}', "[https://www.youtube.com/watch?v=dQw4w9WgXcQ]"
     "(https://www.youtube.com/watch?v=dQw4w9WgXcQ)"),
    ("{% raw %}kept{% endraw %}", "kept"),
    # Obsidian
    ("[[Page]], [[Page|text]], [[Page#Part]], [[#Part]], [[Page#^b1]]",
     "Page, text, Page – Part, Part, Page"),
    ("A ==marked== word, a == b == c", "A <mark>marked</mark> word, a == b == c"),
    ("这是==高亮==文本", "这是<mark>高亮</mark>文本"),
    ("## ==Title==", "## Title"),
    ("Text. ^block-1", "Text."),
    ("Status:: open", "Status: open"),
    ("[std::string][a] stays", "[std::string][a] stays"),
    # others
    ("发布:rocket:新版", "发布🚀新版"),
    (":rocket: :+1::tada: a:b:c 10:30:15", "🚀 👍🎉 a:b:c 10:30:15"),
    ("<details>\n<summary><b>More</b></summary>\n\nText.\n</details>", "\n**More**\n\nText.\n"),
    ("{++added++} {--gone--}{~~old~>new~~} {==kept==}", "added new kept"),
    ('^^new^^ [=75% "75 %"]', "new 75 %"),
    ('??? "Only a title"\n    Text.', "> **Only a title** –\n> Text."),
    ('<Link href="https://e.org/">site</Link>', "[site](https://e.org/)"),
    ("A[^a]\n\n[^a]: Do\n    ```\n    this\n    ```\nB", "A (Do `this`)\n\n\n\n\n\nB"),
    ("Press ++ctrl+c++, not C++ or ++x.", "Press Ctrl+C, not C++ or ++x."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CONVERTED)
def test_what_mail_has_an_equal_for_is_converted(text: str, expected: str) -> None:
    assert settled(text) == (expected, [])


@pytest.mark.parametrize(
    ("text", "expected", "told"),
    [
        # attribute lists
        ('[a](https://e.org/){: target="_blank"} ![b](https://e.org/b.png){ width=50% .c }\n{: .x}',
         "[a](https://e.org/) ![b](https://e.org/b.png)\n", [("attributes", 1, 2)]),
        ("## Title {#id .class}\n\n- item {.small}\n\n[span]{.small-caps}",
         "## Title\n\n- item\n\nspan", [("attributes", 1, 3)]),
        ("{::comment}\nhidden\n{:/comment}\nText", "\n\n\nText", [("attributes", 1, 1)]),
        # icons
        (":material-star: A :fontawesome-brands-x-twitter: B", " A B", [("icon", 1, 2)]),
        ("Well :party_parrot: done", "Well  done", [("icon", 1, 1)]),
        # footnotes without their other half
        ("A[^1] and [^word]\n\n[^2]: Never used.", "A and [^word]\n\n", [("footnote", 1, 2)]),
        # MDX
        ("import A from 'a';\nimport {\n  B\n} from \"b\"\n\n"
         "export const c = {\n  d: 1,\n};\n\nText",
         "\n\n\n\n\n\n\n\n\nText", [("mdx", 1, 3)]),
        ("{/* remark */}A {frontmatter.title} b", "A  b", [("mdx", 1, 2)]),
        ("<A b='c' />\n<div style={{color: 'red'}} id={x}>t</div> {page.count} {\"s\"}",
         "\n<div>t</div>  s", [("component", 1, 1), ("mdx", 2, 1)]),
        ("<Unknown /> text <Grid>a</Grid>", " text a", [("component", 1, 1)]),
        # tags
        ("A {% include x %} {{ site.title }}", "A", [("tag", 1, 2)]),
        ("[a]({% post_url 2020-01-01-x %})", "a", [("tag", 1, 1)]),
        ('[a]({{< ref "x.md" >}}) {{< toc >}}', "a", [("shortcode", 1, 2)]),
        # Obsidian
        ("![[a.png|300]]\n```dataview\nLIST\n```\nText", "\n\n\n\nText", [("obsidian", 1, 2)]),
        ("- collapsed:: true\n  id:: 64f1\nText", "\n\nText", [("obsidian", 1, 2)]),
        ("A %%secret%% b\n%%\nsecret\n%%", "A  b\n\n\n", [("comment-dropped", 1, 2)]),
        # files, contents, abbreviations, scripts
        ('--8<-- "a.md"\n--8<--\nb.md\n--8<--\n{!c.md!}', "\n\n\n\n", [("include", 1, 3)]),
        ("[TOC]\n[[_TOC_]]\n* TOC\n{:toc}", "\n\n\n", [("toc", 1, 3)]),
        ("HTML\n\n*[HTML]: Hyper Text", "HTML\n\n", [("abbreviation", 3, 1)]),
        ("<script setup>\nimport x from 'y'\n</script>\nText", "\n\n\nText", [("script", 1, 1)]),
        ("A{>>why?<<}", "A", [("critic", 1, 1)]),
        ("::youtube{#id}", "", [("directive", 1, 1)]),
        ("A <!-- b -->\n<!-- c\n[^1] -->d", "A\n\nd", [("comment-dropped", 1, 2)]),
    ],
)  # fmt: skip
def test_what_mail_has_no_equal_for_is_told_once_a_kind(
    text: str, expected: str, told: list[tuple[str, int, int]]
) -> None:
    left, found = settled(text)
    assert (left, sorted(found)) == (expected, sorted(told))


MARKS = (
    "{: .x} {{< a >}} {% b %} {{ c }} [^1] [[d]] ==e== %%f%% :rocket: :material-star: "
    "<G h=\"i\" /> {++j++} ++k++"
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        f"```\n{MARKS}\n!!! note\n:::tip\n```",
        f"~~~~ {{.python}}\n{MARKS}\n~~~\nimport a from 'b'\n~~~~",
        f"- a\n\n  ```\n  {MARKS}\n  ```",
        f"> ```\n> {MARKS}\n> ```",
        f"Text `{MARKS}` and ``a ` {MARKS}`` more.",
        f"Text <code>{MARKS.replace('<', '').replace('>', '')}</code>.",
        f"<pre>\n{MARKS}\n</pre>",
        f"Text:\n\n    {MARKS}\n\n    !!! note\n\nMore.",
    ],
)
def test_code_stays_as_it_is(text: str) -> None:
    assert settled(text) == (text, [])


@pytest.mark.parametrize(
    "text",
    [
        "import duties from 'China' rose.",
        "export default settings with care, please",
        "The sum $x_{i=1}^{n} a_{k}$ and {a} and {foo, bar}.",
        "Elixir returns {:ok, pid} or {:error}.",
        "A ratio of 3:2:1, C:\\dir:name, https://e.org/:a:/b.",
        "100%% sure, 50%% off",
        "a <b and c> d, x < y, List<String>, Vec<T>, <name@example.org>",
        "[x] and [^] and ^up",
        "1 == 1 and 2 == 2",
        "> Quote [!not a mark]",
        "She said: :-) ::",
        "Note: this is prose.",
        "[[1]](https://e.org/1)",
        "C++ and ++i",
    ],
)
def test_what_only_looks_like_a_mark_is_text(text: str) -> None:
    assert settled(text) == (text, [])


@pytest.mark.parametrize(
    "address",
    [
        # Figures and texts that are written in base64 end with one or two equals signs.
        "https://e.org/s?__biz=MzA3MA==&mid=1&idx=1&sn=0f==&scene=2",
        "https://e.org/s?biz=5Lit5paH==&t=",
        "https://e.org/r?u=https%3A%2F%2Ff.org%%2Fa%%",
        "https://e.org/:rocket:/x?y=:smile:&z=1",
        "https://e.org/a++b++c",
        "https://e.org/x^^2^^y",
        "https://e.org/{++new++}/{--old--}",
        "https://e.org/w/[[page|text]]",
        "https://e.org/wiki/C++_(a==b==c)",
        "mailto:a==b==@e.org",
        "/relative/a==b==c",
    ],
)
@pytest.mark.parametrize(
    "line",
    [
        "来源：[甲]({0}) 、 [乙]({0}#2)",
        "- [A]({0}) and [B]({0}#2), both new",
        '### [A]({0} "title")',
        "读了 [甲](<{0}>) 很好",
        "[甲]: {0}",
    ],
)
def test_marks_in_an_address_are_none(line: str, address: str) -> None:
    text = line.format(address)
    assert settled(text) == (text, [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("==见 https://e.org/x==", "<mark>见 https://e.org/x</mark>"),
        ("==见 [甲](https://e.org/?a=b==)== 好", "<mark>见 [甲](https://e.org/?a=b==)</mark> 好"),
        ("甲 https://e.org/?a=b== 乙 ==丙==", "甲 https://e.org/?a=b== 乙 <mark>丙</mark>"),
        ("{++see https://e.org/a++b ++} it", "see https://e.org/a++b  it"),
    ],
)
def test_marks_around_an_address_are_seen(text: str, expected: str) -> None:
    assert settled(text)[0] == expected


def shown(digest: Digest) -> str:
    """All that a reader could see."""
    parts = [digest.title, digest.intro]
    for item in digest.items:
        parts += [item.title, item.category, item.insight, item.body, str(item.bullets)]
    return "\n".join(parts)


def test_the_items_of_a_document_with_marks() -> None:
    """Titles, links and lines are what they are without them."""
    digest = parse(
        """---
title: Map Review
date: 2026-07-12
---
import Card from '@site/Card'

# Map Review of {{ page.meta.date | date_localized }}

## News

![news icon](https://img.example.org/news.png "news icon"){: .img-thumbnail-left }

:bullettrain_side: The train is here.

[Comment :fontawesome-solid-comments:](#__comments){: .md-button }
{: align=middle }

### A map of trains[^1] {#trains}

All trains on [one map](https://trains.example.org/){: target="_blank" }.

!!! note "Mind the gap"
    It is wide.

### A library for tiles

Faster [tiles](https://tiles.example.org/).

[^1]: Drawn by hand.
"""
    )
    assert not digest.errors
    text = shown(digest)
    for mark in ("{", "}", ":fontawesome", ":bullet", "[^", "!!!", "import"):
        assert mark not in text, mark
    assert "🚄 The train is here." in text
    assert "(Drawn by hand.)" in text
    assert "> **Mind the gap** –\n> It is wide." in text
    told = [
        (one.line, one.params["dialect"])
        for one in digest.problems
        if one.code == "dialect-dropped"
    ]
    assert told == [(5, "mdx"), (7, "tag"), (11, "attributes"), (15, "icon")]


MADE_UP = '''
"""A dialect for the test: `@@` goes."""

from newsletter.digest.marking import gettext_noop

NAME = "at-at"
LABEL = gettext_noop("Two at signs")
ORDER = 50


def settle(prose):
    prose.change("@@", lambda run: run.replace("@@", ""), NAME)
'''


@pytest.fixture
def made_up(tmp_path: Path) -> Iterator[None]:
    """The dialect `at-at`, in a folder that is searched as if it were the package's own."""
    (tmp_path / "at_at.py").write_text(MADE_UP)
    dialects.__path__.append(str(tmp_path))
    dialects.known.cache_clear()
    yield
    dialects.__path__.remove(str(tmp_path))
    dialects.known.cache_clear()
    sys.modules.pop(f"{dialects.__name__}.at_at", None)


def test_a_dialect_is_one_file(made_up: None) -> None:
    assert settled("A@@ `@@`\n@@") == ("A `@@`\n", [("at-at", 1, 2)])


def test_every_dialect_says_what_people_read() -> None:
    for dialect in dialects.known():
        assert dialect.label and dialect.name == dialect.name.lower()


PIECES = st.sampled_from(
    [
        "!!! note", "??? a", ":::", ":::tip[a]", "/// a | b", "> [!NOTE]", '=== "a"', "--8<--",
        "[^1]", "[^1]: a", "^[", "]", "[[", "]]", "![[", "==", "%%", "{{<", ">}}", "{%", "%}",
        "{{", "}}", "{: ", "}", "{/*", "*/}", "<A ", '<Tab label="a">', "</Tab>", "<Note>",
        "</Note>", "/>", ">", "<!--", "-->", "```", "~~~", "`", "    ", "  ", "\t", "- ", "# ",
        "| ", "import a from 'b'", "export {", "<details>", "</details>", "<script>",
        "</script>", "<pre>", "</pre>", ":a:", ":rocket:", "a:: b", " ^a1b", "{% note %}",
        "{% endnote %}", "{::comment}", "{:/}", "text", "文", "\n", "\n\n",
    ]
)  # fmt: skip


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(PIECES, max_size=40))
def test_no_document_breaks_a_dialect(pieces: list[str]) -> None:
    """Whatever is combined: nothing raises, no line moves, and each kind is told once."""
    source = "".join(pieces).split("\n")
    problems = Problems()
    cleaned = clear(source, 0, problems)
    assert len(cleaned.lines) == len(source)
    assert all(0 < number <= len(source) for number in cleaned.dropped)
    assert len({(one.code, one.params.get("dialect")) for one in problems.found}) == len(
        problems.found
    )


def hostile() -> Iterator[list[str]]:
    for part in (
        "{: ", "{:.a ", '{a="', "[x]{.", "^[", "[^1]", "[^1]: ", "[[", "==a", "%%", "a:: ", "{{<",
        "{{< a >}}", "{% a ", "{% a %}", "{{ a }}", "<A ", '<A a="', "<A a={", "<A>", "</A>", "{/*",
        "{a.", "import {", "export {", ":::tip ", "::a[", "!!! note ", "> [!NOTE] ", '=== "',
        "<details>", ":a:", ":rocket:", "`", "`a", "<!--", "<code>", "{++", "{~~", "   ", "](",
    ):  # fmt: skip
        yield [part * (20_000 // len(part))] * 3
    for part in (
        "{{< figure\n", "<Card\n", "{% a\n", "export const a = {\n", "import {\n", ":::tip\n",
        "!!! note\n    ", '    === "a"\n', "[^1]: a\n", "%%\n", "<Note>\n", "{% note %}\n",
        "{{< notice >}}\n", "--8<--\n", "<script>\n", "```\n", "> > > [!NOTE]\n", "{::comment}\n",
    ):  # fmt: skip
        yield (part * (6_000 // part.count("\n"))).split("\n")


def test_no_mark_takes_long() -> None:
    """Where time grows with the square of the text, one of these takes minutes."""
    for lines in hostile():
        began = time.process_time()
        clear(lines, 0, Problems())
        assert time.process_time() - began < 4, lines[0][:20]
