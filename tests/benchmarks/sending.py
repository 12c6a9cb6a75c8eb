"""The real path with its ledger on: readers in a database, a frozen issue, `drain`, a relay.

    python -m tests.benchmarks.sending --smtp HOST:PORT --recipients N --size 15k|60k \
        --connections C --json

On SQLite, or on the PostgreSQL server of DATABASE_URL, in a database of its own that is dropped
afterwards. The readers, the issue and the freeze are made first; then a fresh process, which
knows nothing of that, sends: its memory and its CPU are those of a worker. Seconds run from the
first lease to the last committed outcome. Bookkeeping is the CPU of the database thread and, on
the loop, of authorising, journaling and settling; the rest is filling in and the wire.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import scene


def prepare(
    recipients: int, size: str, mixed: bool, before_freeze: Callable[[], Any] | None = None
) -> dict[str, Any]:
    """Readers and a frozen issue; `mixed` readers get 31 editions, others all get the whole one."""
    from newsletter import message, sending
    from newsletter.models import Edition
    from newsletter.sending import bodies

    publication, categories = scene.publication()
    scene.readers(publication, categories, recipients, mixed)
    issue = scene.issue(publication, categories, size)
    sending.release(issue, by="bench", now=True)
    before = before_freeze() if before_freeze is not None else None
    started = time.perf_counter()
    if not sending.freeze(issue.pk):
        raise SystemExit("the freeze was refused")
    seconds = time.perf_counter() - started
    editions = Edition.objects.filter(issue=issue, none_because="")
    octets = messages = 0
    for edition in editions.iterator(chunk_size=20):
        template = message.MessageTemplate(bodies.unpack(edition), publication, issue)
        octets += template.size * edition.readers
        messages += edition.readers
    return {
        "issue": issue.pk,
        "before": before,
        "freeze_seconds": round(seconds, 3),
        "editions": editions.count(),
        # Who chose only categories without an item in a small issue gets none.
        "messages": messages,
        "bytes_per_message": round(octets / messages),
    }


# Of the functions called for each message, one call in so many is timed: the clock itself costs
# about as much as a fifth of what it would measure.
SAMPLED = 16


class Watch:
    """Adds up the CPU seconds of functions of the loop that do the bookkeeping."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._inside = False
        # What two looks at the clock with nothing between them differ by is not the function's.
        looks = [time.thread_time() for _ in range(2000)]
        self._clock = min(b - a for a, b in itertools.pairwise(looks))

    def over(self, function: Callable[..., Any], one_in: int) -> Callable[..., Any]:
        calls = itertools.cycle([True] + [False] * (one_in - 1)).__next__

        def timed(*args: Any) -> Any:
            if self._inside or not calls():
                return function(*args)
            self._inside = True
            started = time.thread_time()
            try:
                return function(*args)
            finally:
                self.seconds += (time.thread_time() - started - self._clock) * one_in
                self._inside = False

        return timed


def work() -> dict[str, Any]:
    """In the child: drain everything that is due and say what it took."""
    scene.start_django()
    from django.db import connection

    from newsletter.sending.engine import in_flight, leasing, sender, turning

    first: list[float] = []
    last = [0.0]
    lease, turn = leasing.lease, turning.turn_once

    def first_lease(*args: Any, **named: Any) -> Any:
        if not first:
            first.append(time.perf_counter())
        return lease(*args, **named)

    def last_turn(*args: Any) -> Any:
        done = turn(*args)
        last[0] = time.perf_counter()
        return done

    leasing.lease, turning.turn_once = first_lease, last_turn
    watch = Watch()
    for name, one_in in (
        ("begin", SAMPLED),
        ("settle", SAMPLED),
        ("open_turn", 1),
        ("_take", 1),
        ("turn_is_due", 1),
    ):
        setattr(in_flight.InFlight, name, watch.over(getattr(in_flight.InFlight, name), one_in))
    connection.ensure_connection()
    made = sender.Sender()
    made.start()
    before, thread_before = resource.getrusage(resource.RUSAGE_SELF), time.thread_time()
    made.drain()
    # This thread does nothing but the database work of the loop.
    database = time.thread_time() - thread_before
    after = resource.getrusage(resource.RUSAGE_SELF)
    made.close()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "seconds": last[0] - first[0],
        "cpu": cpu,
        "bookkeeping": database + watch.seconds,
        "max_rss_mib": peak_mib(),
    }


def peak_mib() -> float:
    """This program's peak resident memory. `getrusage` counts its parent's before it as well."""
    status = Path("/proc/self/status").read_text()
    return round(int(status.partition("VmHWM:")[2].split()[0]) / 1024, 1)


def measure(
    smtp: str, recipients: int, size: str, connections: int, *, mixed: bool = False
) -> dict[str, Any]:
    """One run in a database of its own."""
    with scene.open_site(smtp, connections) as env:
        scene.start_django()
        from django.db import connection

        made = prepare(recipients, size, mixed)
        connection.close()
        child = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.sending", "--work"],
            env={**os.environ, **env},
            cwd=scene.ROOT,
            stdout=subprocess.PIPE,
            check=True,
        )
        took = json.loads(child.stdout)
        from newsletter import sending
        from newsletter.models import Issue

        books = sending.ledger(Issue.objects.get(pk=made["issue"]))
        connection.close()
    messages = made["messages"]
    if books["sent"] != messages:
        raise SystemExit(f"not everybody was sent to: {books}")
    return {
        "messages": messages,
        "seconds": round(took["seconds"], 3),
        "per_second": round(messages / took["seconds"], 1),
        "cpu_us_per_message": round(took["cpu"] / messages * 1e6, 1),
        "bookkeeping_cpu_us_per_message": round(took["bookkeeping"] / messages * 1e6, 1),
        "max_rss_mib": took["max_rss_mib"],
        "bytes_per_message": made["bytes_per_message"],
        "editions": made["editions"],
        "freeze_seconds": made["freeze_seconds"],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.sending")
    parser.add_argument("--smtp", help="HOST:PORT of a relay that takes everything")
    parser.add_argument("--recipients", type=int, default=10_000)
    parser.add_argument("--size", choices=sorted(scene.SIZES), default="60k")
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument("--mixed", action="store_true", help="31 editions instead of one")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.work:
        print(json.dumps(work()))
        return 0
    if not options.smtp or options.recipients < 1:
        parser.error("--smtp HOST:PORT is needed, and at least one recipient")
    result = measure(
        options.smtp,
        options.recipients,
        options.size,
        options.connections,
        mixed=options.mixed,
    )
    if options.json:
        print(json.dumps(result))
    else:
        for key, value in result.items():
            print(f"{key:32} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
