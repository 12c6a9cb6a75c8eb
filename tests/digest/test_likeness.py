"""Kinds that a section alone does not tell: lists without marks, and what its neighbours say."""

from __future__ import annotations

import datetime as dt

import pytest

from newsletter.digest import Digest, parse

HEAD = "# Rope weekly - 2026-03-02\n\n"


def link(n: int | str) -> str:
    return f"https://example.org/{n}"


def rows(digest: Digest) -> list[tuple[str, str, str]]:
    """(title, first address, section) of each item."""
    return [
        (item.title, item.sources[0].url if item.sources else "", item.section)
        for item in digest.items
    ]


def test_paragraphs_that_begin_with_a_link_are_a_list() -> None:
    digest = parse(
        f"{HEAD}Hello.\n\n[Mast]({link(1)})\n\n[Sail]({link(2)}) by Ann\n\n"
        f"[帆船]({link(3)}) 好用\n\n[]()\n\n"
        f"## More\n\n[]()\n\n[Oar]({link(4)})\n\n[Keel]({link(5)})\n\n[Knot]({link(6)})\n"
    )
    assert rows(digest) == [
        ("Mast", link(1), ""), ("Sail", link(2), ""), ("帆船", link(3), ""),
        ("Oar", link(4), "More"), ("Keel", link(5), "More"), ("Knot", link(6), "More"),
    ]  # fmt: skip
    assert digest.intro == "Hello."
    # Links nobody filled in are one warning of their kind, not one each.
    assert [(one.code, one.params["dialect"], one.params["count"]) for one in digest.problems] == [
        ("dialect-dropped", "empty-link", 2)
    ]


def test_paragraphs_of_a_text_are_no_list() -> None:
    text = (
        f"[Mast]({link(1)}) is tall.\n\nIt stands.\n\n[Sail]({link(2)}) is wide.\n\nIt hangs.\n\n"
    )
    digest = parse(f"{HEAD}## A boat\n\n{text}{text}")
    assert len(digest.items) == 1


def test_headings_that_recur_are_parts_of_each_piece() -> None:
    piece = (
        "## Sujet {n}\n\n### Résumé\n\nUne phrase.\n\n### Analyse\n\n- Risque : un\n\n"
        '### Sources\n\n- "A" – https://example.org/{n}\n\n'
    )
    digest = parse(HEAD + "".join(piece.replace("{n}", str(n)) for n in (1, 2, 3)))
    assert rows(digest) == [(f"Sujet {n}", link(n), "") for n in (1, 2, 3)]
    assert (digest.open, digest.errors) == ((), [])


def test_headings_that_recur_above_lists_are_sections() -> None:
    area = (
        "## {a}\n\n### Articles\n\n- [A{a}](https://example.org/a{a})\n- [B{a}]"
        "(https://example.org/b{a})\n\n### Videos\n\n- [C{a}](https://example.org/c{a})\n"
        "- [D{a}](https://example.org/d{a})\n\n"
    )
    digest = parse(HEAD + "".join(area.replace("{a}", a) for a in "XY"))
    assert rows(digest) == [
        (f"{letter}{a}", link(f"{letter.lower()}{a}"), f"{a} / {section}")
        for a in "XY"
        for section, letters in (("Articles", "AB"), ("Videos", "CD"))
        for letter in letters
    ]


def test_a_heading_above_lists_is_no_piece_beside_pieces() -> None:
    digest = parse(
        f"{HEAD}## Plans\n\nAll is said [there]({link(1)}).\n\n## The day\n\nSome words.\n\n"
        f"[The day: 30 July]({link(2)})\n\n## Links\n\n### To try\n\n* [Try it well]({link(3)})\n"
        f"* [Try again]({link(4)})\n\n### To read\n\n* [Read]({link(5)})\n* [Ann]({link(6)})\n"
    )
    assert [row[2] for row in rows(digest)] == [
        "", "", "Links / To try", "Links / To try", "Links / To read", "Links / To read"
    ]  # fmt: skip


LISTS = (
    f"## A\n\n- [Mast]({link(1)}) one\n- [Sail]({link(2)}) two\n\n"
    f"## B\n\n- We sailed.\n- We met [Ann]({link(3)}) there.\n- We slept.\n\n"
)


def test_a_list_beside_lists_of_items_is_one() -> None:
    digest = parse(HEAD + LISTS)
    assert [(row[0], row[2]) for row in rows(digest)][2:] == [
        ("We sailed.", "B"), ("We met Ann there.", "B"), ("We slept.", "B")
    ]  # fmt: skip
    assert digest.open == ()


def test_a_list_without_any_link_is_asked_about() -> None:
    digest = parse(HEAD + LISTS.replace(f"[Ann]({link(3)})", "Ann"))
    assert [(one.first, one.last) for one in digest.open] == [(10, 12)]


def test_short_lists_between_long_ones_are_no_tail() -> None:
    long = "".join(
        f"- ann [mended]({link(n)}) the rope that was torn as the storm of last week came in\n"
        for n in range(4)
    )
    digest = parse(
        f"{HEAD}## Plans\n\nOurs are [there]({link('a')}).\n\n"
        f"## At work\n\n- ann is [adding]({link('b')}) rope\n- bob [makes]({link('c')}) oars\n\n"
        f"## Done\n\n{long}\n## New here\n\n- [Ann]({link('d')})\n- [Bob]({link('e')})\n"
    )
    assert digest.tail_links == ()
    assert len(digest.items) == 9


