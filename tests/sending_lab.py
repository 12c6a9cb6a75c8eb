"""Processes for the fault tests: a site full of readers, and workers that can be killed.

    python -m tests.sending_lab populate 20000 --domains 10 --date 2026-03-02
    python -m tests.sending_lab sender --lease 2 --group 32

Run with a site's environment. `sender` is the worker's sending half with scaled times.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def populate(count: int, domains: int, date: str, canary: int, release: bool) -> None:
    """A publication with two categories, one issue, and so many readers spread over domains."""
    from newsletter import sending
    from subscribers.addresses import domain_number, key_of
    from subscribers.choice import Choice
    from subscribers.models import Publication, Subscriber, Subscription
    from tests import builders

    publication = Publication.objects.filter(slug="daily").first()
    if publication is None:
        publication = builders.publication(canary_size=canary)
        builders.category(publication, "Ships")
        builders.category(publication, "Trade")
    ships, trade = publication.categories.all()
    issue = builders.issue(publication, date)
    builders.item(issue, ships, "A ship came in")
    builders.item(issue, trade, "Corn is up")
    live = [ships, trade]
    choices = [Choice.of([trade], live=live).bits, Choice.all().bits]
    have = Subscriber.objects.count()
    for start in range(have, count, 2000):
        numbers = range(start, min(start + 2000, count))
        addresses = [f"r{n}@d{n % domains}.example.org" for n in numbers]
        people = Subscriber.objects.bulk_create(
            [Subscriber(address=address, key=key_of(address)) for address in addresses]
        )
        Subscription.objects.bulk_create(
            [
                Subscription(
                    subscriber=person,
                    publication=publication,
                    choice=choices[n % 2],
                    state="active",
                    confirmed_at=builders.NOW,
                    domain=domain_number(address),
                )
                for n, person, address in zip(numbers, people, addresses, strict=True)
            ]
        )
    if release:
        sending.release(issue, by="lab", now=True)
        sending.sweep()


def serve(options: argparse.Namespace) -> None:
    """The worker's sending half, its times scaled down, until SIGTERM."""
    from newsletter.sending import policy, service, timing

    timing.LEASE = options.lease
    timing.LEASE_LOOK = options.lease * 0.7
    timing.HEARTBEAT = min(timing.HEARTBEAT, options.lease / 5)
    timing.SWEEP = min(timing.SWEEP, options.lease / 3)
    timing.GROUP = options.group
    timing.WINDOW = options.window
    if options.retry is not None:
        policy.RETRY_MINUTES = tuple(options.retry / 60 for _ in policy.RETRY_MINUTES)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    service.serve(stop)


def run(env: dict[str, str], *args: str, timeout: float = 300) -> str:
    """Run a lab command to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.sending_lab", *args],
        env=env, cwd=ROOT, capture_output=True, timeout=timeout, text=True,
    )  # fmt: skip
    if done.returncode:
        raise AssertionError(f"{args}: {done.stdout}\n{done.stderr}")
    return done.stdout


def start(env: dict[str, str], *args: str, log: Path | None = None) -> subprocess.Popen[bytes]:
    """Start a sender; the caller ends it by its pid. Its messages go to `log`."""
    out = subprocess.DEVNULL if log is None else open(log, "ab")
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.sending_lab", "sender", *args],
            env=env, cwd=ROOT, stdout=out, stderr=out,
        )  # fmt: skip
    finally:
        if not isinstance(out, int):
            out.close()


def end(process: subprocess.Popen[bytes], number: int = signal.SIGTERM, wait: float = 40) -> int:
    """Send a signal and wait for the end."""
    if process.poll() is None:
        process.send_signal(number)
    try:
        return process.wait(wait)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def until(condition: Any, seconds: float, every: float = 0.05) -> None:
    """Wait for something that happens in another process."""
    give_up = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > give_up:
            raise AssertionError(f"did not happen within {seconds} s")
        time.sleep(every)


def main() -> None:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("populate")
    one.add_argument("count", type=int)
    one.add_argument("--domains", type=int, default=10)
    one.add_argument("--date", default="2026-03-02")
    one.add_argument("--canary", type=int, default=0)
    one.add_argument("--draft", action="store_true")
    two = commands.add_parser("sender")
    two.add_argument("--lease", type=float, default=60)
    two.add_argument("--group", type=int, default=64)
    two.add_argument("--window", type=int, default=128)
    two.add_argument("--retry", type=float, help="seconds between tries")
    options = parser.parse_args()
    import django

    django.setup()
    if options.command == "populate":
        populate(options.count, options.domains, options.date, options.canary, not options.draft)
    else:
        serve(options)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
    main()
