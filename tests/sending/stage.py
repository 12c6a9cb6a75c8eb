"""An issue with so many readers and a real SMTP server to send it to, in this process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from newsletter import sending
from newsletter.models import Issue
from tests import builders
from tests.site_settings import override
from tests.smtpd import Smtpd


@contextmanager
def relay_for(folder: Path, faults: Sequence[str] = ()) -> Iterator[Smtpd]:
    """A recording server that is the site's only relay."""
    with (
        Smtpd(log=folder / "accepted", faults=faults, seed=1, keep=True) as server,
        override(DATA_DIR=folder, SMTP_URLS=[f"smtp://127.0.0.1:{server.port}?starttls=never"]),
    ):
        yield server


def issue_for(count: int, **extra: Any) -> Issue:
    publication = builders.publication(**extra)
    ships = builders.category(publication, "Ships")
    trade = builders.category(publication, "Trade")
    issue = builders.issue(publication)
    builders.item(issue, ships, "A ship came in")
    builders.item(issue, trade, "Corn is up")
    for number in range(count):
        wanted = [ships, trade] if number % 2 else [trade]
        builders.subscription(publication, f"reader{number:03}@example.org", wanted)
    return issue


def send(issue: Issue) -> dict[str, int]:
    sending.release(issue, by="alice", now=True)
    sending.sweep()
    sending.drain(30)
    issue.refresh_from_db()
    return sending.ledger(issue)
