"""Refuses text that no person wrote, before any part that could be slow reads it."""

from __future__ import annotations

import re

from .problems import Problems

LONGEST_LINE = 100_000  # characters; the longest real one seen has 9,000.
LONGEST_TEXT = 4_000_000
MOST_LINES = 20_000  # the longest real one seen has about 5,000.
_MOST_BRACKETS = 2_000  # in one paragraph: inline parsing of brackets is worse than linear.
_DEEPEST = 40  # quote marks or list marks in front of one line.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_NESTED = re.compile(rf"[ \t]*(?:(?:>|[-*+]|\d{{1,9}}[.)])[ \t]*){{{_DEEPEST + 1}}}")
_HEAPED = re.compile(r"([\[\](){}<>*_~`\"'|])\1{499}")
_INDENTED = re.compile(r"[ \t]{200,}(?:[-*+>]|\d{1,9}[.)])")
_TAGS = re.compile(r"<[A-Za-z/]")
_JSON = re.compile(r"\s*[{\[]\s*[\"{\]}]")


def too_long(text: str, problems: Problems) -> bool:
    """Whether the whole text has too many characters; says so."""
    if len(text) <= LONGEST_TEXT:
        return False
    problems.error("too-large", {"case": "characters", "size": len(text), "most": LONGEST_TEXT})
    return True


def hostile(text: str, problems: Problems) -> bool:
    """Whether the text, with `\\n` line ends, has to be refused; says why, at the first place."""
    bad = _CONTROL.search(text)
    if bad:
        place = text.count("\n", 0, bad.start()) + 1
        column = bad.start() - text.rfind("\n", 0, bad.start())
        problems.error("control-character", {"code": ord(bad.group())}, place, column)
        return True
    if _JSON.match(text) and text.rstrip()[-1:] in "}]":
        problems.error("json", line=1)
        return True
    if text.count("\n") > MOST_LINES:
        problems.error("too-large", {"case": "lines", "most": MOST_LINES})
        return True
    brackets = 0
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LONGEST_LINE:
            problems.error("line-too-long", {"size": len(line), "most": LONGEST_LINE}, number)
        elif _deep(line):
            problems.error("nesting", {"case": "line"}, number)
        else:
            stripped = line.lstrip()
            if not stripped or stripped[0] in "-*+#>|" or stripped[0].isdigit():
                brackets = 0
            brackets += line.count("[") + (len(_TAGS.findall(line)) if "<" in line else 0)
            if brackets <= _MOST_BRACKETS:
                continue
            problems.error("nesting", {"case": "paragraph"}, number)
        return True
    return False


def _deep(line: str) -> bool:
    """Marks heaped up as no person does; a rule of any length is none."""
    if len(line) < _DEEPEST or set(line) <= set("-*_=~` \t"):
        return False
    return bool(
        _NESTED.match(line) or _INDENTED.match(line) or (len(line) >= 500 and _HEAPED.search(line))
    )
