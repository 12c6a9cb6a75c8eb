"""A card as a PNG. Sizes are in pixels; where no font can write its title, it has colours alone."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from PIL import Image, ImageDraw, features

from newsletter.digest.markdown.direction import is_rtl
from newsletter.rendering.columns import units

from . import fonts
from .content import Card
from .fonts import Face

# Colours of the palette: letters of three colours on one ground need few steps between them.
_COLOURS = 128


@dataclass(frozen=True, slots=True)
class Shape:
    """The measures of a card. `title` are the largest and the smallest size of its letters."""

    width: int
    height: int
    margin: int
    title: tuple[int, int]
    lines: int
    text: int
    small: int


SHAPES: Mapping[str, Shape] = {
    "card": Shape(1200, 630, 72, (84, 46), 4, 32, 30),
    "tall": Shape(900, 1200, 72, (84, 46), 7, 36, 32),
}


def png(card: Card, shape: Shape) -> bytes:
    """The octets of the picture; the same card gives the same octets on one machine."""
    legible = _legible(card)
    page = _Page(legible or card, shape)
    if legible is not None:
        page.write()
    else:
        page.decorate()
    out = io.BytesIO()
    page.image.quantize(_COLOURS, dither=Image.Dither.NONE).save(out, "PNG", compress_level=7)
    return out.getvalue()


def _legible(card: Card) -> Card | None:
    """The card as far as this machine's fonts can write it; None where that is not its title."""

    def part(text: str) -> str:
        return fonts.drawable(text, card.language, serif=card.serif)

    title = part(card.title)
    if card.title and not title:
        return None
    return replace(
        card,
        name=part(card.name),
        above=part(card.above),
        title=title,
        more=tuple(filter(None, map(part, card.more))),
        below=part(card.below),
    )


class _Pen:
    """Letters of one weight in one size."""

    def __init__(self, draw: ImageDraw.ImageDraw, found: tuple[Face, ...], size: int) -> None:
        self._draw, self._faces, self.size = draw, found, size
        self._at = {face: face.at(size) for face in found}

    @property
    def leading(self) -> int:
        """From one line to the next."""
        return round(self.size * 1.32)

    def width(self, text: str) -> float:
        """How long a line is."""
        return sum(self._length(*run) for run in fonts.runs(text, self._faces))

    def _length(self, face: Face, text: str) -> float:
        return self._at[face].getlength(text, features=_features(text))

    def line(self, x: float, y: float, text: str, colour: str, *, rtl: bool = False) -> None:
        """One line from `x` on; `y` is the line on which its letters stand. `rtl`: it begins at its
        right end, and so do spaces and full stops, which run nowhere by themselves."""
        found = list(fonts.runs(text, self._faces))
        for face, part in reversed(found) if rtl else found:
            self._draw.text(
                (x, y), part, colour, font=self._at[face], anchor="ls",
                direction="rtl" if rtl else None, features=_features(part),
            )  # fmt: skip
            x += self._length(face, part)

    def _fitting(self, text: str, width: float) -> int:
        """How many letters of a word fit; at least one."""
        low, high = 1, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if self.width(text[:middle]) <= width:
                low = middle
            else:
                high = middle - 1
        return low

    def balanced(self, text: str, width: float, most: int) -> tuple[list[str], bool]:
        """As `wrap`, in narrower lines where the last one would hold a word alone."""
        lines, whole = self.wrap(text, width, most)
        if whole and len(lines) > 1 and self.width(lines[-1]) < width * 0.4:
            longest = max(map(self.width, units(text)))
            for share in (0.92, 0.84, 0.76, 0.68):
                if longest > width * share:  # A word would be cut that fits as it is.
                    break
                narrower, _whole = self.wrap(text, width * share, len(lines) + 1)
                if len(narrower) > len(lines):
                    break
                lines = narrower
        return lines, whole

    def wrap(self, text: str, width: float, most: int) -> tuple[list[str], bool]:
        """(lines of at most `width`, whether all of the text is in them)."""
        text = fonts.drawn(text, self._faces)
        lines: list[str] = []
        current, used = "", 0.0
        for unit in units(text):
            size = self.width(unit)
            # Joined letters are not as long as the sum of them: kerning, spaces between scripts.
            near = used + size > width * 0.85
            if current.strip() and near and self.width((current + unit).rstrip()) > width:
                lines.append(current.strip())
                current, used = "", 0.0
            while size > width:  # One long word: cut, or it would run out of the picture.
                head = self._fitting(unit, width)
                lines.append(unit[:head])
                unit = unit[head:]
                size = self.width(unit)
            if current or not unit.isspace():
                current += unit
                used += size
        if current.strip():
            lines.append(current.strip())
        if len(lines) <= most:
            return lines, True
        last = lines[most - 1]
        while last and self.width(f"{last}…") > width:
            last = last[:-1]
        return [*lines[: most - 1], f"{last.rstrip(' ,.;:，。、；：')}…"], False


def _features(text: str) -> list[str] | None:
    """A Chinese font has quotation marks as wide as a character, which is for Chinese alone."""
    wide = any(unicodedata.east_asian_width(character) in "WF" for character in text)
    return None if wide or not features.check("raqm") else ["pwid"]


