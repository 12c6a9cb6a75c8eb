"""Lists as bullets with lead phrases, nested by indentation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from .outline import Kind, Line
from .reading import Reading
from .value import Bullet

_LEAD_COLON = re.compile(
    r"([^\s：:。！？；，,!?;`\[\]<>()（）][^：:。！？；!?;`\[\]<>\n]{0,60}?)\s*(?:：|:(?=\s))\s*"
)
_LEAD_BOLD = re.compile(r"(\*\*|__)(?=\S)([^*\n]{1,80}?)\s*(?<=\S)\1\s*([：:—–-]?)\s*")


def read_lead(text: str) -> tuple[str, str]:
    """A bullet's lead phrase and the rest: `**lead：** rest`, `**lead**：rest`, `lead：rest`.

    Bold text in which a sentence begins is no lead, since every output puts a colon behind leads.
    """
    bold = _LEAD_BOLD.match(text)
    if bold:
        lead = bold.group(2).strip()
        bare = lead.rstrip("：: ")
        rest = text[bold.end() :].strip()
        if bare and (bare != lead or bold.group(3) or not rest):
            return bare, rest
        return "", text
    plain = _LEAD_COLON.match(text)
    if plain and not plain.group(1).lower().endswith(("http", "https", "mailto")):
        lead = plain.group(1).strip().strip("*").strip()
        # A colon inside bold text ends no lead.
        if lead and "*" not in lead and plain.group(1).count("*") % 4 == 0:
            return lead, text[plain.end() :].strip()
    return "", text


def read_bullets(lines: Sequence[Line], reading: Reading) -> tuple[Bullet, ...]:
    """A list as bullets, nested by indentation; `- a   - b` on one line is opened again."""
    return _Bullets(reading).read(lines)


_DEEPEST = 12  # levels of a list; deeper ones join the last.


@dataclass(slots=True)
class _Node:
    indent: int
    text: list[str]
    children: list[_Node] = field(default_factory=list)


class _Bullets:
    _SQUASHED = re.compile(r"(?:\s{2,}|(?<=[：:])\s+)[-*]\s+(?=\S)|(?<=-)\s{2,}-\s+(?=\S)")

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def read(self, lines: Sequence[Line]) -> tuple[Bullet, ...]:
        top: list[_Node] = []
        path: list[_Node] = []
        blank = False
        for line in lines:
            if line.kind in {Kind.BLANK, Kind.RULE}:
                blank = True
                continue
            if line.kind is Kind.DROPPED:
                continue
            self.reading.claim(line)
            if line.kind in {Kind.BULLET, Kind.NUMBER} and (line.kind is Kind.BULLET or path):
                while path and line.indent <= path[-1].indent:
                    path.pop()
                del path[_DEEPEST:]
                text = line.content if line.kind is Kind.BULLET else line.raw.strip()
                node = self._open(text, line.indent)
                if path and line.kind is Kind.NUMBER and line.indent == 0:
                    path[0].text.append(line.raw.strip())
                    continue
                (path[-1].children if path else top).append(node)
                path.append(node)
            elif path:
                owner = path[-1]
                for node in reversed(path):
                    owner = node
                    if node.indent < line.indent or not blank:
                        break
                owner.text.append(("\n" if blank else "") + _outdent(line, owner.indent + 2))
            else:
                node = self._open(line.raw.strip(), 0)
                top.append(node)
                path = [node]
            blank = False
        return tuple(self._bullet(node) for node in top)

    def _open(self, text: str, indent: int) -> _Node:
        pieces = self._SQUASHED.split(text) if "- " in text or "* " in text else [text]
        if len(pieces) > 1:  # In such a line a bold lead behind a dash is a bullet, too.
            pieces = [part for piece in pieces for part in re.split(r" - (?=\*\*)", piece)]
        pieces = [piece.strip() for piece in pieces if piece.strip(" -*")]
        if not pieces:
            return _Node(indent, [text])
        node = _Node(indent, [pieces[0]])
        node.children = [_Node(indent + 2, [piece]) for piece in pieces[1:]]
        return node

    def _bullet(self, node: _Node) -> Bullet:
        text = self.reading.resolved("\n".join(node.text).strip())
        lead, rest = read_lead(text)
        return Bullet(lead, rest, tuple(self._bullet(child) for child in node.children))


def _outdent(line: Line, columns: int) -> str:
    if line.kind is not Kind.CODE:
        return line.raw.strip()
    raw = line.raw.expandtabs(4)
    cut = min(columns, len(raw) - len(raw.lstrip()))
    return raw[cut:].rstrip()
