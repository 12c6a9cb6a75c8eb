"""The parser every output shares: CommonMark with the departures the package names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from .addresses import safe_url
from .cjk import emphasis, is_cjk
from .maths import formula, formula_block
from .tags import settle_tags

_ADDRESS = re.compile(
    r"https?://[^\s<>\"'`\u3000-\u303f\uff00-\uffef\u2018-\u201d\u4e00-\u9fff]+", re.IGNORECASE
)
# A run longer than this, or with more brackets and addresses, was not written by a person. It is
# shown as plain text: the time of markdown-it-py grows with the square of the brackets in a run.
_LONGEST_RUN = 200_000
_MOST_BRACKETS = 2_000


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        """Any: else `[x](file:…)` stays as it was written. What leads nowhere shows its words."""
        return True


@cache
def parser() -> MarkdownIt:
    """The one parser; it keeps nothing of a text between two calls."""
    made = _Parser("commonmark", {"html": True, "xhtmlOut": False}).enable(
        ["table", "strikethrough"]
    )
    made.inline.ruler.at("emphasis", emphasis)
    made.inline.ruler.before("escape", "formula", formula)
    ends = ["paragraph", "reference", "blockquote", "list"]
    made.block.ruler.before("fence", "formula", formula_block, {"alt": ends})
    made.core.ruler.after("inline", "bare_addresses", _bare_addresses)
    made.core.ruler.push("tags", settle_tags)
    made.add_render_rule("softbreak", _softbreak)
    return made


def too_wild(source: str) -> bool:
    """Whether a run of `source` is too long, or has too many brackets or addresses, to parse."""
    marks = source.count("[") + source.count("://")
    if len(source) <= _LONGEST_RUN and marks <= _MOST_BRACKETS:
        return False
    brackets = 0
    for line in source.split("\n"):
        stripped = line.lstrip()
        if not stripped or stripped[0] in "-*+#>|" or stripped[0].isdigit():
            brackets = 0  # Another run begins.
        brackets += line.count("[") + line.count("://")
        if brackets > _MOST_BRACKETS or len(line) > _LONGEST_RUN:
            return True
    return False


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
            yield text_token(text[done : match.start()])
        opening = Token("link_open", "a", 1)
        opening.attrs = {"href": url}
        yield from (opening, text_token(url), Token("link_close", "a", -1))
        done = match.start() + len(url)
    if done < len(text):
        yield text_token(text[done:])


def text_token(content: str) -> Token:
    """A token of plain text."""
    token = Token("text", "", 0)
    token.content = content
    return token


def _softbreak(_self: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    return "" if joins(tokens, index) else "\n"


def joins(tokens: Sequence[Token], index: int) -> bool:
    """Whether the line break at `index` stands between two CJK characters."""
    before = next((t.content for t in reversed(tokens[max(0, index - 4) : index]) if t.content), "")
    after = next((t.content for t in tokens[index + 1 : index + 5] if t.content), "")
    return bool(before and after and is_cjk(before[-1]) and is_cjk(after[0]))
