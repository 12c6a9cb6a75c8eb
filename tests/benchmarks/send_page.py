"""The send page of an issue of N items, over that of one of ten.

    python -m tests.benchmarks.send_page [ITEMS]

Readers chose every combination of five categories, so an issue has 31 editions; once more with no
reader at all. Measured is the server's answer, with the database's part: looked at again; first
looked at after one item was edited; after the introduction was; and first looked at by a process
that never saw the issue. One JSON object a line: the least and the median of processor time in
milliseconds (by the clock, a busy machine measures its neighbours), of calls that take turns.
`ratio` is the least of N items over the least of ten.
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
from tests.benchmarks.keystroke import INSIGHT, issue_of

_ROUNDS = 5
_READERS = 310


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.send_page")
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
        counts = (10, options.items)
        issues = [issue_of(publication, categories, count) for count in counts]
        for readers in (0, _READERS):
            if readers:
                scene.readers(publication, categories, readers, mixed=True)
            for name, prepare in _LOOKS.items():
                found = _measured(client, issues, prepare)
                least = [round(min(times), 1) for times in found]
                middle = [round(statistics.median(times), 1) for times in found]
                print(
                    json.dumps(
                        {"readers": readers, "look": name, "items": counts, "least": least,
                         "median": middle, "ratio": round(least[1] / least[0], 2)}
                    ),
                    flush=True,
                )  # fmt: skip
        connection.close()
    return 0


def _again(_issue: Any, _item: Any, _number: int) -> None:
    """Nothing is different."""


def _item_edited(_issue: Any, item: Any, number: int) -> None:
    type(item).objects.filter(pk=item.pk).update(insight=f"{INSIGHT} {number}")


def _introduction_edited(issue: Any, _item: Any, number: int) -> None:
    type(issue).objects.filter(pk=issue.pk).update(intro=f"What is here today: {number}.")


def _never_seen(_issue: Any, _item: Any, _number: int) -> None:
    from newsletter.rendering import kept

    kept.forget()


_LOOKS: dict[str, Callable[[Any, Any, int], None]] = {
    "again": _again,
    "after an item was edited": _item_edited,
    "after the introduction was edited": _introduction_edited,
    "by a process that never saw it": _never_seen,
}


def _measured(
    client: Any, issues: Sequence[tuple[Any, Any]], prepare: Callable[[Any, Any, int], None]
) -> list[list[float]]:
    """Milliseconds of each issue's page, one after the other in each round."""
    found: list[list[float]] = [[] for _ in issues]
    for number in range(_ROUNDS + 1):
        for (issue, item), times in zip(issues, found, strict=True):
            prepare(issue, item, number)
            begun = time.process_time()
            answer = client.get(f"/admin/newsletter/issue/{issue.pk}/send/")
            times.append((time.process_time() - begun) * 1000)
            assert answer.status_code == 200, answer.status_code
    return [times[1:] for times in found]  # The first loads.


if __name__ == "__main__":
    sys.exit(main())
