"""Markdown as readers expect it, in safe HTML or plain text. Every output uses this module.

CommonMark with tables and `~~strike~~`, and these departures, each with its reason:

- bold closes next to Chinese characters (`**标题：**正文`), which CommonMark refuses;
- a single `~` strikes nothing through (`10~80`);
- a tag that is no HTML (`<think>`) is shown as text instead of vanishing;
- a line break between two Chinese characters adds no space;
- a bare http(s) address becomes a link;
- comments are dropped, and all HTML goes through nh3 with a short list of tags.

Links keep only absolute http, https and mailto targets. They carry `rel="noopener noreferrer"`:
noreferrer, because pages with personal tokens in their address show these links; not nofollow,
because an editor chose them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape, unescape
from typing import Any
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token

# Line breaks and tabs stay. XML (so Atom) refuses the rest of C0, surrogates, U+FFFE and U+FFFF;
# C1 and DEL have no look of their own.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_INLINE_TAGS = _names("a abbr b br code del em i ins kbd mark q s small span strong sub sup u")
_BLOCK_TAGS = _INLINE_TAGS | _names(
    "blockquote caption center dd details div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr img li "
    "ol p pre summary table tbody td tfoot th thead tr ul"
)
# What HTML knows but we do not let through loses the tag and keeps its content. A name outside
# this list is not HTML and is shown as text.
_KNOWN_TAGS = _BLOCK_TAGS | _names(
    "address area article aside audio base bdi bdo body button canvas cite col colgroup data "
    "datalist dfn dialog embed fieldset font footer form frame frameset head header hgroup html "
    "iframe input label legend link main map marquee math menu meta meter nav noscript object "
    "optgroup option output param picture progress rp rt ruby samp script search section select "
    "slot source strike style svg template textarea time title tr track tt var video wbr"
)
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)(?=[\s/>])[^<>]*>")
_TAG_START = re.compile(r"</?([A-Za-z][^\s/>]*)")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ADDRESS = re.compile(
    r"https?://[^\s<>\"'`\u3000-\u303f\uff00-\uffef\u2018-\u201d\u4e00-\u9fff]+", re.IGNORECASE
)
# Ideographs, kana, hangul, CJK punctuation, full-width forms and the curly quotes of Chinese.
_CJK = re.compile(
    "[\u1100-\u11ff\u2e80-\u303f\u3040-\u30ff\u3100-\u31ff\u3200-\u9fff\ua960-\ua97f\uac00-\ud7ff"
    "\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60\uffe0-\uffe6\U0001f200-\U0001f2ff"
    "\U00020000-\U0003ffff]"
)
_PUNCTUATION = re.compile(r"[^\w\s]|_")

# A run longer than this, or with this many brackets, is not something a person wrote; it is
# shown as plain text, since inline parsing of it is slow (measured in tests/test_digest_hostile).
_LONGEST_RUN = 200_000
_MOST_BRACKETS = 2_000


def clean(text: str) -> str:
    """`text` without control characters and lone surrogates; tabs and line breaks stay."""
    return _UNPRINTABLE.sub("", text)


def safe_url(url: str) -> str:
    """`url` if it is an absolute http, https or mailto address, else the empty string.

    `//host/path` is taken as https.
    """
    url = clean(url).strip()
    if url.startswith("//") and "." in url.split("/")[2]:
        url = f"https:{url}"
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    scheme = parts.scheme.lower()
    if scheme in {"http", "https"} and parts.netloc and not re.search(r'[\s<>"]', url):
        return url
    if scheme == "mailto" and "@" in parts.path and not re.search(r'[\s<>"]', url):
        return url
    return ""


def inline_html(source: str) -> str:
    """One run (a title, a bullet, a lead) as safe HTML without block tags.

    An image becomes a link with its alternative text. For text that may hold several
    paragraphs (insight, body, introduction) use `block_html`.
    """
    source = clean(source).strip()
    if _too_wild(source):
        return escape(source, quote=False)
    tokens = _parser().parseInline(source, {})
    for token in tokens:
        token.children = _images_as_links(token.children or [])
    return _finish(tokens, _inline_cleaner())


def block_html(source: str) -> str:
    """Paragraphs, lists, quotes, tables, code and pictures as safe HTML.

    Headings start at h3: an item's title stands above them.
    """
    source = clean(source)
    if _too_wild(source):
        return f"<p>{escape(source.strip(), quote=False)}</p>"
    tokens = _parser().parse(source, {})
    _lower_headings(tokens)
    return _finish(tokens, _block_cleaner())


def plain_text(source: str, *, links: bool = True) -> str:
    """Without markup, for the text part, subjects and feeds' titles.

    With `links`, a link is written `label (address)`, or the address alone when that is the
    label; without, only its label stays.
    """
    source = clean(source)
    if _too_wild(source):
        return source.strip()
    return _Plain(links).write(_parser().parse(source, {}))


def found_links(source: str) -> list[tuple[str, str]]:
    """(label, address) of every link in `source` a reader could follow, in order."""
    source = clean(source)
    if _too_wild(source):
        return []
    found = []
    for token in _parser().parse(source, {}):
        children = token.children or []
        for index, child in enumerate(children):
            if child.type == "link_open" and (url := safe_url(str(child.attrs.get("href", "")))):
                label = _Plain(False).run(children[index + 1 : _link_end(children, index)])
                found.append((label, url))
    return found


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "xhtmlOut": False}).enable(
        ["table", "strikethrough"]
    )
    parser.inline.ruler.at("emphasis", _emphasis)
    parser.core.ruler.after("inline", "bare_addresses", _bare_addresses)
    parser.core.ruler.push("tags", _tags)
    parser.add_render_rule("softbreak", _softbreak)
    return parser


def _too_wild(source: str) -> bool:
    if len(source) <= _LONGEST_RUN and source.count("[") <= _MOST_BRACKETS:
        return False
    brackets = 0
    for line in source.split("\n"):
        stripped = line.lstrip()
        if not stripped or stripped[0] in "-*+#>|" or stripped[0].isdigit():
            brackets = 0  # Another run begins.
        brackets += line.count("[")
        if brackets > _MOST_BRACKETS or len(line) > _LONGEST_RUN:
            return True
    return False


def _is_cjk(character: str) -> bool:
    return _CJK.match(character) is not None


def _emphasis(state: StateInline, silent: bool) -> bool:
    """`markdown_it`'s emphasis rule with flanking that knows CJK.

    Next to a CJK character (punctuation included) a run of `*` may open or close as if next to
    a letter, and other punctuation does not stop it. `_` and Latin text are as in CommonMark.
    """
    start = state.pos
    marker = state.src[start]
    if silent or marker not in "*_":
        return False
    scanned = state.scanDelims(start, marker == "*")
    length, can_open, can_close = scanned.length, scanned.can_open, scanned.can_close
    if marker == "*" and not (can_open and can_close):
        before = state.src[start - 1] if start else " "
        after = state.src[start + length] if start + length < state.posMax else " "
        near = _is_cjk(before) or _is_cjk(after)
        if near and not after.isspace():
            hard = not _is_cjk(after) and _PUNCTUATION.match(after)
            can_open = can_open or not hard or before.isspace() or _is_cjk(before)
        if near and not before.isspace():
            hard = not _is_cjk(before) and _PUNCTUATION.match(before)
            can_close = can_close or not hard or after.isspace() or _is_cjk(after)
    for _ in range(length):
        token = state.push("text", "", 0)
        token.content = marker
        state.delimiters.append(
            Delimiter(
                marker=ord(marker),
                length=length,
                token=len(state.tokens) - 1,
                end=-1,
                open=can_open,
                close=can_close,
            )
        )
    state.pos += length
    return True


def _bare_addresses(state: StateCore) -> None:
    for block in state.tokens:
        if block.type != "inline" or "://" not in block.content:
            continue
        children: list[Token] = []
        inside = 0
        for token in block.children or []:
            if token.type in {"link_open", "link_close"}:
                inside += token.nesting
            if token.type == "text" and not inside and "://" in token.content:
                children += _with_addresses(token)
            else:
                children.append(token)
        block.children = children


def _with_addresses(token: Token) -> Iterator[Token]:
    text, done = token.content, 0
    for match in _ADDRESS.finditer(text):
        url = match.group().rstrip(".,:;!?*_~")
        while url.endswith(")") and url.count(")") > url.count("("):
            url = url[:-1]
        if not safe_url(url):
            continue
        if match.start() > done:
            yield _text(text[done : match.start()])
        opening = Token("link_open", "a", 1)
        opening.attrs = {"href": url}
        yield from (opening, _text(url), Token("link_close", "a", -1))
        done = match.start() + len(url)
    if done < len(text):
        yield _text(text[done:])


def _text(content: str) -> Token:
    token = Token("text", "", 0)
    token.content = content
    return token


def _tags(state: StateCore) -> None:
    """Drop comments; turn tags that are no HTML into text."""
    for block in state.tokens:
        if block.type == "html_block":
            block.content = _TAG.sub(_tag, _COMMENT.sub("", block.content))
        hidden = False
        for token in block.children or []:
            if token.type == "html_inline":
                content = token.content
                match = _TAG_START.match(content)
                name = match.group(1).lower() if match else ""
                if not name or (name in _KNOWN_TAGS and name not in _BLOCK_TAGS):
                    token.content = ""
                elif name not in _KNOWN_TAGS:
                    token.type = "text"
            elif token.type == "link_open":
                # A link that leads nowhere is its label.
                url = safe_url(str(token.attrs.get("href", "")))
                hidden = not url
                token.attrs["href"] = url
            if hidden and token.type in {"link_open", "link_close"}:
                token.type, token.tag, token.nesting, token.attrs = "text", "", 0, {}


def _tag(match: re.Match[str]) -> str:
    name = match.group(1).lower()
    if name in _BLOCK_TAGS or name in {"script", "style"}:
        return match.group()  # Script and style go with their content, which is nh3's work.
    return "" if name in _KNOWN_TAGS else escape(match.group(), quote=False)


def _softbreak(_self: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    return "" if _joins(tokens, index) else "\n"


def _joins(tokens: Sequence[Token], index: int) -> bool:
    """Whether the line break at `index` stands between two CJK characters."""
    before = next((t.content for t in reversed(tokens[max(0, index - 4) : index]) if t.content), "")
    after = next((t.content for t in tokens[index + 1 : index + 5] if t.content), "")
    return bool(before and after and _is_cjk(before[-1]) and _is_cjk(after[0]))


def _images_as_links(children: list[Token]) -> list[Token]:
    made: list[Token] = []
    inside = 0
    for token in children:
        if token.type in {"link_open", "link_close"}:
            inside += token.nesting
        if token.type != "image":
            made.append(token)
            continue
        url = safe_url(str(token.attrs.get("src", "")))
        label = _text(token.content or url)
        if inside or not url:
            made.append(label)
        else:
            opening = Token("link_open", "a", 1)
            opening.attrs = {"href": url}
            made += [opening, label, Token("link_close", "a", -1)]
    return made


def _lower_headings(tokens: Sequence[Token]) -> None:
    headings = [token for token in tokens if token.type in {"heading_open", "heading_close"}]
    if headings:
        lowered = max(0, 3 - min(int(token.tag[1]) for token in headings))
        for token in headings:
            token.tag = f"h{min(6, int(token.tag[1]) + lowered)}"


def _finish(tokens: Sequence[Token], cleaner: nh3.Cleaner) -> str:
    parser = _parser()
    html = parser.renderer.render(list(tokens), parser.options, {})
    # Cleaned again: nh3 decodes `&#1;` inside raw HTML.
    return clean(cleaner.clean(html)).strip()


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name in {"href", "src"}:
        url = safe_url(value)
        if name == "src" and not url.lower().startswith("http"):
            return None
        return url or None
    return value


@cache
def _inline_cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_INLINE_TAGS),
        attributes={"a": {"href", "title"}, "abbr": {"title"}},
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel="noopener noreferrer",
    )


@cache
def _block_cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_BLOCK_TAGS),
        attributes={
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


def _link_end(children: Sequence[Token], start: int) -> int:
    """Index of the link_close that belongs to the link_open at `start`; links do not nest."""
    for index in range(start + 1, len(children)):
        if children[index].type == "link_close":
            return index
    return len(children)


class _Plain:
    """Tokens -> text. One blank line between blocks, `- ` and numbers before list items."""

    def __init__(self, links: bool) -> None:
        self.links = links

    def write(self, tokens: Sequence[Token]) -> str:
        out: list[str] = []
        lists: list[int | None] = []
        mark = ""
        cells: list[str] | None = None
        kind_before = ""
        for token in tokens:
            kind = text = ""
            if token.type in {"bullet_list_open", "ordered_list_open"}:
                ordered = token.type == "ordered_list_open"
                lists.append(int(token.attrs.get("start", 1)) if ordered else None)
            elif token.type in {"bullet_list_close", "ordered_list_close"}:
                lists.pop()
            elif token.type == "list_item_open":
                number = lists[-1]
                mark = "- " if number is None else f"{number}. "
                if number is not None:
                    lists[-1] = number + 1
            elif token.type == "tr_open":
                cells = []
            elif token.type == "tr_close":
                kind, text, cells = "row", " | ".join(cells or []), None
            elif token.type == "inline":
                text = self.run(token.children or [])
                if cells is not None:
                    cells.append(text)
                    text = ""
            elif token.type in {"fence", "code_block"}:
                text = "\n".join("    " + line for line in token.content.rstrip().split("\n"))
            elif token.type == "html_block":
                text = self.html(token.content).strip()
            elif token.type == "hr":
                text = "* * *"
            if not text.strip():
                continue
            if mark:
                lead, mark, kind = "  " * (len(lists) - 1) + mark, "", "bullet"
            else:
                lead = "  " * len(lists)
            if out:
                out.append("\n" if kind and kind == kind_before else "\n\n")
            out.append(lead + text.replace("\n", "\n" + " " * len(lead)))
            kind_before = kind
        return clean("".join(out)).strip()

    def run(self, children: Sequence[Token]) -> str:
        out: list[str] = []
        opened: list[tuple[int, str]] = []
        for index, token in enumerate(children):
            if token.type in {"text", "code_inline"}:
                out.append(token.content)
            elif token.type == "softbreak":
                out.append("" if _joins(children, index) else " ")
            elif token.type == "hardbreak":
                out.append("\n")
            elif token.type == "image":
                out.append(token.content)
            elif token.type == "html_inline":
                out.append(self.html(token.content, inline=True))
            elif token.type == "link_open":
                opened.append((len(out), safe_url(str(token.attrs.get("href", "")))))
            elif token.type == "link_close" and opened:
                start, url = opened.pop()
                label = "".join(out[start:])
                if self.links and url and label != url:
                    out.append(f" ({url.removeprefix('mailto:')})" if label.strip() else url)
        return "".join(out)

    def html(self, content: str, *, inline: bool = False) -> str:
        """Raw HTML as text: `<br>` breaks the line, other tags go, entities are resolved."""
        content = re.sub(r"<br\s*/?>", "\n", content, flags=re.IGNORECASE)
        content = unescape(nh3.clean(content, tags=set(), attributes={}, link_rel=None))
        if inline:
            return content
        lines = [" ".join(line.split()) for line in content.split("\n")]
        return "\n".join(line for line in lines if line)
