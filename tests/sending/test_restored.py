"""A database that knows less than this machine remembers is a copy: nothing goes out unasked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from newsletter.models import Chunk, Issue, Worker
from newsletter.sending import incidents
from newsletter.sending.engine.journal import Journal
from subscribers.models import AuditEntry
from tests.sending.chunks import NOW, leased, sending, worker
from tests.site_settings import override

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def machine(tmp_path: Path) -> Iterator[Any]:
    """A machine that remembers nothing, at a fixed time."""
    with override(DATA_DIR=tmp_path), time_machine.travel(NOW, tick=False) as moment:
        yield moment


def state_after_start(issue: Issue) -> tuple[str, str]:
    incidents.guard_restored()
    issue.refresh_from_db()
    return issue.state, issue.state_reason[:24]


def test_s9_a_database_older_than_the_machines_memory_pauses_what_was_sending() -> None:
    issue = sending()
    incidents.seen(worker().pk)
    assert state_after_start(issue)[0] == "sending"
    Worker.objects.update(seen=NOW - dt.timedelta(seconds=1))
    assert state_after_start(issue) == ("paused", "The database is an older")
    assert AuditEntry.objects.get().action == "pause"


def test_s9_a_database_that_knows_no_worker_is_older_than_any_memory() -> None:
    issue = sending()
    incidents.seen(worker().pk)
    Worker.objects.all().delete()
    assert state_after_start(issue)[0] == "paused"


@pytest.mark.parametrize(
    ("epochs", "state"), [(0, "sending"), (1, "paused")], ids=["the same", "a later one"]
)
def test_s9_a_journal_of_a_lease_that_the_database_has_not_heard_of(
    epochs: int, state: str
) -> None:
    issue = sending()
    lease = leased(issue)
    journal = Journal("w-lost", 4)
    journal.begin(lease.id, lease.epoch + epochs, lease.base + 1)
    journal.close(remove=False)
    assert state_after_start(issue)[0] == state


def test_s9_a_journal_of_a_chunk_that_the_database_has_not_heard_of() -> None:
    issue = sending()
    journal = Journal("w-lost", 4)
    journal.begin(Chunk.objects.get().pk + 1, 1, 1)
    journal.close(remove=False)
    assert state_after_start(issue)[0] == "paused"


@pytest.mark.parametrize(("minutes", "state"), [(15, "sending"), (16, "paused")])
def test_s9_a_database_that_no_worker_has_seen_for_a_while(
    machine: Any, minutes: int, state: str
) -> None:
    issue = sending()
    worker()
    machine.shift(minutes * MINUTE)
    assert state_after_start(issue)[0] == state


def test_what_was_frozen_or_decided_since_is_not_of_a_copy(machine: Any) -> None:
    decided, fresh, old = (sending(slug=slug) for slug in ("decided", "fresh", "old"))
    worker()
    machine.shift(20 * MINUTE)
    AuditEntry.objects.create(actor="alice", action="resume", target=f"issue:{decided.pk}")
    # What a worker itself wrote down is nobody's decision.
    AuditEntry.objects.create(actor="worker", action="pause", target=f"issue:{old.pk}")
    Issue.objects.filter(pk=fresh.pk).update(frozen_at=NOW + MINUTE)
    assert [state_after_start(one)[0] for one in (decided, fresh, old)] == [
        "sending", "sending", "paused",
    ]  # fmt: skip


def test_one_that_a_correction_had_paused_does_not_go_on_by_itself() -> None:
    issue = sending()
    text = issue.revisions.create(number=2, kind="correction", note="It was wrong.")
    Issue.objects.filter(pk=issue.pk).update(state="paused", mending=text, resumes_when_mended=True)
    incidents.seen(worker().pk)
    Worker.objects.update(seen=NOW - dt.timedelta(seconds=1))
    assert state_after_start(issue) == ("paused", "The database is an older")
    assert not issue.resumes_when_mended
