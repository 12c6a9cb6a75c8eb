"""Invented issues as values, of any length, Chinese and English, and a hostile one. No database."""

from __future__ import annotations

import datetime as dt
from typing import Any

from newsletter.editions import BulletView, CategoryView, IssueView, ItemView, LinkView
from subscribers.models import Publication

_TITLES = {
    "en": [
        "Harbour opens the night ferry to the islands",
        "City council votes on the tram line after nine years of argument: who pays, who rides",
        "A small bakery and its very long queue",
        "Rivers are warming faster than lakes",
        "What the new accounting rule asks of co-operatives",
        "Chip maker cuts its forecast for the second time",
        "Three libraries share one catalogue",
        "Bees return to the old quarry",
        "The quiet end of the paper timetable",
        "An open standard for parcel lockers",
    ],
    "zh-Hans": [
        "港口夜航轮渡下月开通，往返岛屿不再绕行",
        "市议会表决有轨电车新线：九年争论之后，谁出钱、谁乘坐，图纸上还缺什么",
        "一家小面包店和它长长的队伍",
        "河水升温快过湖水",
        "新会计准则对合作社意味着什么",
        "芯片厂商年内第二次下调预期",
        "三家图书馆共用一套目录",
        "蜜蜂回到旧采石场",
        "纸质时刻表悄然退场",
        "快递柜开放标准征求意见",
    ],
}
_INSIGHT = {
    "en": "The decision matters less for the money than for the order of things: planning comes "
    "first, and the contracts follow. Whoever wants a say must turn up in the next six weeks.",
    "zh-Hans": "这项决定的意义不在于金额，而在于顺序：先有规划，后有合同。想要发表意见的人，"
    "必须在未来六周内到场，因为图纸还停留在「铅笔阶段」。更关键的是施工期如何分段，以及补偿标准是否公开。",
}
_BULLETS = {
    "en": [
        ("Timing", "The first crossing leaves at 23:40 and returns before six."),
        ("Cost", "A single ticket costs 4.20; the card half the town carries is valid."),
        (
            "Doubts",
            "Residents expect noise; see the [measurements](https://example.org/noise/{number}).",
        ),
        ("", "What nobody says aloud: the old ferry would not have passed inspection."),
    ],
    "zh-Hans": [
        ("时间安排", "首班船 23:40 开出，清晨六点前返回，货运与通勤共用一条船。"),
        ("费用", "单程 4.20 元，市民卡可用，老人与学生半价。"),
        (
            "疑虑",
            "东码头居民担心噪声，运营方承诺[每月公布测量数据](https://example.org/noise/{number})。",
        ),
        ("", "没有人明说的是：旧轮渡本来就过不了年检。"),
    ],
}
_CATEGORIES = {
    "en": ["Business", "Culture", "Science", "Transport", "Opinion"],
    "zh-Hans": ["商业观察", "文化", "科学", "交通", "观点"],
}


def categories(language: str = "en") -> list[CategoryView]:
    """Five of them, bits 0 to 4."""
    return [
        CategoryView(bit + 1, f"c{bit}", name, "", bit, "open")
        for bit, name in enumerate(_CATEGORIES[language])
    ]


def item(number: int, category: CategoryView | None, **extra: Any) -> ItemView:
    """A plain English item."""
    language = extra.pop("language", "en")
    url = f"https://paper.example.org/{number}/a-rather-long-address-of-an-article"
    title = _TITLES[language][(number - 1) % 10]
    part = (number - 1) // 10 + 1
    bullets = _BULLETS[language][: 2 + number % 3]
    defaults: dict[str, Any] = {
        "id": number + 1000,
        "number": number,
        "anchor": f"item-{number}",
        "entry_id": f"urn:x:{number}",
        "title": title if part == 1 else f"{title} ({part})",
        "category": category,
        "sources": (LinkView(number, "The Harbour Paper", url),),
        "insight": _INSIGHT[language],
        "bullets": tuple(BulletView(lead, text.format(number=number)) for lead, text in bullets),
    }
    return ItemView(**{**defaults, **extra})


