"""Seconds of a round-up's freeze over those of an issue with as many readers, in one database:
of processor time, and by the clock.

python -m tests.benchmarks.roundup_freeze READERS [--changed PERCENT]

Seven issues are frozen and handed over; then everybody wants round-ups, so many per cent of them
since a day of this week: only they are asked what had reached them. 100 is the worst case.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import sys
from collections.abc import Sequence
from typing import Any

from tests.benchmarks import scene
from tests.benchmarks.freezing import Took, freeze, over, seconds

ISSUES = 7


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.roundup_freeze")
    parser.add_argument("readers", type=int)
    parser.add_argument("--changed", type=int, default=10, metavar="PERCENT")
    options = parser.parse_args(arguments)
    with scene.open_site("127.0.0.1:25", 1):
        scene.start_django()
        from django.db import connection

        found = measure(options.readers, options.changed)
        connection.close()
    print(json.dumps(found))
    return 0


def measure(readers: int, changed: int) -> dict[str, Any]:
    from django.utils import timezone

    from newsletter.issues import roundups
    from newsletter.issues.roundup_periods import Period
    from newsletter.models import Edition
    from subscribers.models import Publication

    publication, categories = scene.publication()
    Publication.objects.update(roundup="weekly", roundup_items=70)
    publication.refresh_from_db()
    begin = timezone.now() - dt.timedelta(minutes=1)
    scene.readers(publication, categories, readers, mixed=True)
    single = []
    for number in range(ISSUES):
        issue = scene.issue(publication, categories, "60k")
        issue.slug = f"issue-{number}"
        issue.save(update_fields=["slug"])
        single.append(freeze(issue))
        hand_over(issue, number)
    want_round_ups(publication, changed, begin)
    period = Period.of(begin, timezone.now() + dt.timedelta(seconds=1), dt.UTC)
    made = roundups.make(publication, period)
    assert made.issue is not None
    took = freeze(made.issue)
    editions = Edition.objects.filter(issue=made.issue, none_because="")
    usual = Took(*(statistics.median(one[which] for one in single) for which in (0, 1)))
    return {
        "readers": readers,
        "changed": changed,
        "issue": seconds(single),
        "roundup": seconds([took]),
        "ratio": over([took], [usual]),
        "editions": editions.count(),
        "starts": editions.values("start").distinct().count(),
    }


def hand_over(issue: Any, number: int) -> None:
    """An eighth of the readers more is left out of each issue: so there are eight starts."""
    from django.db import connection

    now = "now()" if connection.vendor == "postgresql" else "datetime('now')"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO newsletter_outcome
                    (delivery_id, round, at, state, status, detail, resolved_by, evidence)
                SELECT d.id, 1, {now}, CASE WHEN d.subscription_id %% 8 > %s
                    THEN 'sent' ELSE 'skipped' END, '', '', '', ''
                FROM newsletter_delivery d JOIN newsletter_edition e ON e.id = d.edition_id
                WHERE d.issue_id = %s AND e.none_because = ''""",
            [number, issue.pk],
        )
        cursor.execute("DELETE FROM newsletter_chunk WHERE issue_id = %s", [issue.pk])
        cursor.execute(
            f"UPDATE newsletter_issue SET state = 'sent', finished_at = {now} WHERE id = %s",
            [issue.pk],
        )
        cursor.execute(
            "ANALYZE newsletter_outcome" if connection.vendor == "postgresql" else "ANALYZE"
        )


def want_round_ups(publication: Any, changed: int, begin: dt.datetime) -> None:
    """Everybody has this rhythm: long since, or since the last issue that was handed to them."""
    from django.db import connection

    adapt = connection.ops.adapt_datetimefield_value
    long_ago = adapt(begin - dt.timedelta(days=30))
    out = publication.issues.order_by("published_at").values_list("published_at", flat=True)
    times = [adapt(at) for at in out]
    whens = " ".join(f"WHEN {number} THEN %s" for number in range(1, len(times) + 1))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE subscribers_subscription SET rhythm = 'weekly', since = %s,
                   rhythm_since = CASE WHEN id %% 100 >= %s THEN %s ELSE
                       CASE id %% 8 {whens} ELSE %s END END
               WHERE publication_id = %s""",
            [long_ago, changed, long_ago, *times, long_ago, publication.pk],
        )


if __name__ == "__main__":
    sys.exit(main())
