"""Processor time of a search of an archive: how its items are found, and its whole page.

python -m tests.benchmarks.search ITEMS [ITEMS...]

One database that grows from one count to the next: what a search costs must not grow with it. On
PostgreSQL (DATABASE_URL) the time of its own process is counted as well.
"""

from __future__ import annotations

import argparse
import datetime as dt
import functools
import json
import random
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from tests.benchmarks import scene
from tests.benchmarks.freezing import server

_ITEMS_AN_ISSUE = 20
_ROUNDS = 11
# Different texts: so many that no two of a page are alike.
_TEXTS = 997
_ENGLISH = [
    "harbour", "tide", "beacon", "route", "container", "quay", "freighter", "customs",
    "warehouse", "crane", "pilot", "berth", "delay", "storm", "anchor", "channel",
    "buoy", "pier", "trawler", "dock", "survey", "record", "study", "finding",
    "growth", "decline",
]  # fmt: skip
_CHINESE = (
    "港口潮汐灯塔航线集装箱码头货轮海关仓库吊机引航泊位船期风浪锚地航道浮标栈桥渔船观测记录研究发现"
)
# What is asked for; an empty category is one of the publication's. A third of the items has
# `harbour` and 港口, one in four hundred `lantern` and 灯笼, one in ten thousand the rare ones.
_ASKED = {
    "in every item": {"q": "today"},
    "in every item, two letters": {"q": "今天"},
    "in every item, a phrase": {"q": "今天早上"},
    "common": {"q": "harbour"},
    "common, two letters": {"q": "港口"},
    "two common": {"q": "harbour 港口"},
    "two common that never meet": {"q": "oddly evenly"},
    "a phrase of common words, rare": {"q": "tide-tide-tide-tide"},
    "eight common": {"q": "harbour tide beacon route container quay freighter customs"},
    "some": {"q": "lantern"},
    "some, two letters": {"q": "灯笼"},
    "rare": {"q": "lighthousekeeper"},
    "rare, a phrase": {"q": "鲸鱼搁浅"},
    "one letter": {"q": "港"},
    "one letter, nowhere": {"q": "鲲"},
    "nowhere": {"q": "submarine"},
    "a category": {"category": ""},
    "in every item of a category": {"q": "today", "category": ""},
    "rare, in a category": {"q": "lantern", "category": ""},
    "a source": {"source": "s7.example.org"},
    "in every item of a source": {"q": "今天", "source": "s7.example.org"},
    "a source that is nowhere": {"q": "today", "source": "nowhere.example.org"},
    "in every item, the oldest days": {"q": "today", "until": "2000-01-03"},
    "rare, the newest days": {"q": "lighthousekeeper", "since": "2000-02-01"},
    "in every item, before there was one": {"q": "today", "until": "1999-01-01"},
    "all at once": {
        "q": "harbour 港口", "category": "", "source": "s7.example.org", "since": "2000-01-02",
    },
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.search")
    parser.add_argument("items", type=int, nargs="+")
    options = parser.parse_args(arguments)
    with scene.open_site("127.0.0.1:25", 1):
        scene.start_django()
        from django.db import connection
        from django.test.utils import setup_test_environment

        setup_test_environment()
        publication, categories = scene.publication()
        here = 0
        for items in options.items:
            grow(publication, categories, here, items)
            here = items
            for name, figures in _measure(publication).items():
                print(json.dumps({"items": items, "asked": name, **figures}, ensure_ascii=False))
                sys.stdout.flush()
        connection.close()
    return 0


def grow(publication: Any, categories: Sequence[Any], first: int, until: int) -> None:
    """Give the publication published items `first` to `until`, twenty an issue, indexed."""
    from django.db import connection, transaction

    from newsletter.editions.search import entries
    from newsletter.models import Issue, Item, Link, SearchEntry

    begin = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    facets = [entries.publication_word(publication.pk), *map(_category_word, categories)]
    for start in range(first, until, _ITEMS_AN_ISSUE):
        at = begin + dt.timedelta(hours=start // _ITEMS_AN_ISSUE)
        numbers = range(start, min(start + _ITEMS_AN_ISSUE, until))
        with transaction.atomic():
            issue = Issue.objects.create(
                publication=publication, slug=f"n-{start}", title=f"Number {start}",
                date=at.date(), language="en", entry_id=f"urn:uuid:{uuid.uuid4()}",
                state="archived", published_at=at,
            )  # fmt: skip
            items = [
                Item(
                    issue=issue, number=n - start + 1, category=categories[n % len(categories)],
                    entry_id=f"urn:uuid:{uuid.uuid4()}", anchor=f"i{n - start + 1}",
                    published_at=at, **_text(n)[0],
                )
                for n in numbers
            ]  # fmt: skip
            Item.objects.bulk_create(items)
            Link.objects.bulk_create(
                Link(issue=issue, item=item, kind="source", number=1, label="Wire",
                     url=f"https://{_host(n)}/{n}")
                for n, item in zip(numbers, items, strict=True)
            )  # fmt: skip
            # As `search.write` does it, with the words of a text worked out once.
            SearchEntry.objects.bulk_create(
                SearchEntry(
                    place=entries.place_of(at, item.pk), item=item,
                    words=" ".join([_text(n)[1], facets[0], facets[1 + n % len(categories)],
                                    entries.source_word(_host(n))]),
                )
                for n, item in zip(numbers, items, strict=True)
            )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _category_word(category: Any) -> str:
    from newsletter.editions.search import entries

    return entries.category_word(category.pk)


def _host(number: int) -> str:
    return f"s{number % 500}.example.org"


def _text(number: int) -> tuple[dict[str, Any], str]:
    """The fields of an item of about 900 letters, half of them Chinese, and its words."""
    return _written(number % _TEXTS, rare=number % 9973 == 5)


@functools.cache
def _written(number: int, *, rare: bool) -> tuple[dict[str, Any], str]:
    from newsletter.editions.search.words import words_of

    chance = random.Random(number)
    common = number % 3 == 0
    words = chance.choices(_ENGLISH[not common :], k=60)
    letters = "".join(chance.choices(_CHINESE if common else _CHINESE[2:], k=400))
    words += ["today", "oddly" if number % 2 else "evenly"]
    words += ["lantern"] * (number % 400 == 7) + ["lighthousekeeper"] * rare
    letters += "今天早上" + "灯笼" * (number % 400 == 7) + "鲸鱼搁浅" * rare
    chance.shuffle(words)
    said = " ".join(words)
    fields = {
        "title": said[:70],
        "insight": letters[:80],
        "bullets": [{"lead": letters[80:90], "text": said[:150]}],
        "body": f"{said[150:]}。{letters[90:]}",
    }
    texts = (fields["title"], letters[:80], f"{letters[80:90]} {said[:150]}", fields["body"])
    return fields, " _ ".join(" ".join(word.text for word in words_of(one)) for one in texts)


def _measure(publication: Any) -> dict[str, dict[str, Any]]:
    from django.test import Client

    from newsletter.archive import searching
    from newsletter.editions import published, search

    public = published.categories(publication)
    client, found = Client(), {}
    for name, given in _ASKED.items():
        given = {key: value or public[1].slug for key, value in given.items()}
        asked = search.read(given)
        hits = search.find(publication, asked, public=public)
        address = f"/{publication.slug}/search/?{urlencode(given)}"

        def page(address: str = address) -> None:
            searching.CALLS.clear()
            assert client.get(address).status_code == 200

        found[name] = {
            "found": len(hits.items) if hits else None,
            "finding_ms": _spent(lambda a=asked: search.find(publication, a, public=public)),
            "page_ms": _spent(page),
        }
    return found


def _spent(work: Callable[[], object]) -> float:
    """The median of what a call costs the processors, in ms; the database's part with it."""
    spent = []
    for _round in range(_ROUNDS):
        theirs, own = server(), time.process_time()
        work()
        spent.append((time.process_time() - own + server() - theirs) * 1000)
    return round(statistics.median(spent), 1)


if __name__ == "__main__":
    sys.exit(main())