def view(count: int = 10, language: str = "en", **extra: Any) -> IssueView:
    """An issue of `count` items in up to five categories with three tail links."""
    kinds = categories(language)
    items = tuple(item(n, kinds[(n * 3) % 5], language=language) for n in range(1, count + 1))
    tail = tuple(
        LinkView(900 + n, _TITLES[language][n], f"https://example.org/tail/{n}") for n in range(3)
    )
    defaults: dict[str, Any] = {
        "id": 1,
        "publication": "daily",
        "slug": "2026-03-02",
        "entry_id": "urn:x:issue",
        "title": "海港日报 - 2026年3月2日" if language == "zh-Hans" else "Harbour Daily",
        "date": dt.date(2026, 3, 2),
        "language": language,
        "subject": "",
        "preheader": "",
        "intro": "",
        "items": items,
        "tail": tail,
    }
    return IssueView(**{**defaults, **extra})


def publication(language: str = "en", **extra: Any) -> Publication:
    """Not saved."""
    chinese = language == "zh-Hans"
    defaults: dict[str, Any] = {
        "slug": "daily",
        "name": "海港日报" if chinese else "Harbour Daily",
        "language": language,
        "from_name": "海港日报" if chinese else "Harbour Daily",
        "from_address": "news@harbour.example.org",
        "postal_identity": "Harbour Press, 1 Quay Street, Port",
    }
    return Publication(**{**defaults, **extra})


# What a digest must not be able to do, whatever field it stands in.
HOSTILE = [
    "<script>window.hacked = 1</script>",
    "<img src=x onerror=\"window.hacked = 1\">",
    "<svg/onload=window.hacked=1>",
    "[press](javascript:window.hacked=1)",
    "[press](data:text/html,<script>window.hacked=1</script>)",
    "</td></tr></table></div><div style=\"position:fixed;top:0\">over all",
    "<style>* { display: none !important }</style>",
    "--> <!--[if mso]> <b>split",
    "<!--~full 1001~--> <!--~--> <!--=meta 0=-->",
    "<![endif]--> ]]> <![CDATA[ x ]]>",
    "\\3c script\\3e window.hacked=1\\3c/script\\3e",
    "{{ 7 * 7 }} {% raw %} ${x} #{y}",
    "</mj-text></mj-column></mj-section><mj-section><mj-text>broke out",
    "SUDI--SLOT--UNSUBSCRIBE-----------------",
    "SUDI--SLSUDI--SLOT--OT--MANAGE----------------------",
    "\u202egnisrever\u202c \u2066isolated\u2069",
    "Z\u0351\u0351\u0351\u0351\u0351\u0351\u0351\u0351\u0351a\u0351\u0352\u0353\u0354\u0355lgo",
    "W" * 10_000,
    "龍" * 10_000,
    "\x00\x07\x1b[31mred\x7f\u0085",
    "&lt;b&gt; &amp;amp; &#60;script&#62; &nbsp;",
    "a\r\nBcc: eve@example.org\r\n\r\nbody",
    "=?utf-8?Q?=0ABcc:_eve@example.org?=",
]  # fmt: skip


def hostile(text: str, language: str = "en") -> IssueView:
    """Three items, the middle one with `text` in every field of it."""
    kinds = categories(language)
    middle = item(
        2,
        kinds[1],
        title=text,
        sources=(LinkView(2, text, "https://example.org/?q=" + text[:100]),),
        insight=text,
        bullets=(BulletView(text, text, (BulletView(text, text),)),),
        body=text,
    )
    return view(
        language=language,
        items=(item(1, kinds[0]), middle, item(3, kinds[2])),
        intro=text,
        tail_title=text,
        tail=(LinkView(7, text, "javascript:window.hacked=1"), LinkView(8, text, text)),
    )


def selections(mask: int) -> list[int]:
    """Every non-empty selection of the categories in `mask`, without the tail bit, ascending."""
    bits = [1 << n for n in range(60) if mask >> n & 1]
    found = [0]
    for bit in bits:
        found += [one | bit for one in found]
    return sorted(found[1:])
