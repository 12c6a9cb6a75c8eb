"""Parts of a document that are no items, in languages and by tools beside the ones at hand."""

from __future__ import annotations

import datetime as dt

import pytest

from newsletter.digest import Digest, Layout, Role, parse
from newsletter.digest.keys import ONE_PIECE

DAY = dt.date(2026, 3, 2)


def link(name: object) -> str:
    return f"https://e.example.org/{name}"


def read(text: str, **extra: object) -> Digest:
    return parse(text, date=DAY, **extra)  # type: ignore[arg-type]


def titles(digest: Digest) -> list[str]:
    return [item.title for item in digest.items]


def codes(digest: Digest) -> list[str]:
    return [problem.code for problem in digest.errors]


def story(title: str) -> str:
    return f"**{title}**\n[Quelle]({link(title)})\n\nEin Satz, der etwas sagt.\n\n"


FIGURES = [
    '<figure class="source-image">\n<a href="https://s.example.org/1"><img src="https://i.example.'
    'org/1.png" alt=""></a>\n<figcaption>Bild: <a href="https://s.example.org">Amt</a>'
    "</figcaption>\n</figure>",
    "<figure>\n\n![](https://i.example.org/2.png)\n\n<figcaption>図：編集部</figcaption>\n\n</figure>",
    '<p align="center"><img src="https://i.example.org/3.png"><br><em>Légende : le port</em></p>',
    '<div>\n<img src="https://i.example.org/4.png">\n<small>Фото: редакция</small>\n</div>',
]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_picture_with_its_words_belongs_to_the_story_above(figure: str) -> None:
    digest = read(f"# T\n\n{story('A')}{figure}\n\n{story('B')}{figure}\n")
    assert titles(digest) == ["A", "B"]
    assert all(figure.splitlines()[-1] in item.body for item in digest.items)
    assert (digest.errors, digest.intro) == ([], "")


@pytest.mark.parametrize("figure", FIGURES)
def test_in_front_of_all_stories_it_introduces_the_issue(figure: str) -> None:
    digest = read(f"# T\n\n{figure}\n\n{story('A')}{story('B')}")
    assert titles(digest) == ["A", "B"]
    assert figure.splitlines()[-1] in digest.intro
    assert digest.errors == []


def test_pictures_above_each_story_stay_with_it() -> None:
    figure = '<figure><img src="https://i.example.org/{}.png"><figcaption>c</figcaption></figure>'
    digest = read(f"# T\n\n{figure.format(1)}\n\n{story('A')}{figure.format(2)}\n\n{story('B')}")
    assert ["1.png" in digest.items[0].body, "2.png" in digest.items[1].body] == [True, True]


@pytest.mark.parametrize(
    "text",
    [
        "# Interview\n\n00:10 Ann: Hello.\n\n00:20 Bob: Hello.\n\n00:40 Ann: How are you?\n",
        f"# The museum\n\nIt opens at 10:00 and closes at 18:00. [More]({link('a')})\n",
        f"# A night\n\nWe left 22:10 on [it]({link('a')}).\n\n23:40 was [last]({link('b')}).\n",
        f"# The final\n\n3:2, see [report]({link('a')}).\n\n2:1, [photos]({link('b')}).\n\n1:0.\n",
    ],
)
def test_hours_results_and_a_transcript_are_no_parts_of_a_recording(text: str) -> None:
    digest = read(text)
    assert (len(digest.items), "one-item" in codes(digest)) == (1, False)


@pytest.mark.parametrize(
    "tags",
    ["<section class='y'>", '<table class="x"><tr>', '<div style="a"><span></span>', "<article>"],
)
def test_tags_are_no_title(tags: str) -> None:
    digest = read(f"# T\n\n{story('A')}{tags}\nhttps://e.example.org/5\n\n{story('B')}")
    assert titles(digest) == ["A", "B"]
    listed = read(f"# T\n\n- {tags}\n- [a]({link(1)})\n- [b]({link(2)})\n")
    assert "<" not in "".join(titles(listed))
    assert codes(listed) == ["title-empty"]


def test_a_name_in_angle_brackets_is_a_title() -> None:
    text = f"# T\n\n- [Styling <dialog>]({link(1)})\n- [`<details>` opens]({link(2)})\n"
    assert titles(read(text)) == ["Styling <dialog>", "`<details>` opens"]


