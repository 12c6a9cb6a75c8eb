"""HTML tags inside Markdown: which may stay, which lose their marks, and which are only text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from html import escape

import nh3
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from .addresses import safe_url


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_INLINE_TAGS = _names("a abbr b br code del em i ins kbd mark q s small span strong sub sup u")
_BLOCK_TAGS = _INLINE_TAGS | _names(
    "blockquote caption center dd details div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr img li "
    "ol p pre summary table tbody td tfoot th thead tr ul"
)
# Tags of HTML that are not let through lose their marks and keep their content. A name outside this
# list is not HTML and is shown as text.
_KNOWN_TAGS = _BLOCK_TAGS | _names(
    "address area article aside audio base bdi bdo body button canvas cite col colgroup data "
    "datalist dfn dialog embed fieldset font footer form frame frameset head header hgroup html "
    "iframe input label legend link main map marquee math menu meta meter nav noscript object "
    "optgroup option output param picture progress rb rp rt rtc ruby samp script search section "
    "select slot source strike style svg template textarea time title tr track tt var video wbr"
)
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)(?=[\s/>])[^<>]*>")
_TAG_START = re.compile(r"</?([A-Za-z][^\s/>]*)")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_READING = re.compile(r"<(/?)rt\b[^<>]*>", re.IGNORECASE)
_OWN_PARENTHESES = re.compile(r"<rp\b", re.IGNORECASE)
# Google Docs copies everything within such a `b`, which is none; nh3 drops its `</b>`.
_NOT_BOLD = re.compile(
    r"<(?:b|strong)\s[^<>]*font-weight:\s*(?:normal|[1-4]00)\b[^<>]*>", re.IGNORECASE
)


def settle_tags(state: StateCore) -> None:
    """Drop comments; turn tags that are no HTML into text, and ruby into parentheses."""
    for block in state.tokens:
        if block.type == "html_block":
            content = _NOT_BOLD.sub("", _COMMENT.sub("", block.content))
            block.content = _TAG.sub(_tag, _with_readings(content))
        else:
            _read_readings(block.children or [])
        hidden = False
        for token in block.children or []:
            if token.type == "html_inline":
                content = token.content = _NOT_BOLD.sub("", token.content)
                match = _TAG_START.match(content)
                name = match.group(1).lower() if match else ""
                if not name or (name in _KNOWN_TAGS and name not in _BLOCK_TAGS):
                    token.content = ""
                elif name not in _KNOWN_TAGS:
                    token.type = "text"
            elif token.type == "link_open":
                # Of a link that leads nowhere only the label stays.
                url = safe_url(str(token.attrs.get("href", "")))
                hidden = not url
                token.attrs["href"] = url
            if hidden and token.type in {"link_open", "link_close"}:
                token.type, token.tag, token.nesting, token.attrs = "text", "", 0, {}


def _with_readings(html: str) -> str:
    """Mail programs know no ruby: the reading stands in parentheses behind its word."""
    if _OWN_PARENTHESES.search(html):
        return html
    return _READING.sub(lambda tag: "）" if tag[1] else "（", html)


def _read_readings(children: Sequence[Token]) -> None:
    tags = [token for token in children if token.type == "html_inline"]
    if any(_OWN_PARENTHESES.match(token.content) for token in tags):
        return
    for token in tags:
        if _READING.fullmatch(token.content):
            token.type, token.content = "text", _with_readings(token.content)


def _tag(match: re.Match[str]) -> str:
    name = match.group(1).lower()
    if name in _BLOCK_TAGS or name in {"script", "style"}:
        return match.group()  # nh3 removes script and style together with their content.
    return "" if name in _KNOWN_TAGS else escape(match.group(), quote=False)


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "dir":
        return value if value in {"ltr", "rtl"} else None
    if name in {"href", "src"}:
        url = safe_url(value)
        if name == "src" and not url.lower().startswith("http"):
            return None
        return url or None
    return value


@cache
def inline_cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_INLINE_TAGS),
        attributes={"a": {"href", "title"}, "abbr": {"title"}},
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel="noopener noreferrer",
    )


@cache
def block_cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_BLOCK_TAGS),
        attributes={
            "*": {"dir"},
            "a": {"href", "title"},
            "abbr": {"title"},
            "img": {"src", "alt", "title", "width", "height"},
            "ol": {"start"},
            "td": {"colspan", "rowspan"},
            "th": {"colspan", "rowspan"},
        },
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel="noopener noreferrer",
    )
