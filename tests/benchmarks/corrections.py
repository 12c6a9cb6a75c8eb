"""Seconds of the freeze of a correction mail over that of a regular issue, in one database: of
processor time, and by the clock.

    python -m tests.benchmarks.corrections [READERS]

An issue is frozen and called sent to everybody. Then, in turn: a regular issue, a correction of
one item (for who had it: about half), and one of the introduction (for everybody). `reach` is how
long a page takes to count whom a correction of an item would be for.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tests.benchmarks import scene
from tests.benchmarks.freezing import Took, frozen, over, seconds


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.corrections")
    parser.add_argument("readers", type=int, nargs="?", default=100_000)
    options = parser.parse_args(arguments)
    with scene.open_site("127.0.0.1:25", 1):
        scene.start_django()
        from django.db import connection

        print(json.dumps(measure(options.readers)))
        connection.close()
    return 0


def measure(count: int) -> dict[str, Any]:
    """The seconds of each, and the ratios."""
    from newsletter import sending
    from newsletter.sending import mending

    publication, categories = scene.publication()
    scene.readers(publication, categories, count, mixed=True)
    issue = scene.issue(publication, categories, "15k")
    sending.release(issue, by="bench", now=True)
    sending.freeze(issue.pk)
    _all_sent(issue)
    started = time.perf_counter()
    reach = mending.reach(issue, issue.items.get(number=1))
    counted = time.perf_counter() - started
    mails = [_mail(issue, 1), _mail(issue, None)]
    from tests import builders

    regular = builders.issue(publication, "2026-03-03")
    for category in categories[:3]:
        builders.item(regular, category, f"All about {category.name}")
    usual, one, everybody = (_freeze(each) for each in (regular, *mails))
    return {
        "readers": count,
        "held": reach.held,
        "reach": round(counted, 3),
        "regular": seconds([usual]),
        "item": seconds([one]),
        "everybody": seconds([everybody]),
        "item_over_regular": over([one], [usual]),
        "everybody_over_regular": over([everybody], [usual]),
    }


def _all_sent(issue: Any) -> None:
    """As if everybody had been handed theirs."""
    from django.db import connection

    from newsletter.models import Chunk, Issue

    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO newsletter_outcome (delivery_id, round, at, revision_id, state, status,
                   detail, resolved_by, evidence)
               SELECT d.id, 1, i.frozen_at, i.frozen_id, 'sent', '', '', '', ''
               FROM newsletter_delivery d JOIN newsletter_issue i ON i.id = d.issue_id
               JOIN newsletter_edition e ON e.id = d.edition_id
               WHERE d.issue_id = %s AND e.none_because = ''""",
            [issue.pk],
        )
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE newsletter_outcome, newsletter_delivery")
    from django.db.models import F

    Chunk.objects.filter(issue=issue).update(state="done", sent=F("last") - F("first") + 1)
    Issue.objects.filter(pk=issue.pk).update(state="sent", finished_at="2026-03-02T09:00:00Z")
    issue.refresh_from_db()


def _mail(issue: Any, number: int | None) -> Any:
    """A correction is made and put in, and the mail about it is released."""
    from newsletter.issues import correction_mail, corrections
    from newsletter.issues.revisions import digest_of
    from newsletter.sending import mending

    now = digest_of(issue)
    item = None if number is None else issue.items.get(number=number)
    if item is None:
        new = corrections.with_head(now, replace(corrections.head_of(now), intro="It was Monday."))
    else:
        text = replace(corrections.item_of(issue, now, item), title="It was another one")
        new = corrections.with_item(issue, now, item, text)
    seen = corrections.mark(issue, now, item)
    revision = mending.correct(
        issue, item, new, author=None, by="bench", note="It was wrong.", seen=seen
    )
    mending.wait(issue, 60)
    return correction_mail.make(revision)


def _freeze(issue: Any) -> Took:
    from newsletter.models import Issue

    Issue.objects.filter(pk=issue.pk).update(
        state="scheduled", send_at="2026-03-02T09:00:00Z", released_by=None
    )
    return frozen(issue)


if __name__ == "__main__":
    sys.exit(main())
