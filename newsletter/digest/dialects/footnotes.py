"""Footnotes: `text[^1]` with `[^1]: The note.`, and Pandoc's `text^[The note.]`.

Mail has no foot to jump to, and each reader has other items; so the note stands in brackets where
it is used. In a heading it would become part of a title: there it goes to the next line of text.
https://pandoc.org/MANUAL.html#footnotes
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

from ..marking import gettext_noop
from ..prose import Prose

NAME = "footnote"
LABEL = gettext_noop("A footnote ([^1])")
ORDER = 25

_DEFINITION = re.compile(r"[ \t]{0,3}\[\^([^\[\]\s^]{1,80})\]:[ \t]*(.*)$")
_MARK = re.compile(r"[ \t]?\[\^([^\[\]\s^]{1,80})\]")
_INLINE = re.compile(r"(?<!\\)\^\[((?>[^\[\]]++|\[[^\[\]]*+\](?:\([^()\s]*+\))?)*+)\]")
_BACK = re.compile(r"\s?(?:↩[\ufe0e\ufe0f]?|\[↩\]\([^()]*\))\s*$")
_NO_TEXT = re.compile(r"\s*(?:$|#{1,6}\s|＃|[|<=]|[-*_]{3,}\s*$|`{3}|~{3})")
_BLOCK = re.compile(r"\s*(?:[#>|<=:!-]|[*+]\s|\d{1,9}[.)]|\[\^|\[[^\[\]]*\]:|`{3}|~{3})")
_HEADING = re.compile(r"\s{0,3}(?:#{1,6}\s|[#＃]{2,6})")
_WIDE = re.compile("[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
_MOST_ADDED = 200_000  # characters that notes used many times may add to a document


def settle(prose: Prose) -> None:
    """Put each note where it is used. One never used, and a mark without a note, are told."""
    if not any("[^" in line or "^[" in line for line in prose.lines):
        return
    definitions = _take_definitions(prose)
    placing = _Placing(prose, {name: text for name, (_index, text) in definitions.items()})
    placing.run()
    for name, (index, _text) in definitions.items():
        if name not in placing.used:
            prose.tell(NAME, index)


def _take_definitions(prose: Prose) -> dict[str, tuple[int, str]]:
    """The notes by name, each with the index of its first line; their lines are dropped."""
    found: dict[str, tuple[int, str]] = {}
    skip = prose.start
    for index, line in prose.rows("[^"):
        match = _DEFINITION.match(line) if index >= skip else None
        if match is None:
            continue
        parts = [match[2]]
        skip = index + 1
        for below in range(index + 1, len(prose.lines)):
            text = prose.lines[below]
            if text.strip():
                continues = text[:1] in " \t" and (text.startswith("\t") or text[:2] == "  ")
                lazy = (
                    below == skip
                    and prose.lines[below - 1].strip()
                    and below - 1 not in prose.code
                    and not _starts(text)
                )
                if not continues and (not lazy or below in prose.code):
                    break
                if below not in prose.code:
                    parts.append(text.strip())
                elif not text.strip().startswith(("```", "~~~")):
                    parts.append(f"`{text.strip()}`")
                skip = below + 1
        for below in range(index, skip):
            prose.drop(below)
            prose.code.discard(below)
        found.setdefault(match[1], (index, _BACK.sub("", " ".join(filter(None, parts)))))
    return found


def _starts(line: str) -> bool:
    """Whether a line begins a block of its own, so that no paragraph goes on in it."""
    return _BLOCK.match(line) is not None


class _Placing:
    """Puts notes into the text, in the order of the lines."""

    def __init__(self, prose: Prose, notes: Mapping[str, str]) -> None:
        self.prose = prose
        # A note in a note is not followed.
        self.notes = {name: _MARK.sub("", text).strip() for name, text in notes.items()}
        self.used: set[str] = set()
        self.left = _MOST_ADDED

    def run(self) -> None:
        prose = self.prose
        waiting: list[str] = []
        last = -1  # the heading whose notes wait
        for index, line in prose.rows():
            if waiting and not _NO_TEXT.match(line):
                prose.lines[index] = f"{line.rstrip()}{''.join(waiting)}"
                waiting = []
            elif waiting and _HEADING.match(line):  # A heading with nothing below keeps its own.
                prose.lines[last] += "".join(waiting)
                waiting = []
            line = prose.lines[index]
            if "[^" not in line and "^[" not in line:
                continue
            aside = waiting if _HEADING.match(line) else None
            if aside is not None:
                last = index
            prose.change_line(index, partial(self._place, index, aside))
        if waiting:
            prose.lines[last] += "".join(waiting)

    def _place(self, index: int, aside: list[str] | None, run: str) -> str:
        """A run with its notes in brackets; with `aside` they are put there instead."""

        def placed(text: str, before: str) -> str:
            note = _bracketed(text, before)
            self.left -= len(note)
            if aside is None:
                return note
            aside.append(note)
            return ""

        def of_mark(match: re.Match[str]) -> str:
            text = self.notes.get(match[1])
            if match.string[match.end() : match.end() + 1] in {"(", ":"}:
                return match.group()  # a link, or a definition where none may stand
            if text is None:
                if not match[1].isdigit():
                    return match.group()
                self.prose.tell(NAME, index)
                return ""
            self.used.add(match[1])
            if not text or self.left < len(text):
                self.prose.tell(NAME, index)
                return ""
            return placed(text, match.string[: match.start()][-1:])

        def of_inline(match: re.Match[str]) -> str:
            return placed(match[1].strip(), match.string[: match.start()][-1:])

        return _MARK.sub(of_mark, _INLINE.sub(of_inline, run))


def _bracketed(text: str, before: str) -> str:
    """A note in the brackets of the text it stands in; a bar would end a table's field."""
    text = text.replace("|", "\\|") if "|" in text and "\\|" not in text else text
    if _WIDE.match(before or text[:1]):
        return f"（{text}）"
    return f" ({text})"
