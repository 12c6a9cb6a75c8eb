"""Milliseconds an item that the memory of stories takes for a document of 30 items.

python -m tests.benchmarks.stories [ITEMS ...]

The database is filled to each size in turn (1,000 items an issue of 30 a day, invented titles in
Chinese and English); every hundredth has its own bands and page, the others random ones, which an
index cannot tell from real ones, and a tenth have one page and one band in common. Of the 30 items
asked about a third was told before in other words, a third has a known link, a third is new.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import random
import statistics
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from tests.benchmarks import scene

ITEMS = 30
_REAL = 100  # Every so-manieth title has its own bands.
_ROUNDS = 15
_BATCH = 60_000  # whole issues
_MOST_SECONDS = 1_800
# Ids of their own, so that an issue's is known by the number of its items.
_FIRST_ISSUE, _PATTERN = 1_000_000, 2_000_000_000


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
        """Go on to so many items; says on standard error how far it is."""
        from django.db import connection

        begun = time.monotonic()
        with _without_indexes():
            while self.items < size:
                self._fill_some(min(_BATCH, size - self.items))
                spent = time.monotonic() - begun
                print(f"{self.items} of {size} items, {spent:.0f} s", file=sys.stderr, flush=True)
                if spent > _MOST_SECONDS:
                    raise SystemExit("the items were not all there in time")
        self._write_texts()
        # What is measured has the site's own cache, and none of what was written just now.
        connection.close()
        spent = time.monotonic() - begun
        print(f"indexed after {spent:.0f} s", file=sys.stderr, flush=True)

    def text(self) -> str:
        """What an item says below its title, as long as it is read."""
        return " ".join(self.title() for _ in range(12))

    def _write_texts(self) -> None:
        """Only of the last days' items the text is looked at."""
        from newsletter.models import Item

        late = dt.date(2026, 2, 20)
        for pk in Item.objects.filter(issue__date__gte=late).values_list("pk", flat=True):
            Item.objects.filter(pk=pk).update(body=self.text())

    def _fill_some(self, count: int) -> None:
        from django.db import connection, transaction

        from newsletter.importing import link_key
        from newsletter.importing.stories.bands import bands_of

        first = self.items + 1
        rows: list[tuple[int, str, str | None]] = []
        bands: list[tuple[int, int, int]] = []
        for item in range(first, first + count):
            title, key = self.title(), None
            if item % _REAL == 1:
                url = f"https://example.org/{item}"
                self.told.append((title, url))
                found = link_key(url)
                key = found.hex if found else None
                bands += [(self.publication.pk, band, item) for band in bands_of(title)]
            rows.append((item, title, key))
        with transaction.atomic(), connection.cursor() as cursor:
            self._issues(first, count)
            cursor.execute("CREATE TEMPORARY TABLE made (id bigint, title text, key text)")
            for start in range(0, count, 5_000):
                cursor.executemany(
                    "INSERT INTO made VALUES (%s, %s, %s)", rows[start : start + 5_000]
                )
            for statement in _statements(self.publication.pk):
                cursor.execute(statement)
            cursor.executemany(
                "INSERT INTO newsletter_titleband (publication_id, band, item_id)"
                " VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                bands,
            )
            cursor.execute("DROP TABLE made")
        self.items += count

    def _issues(self, first: int, count: int) -> None:
        from newsletter.models import Issue, Item, Link

        day = dt.date(2026, 3, 1)
        Issue.objects.bulk_create(
            Issue(
                pk=_FIRST_ISSUE + number,
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
            for number in range((first - 1) // ITEMS, (first - 1 + count) // ITEMS)
        )
        if first == 1:
            # What all others are copies of, but for what tells them apart.
            issue = Issue.objects.get(pk=_FIRST_ISSUE)
            item = Item.objects.create(
                pk=_PATTERN, issue=issue, number=99, anchor="pattern", entry_id="urn:x:pattern"
            )
            url = "https://example.org/front/page"
            Link.objects.create(
                pk=_PATTERN, issue=issue, item=item, kind="source", number=1, url=url,
                url_key=self.hub,
            )  # fmt: skip

    def measure(self) -> dict[str, Any]:
        from django.db import connection

        from newsletter.importing.stories import Asked, look_up
        from newsletter.importing.stories.tellings import telling_of
        from newsletter.importing.stories.titles import read_title

        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        # The processor's time beside the clock's: on a busy machine only the first compares.
        spent, used, right = [], [], 0
        for _round in range(_ROUNDS):
            known = self.random.sample(self.told, 2 * ITEMS // 3)
            asked = [Asked(f"{title} today", ()) for title, _url in known[: ITEMS // 3]]
            asked += [Asked(title, (url,)) for title, url in known[ITEMS // 3 :]]
            asked += [
                Asked(self.title(), ("https://example.org/front/page",)) for _ in range(ITEMS // 3)
            ]
            asked = [replace(one, text=self.text()) for one in asked]
            read_title.cache_clear()
            telling_of.cache_clear()
            begun, busy = time.perf_counter(), time.process_time()
            found = look_up(self.publication, asked, dt.date(2026, 3, 2))
            used.append((time.process_time() - busy) * 1000 / ITEMS)
            spent.append((time.perf_counter() - begun) * 1000 / ITEMS)
            right += sum(bool(one) for one in found[: 2 * ITEMS // 3])
        return {
            "items": self.items,
            "ms_an_item": round(statistics.median(spent), 2),
            "worst_ms_an_item": round(max(spent), 2),
            "cpu_ms_an_item": round(statistics.median(used), 2),
            "least_cpu_ms_an_item": round(min(used), 2),
            "found_of_told": round(right / (_ROUNDS * 2 * ITEMS // 3), 3),
        }


def _statements(publication: int) -> list[str]:
    """SQL that makes items, links and bands of the rows in `made`."""
    from django.db import connection

    sqlite = connection.vendor == "sqlite"
    key = "lower(hex(randomblob(16)))" if sqlite else "md5(made.id::text || random())"
    key = f"coalesce(made.key, {key})" + ("" if sqlite else "::uuid")
    band = "random()" if sqlite else "('x' || md5(made.id::text || random()))::bit(64)::bigint"
    numbers = " UNION ALL ".join(f"SELECT {n} AS n" for n in range(12))
    issue = f"{_FIRST_ISSUE} + (made.id - 1) / {ITEMS}"
    number = f"(made.id - 1) % {ITEMS} + 1"
    address = "'https://example.org/' || made.id"
    link = {"issue_id": issue, "item_id": "made.id"}
    own = {"number": "1", "url": address, "url_key": key}
    return [
        _copies(
            "newsletter_item",
            {
                "id": "made.id", "issue_id": issue, "number": number, "title": "made.title",
                "anchor": f"'item-' || ({number})", "entry_id": "'urn:x:' || made.id",
            },
        ),
        _copies("newsletter_link", {**link, **own}, without="id"),
        # Everybody's page.
        _copies("newsletter_link", {**link, "number": "2"}, "made.id % 10 = 1", without="id"),
        # In the order of the index, or each row would touch a page of its own.
        f"""INSERT INTO newsletter_titleband (publication_id, band, item_id)
            SELECT {publication},
                CASE WHEN n = 11 AND made.id % 10 = 3 THEN 7 ELSE {band} END AS band, made.id
            FROM made CROSS JOIN ({numbers}) numbers WHERE made.id % {_REAL} <> 1
            ORDER BY 2 ON CONFLICT DO NOTHING""",
    ]  # fmt: skip


def _copies(table: str, other: dict[str, str], where: str = "TRUE", without: str = "") -> str:
    """SQL for one row for each in `made`, like the pattern but for some columns."""
    from django.db import connection

    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, table)
    columns = [one.name for one in found if one.name != without]
    named = ", ".join(f'"{one}"' for one in columns)
    values = ", ".join(other.get(one, f'pattern."{one}"') for one in columns)
    return (
        f"INSERT INTO {table} ({named}) SELECT {values} FROM made"
        f" CROSS JOIN (SELECT * FROM {table} WHERE id = {_PATTERN}) pattern"
        f" WHERE {where} ORDER BY made.id"
    )


@contextlib.contextmanager
def _without_indexes() -> Iterator[None]:
    """SQLite: what is kept up row by row is made once at the end, and nothing is waited for."""
    from django.db import connection

    if connection.vendor != "sqlite":
        yield
        return
    tables = ("newsletter_issue", "newsletter_item", "newsletter_link", "newsletter_titleband")
    with connection.cursor() as cursor:
        for pragma in ("synchronous=OFF", "cache_size=-200000", "foreign_keys=OFF"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger')"
            f" AND sql IS NOT NULL AND tbl_name IN {tables}"
        )
        aside = cursor.fetchall()
        for kind, name, _sql in aside:
            cursor.execute(f"DROP {kind} {name}")
    yield
    with connection.cursor() as cursor:
        for _kind, _name, sql in sorted(aside):
            # As it is, not as a format: its text may hold `%`.
            cursor.execute(sql)


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
