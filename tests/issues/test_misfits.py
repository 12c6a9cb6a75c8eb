"""Texts that do not fit what stands around them, each beside news that only looks like it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from newsletter.editions import LinkView
from tests.issues.test_fresh_accidents import codes, view

BEFORE = codes(view())
ZH = "旧码头重新开放，可停泊八艘游船。"
EN = (
    "The harbour office said that the pier would be open every day from six in the morning until"
    " ten at night, and that fares stay the same."
)

TEXTS: list[tuple[str, str, str]] = [
    # They point at what did not come along.
    ("nothing-there", "en", "The fares are in the table below.\n\nThe pier reopened."),
    ("nothing-there", "en", "As the chart above shows, fares rose by a third."),
    ("nothing-there", "de", "Die Preise stehen in der Tabelle unten."),
    ("nothing-there", "fr", "Voir le tableau ci-dessous pour les prix."),
    ("nothing-there", "es", "Los precios están en la tabla siguiente."),
    ("nothing-there", "ru", "Цены приведены в таблице ниже."),
    ("nothing-there", "zh-Hans", "各码头票价如下表所示。\n\n旧码头重新开放。"),
    ("nothing-there", "zh-Hans", "如图所示，票价上涨了三成。"),
    ("nothing-there", "ja", "下の表の通り、運賃が上がった。"),
    ("", "en", "The fares are in the table below.\n\n| From | To |\n|---|---|\n| 4 | 5 |"),
    ("", "en", "The picture above the altar was sold. He put his figures on the table."),
    ("", "zh-Hans", "意图明显，图书馆的计划表已公布。"),
    # A day that there is not.
    ("no-day", "en", "The pier reopens on 31 February 2026."),
    ("no-day", "en", "The pier reopens on April 31."),
    ("no-day", "de", "Der Pier öffnet am 31. April wieder."),
    ("no-day", "fr", "Le quai rouvre le 30 février."),
    ("no-day", "es", "El muelle reabre el 31 de junio."),
    ("no-day", "zh-Hans", "旧码头将于2月30日重新开放。"),
    ("no-day", "ja", "桟橋は4月31日に再開する。"),
    ("no-day", "en", "The pier reopens on Monday, 4 March 2026."),
    ("no-day", "zh-Hans", "旧码头将于3月5日（星期一）重新开放。"),
    ("", "en", "The pier reopens on Wednesday, 4 March 2026, or on 31 March."),
    ("", "zh-Hans", "旧码头将于3月5日（星期四）重新开放，1月31日起售票。"),
    # Long ago the same day had another weekday.
    ("", "en", "It burnt on Friday, 12 September, as the papers wrote."),
    ("", "en", "In June 31 boats moored there; in April 300."),
    # Codes of a program.
    ("codes", "en", "The pier reopened.\\n\\nEight boats can moor."),
    ("codes", "en", "The pier &amp;amp; the tram:&amp;nbsp;open."),
    ("codes", "en", "&lt;p&gt;The pier reopened.&lt;/p&gt;"),
    ("", "en", "`\\n\\n` ends two lines, and C:\\new is a folder; R&amp;D &lt; 3."),
    # A part is not translated.
    ("two-languages", "zh-Hans", f"{ZH}\n\n{EN}"),
    ("two-languages", "en", f"The pier reopened on Tuesday.\n\n{ZH}{ZH}"),
    ("", "zh-Hans", f"{ZH}\n\n> {EN}"),
    ("", "zh-Hans", f"See who is on your site. Right now.\n\n{ZH}{ZH}"),
    ("", "en", "The sign says “旧码头重新开放”, the pier is open again."),
    # Of a program, of a recording, of a desk.
    ("unfinished", "en", "As of my last knowledge update in 2023 the pier was closed."),
    ("unfinished", "fr", "Bien sûr ! Voici un résumé de l'article :\n\nLe quai rouvre."),
    ("unfinished", "zh-Hans", "我的知识截至2023年，当时旧码头关闭。"),
    ("unfinished", "en", "[00:12:31] Speaker 1: The pier reopened."),
    ("unfinished", "zh-Hans", "说话人2 00:12\n旧码头重新开放。"),
    ("unfinished", "zh-Hans", "XXX市市长表示，码头已经开放。"),
    ("unfinished", "en", "The pier reopened.\n\n(check with Anna before sending!)"),
    ("unfinished", "de", "Der Pier ist offen. (vor Versand mit Anna klären)"),
    ("unfinished", "zh-Hans", "旧码头重新开放。（发之前找小王确认一下）"),
    ("", "en", "Two boats (seen before sending cargo was allowed) moored. Speaker 2 left."),
    ("", "zh-Hans", "旧码头（开发前为荒地）重新开放。"),
    # Links that show one address and open another.
    ("link-other", "en", "See [https://paper.org/pier](https://other.org/tram)."),
    ("link-other", "zh-Hans", "见 [www.paper.org](https://paper.com.evil.net/)。"),
    ("", "en", "See [https://paper.org/pier](https://www.paper.org/2026/pier)."),
    ("", "en", "See [paper.org/pier](https://m.paper.org/pier) and [Node.js](https://nodejs.org/en)."),
]  # fmt: skip


@pytest.mark.parametrize(("code", "language", "body"), TEXTS)
def test_of_a_text(code: str, language: str, body: str) -> None:
    one = dataclasses.replace(view(body=body), language=language)
    plain = dataclasses.replace(view(), language=language)
    assert codes(one) - codes(plain) - {"other-script"} == ({code} if code else set())


@pytest.mark.parametrize(
    ("url", "odd"),
    [
        ("https://example.com/article", True),
        ("https://paper.org/your-link-here", True),
        ("https://paper.org/news/insert-url", True),
        ("https://click.paper.org/u/?qs=8f3a&r=editor%40harbour.org", True),
        ("https://mp.weixin.qq.com/s?__biz=Mz&tempkey=MTIz", True),
        ("http://paper.org/login?next=/pier", True),
        ("https://paper.org/wp-login.php?redirect_to=x", True),
        ("https://paper.org/2026/sso-for-all", False),
        ("https://paper.org/your-links-explained", False),
        ("https://medium.com/@dana/pier?by=@dana", False),
        ("https://paper.example.org/article", False),
    ],
)
def test_of_a_link(url: str, odd: bool) -> None:
    assert ("link-odd" in codes(view(body=f"See [it]({url})."))) is odd


def test_a_source_that_shows_another_site() -> None:
    def sourced(label: str) -> set[str]:
        made = view()
        source = LinkView(90, label, "https://paper.org/2026/x")
        rows = [dataclasses.replace(made.items[1], sources=(source,)), *made.items[2:]]
        return codes(dataclasses.replace(made, items=(made.items[0], *rows))) - BEFORE

    assert sourced("https://other.org/x") == {"link-other"}
    assert sourced("The Paper") == set()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"subject": "Subject: Ferries return"}, "field-name"),
        ({"subject": "**Betreff:** Fähren"}, "field-name"),
        ({"subject": "主题：渡轮恢复"}, "field-name"),
        ({"title": "Option 1: Ferries return"}, "field-name"),
        ({"title": "方案一：渡轮恢复"}, "field-name"),
        ({"subject": "Subject to change: ferries"}, ""),
        ({"preheader": "Preheader text goes here"}, "unfinished"),
        ({"intro": "Good morning, it is Friday and the sun shines."}, "intro-day"),
        ({"intro": "Happy Monday!"}, "intro-day"),
        ({"intro": "Heute ist Freitag."}, "intro-day"),
        ({"intro": "早上好，今天是星期五。"}, "intro-day"),
        ({"intro": "早上好，今天是3月4日，星期三。"}, ""),
        ({"intro": "Good morning, it’s Wednesday."}, ""),
        ({"intro": "It is today’s ferries that count; Friday they rest."}, ""),
        ({"intro": "The pier reopens on 31 April."}, "no-day"),
    ],
)
def test_of_the_head(fields: dict[str, Any], code: str) -> None:
    found = codes(dataclasses.replace(view(), **fields)) - BEFORE
    assert found == ({code} if code else set())
