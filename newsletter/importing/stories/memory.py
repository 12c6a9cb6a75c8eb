"""Which earlier items told a story: found by link and title among all items there are.

Constant in the number of items: a page's newest links, a band's newest titles and the items of the
last days are looked at, each up to a limit, and what is found is compared by `likeness`.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db import connection
from django.db.models import QuerySet

from newsletter.models import Issue, Item, Link
from subscribers.models import Publication

from .addresses import key_of, page_of
from .bands import bands_of
from .likeness import LEAST, SOON, Likeness, Told, alike, compare
from .subjects import Usual, subject_of
from .tellings import NOTHING_EVERYDAY, NOTHING_TOLD, Everyday, Telling, telling_of, text_of
from .titles import read_title

# Looked at of one page, of one band, of the last days; of all that an item's title finds.
_OF_PAGE, _OF_BAND, _OF_TITLE = 40, 20, 20
_LATELY, _ISSUES = 400, 60
# What two titles of one week have in common at least, where they are of one story (`subjects`).
_AKIN = 1.0
# A page that so many issues had under unlike titles is a list or a front page.
_COMMON = 3
_UNLIKE = 0.2
# The same title in so many issues is a column that appears regularly.
_SERIES = 3
# Asked for in one statement; of 999 parameters every SQLite takes at least as many.
_ROWS = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """An item somebody asks about: its title, its sources' addresses, and what it says."""

    title: str
    urls: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An item that was there before, and what it has to do with what was asked."""

    item: int
    title: str
    issue: int
    slug: str
    date: dt.date
    state: str
    language: str
    publication: int
    publication_slug: str
    likeness: Likeness = Likeness.DIFFERENT

    def address_for(self, publication: int) -> str:
        """The issue as people and programs of a publication name it: `daily/2026-03-02` where it
        is another one's, as `--translation-of` takes it."""
        own = self.publication == publication
        return self.slug if own else f"{self.publication_slug}/{self.slug}"


@dataclass(slots=True)
class _Known:
    """An item as it was found."""

    earlier: Earlier
    pages: set[str] = field(default_factory=set)
    telling: Telling = NOTHING_TOLD


def publications_of_memory(publication: Publication) -> list[int]:
    """The publications whose past items count as told here: its own, and those its settings name
    because their readers are partly the same."""
    others = publication.memory_of.order_by("pk").values_list("pk", flat=True)
    return [publication.pk, *others]


def look_up(
    publication: Publication,
    asked: Sequence[Asked],
    day: dt.date,
    *,
    apart: Collection[int] = (),
    least: Likeness = Likeness.SAME,
) -> list[list[Earlier]]:
    """For each of `asked` the items that told its story, the most like and the newest first.

    `day` is the date of the issue it stands in, `apart` are issues that do not count: that one, and
    those that say the same in another language. About six queries whatever is asked.
    """
    where = publications_of_memory(publication)
    told = [
        Told(
            one.title,
            frozenset(filter(None, map(page_of, one.urls))),
            telling=telling_of(f"{one.title}\n{one.text}") if one.text else NOTHING_TOLD,
        )
        for one in asked
    ]
    by_page = _of_pages({page for one in told for page in one.pages})
    by_title = _of_titles(where, [one.title for one in asked])
    lately = _lately(where, day, apart)
    wanted = set(lately)
    wanted.update(*by_page.values(), *by_title)
    known = _load(where, wanted, apart, {pk for had in by_page.values() for pk in had})
    recent = _Recent([known[pk].earlier for pk in lately if pk in known])
    everyday = _read_texts(known, lately) if any(one.text for one in asked) else NOTHING_EVERYDAY
    found = []
    for one, titled in zip(told, by_title, strict=True):
        shared = {pk for page in one.pages for pk in by_page.get(page, ()) if pk in known}
        common = frozenset(page for page in one.pages if _is_common(page, one, by_page, known))
        mine = replace(one, common=common)
        near = shared.union((pk for pk in titled if pk in known), recent.akin(one.title))
        both = (recent.usual, everyday)
        found.append(_judged(mine, [known[pk] for pk in near], day, both, least))
    return found


