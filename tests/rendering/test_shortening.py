"""The rule of shortening, from sizes alone; and a mail between what is aimed at and the limit."""

from __future__ import annotations

import pytest

from newsletter import rendering
from newsletter.rendering import shortening
from newsletter.rendering.shortening import LIMIT, TARGET, Form, fit, forms, levels
from subscribers.choice import CATEGORY_MASK
from tests import sample_issues as issues


def test_the_figures() -> None:
    assert (TARGET, LIMIT) == (75_000, 102_000)
    assert (shortening.FIRST, shortening.LONG, shortening.TAIL_MOST) == (3, 12_000, 60)
    assert (Form.NAMED, Form.BRIEF, Form.FULL) == (0, 1, 2)


def test_the_written_rule() -> None:
    full, brief, named = Form.FULL, Form.BRIEF, Form.NAMED
    short = [False] * 5
    assert levels(5) == 8
    assert [forms(short, level) for level in range(9)] == [
        [named] * 5,
        [full, named, named, named, named],
        [full, full, named, named, named],
        [full, full, full, named, named],
        [full, full, full, brief, named],
        [full, full, full, brief, brief],
        [full, full, full, full, brief],
        [full] * 5,
        [full] * 5,
    ]
    # A long item stays brief until everything fits in full.
    assert forms([False, True, False], 3) == [full, brief, full]
    assert forms([False, True, False], levels(3)) == [full] * 3


@pytest.mark.parametrize(("count", "top"), [(0, 1), (1, 2), (2, 3), (3, 4), (4, 6), (133, 264)])
def test_how_many_levels_so_many_items_have(count: int, top: int) -> None:
    assert levels(count) == top


def test_long_items_alone_are_brief_below_the_top() -> None:
    assert forms([True, True], 2) == [Form.BRIEF, Form.BRIEF]
    assert forms([True, True], 1) == [Form.BRIEF, Form.NAMED]
    assert forms([True, True], 4) == [Form.FULL, Form.FULL]


@pytest.mark.parametrize(
    ("sizes", "level"),
    [
        ([74_999, 75_000, 75_001], 1),
        ([10, 20, 75_000], 2),
        ([75_001, 75_002, 75_003], 0),
        ([75_000, 75_001], 0),
        ([10, 20, 30, 40, 50, 60, 70, 80_000], 6),
        ([10, 80_000, 80_001, 80_002, 80_003, 80_004], 0),
        ([10, 20, 30, 80_000, 80_001, 80_002, 80_003], 2),
    ],
)
def test_the_highest_level_that_fits(sizes: list[int], level: int) -> None:
    assert fit(sizes.__getitem__, len(sizes) - 1) == level


def test_few_sizes_are_asked_for() -> None:
    asked = []

    def size(level: int) -> int:
        asked.append(level)
        return 1000 * level

    assert fit(size, 264) == 75
    assert asked == [264, 132, 66, 99, 82, 74, 78, 76, 75]


def test_s9_what_is_between_the_target_and_the_limit_is_shortened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    view, publication = issues.view(36), issues.publication("en")
    made = rendering.whole(view, publication, CATEGORY_MASK)
    assert made.shortened and made.size <= 75_000
    monkeypatch.setattr(shortening, "TARGET", LIMIT)
    full = rendering.whole(view, publication, CATEGORY_MASK)
    assert not full.shortened and 75_000 < full.size <= 102_000
