"""A category is merged or given up: its bit moves in every choice, and nobody else's changes."""

from __future__ import annotations

import pytest

from subscribers import subscriptions
from subscribers.choice import NEW, TAIL
from subscribers.models import Publication, Subscription
from subscribers.subscriptions import changing
from tests import builders

pytestmark = pytest.mark.django_db

FIRST, SECOND, THIRD = 0b001, 0b010, 0b100
PRIVATE = 1 << 48


def readers(publication: Publication, *choices: int) -> list[Subscription]:
    return [
        builders.subscription(
            publication, f"reader{n}@{publication.slug}.example.org", choice=choice
        )
        for n, choice in enumerate(choices)
    ]


def choices_of(ties: list[Subscription]) -> list[int]:
    return [Subscription.objects.values_list("choice", flat=True).get(pk=tie.pk) for tie in ties]


def test_who_chose_the_source_has_the_target_instead() -> None:
    daily, weekly = builders.publication(), builders.publication("weekly")
    source, target = builders.category(daily, "Markets"), builders.category(daily, "Opinion")
    ties = readers(daily, FIRST, FIRST | SECOND | TAIL, SECOND, THIRD | NEW, FIRST | THIRD | NEW, 0)
    others = readers(weekly, FIRST)
    assert subscriptions.merge_bits(daily, source, target) == 3
    assert choices_of(ties) == [
        SECOND, SECOND | TAIL, SECOND, THIRD | NEW, SECOND | THIRD | NEW, 0,
    ]  # fmt: skip
    assert choices_of(others) == [FIRST]


@pytest.mark.parametrize("none", ["source", "target"])
def test_without_a_bit_there_is_nothing_to_merge(none: str) -> None:
    daily = builders.publication()
    pair = {"source": builders.category(daily, "A"), "target": builders.category(daily, "B")}
    ties = readers(daily, FIRST)
    pair[none].bit = None
    assert subscriptions.merge_bits(daily, **pair) == 0
    assert choices_of(ties) == [FIRST]


@pytest.mark.parametrize("batch", [1, 2, 20_000])
def test_a_bit_given_back_mirrors_also_new_ones(
    batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert changing._BATCH == 20_000
    monkeypatch.setattr(changing, "_BATCH", batch)
    daily, weekly = builders.publication(), builders.publication("weekly")
    ties = readers(daily, FIRST | SECOND, SECOND | NEW, FIRST | SECOND | NEW | TAIL, TAIL, FIRST)
    others = readers(weekly, FIRST, NEW)
    assert subscriptions.give_back_bit(daily, 0) == 3
    assert choices_of(ties) == [
        SECOND, FIRST | SECOND | NEW, FIRST | SECOND | NEW | TAIL, TAIL, 0,
    ]  # fmt: skip
    assert choices_of(others) == [FIRST, NEW]


def test_a_private_bit_given_back_is_nobodys() -> None:
    daily = builders.publication()
    ties = readers(daily, PRIVATE | FIRST, PRIVATE | NEW, NEW, FIRST)
    assert subscriptions.give_back_bit(daily, 48) == 2
    assert choices_of(ties) == [FIRST, NEW, NEW, FIRST]


def test_where_nobody_reads_nobody_is_rewritten() -> None:
    assert subscriptions.give_back_bit(builders.publication(), 0) == 0
