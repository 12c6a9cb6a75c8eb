"""The categories a document names -> those of the publication, known, made, or asked about."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from newsletter.digest import Digest
from subscribers.choice import NoBitLeft, free_bit
from subscribers.models import Category, Publication

from .wording import DocumentProblems, too_long

UNKNOWN_CATEGORY = "category-unknown"
LONGEST_NAME = 60


def file_under(
    publication: Publication, digest: Digest, problems: DocumentProblems, *, create: bool
) -> dict[str, Category]:
    """The category of each name in `digest` ("" for an item without one).

    With `create` those the publication does not have are made. What stays open is an error in
    `problems`, and its name is not among the keys.
    """
    everything = list(publication.categories.select_related("merged_into"))
    known = _by_name(everything)
    found: dict[str, Category] = {}
    wanted: dict[str, list[int]] = {}
    for item in digest.items:
        wanted.setdefault(item.category, []).append(item.line)
    for name, lines in wanted.items():
        category = known.get(_same(name)) if name else _only(known)
        if category is None and create:
            category = _made(publication, name, lines[0], everything, problems)
        elif category is None:
            _say_unknown(name, lines, known, problems)
        if category is not None:
            found[name] = category
    return found


def _by_name(everything: list[Category]) -> dict[str, Category]:
    """Living categories by every name they go by: own, former, in other languages, address."""
    known: dict[str, Category] = {}
    # Retired ones first, so that a living one of the same name wins.
    for category in sorted(everything, key=lambda one: one.retired_at is None):
        target = category.merged_into or category
        if target.retired_at is not None:
            continue
        translations = category.translations if isinstance(category.translations, dict) else {}
        names = [category.name, *category.aliases, category.slug]
        names += [
            str(words["name"])
            for words in translations.values()
            if isinstance(words, dict) and words.get("name")
        ]
        for one in names:
            known[_same(str(one))] = target
    return known


def _only(known: Mapping[str, Category]) -> Category | None:
    """A publication with one category needs no labels."""
    distinct = {category.pk: category for category in known.values()}
    return next(iter(distinct.values())) if len(distinct) == 1 else None


def _say_unknown(
    name: str, lines: list[int], known: Mapping[str, Category], problems: DocumentProblems
) -> None:
    if not name:
        problems.error(
            "category-missing",
            ngettext(
                "%(count)d item has no category. Add a line “分类：…” or “Category: …”.",
                "%(count)d items have no category. Add a line “分类：…” or “Category: …”.",
                len(lines),
            )
            % {"count": len(lines)},
            lines[0],
        )
        return
    near = difflib.get_close_matches(_same(name), known, n=1, cutoff=0.0)
    if near:
        nearest = known[near[0]].name
        message = _(
            "“%(name)s” is no category of this publication; the nearest is “%(nearest)s”. "
            "Rename it, or create the category."
        ) % {"name": name, "nearest": nearest}
    else:
        message = _("This publication has no category yet; create “%(name)s”.") % {"name": name}
    problems.error(UNKNOWN_CATEGORY, message, lines[0])


def _made(
    publication: Publication,
    name: str,
    line: int,
    everything: list[Category],
    problems: DocumentProblems,
) -> Category | None:
    with override(publication.language.lower()):
        shown = name or _("General")
    if len(shown) > LONGEST_NAME:
        too_long(problems, shown, LONGEST_NAME, line)
        return None
    base = slugify(shown, allow_unicode=True)[:50] or "category"
    slugs = {category.slug for category in everything}
    slug = next(s for s in (base, *(f"{base}-{n}" for n in range(2, 1000))) if s not in slugs)
    # The name of a retired category is taken by the database's rule.
    if any(category.name == shown for category in everything):
        problems.error(
            UNKNOWN_CATEGORY,
            _("“%(name)s” is a retired category. Bring it back or name the item's category "
              "otherwise.") % {"name": shown},
            line,
        )  # fmt: skip
        return None
    try:
        bit = free_bit(publication, Category.Visibility.OPEN)
    except NoBitLeft:
        problems.error(
            "too-many-categories",
            _("There is no room for the category “%(name)s”: retire one.") % {"name": shown},
            line,
        )
        return None
    made = Category.objects.create(
        publication=publication,
        slug=slug,
        name=shown,
        bit=bit,
        position=max((category.position for category in everything), default=-1) + 1,
    )
    everything.append(made)
    problems.note("category-created", _("The category “%(name)s” is new.") % {"name": shown}, line)
    return made


def _same(name: str) -> str:
    return "".join(name.split()).casefold()
