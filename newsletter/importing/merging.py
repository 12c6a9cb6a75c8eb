"""Last import, draft and document -> the draft, and what a person must decide. Pure.

What only the document changed comes in, what only hands changed stays, and what both changed is
a conflict: the draft keeps its own until somebody says whose it is. The next import knows what
this one said (`Merged.said`), but of an open conflict only what the last one did; so it is asked
again, and a decision is never asked twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Literal

from subscribers.versions import both_changed

from .matching import pair, parts_of
from .ordering import merge_orders, place_behind
from .versions import EMPTY, ISSUE_FIELDS, ITEM_FIELDS, ItemVersion, Values, Version, value_of


class Side(StrEnum):
    """Whose word counts in a conflict."""

    MINE = "mine"  # What the draft says now.
    THEIRS = "theirs"  # What the document says.


Kind = Literal["field", "insert", "delete", "move", "split"]
# The order of the items, as a field of the issue.
ORDER = "order"
# The fields that hold an item's text: a split takes from all of them.
_TEXT = ("sources", "insight", "bullets", "body")
# Of an item's parts, how many must have been another's to be called cut out of it.
_CUT_OUT = 0.5


@dataclass(frozen=True, slots=True)
class Conflict:
    """What the draft and the document changed both.

    `field` is one of the issue ("title", "introduction", "tail", "order" …), of an item
    ("item-3.body") or a whole item ("item-3"); `item` is the item's title. `mine` and `theirs`
    are values, None for an item that is left out; of the order and of a split they are titles.
    """

    kind: Kind
    field: str
    item: str
    mine: Any
    theirs: Any


@dataclass(frozen=True, slots=True)
class Merged:
    """The draft as it should be, and what is still to be decided.

    An item has the key of its row, or none when it is new. `said` is what the next merge has as
    its base: for each item it has a place in `items`, or None for one that is left out there.
    """

    issue: Values
    items: tuple[ItemVersion, ...]
    said_of_issue: Values
    said: tuple[tuple[int | None, ItemVersion], ...]
    conflicts: tuple[Conflict, ...]


@dataclass(slots=True, eq=False)
class _Group:
    """One item in up to three versions; `result` and `said` are what becomes of it."""

    base: ItemVersion | None
    now: ItemVersion | None
    new: ItemVersion | None
    result: ItemVersion | None = None
    said: ItemVersion | None = None


def merge(
    base: Version | None, now: Version, new: Version, take: Mapping[str, Side] | None = None
) -> Merged:
    """Merge three versions of an issue; without `base` nothing of it was imported before.

    `take` decides conflicts by their field, under "" all that it does not name.
    """
    decisions = _Decisions(take or {})
    before = base or Version()
    fields = [name for name in ISSUE_FIELDS if name in {*new.issue, *before.issue}]
    issue, said = _fields(decisions, fields, before.issue, now.issue, new.issue, "", "")
    groups = _groups(before, now, new)
    splits = _splits(groups)
    for group in groups:
        if group not in splits.parts:
            _settle(decisions, group, splits.of(group))
    items, order = _order(decisions, groups, before, now, new)
    places = {group: at for at, group in enumerate(items)}
    return Merged(
        issue={**now.issue, **issue},
        items=tuple(group.result for group in items if group.result is not None),
        said_of_issue=said,
        said=tuple((places.get(one), one.said) for one in order if one.said is not None),
        conflicts=tuple(decisions.conflicts),
    )


def _groups(base: Version, now: Version, new: Version) -> list[_Group]:
    """Each item once, with its versions: those of the draft, then what only the document has.

    What is in neither is gone for good.
    """
    found = pair(base.items, new.items)
    new_of = {at: place for place, at in found.items()}
    base_of = {item.key: at for at, item in enumerate(base.items) if item.key}
    own = [item for item in now.items if item.key not in base_of]
    fresh = [place for place in range(len(new.items)) if place not in found]
    met = pair(own, [new.items[place] for place in fresh], positions=False)
    new_of_own = {own[at].key: fresh[place] for place, at in met.items()}
    groups = []
    used = set()
    for item in now.items:
        at = base_of.get(item.key)
        place = new_of_own.get(item.key) if at is None else new_of.get(at)
        used |= {place}
        groups.append(
            _Group(
                base.items[at] if at is not None else None,
                item,
                new.items[place] if place is not None else None,
            )
        )
    for place, item in enumerate(new.items):
        if place not in used:
            at = found.get(place)
            groups.append(_Group(base.items[at] if at is not None else None, None, item))
    return groups


@dataclass(frozen=True, slots=True)
class _Splits:
    """What was cut out of which item, by hands and by the document, where both touched it."""

    by_hand: Mapping[_Group, list[_Group]]
    by_file: Mapping[_Group, list[_Group]]
    parts: frozenset[_Group]

    def of(self, group: _Group) -> tuple[list[_Group], list[_Group]]:
        """The groups cut out of this one: by hands, by the document."""
        return self.by_hand.get(group, []), self.by_file.get(group, [])


def _splits(groups: Sequence[_Group]) -> _Splits:
    by_hand: dict[_Group, list[_Group]] = {}
    by_file: dict[_Group, list[_Group]] = {}
    parts: set[_Group] = set()
    alone = [group for group in groups if group.base is None and not (group.now and group.new)]
    for group in groups if alone else ():
        base, now, new = group.base, group.now, group.new
        if base is None or now is None or new is None:
            continue
        if not (_text_changed(base, now) and _text_changed(base, new)):
            continue
        for other in alone:
            if other in parts:
                continue
            if other.now is not None and _cut_out(other.now, base, now):
                by_hand.setdefault(group, []).append(other)
                parts.add(other)
            elif other.new is not None and _cut_out(other.new, base, new):
                by_file.setdefault(group, []).append(other)
                parts.add(other)
    return _Splits(by_hand, by_file, frozenset(parts))


def _text_changed(base: ItemVersion, other: ItemVersion) -> bool:
    return any(value_of(base.values, name) != value_of(other.values, name) for name in _TEXT)


def _cut_out(piece: ItemVersion, base: ItemVersion, rest: ItemVersion) -> bool:
    parts = parts_of(piece)
    return bool(parts) and len(parts & (parts_of(base) - parts_of(rest))) >= _CUT_OUT * len(parts)


class _Decisions:
    """The decisions given, and the conflicts found so far."""

    def __init__(self, take: Mapping[str, Side]) -> None:
        self.take = take
        self.conflicts: list[Conflict] = []

    def decided(self, conflict: Conflict) -> Side | None:
        """Whose word counts; None and noted where nobody said so."""
        side = self.take.get(conflict.field) or self.take.get("")
        if side is None:
            self.conflicts.append(conflict)
        return side


def _fields(
    decisions: _Decisions,
    names: Iterable[str],
    base: Values,
    now: Values,
    new: Values,
    item: str,
    prefix: str,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(values, what the next base has of them), field by field."""
    values: dict[str, Any] = {}
    said: dict[str, Any] = {}
    for name in names:
        mine, theirs = value_of(now, name), value_of(new, name)
        before = base.get(name, EMPTY[name])
        if not both_changed(before, mine, theirs):
            values[name] = theirs if mine == before else mine
            said[name] = theirs
            continue
        kind: Kind = "insert" if prefix and name not in base else "field"
        side = decisions.decided(Conflict(kind, f"{prefix}{name}", item, mine, theirs))
        values[name] = theirs if side is Side.THEIRS else mine
        if side is not None:
            said[name] = theirs
        elif name in base:
            said[name] = before
    return values, said


