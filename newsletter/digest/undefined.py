"""Links by reference whose address the document does not hold: their words stay, their marks go.

`[Core #26094][]` and `[fees][topic fees]` are links only where a definition says where to
(CommonMark 0.31, 6.3). Generators keep definitions in a file of their own, which is not here. A
reader would be shown the brackets.
"""

from __future__ import annotations

import re

from .inline import normal_reference
from .problems import Problems
from .prose import Prose, keeping_addresses

# Letters in both: "[1][2]" may be two notes, and `rows[i][j]` is one name with two indexes.
_FULL = re.compile(
    r"(?<![\w\]!\\])\[((?=[^\[\]]*[^\W_])[^\[\]]{1,300})\]"
    r"\[((?=[^\[\]]*[^\W\d_]{2})[^\[\]]{0,300}|)\](?![\[(:])"
)
_HEAD = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])\s+$")


def unlink(prose: Prose, defined: frozenset[str], problems: Problems) -> None:
    """Write links without an address as their words; one warning with their number.

    At the head of a list's entry the words are what it is called, and are kept apart in bold.
    """
    first = count = 0
    for index, line in list(prose.rows("][")):

        def change(run: str, line: str = line) -> str:
            def words(match: re.Match[str]) -> str:
                nonlocal count
                label, reference = match.group(1), match.group(2)
                if normal_reference(reference or label) in defined:
                    return match.group()
                count += 1
                heads = line.startswith(run) and _HEAD.match(run[: match.start()]) is not None
                return f"**{label}**" if heads and "*" not in label else label

            return _FULL.sub(words, run)

        if prose.change_line(index, keeping_addresses(change)) and not first:
            first = index + 1
    if count:
        problems.warn("reference-missing", {"count": count}, first)
