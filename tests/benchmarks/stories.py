"""Milliseconds an item that the memory of stories takes for a document of 30 items.

python -m tests.benchmarks.stories [ITEMS ...]

The database is filled to each size in turn (1,000 items an issue of 30 a day, invented titles in
Chinese and English); every hundredth has real bands, the others random ones, which an index cannot
tell from real ones, and one link and one band are everybody's. Of the 30 items asked about a third
was told before in other words, a third has a known link, a third is new.
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

ITEMS = 30
_REAL = 100  # Every so-manieth title has its own bands.
_ROUNDS = 15
_BATCH = 6_000  # whole issues


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.stories")
    parser.add_argument("items", type=int, nargs="*", default=[102_000, 1_002_000])
    options = parser.parse_args(arguments)
    with scene.open_site("127.0.0.1:25", 1):
        scene.start_django()
        from django.db import connection

        site = _Site()
        for size in sorted(options.items):
            site.fill(size)
            print(json.dumps(site.measure()), flush=True)
        connection.close()
    return 0


class _Site:
    """A publication with a long past."""

    def __init__(self) -> None:
        from newsletter.importing import link_key

        self.publication, _categories = scene.publication()
        self.random = random.Random(19)
        self.items = 0
        self.hub = link_key("https://example.org/front/page")
        self.told: list[tuple[str, str]] = []

    def title(self) -> str:
        pick = self.random.choice
        if self.random.random() < 0.5:
            words = [pick(_CHINESE) for _ in range(9)]
            words.insert(
                self.random.randrange(9), f"《{pick(_CHINESE)}{self.random.randrange(10**6)}》"
            )
            return "".join(words)
        words = [pick(_ENGLISH) for _ in range(9)]
        return " ".join([*words, f"Zeta{self.random.randrange(10**6)}"])

    def fill(self, size: int) -> None:
        while self.items < size:
            self._fill_some(min(_BATCH, size - self.items))

    def _fill_some(self, count: int) -> None:
        from newsletter.importing import link_key
        from newsletter.importing.stories.bands import BANDS, bands_of
        from newsletter.models import Issue, Item, Link, TitleBand

        day = dt.date(2026, 3, 1)
        issues = []
        for first in range(0, count, ITEMS):
            number = (self.items + first) // ITEMS
            issues.append(
                Issue(
                    publication=self.publication,
                    slug=f"past-{number}",
                    # The oldest last, so that the newest days are full from the start.
                    date=day - dt.timedelta(days=number // 5),
                    language="en",
                    title=f"Past {number}",
                    state="archived",
                    published_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
                    entry_id=f"urn:uuid:{uuid.uuid4()}",
                )
            )
        Issue.objects.bulk_create(issues)
        items = [
            Item(
                issue=issues[number // ITEMS],
                number=number % ITEMS + 1,
                anchor=f"item-{number % ITEMS + 1}",
                title=self.title(),
                entry_id=f"urn:uuid:{uuid.uuid4()}",
            )
            for number in range(count)
        ]
        Item.objects.bulk_create(items)
        links, bands = [], []
        for number, item in enumerate(items):
            url = f"https://example.org/{item.pk}"
            keys = [link_key(url)] + ([self.hub] if number % 10 == 0 else [])
            links += [
                Link(issue=item.issue, item=item, kind="source", number=n, url=url, url_key=key)
                for n, key in enumerate(keys, 1)
            ]
            real = number % _REAL == 0
            if real:
                self.told.append((item.title, url))
            found = bands_of(item.title) if real else self._random_bands(BANDS)
            bands += [
                TitleBand(publication_id=self.publication.pk, band=band, item=item)
                for band in found
            ]
        Link.objects.bulk_create(links, batch_size=2000)
        TitleBand.objects.bulk_create(bands, batch_size=5000, ignore_conflicts=True)
        self.items += count

    def _random_bands(self, count: int) -> list[int]:
        found = [self.random.getrandbits(64) - (1 << 63) for _ in range(count - 1)]
        return [*found, 7 if self.random.random() < 0.1 else self.random.getrandbits(62)]

    def measure(self) -> dict[str, Any]:
        from django.db import connection

        from newsletter.importing.stories import Asked, look_up
        from newsletter.importing.stories.titles import read_title

        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        spent, right = [], 0
        for _round in range(_ROUNDS):
            known = self.random.sample(self.told, 2 * ITEMS // 3)
            asked = [Asked(f"{title} today", ()) for title, _url in known[: ITEMS // 3]]
            asked += [Asked(title, (url,)) for title, url in known[ITEMS // 3 :]]
            asked += [
                Asked(self.title(), ("https://example.org/front/page",)) for _ in range(ITEMS // 3)
            ]
            read_title.cache_clear()
            begun = time.perf_counter()
            found = look_up(self.publication, asked, dt.date(2026, 3, 2))
            spent.append((time.perf_counter() - begun) * 1000 / ITEMS)
            right += sum(bool(one) for one in found[: 2 * ITEMS // 3])
        return {
            "items": self.items,
            "ms_an_item": round(statistics.median(spent), 2),
            "worst_ms_an_item": round(max(spent), 2),
            "found_of_told": round(right / (_ROUNDS * 2 * ITEMS // 3), 3),
        }


_CHINESE = [
    "港口", "潮汐", "灯塔", "航线", "集装箱", "码头", "货轮", "海关", "仓库",
    "吊机", "引航", "泊位", "船期", "风浪", "锚地", "航道", "浮标", "栈桥",
    "渔船", "船坞", "观测", "记录", "研究", "发现", "增长", "下降", "改进",
    "发布", "调查", "协议", "投资", "团队", "系统", "模型", "平台", "市场",
    "政策", "报告",
]  # fmt: skip
_ENGLISH = [
    "harbour", "tide", "beacon", "route", "container", "quay", "freighter", "customs", "warehouse",
    "crane", "pilot", "berth", "delay", "storm", "anchor", "channel", "buoy", "pier",
    "trawler", "dock", "survey", "record", "study", "finding", "growth", "decline", "upgrade",
    "release", "inquiry", "treaty", "funding", "team", "system", "model", "platform", "market",
    "policy", "report",
]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
