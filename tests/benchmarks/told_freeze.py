"""Seconds of a freeze that leaves out what readers had, over those of an ordinary one: of processor
time, and by the clock.

python -m tests.benchmarks.told_freeze READERS [--told ITEMS] [--issues COUNT] [--rounds COUNT]

Some issues are frozen and handed over to all readers but one in eight, another one each time. In
each round an ordinary issue is frozen, then one of which so many items were told in each of them.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from typing import Any

from tests.benchmarks import scene
from tests.benchmarks.freezing import freeze, over, seconds
from tests.benchmarks.roundup_freeze import hand_over


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.told_freeze")
    parser.add_argument("readers", type=int)
    parser.add_argument("--told", type=int, default=3, metavar="ITEMS")
    parser.add_argument("--issues", type=int, default=2, metavar="COUNT")
    parser.add_argument("--rounds", type=int, default=3, metavar="COUNT")
    options = parser.parse_args(arguments)
    if options.told * options.rounds > 10:
        parser.error("an issue has ten items: so many stories cannot be told in one")
    with scene.open_site("127.0.0.1:25", 1):
        scene.start_django()
        from django.db import connection

        found = measure(options.readers, options.told, options.issues, options.rounds)
        connection.close()
    print(json.dumps(found))
    return 0


def measure(readers: int, told: int, earlier: int, rounds: int) -> dict[str, Any]:
    from newsletter.models import Edition
    from subscribers.models import Publication

    publication, categories = scene.publication()
    scene.readers(publication, categories, readers, mixed=True)
    for number in range(earlier):
        issue = _issue(publication, categories, f"earlier-{number}", range(told * rounds))
        freeze(issue)
        hand_over(issue, number)
    Publication.objects.update(leave_out_told=True)
    publication.refresh_from_db()
    ordinary, left_out = [], []
    for number in range(rounds):
        ordinary.append(freeze(_issue(publication, categories, f"ordinary-{number}", ())))
        stories = range(told * number, told * (number + 1))
        issue = _issue(publication, categories, f"told-{number}", stories)
        left_out.append(freeze(issue))
    editions = Edition.objects.filter(issue=issue, none_because="")
    starts = editions.values("start").distinct().count()
    if starts < 2:
        raise SystemExit("nothing was left out for anybody")
    return {
        "readers": readers,
        "told": told,
        "issues": earlier,
        "ordinary": seconds(ordinary),
        "left_out": seconds(left_out),
        "ratio": over(left_out, ordinary),
        "editions": editions.count(),
        "starts": starts,
    }


def _issue(publication: Any, categories: Any, slug: str, stories: Sequence[int]) -> Any:
    """An issue whose first items tell stories that others tell as well, the rest its own; nobody
    minds the twins."""
    from newsletter.importing import link_key
    from newsletter.importing.stories import remember
    from newsletter.issues import twins
    from newsletter.models import Link

    issue = scene.issue(publication, categories, "60k")
    issue.slug = slug
    issue.save(update_fields=["slug"])
    items = list(issue.items.order_by("number"))
    for item, story in zip(items, stories, strict=False):
        # One title wherever the story is told; no two are alike.
        item.title = "".join(random.Random(f"story {story}").sample(scene.WORDS, 8))
        item.save(update_fields=["title"])
        Link.objects.filter(item=item).delete()
        url = f"https://example.org/story-{story}"
        Link.objects.create(
            issue=issue, item=item, kind=Link.Kind.SOURCE, number=item.number, url=url,
            url_key=link_key(url), label="example.org",
        )  # fmt: skip
    remember(items)
    for twin in twins.unconfirmed(issue):
        twins.confirm(issue, twin.slug, "bench")
    return issue


if __name__ == "__main__":
    sys.exit(main())
