"""Rules between the lines of one section: what stands between them, and behind the last."""

from __future__ import annotations

from collections.abc import Sequence

from .outline import EMPTY, Kind, Line, Section


def behind_rule(section: Section) -> int | None:
    """The index of the last rule of a section with text behind it."""
    text = False
    for index in range(len(section.lines) - 1, 0, -1):
        line = section.lines[index]
        if line.kind is Kind.RULE and text:
            return index
        text = text or line.kind not in EMPTY
    return None


def cut_at_rules(lines: Sequence[Line]) -> list[list[Line]]:
    parts: list[list[Line]] = [[]]
    for line in lines:
        if line.kind is Kind.RULE:
            parts.append([])
        else:
            parts[-1].append(line)
    return [part for part in parts if any(line.kind not in EMPTY for line in part)]
