"""Hugo's shortcodes: `{{< figure src="…" >}}`, `{{% notice tip %}}` … `{{% /notice %}}`.

Pictures, links, videos, call-outs and code have their equals; of the others the marks go and what
stands between them stays. https://gohugo.io/content-management/shortcodes/
"""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..marks import (
    attributes,
    bold,
    is_picture,
    link,
    picture,
    quote,
    quoted,
    replace_tags,
    tab,
    unlink_empty,
    words,
)
from ..prose import Prose

NAME = "shortcode"
LABEL = gettext_noop("A shortcode ({{< name >}})")
ORDER = 10

_CALL_OUTS = re.compile(
    r"(?:admonition|alert|callout|notice|hint|tip|note|info|warning|danger|caution|important|aside)"
)
_CODE = re.compile(
    r"[ \t]{0,3}\{\{[<%]\s*(/?)\s*(?:highlight|code|codeblock)\b\s*([^\s<>%]*)[^<>%]*[%>]\}\}\s*$"
)
_PAIR = re.compile(
    r"\{\{[<%]\s{0,3}([\w-]{1,40})\s([^<>%{}]{0,400})[%>]\}\}([^{}\n]{1,600})"
    r"\{\{[<%]\s{0,3}/\s{0,3}\1\s{0,3}[%>]\}\}"
)
_TEXTS = ("caption", "title", "summary", "text", "label", "alt", "name", "desc")
_VIDEOS = {
    "youtube": "https://www.youtube.com/watch?v={}",
    "vimeo": "https://vimeo.com/{}",
    "bilibili": "https://www.bilibili.com/video/{}",
    "instagram": "https://www.instagram.com/p/{}/",
}
# One of several texts of which a site shows one at a time; mail shows them as a list.
_TABS = re.compile(r"tab|tab-?item|tab-?panel|codetab|accordion-?item")
_ITEMS = re.compile(r"\s*[,|;]\s*")
_DEEPEST = 8  # call-outs in each other


def settle(prose: Prose) -> None:
    """Convert what mail knows; one warning for the others."""
    if not any("{{" in line for line in prose.lines):
        return
    _settle_code(prose)
    lines = {index for index, _line in prose.rows("{{")}
    prose.change("{{", lambda run: _PAIR.sub(_linked, run))
    open_: list[tuple[int, str, str]] = []
    blocks: list[tuple[int, int, str]] = []
    tabs = _Tabs()

    def write(inside: str, index: int) -> str | None:
        closes = inside[:1] == "/"
        inside = inside.strip("/ ") if closes else inside
        if (made := tabs.write(inside, index, closes=closes)) is not None:
            return made
        return _written(prose, inside, index, open_, blocks, closes=closes)

    for opening, closing in (("{{<", ">}}"), ("{{%", "%}}")):
        replace_tags(prose, opening, closing, NAME, write)
    for opening_line, end, title in reversed(blocks):
        quote(prose, opening_line, range(opening_line + 1, end), title)
    for opening_line, end in reversed(tabs.blocks):
        tab(prose, opening_line, end)
    unlink_empty(prose, lines)


class _Tabs:
    """The tabs of a document: each becomes a point. `blocks` are the lines of their marks."""

    def __init__(self) -> None:
        self.open: list[int] = []
        self.blocks: list[tuple[int, int]] = []
        self.names: list[str] = []  # of the tabs to come, as the mark around them has them

    def write(self, inside: str, index: int, *, closes: bool) -> str | None:
        """What is written in place of a mark; None when it is none of a tab."""
        name, _space, rest = inside.rstrip("/").strip().partition(" ")
        given, plain = attributes(rest), words(rest)
        if _TABS.fullmatch(name.lower()) is None:
            if not closes and "tab" in name.lower() and (given.get("items") or given.get("names")):
                listed = given.get("items") or given["names"]
                self.names = [one.strip(" []'\"") for one in _ITEMS.split(listed)]
                return ""
            return "" if name.lower() in {"tabs", "tabpane", "tabgroup", "codetabs"} else None
        if closes:
            if self.open and (opening := self.open.pop()) < index:
                self.blocks.append((opening, index))
            return ""
        title = next((given[key] for key in (*_TEXTS, "header") if given.get(key)), "")
        title = title or quoted(rest) or " ".join(plain[:1])
        title = title or (self.names.pop(0) if self.names else "")
        self.open.append(index)
        return f"- {bold(title)} " if title else "- "


def _linked(match: re.Match[str]) -> str:
    """A pair in one line that is a link with its text between the marks."""
    given = attributes(match[2])
    target = next((given[key] for key in ("href", "url", "link") if given.get(key)), "")
    return link(target, match[3].strip()) if "://" in target else match.group()


def _settle_code(prose: Prose) -> None:
    opened = -1
    for index, line in prose.rows("{{"):
        match = _CODE.match(line)
        if match is None:
            continue
        if not match[1]:
            opened = index
            language = match[2].strip("\"'")
        elif opened >= 0:
            prose.fence(opened, f"```{language}")
            prose.fence(index, "```")
            prose.code |= set(range(opened, index))
            opened = -1


def _written(
    prose: Prose,
    inside: str,
    index: int,
    open_: list[tuple[int, str, str]],
    blocks: list[tuple[int, int, str]],
    *,
    closes: bool,
) -> str:
    name, _space, rest = inside.rstrip("/").strip().partition(" ")
    name = name.lower()
    if inside.startswith(("*", "/*")) or not name:
        return ""
    if closes:
        if open_ and open_[-1][1] == name:
            opening, _name, title = open_.pop()
            if len(open_) < _DEEPEST and opening < index:
                blocks.append((opening, index, title))
        return ""
    given, plain = attributes(rest), words(rest)
    if _CALL_OUTS.fullmatch(name) and not inside.endswith("/"):
        kind = given.get("type", "") or (plain[0] if plain and len(plain[0]) < 20 else name)
        title = given.get("title", "") or quoted(rest) or kind.capitalize()
        text = given.get("text", "")
        if text:
            return f"> {bold(title)} – {text}"
        open_.append((index, name, title))
        return ""
    shown = _shown(name, given, plain)
    if not shown:
        prose.tell(NAME, index)
    return shown


def _shown(name: str, given: dict[str, str], plain: list[str]) -> str:
    """What a shortcode without text between its marks stands for; or nothing."""
    first = plain[0] if plain else ""
    text = next((given[key] for key in _TEXTS if given.get(key)), "")
    if name in _VIDEOS:
        code = given.get("id") or first
        return link(_VIDEOS[name].format(code), given.get("title", "")) if code else ""
    if name in {"tweet", "x"}:
        user, code = given.get("user") or first, given.get("id") or "".join(plain[1:2])
        return link(f"https://x.com/{user}/status/{code}", "") if user and code else ""
    if name == "gist" and len(plain) > 1:
        return link(f"https://gist.github.com/{plain[0]}/{plain[1]}", "")
    source = given.get("src") or given.get("image") or (first if is_picture(first) else "")
    if source:
        if "://" not in source:
            return f"*{text}*" if text else ""
        shown = picture(source, given.get("alt", "") or text)
        if target := given.get("link", ""):
            shown = f"[{shown}]({target})"
        caption = given.get("caption", "") or given.get("title", "")
        return f"{shown} *{caption}*" if caption else shown
    target = next((given[key] for key in ("href", "url", "link") if given.get(key)), "")
    if "://" in (target or first):
        return link(target or first, text or "".join(plain[1:2]))
    if name in {"details", "expand", "collapse", "accordion", "card", "step"}:
        return bold(text or first)
    return text
