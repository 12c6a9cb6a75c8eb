"""Slips of the keyboard: a word or a stop twice, a space where none belongs, a bracket that nobody
closes. Pure: texts in, what is wrong with them or the mended text out.

Many words may stand twice ("that that", "die die", 为了了解), so only those count that never do.
"""

from __future__ import annotations

import enum
import re

from .text_findings import without_addresses, without_blocks

_WORDS = (
    "the|an|of|to|and|or|for|with|from|at|into|our|their|this|these|those|we|they|be|are|was|were"
    "|will|would|which|have|than|but|through|about"
    "|und|oder|für|mit|von|eine|einen|ist|wird|werden|nicht|auch|bei"
    "|les|des|du|et|pour|dans|avec|sur|une|est|par|el|los|las|y|para|con|por|una|del|al"
    "|gli|della|per|os|com|uma|het|een|van|voor|met|и|в|на|для|из|oraz|jest|och|att|ve|için"
)
_DOUBLED = re.compile(rf"(?i)(?<![\w'’.@#/-])(?P<w>{_WORDS})(?P<again>[ \t]+(?P=w))(?![\w'’/-])")
_DOUBLED_WIDE = re.compile(
    r"(?<![目有似别])(?P<w>的)(?P<again>的)(?![确確士哥黎])|(?P<w2>を)(?P<again2>を)"
    r"|(?P<w3>我们|他们|她们|它们|你们|我們|他們|可以|因为|因為|所以|但是|而且|以及|通过|已经|已經|目前"
    r"|对于|對於|关于|關於|认为|認為|由于|由於|如果|并且|並且|没有|沒有|这个|這個|这些|這些|那些|进行|進行"
    r"|表示|成为|成為|需要|能够|能夠|应该|應該)(?P<again3>(?P=w3))"
)
# Two or three words once more, as after a paste: "The council The council said".
_BEGUN_TWICE = re.compile(
    r"(?<![\w'’.-])(?P<w>(?:the|a|an|der|die|das|le|la|les|el|los|il)(?:\s[^\W\d_]{3,20}){1,3})"
    r"(?P<again>\s(?P=w))(?!\w)",
    re.IGNORECASE,
)
_STOPS = re.compile(
    r"(?<=\w),\s?,+(?=\s)|(?<=[\w)”\"])(?<!\w\.)\.\.(?=\s|$)|(?<=\w);;(?=\s)|(?<=\w),\.(?=\s|$)"
    r"|(?<!。)。。(?!。)|，，+|、、(?!、)|；；|(?<=\w)：：|，。|。，|、。|(?<=\w)，、|。\.(?!\.)|，,|,，"
)
_ONE = re.compile(r"[^\s]")
_SPACED = re.compile(r"(?<=[^\W\d_]{2})[ \t]+,(?=[ \t])(?<![\u3040-\uffef] ,)")
_GLUED = re.compile(
    r"(?<=[a-zäöüßéèáíóúñ]{3})\.(?=(?:The|In|It|He|She|They|We|This|That|But|And|For|However|Its"
    r"|Der|Die|Das|Es|Ein|Eine|Sie|Le|La|Les|Il|Elle|El|Los|Las|En|Nous|Wir)[ \t][^\W\d_])"
)
_HALF = re.compile(
    r"(?<=[\u4e00-\u9fff]{2})[,;?!](?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff]{3})\.(?=\s*\Z)"
)
# Faces and intervals are no brackets.
_NO_BRACKETS = re.compile(r"[:;=8]-?[(\[{]|[\[(]\s*[-\w.∞]+\s*[,，]\s*[-\w.∞]+\s*[\])]")
_PAIRS = (("(（", ")）"), ("[", "]"), ("【", "】"), ("「", "」"), ("『", "』"), ("《", "》"))


class Typo(enum.Flag):
    """What is wrong with the typing of a text."""

    DOUBLED = enum.auto()
    STOPS = enum.auto()
    SPACED = enum.auto()
    OPEN = enum.auto()
    HALF_WIDTH = enum.auto()