class _Recent:
    """The items of the last days, by what their titles are about: hundreds are not compared one by
    one with each of a document."""

    def __init__(self, told: Sequence[Earlier]) -> None:
        self._with: dict[str, list[tuple[int, float]]] = {}
        self.usual = Usual.of(one.title for one in told)
        for one in told:
            subject = subject_of(one.title)
            for piece in subject.forms.union(subject.weights):
                weight = subject.weights.get(piece, 0.0)
                self._with.setdefault(piece, []).append((one.item, weight))

    def akin(self, title: str) -> list[int]:
        """Those with most in common, as much as a story has at least."""
        shared: dict[int, float] = {}
        asked = subject_of(title)
        for piece in self._with.keys() & asked.forms.union(asked.weights):
            mine, rarity = asked.weights.get(piece, 0.0), self.usual.rarity(piece)
            for item, other in self._with[piece]:
                shared[item] = shared.get(item, 0.0) + max(mine, other) * rarity
        most = sorted(shared, key=lambda item: (shared[item], item), reverse=True)
        return [item for item in most[:_OF_TITLE] if shared[item] >= _AKIN]


def _judged(
    mine: Told,
    near: Iterable[_Known],
    day: dt.date,
    usual: tuple[Usual, Everyday],
    least: Likeness,
) -> list[Earlier]:
    same: list[tuple[_Known, Likeness]] = []
    perhaps: list[tuple[_Known, Likeness]] = []
    by_title: set[int] = set()
    for one in near:
        days = abs((day - one.earlier.date).days)
        theirs = Told(one.earlier.title, frozenset(one.pages), mine.common, one.telling)
        likeness = compare(mine, theirs, days, *usual)
        if likeness == Likeness.SAME and not mine.own & theirs.own:
            by_title.add(one.earlier.issue)
        if likeness != Likeness.DIFFERENT:
            (same if likeness == Likeness.SAME else perhaps).append((one, likeness))
    if len(by_title) >= _SERIES:
        column = [one for one in same if not mine.own & one[0].pages]
        perhaps += [(one, Likeness.PERHAPS) for one, _likeness in column]
        same = [one for one in same if one not in column]
    chosen = same + (perhaps if least < Likeness.SAME else [])
    ordered = [replace(one.earlier, likeness=likeness) for one, likeness in chosen]
    return sorted(ordered, key=lambda one: (one.likeness, one.date, one.item), reverse=True)


def _is_common(
    page: str, mine: Told, by_page: Mapping[str, list[int]], known: Mapping[int, _Known]
) -> bool:
    """Whether a page tells no story: many issues had it, mostly under other titles."""
    had = [known[pk].earlier for pk in by_page.get(page, ()) if pk in known]
    if len({one.issue for one in had}) < _COMMON:
        return False
    title = read_title(mine.title)
    like = sum(alike(title, read_title(one.title)) >= _UNLIKE for one in had)
    return like * 2 < len(had)


# ---- what is looked at


def _of_pages(pages: Collection[str]) -> dict[str, list[int]]:
    """The newest items that link to each page, as a source or otherwise."""
    keys = {key_of(page): page for page in pages}
    names = list(keys.values())
    values = [[_stored(key)] for key in keys]
    found: dict[str, list[int]] = {}
    for place, item in _newest("newsletter_link", ["url_key"], "id", _OF_PAGE, values):
        found.setdefault(names[place], []).append(item)
    return found


def _stored(key: uuid.UUID) -> uuid.UUID | str:
    return key if connection.features.has_native_uuid_field else key.hex


def _of_titles(where: Sequence[int], titles: Sequence[str]) -> list[list[int]]:
    """For each title the items that share most of its bands."""
    bands = [
        (number, publication, band)
        for number, title in enumerate(titles)
        if read_title(title).weight >= LEAST
        for band in bands_of(title)
        for publication in where
    ]
    hits: list[Counter[int]] = [Counter() for _title in titles]
    table, columns = "newsletter_titleband", ["publication_id", "band"]
    values = [one[1:] for one in bands]
    for place, item in _newest(table, columns, "item_id", _OF_BAND, values):
        hits[bands[place][0]][item] += 1
    return [
        sorted(found, key=lambda pk: (found[pk], pk), reverse=True)[:_OF_TITLE] for found in hits
    ]


