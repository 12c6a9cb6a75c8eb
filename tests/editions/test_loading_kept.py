"""Views of items are made once of the same row, and never of one that is another now."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from newsletter import editions
from newsletter.editions import loading
from newsletter.models import Issue, Item, Link
from subscribers.models import Category
from tests.builders import category, issue, item, publication

pytestmark = pytest.mark.django_db


def _made(*titles: str) -> Issue:
    daily = publication()
    filed = category(daily, "Harbour")
    made = issue(daily)
    for number, title in enumerate(titles, 1):
        item(made, filed, title, number=number)
    return made


def test_an_item_is_made_once_of_the_same() -> None:
    one = _made("The ferry returns", "The tram waits")
    first, again = editions.load(one).items, editions.load(one).items
    assert [a is b for a, b in zip(first, again, strict=True)] == [True, True]


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ({"title": "The ferry stays"}, ("title", "The ferry stays")),
        ({"insight": "New."}, ("insight", "New.")),
        ({"body": "New."}, ("body", "New.")),
        ({"extra": {"k": "v"}}, ("extra", {"k": "v"})),
        ({"bullets": [{"lead": "a", "text": "b", "children": []}]},
         ("bullets", (editions.BulletView("a", "b", ()),))),
        ({"date": dt.date(2026, 3, 1)}, ("date", dt.date(2026, 3, 1))),
        ({"score": 2.5}, ("score", 2.5)),
        ({"picture_alt": "A ferry"}, ("picture_alt", "A ferry")),
        ({"category": None}, ("category", None)),
    ],
)  # fmt: skip
def test_what_was_changed_is_seen(change: dict[str, Any], seen: Any) -> None:
    one = _made("The ferry returns", "The tram waits")
    before = editions.load(one).items
    Item.objects.filter(pk=before[0].id).update(**change)
    after = editions.load(one).items
    assert getattr(after[0], seen[0]) == seen[1]
    assert after[1] is before[1]


def test_a_source_and_a_category_are_part_of_it() -> None:
    one = _made("The ferry returns")
    row = one.items.get()
    editions.load(one)
    Link.objects.filter(item=row).delete()
    Link.objects.create(
        issue=one, item=row, kind="source", number=1, label="Paper", url="https://a.example/x"
    )
    assert [link.url for link in editions.load(one).items[0].sources] == ["https://a.example/x"]
    Category.objects.filter(pk=row.category_id).update(name="Elsewhere")
    loaded = editions.load(one).items[0].category
    assert loaded is not None
    assert loaded.name == "Elsewhere"


def test_what_is_kept_is_bounded_by_its_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = loading._Made()
    view = loading.load(_made("The ferry returns")).items[0]
    monkeypatch.setattr(loading, "_MOST", 2_000)
    for number in range(4):
        kept.keep((number,), view, 900)
        assert kept.letters <= 2_000
    assert [key for (key,) in kept.views] == [2, 3]
    kept.keep((4,), view, loading._LONGEST + 1)
    assert len(kept.views) == 2
