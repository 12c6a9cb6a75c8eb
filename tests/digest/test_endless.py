"""Lines that a pattern could be tried on in endless ways: each would hold its reader for hours.

No clock is asked: what is not read in one pass does not come back while anybody waits.
"""

from __future__ import annotations

import pytest

from newsletter.digest import parse

RUNS = (
    "·",
    "⭐",
    "▶ ",
    " ",
    "\u3000",
    "-",
    "& ",
    ":::",
    "#",
    "「",
    "“",
    "%%",
    "[b](c) ",
    "_",
    "1. ",
)
LINKED = "[Boats](https://example.org/{})"


@pytest.mark.parametrize("run", RUNS)
def test_signs_in_a_row(run: str) -> None:
    """In the title, a heading, a numbered line, a bullet, a label's value, emphasis."""
    row = run * (3_000 // len(run))
    text = (
        f"# Harbour {row}x 2026-03-02\n\n## One {row}x\n\n{LINKED.format(1)}\n\n"
        f"## List\n\n1. {row}x {LINKED.format(2)}\n2. {LINKED.format(3)}\n\n"
        f"## Points\n\n- {row}x {LINKED.format(4)}\n- {LINKED.format(5)}\n\n"
        f"## Two\n\n**Source:** {LINKED.format(6)} {row}x\n\n**Insight:** It {row}floats.\n\n"
        f"## Three\n\n*It {row}floats. {LINKED.format(7)}\n"
    )
    digest = parse(text)
    assert digest.items or digest.errors
    whole = "".join(map(str, digest.items)) + "".join(one.text for one in digest.open)
    assert digest.errors or all(f"example.org/{number}" in whole for number in range(1, 8))


def test_a_leader_of_points() -> None:
    """As a table of contents for paper has it."""
    digest = parse(
        "# Harbour 2026-03-02\n\n"
        f"1. Boats {'·' * 60} 3\n\n   https://example.org/1\n\n"
        f"2. {'·' * 60} Ropes\n\n   https://example.org/2\n"
    )
    assert [item.sources[0].url for item in digest.items] == [
        "https://example.org/1",
        "https://example.org/2",
    ]
