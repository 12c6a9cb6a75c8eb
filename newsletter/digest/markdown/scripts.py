"""The language of a text whose script tells it: Japanese, Korean and Chinese among others.

A passage in another language than its page says so (WCAG 2.2, 3.1.2): the same ideograph has
another shape in each of the three, a voice reads it otherwise, and none of them has italics. Latin,
Arabic or Cyrillic letters tell no language, so for those this says nothing.
"""

from __future__ import annotations

import re

_KANA = re.compile("[\u3041-\u30fa\u30fd-\u30ff\u31f0-\u31ff\uff66-\uff9d]")
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff\uffa0-\uffdc]")
_HAN = re.compile("[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LETTER = re.compile(r"[^\W\d_]")
# A Chinese title may quote a kana or two; a Japanese one of ideographs alone is rare.
_OF_JAPANESE = 10


def written_in(text: str) -> str:
    """`ja`, `ko` or `zh` where most letters of `text` are of that script, else nothing."""
    kana, hangul, han = (len(one.findall(text)) for one in (_KANA, _HANGUL, _HAN))
    dense = kana + hangul + han
    # An ideograph stands for a word, where a Latin word has five letters.
    if not dense or dense * 4 < len(_LETTER.findall(text)):
        return ""
    if hangul > kana and hangul * 2 > dense:
        return "ko"
    return "ja" if kana * _OF_JAPANESE > dense else "zh"


def foreign(text: str, around: str) -> str:
    """The same, where it is not the language `around` (BCP 47) the text stands in."""
    found = written_in(text)
    return "" if found == around.lower().replace("_", "-").partition("-")[0] else found