class _Page:
    """A card while it is drawn."""

    def __init__(self, card: Card, shape: Shape) -> None:
        if card.style == "links":  # A ground of its colour, as its masthead has.
            card = replace(
                card, paper=card.band, ink=card.on_band, muted=card.on_band, line=card.on_band,
                accent=card.on_band, chip=card.on_band,
            )  # fmt: skip
        self.card, self.shape = card, shape
        self.image = Image.new("RGB", (shape.width, shape.height), card.paper)
        self._draw = ImageDraw.Draw(self.image)
        self._centred = card.style == "essay"
        if card.style == "daily":
            self._draw.rectangle((0, 0, shape.width, 20), card.band)

    def write(self) -> None:
        """Name above, title with what goes with it in the middle, day below."""
        card, shape = self.card, self.shape
        name, small = self._pen(shape.small + 6, bold=True), self._pen(shape.small)
        top = shape.margin + name.size
        self._line(name, top, name.wrap(card.name, self._room, 1)[0], card.accent)
        bottom = shape.height - shape.margin
        if card.below:
            self._line(small, bottom, small.wrap(card.below, self._room, 1)[0], card.muted)
            bottom -= small.leading + 16
        self._rule(top + round(name.size * 0.8))
        self._middle(top + round(name.size * 0.8) + 24, bottom)

    def _middle(self, top: int, bottom: int) -> None:
        card, shape = self.card, self.shape
        above = self._pen(shape.small, bold=True)
        text = self._pen(shape.text)
        lead = above.leading + 8 if card.above else 0
        title, lines = self._title(bottom - top - lead)
        used = lead + len(lines) * title.leading
        more = self._more(text, bottom - top - used - text.size)
        used += sum(len(part) * text.leading + text.size // 3 for part in more) + (
            text.size if more else 0
        )
        y = top + (max(0, (bottom - top - used) // 2) if self._centred or not more else 0)
        if card.above:
            y += lead
            self._line(above, y - 14, above.wrap(card.above, self._room, 1)[0], card.chip)
        for line in lines:
            y += title.leading
            self._line(title, y - round(title.size * 0.22), [line], card.ink, card.title)
        y += text.size
        for part, whole in zip(more, card.more, strict=False):
            for line in part:
                y += text.leading
                self._line(text, y - 8, [line], card.muted, whole)
            y += text.size // 3

    def _title(self, height: int) -> tuple[_Pen, list[str]]:
        """The largest letters in which the whole title fits; in the smallest it is cut."""
        largest, smallest = self.shape.title
        for size in range(largest, smallest - 1, -4):
            pen = self._pen(size, bold=not self.card.serif)
            most = min(self.shape.lines, max(1, height // pen.leading))
            lines, whole = pen.balanced(self.card.title, self._room, most)
            if whole:
                return pen, lines
        return pen, lines

    def _more(self, pen: _Pen, height: int) -> list[list[str]]:
        """What stands below the title, as much of it as fits; a text is cut, a headline is not."""
        found: list[list[str]] = []
        for text in self.card.more:
            most = (height - pen.size // 3) // pen.leading
            if most < 1:
                break
            lines, _whole = pen.balanced(text, self._room, most if len(self.card.more) == 1 else 2)
            if len(lines) > most:
                break
            found.append(lines)
            height -= len(lines) * pen.leading + pen.size // 3
        return found

    def _rule(self, y: int) -> None:
        if self._centred:
            middle = self.shape.width // 2
            self._draw.rectangle((middle - 28, y, middle + 28, y + 3), self.card.accent)
        else:
            right = self.shape.width - self.shape.margin
            self._draw.rectangle((self.shape.margin, y, right, y + 1), self.card.line)

    def _line(
        self, pen: _Pen, y: float, lines: Sequence[str], colour: str, of: str | None = None
    ) -> None:
        """Lines of the text `of`, which says from which side they run; else they say it alone."""
        for line in lines:
            rtl = is_rtl(line if of is None else of)
            room = self.shape.width - pen.width(line)
            at_margin = room - self.shape.margin if rtl else self.shape.margin
            pen.line(room / 2 if self._centred else at_margin, y, line, colour, rtl=rtl)

    def decorate(self) -> None:
        """The publication's colours, and lines where words would be."""
        card, shape = self.card, self.shape
        edge, unit = shape.margin, shape.width // 12
        self._draw.rectangle((edge, edge + 40, edge + unit * 2, edge + 52), card.accent)
        for number, length in enumerate((9, 7, 8, 5)):
            y = shape.height // 2 - 90 + number * 70
            colour = card.chip if not number else card.line
            self._draw.rounded_rectangle((edge, y, edge + unit * length, y + 34), 17, colour)

    @property
    def _room(self) -> int:
        return self.shape.width - 2 * self.shape.margin

    def _pen(self, size: int, *, bold: bool = False) -> _Pen:
        found = fonts.faces(self.card.language, serif=self.card.serif, bold=bold)
        return _Pen(self._draw, found, size)
