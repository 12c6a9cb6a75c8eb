"""How long an issue takes to read. Pure.

Words a minute after Brysbaert, "How many words do we read per minute?" (2019): 238 of English
prose; other alphabets are near. Chinese, Japanese and Korean have no spaces: about 260 words, of
roughly 1.5 characters each, so 390 characters a minute.
"""

from __future__ import annotations

import math
import re

from newsletter.digest import markdown
from newsletter.editions import IssueView
from newsletter.editions.values import BulletView, ItemView

_WORDS, _CHARACTERS = 238, 390
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def minutes(text: str) -> float:
    """Minutes a text takes, whatever its languages."""
    rest, characters = _CJK.subn(" ", text)
    return len(_WORD.findall(rest)) / _WORDS + characters / _CHARACTERS


def of_issue(view: IssueView) -> int:
    """Whole minutes for all that is in an issue, at least 1."""
    texts = [view.title, view.intro, *(link.label for link in view.tail)]
    for item in view.items:
        texts += _of_item(item)
    plain = (re.sub(r"\]\([^)]*\)|https?://\S+", " ", markdown.clean(text)) for text in texts)
    return max(1, math.ceil(minutes("\n".join(plain))))


def _of_item(item: ItemView) -> list[str]:
    texts = [item.title, item.insight, item.body]
    queue: list[BulletView] = list(item.bullets)
    while queue:
        bullet = queue.pop()
        texts += [bullet.lead, bullet.text]
        queue += bullet.children
    return texts