def chapters(*names: str, rest: str = "Ein Absatz, der etwas sagt.\n\n") -> str:
    return "".join(f"## {name}\n\n{rest * 6}" for name in names)


def tabled(name: str, rows: int) -> str:
    lines = "".join(f"| [{name} {n}]({link(f'{name}{n}')}) |\n" for n in range(rows))
    return f"## {name}\n\n| A |\n|---|\n{lines}\n"


def linked_list(*names: str) -> str:
    return "".join(f"- {'Wort ' * 50}, [{name}]({link(name)})\n" for name in names)


def test_read_by_headlines_a_heading_above_others_is_their_section() -> None:
    """As programs write it: categories, titles, and a few words without any link."""
    text = (
        "# 港口日报 2026-03-02\n\n## 市场\n\n### 连跌三天\n\n交易所低开。\n\n"
        "### 新吊机\n\n周六上岸。\n\n- 高八十米\n\n## 航运\n\n### 渡轮复航\n\n维修一个月。\n"
    )
    assert codes(read(text)) == ["one-item"]
    digest = read(text, shape="headlines")
    assert [(item.category, item.title) for item in digest.items] == [
        ("市场", "连跌三天"), ("市场", "新吊机"), ("航运", "渡轮复航"),
    ]  # fmt: skip
    assert codes(digest) == []


def test_what_would_be_one_item_is_read_as_was_said_of_it() -> None:
    """The word counts where there was a doubt; what the evidence divides stays as it is."""
    said = Layout(shapes={ONE_PIECE: "headlines"})
    text = f"# Boletín, 2 de marzo de 2026\n\n{chapters('Barcos', 'Puentes', 'Muelles')}"
    assert titles(read(text, layout=said)) == ["Barcos", "Puentes", "Muelles"]
    listed = f"# Hafenbrief\n\n## Schiffe\n\n- [a]({link('a')}): a.\n- [b]({link('b')}): b.\n"
    assert titles(read(listed, layout=said)) == titles(read(listed)) == ["a", "b"]


@pytest.mark.parametrize(
    "text",
    [
        # Lists with links below several headings, whatever the title.
        f"# Hafenbrief\n\n## Schiffe\n\n{linked_list('a', 'b')}\n## Brücken\n\n{linked_list('c')}",
        f"# 港だより\n\n{chapters('序')}## 船\n\n{linked_list('a')}\n## 橋\n\n{linked_list('b')}",
        f"# Havnebrev\n\n{tabled('Skibe', 1)}{chapters('Broer', 'Kajer')}{tabled('Folk', 1)}",
        # Several headings with text below a title that names a day or a number.
        f"# Lettre du port n° 12, 2 mars 2026\n\n{chapters('Navires', 'Ponts', 'Quais')}",
        f"# 港口日报 2026-03-02\n\n{chapters('一、船', '二、桥', '三、码头')}",
        f"# Boletín, número 7\n\n{chapters('Barcos', 'Puentes', 'Muelles')}",
        f"# Letter of 2 March 2026\n\n{chapters('Wind', 'Rope')}",
        # The parts of a recording: times, and addresses behind or below them.
        f"# Talk\n\n00:00 Intro\n02:10 Ferry\n{link('a')}\n11:45 Grain\n{link('b')}\n",
        f"# 港口谈\n\n００：１０ 开场\n\n[02:10] 夜航 {link('a')}\n\n11:45 粮价 {link('b')}\n",
        f"# Folge\n\n(0:00:10) Moin\n(1:02:30) Fähre: {link('a')}\n(1:30:00) Korn: {link('b')}\n",
    ],
)
def test_an_issue_read_as_one_item_is_a_doubt(text: str) -> None:
    digest = read(text)
    assert (len(digest.items), codes(digest)) == (1, ["one-item"])
    assert read(text, confirmed=frozenset({"one-item"})).errors == []