@pytest.mark.parametrize(
    ("bullet", "title", "url"),
    [
        ("[@ann](https://a.example) mended [the mast](https://m.example).",
         "@ann mended the mast.", "https://m.example"),
        ("[@ann](https://a.example): [The mast](https://m.example)",
         "The mast", "https://m.example"),
        ("[@ann](https://a.example) und [@bob](https://b.example) bauten [Ruder](https://m.example)",
         "@ann und @bob bauten Ruder", "https://m.example"),
        ("[@ann](https://a.example)", "@ann", "https://a.example"),
        ("[@rope/mast](https://m.example): a package", "@rope/mast", "https://m.example"),
    ],
)  # fmt: skip
def test_a_person_in_front_is_no_title(bullet: str, title: str, url: str) -> None:
    digest = parse(f"{HEAD}## A\n\n- {bullet}\n- [Sail]({link(2)}) two\n")
    assert rows(digest)[0] == (title, url, "A")


def test_the_only_address_on_a_line_of_its_own_is_the_source() -> None:
    digest = parse(
        f"{HEAD}## Mast\n\nIt is [tall]({link(1)}), they say.\n\n"
        f"## Sail\n\n[![]({link('p')})]({link(2)})\n\n**Summary:** Wide.\n\n"
        f"[▶ Watch it now]({link(2)})\n\n"
        f"## Oar\n\nOne [here]({link(3)}), one [there]({link(4)}).\n"
    )
    assert [row[1] for row in rows(digest)] == ["", link(2), ""]


def test_text_indented_below_a_number_is_text_and_its_first_link_the_source() -> None:
    digest = parse(
        f"{HEAD}### News\n\n1.  **The mast is up.**\n"
        f"    It is [tall]({link(1)}) and [red]({link(2)}).\n\n"
        f"2.  **The sail is wide.**\n    So it [is]({link(3)}).\n"
    )
    assert rows(digest) == [
        ("The mast is up.", link(1), "News"), ("The sail is wide.", link(3), "News")
    ]  # fmt: skip
    assert digest.items[0].body.startswith("It is [tall]")  # Four spaces would make it code.


def test_headings_without_tags_and_references() -> None:
    digest = parse(
        f"{HEAD}## Ann, <cite>A &amp; B</cite>\n\n[More]({link(1)})\n\n"
        f"## It&#39;s &lt;b&gt; and `&amp;`\n\n[More]({link(2)})\n\n"
        f"## [Bob&rsquo;s boat]({link(3)})\n\nText.\n"
    )
    assert [item.title for item in digest.items] == [
        "Ann, A & B", "It's &lt;b&gt; and `&amp;`", "Bob’s boat"
    ]  # fmt: skip


def test_lines_that_announce_lists_are_their_headings() -> None:
    digest = parse(
        '@def title = "Ropes (January 2025)"\n@def published = Date(2025, 2, 1)\n'
        '@def tags = ["a", "b"]\n@def rss = """\nLong\n"""\n\nHello.\n\n'
        f"Masts and sails (please tell us of more):\n\n"
        f"* [Mast]({link(1)})\n* A [sail]({link(2)})\n\n"
        f"Talks:\n\n* We heard [Ann]({link(3)})\n* [Bob]({link(4)})\n",
        name="x.md",
    )
    assert (digest.title, digest.date) == ("Ropes (January 2025)", dt.date(2025, 2, 1))
    assert [(row[1], row[2]) for row in rows(digest)] == [
        (link(1), "Masts and sails (please tell us of more)"),
        (link(2), "Masts and sails (please tell us of more)"),
        (link(3), "Talks"), (link(4), "Talks"),
    ]  # fmt: skip


def test_dates_of_julia_between_fences() -> None:
    digest = parse(
        f'+++\ntitle = "Ropes"\ndate = Date(2025, 2, 1)\n+++\n\n## A\n\n[B]({link(1)})\n', name="x"
    )
    assert (digest.title, digest.date, digest.errors) == ("Ropes", dt.date(2025, 2, 1), [])


def test_a_heading_that_is_a_field_belongs_to_the_one_above() -> None:
    digest = parse(
        f"{HEAD}## [Mast]({link(1)})\n\n#### Author: [Ann]({link('a')})\n\nTall.\n\n"
        f"## Sail and rope\n\n#### Autor: Bob\n\nWide, so [it]({link(2)}) is.\n"
    )
    assert rows(digest) == [("Mast", link(1), ""), ("Sail and rope", "", "")]
    assert [item.authors for item in digest.items] == [("Ann",), ("Bob",)]


def test_what_is_said_of_several_rows_is_no_title() -> None:
    row = "| {} | [{}](https://example.org/{}) |\n"
    table = "".join(row.format(*one) for one in [
        ("to read", "Mast", 1), ("to skim", "Sail", 2), ("to read", "Oar", 3), ("to read", "Fin", 4)
    ])  # fmt: skip
    digest = parse(f"{HEAD}## A\n\n| Worth | What |\n| --- | --- |\n{table}")
    assert [item.title for item in digest.items] == ["Mast", "Sail", "Oar", "Fin"]
    assert digest.items[0].body == "**Worth:** to read"
