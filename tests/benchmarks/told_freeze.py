"""Seconds of a freeze that leaves out what readers had, over those of an ordinary one.

python -m tests.benchmarks.told_freeze READERS [--told ITEMS] [--issues COUNT]

Some issues are frozen and handed over to all readers but one in eight, another one each time. Of
the last issue so many items were told in each of them; it is frozen with the switch off and on.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from tests.benchmarks import scene
from tests.benchmarks.roundup_freeze import freeze, hand_over


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.told_freeze")
    parser.add_argument("readers", type=int)
    parser.add_argument("--told", type=int, default=3, metavar="ITEMS")
    parser.add_argument("--issues", type=int, default=2, metavar="COUNT")
    options = parser.parse_args(arguments)
    with scene.open_site("127.0.0.1:25", 1):
        scene.start_django()
        from django.db import connection

        found = measure(options.readers, options.told, options.issues)
        connection.close()
    print(json.dumps(found))
    return 0


def measure(readers: int, told: int, earlier: int) -> dict[str, Any]:
    from newsletter.models import Edition
    from subscribers.models import Publication

    publication, categories = scene.publication()
    scene.readers(publication, categories, readers, mixed=True)
    for number in range(earlier):
        issue = _issue(publication, categories, f"earlier-{number}", told)
        freeze(issue)
        hand_over(issue, number)
    ordinary = freeze(_issue(publication, categories, "ordinary", told))
    Publication.objects.update(leave_out_told=True)
    publication.refresh_from_db()
    issue = _issue(publication, categories, "told", told)
    seconds = freeze(issue)
    editions = Edition.objects.filter(issue=issue, none_because="")
    return {
        "readers": readers,
        "told": told,
        "issues": earlier,
        "ordinary": round(ordinary, 3),
        "left_out": round(seconds, 3),
        "ratio": round(seconds / ordinary, 2),
        "editions": editions.count(),
        "starts": editions.values("start").distinct().count(),
    }


def _issue(publication: Any, categories: Any, slug: str, told: int) -> Any:
    """An issue whose first items have the pages of all the others; nobody minds the twins."""
    from newsletter.importing import link_key
    from newsletter.issues import twins
    from newsletter.models import Link

    issue = scene.issue(publication, categories, "60k")
    issue.slug = slug
    issue.save(update_fields=["slug"])
    for item in issue.items.order_by("number"):
        which = f"told-{item.number}" if item.number <= told else f"{slug}-{item.number}"
        if item.number > told:
            item.title = f"{slug} {item.number} {item.title[::-1]}"
            item.save(update_fields=["title"])
        Link.objects.filter(item=item).delete()
        url = f"https://example.org/{which}"
        Link.objects.create(
            issue=issue, item=item, kind=Link.Kind.SOURCE, number=item.number, url=url,
            url_key=link_key(url), label="example.org",
        )  # fmt: skip
    for twin in twins.unconfirmed(issue):
        twins.confirm(issue, twin.slug, "bench")
    return issue


if __name__ == "__main__":
    sys.exit(main())
