"""Milliseconds that the ledger of an issue with 5,000,000 readers takes, in the middle of sending.

    python -m tests.benchmarks.progress [READERS]

The ledger is sums over chunk rows, one for 500 readers; no delivery is made for this.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Sequence

from tests.benchmarks import scene


def main(arguments: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    readers = int(given[0]) if given else 5_000_000
    with scene.open_site("127.0.0.1:25", 1):
        scene.start_django()
        from django.db import connection
        from django.utils import timezone

        from newsletter import sending
        from newsletter.models import PLACES, Chunk, Issue, Revision

        publication, categories = scene.publication()
        issue = scene.issue(publication, categories, "15k")
        now = timezone.now()
        frozen = Revision.objects.create(
            issue=issue, number=1, kind=Revision.Kind.RELEASE, digest={}
        )
        Issue.objects.filter(pk=issue.pk).update(
            state=Issue.State.SENDING,
            recipients=readers,
            frozen=frozen,
            frozen_at=now,
            published_at=now,
        )
        base = issue.pk * PLACES
        chunks = [
            Chunk(
                issue=issue, first=base + first, last=base + first + 499, due_at=now,
                state="done" if first < readers / 2 else "waiting",
                sent=499 if first < readers / 2 else 0,
                failed=1 if first < readers / 2 else 0,
            )
            for first in range(1, readers + 1, 500)
        ]  # fmt: skip
        Chunk.objects.bulk_create(chunks, batch_size=1000)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        issue.refresh_from_db()
        taken = []
        for _ in range(21):
            started = time.perf_counter()
            found = sending.ledger(issue)
            taken.append((time.perf_counter() - started) * 1000)
        vendor = connection.vendor
        connection.close()
    assert found["sent"] + found["failed"] + found["waiting"] == readers, found
    print(
        json.dumps(
            {
                "database": vendor,
                "chunks": len(chunks),
                "median_ms": round(statistics.median(taken), 2),
                "slowest_ms": round(max(taken), 2),
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
