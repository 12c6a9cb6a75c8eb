"""Accidents of many a desk, in several languages, each beside news that only looks like it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from newsletter.editions import IssueView, LinkView
from newsletter.issues import head_findings, preflight
from tests import sample_issues as issues

DAY = dt.date(2026, 3, 4)  # A Wednesday.
ZH = "据港务局介绍，旧码头重新开放，可停泊八艘游船，预计影响三千名居民。"
LONG = "The pier reopened on Tuesday after two years of repairs by the city."


def view(language: str = "en", **item: Any) -> IssueView:
    """Three items, the second of them with these fields."""
    kind = issues.categories()[0]
    rows = tuple(
        issues.item(
            number, kind, title=f"Title {number}", insight=f"Insight {number}.", bullets=(),
            sources=(LinkView(number, "The Paper", f"https://paper.example.org/2026/{number}"),),
            **{"body": "", **(item if number == 2 else {})},
        )
        for number in (1, 2, 3)
    )  # fmt: skip
    made = issues.view(items=rows)
    return dataclasses.replace(
        made, language=language, date=DAY, title="Harbour", subject="Ferries"
    )


def codes(made: IssueView) -> set[str]:
    return {one.code for one in preflight.check(made, issues.publication())}


BEFORE = codes(view())

BODIES: list[tuple[str, str]] = [
    # Copied along.
    ("copied-along", "点击上方蓝字关注我们\n\n旧码头重新开放。"),
    ("copied-along", "旧码头重新开放。\n\n长按识别二维码关注公众号"),
    ("copied-along", "旧码头重新开放。\n\n（责任编辑：张三）"),
    ("copied-along", "旧码头重新开放。\n\n责编：李四 校对 王五"),
    ("copied-along", "Share on Facebook Share on Twitter\n\nThe pier reopened."),
    ("copied-along", "The pier reopened.\n\nAdvertisement"),
    ("copied-along", "The pier reopened.\n\nSign up for our daily newsletter"),
    ("copied-along", "Der Pier ist offen.\n\nAuf Facebook teilen"),
    ("copied-along", "Le quai rouvre.\n\nÀ lire aussi :"),
    ("copied-along", "El muelle reabre.\n\nLea también:"),
    ("copied-along", "Пирс открыт.\n\nЧитайте также:"),
    ("copied-along", "桟橋が再開した。\n\n関連記事"),
    ("copied-along", "The harbour office said that the pier would reopen… Continue reading →"),
    ("copied-along", "据港务局介绍，旧码头重新开放……阅读全文"),
    ("copied-along", "Der Pier ist wieder offen. Weiterlesen »"),
    ("", "Readers share on Facebook what they read in our newsletter, a study says."),
    ("", "责任编辑制度将在全市推行。"),
    ("", "She asked them to continue reading the contract."),
    ("", "[Read more →](https://paper.example.org/2026/pier)"),
    # Said twice.
    ("said-twice", f"{LONG}\n\n{LONG}"),
    ("said-twice", f"{ZH}\n\n另据报道。\n\n{ZH}"),
    ("", f"{LONG}\n\nTwo boats.\n\nTwo boats."),
    # Links of nothing.
    ("link-empty", "Read more [here]()."),
    ("link-empty", "详情见[](https://paper.example.org/zh/x)。"),
    ("link-empty", "Write to [us](mailto:)."),
    ("link-empty", "[Ici](#)"),
    ("", "Use [`pip`](https://paper.example.org/pip) and ![A pier](https://paper.example.org/p.png)"),
    ("", "A task: [ ] (open)"),
    # Marks, and what nobody finished.
    ("marks", "```\nAll the rest is code.\n\nThis, too."),
    ("", "```\nx = 1\n```\n\nThat is all."),
    ("unfinished", "The pier cost TKTK million to rebuild."),
    ("unfinished", "预计投资XX亿元。"),
    ("unfinished", "@小王 请核实开业年份。店铺始于1926年。"),
    ("unfinished", "@Dana please check the year. It opened in 1926."),
    ("unfinished", "@Jonas bitte prüfen: seit 1926."),
    ("unfinished", "以下是翻译结果：\n\n图书馆延长开放时间。"),
    ("unfinished", "The harbour office said on Tuesday that the pier would [...]"),
    ("", "She quoted him: “The pier […] will open.” That is all."),
    ("", "@dana_b said that the pier is open, and nobody asked her why."),
    ("not-the-page", "We value your privacy. We and our partners use cookies.\n\nThe pier."),
    # Cut off.
    ("cut-off", "The harbour office said on Tuesday that the pier would reopen, and the"),
    ("cut-off", "据港务局介绍，旧码头将于本周五重新开放，届时可停泊八艘游船，"),
    ("cut-off", "据港务局介绍，旧码头重新开放，可停泊八艘游船，市政府将"),
    ("cut-off", "Das Hafenamt teilte mit, der Pier werde wieder öffnen und"),
    ("", "利用智能框架让低成本模型发挥超常性能，市民普遍表示认可"),
    ("", "All binaries of it are now being compiled by default with `-buildmode pie`"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "body"), BODIES)
def test_of_a_text(code: str, body: str) -> None:
    assert codes(view(body=body)) - BEFORE == ({code} if code else set())


@pytest.mark.parametrize(
    ("url", "odd"),
    [
        ("https://www.google.com/search?q=night+ferries", True),
        ("https://www.baidu.com/s?ie=utf-8&wd=渡轮", True),
        ("https://www.bing.com/search?q=ferries", True),
        ("https://duckduckgo.com/?q=ferries", True),
        ("https://www.google.com/chrome/?q=1", False),
        ("https://paper.example.org/search?q=pier", False),
    ],
)
def test_a_search_is_no_page(url: str, odd: bool) -> None:
    made = view(body=f"See [it]({url}).")
    assert ("link-odd" in codes(made)) is odd


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"subject": "Your digest for 3 March 2026"}, "subject-date"),
        ({"subject": "Tuesday: night ferries are back"}, "subject-date"),
        ({"subject": "Mittwoch: die Fähren sind zurück"}, ""),
        ({"subject": "周二早报：夜间渡轮回来了"}, "subject-date"),
        ({"subject": "星期三早报：夜间渡轮回来了"}, ""),
        ({"subject": "Tuesday’s storm is over"}, ""),
        ({"subject": "Sunday trading: what changes"}, ""),
        ({"subject": "🚢🚢🚢"}, "subject-empty"),
        ({"intro": "Good morning. Seven stories today, from ferries to trams."}, "count"),
        ({"intro": "Three stories today, from ferries to trams."}, ""),
        ({"intro": "早上好，今天共有8条新闻。"}, "count"),
        ({"intro": "今日共3条资讯。"}, ""),
        ({"intro": "Der Hafen hat heute 7 Meldungen für Sie."}, "count"),
        ({"intro": "The library lent seven books today."}, ""),
    ],
)
def test_of_the_head(fields: dict[str, str], code: str) -> None:
    found = codes(dataclasses.replace(view(), **fields)) - BEFORE
    assert found == ({code} if code else set())


@pytest.mark.parametrize(
    ("mine", "past", "wrong"),
    [
        ("Harbour #41", ["Harbour #42", "Harbour #41", "Harbour #40"], True),
        ("Harbour #42", ["Harbour #42", "Harbour #41"], True),
        ("Harbour #45", ["Harbour #42", "Harbour #41"], True),
        ("Harbour #43", ["Harbour #42", "Harbour #41"], False),
        ("海港日报 第99期", ["海港日报 第99期", "海港日报 第98期"], True),
        ("海港日报 第100期", ["海港日报 第99期", "海港日报 第98期"], False),
        ("Hafen, Ausgabe 7", ["Hafen, Ausgabe 8", "Hafen, Ausgabe 7"], True),
        # One issue before it says nothing, nor do numbers that skip, or are of something else.
        ("Harbour #42", ["Harbour #42"], False),
        ("Harbour #42", ["Harbour #42", "Harbour #40"], False),
        ("Vote no. 4 fails", ["The pier", "The ferry"], False),
    ],
)
def test_the_number_of_an_issue(mine: str, past: list[str], wrong: bool) -> None:
    made = dataclasses.replace(view(), title=mine)
    assert bool(list(head_findings.of_number(made, past))) is wrong


def test_one_item_in_the_other_chinese_letters() -> None:
    kind = issues.categories()[0]
    simple = "这是图书馆的新时间，门开到十点，读者对此表示欢迎。"
    full = "這是圖書館的新時間，門開到十點，讀者對此表示歡迎。"

    def found(*texts: str) -> set[str]:
        rows = tuple(
            issues.item(number, kind, title=f"题{number}", insight=text, body="", bullets=())
            for number, text in enumerate(texts, 1)
        )
        made = dataclasses.replace(issues.view(items=rows), language="zh-Hans")
        return codes(made) & {"other-script"}

    assert found(simple, simple, simple, full) == {"other-script"}
    assert found(full, full, full, simple) == {"other-script"}
    assert found(simple, simple, full, full) == found(simple, simple, simple, simple) == set()


def test_dates_and_further_links() -> None:
    assert "item-date" in codes(view(date=dt.date(2025, 3, 3)))
    assert "item-date" not in codes(view(date=dt.date(2025, 9, 1)))
    made = view()
    again = LinkView(8, "Again", "https://paper.example.org/2026/1")
    other = LinkView(9, "Tide", "https://tide.example.org/2026/t")
    assert "tail-twice" in codes(dataclasses.replace(made, tail=(again, other)))
    # All sources once more, as some issues list them.
    assert "tail-twice" not in codes(dataclasses.replace(made, tail=(again,)))
