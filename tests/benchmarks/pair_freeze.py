"""Seconds of the freeze of a pair over those of an issue with as many readers, in one database.

python -m tests.benchmarks.pair_freeze READERS

Issues and pairs are frozen in turn, three of each: a pair in one publication, of whose readers half
read the translation and a tenth neither language; then a pair of sister publications, where each
has half of the readers and every fifth of them has both.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Sequence
from typing import Any

from tests.benchmarks import scene
from tests.benchmarks.roundup_freeze import freeze

_TIMES = 3


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.pair_freeze")
    parser.add_argument("readers", type=int)
    options = parser.parse_args(arguments)
    with scene.open_site("127.0.0.1:25", 1):
        scene.start_django()
        from django.db import connection

        print(json.dumps(measure(options.readers)))
        connection.close()
    return 0


def measure(readers: int) -> dict[str, Any]:
    from django.db import connection

    publication, categories = scene.publication()
    scene.readers(publication, categories, readers, mixed=True)
    other = "zh-Hans" if publication.language == "en" else "en"
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE subscribers_subscription SET language =
               CASE WHEN id %% 10 < 5 THEN %s WHEN id %% 10 = 9 THEN 'de' ELSE '' END""",
            [other],
        )
    alone, one = [], []
    for number in range(_TIMES):
        alone.append(freeze(_issue(publication, categories, f"alone-{number}")))
        one.append(freeze(_pair(publication, publication, categories, categories, other, number)))
    sister, its = _sister(publication, categories, other, readers)
    two = [
        freeze(_pair(publication, sister, categories, its, other, 10 + n)) for n in range(_TIMES)
    ]
    counts = _deliveries(sister)
    usual = statistics.median(alone)
    return {
        "readers": readers,
        "issue": round(usual, 3),
        "pair": round(statistics.median(one), 3),
        "ratio": round(statistics.median(one) / usual, 2),
        "sisters": round(statistics.median(two), 3),
        "sisters_readers": counts,
        "sisters_ratio": round(statistics.median(two) / usual * readers / counts, 2),
    }


def _issue(publication: Any, categories: Any, slug: str, language: str = "") -> Any:
    issue = scene.issue(publication, categories, "60k")
    issue.slug, issue.language = slug, language or publication.language
    issue.save(update_fields=["slug", "language"])
    return issue


def _pair(first: Any, second: Any, mine: Any, its: Any, language: str, number: int) -> Any:
    """The original of a pair of drafts."""
    from newsletter.editions import pairing

    original = _issue(first, mine, f"pair-{number}")
    translation = _issue(second, its, f"pair-{number}-b", language)
    pairing.pair(translation, original, by="bench")
    original.refresh_from_db()
    return original


def _sister(publication: Any, categories: Any, language: str, readers: int) -> tuple[Any, Any]:
    """Half of the readers go over to a sister publication, and every fifth of them has both."""
    from django.db import connection

    from subscribers.models import Publication
    from tests import builders

    sister = builders.publication("bench-sister", language=language, sister_of=publication)
    its = [builders.category(sister, f"C{number}") for number in range(len(categories))]
    columns = [field.column for field in _columns()]
    copied = ", ".join(str(sister.pk) if one == "publication_id" else one for one in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO subscribers_subscription ({", ".join(columns)})
                SELECT {copied} FROM subscribers_subscription
                WHERE publication_id = %s AND id %% 10 < 6""",
            [publication.pk],
        )
        cursor.execute(
            "DELETE FROM subscribers_subscription WHERE publication_id = %s AND id %% 10 < 5",
            [publication.pk],
        )
        cursor.execute("ANALYZE")
    assert Publication.objects.count() == 2 and readers
    return sister, its


def _columns() -> list[Any]:
    from subscribers.models import Subscription

    return [field for field in Subscription._meta.concrete_fields if not field.primary_key]


def _deliveries(sister: Any) -> int:
    """Readers of the last pair of sisters, both sides together."""
    from newsletter.models import Issue

    last = Issue.objects.filter(publication=sister).order_by("-pk").first()
    assert last is not None and last.original is not None
    return int(last.recipients + last.original.recipients)


if __name__ == "__main__":
    sys.exit(main())
