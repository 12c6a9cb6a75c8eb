"""From a keystroke while writing to what the preview shows: N items over ten.

    python -m tests.benchmarks.keystroke [ITEMS]

Measured is the server's answer to the script, with the database's part: the item alone, as it is
asked for while somebody types, the whole mail and the whole web page, as they are asked for in a
pause, and the page itself. One JSON object a line: medians in milliseconds of processor time (by
the clock, a busy machine measures its neighbours), then the ratios.
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
_INSIGHT = "What it means for the port, in a sentence or two that somebody has to read. " * 2
_BULLETS = [
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
        few = _measure(client, *_issue(publication, categories, 10))
        many = _measure(client, *_issue(publication, categories, options.items))
        print(json.dumps({"items": 10, **few}))
        print(json.dumps({"items": options.items, **many}))
        print(json.dumps({name: round(many[name] / few[name], 2) for name in few}))
        connection.close()
    return 0


def _issue(publication: Any, categories: Sequence[Any], count: int) -> tuple[Any, Any]:
    from newsletter.models import Item, Link
    from tests import builders

    issue = builders.issue(publication, f"2026-03-{count % 28 + 1:02}")
    rows = [
        builders.item(
            issue, categories[number % len(categories)], f"Story number {number} of the harbour",
            insight=_INSIGHT, bullets=_BULLETS,
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


def _measure(client: Any, issue: Any, item: Any) -> dict[str, float]:
    base = f"/admin/newsletter/issue/{issue.pk}/write/"
    live = client.get(base).content.decode().partition('data-live="')[2].partition('"')[0]
    form = {
        "editing": str(item.pk), "title": item.title, "category": str(item.category_id),
        "bullet_lines": "- **First:** The quay is closed until spring.",
        "source_lines": "The Paper | https://example.org/1", "body": "", "date": "",
        "width": "desktop", "look": "light",
    }  # fmt: skip

    def ask(number: int, **more: str) -> None:
        answer = client.post(live, {**form, "insight": f"{_INSIGHT} {number}", **more})
        assert answer.status_code == 200, answer.status_code
        assert "parts" not in more or answer.json()["parts"]

    return {
        "keystroke": _milliseconds(lambda n: ask(n, part="1", **{"as": "mail"})),
        "whole_mail": _milliseconds(lambda n: ask(n, **{"as": "mail"})),
        "whole_web_page": _milliseconds(lambda n: ask(n, **{"as": "web"})),
        "open": _milliseconds(lambda _n: client.get(base)),
    }


def _milliseconds(call: Callable[[int], object]) -> float:
    call(0)  # The first loads templates.
    found = []
    for number in range(1, _ROUNDS + 1):
        begun = time.process_time()
        call(number)
        found.append((time.process_time() - begun) * 1000)
    return round(statistics.median(found), 1)


if __name__ == "__main__":
    sys.exit(main())
