"""Seconds of the freeze of a pair over those of an issue with as many readers, in one database:
of processor time, and by the clock.

python -m tests.benchmarks.pair_freeze READERS [--rounds COUNT]

In each round an issue is frozen, and a pair in one publication, of whose readers half read the
translation and a tenth neither language. Then come sister publications, where each has half of the
readers and every fifth of them has both: in each round one issue of either that are no pair, and a
pair. A pair of sisters is put beside the issue with as many readers, which one publication had
alone, and beside those two: the readers and the texts are the same, but who has both is mailed
twice. The last figure is a mail's.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from tests.benchmarks import scene
from tests.benchmarks.freezing import freeze, over, seconds


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.pair_freeze")
    parser.add_argument("readers", type=int)
    parser.add_argument("--rounds", type=int, default=3, metavar="COUNT")
    options = parser.parse_args(arguments)
    with scene.open_site("127.0.0.1:25", 1):
        scene.start_django()
        from django.db import connection

        print(json.dumps(measure(options.readers, options.rounds)))
        connection.close()
    return 0


def measure(readers: int, rounds: int) -> dict[str, Any]:
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
    for number in range(rounds):
        alone.append(freeze(_issue(publication, categories, f"alone-{number}")))
        one.append(freeze(_pair(publication, publication, categories, categories, other, number)))
    sister, its = _sister(publication, categories, other, readers)
    apart, two = [], []
    for number in range(rounds):
        first = freeze(_issue(publication, categories, f"apart-{number}"))
        apart.append(first + freeze(_issue(sister, its, f"apart-{number}")))
        two.append(freeze(_pair(publication, sister, categories, its, other, rounds + number)))
    counts = _deliveries(sister)
    return {
        "readers": readers,
        "issue": seconds(alone),
        "pair": seconds(one),
        "pair_over_issue": over(one, alone),
        "sisters": seconds(two),
        "sisters_readers": counts,
        "sisters_over_issue": over(two, alone, counts / readers),
        "apart": seconds(apart),
        "sisters_over_apart": over(two, apart),
        "sisters_over_apart_a_mail": over(two, apart, counts / _mails_apart()),
    }


def _mails_apart() -> int:
    """Readers of the last two issues that are no pair."""
    from newsletter.models import Issue

    last = Issue.objects.filter(slug__startswith="apart-").order_by("-pk")[:2]
    return sum(issue.recipients for issue in last)


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
