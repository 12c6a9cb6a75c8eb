"""Takes out what is no content: comments, template tags, MDX imports, link definitions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from .inline import normal_reference, outside_code
from .problems import Problems

_FENCE = re.compile(r"[ \t]{0,12}(`{3,}|~{3,})(?=[^`]*$)")
_REFERENCE = re.compile(
    r" {0,3}\[(?!\^)([^\[\]]{1,1000})\]:[ \t]*(?:<([^<>]*)>|([^\s<>]+))"
    r"(?:[ \t]+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?[ \t]*$"
)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:|[/#.]|\w+\.\w", re.IGNORECASE)
_CODE_START = re.compile(r"\s*\{%-?\s*highlight\s+([\w+#-]*).*?%\}\s*$")
_CODE_END = re.compile(r"\s*\{%-?\s*endhighlight\s*-?%\}\s*$")
_COMMENT_START = re.compile(r"\{%-?\s*comment\s*-?%\}")
_COMMENT_END = re.compile(r"\{%-?\s*endcomment\s*-?%\}")
_ATTRIBUTES = re.compile(r"\s*\{:[^{}]*\}\s*$")
_MDX = re.compile(r"(?:import\s+.+\s+from\s+['\"].+['\"];?|export\s+(?:const|default)\b.*)\s*$")


@dataclass(slots=True)
class Cleaned:
    """The lines with the same numbers; `dropped` are those of which nothing is left."""

    lines: list[str]
    dropped: frozenset[int] = frozenset()
    references: dict[str, str] = field(default_factory=dict)
    reference_lines: dict[int, str] = field(default_factory=dict)


def clear(source: Sequence[str], start: int, problems: Problems) -> Cleaned:
    """Take out what is no content, from line index `start` (0 is the first) on; not in code."""
    cleaning = _Cleaning(list(source), problems)
    cleaning.run(start)
    return Cleaned(
        cleaning.lines,
        frozenset(cleaning.dropped | set(cleaning.reference_lines)),
        cleaning.references,
        cleaning.reference_lines,
    )


def _cut(text: str, opening: str, closing: str) -> tuple[str, int]:
    """`text` without what stands between the two marks, and how often; linear."""
    out: list[str] = []
    done = 0
    while (start := text.find(opening, done)) >= 0:
        end = text.find(closing, start + 2)
        if end < 0:
            break
        out.append(text[done:start])
        done = end + 2
    return "".join([*out, text[done:]]), len(out)


class _Cleaning:
    def __init__(self, lines: list[str], problems: Problems) -> None:
        self.lines = lines
        self.problems = problems
        self.dropped: set[int] = set()
        self.references: dict[str, str] = {}
        self.reference_lines: dict[int, str] = {}

    def run(self, start: int) -> None:
        lines = self.lines
        # A comment that never ends is text, so that a typing error removes nothing.
        last_end = max((i for i, line in enumerate(lines) if "-->" in line), default=-1)
        last_liquid = max(
            (i for i, line in enumerate(lines) if "{%" in line and _COMMENT_END.search(line)),
            default=-1,
        )
        last_code = max(
            (i for i, line in enumerate(lines) if "{%" in line and _CODE_END.match(line)),
            default=-1,
        )
        fence = until = ""
        for index in range(start, len(lines)):
            line = lines[index]
            if fence:
                if fence == "liquid" and _CODE_END.match(line):
                    lines[index], fence = "```", ""
                elif fence != "liquid":
                    closing = line.strip()
                    if closing.startswith(fence) and not closing.strip(fence[0]):
                        fence = ""
                continue
            if until:
                line, until = self._skip(line, until)
                if until:
                    self._drop(index, line)
                    continue
                if not line.strip():
                    self._drop(index, "")
                    continue
            stripped = line.lstrip()
            if stripped.startswith(("```", "~~~")) and (match := _FENCE.match(line)):
                fence = match.group(1)
                continue
            if "{%" in line and (code := _CODE_START.match(line)) and index < last_code:
                lines[index], fence = f"```{code.group(1)}", "liquid"
                continue
            if "<!--" in line or "{%" in line or "{{" in line or "{:" in line:
                line, until = self._tags(index, line, last_end, last_liquid)
                self._drop(index, line)
                continue
            if line is not lines[index]:
                lines[index] = line
            if stripped.startswith("[") and (match := _REFERENCE.match(line)):
                self._reference(index, match)
            elif stripped.startswith(("import ", "export ")) and _MDX.match(line):
                self._warn(index, "template-dropped", "mdx")
                self._drop(index, "")

    def _drop(self, index: int, left: str) -> None:
        self.lines[index] = left
        if not left.strip():
            self.lines[index] = ""
            self.dropped.add(index + 1)

    def _skip(self, line: str, until: str) -> tuple[str, str]:
        """Inside a comment: what is left of the line, and what still ends the comment."""
        if until == "-->":
            _inside, found, rest = line.partition("-->")
            return (rest, "") if found else ("", until)
        match = _COMMENT_END.search(line)
        return (line[match.end() :], "") if match else ("", until)

    def _tags(self, index: int, line: str, last_end: int, last_liquid: int) -> tuple[str, str]:
        until = ""
        comments = tags = 0

        def change(run: str) -> str:
            nonlocal until, comments, tags
            out = ""
            while run and not until:
                html = run.find("<!--")
                liquid = _COMMENT_START.search(run)
                if html >= 0 and (liquid is None or html < liquid.start()):
                    end = run.find("-->", html + 4)
                    if end < 0 and index >= last_end:
                        return out + run[:html] + run[html:].replace("<!--", "&lt;!--")
                    comments += 1
                    out += run[:html]
                    if end < 0:
                        until = "-->"
                        return out
                    run = run[end + 3 :]
                elif liquid:
                    end_match = _COMMENT_END.search(run, liquid.end())
                    if end_match is None and index >= last_liquid:
                        break
                    comments += 1
                    out += run[: liquid.start()]
                    if end_match is None:
                        until = "endcomment"
                        return out
                    run = run[end_match.end() :]
                else:
                    break
            if until:
                return out
            for opening, closing in (("{%", "%}"), ("{{", "}}")):
                run, count = _cut(run, opening, closing)
                tags += count
            return out + run

        left = outside_code(line, change)
        if _ATTRIBUTES.match(left):
            left, tags = "", tags + 1
        if comments:
            self._warn(index, "comment-dropped")
        if tags:
            self._warn(index, "template-dropped", "tag")
        return left, until

    def _warn(self, index: int, code: str, case: str = "") -> None:
        self.problems.warn(code, {"case": case} if case else None, index + 1)

    def _reference(self, index: int, match: re.Match[str]) -> None:
        target = match.group(2) if match.group(2) is not None else match.group(3)
        if not _ADDRESS.match(target):
            return
        label = normal_reference(match.group(1))
        self.references.setdefault(label, f"<{target}>" if re.search(r"[()\s]", target) else target)
        self.reference_lines[index + 1] = label
