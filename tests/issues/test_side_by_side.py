"""An issue beside its translation: which item is which, and what a person is warned of."""

from __future__ import annotations

import pytest

from newsletter import sending
from newsletter.editions import load, pairing
from newsletter.issues import side_by_side
from newsletter.issues.side_by_side import address_key
from newsletter.models import Issue, Item
from tests import builders

pytestmark = pytest.mark.django_db


def two(english: list[tuple[str, str]], chinese: list[tuple[str, str]]) -> tuple[Issue, Issue]:
    """Two drafts, a pair, of (title, link) each."""
    publication = builders.publication()
    ships = builders.category(publication, "Ships")
    made = []
    for language, slug, items in (("en", "en", english), ("zh-Hans", "zh", chinese)):
        issue = builders.issue(publication, slug=slug, language=language)
        for title, url in items:
            builders.item(issue, ships, title, url=url, insight="", bullets=[])
        made.append(issue)
    pairing.pair(made[1], made[0], by="alice")
    return made[0], made[1]


def shown(issue: Issue) -> list[tuple[str | None, str | None]]:
    (one,) = side_by_side.beside(issue)
    return [
        (
            row.original.title if row.original else None,
            row.translation.title if row.translation else None,
        )
        for row in one.rows
    ]


A, B, C = (f"https://example.org/{name}" for name in "abc")


def test_by_link_then_by_place() -> None:
    english, chinese = two(
        [("Ship", A), ("Corn", ""), ("Rain", C)], [("雨", C), ("船", A), ("玉米", "")]
    )
    # Rain stands first over there; between ship and rain nothing is left to pair by place.
    assert shown(english) == [("Ship", "船"), ("Corn", None), ("Rain", "雨"), (None, "玉米")]
    assert shown(chinese) == shown(english)


def test_without_any_link_by_place_where_there_are_as_many() -> None:
    english, _ = two([("Ship", ""), ("Corn", "")], [("船", ""), ("玉米", "")])
    assert shown(english) == [("Ship", "船"), ("Corn", "玉米")]


def test_where_there_are_not_as_many_nobody_guesses() -> None:
    english, _ = two([("Ship", ""), ("Corn", "")], [("船", "")])
    assert shown(english) == [("Ship", None), ("Corn", None), (None, "船")]


def test_within_a_category_first() -> None:
    """Two of one category and one of another; over there the other one comes first."""
    english, chinese = two([("Ship", ""), ("Corn", ""), ("Dock", "")], [("玉米", ""), ("船", "")])
    trade = builders.category(english.publication, "Trade")
    Item.objects.filter(title__in=("Corn", "玉米")).update(category=trade)
    assert shown(english) == [
        ("Ship", None), ("Corn", "玉米"), ("Dock", None), (None, "船"),
    ]  # fmt: skip
    ships = english.items.get(title="Ship").category
    builders.item(chinese, ships, "码头", url="")
    assert shown(english) == [("Ship", "船"), ("Corn", "玉米"), ("Dock", "码头")]


def test_a_person_wins_over_links_and_places() -> None:
    english, chinese = two([("Ship", A), ("Corn", B)], [("船", B), ("玉米", A)])
    assert shown(english) == [("Ship", "玉米"), ("Corn", "船")]
    first = chinese.items.get(number=1)
    Item.objects.filter(pk=first.pk).update(translates=english.items.get(number=1))
    assert shown(english)[0] == ("Ship", "船")


def test_a_figure_that_differs_is_a_warning_at_the_item_on_both_sides() -> None:
    english, chinese = two([("1,234 ships, 5 %", A)], [("1243艘船，5％", A)])
    (here,) = side_by_side.findings(english)
    assert (here.code, here.items) == ("pair-differs", (english.items.get().pk,))
    assert here.message == (
        "Item 1 differs from item 1 in the other language (zh-Hans):"
        " figures here 1,234, there 1243."
    )
    (there,) = side_by_side.findings(chinese)
    assert "figures here 1243, there 1,234" in there.message
    assert here.message in sending.plan(english).warnings


def test_an_address_that_differs_and_an_item_without_a_partner_are_warnings() -> None:
    english, chinese = two([("Ship", A), ("Corn", "")], [("船", "https://example.org/a2")])
    item = chinese.items.get()
    Item.objects.filter(pk=item.pk).update(translates=english.items.get(number=1))
    found = side_by_side.findings(english)
    assert [one.message for one in found] == [
        "Item 1 differs from item 1 in the other language (zh-Hans): addresses here"
        " https://example.org/a, there https://example.org/a2.",
        "Item 2 has no partner in the other language (zh-Hans).",
    ]


def test_an_issue_without_a_translation_is_not_compared() -> None:
    issue = builders.issue(builders.publication())
    assert side_by_side.beside(issue) == [] and side_by_side.findings(issue) == []


def test_a_pair_by_place_needs_no_query_of_an_item(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    english, _ = two([(f"Ship {n}", "") for n in range(30)], [(f"船{n}", "") for n in range(30)])
    with django_assert_max_num_queries(14):
        (one,) = side_by_side.beside(english)
    assert one.alone == 0 and not any(row.difference for row in one.rows)
    assert len(load(english).items) == 30


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://example.org/en/a", "https://example.org/zh/a", True),
        ("https://example.org/a", "https://example.org/zh-CN/a/", True),
        ("https://example.org/a?hl=en&x=1", "https://example.org/a?x=1&hl=zh_CN", True),
        ("https://en.wikipedia.org/wiki/Ship", "https://zh.wikipedia.org/wiki/船", True),
        ("http://www.example.org/a", "https://example.org/a#part", True),
        ("https://example.org/a?utm_source=x", "https://example.org/a", True),
        ("https://example.org/a", "https://example.org/b", False),
        ("https://example.org/en/a", "https://example.org/zh/b", False),
        ("https://example.org/a", "https://example.com/a", False),
        ("https://en.wikipedia.org/wiki/Ship", "https://zh.wiktionary.org/wiki/船", False),
        ("https://example.org/a?id=1", "https://example.org/a?id=2", False),
    ],
)
def test_addresses_of_two_languages(one: str, other: str, same: bool) -> None:
    assert (address_key(one) == address_key(other)) is same
