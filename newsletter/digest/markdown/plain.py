"""Tokens as plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

import nh3
from markdown_it.token import Token

from .addresses import clean, safe_url
from .parser import joins


class Plain:
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
                out.append("" if joins(children, index) else " ")
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
