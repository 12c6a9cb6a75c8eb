"""The pages an issue is written and sent on: one of N items over one of ten.

    python -m tests.benchmarks.keystroke [ITEMS]

Measured is the server's answer, with the database's part: the page to write on; the item alone, as
it is asked for while somebody types; the whole mail and the whole web page, as they are asked for
in a pause; the send page, looked at again and first looked at after an edit. One JSON object a
line: medians in milliseconds of processor time (by the clock, a busy machine measures its
neighbours), of calls that take turns, then the ratios.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from tests.benchmarks import scene

_ROUNDS = 11
INSIGHT = "What it means for the port, in a sentence or two that somebody has to read. " * 2
BULLETS = [
    {"lead": "First", "text": "The quay is closed until spring.", "children": []},
    {"lead": "", "text": "A [report](https://example.org/r) says why.", "children": []},
]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.keystroke")
    parser.add_argument("items", type=int, nargs="?", default=300)
    options = parser.parse_args(arguments)
    with scene.open_site("127.0.0.1:25", 1):
        scene.start_django()
        from django.contrib.auth.models import User
        from django.db import connection
        from django.test import Client

        publication, categories = scene.publication()
        client = Client(headers={"host": "127.0.0.1"})
        client.force_login(User.objects.create_superuser("root", "", "x"))
        few = _calls(client, *issue_of(publication, categories, 10))
        many = _calls(client, *issue_of(publication, categories, options.items))
        found = {name: _milliseconds(few[name], many[name]) for name in few}
        for number, items in enumerate((10, options.items)):
            print(
                json.dumps({"items": items, **{name: pair[number] for name, pair in found.items()}})
            )
        print(json.dumps({name: round(pair[1] / pair[0], 2) for name, pair in found.items()}))
        connection.close()
    return 0


def issue_of(publication: Any, categories: Sequence[Any], count: int) -> tuple[Any, Any]:
    from newsletter.models import Item, Link
    from tests import builders

    issue = builders.issue(publication, f"2026-03-{count % 28 + 1:02}")
    rows = [
        builders.item(
            issue, categories[number % len(categories)], f"Story number {number} of the harbour",
            insight=INSIGHT, bullets=BULLETS,
        )
        for number in range(1, count + 1)
    ]  # fmt: skip
    Link.objects.bulk_create(
        Link(
            issue=issue, item=row, kind="source", number=1, label="The Paper",
            url=f"https://example.org/{row.number}",
        )
        for row in rows
    )  # fmt: skip
    return issue, Item.objects.get(pk=rows[len(rows) // 2].pk)


def _calls(client: Any, issue: Any, item: Any) -> dict[str, Callable[[int], object]]:
    base = f"/admin/newsletter/issue/{issue.pk}/write/"
    live = client.get(base).content.decode().partition('data-live="')[2].partition('"')[0]
    form = {
        "editing": str(item.pk), "title": item.title, "category": str(item.category_id),
        "bullet_lines": "- **First:** The quay is closed until spring.",
        "source_lines": "The Paper | https://example.org/1", "body": "", "date": "",
        "width": "desktop", "look": "light",
    }  # fmt: skip

    def ask(number: int, **more: str) -> None:
        answer = client.post(live, {**form, "insight": f"{INSIGHT} {number}", **more})
        assert answer.status_code == 200, answer.status_code
        assert "parts" not in more or answer.json()["parts"]

    def read(page: str) -> None:
        answer = client.get(f"/admin/newsletter/issue/{issue.pk}/{page}/")
        assert answer.status_code == 200, answer.status_code

    def edited(number: int) -> None:
        type(item).objects.filter(pk=item.pk).update(insight=f"{INSIGHT} {number}")
        read("send")

    return {
        "open": lambda _n: read("write"),
        "keystroke": lambda n: ask(n, part="1", **{"as": "mail"}),
        "whole_mail": lambda n: ask(n, **{"as": "mail"}),
        "whole_web_page": lambda n: ask(n, **{"as": "web"}),
        "send_page": lambda _n: read("send"),
        "send_page_after_an_edit": edited,
    }


def _milliseconds(*calls: Callable[[int], object]) -> tuple[float, ...]:
    """The median of each, one after the other in each round: a machine changes its speed."""
    found: list[list[float]] = [[] for _ in calls]
    for number in range(_ROUNDS + 1):
        for call, times in zip(calls, found, strict=True):
            begun = time.process_time()
            call(number)
            times.append((time.process_time() - begun) * 1000)
    return tuple(round(statistics.median(times[1:]), 1) for times in found)  # The first loads.


if __name__ == "__main__":
    sys.exit(main())
