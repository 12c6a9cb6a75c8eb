"""What a text announces against what follows it: "three reasons:" before four points, an order of
the items in the introduction that is another than theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import ngettext, pgettext

from newsletter.editions import IssueView, ItemView
from newsletter.rendering import words

from .counted_words import NUMBER, as_number
from .findings import ABOUT, Finding, kept, numbers, said_by, warning
from .text_findings import without_blocks

_NOUNS = (
    r"(?:reasons|points|things|steps|ways|changes|options|questions|lessons|takeaways|facts|tips|rules"
    r"|conditions|findings|measures|gründe|punkte|schritte|dinge|fragen|änderungen|maßnahmen|tipps"
    r"|raisons|points|choses|étapes|mesures|questions|razones|puntos|cosas|pasos|medidas|motivi|punti|passi"
    r"|причин\w*|пункт\w*|шаг\w*)"
)
_PROMISED = re.compile(
    rf"(?i)(?<![\w.,-]){NUMBER}\s(?:[^\W\d_]+\s)?{_NOUNS}\b[^.!?:\n]{{0,80}}:[ \t*_]*\Z"
    rf"|(?:有|以下|如下|提出|包括|列出|给出|归纳|总结|共)[^。，：\n]{{0,8}}?{NUMBER}\s?(?:个|個|点|點|项|項|条|條|大|种|種)"
    r"(?:主要|核心|关键|關鍵)?(?:原因|理由|要点|要點|步骤|步驟|方面|建议|建議|变化|變化|问题|問題|条件|條件|亮点|亮點|结论|結論|措施)?"
    r"[^。\n]{0,16}[:：][ \t*_]*\Z"
)
_POINT = re.compile(r"([ \t]*)(?:[-*+•]|\d{1,2}[.)])[ \t]+\S")
# Words that say in which order items come.
_ORDER = re.compile(
    r"(?i)(?:^|(?<=[\s,;:.，；：。]))(first(?:ly)?|to begin with|then|next|after that"
    r"|finally|lastly|last|zuerst|zunächst|dann|danach|schließlich|zuletzt|d'abord|ensuite|puis|enfin|primero|luego|después"
    r"|finalmente|por último|首先|先看|先是|接着|接著|然后|然後"
    r"|随后|再看|再来|最后|最後)(?![^\W_a-z])(?=[\s,，:：]|[\u4e00-\u9fff])"
)
_WORD = re.compile(r"[^\W\d_]{4,}")
_HAN = re.compile(r"(?=([\u3400-\u9fff]{2}))")
_FEW = 2


def of_promises(view: IssueView) -> Iterator[Finding]:
    """Everything of this kind."""
    found = [item for item in view.items if _in_body(item) or _in_points(item)]
    if found:
        said = ngettext(
            "Item %(numbers)s announces another number of points than follow.",
            "Items %(numbers)s announce other numbers of points than follow.",
            len(found),
        )
        yield warning("promised", said % {"numbers": numbers(found)}, found)
    if not view.corrects and _other_order(words.plain(view.intro), view.items):
        yield warning(
            "intro-order",
            pgettext("preflight", "The introduction names the items in another order than theirs."),
            place=ABOUT,
        )


def _promised(line: str) -> int | None:
    if not line.rstrip("* _\t").endswith((":", "：")):
        return None
    match = _PROMISED.search(line)
    said = next(filter(None, match.groups()), "") if match is not None else ""
    return as_number(said) if said else None


@kept
def _in_body(said: tuple[str, ...]) -> bool:
    """A line that ends with a colon, and a list behind it."""
    for text in said[1:3]:
        if ":" not in text and "：" not in text:
            continue
        lines = [one for one in without_blocks(text, "x").split("\n") if one.strip()]
        for place, line in enumerate(lines):
            said_number = _promised(line)
            if said_number is not None and _other(said_number, lines[place + 1 :]):
                return True
    return False


def _other(promised: int, lines: list[str]) -> bool:
    """Whether a list of another number of points begins here."""
    depths: list[int] = []
    for line in lines:
        point = _POINT.match(line)
        if point is None:
            # A point goes on in lines of its own, further in.
            if depths and line[:1].isspace():
                continue
            break
        depths.append(len(point[1].expandtabs(4)))
    outer = sum(depth <= depths[0] + 1 for depth in depths) if depths else promised
    return outer != promised


def _in_points(item: ItemView) -> bool:
    """The same where the points stand apart from the text."""
    if not item.bullets:
        return False
    _title, insight, body, *_points = said_by(item)
    lines = [one for one in (body or insight).split("\n") if one.strip()]
    promised = _promised(lines[-1]) if lines else None
    return promised is not None and promised != len(item.bullets)


def _other_order(intro: str, items: tuple[ItemView, ...]) -> bool:
    """Whether words for an order lead to items, each to one, that do not follow each other so."""
    marks = list(_ORDER.finditer(intro))
    if len(marks) < _FEW:
        return False
    ends = [*(mark.start() for mark in marks[1:]), len(intro)]
    meant = [_meant(intro[mark.end() : end], items) for mark, end in zip(marks, ends, strict=True)]
    places = [place for place in meant if place is not None]
    return len(places) >= _FEW and len(set(places)) == len(places) and places != sorted(places)


def _meant(said: str, items: tuple[ItemView, ...]) -> int | None:
    """The number of the only item whose title has words of these; None where there is no one."""
    mine = _tokens(said)
    found = [item.number for item in items if mine & _tokens(words.plain(item.title))]
    return found[0] if len(found) == 1 else None


def _tokens(text: str) -> set[str]:
    return {word.casefold()[:6].rstrip("s") for word in _WORD.findall(text)} | set(
        _HAN.findall(text)
    )
