"""Refuses text that no person wrote, before any part that could be slow reads it."""

from __future__ import annotations

import re

from .problems import Problems

LONGEST_LINE = 100_000  # characters; the longest real one seen has 9,000.
LONGEST_TEXT = 4_000_000
MOST_LINES = 100_000  # the longest real one seen has about 5,000; 2,000 items have some 30,000.
_MOST_BRACKETS = 2_000  # in one paragraph: inline parsing of brackets is worse than linear.
_DEEPEST = 40  # quote marks or list marks in front of one line.
_MOST_CONTROL = 20  # of any file; of a longer one at most a hundredth may be control characters
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


def without_control(text: str, problems: Problems) -> str:
    """The text without characters that are none, such as those pasted from slides or terminals.

    A file that is full of them is no text, and is refused.
    """
    first = _CONTROL.search(text)
    if first is None:
        return text
    left = _CONTROL.sub("", text)
    dropped = len(text) - len(left)
    place = text.count("\n", 0, first.start()) + 1
    column = first.start() - text.rfind("\n", 0, first.start())
    params = {"code": ord(first.group()), "count": dropped}
    if dropped > max(_MOST_CONTROL, len(text) // 100):
        problems.error("control-character", {**params, "case": "binary"}, place, column)
    else:
        problems.warn("control-character", {**params, "case": "dropped"}, place, column)
    return left


def hostile(text: str, problems: Problems) -> bool:
    """Whether the text, with `\\n` line ends, has to be refused; says why, at the first place."""
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


# What a program for versions writes where two changed the same, in this order (git-merge, "How
# conflicts are presented"): seven signs each, then a space and a name, or the end of the line.
_CONFLICT = tuple(re.compile(rf"{sign}{{7}}(?: .*)?") for sign in ("<", "=", ">"))
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def undecided(text: str, problems: Problems) -> bool:
    """Whether two versions of a text stand in it that nobody chose from; says where. An example
    within a fence is none."""
    begun, step, fence = 0, 0, ""
    for number, line in enumerate(text.split("\n"), 1):
        if mark := _FENCE.match(line):
            if not fence:
                fence = mark[1]
            elif mark[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
            continue
        if fence:
            continue
        if _CONFLICT[0].fullmatch(line):
            begun, step = number, 1
        elif step and _CONFLICT[step].fullmatch(line):
            step += 1
            if step == len(_CONFLICT):
                problems.error("merge-undecided", {"line": number}, begun)
                return True
    return False


def _deep(line: str) -> bool:
    """Marks heaped up as no person does; a rule of any length is none."""
    if len(line) < _DEEPEST or set(line) <= set("-*_=~` \t"):
        return False
    return bool(
        _NESTED.match(line) or _INDENTED.match(line) or (len(line) >= 500 and _HEAPED.search(line))
    )
