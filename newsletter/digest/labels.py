"""The names of an item's fields in Chinese and English: one table, which a publication extends.

A publication's own table is `{"source": ["Quelle"], ...}`; its names are added to these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

TABLE: Mapping[str, tuple[str, ...]] = {
    "category": ("分类", "类别", "栏目", "所属分类", "category", "section", "filed under"),
    "source": (
        "来源", "信息来源", "消息来源", "出处", "媒体", "source", "sources", "via",
    ),
    "link": (
        "链接", "原文", "原文链接", "原文地址", "阅读原文", "查看原文", "网址", "项目地址",
        "link", "url", "read more", "original", "original link",
    ),
    "date": ("日期", "发布日期", "发布时间", "date", "published"),
    "insight": (
        "核心洞察", "洞察", "核心观点", "编辑点评", "点评", "insight", "key insight",
        "core insight", "takeaway", "why it matters",
    ),
    "summary": (
        "内容简介", "简介", "摘要", "内容摘要", "核心内容", "内容概要", "要点", "summary",
        "abstract", "key points", "highlights", "tl;dr", "tldr",
    ),
    "score": (
        "重要性", "评分", "综合评分", "推荐指数", "热度", "score", "rating", "importance",
    ),
    "title": ("原文标题", "原标题", "标题原文", "original title"),
    "related": ("相关链接", "相关阅读", "延伸阅读", "另见", "see also", "related"),
}  # fmt: skip

# Labels of a link that say nothing about who published it.
_PLACEHOLDER = re.compile(
    r"(?:source|link|来源|来源链接|链接|原文|原文链接|阅读原文|阅读全文|查看原文|查看详情|详情|"
    r"read more|read|more|here|original|via|site|website|官网|网站)\s*[#№]?\s*\d*\s*[→»↗>.…]*",
    re.IGNORECASE,
)
_EDGE = r"[^\w\s*_\[\]()（）「」《》“”\"'`<>#|｜·~:：-]{0,6}\s*"


@dataclass(frozen=True, slots=True)
class Label:
    """A label found at the start of a run: its field ("" when unknown), name and value."""

    field: str
    name: str
    value: str
    bold: bool


class Labels:
    """The table, ready to look for."""

    def __init__(self, own: Mapping[str, Iterable[str]] | None = None) -> None:
        self.fields: dict[str, str] = {}
        for field in TABLE:
            extra = (own or {}).get(field, ())
            for name in (*TABLE[field], *([extra] if isinstance(extra, str) else extra)):
                self.fields.setdefault(_plain(str(name)), field)
        names = sorted(self.fields, key=len, reverse=True)
        known = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in names)
        self._plain = re.compile(rf"{_EDGE}({known})\s*[：:](?!//)\s*", re.IGNORECASE)
        self._bold = re.compile(
            rf"{_EDGE}(?P<b>\*\*|__){_EDGE}(?P<name>[^*_：:\n]{{1,30}}?)\s*(?P<in>[：:])?\s*(?P=b)"
            r"\s*(?P<out>[：:])?\s*"
        )

    def match(self, text: str) -> Label | None:
        """The label `text` starts with. Unknown names count only in bold and with a colon."""
        bold = self._bold.match(text) if "**" in text[:12] or "__" in text[:12] else None
        if bold and (bold.group("in") or bold.group("out")):
            name = bold.group("name").strip()
            return Label(self.fields.get(_plain(name), ""), name, text[bold.end() :].strip(), True)
        plain = self._plain.match(text)
        if plain:
            return Label(
                self.fields[_plain(plain.group(1))],
                plain.group(1),
                text[plain.end() :].strip(),
                False,
            )
        return None


def is_placeholder(label: str) -> bool:
    """Whether a link's label names nobody (`Source 2`, `来源链接 1`, `Read more →`)."""
    return _PLACEHOLDER.fullmatch(label.strip().strip("*_")) is not None


@lru_cache(maxsize=32)
def _labels(own: tuple[tuple[str, tuple[str, ...]], ...]) -> Labels:
    return Labels(dict(own))


def labels_for(own: Mapping[str, object] | None) -> Labels:
    """The table with a publication's own names; what is no list of names is passed over."""
    pairs: list[tuple[str, tuple[str, ...]]] = []
    for field, names in (own or {}).items():
        if isinstance(names, str):
            pairs.append((str(field), (names,)))
        elif isinstance(names, list | tuple):
            pairs.append((str(field), tuple(str(name) for name in names if str(name).strip())))
    return _labels(tuple(pairs))


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
