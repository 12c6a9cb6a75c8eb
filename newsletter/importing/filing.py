"""Under which category each item goes, and which names somebody has to decide about. Pure.

In this order, and the first that leads to a category counts:

1. the item's own category, as a remembered answer or the publication's categories name it;
2. remembered answers for its tags (the first of them in the document's order), its section, its
   authors, the hosts of its sources;
3. its section and then its tags, where one has the name of a category;
4. the answer for items that nothing files; the publication's only category, which needs no name.

What is left is asked: for the category it names, for its tags, for its section, or for all items
of which the document says nothing that could file them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from newsletter.digest import Item

from .answers import REST, By, Key, key_of
from .names import hosts_of, letters, same

C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class Asked:
    """A name to decide about. `items` are the places of the items it would file; in `first` of
    them it is the first of its kind."""

    by: By
    name: str
    items: tuple[int, ...]
    first: int = 0

    @property
    def key(self) -> Key:
        """As an answer names it."""
        return key_of(self.by, self.name)


@dataclass(slots=True)
class Filing(Generic[C]):
    """`filed` holds the category of each item in turn, None where it is asked.

    `asked` must be decided before the document can be stored. `offered` are other ways to decide
    about the same items. `used` are the answers that filed something.
    """

    filed: list[C | None]
    asked: list[Asked] = field(default_factory=list)
    offered: list[Asked] = field(default_factory=list)
    used: set[Key] = field(default_factory=set)


def file_items(
    items: Sequence[Item],
    answers: Mapping[Key, C | None],
    known: Mapping[str, C],
    only: C | None = None,
) -> Filing[C]:
    """File `items`. `answers` lead from names to categories, or to None for names that are left
    out of account; `known` are the categories by every name (folded) they go by; `only` is the
    publication's single category, if it has but one."""
    filing: Filing[C] = Filing([])
    for item in items:
        filing.filed.append(_category_of(item, answers, known, only, filing.used))
    unfiled = [place for place, category in enumerate(filing.filed) if category is None]
    filing.asked = _asked(items, unfiled, answers)
    asked = {one.key for one in filing.asked}
    filing.offered = [one for one in _offered(items, unfiled, answers) if one.key not in asked]
    return filing


def _category_of(
    item: Item,
    answers: Mapping[Key, C | None],
    known: Mapping[str, C],
    only: C | None,
    used: set[Key],
) -> C | None:
    if named := own_category(item):
        key = key_of(By.CATEGORY, named)
        if key not in answers:
            return known.get(same(named))
        if (found := _by_answer([key], answers, used)) is not None:
            return found
    for keys in (_tags(item), _section(item), _authors(item), _hosts(item)):
        if (found := _by_answer(keys, answers, used)) is not None:
            return found
    for key in (*_section(item), *_tags(item)):
        if key not in answers and (found := known.get(key[1])) is not None:
            return found
    if (found := _by_answer([REST], answers, used)) is not None:
        return found
    return None if item.category or item.section else only


def _by_answer(keys: Iterable[Key], answers: Mapping[Key, C | None], used: set[Key]) -> C | None:
    for key in keys:
        if key in answers:
            used.add(key)
            if (category := answers[key]) is not None:
                return category
    return None


def own_category(item: Item) -> str:
    """The category an item names itself; "" where it has none but the section it stands in."""
    sections = {letters(part) for part in (item.section, *item.section.split(" / "))}
    return "" if letters(item.category) in sections else item.category


def section_of(item: Item) -> str:
    """The name of the section an item stands in, as a category would be called."""
    return item.category if item.category and not own_category(item) else item.section


def _tags(item: Item) -> list[Key]:
    return [key_of(By.TAG, tag) for tag in item.tags]


def _section(item: Item) -> list[Key]:
    """The section's name, then the headings above it; as sections, and as the categories that
    they stand for where an item names none."""
    names = [name for name in (section_of(item), *reversed(item.section.split(" / "))) if name]
    keys = (key_of(by, name) for name in names for by in (By.SECTION, By.CATEGORY))
    return list(dict.fromkeys(keys))


def _authors(item: Item) -> list[Key]:
    return [key_of(By.AUTHOR, author) for author in item.authors]


def _hosts(item: Item) -> Iterator[Key]:
    for source in item.sources:
        for host in hosts_of(source.url):
            yield key_of(By.SOURCE, host)


def _asked(
    items: Sequence[Item], unfiled: Iterable[int], answers: Mapping[Key, C | None]
) -> list[Asked]:
    """What must be decided, in the order of the document."""
    named: dict[Key, str] = {}
    places: dict[Key, list[int]] = {}
    first: dict[Key, int] = {}
    for place in unfiled:
        for number, (by, name) in enumerate(_names(items[place], answers)):
            key = key_of(by, name)
            named.setdefault(key, name)
            found = places.setdefault(key, [])
            if place not in found[-1:]:
                found.append(place)
            first[key] = first.get(key, 0) + (number == 0)
    return [Asked(key[0], named[key], tuple(places[key]), first[key]) for key in named]


def _names(item: Item, answers: Mapping[Key, C | None]) -> list[Key]:
    """The names of one item that is not filed, as written, of the first kind it has any of."""
    own = own_category(item)
    if own and key_of(By.CATEGORY, own) not in answers:
        return [(By.CATEGORY, own)]
    tags = [tag for tag in dict.fromkeys(item.tags) if key_of(By.TAG, tag) not in answers]
    if tags:
        return [(By.TAG, tag.strip().lstrip("#")) for tag in tags]
    section = section_of(item)
    if section and key_of(By.SECTION, section) not in answers:
        return [(By.SECTION, section)]
    return [REST]


def _offered(
    items: Sequence[Item], unfiled: Iterable[int], answers: Mapping[Key, C | None]
) -> list[Asked]:
    """Other ways to file these items: one answer for all of them that name no category of their
    own, then their sections (which are not asked where items have tags), authors and hosts, the
    most frequent first."""
    found: dict[Key, list[int]] = {}
    rest = [place for place in unfiled if not own_category(items[place])]
    for place in unfiled:
        hosts = [next(hosts_of(source.url), "") for source in items[place].sources]
        section = "" if own_category(items[place]) else section_of(items[place])
        names = [
            *([(By.SECTION, section)] if section else []),
            *((By.AUTHOR, author) for author in items[place].authors),
            *((By.SOURCE, host) for host in hosts if host),
        ]
        for name in dict.fromkeys(names):
            if key_of(*name) not in answers:
                found.setdefault(name, []).append(place)
    listed = [Asked(by, name, tuple(places), len(places)) for (by, name), places in found.items()]
    listed.sort(key=lambda one: -len(one.items))
    return [Asked(*REST, tuple(rest)), *listed] if rest else listed
