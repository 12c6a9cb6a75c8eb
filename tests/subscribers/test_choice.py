"""A choice is one integer; a form can only touch what it showed."""

from __future__ import annotations

import pytest

from subscribers.choice import NEW, TAIL, Choice, NoBitLeft, form_update, free_bit
from tests import builders

pytestmark = pytest.mark.django_db


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


def test_a_forty_ninth_open_category_is_refused() -> None:
    daily = builders.publication()
    for n in range(48):
        builders.category(daily, f"c{n}")
    with pytest.raises(NoBitLeft, match="48 live categories"):
        free_bit(daily, "open")
    assert free_bit(daily, "hidden") == 48
