"""The lines of a document that are no code: what dialects and clean-up look at and change.

A line is changed in its place, never added or taken out, so that its number stays that of the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from .inline import outside_code
from .problems import Problems
from .value import Param

_FENCE = re.compile(
    r"[ \t]{0,12}(?:>[ \t]?){0,8}[ \t]{0,12}(?:[-*+]\s)?(`{3,}|~{3,})(?!.*~{3}\s*$)(?=[^`]*$)"
)
_PRE = re.compile(r"<pre[\s>]", re.IGNORECASE)
_PRE_END = re.compile(r"</pre\s*>", re.IGNORECASE)
# Below these, indented text is not code but belongs to them.
_HOLDS_INDENTED = re.compile(
    r"\s*(?:[-*+•]\s|\d{1,9}[.)、．]|!!!|\?\?\?|===|\[\^|///|:::|<[A-Za-z/]|\{%|\{\{|>)"
)
_INLINE_CODE = re.compile(r"(<code[^<>]*>[^<>]*</code>)", re.IGNORECASE)
# The target of a link, in angle brackets or not, and an address that stands by itself.
_ADDRESS = re.compile(
    r"(?<=\]\()<[^<>\n]*+>|(?<=\]:[ \t])[/.]\S++|(?<=\]\()[^\s()]*+(?:\([^\s()]*+\)[^\s()]*+)*+"
    r"|(?:https?://|mailto:)[^\s<>()\"'`、，。；：！？（）「」【】《》]++(?:\([^\s()]*+\)[^\s<>()\"'`]*+)*+",
    re.IGNORECASE,
)
_MAY_HOLD_ADDRESS = re.compile(r"\]\(|\]:|://|mailto:", re.IGNORECASE)
# What marks are made of, by the code point that stands for it in an address: one of those that
# Unicode keeps for inner use, so that no text holds it (noncharacters).
_SIGNS = "=%^:+~{}[]|#"
_HIDE = str.maketrans({sign: chr(0xFDD0 + place) for place, sign in enumerate(_SIGNS)})
_SHOW = {code: chr(sign) for sign, code in ((k, ord(v)) for k, v in _HIDE.items())}
_PAIRED = ("==", "%%", "^^", "~~")
COMMENT = "comment"  # the kind of what is told as a comment, whoever writes one so
Change = Callable[[str], str]


@dataclass(slots=True)
class Finding:
    """How often a mark was left out, and where first."""

    line: int
    count: int = 1


@dataclass(slots=True)
class Prose:
    """A document's lines, from index `start` on, with what was found in them.

    `code` are the indexes of lines in code blocks, fences included. `dropped` are the numbers of
    lines, from 1, of which nothing is left. `found` holds by kind what is to be told. `headings`
    are the indexes of headings that dialects wrote.
    """

    lines: list[str]
    start: int
    code: set[int] = field(default_factory=set)
    dropped: set[int] = field(default_factory=set)
    found: dict[str, Finding] = field(default_factory=dict)
    headings: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.code = find_code(self.lines, self.start)

    def rows(self, having: str = "") -> Iterator[tuple[int, str]]:
        """(index, line) of each line that is no code, is not blank and holds `having`."""
        lines, code = self.lines, self.code  # Every dialect asks for every line.
        for index in range(self.start, len(lines)):
            line = lines[index]
            if having in line and line and index not in code and not line.isspace():
                yield index, line

    def change(self, having: str, change: Change, kind: str = "") -> None:
        """`change` applied to what is no code, on each line with `having`.

        With `kind`, each line that changes counts as one place where that kind was left out.
        """
        for index, _line in self.rows(having):
            if self.change_line(index, change) and kind:
                self.tell(kind, index)

    def change_line(self, index: int, change: Change) -> bool:
        """`change` applied to what is no code in one line; whether it is another now."""
        line = self.lines[index]
        left = outside(line, change)
        if left != line:
            self.put(index, left)
        return left != line

    def put(self, index: int, text: str) -> None:
        """Write the line anew; of a blank one nothing is left."""
        self.lines[index] = text.rstrip() if text.strip() else ""
        if not text.strip():
            self.dropped.add(index + 1)

    def drop(self, index: int, kind: str = "") -> None:
        """Take the line's text out; with `kind` it is told."""
        self.put(index, "")
        if kind:
            self.tell(kind, index)

    def fence(self, index: int, text: str) -> None:
        """Make the line the mark of a code block."""
        self.lines[index] = text
        self.code.add(index)

    def tell(self, kind: str, index: int) -> None:
        """One more place where a mark of this kind was left out."""
        if kind in self.found:
            self.found[kind].count += 1
            self.found[kind].line = min(self.found[kind].line, index + 1)
        else:
            self.found[kind] = Finding(index + 1)

    def warn(self, problems: Problems) -> None:
        """One warning a kind, at its first line, with how often it was found."""
        for kind, found in self.found.items():
            if kind == COMMENT:
                problems.warn("comment-dropped", {"count": found.count}, found.line)
            else:
                params: dict[str, Param] = {"dialect": kind, "count": found.count}
                problems.warn("dialect-dropped", params, found.line)


