"""Three versions of an issue become one: no work of hands is lost, what both touched is asked."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.importing.merging import Side, merge
from newsletter.importing.ordering import merge_orders, moved
from newsletter.importing.versions import (
    ITEM_FIELDS,
    ItemVersion,
    Version,
    from_json,
    to_json,
    value_of,
)


def item(name: str, **values: Any) -> ItemVersion:
    """An item of a document called by its one word, with a link and a text of its own."""
    said = {"title": name, "sources": [["S", f"https://example.org/{name}"]], "body": f"On {name}."}
    return ItemVersion({**said, **values})


def said(*items: ItemVersion, **issue: Any) -> Version:
    own = {"title": "T", "introduction": "", "tail": ["", []], "front": {}}
    return Version({**own, **issue}, items)


def rows(version: Version) -> Version:
    """The version as rows: each item with a key."""
    items = [
        ItemVersion({**one.values, "hidden": False}, f"key-{at}", f"item-{at}")
        for at, one in enumerate(version.items, 1)
    ]
    return Version({**version.issue, "subject": "", "preheader": ""}, tuple(items))


def base(version: Version) -> Version:
    """What an import of it leaves behind, beside `rows`."""
    keyed = rows(version)
    items = [
        ItemVersion(one.values, row.key, row.name)
        for one, row in zip(version.items, keyed.items, strict=True)
    ]
    return Version(version.issue, tuple(items))


def by_hand(version: Version, place: int, **values: Any) -> Version:
    items = list(version.items)
    items[place] = ItemVersion(
        {**items[place].values, **values}, items[place].key, items[place].name
    )
    return Version(version.issue, tuple(items))


def titles(merged: Any) -> list[str]:
    return [one.title for one in merged.items]


def words(merged: Any) -> list[list[Any]]:
    return [[value_of(one.values, name) for name in ITEM_FIELDS] for one in merged.items]


def told(merged: Any) -> list[tuple[str, str, Any, Any]]:
    return [(one.kind, one.field, one.mine, one.theirs) for one in merged.conflicts]


OLD = said(item("Ferry"), item("Yard"), item("Rope"))


def test_each_side_brings_what_it_changed() -> None:
    mine = by_hand(rows(OLD), 0, body="By hand.")
    theirs = said(item("Ferry", insight="New."), item("Yard", body="Theirs."), item("Rope"))
    merged = merge(base(OLD), mine, theirs)
    assert merged.conflicts == ()
    assert [
        (value_of(one.values, "insight"), value_of(one.values, "body")) for one in merged.items
    ] == [
        ("New.", "By hand."),
        ("", "Theirs."),
        ("", "On Rope."),
    ]


def test_what_both_changed_is_asked_and_stays() -> None:
    mine = by_hand(rows(OLD), 1, body="By hand.")
    theirs = said(item("Ferry"), item("Yard", body="Theirs.", insight="New."), item("Rope"))
    merged = merge(base(OLD), mine, theirs)
    assert told(merged) == [("field", "item-2.body", "By hand.", "Theirs.")]
    assert merged.conflicts[0].item == "Yard"
    assert (merged.items[1].values["body"], merged.items[1].values["insight"]) == (
        "By hand.", "New.",
    )  # fmt: skip
    for take, body in (
        ({"item-2.body": Side.THEIRS}, "Theirs."),
        ({"": Side.MINE}, "By hand."),
        ({"": Side.THEIRS, "item-2.body": Side.MINE}, "By hand."),
    ):
        decided = merge(base(OLD), mine, theirs, take)
        assert decided.conflicts == () and decided.items[1].values["body"] == body


def test_the_issue_s_own_fields() -> None:
    theirs = said(*OLD.items, introduction="Theirs.", tail=["More", [["A", "https://a.example"]]])
    mine = Version(
        {**rows(OLD).issue, "introduction": "Mine.", "title": "By hand"}, rows(OLD).items
    )
    merged = merge(base(OLD), mine, theirs)
    assert told(merged) == [("field", "introduction", "Mine.", "Theirs.")]
    assert (merged.issue["title"], merged.issue["introduction"], merged.issue["tail"]) == (
        "By hand", "Mine.", ["More", [["A", "https://a.example"]]],
    )  # fmt: skip


def test_a_document_that_says_nothing_of_a_subject_leaves_it() -> None:
    mine = Version({**rows(OLD).issue, "subject": "By hand"}, rows(OLD).items)
    assert merge(base(OLD), mine, OLD).issue["subject"] == "By hand"


def test_inserted_and_left_out_by_either_side() -> None:
    kept = rows(OLD)
    own = ItemVersion(item("Mine").values, "key-9", "item-9")
    mine = Version(kept.issue, (kept.items[0], own, kept.items[1]))  # Rope is gone.
    theirs = said(item("Ferry"), item("New"), item("Rope"), item("Last"))  # Yard is gone.
    merged = merge(base(OLD), mine, theirs)
    assert merged.conflicts == ()
    assert titles(merged) == ["Ferry", "New", "Last", "Mine"]


def test_left_out_by_one_and_changed_by_the_other() -> None:
    mine = by_hand(rows(OLD), 1, body="By hand.")
    mine = Version(mine.issue, mine.items[:2])  # Rope is gone.
    theirs = said(item("Ferry"), item("Rope", body="Theirs."))  # Yard is gone.
    merged = merge(base(OLD), mine, theirs)
    assert told(merged) == [("delete", "item-2", "Yard", None), ("delete", "item-3", None, "Rope")]
    assert titles(merged) == ["Ferry", "Yard"]
    assert titles(merge(base(OLD), mine, theirs, {"": Side.THEIRS})) == ["Ferry", "Rope"]
    assert titles(merge(base(OLD), mine, theirs, {"": Side.MINE})) == ["Ferry", "Yard"]


def test_both_inserted_the_same_story() -> None:
    own = ItemVersion({**item("New").values, "body": "By hand."}, "key-9", "item-9")
    mine = Version(rows(OLD).issue, (*rows(OLD).items, own))
    merged = merge(base(OLD), mine, said(*OLD.items, item("New")))
    assert told(merged) == [("insert", "item-9.body", "By hand.", "On New.")]
    assert titles(merged) == ["Ferry", "Yard", "Rope", "New"]


def test_moves_of_both_and_a_contradiction() -> None:
    four = said(item("Ferry"), item("Yard"), item("Rope"), item("Crane"))
    ferry, yard, rope, crane = rows(four).items
    mine = Version(rows(four).issue, (yard, ferry, rope, crane))
    theirs = said(item("Ferry"), item("Yard"), item("Crane"), item("Rope"))
    assert titles(merge(base(four), mine, theirs)) == ["Yard", "Ferry", "Crane", "Rope"]
    theirs = said(item("Rope"), item("Yard"), item("Ferry"), item("Crane"))
    mine = Version(rows(four).issue, (ferry, yard, crane, rope))
    merged = merge(base(four), mine, theirs)
    assert told(merged) == [
        ("move", "order", ["Ferry", "Yard", "Crane", "Rope"], ["Rope", "Yard", "Ferry", "Crane"])
    ]
    assert titles(merged) == ["Ferry", "Yard", "Crane", "Rope"]
    assert titles(merge(base(four), mine, theirs, {"order": Side.THEIRS})) == [
        "Rope", "Yard", "Ferry", "Crane",
    ]  # fmt: skip


LONG = item("Harbour", body="The first berth is new.\n\nThe second berth is closed.")


def test_split_by_the_document_while_hands_changed_the_text() -> None:
    mine = by_hand(rows(said(LONG)), 0, body=LONG.values["body"] + "\n\nBy hand.")
    theirs = said(
        item("Harbour", body="The first berth is new."),
        item("Berth two", body="The second berth is closed."),
    )
    merged = merge(base(said(LONG)), mine, theirs)
    assert told(merged) == [("split", "item-1", ["Harbour"], ["Harbour", "Berth two"])]
    assert [one.values["body"] for one in merged.items] == [LONG.values["body"] + "\n\nBy hand."]
    taken = merge(base(said(LONG)), mine, theirs, {"item-1": Side.THEIRS})
    assert titles(taken) == ["Harbour", "Berth two"]
    assert taken.items[0].values["body"] == "The first berth is new."
    # Refused once, it does not come back.
    kept = merge(base(said(LONG)), mine, theirs, {"item-1": Side.MINE})
    assert titles(kept) == ["Harbour"] and titles(again(kept, theirs)) == ["Harbour"]
    assert again(kept, theirs).conflicts == ()


def test_split_by_hands_while_the_document_changed_the_text() -> None:
    first = by_hand(rows(said(LONG)), 0, body="The first berth is new.")
    own = ItemVersion(
        item("Berth two", body="The second berth is closed.").values, "key-9", "item-2"
    )
    mine = Version(first.issue, (*first.items, own))
    theirs = said(item("Harbour", body=LONG.values["body"] + "\n\nTheirs."))
    merged = merge(base(said(LONG)), mine, theirs)
    assert told(merged) == [("split", "item-1", ["Harbour", "Berth two"], ["Harbour"])]
    assert titles(merged) == ["Harbour", "Berth two"]
    assert merged.items[0].values["body"] == "The first berth is new."
    taken = merge(base(said(LONG)), mine, theirs, {"": Side.THEIRS})
    assert [one.values["body"] for one in taken.items] == [LONG.values["body"] + "\n\nTheirs."]


def test_a_story_is_found_by_link_by_likeness_and_by_its_place() -> None:
    old = said(
        item("Ferry"),
        item("Das neue Dock ist fertig", sources=[]),
        item("港口今年的吞吐量创新高", sources=[["S", ""]]),
        item("Note", sources=[], body="Anything."),
    )
    mine = by_hand(rows(old), 3, insight="By hand.")
    theirs = said(
        item("Night ferry", sources=[["S", "http://www.example.org/Ferry/?utm_source=x"]]),
        item("Das neue Dock ist nun fertig", sources=[], body="Other words."),
        item("港口去年的吞吐量创新高", sources=[["S", ""]], body="别的话。"),
        item("Remark", sources=[], body="Quite different."),
    )
    merged = merge(base(old), mine, theirs)
    assert [one.key for one in merged.items] == ["key-1", "key-2", "key-3", "key-4"]
    assert merged.items[3].values["insight"] == "By hand." and merged.conflicts == ()


def test_another_story_at_the_same_place_is_another_item() -> None:
    mine = by_hand(rows(OLD), 1, body="By hand.")
    merged = merge(base(OLD), mine, said(item("Ferry"), item("Crane"), item("Rope")))
    assert told(merged) == [("delete", "item-2", "Yard", None)]
    assert titles(merged) == ["Ferry", "Yard", "Crane", "Rope"] or titles(merged) == [
        "Ferry", "Crane", "Yard", "Rope",
    ]  # fmt: skip


# ---- properties

EXAMPLES = int(os.environ.get("EXAMPLES", "100"))
NAMES = ("Anchor", "Boiler", "Cable", "Derrick", "Engine", "Funnel", "Gangway")
BODIES = ("", "{}: one.", "{}: two.\n\n{}: three.", "{}：四。")


def text(name: str, body: str) -> str:
    """A text no other item has: what is alike by chance is another test."""
    return body.replace("{}", name)


@st.composite
def versions(draw: Any) -> Version:
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=6))
    items = [
        item(
            name,
            body=text(name, draw(st.sampled_from(BODIES))),
            insight=text(name, draw(st.sampled_from(BODIES))),
        )
        for name in names
    ]
    return said(
        *items, title=draw(st.sampled_from("TUV")), introduction=draw(st.sampled_from("xy"))
    )


@st.composite
def edited(draw: Any, version: Version) -> Version:
    """Its rows after some work of hands."""
    keyed = rows(version)
    items = list(keyed.items)
    for _step in range(draw(st.integers(0, 4))):
        what = draw(st.sampled_from(("change", "drop", "add", "move")))
        at = draw(st.integers(0, max(0, len(items) - 1)))
        if what == "add":
            own = item("Own", body=text("Own", draw(st.sampled_from(BODIES))))
            if not any(one.key == "key-own" for one in items):
                items.insert(at, ItemVersion(own.values, "key-own", "item-own"))
        elif not items:
            continue
        elif what == "drop":
            del items[at]
        elif what == "move":
            items.insert(draw(st.integers(0, len(items) - 1)), items.pop(at))
        else:
            values = {**items[at].values, "body": f"Hand {draw(st.integers(1, 3))}."}
            items[at] = ItemVersion(values, items[at].key, items[at].name)
    issue = {**keyed.issue, "introduction": draw(st.sampled_from("xyz"))}
    return Version(issue, tuple(items))


def again(merged: Any, theirs: Version, take: Any = None) -> Any:
    """The next import of the same document, over what the last one left."""
    keyed = []
    for at, one in enumerate(merged.items):
        name = f"item-new-{at}"
        keyed.append(one if one.key else ItemVersion(one.values, f"new-{at}", name))
    kept = []
    for place, one in merged.said:
        row = keyed[place] if place is not None else one
        kept.append(ItemVersion(one.values, row.key, row.name, placed=one.placed))
    then = from_json(to_json(Version(merged.said_of_issue, tuple(kept))))
    return merge(then, Version(merged.issue, tuple(keyed)), theirs, take)


@given(st.data())
@settings(max_examples=EXAMPLES, deadline=None)
def test_unchanged_hands_are_a_plain_import(data: Any) -> None:
    before, theirs = data.draw(versions()), data.draw(versions())
    merged = merge(base(before), rows(before), theirs)
    assert merged.conflicts == ()
    for name, value in theirs.issue.items():
        assert merged.issue[name] == value
    assert len(merged.items) == len(theirs.items)
    for one, new in zip(merged.items, theirs.items, strict=True):
        assert {name: value_of(one.values, name) for name in new.values} == dict(new.values)


@given(st.data())
@settings(max_examples=EXAMPLES, deadline=None)
def test_the_same_document_twice_changes_nothing_and_asks_the_same(data: Any) -> None:
    before, theirs = data.draw(versions()), data.draw(versions())
    mine = data.draw(edited(before))
    merged = merge(base(before), mine, theirs)
    then = again(merged, theirs)
    assert words(then) == words(merged)
    assert dict(then.issue) == dict(merged.issue)
    assert sorted(told(then), key=repr) == sorted(told(merged), key=repr)
    # Once decided it is not asked again, and stays as it was decided.
    for side in Side:
        decided = merge(base(before), mine, theirs, {"": side})
        later = again(decided, theirs)
        assert later.conflicts == ()
        assert words(later) == words(decided)


@given(st.data())
@settings(max_examples=EXAMPLES, deadline=None)
def test_nothing_of_hands_is_lost(data: Any) -> None:
    before, theirs = data.draw(versions()), data.draw(versions())
    mine = data.draw(edited(before))
    merged = merge(base(before), mine, theirs)
    result = {one.key: one for one in merged.items if one.key}
    known = {one.key: one for one in base(before).items}
    for one in mine.items:
        old = known.get(one.key)
        if old is None or any(
            value_of(one.values, name) != value_of(old.values, name) for name in one.values
        ):
            for name, value in one.values.items():  # Touched: each word of it is there.
                if old is None or value != value_of(old.values, name):
                    assert value_of(result[one.key].values, name) == value
    # What hands took out comes back only when it is asked for.
    gone = {one.key for one in known.values()} - {one.key for one in mine.items}
    assert not gone & set(result)
    if mine.issue["introduction"] != before.issue["introduction"]:
        assert merged.issue["introduction"] == mine.issue["introduction"]
    # Each order that hands made holds, unless the document says nothing else of the order.
    places = {key: at for at, key in enumerate(result)}
    was = {one.key: at for at, one in enumerate(known.values())}
    order = [one.key for one in mine.items if one.key in places and one.key in was]
    for at, first in enumerate(order):
        for second in order[at + 1 :]:
            if was[first] > was[second]:
                assert places[first] < places[second]


@given(st.permutations(range(6)), st.permutations(range(6)))
@settings(max_examples=EXAMPLES, deadline=None)
def test_orders(mine: list[int], theirs: list[int]) -> None:
    merged = merge_orders(range(6), mine, theirs)
    assert merge_orders(range(6), range(6), theirs) == theirs
    assert merge_orders(range(6), mine, range(6)) == mine
    if merged is None:
        assert moved(range(6), mine) and moved(range(6), theirs)
        return
    assert sorted(merged) == list(range(6))
    for one in range(6):
        for other in range(one + 1, 6):
            for order in (mine, theirs):  # Whoever turned the two round, so they stand.
                if order.index(one) > order.index(other):
                    assert merged.index(one) > merged.index(other)


@pytest.mark.parametrize(
    ("order", "expected"),
    [([0, 1, 2], set()), ([2, 0, 1], {2}), ([1, 2, 0], {0}), ([2, 1, 0], {1, 2})],
)
def test_the_fewest_moves(order: list[int], expected: set[int]) -> None:
    found = moved(range(3), order)
    assert len(found) == len(expected)
    if len(expected) < 2:
        assert found == expected