def _settle(decisions: _Decisions, group: _Group, cut: tuple[list[_Group], list[_Group]]) -> None:
    """Decide what becomes of one item and of what was cut out of it."""
    base, now, new = group.base, group.now, group.new
    if now is not None and new is not None:
        if any(cut):
            _split(decisions, group, *cut)
        else:
            _both(decisions, group)
    elif now is not None:
        _without_new(decisions, group, now)
    elif new is not None and base is not None:
        _without_now(decisions, group, base, new)
    else:
        group.result = group.said = new


def _both(decisions: _Decisions, group: _Group, leave: Iterable[str] = ()) -> None:
    base, now, new = group.base, group.now, group.new
    assert now is not None and new is not None
    before = base.values if base is not None else {}
    names = [name for name in ITEM_FIELDS if name not in leave]
    values, said = _fields(
        decisions, names, before, now.values, new.values, now.title, f"{now.name}."
    )
    group.result = replace(now, values={**now.values, **values}, line=new.line)
    group.said = ItemVersion({**before, **said}, now.key, now.name)


def _without_new(decisions: _Decisions, group: _Group, now: ItemVersion) -> None:
    """The document has it no longer, or never had."""
    base = group.base
    if base is None:
        group.result = now
    elif _touched(base, now):
        side = decisions.decided(Conflict("delete", now.name, now.title, now.title, None))
        group.result = None if side is Side.THEIRS else now
        group.said = base if side is None else None


