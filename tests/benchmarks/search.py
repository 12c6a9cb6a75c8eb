"""Milliseconds of a search of an archive, common and rare, in both scripts.

python -m tests.benchmarks.search ITEMS [ITEMS...]

One database that grows from one count to the next: what a search costs must not grow with it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import statistics
import sys
import time
import uuid
from collections.abc import Sequence
from typing import Any

from tests.benchmarks import scene

_ITEMS_AN_ISSUE = 20
_ROUNDS = 15
_ENGLISH = [
    "harbour", "tide", "beacon", "route", "container", "quay", "freighter", "customs",
    "warehouse", "crane", "pilot", "berth", "delay", "storm", "anchor", "channel",
    "buoy", "pier", "trawler", "dock", "survey", "record", "study", "finding",
    "growth", "decline",
]  # fmt: skip
_CHINESE = (
    "港口潮汐灯塔航线集装箱码头货轮海关仓库吊机引航泊位船期风浪锚地航道浮标栈桥渔船观测记录研究发现"
)
# What is asked for; an empty one is a category.
_ASKED = {
    "common": {"q": "harbour"},
    "common, Chinese": {"q": "港口"},
    "two common": {"q": "harbour tide"},
    "two common that never meet": {"q": "oddly evenly"},
    "rare": {"q": "lighthousekeeper"},
    "rare, Chinese": {"q": "鲸鱼搁浅"},
    "one letter": {"q": "港"},
    "nothing": {"q": "submarine"},
    "category": {"category": ""},
    "source": {"source": "s7.example.org"},
    "source and word": {"source": "s7.example.org", "q": "tide"},
    "a day long ago": {"q": "harbour", "until": "2001-01-01"},
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.search")
    parser.add_argument("items", type=int, nargs="+")
    options = parser.parse_args(arguments)
    with scene.open_site("127.0.0.1:25", 1):
        scene.start_django()
        from django.db import connection

        publication, categories = scene.publication()
        here = 0
        for items in options.items:
            grow(publication, categories, here, items)
            here = items
            print(json.dumps({"items": items, **_measure(publication)}, ensure_ascii=False))
        connection.close()
    return 0


def grow(publication: Any, categories: Sequence[Any], first: int, until: int) -> None:
    """Give the publication published items `first` to `until`, twenty an issue, indexed."""
    from django.db import connection

    from newsletter.editions import search
    from newsletter.models import Issue, Item, Link

    begin = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    for start in range(first, until, _ITEMS_AN_ISSUE):
        at = begin + dt.timedelta(hours=start // _ITEMS_AN_ISSUE)
        issue = Issue.objects.create(
            publication=publication, slug=f"n-{start}", title=f"Number {start}", date=at.date(),
            language="en", entry_id=f"urn:uuid:{uuid.uuid4()}", state="archived", published_at=at,
        )  # fmt: skip
        items = [
            Item(
                issue=issue, number=n - start + 1, category=categories[n % len(categories)],
                entry_id=f"urn:uuid:{uuid.uuid4()}", anchor=f"i{n - start + 1}", published_at=at,
                **_text(n),
            )
            for n in range(start, min(start + _ITEMS_AN_ISSUE, until))
        ]  # fmt: skip
        Item.objects.bulk_create(items)
        Link.objects.bulk_create(
            Link(issue=issue, item=item, kind="source", number=1, label="Wire",
                 url=f"https://s{item.pk % 500}.example.org/{item.pk}")
            for item in items
        )  # fmt: skip
        search.write(items)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _text(number: int) -> dict[str, str]:
    chance = random.Random(number)
    words = " ".join(chance.choices(_ENGLISH, k=12)) + (" oddly" if number % 2 else " evenly")
    letters = "".join(chance.choices(_CHINESE, k=60))
    if number % 9973 == 5:
        words, letters = words + " lighthousekeeper", letters + "鲸鱼搁浅"
    if number % 3 == 0:
        words, letters = words + " harbour tide", letters + "港口"
    return {"title": words[:80], "insight": letters, "body": f"{words}。{letters}"}


def _measure(publication: Any) -> dict[str, Any]:
    from newsletter.editions import published, search

    public = published.categories(publication)
    found = {}
    for name, given in _ASKED.items():
        given = {key: value or public[1].slug for key, value in given.items()}
        spent = []
        for _round in range(_ROUNDS):
            begun = time.perf_counter()
            hits = search.find(publication, search.read(given), public=public)
            spent.append((time.perf_counter() - begun) * 1000)
        found[name] = [round(statistics.median(spent), 1), len(hits.items) if hits else None]
    return found


if __name__ == "__main__":
    sys.exit(main())
