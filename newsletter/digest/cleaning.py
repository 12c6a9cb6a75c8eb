"""Takes out what is no content: comments, marks of dialects, link definitions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from . import dialects
from .inline import normal_reference
from .problems import Problems
from .prose import COMMENT, Fences, Prose, outside
from .undefined import unlink

_REFERENCE = re.compile(
    r" {0,3}\[(?!\^)([^\[\]]{1,1000})\]:[ \t]*(?:<([^<>]*)>|([^\s<>]+))"
    r"(?:[ \t]+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?[ \t]*$"
)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:|[/#.]|\w+\.\w", re.IGNORECASE)
_COMMENT_START = re.compile(r"\{%-?\s*comment\s*-?%\}")
# What is left of `**<!-- name -->**`; a rule of stars has nothing behind it.
_EMPTY_BOLD = re.compile(r"\*{4}(?=\*{0,2}[^\s*])")
_COMMENT_END = re.compile(r"\{%-?\s*endcomment\s*-?%\}")


@dataclass(slots=True)
class Cleaned:
    """The lines with the same numbers; `dropped` are those of which nothing is left."""

    lines: list[str]
    dropped: frozenset[int] = frozenset()
    references: dict[str, str] = field(default_factory=dict)
    reference_lines: dict[int, str] = field(default_factory=dict)


def clear(source: Sequence[str], start: int, problems: Problems) -> Cleaned:
    """Take out what is no content, from line index `start` (0 is the first) on; not in code."""
    lines = list(source)
    cut = _cut_comments(lines, start)
    prose = Prose(lines, start)
    for index, begins in cut.items():
        prose.put(index, lines[index])
        if begins:
            prose.tell(COMMENT, index)
    dialects.settle(prose)
    prose.warn(problems)
    cleaned = Cleaned(prose.lines)
    for index, line in prose.rows("["):
        if line.lstrip().startswith("[") and (match := _REFERENCE.match(line)):
            _keep_reference(cleaned, index, match)
    unlink(prose, frozenset(cleaned.references), problems)
    cleaned.dropped = frozenset(prose.dropped | set(cleaned.reference_lines))
    return cleaned


def _keep_reference(cleaned: Cleaned, index: int, match: re.Match[str]) -> None:
    target = match.group(2) if match.group(2) is not None else match.group(3)
    if not _ADDRESS.match(target):
        return
    label = normal_reference(match.group(1))
    cleaned.references.setdefault(label, f"<{target}>" if re.search(r"[()\s]", target) else target)
    cleaned.reference_lines[index + 1] = label


def _cut_comments(lines: list[str], start: int) -> dict[int, bool]:
    """Take out `<!-- … -->` and `{% comment %}` … `{% endcomment %}`, not in code blocks.

    A comment that never ends is text, so that a typing error removes nothing. Returns the indexes
    of the lines that were changed; True where a comment begins.
    """
    last_html = max((i for i, line in enumerate(lines) if "-->" in line), default=-1)
    last_liquid = max(
        (i for i, line in enumerate(lines) if "{%" in line and _COMMENT_END.search(line)),
        default=-1,
    )
    changed: dict[int, bool] = {}
    fences, until = Fences(), ""
    for index in range(start, len(lines)):
        line = lines[index]
        if until:
            line, until = _skip(line, until)
            lines[index] = line
            changed[index] = False
            if until or not line.strip():
                continue
        if fences.hold(line) or ("<!--" not in line and "{%" not in line):
            continue

        def change(run: str, index: int = index) -> str:
            nonlocal until
            if until:
                return ""
            left, until = _cut(run, index < last_html, index < last_liquid)
            return left

        left = outside(line, change)
        if left != line:
            changed[index] = "&lt;!--" not in left
            lines[index] = _EMPTY_BOLD.sub("", left)
    return changed


def _skip(line: str, until: str) -> tuple[str, str]:
    """Inside a comment: what is left of the line, and what still ends the comment."""
    if until == "-->":
        _inside, found, rest = line.partition("-->")
        return (rest, "") if found else ("", until)
    match = _COMMENT_END.search(line)
    return (line[match.end() :], "") if match else ("", until)


def _cut(run: str, html_ends: bool, liquid_ends: bool) -> tuple[str, str]:
    """A run without its comments, and what ends the one that goes on in the next line.

    `html_ends` and `liquid_ends` say whether a later line can end one.
    """
    out: list[str] = []
    until = ""
    while run and not until:
        html = run.find("<!--")
        liquid = _COMMENT_START.search(run)
        if html >= 0 and (liquid is None or html < liquid.start()):
            end = run.find("-->", html + 4)
            out.append(run[:html])
            if end >= 0:
                run = run[end + 3 :]
            elif html_ends:
                until = "-->"
            else:
                out.append(run[html:].replace("<!--", "&lt;!--"))
                run = ""
        elif liquid:
            end_match = _COMMENT_END.search(run, liquid.end())
            if end_match is not None:
                out.append(run[: liquid.start()])
                run = run[end_match.end() :]
            elif liquid_ends:
                out.append(run[: liquid.start()])
                until = "endcomment"
            else:
                out.append(run[: liquid.end()])
                run = run[liquid.end() :]
        else:
            break
    if not until:
        out.append(run)
    return "".join(out), until
