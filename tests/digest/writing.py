"""A Digest as Markdown in the labelled shape: `parse(write(d))` gives the same digest again.

Chinese labels for Chinese, English ones otherwise. What the shape has no place for (unknown front
matter, problems, line numbers) is written where it can be read again or left out. The product
writes no Markdown; this is the other half of the property in `test_properties`.
"""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.digest import Bullet, Digest, Item, Link

_ZH = {
    "category": "分类", "source": "来源", "date": "日期", "score": "评分", "insight": "核心洞察",
    "summary": "内容简介", "original": "原文标题", "related": "相关链接",
}  # fmt: skip
_EN = {
    "category": "Category", "source": "Source", "date": "Date", "score": "Score",
    "insight": "Insight", "summary": "Summary", "original": "Original title",
    "related": "See also",
}  # fmt: skip
_FIELDS = {"title": "original", "related": "related"}


def write(digest: Digest) -> str:
    """The digest as a file an editor can go on with."""
    chinese = digest.language.lower().startswith("zh") or any(
        "\u4e00" <= character <= "\u9fff" for character in digest.title
    )
    words, colon = (_ZH, "：") if chinese else (_EN, ":")
    parts = [*_front(digest), f"# {digest.title}"]
    if digest.intro:
        parts.append(digest.intro)
    for item in digest.items:
        parts += [*_item(item, words, colon), "---"]
    if digest.tail_links:
        links = "\n".join(f"- {_link(link)}" for link in digest.tail_links)
        parts += [f"## {digest.tail_title}", links]
    elif digest.items:
        parts.pop()
    return "\n\n".join(parts) + "\n"


def _front(digest: Digest) -> Iterator[str]:
    """Only what the text itself cannot say."""
    lines = []
    if digest.date is not None:
        lines.append(f"date: {digest.date.isoformat()}")
    if digest.language:
        lines.append(f"lang: {_quoted(digest.language)}")
    if digest.slug:
        lines.append(f"slug: {_quoted(digest.slug)}")
    if lines:
        yield "\n".join(["---", *lines, "---"])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _link(link: Link) -> str:
    if not link.url:
        return link.label
    label = link.label.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    url = f"<{link.url}>" if "(" in link.url or ")" in link.url else link.url
    return f"[{label}]({url})"


def _item(item: Item, words: dict[str, str], colon: str) -> Iterator[str]:
    yield f"## {item.title}"
    fields = []
    if item.category:
        fields.append((words["category"], item.category))
    if item.date is not None:
        fields.append((words["date"], item.date.isoformat()))
    if item.sources:
        fields.append((words["source"], " 、 ".join(_link(link) for link in item.sources)))
    if item.score is not None:
        fields.append((words["score"], item.extra.get("score", f"{item.score:g}")))
    for name, value in item.extra.items():
        if name != "score":
            fields.append((words.get(_FIELDS.get(name, ""), name), value))
    if fields:
        yield "\n".join(f"> **{name}{colon}** {value}" for name, value in fields)
    if item.body:
        yield item.body
    if item.insight:
        yield f"**{words['insight']}{colon}** {item.insight}"
    if item.bullets:
        yield f"**{words['summary']}{colon}**"
        yield "\n".join(line for bullet in item.bullets for line in _bullet(bullet, "", colon))


def _bullet(bullet: Bullet, indent: str, colon: str) -> Iterator[str]:
    text = bullet.text.replace("\n", f"\n{indent}  ")
    lead = f"**{bullet.lead}{colon}** " if bullet.lead else ""
    yield f"{indent}- {lead}{text}".rstrip()
    for child in bullet.children:
        yield from _bullet(child, indent + "  ", colon)
