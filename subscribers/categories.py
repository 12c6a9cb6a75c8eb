"""The life of a category: created with a bit, renamed, retired, merged, its bit freed.

The slug and the bit never change, so feed addresses and readers' choices stay as they are.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.text import slugify

from . import additions, subscriptions
from .choice import free_bit
from .models import Category, Publication, Subscription


class NotPossible(Exception):
    """The category cannot be changed like this; the message says why."""


def create(category: Category) -> Category:
    """Store a new category with a slug, a position and a bit of its own.

    Raises `choice.NoBitLeft` when all places of its kind are taken.
    """
    publication = category.publication
    with transaction.atomic():
        # Two editors at once: the row lock (SQLite: the write lock) keeps the bit unique.
        Publication.objects.select_for_update().get(pk=publication.pk)
        if not category.slug:
            category.slug = _free_slug(publication, category.name)
        last = publication.categories.aggregate(last=Max("position"))["last"]
        category.position = 0 if last is None else last + 1
        category.bit = free_bit(publication, category.visibility)
        category.save(force_insert=True)
        _touch(publication)
    return category


def _free_slug(publication: Publication, name: str) -> str:
    stem = slugify(name, allow_unicode=True)[:50] or "category"
    taken = set(publication.categories.values_list("slug", flat=True))
    slug, number = stem, 2
    while slug in taken:
        slug, number = f"{stem}-{number}", number + 1
    return slug


def rename(category: Category, name: str) -> None:
    """Give it another name; the old one goes on being understood at import."""
    old = category.name
    if name == old:
        return
    category.name = name
    category.aliases = [alias for alias in dict.fromkeys([*category.aliases, old]) if alias != name]
    category.save(update_fields=["name", "aliases"])
    _touch(category.publication)


def retire(category: Category) -> bool:
    """No new items, no longer on forms; what was published stays. False: it was retired already."""
    done = Category.objects.filter(pk=category.pk, retired_at__isnull=True).update(
        retired_at=timezone.now()
    )
    _touch(category.publication)
    return bool(done)


def restore(category: Category) -> bool:
    """Take it up again; its readers still have it. False: it was not retired.

    Raises NotPossible when it was merged or its bit was given away.
    """
    if category.merged_into_id is not None:
        raise NotPossible("merged")
    if category.bit is None:
        raise NotPossible("bit")
    done = Category.objects.filter(pk=category.pk, retired_at__isnull=False).update(retired_at=None)
    _touch(category.publication)
    return bool(done)


def merge(source: Category, target: Category) -> dict[str, int]:
    """Whoever chose `source` now has `target`; `source` is retired.

    What apps above this one file under it moves in the same transaction (`additions.filed_under`).
    Returns how many `readers` and other rows moved, by name. Raises NotPossible when the two are
    not of one publication, or one of them was merged or retired.
    """
    if source.pk == target.pk or source.publication_id != target.publication_id:
        raise NotPossible("same")
    if target.retired_at is not None or target.bit is None or source.merged_into_id is not None:
        raise NotPossible("target")
    with transaction.atomic():
        moved = {"readers": subscriptions.merge_bits(source.publication, source, target)}
        for name, move in additions.filed_under.items():
            moved[name] = move(source, target)
        names = dict.fromkeys([*target.aliases, source.name, *source.aliases])
        target.aliases = [name for name in names if name != target.name]
        target.save(update_fields=["aliases"])
        source.merged_into = target
        source.retired_at = source.retired_at or timezone.now()
        source.save(update_fields=["merged_into", "retired_at"])
        _touch(source.publication)
    return moved


def touched(category: Category) -> dict[str, int]:
    """What an end of this category would touch: `readers` who have it now, and what is filed.

    Reads all readers of the publication: for the page that asks before the act, no other.
    """
    readers = 0
    if category.bit is not None:
        mine = Subscription.objects.filter(
            publication=category.publication_id, state=Subscription.State.ACTIVE
        ).annotate(taken=F("choice").bitand(1 << category.bit))
        readers = mine.filter(taken__gt=0).count()
    return {
        "readers": readers,
        **{name: count(category) for name, count in additions.counted_under.items()},
    }


def free(category: Category) -> int:
    """Give the bit of a retired category back, so that a new one can have it.

    A bit nobody owns mirrors "also new ones" (bit 61); those of hidden and private categories
    are cleared, so nobody slides into the next one. Returns how many readers were rewritten.
    """
    if category.retired_at is None or category.bit is None:
        raise NotPossible("not retired")
    touched = subscriptions.give_back_bit(category.publication, category.bit)
    # Last: a category created meanwhile must not get a bit that is half rewritten.
    Category.objects.filter(pk=category.pk).update(bit=None)
    return touched


def _touch(publication: Publication) -> None:
    """Forms and feeds name the categories: their Last-Modified moves."""
    Publication.objects.filter(pk=publication.pk).update(changed_at=timezone.now())
