"""What preflight finds of typing, of figures that cannot be, and of what a tool left in a text."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Sequence

from django.utils.translation import ngettext, pgettext

from newsletter.editions import BulletView, IssueView, ItemView

from . import impossible, residue, typos
from .findings import ABOUT, Finding, kept, numbers, said_by, warning
from .text_findings import without_blocks, without_code
from .typos import Typo

# Of an issue's items that do the same, from which it is meant.
_MEANT = 3


class Residue(enum.Flag):
    """What is odd in a text besides its typing."""

    TIME = enum.auto()
    SHARE = enum.auto()
    LOST = enum.auto()
    TOOL = enum.auto()
    STRUCK = enum.auto()
    POINT = enum.auto()
    FILE = enum.auto()


def of_typing(view: IssueView) -> Iterator[Finding]:
    """Everything of this kind, kind by kind; what many items do is meant."""
    slips = [(item, _typed(item)) for item in view.items]
    for typo, code, said in _TYPOS:
        items = [item for item, what in slips if typo in what]
        often = len(items) * _MEANT > len(view.items) > _MEANT
        if items and not (often and typo in (Typo.OPEN, Typo.HALF_WIDTH, Typo.SPACED)):
            yield warning(code, said(items), items)
    left = [(item, _left(item)) for item in view.items]
    for what, code, said in _LEFT:
        items = [item for item, found in left if what in found]
        if what is Residue.POINT:
            ids = {item.id for item in items}
            items = [one for one in view.items if one.id in ids or _has_empty(one)]
        often = len(items) * _MEANT > len(view.items) > _MEANT
        if items and not (often and what in (Residue.TOOL, Residue.STRUCK)):
            yield warning(code, said(items), items)
    yield from _of_head(view)


def _of_head(view: IssueView) -> Iterator[Finding]:
    heads = (view.title, view.subject, view.preheader, view.intro)
    if typos.found_in(heads) & (Typo.DOUBLED | Typo.STOPS | Typo.SPACED):
        yield warning(
            "typing",
            pgettext(
                "preflight",
                "Title, subject or introduction hold a word, a stop or a space too many.",
            ),
            place=ABOUT,
        )
    bare = [without_code(text) for text in heads]
    if any(map(impossible.time_of_day, bare)) or any(map(impossible.share, bare)):
        yield warning(
            "impossible",
            pgettext(
                "preflight", "Title, subject or introduction hold a time or share that cannot be."
            ),
            place=ABOUT,
        )


@kept
def _typed(said: tuple[str, ...]) -> Typo:
    return typos.found_in(said)


@kept
def _left(said: tuple[str, ...]) -> Residue:
    found = Residue(0)
    for text in said:
        bare = without_code(text)
        for what, look, given in (
            (Residue.TIME, impossible.time_of_day, bare),
            (Residue.SHARE, impossible.share, bare),
            (Residue.LOST, impossible.lost, bare),
            (Residue.TOOL, residue.found_in, bare),
            (Residue.STRUCK, residue.struck, bare),
            (Residue.POINT, residue.empty_point, without_blocks(text, "x")),
            (Residue.FILE, residue.own_file, without_blocks(text)),
        ):
            if what not in found and look(given):
                found |= what
    return found


def _has_empty(item: ItemView) -> bool:
    """Whether a point has no words, in an item that has some: else that is what is wrong."""
    return _empty(item.bullets) and any(text.strip() for text in said_by(item)[1:])


def _empty(bullets: Sequence[BulletView]) -> bool:
    """Whether a point, or one below it, has no words."""
    return any(
        not (one.lead.strip() or one.text.strip() or one.children) or _empty(one.children)
        for one in bullets
    )


def _doubled(items: list[ItemView]) -> str:
    return ngettext(
        "Item %(numbers)s has a word twice (“the the”).",
        "Items %(numbers)s have a word twice (“the the”).",
        len(items),
    ) % {"numbers": numbers(items)}


def _stops(items: list[ItemView]) -> str:
    return ngettext(
        "Item %(numbers)s has two stops where one belongs (“,,”).",
        "Items %(numbers)s have two stops where one belongs (“,,”).",
        len(items),
    ) % {"numbers": numbers(items)}


def _spaced(items: list[ItemView]) -> str:
    return ngettext(
        "Item %(numbers)s has a space before a comma, or none behind a stop.",
        "Items %(numbers)s have a space before a comma, or none behind a stop.",
        len(items),
    ) % {"numbers": numbers(items)}


def _open(items: list[ItemView]) -> str:
    return ngettext(
        "Item %(numbers)s opens a bracket, a quotation or code and never closes it.",
        "Items %(numbers)s open brackets, quotations or code and never close them.",
        len(items),
    ) % {"numbers": numbers(items)}


def _half(items: list[ItemView]) -> str:
    return ngettext(
        "Item %(numbers)s has Latin stops between Chinese words.",
        "Items %(numbers)s have Latin stops between Chinese words.",
        len(items),
    ) % {"numbers": numbers(items)}


def _time(items: list[ItemView]) -> str:
    return ngettext(
        "Item %(numbers)s names a time that no day has.",
        "Items %(numbers)s name times that no day has.",
        len(items),
    ) % {"numbers": numbers(items)}


def _share(items: list[ItemView]) -> str:
    return ngettext(
        "Item %(numbers)s says that more than all of some people do something.",
        "Items %(numbers)s say that more than all of some people do something.",
        len(items),
    ) % {"numbers": numbers(items)}


def _lost(items: list[ItemView]) -> str:
    return ngettext(
        "Item %(numbers)s has a unit or a sign of money whose figure is missing.",
        "Items %(numbers)s have units or signs of money whose figures are missing.",
        len(items),
    ) % {"numbers": numbers(items)}


def _tool(items: list[ItemView]) -> str:
    return ngettext(
        "Item %(numbers)s holds what a tool left: numbers of citations, codes, a line of a form.",
        "Items %(numbers)s hold what a tool left: numbers of citations, codes, lines of a form.",
        len(items),
    ) % {"numbers": numbers(items)}


def _struck(items: list[ItemView]) -> str:
    return ngettext(
        "Item %(numbers)s holds words that are struck out.",
        "Items %(numbers)s hold words that are struck out.",
        len(items),
    ) % {"numbers": numbers(items)}


def _point(items: list[ItemView]) -> str:
    return ngettext(
        "Item %(numbers)s has a point without words.",
        "Items %(numbers)s have points without words.",
        len(items),
    ) % {"numbers": numbers(items)}


def _file(items: list[ItemView]) -> str:
    return ngettext(
        "Item %(numbers)s links to a file on somebody’s own machine.",
        "Items %(numbers)s link to files on somebody’s own machine.",
        len(items),
    ) % {"numbers": numbers(items)}


_Say = Callable[[list[ItemView]], str]
_TYPOS: tuple[tuple[Typo, str, _Say], ...] = (
    (Typo.DOUBLED, "word-twice", _doubled),
    (Typo.STOPS, "stop-twice", _stops),
    (Typo.SPACED, "spaces", _spaced),
    (Typo.OPEN, "left-open", _open),
    (Typo.HALF_WIDTH, "half-width", _half),
)
_LEFT: tuple[tuple[Residue, str, _Say], ...] = (
    (Residue.TIME, "impossible", _time),
    (Residue.SHARE, "impossible", _share),
    (Residue.LOST, "figure-lost", _lost),
    (Residue.TOOL, "tool-left", _tool),
    (Residue.STRUCK, "struck-out", _struck),
    (Residue.POINT, "point-empty", _point),
    (Residue.FILE, "link-file", _file),
)
