"""A choice is one integer; a form can only touch what it showed."""

from __future__ import annotations

import pytest

from subscribers import choice
from subscribers.choice import NEW, TAIL, Choice, NoBitLeft, form_update, free_bit, mask_of
from tests import builders

pytestmark = pytest.mark.django_db

# Written out: they are stored with every reader, so another number would mean another choice.
OPEN = 0x0000_FFFF_FFFF_FFFF
TAIL_BIT = 0x1000_0000_0000_0000
NEW_BIT = 0x2000_0000_0000_0000


def test_the_bits() -> None:
    assert (TAIL, NEW) == (TAIL_BIT, NEW_BIT)
    assert choice.CATEGORY_MASK == 0x0FFF_FFFF_FFFF_FFFF
    assert list(choice.OPEN_BITS) == list(range(48))
    assert list(choice.CLOSED_BITS) == list(range(48, 60))
    assert Choice.all().bits == OPEN | TAIL_BIT | NEW_BIT


def test_everything_includes_a_category_created_later() -> None:
    daily = builders.publication()
    bits = Choice.all()
    later = builders.category(daily, "Markets")
    assert bits.has(later)


def test_only_these_excludes_a_category_created_later() -> None:
    daily = builders.publication()
    markets = builders.category(daily, "Markets")
    choice = Choice.of([markets], live=[markets])
    later = builders.category(daily, "Opinion")
    assert choice.has(markets) and not choice.has(later) and choice.tail and not choice.new


def test_nobody_slides_into_a_private_category() -> None:
    daily = builders.publication()
    secret = builders.category(daily, "Board", visibility="private")
    assert secret.bit == 48
    assert not Choice.all().has(secret)


def test_a_form_leaves_what_it_did_not_show() -> None:
    daily = builders.publication()
    markets = builders.category(daily, "Markets")
    opinion = builders.category(daily, "Opinion")
    private = builders.category(daily, "Board", visibility="private")
    live = [markets, opinion, private]
    before = Choice.of([markets, private], live=live).bits
    clear, chosen = form_update([markets, opinion], [opinion], live=live, tail=False)
    after = Choice(before & ~clear | chosen)
    assert after.categories(live) == [opinion, private]
    assert not after.tail and not after.bits & NEW and not after.bits & TAIL


def test_s9_also_new_ones_sets_the_bits_that_no_category_owns() -> None:
    daily = builders.publication()
    markets, opinion = builders.category(daily, "Markets"), builders.category(daily, "Opinion")
    live = [markets, opinion]
    made = Choice.of([opinion], live=live, new=True, tail=False)
    assert made.bits == (OPEN & ~0b01) | NEW_BIT
    assert made.new and not made.tail
    later = builders.category(daily, "Sport")
    assert made.categories([*live, later]) == [opinion, later]
    assert Choice.of([opinion], live=live, tail=False).bits == 0b10
    assert Choice.of([opinion], live=live).bits == TAIL_BIT | 0b10


@pytest.mark.parametrize(
    ("new", "tail", "clear", "chosen"),
    [
        (None, None, 0b011, 0b010),
        (False, None, (OPEN & ~0b100) | NEW_BIT, 0b010),
        (True, None, (OPEN & ~0b100) | NEW_BIT, (OPEN & ~0b101) | NEW_BIT),
        (None, False, 0b011 | TAIL_BIT, 0b010),
        (None, True, 0b011 | TAIL_BIT, 0b010 | TAIL_BIT),
    ],
)
def test_s9_a_form_that_asks_for_new_ones_moves_the_bits_that_no_category_owns(
    new: bool | None, tail: bool | None, clear: int, chosen: int
) -> None:
    daily = builders.publication()
    markets, opinion, sport = live = [
        builders.category(daily, name) for name in ("Markets", "Opinion", "Sport")
    ]
    asked = form_update([markets, opinion], [opinion, sport], live=live, new=new, tail=tail)
    # Sport was ticked by whoever made the request, but it was not on the form.
    assert asked == (clear, chosen)


def test_a_retired_category_has_no_bit_and_is_nobodys_choice() -> None:
    daily = builders.publication()
    markets, opinion = builders.category(daily, "Markets"), builders.category(daily, "Opinion")
    opinion.bit, opinion.retired_at = None, builders.NOW
    opinion.save()
    assert mask_of([opinion, markets]) == 0b01
    assert not Choice.all().has(opinion)
    assert choice.live(daily) == [markets]
    assert free_bit(daily, "open") == 1


def test_a_thirteenth_closed_category_is_refused() -> None:
    daily = builders.publication()
    for n in range(12):
        builders.category(daily, f"c{n}", visibility="private")
    with pytest.raises(NoBitLeft) as refusal:
        free_bit(daily, "hidden")
    assert str(refusal.value) == "daily has 12 live categories of this kind; retire one."
    assert free_bit(daily, "open") == 0


def test_a_forty_ninth_open_category_is_refused() -> None:
    daily = builders.publication()
    for n in range(48):
        builders.category(daily, f"c{n}")
    with pytest.raises(NoBitLeft, match="48 live categories"):
        free_bit(daily, "open")
    assert free_bit(daily, "hidden") == 48