@pytest.mark.parametrize(
    "text",
    [
        f"# Warum Brücken singen\n\n{chapters('Wind', 'Seile', 'Ende')}",
        f"# Pourquoi 2026 sera calme\n\n{chapters('Vent', 'Marées', 'Fin')}",
        f"# 橋はなぜ歌うか\n\n{chapters('風', '綱')}## 参考文献\n\n{linked_list('a', 'b')}",
        f"# Why ropes hold\n\n{chapters('Hemp', 'Steel')}## Tools\n\n{linked_list('a')}\n"
        f"## Sources\n\n{linked_list('b', 'c')}",
    ],
)
def test_one_story_with_chapters_is_none(text: str) -> None:
    digest = read(text)
    assert (len(digest.items), codes(digest)) == (1, [])


ITEMS = "".join(
    f"## {n}. Pkt {n}\n\nEin Satz, der etwas sagt.\n\n[Quelle]({link(n)})\n\n" for n in (1, 2, 3)
)
NUMBERED = "".join(f"{n}. **Pkt {n}**\n\n   Text, [q]({link(n)}).\n\n" for n in (1, 2, 3))


@pytest.mark.parametrize(
    "heading",
    [
        "参考リンク", "参考文献", "参考资料", "參考連結", "References", "Quellen:",
        "📚 Fuentes (2)", "Источники", "참고 자료", "Références", "Bibliografia",
        "参考资料 / References", "Sources and references",
    ],
)  # fmt: skip
def test_references_at_the_end_are_the_tail(heading: str) -> None:
    listed = f"- [a]({link('a')})\n- Amt für Häfen: {link('b')}\n- Ein Buch\n"
    digest = read(f"# T\n\n{NUMBERED}## {heading}\n\n{listed}")
    assert titles(digest) == ["Pkt 1", "Pkt 2", "Pkt 3"]
    assert [(one.label, one.url) for one in digest.tail_links] == [
        ("a", link("a")), ("Amt für Häfen", link("b")), ("Ein Buch", ""),
    ]  # fmt: skip
    assert (digest.errors, digest.open) == ([], ())


def test_what_stands_below_the_references_is_asked_about() -> None:
    listed = f"- [Pkt 1]({link('a')})\n- [Pkt 2]({link('b')})\n"
    made = "*Erzeugt von einem Programm, das täglich die Nachrichten des Hafens sammelt und ordnet*"
    for between in ("\n", "\n---\n\n"):
        digest = read(f"# T\n\n{ITEMS}## Quellen\n\n{listed}{between}{made}\n")
        assert titles(digest) == ["Pkt 1", "Pkt 2", "Pkt 3"]
        assert [one.label for one in digest.tail_links] == ["Pkt 1", "Pkt 2"]
        assert [(one.key, one.text) for one in digest.open] == [("quellen|paragraph|alone", made)]


def test_references_in_other_writings() -> None:
    pieces = "".join(f"### {name}\n\nText, [q]({link(name)}).\n\n" for name in "AB")
    listed = f"1. 著者「題」\n   {link('c')}\n2. [d]({link('d')}) 、 [e]({link('e')})\n"
    digest = read(f"# T\n\n## 記事\n\n{pieces}## 参考文献\n\n{listed}")
    assert titles(digest) == ["A", "B"]
    assert [(one.label, one.url[-1]) for one in digest.tail_links] == [
        ("著者「題」", "c"), ("d", "d"), ("e", "e"),
    ]  # fmt: skip
    bare = read(
        f"# T\n\n## News\n\n- [A]({link(1)})\n- [B]({link(2)})\n\n## Sources\n\n{link(3)}\n"
    )
    assert (titles(bare), len(bare.tail_links)) == (["A", "B"], 1)


@pytest.mark.parametrize("before", ["", "Guten Tag.\n\n", "## Vorwort\n\nGuten Tag.\n\n"])
def test_a_document_of_sources_alone_consists_of_them(before: str) -> None:
    digest = read(f"# T\n\n{before}## Quellen\n\n- [A]({link(1)})\n- [B]({link(2)})\n")
    assert (titles(digest), digest.tail_links) == (["A", "B"], ())


def test_sources_in_the_middle_are_a_section() -> None:
    first = f"## Sources\n\n- [a]({link(1)})\n- [b]({link(2)})\n\n"
    digest = read(f"# T\n\n{first}## Ships\n\n- [c]({link(3)})\n- [d]({link(4)})\n")
    assert titles(digest) == ["a", "b", "c", "d"]


