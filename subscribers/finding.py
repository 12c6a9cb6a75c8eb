"""A reader found by any part of their address, domain or name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import consent, trigrams
from .addresses import BadAddress, normalise
from .models import Publication, Subscriber, Subscription


@dataclass(frozen=True, slots=True)
class Found:
    """Readers, the newest first; `more`: there may be others, another letter tells."""

    readers: Sequence[Subscriber]
    more: bool


def readers(text: str, publications: Sequence[Publication] | None, most: int) -> Found:
    """Readers of these publications (None: of the whole site), at most `most`.

    A whole address is looked up by its key, so however it is written. A name of one or two
    characters, as many Chinese names are, is found as a whole. Constant in the number of readers.
    """
    text = " ".join(text.split())
    if not text:
        return Found([], False)
    ids: list[int] = []
    if "@" in text and not text.startswith("@"):
        try:
            whole = consent.find(normalise(text))
        except BadAddress:
            whole = None
        if whole is not None:
            ids.append(whole.pk)
    if len(text) < trigrams.SHORTEST:
        rows = Subscriber.objects.filter(name=text).order_by("-pk")
        candidates = list(rows.values_list("pk", flat=True)[: trigrams.MOST])
    else:
        candidates = trigrams.matching(trigrams.READERS, text)
    ids += [pk for pk in candidates if pk not in ids]
    if publications is not None:
        ties = Subscription.objects.filter(subscriber__in=ids, publication__in=publications)
        ours = set(ties.values_list("subscriber_id", flat=True))
        ids = [pk for pk in ids if pk in ours]
    people = Subscriber.objects.filter(erased_at__isnull=True).in_bulk(ids[: most + 1])
    found = [people[pk] for pk in ids if pk in people]
    return Found(found[:most], len(found) > most or len(candidates) >= trigrams.MOST)
