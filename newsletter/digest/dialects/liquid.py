"""Tags of Liquid, Nunjucks and Jinja: `{% include … %}`, `{{ page.title }}`, `{% highlight %}`.

Jekyll, Hexo, Eleventy and GitBook write them. Pictures, links, videos, quotations, hints and code
have their equals; the others go, and what stands between two of them stays.
https://jekyllrb.com/docs/liquid/ and https://hexo.io/docs/tag-plugins
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

NAME = "tag"
LABEL = gettext_noop("A template tag ({% name %})")
ORDER = 11

_CODE = re.compile(
    r"[ \t]{0,3}\{%-?\s*(end)?(?:highlight|codeblock|code)\b\s*([^%]*?)-?%\}\s*$", re.IGNORECASE
)
_RAW = re.compile(r"\{%-?\s*(end)?(?:raw|verbatim)\s*-?%\}")
_FUNCTION = re.compile(r"([\w-]+)\s*\((.*)\)\s*$")  # Zola: youtube(id="…")
_CALL_OUTS = {"hint", "note", "notel", "alert", "callout", "tip", "warning", "info"}
_KINDS = {"info", "tip", "warning", "danger", "success", "caution", "important", "error"}
_QUOTES = {"blockquote", "quote", "pullquote", "centerquote", "cq", "admonition"}
_VIDEOS = {
    "youtube": "https://www.youtube.com/watch?v={}",
    "vimeo": "https://vimeo.com/{}",
    "bilibili": "https://www.bilibili.com/video/{}",
}
_DEEPEST = 8  # quotations in each other


def settle(prose: Prose) -> None:
    """Convert what mail knows; one warning for the others."""
    if not any("{%" in line or "{{" in line or "<%" in line for line in prose.lines):
        return
    _settle_code(prose)
    prose.change("{%", lambda run: _RAW.sub("", run))
    tags = _Tags(prose)
    replace_tags(prose, "{%", "%}", NAME, tags.write)
    for opening, end, title in reversed(tags.blocks):
        quote(prose, opening, range(opening + 1, end), title)
    for opening, end in reversed(tags.tabs):
        tab(prose, opening, end)
    replace_tags(prose, "{{", "}}", NAME, tags.value)
    replace_tags(prose, "<%", "%>", NAME, tags.drop)
    unlink_empty(prose, tags.lines)


def _settle_code(prose: Prose) -> None:
    """`{% highlight ruby %}` … `{% endhighlight %}` become the fences of a code block."""
    opened, language = -1, ""
    for index, line in prose.rows("{%"):
        match = _CODE.match(line)
        if match is None:
            continue
        if not match[1]:
            if opened < 0:
                opened = index
                found = re.search(r"lang:([\w+#-]+)", match[2]) or re.match(r"([\w+#-]+)", match[2])
                language = found[1] if found else ""
        elif opened >= 0:
            prose.fence(opened, f"```{language}")
            prose.fence(index, "```")
            prose.code |= set(range(opened, index))
            opened = -1


class _Tags:
    """Writes the tags of one document anew. `lines` are the indexes of those with one."""

    def __init__(self, prose: Prose) -> None:
        self.prose = prose
        self.lines: set[int] = set()
        self.open: list[tuple[int, str, str]] = []
        self.blocks: list[tuple[int, int, str]] = []
        self.tabs: list[tuple[int, int]] = []

    def drop(self, _inside: str, index: int) -> str:
        self.lines.add(index)
        self.prose.tell(NAME, index)
        return ""

    def value(self, inside: str, index: int) -> str:
        """`{{ … }}`: a value nobody here knows, or one of Zola's shortcodes."""
        function = _FUNCTION.match(inside.strip("- "))
        return self.write(inside, index) if function else self.drop(inside, index)

    def write(self, inside: str, index: int) -> str:
        self.lines.add(index)
        inside = inside.strip("- ")
        function = _FUNCTION.match(inside)
        name, rest = function.groups() if function else inside.partition(" ")[::2]
        name = name.lower()
        if name.startswith("end"):
            return self._closed(name, index)
        if name in _QUOTES | _CALL_OUTS:
            given, plain = attributes(rest), words(rest)
            title = given.get("title", "") or (
                "" if given or name not in _QUOTES else rest.strip(" \"'")
            )
            if name in _CALL_OUTS:
                kind = given.get("style", "") or "".join(plain[:1]) or name
                kind = kind if kind.lower() in _KINDS else name  # else a colour
                title = title or quoted(rest) or kind.capitalize()
            self.open.append((index, name, title or given.get("author", "")))
            return ""
        if name == "tab":
            title = attributes(rest).get("title", "") or quoted(rest) or " ".join(words(rest)[-1:])
            self.open.append((index, name, title))
            return f"- {bold(title)} " if title else "- "
        if name in {"tabs", "tabgroup"}:
            return ""
        shown = _shown(name, rest)
        if not shown:
            self.prose.tell(NAME, index)
        return shown

    def _closed(self, name: str, index: int) -> str:
        """The end of a block; behind a quotation stands who said it."""
        if not self.open or (name != "end" and self.open[-1][1] != name[3:]):
            return ""
        opening, opened, title = self.open.pop()
        if opened == "tab":
            self.tabs += [(opening, index)] if opening < index else []
            return ""
        if len(self.open) >= _DEEPEST or opening == index:
            return ""
        said = opened in _QUOTES
        self.blocks.append((opening, index, "" if said else title))
        return f"> — {title}" if said and title else ""


def _shown(name: str, rest: str) -> str:
    """What a single tag stands for; or nothing."""
    given, plain = attributes(rest), words(rest)
    first = plain[0] if plain else ""
    if name == "include" and "youtube" in first and given.get("id"):
        name = "youtube"
    if name == "github" and first.count("/") == 1:
        return link(f"https://github.com/{first}", first)
    if name in _VIDEOS and (code := given.get("id") or first):
        return link(_VIDEOS[name].format(code), given.get("title", ""))
    if name in {"img", "image", "asset_img", "picture", "include", "figure", "render"}:
        values = [*given.values(), *plain]
        source = (
            given.get("src")
            or given.get("url")
            or given.get("image")
            or next((value for value in values if is_picture(value)), "")
        )
        words_for_it = next(
            (given[key] for key in ("alt", "caption", "title", "description") if given.get(key)), ""
        )
        if not words_for_it and plain and name != "include":
            after = plain[plain.index(source) + 1 :] if source in plain else []
            words_for_it = " ".join(word for word in after if not word.isdigit())
        if "://" in source:
            return picture(source, words_for_it)
        return f"*{words_for_it}*" if words_for_it else ""
    if name in {"link", "button", "btn", "embed", "content-ref", "linkgrid"}:
        target = (
            given.get("url")
            or given.get("href")
            or next((word for word in plain if "://" in word), "")
        )
        text = (
            given.get("title")
            or given.get("text")
            or next(
                (word for word in plain if "://" not in word and word not in {"true", "false"}), ""
            )
        )
        return link(target.rstrip(","), text.rstrip(",")) if "://" in target else ""
    if name in {"asset_link", "post_link"}:
        return " ".join(word for word in plain[1:] if word not in {"true", "false"})
    if name in {"details", "folding", "fold", "label", "step"}:
        return bold(given.get("title", "") or " ".join(plain))
    return ""
