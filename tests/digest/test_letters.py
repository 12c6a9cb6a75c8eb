"""What letters, reports and show notes of strangers hold beside their items."""

from __future__ import annotations

import datetime as dt

import pytest

from newsletter.digest import Digest, parse

NEWS = (
    "## News\n\n- [A harbour opens early](https://a.example.org/1) – at night\n"
    "- [Ropes that float](https://a.example.org/2) – tested\n\n"
)


def read(text: str) -> Digest:
    return parse(f"# Letter\n\nHello.\n\n{text}", date=dt.date(2026, 3, 2))


def titles(digest: Digest) -> list[str]:
    return [item.title for item in digest.items]


@pytest.mark.parametrize(
    "heading",
    [
        "Follow us on Mastodon", "Stay in touch", "Thanks to our contributors", "Our sponsors",
        "Become a sponsor", "Where to find us", "Special thanks", "Contributors this week",
        "如何订阅", "本期贡献者", "关于本刊", "联系我们", "購読はこちら", "執筆者",
        "후원", "만든 사람들",
        "Bleib in Kontakt", "Unterstützt uns", "Mitwirkende", "Suivez-nous", "Ils ont contribué",
        "Dónde encontrarnos", "Colaboradores", "Seguici su Mastodon", "Hanno collaborato",
        "Siga a gente", "Apoiadores", "Volg ons", "Obserwuj nas", "Katkıda bulunanlar",
        "Наши партнёры", "Авторы выпуска", "Про нас", "Theo dõi chúng tôi", "Kontributor",
        "تابعونا", "درباره ما",
    ],
)  # fmt: skip
def test_what_a_letter_says_of_itself_is_no_item(heading: str) -> None:
    digest = read(f"{NEWS}## {heading}\n\n- [Ann](https://x.example.org/1)\n"
                  "- By [mail](https://x.example.org/2), every Friday\n")  # fmt: skip
    assert titles(digest) == ["A harbour opens early", "Ropes that float"]
    assert [link.label for link in digest.tail_links] == ["Ann", "By mail, every Friday"]
    assert (digest.tail_title, digest.open) == (heading, ())


def test_a_list_of_channels_is_none_whatever_it_is_called() -> None:
    digest = read(
        f"{NEWS}## Хотите ещё?\n\n- [Канал](https://t.me/ropes)\n- [Mastodon](https://m.social/@ropes)\n"
        "- [RSS](https://example.org/feed.xml)\n"
    )
    assert titles(digest) == ["A harbour opens early", "Ropes that float"]
    assert len(digest.tail_links) == 3
    said = "- [A thread](https://x.com/ann/status/1)\n- [A film](https://youtube.com/watch?v=2)\n"
    assert len(read(f"{NEWS}## Хотите ещё?\n\n{said}").items) == 4


def test_channels_in_front_are_none_and_stories_of_that_name_are() -> None:
    digest = read(
        f"## Subscribe\n\n- [Mail](https://x.example.org/1)\n- [RSS](https://x.example.org/2)\n\n{NEWS}"
    )
    assert titles(digest) == ["A harbour opens early", "Ropes that float"]
    assert [link.label for link in digest.tail_links] == ["Mail", "RSS"]
    story = "## Contributing to the harbour of Kiel gets much easier this year\n\nIt does, [they say](https://a.example.org/9).\n"
    assert len(read(NEWS + story).items) == 3


@pytest.mark.parametrize(
    ("source", "link", "date", "url"),
    [("Source", "URL", "Published", "https://a.example.org/1"), ("来源", "链接", "日期", "https://a.example.org/1"),
     ("Quelle", "Link", "Datum", "https://a.example.org/1"), ("出典", "リンク", "日付", "https://a.example.org/1")],
)  # fmt: skip
def test_a_table_of_two_columns_holds_fields(source: str, link: str, date: str, url: str) -> None:
    table = (
        f"| Field | Value |\n|---|---|\n| **{source}** | The Gazette |\n| {date} | 2026-03-01 |\n"
        f"| {link} | [a.example.org/1]({url}) |\n| Weight | 3 t |\n"
    )
    digest = read(
        f"## Ports\n\n### Harbour\n\n{table}\nIt opens.\n\n### Rope\n\n{table}\nIt floats.\n"
    )
    assert [(one.title, one.date, one.body) for one in digest.items] == [
        ("Harbour", dt.date(2026, 3, 1), "It opens."),
        ("Rope", dt.date(2026, 3, 1), "It floats."),
    ]
    assert [(one.label, one.url) for one in digest.items[0].sources] == [("The Gazette", url)]


