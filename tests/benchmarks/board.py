"""Milliseconds that board, searches and figures take, by the number of readers.

    python -m tests.benchmarks.board [READERS]

Readers, one sent issue and its outcomes are written by bare SQL, so the triggers do their work;
the figures are folded and counted as a worker would, before anything is timed.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Sequence

from tests.benchmarks import scene

_LOOKS = 11


def main(arguments: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    with scene.open_site("127.0.0.1:25", 1):
        scene.start_django()
        print(json.dumps(measure(int(given[0]) if given else 1_000_000)))
    return 0


def measure(readers: int) -> dict[str, object]:
    """What each page takes, the median of eleven looks, after one that warms up."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from newsletter.sending import figures
    from subscribers import readership

    publication, issue, filled = _fill(readers)
    began = time.perf_counter()
    while readership.sweep():
        pass
    folded = time.perf_counter() - began
    began = time.perf_counter()
    figures.sweep()
    counted = time.perf_counter() - began
    boss = get_user_model().objects.create_superuser("boss", "boss@example.org", "x")
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(boss)
    find = "/admin/newsletter/issue/find/"
    pages = {
        "today": lambda: client.get("/admin/"),
        "went": lambda: client.get(f"/admin/newsletter/issue/{issue}/went/"),
        "growth": lambda: client.get(f"/admin/newsletter/issue/growth/{publication}/?days=365"),
        "readers": lambda: client.get("/admin/subscribers/subscriber/"),
        "find_one": lambda: client.post(find, {"q": "reader77@", "palette": "1"}),
        "find_domain": lambda: client.post(find, {"q": "@large3", "palette": "1"}),
        "find_all": lambda: client.post(find, {"q": "example", "palette": "1"}),
        "find_none": lambda: client.post(find, {"q": "reader@large", "palette": "1"}),
    }
    found: dict[str, object] = {
        "at": readers, "fill_s": round(filled, 1), "fold_s": round(folded, 1),
        "count_s": round(counted, 1),
    }  # fmt: skip
    for name, look in pages.items():
        answer = look()
        assert answer.status_code == 200, (name, answer.status_code)
        taken = []
        for _look in range(_LOOKS):
            began = time.perf_counter()
            look()
            taken.append(time.perf_counter() - began)
        found[name] = round(1000 * statistics.median(taken), 1)
    return found


def _fill(readers: int) -> tuple[str, int, float]:
    """(publication, issue, seconds): an issue sent to all readers, one in a hundred refused."""
    from django.db import connection
    from django.utils import timezone

    from newsletter.models import PLACES, Edition, Issue, Revision, Worker

    publication, categories = scene.publication()
    issue = scene.issue(publication, categories, "15k")
    now = timezone.now()
    frozen = Revision.objects.create(issue=issue, number=1, kind="release", digest={})
    Issue.objects.filter(pk=issue.pk).update(
        state="sent", frozen=frozen, frozen_at=now, finished_at=now, recipients=readers,
        sent=readers, published_at=now,
    )  # fmt: skip
    Worker.objects.create(name="w", machine="m", version="1")
    edition = Edition.objects.create(issue=issue, selection=1, readers=readers)
    base = issue.pk * PLACES
    began = time.perf_counter()
    scene.readers(publication, categories, readers, mixed=True)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO newsletter_delivery (id, subscription_id, issue_id, edition_id)
               SELECT %s + subscriber_id, id, %s, %s FROM subscribers_subscription""",
            [base, issue.pk, edition.pk],
        )
        cursor.execute(
            """INSERT INTO newsletter_outcome (delivery_id, round, at, code, state, status,
                   detail, resolved_by, evidence)
               SELECT id, 1, %s, 250, CASE WHEN id %% 100 = 0 THEN 'failed' ELSE 'sent' END,
                   '', '', '', '' FROM newsletter_delivery""",
            [connection.ops.adapt_datetimefield_value(now)],
        )
        cursor.execute("ANALYZE")
    return publication.slug, issue.pk, time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
