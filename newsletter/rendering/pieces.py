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

import functools
import itertools
import operator
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

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


# The place behind an item where an edition may have its contents instead of where they were
# written: an empty block, since which item comes first is another one in each edition.
HERE = "here"
_CONTENTS = (
    "contents", "shortened", "about", "titles", "group", "near", "sections", "section_of",
)  # fmt: skip
# The blocks of one item; those within them are of its headline.
ITEM_BLOCKS = ("full", "brief", "named", "near", HERE)


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


class Changed(ValueError):
    """Two documents do not have the same blocks and values in the same order."""


class _Piece(NamedTuple):
    """A text, or the place of a value, of a block; `item` is the item's block around it."""

    block: Key
    item: Key | None
    text: str
    octets: int
    value: Key | None


_item_of = operator.attrgetter("item")
_form_of = operator.attrgetter("block", "item", "value")
# Neighbours in the same item's block, or in none: most items are in one of their forms.
_Run = tuple[Key | None, list[_Piece]]


class Pieces:
    """A document cut into constant texts and places of values, each in its block. Immutable."""

    def __init__(
        self,
        runs: Sequence[_Run],
        write: Callable[[str], str],
        before: tuple[Pieces, Collection[Key]] | None = None,
    ) -> None:
        """`before` are these pieces a moment ago, and the blocks in which any is another now."""
        self._runs = runs
        self._write = write
        # Numbers are most of the values, and stand in every edition.
        self._written = functools.lru_cache(1024)(lambda text: len(write(text).encode()))
        self._octets: dict[Key, int] = {}
        self._places: dict[Key, list[Key]] = {}
        counted = self._pieces()
        if before is not None:
            old, anew = before
            self._octets = {key: n for key, n in old._octets.items() if key not in anew}
            self._places = {key: at for key, at in old._places.items() if key not in anew}
            counted = (piece for piece in self._pieces() if piece.block in anew)
        for piece in counted:
            self._octets[piece.block] = self._octets.get(piece.block, 0) + piece.octets
            if piece.value is not None:
                self._places.setdefault(piece.block, []).append(piece.value)

    @classmethod
    def of(cls, document: str, marks: Marks) -> Pieces:
        """Raises ValueError if a block is closed that is not open, or the other way round."""
        cut = itertools.groupby(_cut(document, marks), _item_of)
        return cls([(item, list(run)) for item, run in cut], marks.write)

    def _pieces(self) -> Iterator[_Piece]:
        return itertools.chain.from_iterable(run for _item, run in self._runs)

    def renewed(self, part: Pieces, again: Collection[int]) -> Pieces:
        """These pieces with all of `part` in place of what it holds: the frame and some items.

        `again` are the ids of its items; those of the others stay as they are. Raises Changed when
        `part` is not of the same form.
        """
        new = part._pieces()
        made: list[_Run] = []
        anew: set[Key] = set()
        for item, run in self._runs:
            if item is not None and item[1] not in again:
                made.append((item, run))
                continue
            others = list(itertools.islice(new, len(run)))
            if list(map(_form_of, others)) != list(map(_form_of, run)):
                raise Changed
            made.append((item, others))
            anew.update(other.block for other in others)
        if next(new, None) is not None:
            raise Changed
        return Pieces(made, self._write, (self, anew))

    def octets(self, blocks: Iterable[Key], value: Callable[[Key], str]) -> int:
        """Octets of what stands in these blocks."""
        found = 0
        for block in blocks:
            found += self._octets.get(block, 0)
            for place in self._places.get(block, ()):
                found += self._written(value(place))
        return found

    def size(self, blocks: Iterable[Key], value: Callable[[Key], str]) -> int:
        """Octets of what `join` would give."""
        return self.octets([_ALWAYS, *blocks], value)

    def always(self, text: str) -> int:
        """How often `text` stands in what every selection has."""
        return sum(piece.text.count(text) for piece in self._pieces() if piece.block == _ALWAYS)

    def elsewhere(self, text: str) -> int:
        """How often it stands in what only some of them have."""
        return sum(piece.text.count(text) for piece in self._pieces() if piece.block != _ALWAYS)

    def inside(self, blocks: Collection[Key], value: Callable[[Key], str]) -> str:
        """Of what `join` would give only what stands in these blocks."""
        return self._joined((piece for piece in self._pieces() if piece.block in blocks), value)

    def join(self, blocks: Collection[Key], value: Callable[[Key], str]) -> str:
        """The document with these blocks. A block's outer blocks must be among them.

        `value` gives plain text.
        """
        return self._joined(self._chosen(blocks), value)

    def signed(self, blocks: Collection[Key], value: Callable[[Key], str]) -> str:
        """The same HTML with a comment at both ends of each item's blocks.

        `<!--item full 12-->` and `<!--item end-->` stand around what belongs to item 12: a preview
        puts another text in place of it.
        """
        parts: list[str] = []
        for item, chosen in itertools.groupby(self._chosen(blocks), _item_of):
            text = self._joined(chosen, value)
            parts.append(f"<!--item {item[0]} {item[1]}-->{text}<!--item end-->" if item else text)
        return "".join(parts)

    def _chosen(self, blocks: Collection[Key]) -> Iterator[_Piece]:
        there = {_ALWAYS, *blocks}
        runs = (run for item, run in self._runs if item is None or item in there)
        chosen = (one for run in runs for one in run if one.block in there)
        here = next((key for key in blocks if key[0] == HERE and key in self._octets), None)
        if here is None:
            yield from chosen
            return
        contents: list[_Piece] = []
        for piece in chosen:
            if piece.block[0] in _CONTENTS:
                contents.append(piece)
            elif piece.block == here:
                yield from contents
            else:
                yield piece

    def _joined(self, chosen: Iterable[_Piece], value: Callable[[Key], str]) -> str:
        return "".join(
            piece.text if piece.value is None else self._write(value(piece.value))
            for piece in chosen
        )


def _cut(document: str, marks: Marks) -> Iterator[_Piece]:
    """The pieces of a document in order."""
    within: list[tuple[Key, Key | None]] = [(_ALWAYS, None)]
    done = 0
    for match in marks.pattern.finditer(document):
        if text := document[done : match.start()]:
            yield _Piece(*within[-1], text, len(text.encode()), None)
        done = match.end()
        name, number, close, *values = match.groups()
        if close:
            within.pop()
            if not within:
                raise ValueError("a block is closed that is not open")
        elif name:
            block = (name, int(number))
            within.append((block, block if name in ITEM_BLOCKS else within[-1][1]))
            if name == HERE:
                yield _Piece(*within[-1], "", 0, None)
        else:
            pairs = zip(values[::2], values[1::2], strict=True)
            value, of = next(pair for pair in pairs if pair[0])
            yield _Piece(*within[-1], "", 0, (value, int(of)))
    if text := document[done:]:
        yield _Piece(*within[-1], text, len(text.encode()), None)
    if len(within) != 1:
        raise ValueError(f"the block {within[-1][0][0]} is not closed")