def found_in(texts: tuple[str, ...]) -> Typo:
    """What is wrong with these texts, which stand in one item."""
    found = Typo(0)
    bare = [without_addresses(without_blocks(text, "x")) for text in texts]
    for text in bare:
        if _doubled(text):
            found |= Typo.DOUBLED
        if _STOPS.search(text) is not None:
            found |= Typo.STOPS
        if _SPACED.search(text) is not None or _GLUED.search(text) is not None:
            found |= Typo.SPACED
        if _HALF.search(text) is not None:
            found |= Typo.HALF_WIDTH
    return found | (Typo.OPEN if _open("\n".join(bare)) else Typo(0))


def _doubled(text: str) -> bool:
    return any(_is_doubled(match) for match in _DOUBLED.finditer(text)) or any(
        pattern.search(text) is not None for pattern in (_DOUBLED_WIDE, _BEGUN_TWICE)
    )


def _is_doubled(match: re.Match[str]) -> bool:
    """Not a name beside its word: "The Who" has one, "Vitamin E et" another."""
    return match["again"].strip().islower() and (match["w"].islower() or match["w"].istitle())


def _open(text: str) -> bool:
    """Whether a bracket, a quotation or a code span is begun and never ended."""
    if "`" in text.replace("\\`", ""):
        return True
    text = _NO_BRACKETS.sub("", text.replace("\\(", "").replace("\\[", ""))
    if text.rstrip().endswith(("…", "...")):
        return False
    for begins, ends in _PAIRS:
        if sum(map(text.count, begins)) > sum(map(text.count, ends)):
            return True
    return _quote_open(text)


def _quote_open(text: str) -> bool:
    """A long quotation begins each of its paragraphs with its mark and ends in the last one."""
    paragraphs = [one.strip() for one in text.split("\n") if one.strip()]
    for place, one in enumerate(paragraphs):
        goes_on = place + 1 < len(paragraphs) and paragraphs[place + 1].startswith(("“", "„"))
        if "„" in text:
            if not goes_on and one.count("„") > one.count("“") + one.count("”"):
                return True
        elif not goes_on and one.count("“") > one.count("”") + one.count('"'):
            return True
    return False


def mended(text: str) -> str:
    """The text with every doubled word and stop once, and its spaces right; code stays as it is."""
    kept = list(_spans(text))
    for pattern, right in (
        (_DOUBLED, lambda match: match["w"] if _is_doubled(match) else match[0]),
        (_BEGUN_TWICE, lambda match: match["w"]),
        (_DOUBLED_WIDE, lambda match: match["w"] or match["w2"] or match["w3"]),
        (_STOPS, _one_stop),
        (_SPACED, lambda _match: ","),
        (_GLUED, lambda _match: ". "),
    ):
        kept = [(code, one if code else pattern.sub(right, one)) for code, one in kept]
    return "".join(one for _code, one in kept)


def _one_stop(match: re.Match[str]) -> str:
    """Of two stops the one that ends a sentence; of two of one kind the wide one."""
    marks = _ONE.findall(match[0])
    for mark in ("。", "."):
        if mark in marks:
            return mark
    return str(max(marks, key=ord))


def _spans(text: str) -> list[tuple[bool, str]]:
    """The parts of a text, each with whether it is code or an address and stays as it is."""
    found, last = [], 0
    for match in _KEPT.finditer(text):
        found += [(False, text[last : match.start()]), (True, match[0])]
        last = match.end()
    return [*found, (False, text[last:])]


_KEPT = re.compile(
    r"(?ms)^(?P<fence>`{3,}|~{3,}).*?(?:^(?P=fence)[`~]*\s*$|\Z)|(`+)(?!`).*?(?<!`)\2(?!`)"
    r"|\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*[^)]*\)|https?://\S+"
)