def outside(line: str, change: Change) -> str:
    """`change` applied to what stands outside code spans, `<code>` included."""
    if "<code" not in line.lower():
        return outside_code(line, change)
    return outside_code(
        line,
        lambda run: "".join(
            part if place % 2 else change(part)
            for place, part in enumerate(_INLINE_CODE.split(run))
        ),
    )


def keeping_addresses(change: Change) -> Change:
    """`change` that sees no marks inside addresses: `?id=MzA==` begins no highlighted text.

    A mark at the end of a bare address closes one that was opened before it: `==see https://…==`.
    """

    def changed(run: str) -> str:
        if not _MAY_HOLD_ADDRESS.search(run):
            return change(run)
        return change(_hidden(run)).translate(_SHOW)

    return changed


def _hidden(run: str) -> str:
    parts: list[str] = []
    opened = dict.fromkeys(_PAIRED, 0)
    done = 0
    for match in _ADDRESS.finditer(run):
        between, address = run[done : match.start()], match.group()
        done = match.end()
        for mark in _PAIRED:
            opened[mark] += between.count(mark)
        kept = next((mark for mark in _PAIRED if address.endswith(mark) and opened[mark] % 2), "")
        if kept and not between.endswith("]("):
            address = address.removesuffix(kept)
            opened[kept] += 1
        else:
            kept = ""
        parts += [between, address.translate(_HIDE), kept]
    return "".join([*parts, run[done:]])


class Fences:
    """Follows the fences of code blocks from line to line."""

    def __init__(self) -> None:
        self.open = ""

    def hold(self, line: str) -> bool:
        """Whether a line is part of a fenced block, its fences included."""
        if self.open:
            inner = line.strip().lstrip("> \t")
            if inner.startswith(self.open) and not inner.strip(self.open[0]):
                self.open = ""
            return True
        if ("```" in line or "~~~" in line) and (match := _FENCE.match(line)):
            self.open = match.group(1)
            return True
        return False


def find_code(lines: Sequence[str], start: int) -> set[int]:
    """The indexes of lines in fenced, indented or `<pre>` code, marks included."""
    code: set[int] = set()
    fences, pre, owner = Fences(), False, ""
    blank_above = True
    last_pre = max((n for n, line in enumerate(lines) if "</pre" in line.lower()), default=-1)
    for index in range(start, len(lines)):
        line = lines[index]
        if pre:
            code.add(index)
            pre = not _PRE_END.search(line)
        elif fences.open or line.strip():
            if fences.hold(line):
                code.add(index)
            elif "<pre" in line.lower() and index <= last_pre and _PRE.search(line):
                code.add(index)
                pre = not _PRE_END.search(line)
            elif (line[:1] in " \t" and len(line) - len(line.lstrip(" ")) >= 4) or line[:1] == "\t":
                if (blank_above or index - 1 in code) and not _HOLDS_INDENTED.match(owner):
                    code.add(index)
            else:
                owner = line
            blank_above = False
        else:
            blank_above = True
    return code
