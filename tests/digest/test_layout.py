"""A layout is stored as JSON and read again; what is no decision is passed over."""

from __future__ import annotations

import pytest

from newsletter.digest import Layout, Role
from newsletter.digest.layout import EMPTY


def test_it_is_stored_and_read_again() -> None:
    layout = Layout({"before|paragraph": Role.INTRODUCTION}, {"jobs": "links"})
    stored = layout.to_json()
    assert stored == {"lines": {"before|paragraph": "introduction"}, "shapes": {"jobs": "links"}}
    assert Layout.from_json(stored) == layout


@pytest.mark.parametrize(
    "junk",
    [
        None,
        7,
        [],
        {"lines": 7, "shapes": ["a"]},
        {"lines": {"a": "nothing", "": "item", "b": 3}, "shapes": {"c": None}},
        {"lines": {"x" * 301: "item"}},
    ],
)
def test_junk_is_no_decision(junk: object) -> None:
    assert Layout.from_json(junk) == EMPTY


def test_answers_are_given_and_taken_back() -> None:
    layout = EMPTY.with_line("a", Role.TAIL).with_line("b", Role.ITEM).with_shape("c", "links")
    assert layout.lines == {"a": Role.TAIL, "b": Role.ITEM}
    assert layout.with_line("a", None).with_line("b", Role.ABOVE).lines == {"b": Role.ABOVE}
    assert layout.with_shape("c", None).shapes == {}
    assert EMPTY.lines == {}