def _newest(
    table: str,
    columns: Sequence[str],
    order: str,
    most: int,
    values: Sequence[Sequence[uuid.UUID | str | int]],
) -> Iterator[tuple[int, int]]:
    """(place in `values`, item): the last rows by `order` in which `columns` have those values.

    Up to `most` of each, in few statements: 300 titles ask for 3,600 bands.
    """
    sqlite = connection.vendor == "sqlite"
    together = "group_concat(item_id)" if sqlite else "string_agg(item_id::text, ',')"
    same = " AND ".join(f"{column} = v{number}" for number, column in enumerate(columns))
    row = f"({', '.join(['%s'] * (len(columns) + 1))})"
    with connection.cursor() as cursor:
        for first in range(0, len(values), _ROWS):
            some = values[first : first + _ROWS]
            cursor.execute(
                f"WITH asked(n, {', '.join(f'v{number}' for number in range(len(columns)))})"
                f" AS (VALUES {', '.join([row] * len(some))})"
                f" SELECT n, (SELECT {together} FROM (SELECT item_id FROM {table} WHERE {same}"
                f" ORDER BY {order} DESC LIMIT {most}) q) FROM asked",
                [value for n, one in enumerate(some, first) for value in (n, *one)],
            )
            for place, items in cursor.fetchall():
                if items:
                    yield from ((int(place), int(item)) for item in items.split(","))


def _lately(where: Sequence[int], day: dt.date, apart: Collection[int]) -> list[int]:
    """Items of the days around `day`, the newest first; a long issue's own leave room for them."""
    span = (day - dt.timedelta(days=SOON), day + dt.timedelta(days=SOON))
    issues = Issue.objects.filter(
        publication__in=where, date__range=span, kind=Issue.Kind.REGULAR
    ).order_by("-date")
    found = issues.values_list("pk", flat=True)[: _ISSUES + len(apart)]
    recent = [pk for pk in found if pk not in apart][:_ISSUES]
    rows = Item.objects.filter(issue__in=recent).order_by("-pk").values_list("pk", flat=True)
    return list(rows[:_LATELY])


def _read_texts(known: Mapping[int, _Known], lately: Collection[int]) -> Everyday:
    """Give the items of the last days what they tell; and what is usual among that."""
    rows = Item.objects.filter(pk__in=[pk for pk in lately if pk in known])
    for pk, title, *text in rows.values_list("pk", "title", "insight", "bullets", "body"):
        if said := text_of(*text):
            known[pk].telling = telling_of(f"{title}\n{said}")
    return Everyday.of(one.telling for one in known.values() if one.telling.words)


def _load(
    where: Sequence[int], wanted: Collection[int], apart: Collection[int], linked: Collection[int]
) -> dict[int, _Known]:
    """Those of them that count: items of their own, of issues that were not called off.

    The pages of those `linked` are looked up: the others have none that was asked about.
    """
    rows: QuerySet[Item] = (
        Item.objects.filter(
            pk__in=wanted,
            copied_from__isnull=True,
            issue__kind=Issue.Kind.REGULAR,
            issue__publication__in=where,
        )
        .exclude(issue__in=apart)
        .exclude(issue__state=Issue.State.CANCELLED)
    )
    fields = (
        "pk", "title", "issue_id", "issue__slug", "issue__date", "issue__state",
        "issue__language", "issue__publication_id", "issue__publication__slug",
    )  # fmt: skip
    known = {row[0]: _Known(Earlier(*row)) for row in rows.values_list(*fields)}
    both = [pk for pk in linked if pk in known]
    links = Link.objects.filter(item__in=both, kind=Link.Kind.SOURCE).exclude(url="")
    for item, url in links.values_list("item_id", "url"):
        if (page := page_of(url)) is not None and item is not None:
            known[item].pages.add(page)
    return known
