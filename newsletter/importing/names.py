"""Names as they are compared: of categories, tags, sections, authors and hosts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

# Characters of a name that is compared letter by letter; no category may be longer.
_LONGEST = 60
# What two names must share to be called near: of their pairs of letters, and of their length.
_SHARED = 0.7
_SLIPS = 0.34
# Scripts written without spaces: a part of a name need not end at a space there.
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR")


def same(name: str) -> str:
    """`name` so that two spellings of one name are equal: no blanks, one width, small letters."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def letters(name: str) -> str:
    """`name` as `same` folds it, without anything but letters and digits."""
    return "".join(_words(name))


def hosts_of(url: str) -> Iterator[str]:
    """The host of an address and the domains above it, nearest first: no `www.`, no bare ending."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return
    labels = host.removeprefix("www.").split(".")
    for start in range(max(1, len(labels) - 1)):
        if name := ".".join(labels[start:]):
            yield name


def near(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Those of `known` that `name` may have been meant for, the nearest first, at most `most`.

    Two names are near when one is a whole part of the other, when they share most of their pairs
    of letters, or when few letters tell them apart. All three are relative to the length, so that
    two names of two letters are near only if they are equal.
    """
    wanted = _words(name)
    if not wanted or len("".join(wanted)) > _LONGEST:
        return []
    weighed = ((_nearness(wanted, _words(one)), one) for one in dict.fromkeys(known))
    return [one for score, one in sorted(weighed, key=lambda pair: -pair[0]) if score > 0][:most]


def _nearness(one: list[str], other: list[str]) -> float:
    """0.0 for names that are not near, up to 1.0 for equal ones."""
    left, right = "".join(one), "".join(other)
    if not right or len(right) > _LONGEST:
        return 0.0
    if left == right:
        return 1.0
    scores = [0.0]
    if _part_of(one, other) or _part_of(other, one):
        scores.append(0.9)
    shared = _shared_pairs(left, right)
    if shared >= _SHARED:
        scores.append(shared)
    longest = max(len(left), len(right))
    if longest > 2 and shared > 0 and abs(len(left) - len(right)) <= longest * _SLIPS:
        share = _slips(left, right) / longest
        if share <= _SLIPS:
            scores.append(1.0 - share)
    return max(scores)


def _words(name: str) -> list[str]:
    """Runs of letters and digits of a name, folded."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c if c.isalnum() or unicodedata.combining(c) else " " for c in folded).split()


def _part_of(part: list[str], whole: list[str]) -> bool:
    """Whether `whole` holds `part`: word by word, or anywhere where no spaces are written."""
    short, long = "".join(part), "".join(whole)
    if len(short) >= 2 and len(short) < len(long) and all(map(_is_unspaced, short)):
        return short in long
    size = len(part)
    return any(whole[at : at + size] == part for at in range(len(whole) - size + 1))


def _is_unspaced(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(_UNSPACED)


def _shared_pairs(one: str, other: str) -> float:
    """Dice's coefficient of the pairs of neighbouring letters: 0.0 none shared, 1.0 all."""
    left = [one[at : at + 2] for at in range(len(one) - 1)]
    right = [other[at : at + 2] for at in range(len(other) - 1)]
    total = len(left) + len(right)
    common = 0
    for pair in left:
        if pair in right:
            right.remove(pair)
            common += 1
    return 2 * common / total if total else 0.0


def _slips(one: str, other: str) -> int:
    """Letters to add, drop, change or swap with a neighbour (Damerau-Levenshtein, restricted)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, left in enumerate(one, 1):
        now = [row]
        for column, right in enumerate(other, 1):
            cost = min(last[column] + 1, now[-1] + 1, last[column - 1] + (left != right))
            swapped = row > 1 and column > 1 and one[row - 2] == right
            if swapped and left == other[column - 2]:
                cost = min(cost, before[column - 2] + 1)
            now.append(cost)
        before, last = last, now
    return last[-1]
