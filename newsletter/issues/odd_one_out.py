"""An item that is unlike the others of its issue: in the other Chinese letters, which several would
be on purpose; or with an end that is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import ngettext, pgettext

from newsletter.digest.markdown import plain_text
from newsletter.editions import IssueView, ItemView

from .findings import Finding, kept, numbers, warning
from .text_findings import without_blocks

# Letters that only one of the two ways to write Chinese has, pair by pair, of the commonest words
# (the government's tables of 1964 and 2013).
_SIMPLIFIED = (
    "这个们来说时会为国过对于开关后还问间东车书长门马见学现实点样业发动乐电话语该请让与从处听应当报导号类区岁边"
    "无给经进员总统计划数务资产认议论记设计证读谁调谈谢试语误读价优伤侨债传压厂厅历县双变吗吨员启团园围圆块坚坏"
)
_TRADITIONAL = (
    "這個們來說時會為國過對於開關後還問間東車書長門馬見學現實點樣業發動樂電話語該請讓與從處聽應當報導號類區歲邊"
    "無給經進員總統計劃數務資產認議論記設計證讀誰調談謝試語誤讀價優傷僑債傳壓廠廳歷縣雙變嗎噸員啟團園圍圓塊堅壞"
)
_ONLY = (
    frozenset(_SIMPLIFIED) - frozenset(_TRADITIONAL),
    frozenset(_TRADITIONAL) - frozenset(_SIMPLIFIED),
)
# Items with so much text from which one of them is the odd one; letters that say how it is written.
_FEWEST, _LETTERS = 4, 4
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
# Columns of a text from which it has sentences.
_LONG = 30
# A comma, or a word behind which another one must come.
_GOES_ON = re.compile(
    r"(?i)(?:[,，、]|(?<![^\W_])(?:an?|the|and|or|und|oder|dass|eine|les|et|que|une|los|gli|che|или|het"
    r"|een)|(?<=[\u3400-\u9fff])[将將并並把被或但且若])\s*\Z"
)
_NO_PROSE = re.compile(r"^\s*(?:[-*+•>|#]|\d+[.)、]|!?\[)")


def of_odd_ones(view: IssueView) -> Iterator[Finding]:
    """Everything of this kind."""
    if (odd := _written_otherwise(view)) is not None:
        yield warning(
            "other-script",
            pgettext("preflight", "Item %(number)s is written in the other Chinese letters.")
            % {"number": odd.number},
            [odd],
        )
    if (foreign := _in_another_language(view)) is not None:
        yield warning(
            "other-script",
            ngettext(
                "Item %(numbers)s is written in another language than the issue.",
                "Items %(numbers)s are written in another language than the issue.",
                1,
            )
            % {"numbers": foreign.number},
            [foreign],
        )
    if cut := [item for item in view.items if _cut_off(item)]:
        yield warning(
            "cut-off",
            ngettext(
                "The text of item %(numbers)s ends within a sentence.",
                "The texts of items %(numbers)s end within a sentence.",
                len(cut),
            )
            % {"numbers": numbers(cut)},
            cut,
        )
    if (odd := _without_end(view)) is not None and odd not in cut:
        yield warning(
            "cut-off",
            pgettext(
                "preflight",
                "Item %(number)d ends without a stop, unlike the others. Is its text cut off?",
            )
            % {"number": odd.number},
            [odd],
        )


def _written_otherwise(view: IssueView) -> ItemView | None:
    if not view.language.lower().startswith("zh"):
        return None
    counts = [(item, *_of_both(item)) for item in view.items]
    simple = [item for item, one, other in counts if one >= _LETTERS and one > other]
    full = [item for item, one, other in counts if other >= _LETTERS and other > one]
    for odd, others in ((full, simple), (simple, full)):
        if len(odd) == 1 and len(others) >= _FEWEST - 1:
            return odd[0]
    return None


@kept
def _of_both(said: tuple[str, ...]) -> tuple[int, int]:
    """Letters of simplified and of traditional Chinese that the other one has not."""
    simplified, traditional = _ONLY
    text = "\n".join(said)
    return sum(one in simplified for one in text), sum(one in traditional for one in text)


@kept
def _cut_off(said: tuple[str, ...]) -> bool:
    """Whether the text, or without one the insight, ends within a sentence."""
    _title, insight, body, *_points = said
    text = (body or insight).strip()
    if not text or text[-1] in ".!?。！？…" or _NO_PROSE.match(text.rpartition("\n")[2]):
        return False
    words = plain_text(without_blocks(text, "x"), links=False).strip()
    return len(words) + len(_WIDE.findall(words)) >= _LONG and _GOES_ON.search(words) is not None


# Words that stand in every text of a language, and in no other of these.
_WORDS_OF = {
    "en": "the and was were with that this from have has are which their they would been",
    "de": "und der die das ist nicht mit den dem ein eine für auf wird sich auch bei nach",
    "fr": "les des une est dans pour que qui sur avec pas sont cette plus après selon aux",
    "es": "los las una que por con para del más como está pero sus entre sobre según",
    "pt": "uma não com para dos das pelo pela mais são foi está seus entre após também",
    "it": "gli della che per con una sono nel alla del più dei delle anche dopo dal",
    "nl": "het een van voor met niet dat zijn ook worden naar door aan maar bij uit",
    "ru": "и в на не что с по это как для из от был его она они",
}
_KNOWN = {language: frozenset(said.split()) for language, said in _WORDS_OF.items()}
_WORD = re.compile(r"[^\W\d_]+")
# Words of a text from which its language can be told, and those of them that tell it.
_ENOUGH, _TELL = 8, 3


def _in_another_language(view: IssueView) -> ItemView | None:
    """The only item in another language, written in the same letters, than its issue and others."""
    own = view.language.lower().partition("-")[0]
    if own not in _KNOWN:
        return None
    told = [(item, language) for item in view.items if (language := _language_of(item))]
    foreign = [item for item, language in told if language != own]
    return foreign[0] if len(foreign) == 1 and len(told) >= _FEWEST else None


@kept
def _language_of(said: tuple[str, ...]) -> str:
    """The language of an item's texts, its title aside; "" where they do not say."""
    words = _WORD.findall(plain_text(without_blocks("\n".join(said[1:])), links=False).casefold())
    counts = sorted((sum(word in known for word in words), name) for name, known in _KNOWN.items())
    (second, _other), (first, name) = counts[-2:]
    enough = len(words) >= _ENOUGH and first >= _TELL and first * 10 >= len(words)
    return name if enough and first >= 2 * second + 1 else ""


def _without_end(view: IssueView) -> ItemView | None:
    """The only item whose prose has no stop at its end, where that of three others or more does."""
    ends = [(item, found) for item in view.items if (found := _ending(item)) is not None]
    odd = [item for item, found in ends if not found]
    return odd[0] if len(odd) == 1 and len(ends) >= _FEWEST else None


@kept
def _ending(said: tuple[str, ...]) -> bool | None:
    """Whether an item's text ends with a stop; None where it is no prose of some length."""
    _title, insight, body, *points = said
    text = (body or insight).strip()
    last = text.rpartition("\n")[2]
    if points or not text or _NO_PROSE.match(last) or last.endswith((")", "`", "|", ">", "*", "_")):
        return None
    words = plain_text(without_blocks(last, "x"), links=False).strip()
    if _WIDE.search(words) is not None:
        sentence = _WITHIN.search(words) is not None
    else:
        sentence = words[:1].isupper() and len(words.split()) >= _SENTENCE
    return not words[-1:].isalnum() if sentence else None


# A stop within wide letters: what stands behind it is a sentence as well.
_WITHIN = re.compile(r"[。！？]\s?\w{4}")
# Words of a line from which it is a sentence.
_SENTENCE = 12
