"""The categories of a publication, as an import knows, makes and asks about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override

from newsletter.digest import Digest
from newsletter.digest.problems import Problems
from newsletter.digest.value import Param
from subscribers.choice import NoBitLeft, free_bit
from subscribers.models import Category, Publication

from .answers import CREATE, IGNORE, REST, Answers, By, Key
from .filing import Filing, file_items
from .names import near, same
from .places import Places

UNKNOWN_CATEGORY = "category-unknown"
MISSING_CATEGORY = "category-missing"
MADE_UP = "category-made-up"
LONGEST_NAME = 60


@dataclass(slots=True)
class Shelf:
    """The publication's categories during one import; what is made stands here too."""

    publication: Publication
    everything: list[Category]

    @classmethod
    def of(cls, publication: Publication) -> Shelf:
        """As they are now."""
        return cls(publication, list(publication.categories.select_related("merged_into")))

    def by_name(self) -> dict[str, Category]:
        """Living categories by every name they go by: own, former, in other languages, address."""
        known: dict[str, Category] = {}
        # Retired ones first, so that a living one of the same name wins.
        for category in sorted(self.everything, key=lambda one: one.retired_at is None):
            target = category.merged_into or category
            if target.retired_at is not None:
                continue
            for name in _names_of(category):
                known[same(name)] = target
        return known

    def living(self) -> list[Category]:
        """What an answer may lead to, in the order of the publication."""
        return [category for category in self.everything if category.retired_at is None]

    def near(self, name: str) -> list[Category]:
        """Living categories that `name` may have been meant for, by any of their names."""
        names = {one: category for category in self.living() for one in _names_of(category)}
        return list({names[one].pk: names[one] for one in near(name, names)}.values())


def _names_of(category: Category) -> list[str]:
    translations = category.translations if isinstance(category.translations, dict) else {}
    return [
        category.name,
        *map(str, category.aliases),
        category.slug,
        *(
            str(words["name"])
            for words in translations.values()
            if isinstance(words, dict) and words.get("name")
        ),
    ]


def file_under(
    shelf: Shelf,
    digest: Digest,
    remembered: Mapping[Key, Category | None],
    answers: Answers,
    places: Places,
    problems: Problems,
    *,
    create: bool,
) -> tuple[Filing[Category], dict[Key, Category | None]]:
    """File the items of `digest` and say what is open; also what the answers came to.

    With `create` the categories that the document names and the publication lacks are made.
    """
    _make_answered(shelf, answers, places, problems)
    if create:
        given, _lost = _given(shelf, answers)
        filing = _file(shelf, digest, {**remembered, **given})
        _make_asked(shelf, digest, filing, places, problems)
    # Names may lead to a category that was made just now.
    given, lost = _given(shelf, answers)
    for key in lost:
        params = {"name": answers.written[key] or "*", "target": answers.filing[key]}
        problems.error("map-target", params)
    filing = _file(shelf, digest, {**remembered, **given})
    if create and not shelf.living() and (rest := [one for one in filing.asked if one.key == REST]):
        if MADE_UP in answers.confirmed:
            _make(shelf, general(shelf.publication), (0, 0), problems)
            filing = _file(shelf, digest, {**remembered, **given})
        else:
            items = rest[0].items
            problems.error(MADE_UP, {"count": len(items)}, digest.items[items[0]].line)
            filing.asked.remove(rest[0])  # It is this question.
            filing.offered = [one for one in filing.offered if one.key != REST]
    _say_open(shelf, digest, filing, places, problems)
    return filing, given


def _file(shelf: Shelf, digest: Digest, answers: Mapping[Key, Category | None]) -> Filing[Category]:
    known = shelf.by_name()
    distinct = {category.pk: category for category in known.values()}
    only = next(iter(distinct.values())) if len(distinct) == 1 else None
    return file_items(digest.items, answers, known, only)


def _make_answered(shelf: Shelf, answers: Answers, places: Places, problems: Problems) -> None:
    """Make the categories that answers ask for by CREATE."""
    for key, target in answers.filing.items():
        name = answers.written[key] or general(shelf.publication)
        if target == CREATE and same(name) not in shelf.by_name():
            _make(shelf, name, places.of_name(name), problems)


def _given(shelf: Shelf, answers: Answers) -> tuple[dict[Key, Category | None], list[Key]]:
    """The answers with their categories, and those that lead to none there is."""
    known = shelf.by_name()
    given: dict[Key, Category | None] = {}
    lost: list[Key] = []
    for key, target in answers.filing.items():
        name = answers.written[key] or general(shelf.publication)
        category = known.get(same(name if target == CREATE else target))
        if category is not None or target == IGNORE:
            given[key] = None if target == IGNORE else category
        else:
            lost.append(key)
    return given, lost


def general(publication: Publication) -> str:
    """The name of a category made up for items of which nothing is known."""
    with override(publication.language.lower()):
        return _("General")


def _make_asked(
    shelf: Shelf, digest: Digest, filing: Filing[Category], places: Places, problems: Problems
) -> None:
    """Make the categories that the document names, or has sections for."""
    for asked in filing.asked:
        if asked.by in (By.CATEGORY, By.SECTION) and asked.name:
            place = places.of(digest.items[asked.items[0]], asked.name)
            _make(shelf, asked.name, place, problems)


def _say_open(
    shelf: Shelf, digest: Digest, filing: Filing[Category], places: Places, problems: Problems
) -> None:
    """One error for each name the document gives, one for all items that are merely unfiled."""
    unfiled: set[int] = set()
    for asked in filing.asked:
        first = digest.items[asked.items[0]]
        if asked.by is By.TAG or asked.key == REST:
            unfiled.update(asked.items)
            continue
        line, column = places.of(first, asked.name)
        if any(same(one.name) == same(asked.name) for one in shelf.everything if one.retired_at):
            params, case = {"name": asked.name}, "retired"
        elif close := shelf.near(asked.name):
            quoted = ", ".join(f"“{category.name}”" for category in close)
            params, case = {"name": asked.name, "near": quoted}, "near"
        else:
            params, case = {"name": asked.name}, "new"
        problems.error(UNKNOWN_CATEGORY, {"case": case, **params}, line, column)
    if unfiled:
        items = [digest.items[place] for place in sorted(unfiled)]
        case = "tags" if any(item.tags for item in items) else "none"
        problems.error(MISSING_CATEGORY, {"case": case, "count": len(items)}, items[0].line)


def _make(shelf: Shelf, name: str, place: tuple[int, int], problems: Problems) -> Category | None:
    line, column = place
    if len(name) > LONGEST_NAME:
        params: dict[str, Param] = {"text": name[:40], "size": len(name), "most": LONGEST_NAME}
        problems.error("too-long", params, line, column)
        return None
    # The name of a retired category is taken by the database's rule.
    if any(category.name == name for category in shelf.everything):
        return None
    base = slugify(name, allow_unicode=True)[:50] or "category"
    slugs = {category.slug for category in shelf.everything}
    slug = next(s for s in (base, *(f"{base}-{n}" for n in range(2, 1000))) if s not in slugs)
    try:
        bit = free_bit(shelf.publication, Category.Visibility.OPEN)
    except NoBitLeft:
        problems.error("too-many-categories", {"name": name}, line, column)
        return None
    made = Category.objects.create(
        publication=shelf.publication,
        slug=slug,
        name=name,
        bit=bit,
        position=max((category.position for category in shelf.everything), default=-1) + 1,
    )
    shelf.everything.append(made)
    problems.note("category-created", {"name": name}, line, column)
    return made
