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
