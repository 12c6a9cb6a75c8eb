"""Plain text by display columns: a Chinese character takes two (Unicode TR 11).

Lines break between words, and between Chinese or Japanese characters except where the rules of
typesetting forbid it (JIS X 4051, GB/T 15834): no line begins with closing punctuation or ends with
opening. Korean is as wide, but has words with spaces between them, and is broken only there.
Addresses are never broken: a broken one cannot be followed.
"""

from __future__ import annotations

import bisect
import functools
import re

from wcwidth import iter_graphemes, wcswidth, wcwidth

WIDTH = 72

_OPENING = "「『（《〈【〔〖“‘([{"
_CLOSING = (
    "」』）》〉】〕〗”’)]}，。、；：！？…—～·,.;:!?%％℃"
    # What belongs to the Japanese letter before it: small ones, marks of length and of repetition.
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶー々ゝゞヽヾ〜"
)
_HANGUL = re.compile(r"[\u1100-\u11ff\u3131-\u318e\ua960-\ua97f\uac00-\ud7ff]")
# An address, a run of letters (Hangul too: U+3130 to 318F are its single letters), one wide
# character, a run of spaces.
_PIECE = re.compile(
    r"https?://[^\s\u3000-\u303f\uff00-\uffef\u4e00-\u9fff]+|\s+"
    r"|[^\s\u2e80-\u312f\u3190-\u9fff\uf900-\ufaff\ufe30-\ufe4f"
    r"\uff00-\uffef\U0001f000-\U0003ffff]+|."
)


@functools.lru_cache(maxsize=4096)
def _of(character: str) -> int:
    return max(0, wcwidth(character))


def width(text: str) -> int:
    """Columns of `text` in a terminal; emoji sequences count as they are drawn."""
    if text.isascii():
        return len(text)
    exact = wcswidth(text)
    return exact if exact >= 0 else sum(map(_of, text))


def shorten(text: str, most: int) -> str:
    """`text` if it has at most `most` columns, else its beginning with an ellipsis.

    It is cut behind a word where one ends in the last third, and never inside a grapheme.
    """
    if len(text) * 2 <= most or width(text) <= most:
        return text
    # Whole graphemes (Unicode TR 29): a flag is two code points, a family seven.
    ends, used = [0], 0
    for grapheme in iter_graphemes(text):
        used += width(grapheme)
        if used > most - 1:
            break
        ends.append(ends[-1] + len(grapheme))
    cut, behind = ends[-1], 0
    for piece in _PIECE.findall(text[: cut + 1]):
        if behind + len(piece) > cut:
            break
        behind += len(piece)
    if behind >= most // 3:  # Else one long word, cut inside it.
        cut = ends[bisect.bisect(ends, behind) - 1]
    return text[:cut].rstrip(" ，。、；：,.;:—-–·“「『（(《") + "…"


@functools.lru_cache(maxsize=1024)
def wrap(text: str, first: str = "", rest: str = "", columns: int = WIDTH) -> str:
    """`text` in lines of at most `columns`; `first` begins the first line, `rest` the others.

    Line breaks in `text` stay. Only what cannot be broken (an address, a long word) runs over.
    """
    return "\n".join(
        _wrap_line(part, first if index == 0 else rest, rest, columns)
        for index, part in enumerate(text.split("\n"))
    )


def _wrap_line(text: str, first: str, rest: str, columns: int) -> str:
    lines: list[str] = []
    current, used = first, width(first)
    empty = True
    for unit in units(text):
        size = width(unit)
        if unit.isspace():
            if not empty:
                current += " "
                used += 1
            continue
        if not empty and used + size > columns:
            lines.append(current.rstrip())
            current, used = rest, width(rest)
        current += unit
        used += size
        empty = False
    lines.append(current.rstrip())
    return "\n".join(lines)


def units(text: str) -> list[str]:
    """What must stay on one line: words and characters with the punctuation that clings to them."""
    units: list[str] = []
    opened = False
    for piece in _PIECE.findall(text):
        clings = piece[0] in _CLOSING and (len(piece) == 1 or not piece[0].isascii())
        glued = units and not units[-1].isspace() and not piece.isspace()
        marks = not _of(piece[0]) or (units and units[-1].endswith("\u200d"))
        # A Korean word goes on behind a bracket or a Chinese character: 「서울」은, 漢字를.
        korean = glued and (_HANGUL.match(piece) or _HANGUL.match(units[-1][-1]))
        if glued and (opened or clings or marks or korean):
            units[-1] += piece
        else:
            units.append(piece)
        opened = piece[-1] in _OPENING
    return units