def test_the_rows_of_a_table_weigh_as_bullets_do() -> None:
    remarks = "".join(f"## {name}\n\nEin Satz.\n\n" for name in "ABCDEFGH")
    digest = read(f"# T\n\n{tabled('Ships', 5)}{remarks}")
    assert titles(digest)[:2] == ["Ships 0", "Ships 1"]


@pytest.mark.parametrize("figure", FIGURES)
def test_behind_a_table_or_a_list_it_belongs_to_the_last_item(figure: str) -> None:
    listed = f"## Lenker\n\n1. [a]({link('a')})\n2. [b]({link('b')})\n\n"
    digest = read(f"# T\n\n{tabled('Ships', 3)}{figure}\n\n{listed}")
    assert figure.splitlines()[-1] in digest.items[2].body
    assert (len(digest.items), digest.errors) == (5, [])


@pytest.mark.parametrize(
    "words",
    [
        "Was diese Woche im Hafen geschah.",
        "今週の港の動きをまとめました。三件あります。",
        "> Les nouvelles du port, en bref.",
    ],
)
@pytest.mark.parametrize("mark", ["##", "###"])
def test_the_first_words_of_sections_are_one_question(words: str, mark: str) -> None:
    """Below the heading of a list, or below one above sections that are items."""

    def section(name: str) -> str:
        if mark == "##":
            return (
                f"## {name}\n\n{words}\n\n- [{name} 1]({link(name)})\n- [{name} 2]({link(2)})\n\n"
            )
        items = "".join(f"### [{name} {n}]({link(f'{name}{n}')})\n\nOrd.\n\n" for n in "12")
        return f"## {name}\n\n{words}\n\n{items}"

    first = f"## Vorher\n\n- [a]({link('a')})\n- [b]({link('b')})\n\n"
    text = f"# T\n\n{first}{section('Schiffe')}{section('Brücken')}{section('Leute')}"
    digest = read(text)
    assert {one.key for one in digest.open} == {"*|lead|before"}
    assert (len(digest.open), len(digest.items)) == (3, 8)
    answered = read(text, layout=Layout({"*|lead|before": Role.LEFT_OUT}))
    assert (answered.open, answered.errors) == ((), [])
    # What was answered of one section stays.
    old = read(text, layout=Layout({f"schiffe|{digest.open[0].kind}|before": Role.INTRODUCTION}))
    assert len(old.open) == (2 if mark == "##" else 3)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("今日摘要", "结语"),
        ("Today's Summary", "Wrap-up"),
        ("2026-03-02 Overview", "Closing"),
        ("本日のまとめ", "おわりに"),
        ("오늘의 요약", "마치며"),
        ("Zusammenfassung des Tages, 2. März", "Fazit"),
        ("Resumen del día", "Cierre"),
        ("📌 今日概览（3月2日）", "写在最后"),
        ("L'essentiel du jour", "Conclusion"),
        ("Обзор дня", "Итоги"),
    ],
)
@pytest.mark.parametrize("words", ["A, B und C.", "- A\n- B\n- C"])
@pytest.mark.parametrize("items", [ITEMS, f"## News\n\n{NUMBERED}"])
def test_first_and_last_words_are_no_items(first: str, last: str, words: str, items: str) -> None:
    digest = read(f"# T\n\n## {first}\n\n{words}\n\n{items}## {last}\n\nBis morgen.\n")
    assert len(digest.items) == 3
    assert digest.intro == f"## {first}\n\n{words}"
    assert [(one.text, codes(digest)) for one in digest.open] == [("Bis morgen.", ["unclaimed"])]


def test_a_summary_with_links_and_one_in_the_middle_are_read_as_others() -> None:
    listed = f"## Today's summary\n\n- [a]({link('a')})\n- [b]({link('b')})\n\n"
    assert len(read(f"# T\n\n{listed}## News\n\n{NUMBERED}").items) == 5
    assert "Zusammenfassung" in titles(read(f"# T\n\n{ITEMS}## Zusammenfassung\n\nX.\n\n{ITEMS}"))


