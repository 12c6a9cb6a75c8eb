"""Does the sign-up form tell who is subscribed? Six kinds of addresses, bytes and medians.

    python -m tests.benchmarks.same_answer [--each 1000]

makes a database of its own in a temporary folder (or uses a scratch one beside DATABASE_URL's),
posts every kind in turn through the whole of Django, and prints one JSON object: for each kind the
median in milliseconds, the widest gap between two medians, and how many different answers (status,
headers, body) there were. The target is one answer and a gap of at most 5 ms.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import re
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from typing import Any

_KEY = re.compile(r"(?<=asked=)[0-9a-f]{32}")
KINDS = ("new", "pending", "active", "unsubscribed", "suppressed", "bounced")


@dataclass
class Answers:
    """What one kind of address got."""

    seconds: list[float] = field(default_factory=list)
    bodies: set[tuple[int, bytes, str]] = field(default_factory=set)


def measure(publication: Any, *, each: int) -> dict[str, Answers]:
    """Post `each` addresses of every kind, taking turns, each from a network of its own."""
    from django.test import Client
    from django.utils import timezone

    from subscribers import suppression
    from subscribers.models import Subscription
    from tests import builders

    client = Client()
    found = {kind: Answers() for kind in KINDS}
    for number in range(each):
        for kind in ("pending", "active", "unsubscribed"):
            extra: dict[str, Any] = {"state": kind}
            if kind == "pending":
                extra["confirmed_at"] = None
            builders.subscription(publication, f"{kind}{number}@example.org", **extra)
        suppression.suppress(f"suppressed{number}@example.org", "complaint")
        suppression.suppress(f"bounced{number}@example.org", "hard")
    # Old enough that they do not look like an attack.
    Subscription.objects.update(since=timezone.now() - dt.timedelta(days=2))
    source = 0
    for number in range(each):
        for kind in KINDS:
            source += 1
            address = f"{kind}{number}@example.org"
            start = time.perf_counter()
            answer = client.post(
                f"/{publication.slug}/subscribe/",
                {"address": address},
                REMOTE_ADDR=f"10.{source // 256 % 256}.{source % 256}.1",
            )
            found[kind].seconds.append(time.perf_counter() - start)
            # The page that follows is opened by a random key and shows what was typed.
            page = client.get(answer.headers["Location"])
            shown = _KEY.sub("KEY", page.content.decode().replace(address, "ADDRESS"))
            # Every answer has a number of its own, drawn by chance.
            said = sorted(one for one in answer.headers.items() if one[0] != "X-Request-ID")
            headers = _KEY.sub("KEY", json.dumps(said))
            found[kind].bodies.add((answer.status_code, answer.content + shown.encode(), headers))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=1000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATA_DIR", folder)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.config.settings")
        import django

        django.setup()
        from django.conf import settings
        from django.test.utils import setup_test_environment, teardown_test_environment

        setup_test_environment()
        from django.db import connection

        # A file, not memory: the cost of a commit is part of what must not differ.
        connection.settings_dict["TEST"]["NAME"] = f"{folder}/scratch.sqlite3"
        if connection.vendor != "sqlite":
            connection.settings_dict["TEST"]["NAME"] = f"sudi_same_answer_{os.getpid()}"
        old = connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            from tests import builders

            publication = builders.publication()
            builders.category(publication, "Tides")
            # No attack mode in the middle of it: that is another page.
            from subscribers import guard

            guard.ATTACK_PENDING = 10 * arguments.each
            answers = measure(publication, each=arguments.each)
        finally:
            connection.creation.destroy_test_db(old, verbosity=0)
            teardown_test_environment()
        assert settings.configured
    medians = {
        kind: round(statistics.median(found.seconds) * 1000, 3) for kind, found in answers.items()
    }
    gap = max(medians.values()) - min(medians.values())
    different = set().union(*(found.bodies for found in answers.values()))
    result = {
        "each": arguments.each,
        "database": connection.vendor,
        "median_ms": medians,
        "gap_ms": round(gap, 3),
        "gap_target_ms": 5,
        "different_answers": len(different),
    }
    print(json.dumps(result))
    return 0 if gap <= 5 and len(different) == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
