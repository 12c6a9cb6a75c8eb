"""Text at the margin of a list: whose it is, by where it stands; and a bullet that is alone."""

from __future__ import annotations

import datetime as dt

import pytest

from newsletter.digest import Digest, parse

A, B, C = ("https://a.example.org/", "https://b.example.org/", "https://c.example.org/")
LIST = f"## News\n\n- [Lamp]({C}l) one\n- [Mast]({C}m) two\n\n"


def read(text: str) -> Digest:
    return parse(f"# T\n\n{text}", date=dt.date(2026, 3, 2))


def rows(digest: Digest) -> list[tuple[str, str, str]]:
    return [(item.title, item.category, item.body) for item in digest.items]


@pytest.mark.parametrize(
    ("text", "rope", "oars"),
    [
        # Under each bullet, as people write who do not indent.
        (f"- [Rope]({A})\n\nIt floats.\n\n- [Oars]({B})\n\nThey row.", "It floats.", "They row."),
        (f"* [Rope]({A})\n\n它会浮。\n\n* [Oars]({B})\n\n能划船。", "它会浮。", "能划船。"),
        (f"- [Rope]({A})\n\n> 浮きます。\n\n- [Oars]({B})\n\n> 漕ぎます。", "> 浮きます。",
         "> 漕ぎます。"),
        (f"- [Rope]({A})\n\nEs schwimmt.\n\nGut.\n\n- [Oars]({B})\n\nSie rudern.\n\nSchnell.",
         "Es schwimmt.\n\nGut.", "Sie rudern.\n\nSchnell."),
        # Above each, as one tells of a thing and then names it.
        (f"It floats.\n\n- [Rope]({A})\n\nThey row.\n\n- [Oars]({B})", "It floats.", "They row."),
        (f"Плывёт.\n\n- [Rope]({A})\n\nГребут.\n\n- [Oars]({B})", "Плывёт.", "Гребут."),
        # Between two, what is no text of its own.
        (f"- [Rope]({A})\n\n> [!NOTE]\n> Mind the knots.\n\n- [Oars]({B})",
         "> **Note** –\n> Mind the knots.", ""),
        (f"- [Rope]({A})\n\n!!! tip\n    Nudos.\n\n- [Oars]({B})", "> **Tip** –\n> Nudos.", ""),
        (f"- [Rope]({A})\n\n![r](https://p.example.org/r.png)\n\n- [Oars]({B})",
         "![r](https://p.example.org/r.png)", ""),
        # Right below, without a blank line.
        (f"- [Rope]({A})\n- [Oars]({B})\n> 노를 젓는다.", "", "> 노를 젓는다."),
    ],
)  # fmt: skip
def test_text_that_hangs_on_a_bullet(text: str, rope: str, oars: str) -> None:
    digest = read(f"{LIST}## Boats\n\n{text}\n")
    assert rows(digest)[2:] == [("Rope", "Boats", rope), ("Oars", "Boats", oars)]
    assert (digest.open, digest.errors, digest.intro) == ((), [], "")


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (f"- [Rope]({A})\n- [Oars]({B})\n\n> [!TIP]\n> Mind all knots.", "> **Tip** –"),
        (f"- [Rope]({A})\n\nMore of them:\n\n- [Oars]({B})\n\nThe end.", "The end."),
        (f"- [Rope]({A})\n- [Sail]({C})\n\nUn mot.\n\n- [Oars]({B})", "Un mot."),
        (f"+ [Rope]({A})\n\nC'était calme.\n\n+ [Oars]({B})", "C'était calme."),
        (f"船。\n\n- [Rope]({A})\n\n它会浮。\n\n- [Oars]({B})\n\n能划船。", "船。"),
    ],
)
def test_what_could_belong_to_several_is_one_question(text: str, asked: str) -> None:
    digest = read(f"{LIST}## Boats\n\n{text}\n")
    assert [one.text.split("\n")[0] for one in digest.open] == [asked]
    assert [problem.code for problem in digest.errors] == ["unclaimed"]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (f"## Tool of the week\n\nIt floats.\n\n- [Rope]({A})",
         ("Rope", "Tool of the week", "It floats.")),
        (f"## 今日工具\n\n- [Rope]({A})\n\n它会浮。", ("Rope", "今日工具", "它会浮。")),
        (f"## Buch der Woche\n\n* [Rope]({A})", ("Rope", "Buch der Woche", "")),
        (f"## Cita\n\nFlota y no se hunde.\n\n- [fuente]({A})",
         ("Cita", "Cita", "Flota y no se hunde.")),
    ],
)  # fmt: skip
def test_a_lone_bullet_beside_lists(text: str, row: tuple[str, str, str]) -> None:
    digest = read(f"{LIST}{text}\n\n{LIST.replace('News', 'More news')}")
    assert rows(digest)[2] == row
    assert [source.url for source in digest.items[2].sources] == [A]
    assert (len(digest.items), digest.open) == (5, ())


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (f"## Rope 2.0\n\nIt floats.\n\n- [Announcement]({A})", ("Rope 2.0", "", "It floats.")),
        (f"## ロープ 2.0\n\n- [公式ブログ]({A})\n\n浮きます。", ("ロープ 2.0", "", "浮きます。")),
        (f"## Corde\n\nElle flotte.\n\n* [lire la suite]({A})", ("Corde", "", "Elle flotte.")),
        (f"## Werkzeug\n\n- [Rope]({A})", ("Rope", "Werkzeug", "")),
    ],
)
def test_a_lone_bullet_beside_pieces(text: str, row: tuple[str, str, str]) -> None:
    piece = f"They row well, and far. ([via]({C}{{}}))\n\n"
    digest = read(f"## Oars\n\n{piece.format(1)}## Lamps\n\n{piece.format(2)}{text}\n")
    assert rows(digest)[2] == row
    assert [source.url for source in digest.items[2].sources] == [A]
    assert (digest.open, digest.tail_links) == ((), ())


@pytest.mark.parametrize("heading", ["Links", "相关链接", "Siehe auch", "Mehr", "Related"])
def test_a_lone_bullet_under_a_heading_for_links_is_the_tail(heading: str) -> None:
    piece = f"They row well, and far. ([via]({C}))\n\n"
    digest = read(f"## Oars\n\n{piece}## Lamps\n\n{piece}## {heading}\n\n- [Rope]({A})\n")
    assert [(link.label, link.url) for link in digest.tail_links] == [("Rope", A)]


def test_a_greeting_hangs_on_nothing() -> None:
    digest = read(f"Good morning.\n\n- [Rope]({A})\n\n## More\n\n- [Oars]({B})\n")
    assert digest.intro == "Good morning."
    assert rows(digest) == [("Rope", "", ""), ("Oars", "More", "")]