@pytest.mark.parametrize(
    ("title", "again"),
    [
        ("AI News 2026-03-02", "AI News Daily Report"),
        ("港口 2026年3月2日", "2026-03-02"),
        ("港ニュース 2026年3月2日", "港デイリー — 2026年3月2日"),
        ("Hafen", "Tagesbericht, 2. März 2026"),
        ("Lettre du port, 2 mars 2026", "Les nouvelles — 2 mars 2026"),
        ("Diario del puerto", "Informe diario"),
    ],
)
def test_a_title_said_again_is_no_section(title: str, again: str) -> None:
    digest = read(f"# {title}\n\nEin Gruß.\n\n# {again}\n\n{ITEMS}")
    assert [item.category for item in digest.items] == ["", "", ""]
    assert (digest.title, digest.intro) == (title, "Ein Gruß.")
    assert digest.extra["sections"] == [again]


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Weekly 2026-03-02", "Ships of the North"),
        ("港口 2026-03-02", "国际 2026-03-01"),
        ("Hafen 12/2026", "Brücken und Kajen"),
    ],
)
def test_another_h1_is_a_section(title: str, other: str) -> None:
    digest = read(f"# {title}\n\nEin Gruß.\n\n# {other}\n\n{ITEMS}")
    # Its day is none of the category's: the next issue's section is the same one.
    assert {item.category for item in digest.items} == {other.removesuffix(" 2026-03-01")}


def test_points_that_repeat_numbered_titles_are_contents() -> None:
    listed = "- Pkt 1\n- Pkt 2\n- Pkt 3\n"
    for heading in ("Today's Highlights", "今日要点", "Heute im Blick"):
        digest = read(f"# T\n\n## {heading}\n\n{listed}\n{ITEMS}")
        assert titles(digest) == ["Pkt 1", "Pkt 2", "Pkt 3"]
        assert (digest.intro, digest.errors, digest.open) == ("", [], ())


NOTHING = [
    "No papers today.", "There were no new articles in the last 24 hours.", "今日无论文。",
    "暂无更新",
    "本日の論文はありません。", "新着記事はありませんでした。", "오늘은 새로운 논문이 없습니다.",
    "Heute keine neuen Artikel.", "Aucun nouvel article aujourd'hui.", "No hay novedades hoy.",
    "Oggi nessun articolo.", "Hoje não há novos artigos.", "Сегодня нет новых статей.",
]  # fmt: skip


@pytest.mark.parametrize("words", NOTHING)
def test_a_day_without_anything_is_refused(words: str) -> None:
    foot = "---\n\n*Made by [a program](https://e.example.org/)*\n"
    for text in (
        f"# T 2026-03-02\n\n{words}\n",
        f"# T\n\n> Date: 2026-03-02\n\nTotal: 0\n\n**{words}**\n\n{foot}",
        f"# T\n\n## A\n\n{words}\n\n## B\n\n- {words}\n\n## C\n\n_{words}_\n\n{foot}",
    ):
        digest = read(text)
        assert (digest.items, codes(digest)) == ((), ["no-items"])


@pytest.mark.parametrize("words", NOTHING)
def test_a_section_without_anything_is_left_out_beside_items(words: str) -> None:
    digest = read(f"# T\n\n## Papers\n\n{words}\n\n{ITEMS}")
    assert (titles(digest), digest.errors, digest.open) == (["Pkt 1", "Pkt 2", "Pkt 3"], [], ())
    assert [(one.line, one.code) for one in digest.problems] == [(3, "item-empty")]


@pytest.mark.parametrize(
    "words",
    [
        "No news is good news, as the harbour master says, and this week he was right again.",
        f"No papers today, but [one of last year]({link('old')}).",
        "今日无论文。但港口的新闻很多：三艘船到了，两座桥修好了，还有一位船长退休。",
        "Nichts wird so heiß gegessen.",
    ],
)
def test_a_text_that_says_more_is_an_item(words: str) -> None:
    text = f"## Word\n\n{words}\n\nEin Absatz mit [q]({link('q')}).\n\n"
    assert "Word" in titles(read(f"# T\n\n{text}{ITEMS}"))
    assert codes(read(f"# T\n\n{words}\n\n- Rust 2.0\n- Go 3\n")) != ["no-items"]
