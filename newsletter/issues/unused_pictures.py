"""Deletes pictures that nothing names any more.

A name begins with 46 hex digits, so it is looked for in texts as it stands: in items, in every
revision, in what can still be undone or restored, in what is typed and not saved, and in looks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from newsletter.models import DeletedDraft, Item, Revision, UndoStep
from subscribers.models import FormDraft, Picture, Publication
from subscribers.pictures import named, storage
from subscribers.pictures.value import MENTIONED

# How long a picture is kept that nobody uses: somebody may still be writing. As long as a deleted
# draft can be brought back.
KEPT = dt.timedelta(days=30)
_AT_A_TIME = 500
# What readers may have: their mails name its pictures, so these are kept for good.
_OUT = (Revision.Kind.RELEASE, Revision.Kind.CORRECTION)


def sweep() -> None:
    """Once a day. Texts are read through only while a picture is old enough and not known to have
    gone out, and revisions only since the oldest of these came: none before can name it."""
    now = timezone.now()
    waiting = Picture.objects.filter(given_at__lt=now - KEPT, out=False).order_by("looked_at", "pk")
    rows = {row.name.partition(".")[0]: row for row in waiting[:_AT_A_TIME]}
    if not rows:
        return
    revisions = Revision.objects.filter(at__gte=min(row.added_at for row in rows.values()))
    out = _named(_json(revisions.filter(kind__in=_OUT), "digest"), rows)
    used = out | _named(_json(revisions.exclude(kind__in=_OUT), "digest"), rows)
    used |= _named(_others(), rows)
    for stem in rows.keys() - used:
        _delete(rows[stem])
    Picture.objects.filter(pk__in=[rows[stem].pk for stem in out]).update(out=True)
    # Those in a draft stand behind the others tomorrow.
    Picture.objects.filter(pk__in=[rows[stem].pk for stem in used]).update(looked_at=now)


def _others() -> Iterator[str]:
    """The texts beside revisions."""
    within = Q(body__contains="/p/") | Q(insight__contains="/p/")
    items = Item.objects.filter(~Q(picture="") | within)
    for row in items.values_list("picture", "body", "insight").iterator(chunk_size=500):
        yield "\n".join(row)
    yield from _json(Publication.objects.all(), "theme")
    yield from _json(UndoStep.objects.all(), "change")
    yield from _json(FormDraft.objects.all(), "values")
    kept = DeletedDraft.objects.values_list("rows", flat=True)
    yield from kept.iterator(chunk_size=20)


def _json(rows: QuerySet[Any], column: str) -> Iterator[str]:
    """A JSON column as its text: it need not be read to be searched."""
    texts = rows.annotate(as_text=Cast(column, TextField())).values_list("as_text", flat=True)
    yield from texts.iterator(chunk_size=100)


def _named(texts: Iterable[str], stems: Collection[str]) -> set[str]:
    found: set[str] = set()
    for text in texts:
        found.update(stem for stem in MENTIONED.findall(text) if stem in stems)
    return found


def _delete(row: Picture) -> None:
    """The files, then the row, which is held: who gives the same picture now waits, and then stores
    it anew. One that was given again since it was looked at stays."""
    picture = named(row.name)
    with transaction.atomic():
        held = Picture.objects.select_for_update().filter(pk=row.pk, given_at=row.given_at)
        if picture is None or not held.exists():
            return
        for name in picture.files():
            storage().delete(name)
        held.delete()
