"""What an editor says to everybody: in front of the first item, and behind the last."""

from __future__ import annotations

import re

from .titles import section_name
from .vocabulary import either, is_one_of, month_numbers

_FIGURES = re.compile(
    r"(?:[（(\[【]|(?<![\d\s./年月日号-]))[\d\s./年月日号-]*\d[\d\s./年月日号-]*[)）\]】]?"
)
_WITH_DATE = re.compile(r"\s*[,，(（|·–—-]\D{0,12}\d.*$")  # in any language
_DAY_SIGNS = frozenset("年月日号년월일")
_OF_NOW = re.compile(
    rf"^(?:{either('of_now')})[\s的の]*|[\s]*(?:{either('of_now')})$", re.IGNORECASE
)
# A greeting, whom it is for, and what is said; a script without spaces does not end its words.
_GREETS = re.compile(
    rf"[^\w]{{0,4}}(?:{either('greetings')})(?:(?<=[\u3040-\u9fff\uac00-\ud7ff])|(?!\w))"
    r"[^,，!！、。~～،–—]{0,30}[,，!！、~～،–—]\s*(?P<said>.+)$",
    re.IGNORECASE,
)


def greets(line: str) -> bool:
    """Whether a line greets and goes on to say something beside the day: no title does that."""
    match = _GREETS.match(line)
    if match is None:
        return False
    months = month_numbers()
    words = [
        word
        for word in re.findall(r"[^\W\d_]+", match.group("said").casefold())
        if word not in months and word not in _DAY_SIGNS
    ]
    return len(words) > 1 or any(ord(letter) > 0x2E7F for word in words for letter in word)


def introduces(title: str) -> bool:
    """Whether a heading is that of an introduction: "Editorial", "Today's summary, 2 March"."""
    return any(is_one_of("introductions", name) for name in _names(title))


def closes(title: str) -> bool:
    """Whether a heading is that of the last words: "Closing", "おわりに"."""
    return any(is_one_of("closings", name) for name in _names(title))


def _names(title: str) -> list[str]:
    """A heading without marks, then without its date, then without "today's" and its like."""
    name = section_name(title).strip(" :：!！.。")
    words = _FIGURES.sub(" ", name)
    months = month_numbers()
    undated = " ".join(word for word in words.split() if word.strip(",.").casefold() not in months)
    undated = undated.strip(" ,，、:：·|-–—()（）")
    before = _WITH_DATE.sub("", name)
    return [name, undated, *(_OF_NOW.sub("", one).strip() for one in (undated, before))]