def test_a_table_of_rows_stays_one() -> None:
    digest = read("## Ports\n\n| Author | Link |\n|---|---|\n| Ann | https://a.example.org/1 |\n"
                  "| Ben | https://a.example.org/2 |\n")  # fmt: skip
    assert len(digest.items) == 2


@pytest.mark.parametrize(
    ("bullet", "title", "url"),
    [
        ("[A new change](https://a.example.org/1) makes ropes float.",
         "A new change makes ropes float.", "https://a.example.org/1"),
        ("[Ein Bericht](https://a.example.org/1) zeigt, wie Seile schwimmen.",
         "Ein Bericht zeigt, wie Seile schwimmen.", "https://a.example.org/1"),
        ("[Ropes.jl](https://a.example.org/1) makes ropes float.", "Ropes.jl",
         "https://a.example.org/1"),
        ("*Ann Roy* ([@ann](https://x.com/ann)): Ropes float in water. - <https://a.example.org/1>",
         "Ann Roy (@ann): Ropes float in water.", "https://a.example.org/1"),
        ("A book by *Gavin M. Roy* on ropes was published! [Order it](https://a.example.org/1)",
         "A book by Gavin M. Roy on ropes was published!", "https://a.example.org/1"),
        ("Big news. The harbour moves to Kiel. [Read it](https://a.example.org/1).",
         "Big news. The harbour moves to Kiel.", "https://a.example.org/1"),
        ("[2026-03-01](https://a.example.org/1). One regression, six improvements.",
         "2026-03-01", "https://a.example.org/1"),
    ],
)  # fmt: skip
def test_titles_and_links_of_sentences(bullet: str, title: str, url: str) -> None:
    digest = read(f"## News\n\n- {bullet}\n- [Another thing](https://b.example.org/), too\n")
    assert (digest.items[0].title, digest.items[0].sources[0].url) == (title, url)


def test_pieces_with_the_same_parts_are_items() -> None:
    def piece(name: str) -> str:
        return (
            f"### {name}\n\n#### What is new\n\nIt is {name}.\n\n#### References\n\n"
            f"- [Spec](https://a.example.org/{name})\n\n"
        )

    digest = read(
        f"## Details\n\nThe entries follow.\n\n{piece('rope')}{piece('lamp')}{piece('oar')}"
    )
    assert [(one.title, one.category) for one in digest.items] == [
        ("rope", "Details"),
        ("lamp", "Details"),
        ("oar", "Details"),
    ]
    assert digest.items[2].sources[0].url == "https://a.example.org/oar"


def test_numbers_without_a_word_are_chapters() -> None:
    chapters = "".join(f"{n}、\n\n很久以前，有一座港口，里面停着许多船。\n\n" for n in range(1, 6))
    digest = read(f"{NEWS}## 小说\n\n下面是一篇小说。\n\n{chapters}")
    assert len(digest.items) <= 3


def test_breaks_that_were_meant_stay() -> None:
    digest = parse(
        "# A day at sea\n\nRoses are red  \nviolets are blue,  \nhttps://a.example.org/  \n"
        "and so on, as it was said for a while.\n\nNo break  \n\nhere.\n",
        date=dt.date(2026, 3, 2),
    )
    assert digest.items[0].body == (
        "Roses are red\\\nviolets are blue,\\\nhttps://a.example.org/  \nand so on,"
        " as it was said for a while.\n\nNo break\n\nhere."
    )


def test_front_matter_names_the_page_and_its_publisher() -> None:
    digest = parse(
        "---\ntitle: A rope\ndate: 2026-03-02\nsource_url: https://a.example.org/rope\n"
        "source_name: The Gazette\n---\n\n## Summary\n\nIt floats, and it was tested for a year.\n"
    )
    (item,) = digest.items
    assert [(one.label, one.url) for one in item.sources] == [
        ("The Gazette", "https://a.example.org/rope")
    ]