def _without_now(decisions: _Decisions, group: _Group, base: ItemVersion, new: ItemVersion) -> None:
    """Hands took it out of the draft."""
    group.said = replace(new, key=base.key, name=base.name)
    if all(value == value_of(new.values, name) for name, value in base.values.items()):
        return
    side = decisions.decided(Conflict("delete", base.name, new.title, None, new.title))
    if side is Side.THEIRS:
        group.result = group.said = new
    elif side is None:
        group.said = base


def _split(
    decisions: _Decisions, group: _Group, by_hand: list[_Group], by_file: list[_Group]
) -> None:
    """Both changed its text, and one of them cut something out of it: whole, not by fields."""
    base, now, new = group.base, group.now, group.new
    assert base is not None and now is not None and new is not None
    mine = [now.title, *(one.now.title for one in by_hand if one.now)]
    theirs = [new.title, *(one.new.title for one in by_file if one.new)]
    side = decisions.decided(Conflict("split", now.name, now.title, mine, theirs))
    _both(decisions, group, leave=_TEXT)
    assert group.result is not None and group.said is not None
    text = {name: value_of(new.values, name) for name in _TEXT}
    if side is Side.THEIRS:
        group.result = replace(group.result, values={**group.result.values, **text})
    if side is not None:
        group.said = replace(group.said, values={**group.said.values, **text})
    for one in by_hand:
        one.result = None if side is Side.THEIRS else one.now
    for one in by_file:
        one.result = one.new if side is Side.THEIRS else None
        one.said = one.new if side is not None else None


def _order(
    decisions: _Decisions, groups: Sequence[_Group], base: Version, now: Version, new: Version
) -> tuple[list[_Group], list[_Group]]:
    """(the items of the draft, what the next base has) in their orders."""
    of_base, of_now, of_new = (
        _in_order(groups, name, version)
        for name, version in (("base", base), ("now", now), ("new", new))
    )
    common = {
        one
        for one in of_base
        if one.base and one.base.placed and one.now and one.new and one.result
    }
    orders = [[one for one in order if one in common] for order in (of_base, of_now, of_new)]
    settled = merge_orders(*orders)
    known, side = of_new, None
    mine = _filled(settled or orders[1], of_now, of_new)
    if settled is None:
        theirs = _filled(orders[2], of_new, of_now)
        said_order = [_title(one) for one in of_new if one.result]
        conflict = Conflict("move", ORDER, "", [_title(one) for one in mine], said_order)
        side = decisions.decided(conflict)
        known = of_base if side is None else of_new
    said = [one for one in known if one.said]
    place_behind(said, [one for one in of_new if one.said])
    place_behind(said, [one for one in of_base if one.said])
    for one in said:
        # Where the order is open, what is new takes no part in it until that is decided.
        placed = settled is not None or side is not None or one in common
        one.said = replace(one.said, placed=placed) if one.said else None
    return (theirs if side is Side.THEIRS else mine), said


def _filled(
    order: Sequence[_Group], first: Sequence[_Group], then: Sequence[_Group]
) -> list[_Group]:
    """`order` with everything else that the draft is to hold, behind what it stands behind."""
    items = list(order)
    place_behind(items, [one for one in first if one.result])
    place_behind(items, [one for one in then if one.result])
    return items


def _title(group: _Group) -> str:
    return group.result.title if group.result is not None else ""


def _in_order(groups: Sequence[_Group], name: str, version: Version) -> list[_Group]:
    having = {id(getattr(one, name)): one for one in groups}
    return [having[id(item)] for item in version.items if id(item) in having]


def _touched(base: ItemVersion, other: ItemVersion) -> bool:
    """Whether something of it is not as the last import said."""
    return any(value_of(base.values, name) != value_of(other.values, name) for name in ITEM_FIELDS)
