"""Entries whose text and link stand below their mark, or that have no mark at all; made up here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest

from newsletter.digest import Digest, parse

DAY = dt.date(2026, 3, 2)
EN = ("Harbour reopens", "Lamp relit on the cape", "Ropes tested in rain")
ZH = ("渡轮恢复夜航", "北岬灯塔重新点亮", "新缆绳通过雨测")
RU = ("Порт снова открыт", "Маяк зажжён заново", "Канаты прошли проверку")
FR = ("Le port rouvre ce soir", "Le phare est rallumé", "Des cordages à l'essai")
TEXT: dict[tuple[str, ...], str] = {
    EN: "The crew worked all night.",
    ZH: "船员连夜检查，没有发现损坏。",
    RU: "Команда работала всю ночь.",
    FR: "L'équipage a travaillé toute la nuit.",
}


def url(number: int) -> str:
    return f"https://example.org/{number}"


def read(text: str) -> Digest:
    return parse(text, date=DAY)


def entries(pattern: str, titles: Sequence[str], text: str) -> str:
    made = [
        pattern.format(n=number, t=title, b=text, u=url(number))
        for number, title in enumerate(titles, 1)
    ]
    return "# T\n\n" + "\n\n".join(made) + "\n"


def right(digest: Digest, titles: Sequence[str]) -> None:
    """Each title with its own link, and nothing asked."""
    assert [item.title.rstrip(".。") for item in digest.items] == list(titles)
    assert [item.sources[0].url for item in digest.items] == [url(n) for n in (1, 2, 3)]
    assert digest.errors == []


MARKED = [
    "- {t}\n\n{b}\n\n{u}",
    "* {t}\n\n{b}\n\nSource: {u}",
    "- {t}\n\n{b}\n\n来源：{u}",
    "- **{t}**\n\n{b}\n\nvia [Post]({u})",
    "- {t}\n\n{b} (via [Post]({u}))",
    "• {t}\n\n{b}\n\n[原文链接]({u})",
    "🔹 {t}\n\n{b}\n\n{u}",
    "👉 {t}\n\n{b}\n\n<{u}>",
    "📌 **{t}**\n\n{b}\n\nQuelle: [Post]({u})",
    "➤ {t}\n\n{b}\n\nИсточник: {u}",
    "({n}) {t}\nSource: {u}",
    "（{n}）{t}\n来源：{u}",
    "[{n}] {t}\n{b}\n{u}",
    "[{n}] [{t}]({u})",
    "【{n}】{t}\n\n{b}\n\n{u}",
    "〔{n}〕 {t} {u}",
]


@pytest.mark.parametrize("titles", [EN, ZH, RU, FR])
@pytest.mark.parametrize("pattern", MARKED)
def test_a_mark_with_its_text_and_link_at_the_margin(pattern: str, titles: tuple[str, ...]) -> None:
    right(read(entries(pattern, titles, TEXT[titles])), titles)


@pytest.mark.parametrize("pattern", ["({n}) {t}\nSource: {u}", "- {t}\n\n{b}\n\n{u}"])
def test_the_same_below_headings(pattern: str) -> None:
    made = [
        pattern.format(n=n, t=f"{title} {section}", b=TEXT[EN], u=url(n))
        for section in ("Ports", "Craft")
        for n, title in enumerate(EN, 1)
    ]
    text = (
        "# T\n\n## Ports\n\n" + "\n\n".join(made[:3]) + "\n\n## Craft\n\n" + "\n\n".join(made[3:])
    )
    digest = read(text)
    assert [item.section for item in digest.items] == ["Ports"] * 3 + ["Craft"] * 3
    assert [item.title for item in digest.items] == [
        f"{title} {section}" for section in ("Ports", "Craft") for title in EN
    ]


@pytest.mark.parametrize("sign", ["▶", "🔹", "◆", "●", "■", "★", "👉", "📌", "✅", "➤"])
@pytest.mark.parametrize(
    "pattern",
    ["[{t}]({u})", "[{t}]({u})\n{b}", "[Link]({u}) {t}", "{u} {t}", "**{t}** {b} [Source]({u})"],
)
def test_a_sign_in_front_of_a_link_is_no_part_of_the_title(sign: str, pattern: str) -> None:
    right(read(entries(f"{sign} {pattern}", EN, TEXT[EN])), EN)


def test_a_sign_that_only_one_has_stays() -> None:
    text = f"# T\n\n🔹 [{EN[0]}]({url(1)})\n\n[{EN[1]}]({url(2)})\n\n[{EN[2]}]({url(3)})\n"
    assert read(text).items[0].title == f"🔹 {EN[0]}"


UNMARKED = [
    "{t}. {b} {u}",
    "{t}. {b} ({u})",
    "{t}。{b}[阅读原文]({u})",
    "{t}. {b} [Link]({u})",
    "{t}. {b} (via [Post]({u}))",
    "{t}: {u}",
    "{t} {u}",
    "**{t}** {u}",
    "**{t}** {b} {u}",
    "**{t}** [Link]({u})",
    "**{t}** ({u})\n{b}",
    "{t}\n\n{b}\n\n{u}",
    "{t}\n\n{b}\n\n[Read more]({u})",
]


@pytest.mark.parametrize("titles", [EN, ZH, RU, FR])
@pytest.mark.parametrize("pattern", UNMARKED)
def test_paragraphs_that_end_with_their_own_link(pattern: str, titles: tuple[str, ...]) -> None:
    right(read(entries(pattern, titles, TEXT[titles])), titles)


def test_a_greeting_in_front_and_a_last_word_are_none_of_them() -> None:
    listed = entries("{t}. {b} {u}", EN, TEXT[EN]).removeprefix("# T\n\n")
    digest = read(f"# T\n\nGood morning, all.\n\n{listed}\nSee you tomorrow.\n")
    assert [item.title for item in digest.items] == [f"{title}." for title in EN]
    assert digest.intro == "Good morning, all."
    assert digest.unclaimed_lines == ((11, 11),)


@pytest.mark.parametrize("pattern", ["{t}. {b} {u}", "{t}\n\n{b}\n\n{u}", "- {t}\n\n{b}\n\n{u}"])
def test_what_stays_one_item_is_asked_about(pattern: str) -> None:
    text = entries(pattern, EN, TEXT[EN]) + "\nSee you tomorrow.\n\nAnn\n"
    digest = read(text)
    assert len(digest.items) == 1
    assert [(one.code, one.params["case"]) for one in digest.errors] == [("one-item", "ends")]
    assert parse(text, date=DAY, confirmed=frozenset({"one-item"})).errors == []


def test_an_essay_whose_sentences_hold_links_is_one_item() -> None:
    told = [f"We {word} what [the harbour]({url(n)}) says." for n, word in enumerate("abc")]
    digest = read("# On ropes\n\n" + "\n\n".join(told) + "\n")
    assert len(digest.items) == 1
    assert digest.errors == []


def test_numbers_in_brackets_that_a_text_cites_are_references() -> None:
    listed = "\n".join(f"[{n}] {title} {url(n)}" for n, title in enumerate(EN, 1))
    digest = read(f"# On ropes\n\nRopes float [1], and lamps burn [2] in rain [3].\n\n{listed}\n")
    assert not any(item.title in EN for item in digest.items)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("**The harbour opens** It was shut. [Post]({})", "The harbour opens"),
        ("**The harbour opens** ({}) — it was shut", "The harbour opens"),
        ("**渡轮恢复夜航** 船员连夜检查。[原文]({})", "渡轮恢复夜航"),
        ("**Ann** Writes of ropes. [Post]({})", "Ann Writes of ropes."),
        ("**The harbour** opens its gates. [Post]({})", "The harbour opens its gates."),
        ("[Link]({}) The harbour opens", "The harbour opens"),
        ("[原文]({}) 渡轮恢复夜航", "渡轮恢复夜航"),
    ],
)
def test_the_title_of_a_bullet(text: str, title: str) -> None:
    bullets = "\n".join("- " + text.format(url(n)) for n in range(3))
    assert [item.title for item in read(f"# T\n\n{bullets}\n").items] == [title] * 3


GREETED = "\n".join(f"- [{title}]({url(n)})" for n, title in enumerate(EN, 1))


@pytest.mark.parametrize(
    "line",
    [
        "Good morning everyone, here is the news of 2 March 2026",
        "Hi all, welcome to the issue of March 2, 2026",
        "大家好，今天是2026年3月2日",
        "早上好！2026年3月2日的新闻",
        "皆さんこんにちは、2026年3月2日のニュースです",
        "안녕하세요, 2026년 3월 2일 소식입니다",
        "Bonjour à tous, voici les nouvelles du 2 mars 2026",
        "Guten Morgen, das sind die Meldungen vom 2. März 2026",
        "Hola a todos, las noticias del 2 de marzo de 2026",
        "Buongiorno, ecco le notizie del 2 marzo 2026",
        "Olá pessoal, estas são as notícias de 2 de março de 2026",
        "Доброе утро, новости за 2 марта 2026",
        "👋 Hallo Leute! Die Meldungen vom 2.3.2026",
    ],
)
def test_a_greeting_with_the_day_is_no_title(line: str) -> None:
    digest = parse(f"{line}\n\n{GREETED}\n")
    assert digest.title == ""
    assert "title-missing" in [one.code for one in digest.errors]
    assert [item.title for item in digest.items] == list(EN)


@pytest.mark.parametrize(
    "line",
    ["Harbour Daily, 2 March 2026", "海事日报 2026年3月2日", "Hello Harbour 2026-03-02",
     "Bonjour Paris, 2 mars 2026", "早安海港 2026-03-02",
     "Historic Harbours, the week of 2 March 2026",
     "Moin Hamburg – 2. März 2026", "各位早报 2026-03-02", "你好，2026年3月2日"],
)  # fmt: skip
def test_a_title_that_begins_as_a_greeting_does_is_one(line: str) -> None:
    assert parse(f"{line}\n\n{GREETED}\n").title == line
