"""Words of the languages documents are written in; the one file to extend for another language.

Only what the reader of documents needs. It knows nothing of the languages of the site's pages,
which have their own table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one language. Upper and lower case make no difference."""

    # The spellings of each month, January first; empty where dates are written in numbers.
    months: tuple[tuple[str, ...], ...]
    # For each field of an item the names it goes by in front of a colon.
    fields: Mapping[str, tuple[str, ...]]
    # Labels of links that name no publisher, such as "read more".
    placeholders: tuple[str, ...]
    # What is counted behind a section's heading, as regular expressions: "News (12 items)".
    counters: tuple[str, ...]
    # Units of figures, as regular expressions; a longer unit before those it starts with.
    units: tuple[str, ...]
    # Prepositions that tie an author or publisher to a title: "by Alice".
    bylines: tuple[str, ...]


CHINESE = Vocabulary(
    months=(),
    fields={
        "category": ("分类", "类别", "栏目", "所属分类"),
        "source": ("来源", "信息来源", "消息来源", "出处", "媒体"),
        "link": (
            "链接", "原文", "原文链接", "原文地址", "阅读原文", "查看原文", "网址", "项目地址",
        ),
        "date": ("日期", "发布日期", "发布时间"),
        "insight": ("核心洞察", "洞察", "核心观点", "编辑点评", "点评"),
        "summary": ("内容简介", "简介", "摘要", "内容摘要", "核心内容", "内容概要", "要点"),
        "score": ("重要性", "评分", "综合评分", "推荐指数", "热度"),
        "title": ("原文标题", "原标题", "标题原文"),
        "related": ("相关链接", "相关阅读", "延伸阅读", "另见"),
    },
    placeholders=(
        "来源", "来源链接", "链接", "原文", "原文链接", "阅读原文", "阅读全文", "查看原文",
        "查看详情", "详情", "官网", "网站",
    ),
    counters=("条", "篇", "个", "则", "项"),
    units=(
        "万亿", "千亿", "百亿", "十亿", "亿", "千万", "百万", "万", "%", "％", "‰", "倍", "元",
        "美元",
    ),
    bylines=(),
)  # fmt: skip

ENGLISH = Vocabulary(
    months=(
        ("jan", "january"), ("feb", "february"), ("mar", "march"), ("apr", "april"), ("may",),
        ("jun", "june"), ("jul", "july"), ("aug", "august"), ("sep", "sept", "september"),
        ("oct", "october"), ("nov", "november"), ("dec", "december"),
    ),
    fields={
        "category": ("category", "section", "filed under"),
        "source": ("source", "sources", "via"),
        "link": ("link", "url", "read more", "original", "original link"),
        "date": ("date", "published"),
        "insight": ("insight", "key insight", "core insight", "takeaway", "why it matters"),
        "summary": ("summary", "abstract", "key points", "highlights", "tl;dr", "tldr"),
        "score": ("score", "rating", "importance"),
        "title": ("original title",),
        "related": ("see also", "related"),
    },
    placeholders=(
        "source", "link", "read more", "read", "more", "here", "original", "via", "site",
        "website",
    ),
    counters=("items?", "links?"),
    units=("billion", "million", "trillion", r"bn\b", r"k\b", r"x\b"),
    bylines=("by", "from", "via", "in", "at", "on", "with", "for"),
)  # fmt: skip

LANGUAGES: tuple[Vocabulary, ...] = (CHINESE, ENGLISH)

# Every field of an item that a label can name.
FIELDS: tuple[str, ...] = tuple(CHINESE.fields)


def names_of(name: str) -> Iterator[str]:
    """The names of one field in every language."""
    for language in LANGUAGES:
        yield from language.fields.get(name, ())


def month_numbers() -> Mapping[str, int]:
    """The number of each month by each of its spellings."""
    return {
        spelling: number
        for language in LANGUAGES
        for number, spellings in enumerate(language.months, start=1)
        for spelling in spellings
    }


def either(words: Literal["placeholders", "counters", "units", "bylines"]) -> str:
    """The words of that name in every language, joined as alternatives of a regular expression."""
    return "|".join(word for language in LANGUAGES for word in getattr(language, words))
