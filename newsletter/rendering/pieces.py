"""A finished document cut at marks, and put together again for any selection.

Templates mark blocks that only some selections have, and values that differ between selections:

    {{ cut.open("full", card.id) }} … {{ cut.close() }}        {{ cut.value("count", count) }}

In HTML the marks are comments, which MJML and premailer carry along untouched and which no text
of an issue can forge, since every text is escaped or sanitised; in the text part they are control
characters, which no text keeps. Neither MJML nor premailer looks at an element's neighbours, so a
document assembled from pieces has the very bytes of one rendered alone; a property test holds
them to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from markupsafe import Markup

from .slots import PREFIX

Key = tuple[str, int]
_ALWAYS: Key = ("", 0)
# `neutral` takes it out of every text, as it does the slots of tokens.
_QUERY = f"{PREFIX}QUERY--"


def written(text: str) -> str:
    """Plain text as the HTML serialiser at the end of the pipeline writes it."""
    return (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\xa0", "&nbsp;")
    )


class Marks:
    """How blocks and values are marked in one kind of document."""

    def __init__(self, begin: str, end: str, write: Callable[[str], str]) -> None:
        self.begin, self.end, self.write = begin, end, write
        a, b = re.escape(begin), re.escape(end)
        # No text can hold `<li value="`, and no sanitised HTML keeps that attribute.
        self.pattern = re.compile(
            rf"{a}~(\w+) (-?\d+)~{b}|{a}(~){b}|{a}=(\w+) (-?\d+)={b}"
            r"|(?<=<li value=\")=(\w+) (-?\d+)=(?=\")"
            rf"|{_QUERY}(\w+)-(\d+)--",
            re.ASCII,
        )

    def without(self, document: str) -> str:
        """A document rendered for one selection, without its marks."""
        return self.pattern.sub("", document)


HTML = Marks("<!--", "-->", written)
TEXT = Marks("\x02", "\x03", str)


# The blocks of one item; those within them are of its headline.
ITEM_BLOCKS = ("full", "brief", "near", "far")


def signed(document: str, marks: Marks) -> str:
    """A marked HTML document with a comment at both ends of each item's blocks.

    Once it is joined, `<!--item full 12-->` and `<!--item end-->` stand around what belongs to
    item 12: a preview puts another text in place of it.
    """
    parts: list[str] = []
    depth: list[bool] = []
    done = 0
    for match in marks.pattern.finditer(document):
        name, number, close = match.groups()[:3]
        if close and depth and depth.pop():
            parts += [document[done : match.start()], "<!--item end-->"]
            done = match.start()
        elif name:
            depth.append(name in ITEM_BLOCKS)
            if depth[-1]:
                parts += [document[done : match.end()], f"<!--item {name} {number}-->"]
                done = match.end()
    return "".join([*parts, document[done:]])


class Cut:
    """What a template calls to mark blocks and values.

    With `values` (a selection rendered alone) a value is written; without, its place is marked.
    """

    def __init__(self, marks: Marks, *, values: bool) -> None:
        self._marks = marks
        self._values = values

    def open(self, name: str, number: int = 0) -> Markup:
        """Begin a block that only some selections have."""
        return Markup(f"{self._marks.begin}~{name} {number}~{self._marks.end}")

    def close(self) -> Markup:
        """End the innermost block."""
        return Markup(f"{self._marks.begin}~{self._marks.end}")

    def value(self, name: str, value: object, number: int = 0) -> object:
        """A text that differs between selections."""
        if self._values:
            return value
        return Markup(f"{self._marks.begin}={name} {number}={self._marks.end}")

    def list_number(self, name: str, value: object, number: int) -> object:
        """The same for the `value` of an `li`, where no comment can stand."""
        return value if self._values else f"={name} {number}="

    def query(self, name: str, value: object, number: int = 0) -> object:
        """The same for the end of an address, where a space would be encoded."""
        return value if self._values else f"{_QUERY}{name}-{number}--"


@dataclass(frozen=True, slots=True)
class _Piece:
    block: Key
    text: str
    value: Key | None = None


class Pieces:
    """A document cut into constant texts and places of values, each in its block."""

    def __init__(self, document: str, marks: Marks) -> None:
        """Raises ValueError if a block is closed that is not open, or the other way round."""
        self._write = marks.write
        self._pieces: list[_Piece] = []
        open_blocks = [_ALWAYS]
        done = 0
        for match in marks.pattern.finditer(document):
            self._add(open_blocks[-1], document[done : match.start()])
            done = match.end()
            name, number, close, *values = match.groups()
            pairs = zip(values[::2], values[1::2], strict=True)
            value, value_number = next((pair for pair in pairs if pair[0]), ("", "0"))
            if close:
                open_blocks.pop()
                if not open_blocks:
                    raise ValueError("a block is closed that is not open")
            elif value:
                self._pieces.append(_Piece(open_blocks[-1], "", (value, int(value_number))))
            else:
                open_blocks.append((name, int(number)))
        self._add(open_blocks[-1], document[done:])
        if len(open_blocks) != 1:
            raise ValueError(f"the block {open_blocks[-1][0]} is not closed")
        self._octets: dict[Key, int] = {}
        self._places: dict[Key, list[Key]] = {}
        for piece in self._pieces:
            octets = self._octets.get(piece.block, 0)
            self._octets[piece.block] = octets + len(piece.text.encode())
            if piece.value is not None:
                self._places.setdefault(piece.block, []).append(piece.value)

    def _add(self, block: Key, text: str) -> None:
        if not text:
            return
        last = self._pieces[-1] if self._pieces else None
        if last and last.value is None and last.block == block:
            self._pieces[-1] = _Piece(block, last.text + text)
        else:
            self._pieces.append(_Piece(block, text))

    def size(self, blocks: Collection[Key], value: Callable[[Key], str]) -> int:
        """Octets of what `join` would give."""
        found = [_ALWAYS, *blocks]
        return sum(self._octets.get(block, 0) for block in found) + sum(
            len(self._write(value(place)).encode())
            for block in found
            for place in self._places.get(block, ())
        )

    def always(self, text: str) -> int:
        """How often `text` stands in what every selection has."""
        return sum(piece.text.count(text) for piece in self._pieces if piece.block == _ALWAYS)

    def inside(self, blocks: Collection[Key], value: Callable[[Key], str]) -> str:
        """Of what `join` would give only what stands in these blocks."""
        return "".join(
            piece.text if piece.value is None else self._write(value(piece.value))
            for piece in self._pieces
            if piece.block in blocks
        )

    def join(self, blocks: Collection[Key], value: Callable[[Key], str]) -> str:
        """The document with these blocks. A block's outer blocks must be among them.

        `value` gives plain text.
        """
        return "".join(
            piece.text if piece.value is None else self._write(value(piece.value))
            for piece in self._pieces
            if piece.block == _ALWAYS or piece.block in blocks
        )
