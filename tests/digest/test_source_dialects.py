"""Players, and what exports of Notion, Feishu, Org mode and reStructuredText leave behind."""

from __future__ import annotations

import datetime as dt

import pytest

from newsletter.digest import parse
from newsletter.digest.cleaning import clear
from newsletter.digest.problems import Problems


def settled(text: str) -> tuple[str, list[str]]:
    """(the lines that are left, without empty ones; the dialects that were told)."""
    problems = Problems()
    cleaned = clear(text.split("\n"), 0, problems)
    assert len(cleaned.lines) == text.count("\n") + 1  # Each line keeps its number.
    told = [str(one.params.get("dialect", one.code)) for one in problems.found]
    return "\n".join(line for line in cleaned.lines if line.strip()), told


@pytest.mark.parametrize(
    ("text", "left", "told"),
    [
        # A player is a link to what it plays, by the address of its page.
        ('<iframe src="https://www.youtube.com/embed/abcdefghijk?rel=0" title="YouTube video '
         'player"></iframe>',
         "▶ [youtube.com](https://www.youtube.com/watch?v=abcdefghijk)", []),
        ('<iframe\n  src="//player.example.org/x"\n  title="A talk on ropes">\n</iframe>',
         "▶ [A talk on ropes](https://player.example.org/x)", []),
        ('<div class="v">\n<iframe src="https://player.vimeo.com/video/123456"></iframe>\n</div>',
         "▶ [vimeo.com](https://vimeo.com/123456)", []),
        ('<video controls>\n  <source src="https://example.org/v.mp4">\n</video>',
         "▶ [example.org](https://example.org/v.mp4)", []),
        ('Before <audio src="https://example.org/a.mp3"></audio> after',
         "Before ▶ [example.org](https://example.org/a.mp3) after", []),
        ('<iframe src="/local"></iframe>', "", ["player"]),
        ("`<iframe src=x></iframe>` is a tag", "`<iframe src=x></iframe>` is a tag", []),
        # A moment of a recording.
        ("**[00:27](#t=00:27)** Ropes", "**00:27** Ropes", ["media-time"]),
        ("[a place](#there) stays", "[a place](#there) stays", []),
        # Org mode.
        ("See [[https://e.org/a][the page]] and [[https://e.org/b]].",
         "See [the page](https://e.org/a) and [https://e.org/b](https://e.org/b).", []),
        # Notion and Feishu.
        ("<aside>\n💡 Bring two.\n\n</aside>\nMore.", "> 💡 Bring two.\nMore.", []),
        ('<callout emoji="bulb">\n记得带两根。\n</callout>', "> 记得带两根。", []),
        ('<grid cols="2"><column width="50">左</column></grid>', "左", []),
        ('<image token="boxcn" width="1"/>图', "图", ["feishu"]),
        ("<text>a</text> and <column> of anybody", "<text>a</text> and <column> of anybody", []),
        # reStructuredText.
        ("See `the page <https://e.org/a>`_ and :ref:`other`.",
         "See [the page](https://e.org/a) and other.", []),
        (".. note::\n\n   Bring two.\n\nMore.", "> **Note**\n>\n> Bring two.\nMore.", []),
        (".. image:: https://e.org/r.png\n   :alt: A rope", "![A rope](https://e.org/r.png)", []),
        (".. toctree::\n   :maxdepth: 2", "", ["rst"]),
        ("Read `Bells`__.\n\n__ https://e.org/b", "Read [Bells](https://e.org/b).", []),
        ("Wait .. what:: is this", "Wait .. what:: is this", []),
    ],
)  # fmt: skip
def test_marks_of_tools_become_markdown(text: str, left: str, told: list[str]) -> None:
    assert settled(text) == (left, told)


def test_text_behind_a_call_out_is_none_of_it() -> None:
    """The mark that closed it keeps the text from running on in the quotation."""
    text = "### A\n\n:::info\nBring two.\n:::\nThe text.\n\n[link](https://e.org/a)\n"
    digest = parse(f"## N\n\n{text}", title="T", date=dt.date(2026, 3, 2))
    assert digest.items[0].body == "> **Info** –\n> Bring two.\n\nThe text."
    assert digest.unclaimed_lines == ()
