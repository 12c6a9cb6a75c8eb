"""Fonts on this machine, and which of them can draw a text.

None comes with Sudi: one with Chinese is 15 MB or more. `CARD_FONT` names a file; else the usual
folders are searched for known ones. A letter that no font has is no box on a card that is shared
a thousand times, nor does it take the other words with it: "…" stands in its place.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import ImageFont, features

from newsletter import conf

_FOLDERS = (
    "/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts",
    "/System/Library/Fonts", "/Library/Fonts", "C:/Windows/Fonts",
)  # fmt: skip
# By weight and kind, the best first: those with Chinese before those without, which draw what the
# former lack (Greek, Cyrillic, Arabic, Hebrew).
_OTHERS = ("DejaVuSans{b}.ttf", "NotoSans{w}.ttf", "LiberationSans{w}.ttf", "Arial Unicode.ttf")
_SANS = (
    "NotoSansCJK{w}.ttc", "NotoSansCJKsc{w}.otf", "NotoSansSC{w}.otf", "NotoSansSC{w}.ttf",
    "SourceHanSansSC{w}.otf", "SourceHanSans{w}.ttc", "SourceHanSansCN{w}.otf",
    "wqy-microhei.ttc", "wqy-zenhei.ttc", "Hiragino Sans GB.ttc", "msyh{d}.ttc", "simhei.ttf",
    "DroidSansFallbackFull.ttf", *_OTHERS, "NotoSansArabic{w}.ttf", "NotoSansHebrew{w}.ttf",
    "NotoSansDevanagari{w}.ttf", "NotoSansThai{w}.ttf",
)  # fmt: skip
_SERIF = (
    "NotoSerifCJK{w}.ttc", "NotoSerifCJKsc{w}.otf", "NotoSerifSC{w}.otf", "NotoSerifSC{w}.ttf",
    "SourceHanSerifSC{w}.otf", "SourceHanSerif{w}.ttc", "SourceHanSerifCN{w}.otf", "Songti.ttc",
    "simsun.ttc",
)  # fmt: skip
_SERIF_OTHERS = ("DejaVuSerif{b}.ttf", "NotoSerif{w}.ttf", "LiberationSerif{w}.ttf")
# A collection holds a face for each region, which draw the same characters otherwise.
_REGIONS = {"ja": "JP", "ko": "KR", "zh-hant": "TC", "zh-tw": "TC", "zh-hk": "HK"}
_MOST_FACES = 10
# Which letters are drawn at all is found at this size.
_PROBE = 20
# No Unicode character: what a font draws for it, it draws for all that it lacks.
_NO_CHARACTER = "\U0010ffff"
# Between the parts of one picture, and behind it: joiner, forms, frame of a key.
_JOINERS = "\u200d\ufe0e\ufe0f\u20e3"
# Scripts whose letters change with their neighbours, or run from the right.
_SHAPED = (
    (0x0590, 0x08FF), (0x0900, 0x0DFF), (0x0E00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x18AF),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Face:
    """A font file, and which of its faces."""

    path: str
    index: int = 0

    def at(self, size: int) -> ImageFont.FreeTypeFont:
        """The face in that size, in pixels."""
        return ImageFont.truetype(self.path, size, index=self.index)


def faces(language: str, *, serif: bool, bold: bool) -> tuple[Face, ...]:
    """What texts of a language are drawn with: the first that has a letter draws it."""
    return _faces(conf.card_font(), language.lower(), serif, bold)


def can_draw(texts: Iterable[str], language: str, *, serif: bool) -> bool:
    """Whether each letter of these texts can be drawn right on this machine."""
    return not _lacking(texts, language, serif=serif)


def drawable(text: str, language: str, *, serif: bool) -> str:
    """A text with "…" for each run of letters that cannot be drawn right on this machine.

    Nothing where that would be most of its letters: what is left says nothing then.
    """
    lacking = _lacking([text], language, serif=serif)
    if not lacking:
        return text
    letters = [c for c in text if is_letter(c)]
    if 2 * sum(c in lacking for c in letters) > len(letters):
        return ""
    kept: list[str] = []
    for character in text:
        if character not in lacking:
            # A mark above a letter goes with it.
            if not (kept and kept[-1] == "…" and unicodedata.combining(character)):
                kept.append(character)
        elif not kept or kept[-1] != "…":
            kept.append("…")
    return "".join(kept)


def _lacking(texts: Iterable[str], language: str, *, serif: bool) -> set[str]:
    """The letters of these texts that cannot be drawn right, in one of the weights at least."""
    letters = {c for text in texts for c in text if is_letter(c)}
    known = [faces(language, serif=serif, bold=bold) for bold in (True, False)]
    joins = features.check("raqm")
    return {
        c
        for c in letters
        if (_is_shaped(c) and not joins)
        or not all(any(has(face, c) for face in found) for found in known)
    }


def runs(text: str, found: tuple[Face, ...]) -> Iterator[tuple[Face, str]]:
    """The text in pieces of one face. What no face has, as a picture in a text, is left out."""
    piece, current = "", None
    for character in text:
        # A space, or a mark that no font need have, stays with what is before it.
        if current is None or not (character.isspace() or has(current, character)):
            face = next((one for one in found if has(one, character)), None)
            if face is None:
                continue
            if piece and current is not None:
                yield current, piece
            piece, current = "", face
        elif current is not found[0] and has(found[0], character) and not character.isspace():
            yield current, piece
            piece, current = "", found[0]
        piece += character
    if piece and current is not None:
        yield current, piece


def drawn(text: str, found: tuple[Face, ...]) -> str:
    """The text as it is drawn: without pictures that no face has, and their gap."""
    kept: list[str] = []
    left_out = False
    for character in text:
        if any(has(face, character) for face in found):
            if left_out and character in _JOINERS:
                continue
            kept.append(character)
            left_out = False
        else:
            left_out = True
    return " ".join("".join(kept).split())


def is_letter(character: str) -> bool:
    """Whether a text says something else without it."""
    return unicodedata.category(character)[0] in "LNM" and unicodedata.category(character) != "Mn"


@functools.lru_cache(maxsize=20_000)
def has(face: Face, character: str) -> bool:
    """Whether a face has that character."""
    if character.isspace():
        return True
    font = _probe(face)
    return bytes(font.getmask(character)) != bytes(font.getmask(_NO_CHARACTER))


def _is_shaped(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in _SHAPED)


@functools.lru_cache(maxsize=32)
def _probe(face: Face) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(
        face.path, _PROBE, index=face.index, layout_engine=ImageFont.Layout.BASIC
    )


@functools.lru_cache(maxsize=64)
def _faces(given: str, language: str, serif: bool, bold: bool) -> tuple[Face, ...]:
    here = _installed()
    names = [*_SERIF, *_SERIF_OTHERS, *_SANS] if serif else _SANS
    paths = [given] if given else []
    for name in names:
        weights = {"w": "-Bold", "b": "-Bold", "d": "bd"}, {"w": "-Regular", "b": "", "d": ""}
        for weight in weights if bold else weights[::-1]:
            if (path := here.get(name.format(**weight).lower())) is not None:
                paths.append(path)
                break
    return tuple(face for path in paths if (face := _face(path, language)) is not None)


@functools.lru_cache(maxsize=1)
def _installed() -> dict[str, str]:
    """File names in lower case -> paths, of all fonts in the usual folders; once a process."""
    found: dict[str, str] = {}
    for folder in _FOLDERS:
        for path in sorted(Path(folder).expanduser().rglob("*.[toTO][tT][fFcC]")):
            found.setdefault(path.name.lower(), str(path))
    return found


def _face(path: str, language: str) -> Face | None:
    """The face of a file that its language wants; None where the file is no font."""
    wanted = _REGIONS.get(language, _REGIONS.get(language[:2], "SC"))
    if _family(path, 0) is None:
        return None
    if path.lower().endswith(".ttc"):
        for index in range(_MOST_FACES):
            family = _family(path, index)
            if family is None:
                break
            if family.split()[-1:] == [wanted] and "Mono" not in family:
                return Face(path, index)
    return Face(path)


def _family(path: str, index: int) -> str | None:
    """What a face calls itself; None where there is none."""
    try:
        return ImageFont.truetype(path, _PROBE, index=index).getname()[0] or ""
    except OSError:
        return None
