"""Regular tasks: one lease each, a limit that holds, and nothing lost by kill -9."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.utils import timezone

from newsletter.config import housekeeping
from newsletter.config.housekeeping import TASKS, Task, leases, running
from newsletter.models import Alert, CheckResult, RegularTask
from tests.conftest import Site


def task(name: str, run: Any, every: float = 60.0, limit: float = 60.0) -> Task:
    return Task(name, name, every, limit, run)


@pytest.mark.django_db
def test_one_of_many_takes_a_task_and_only_when_it_is_due() -> None:
    assert leases.take("purge", "a", 60)
    assert not leases.take("purge", "b", 60)
    assert leases.due(["purge", "slots"], timezone.now()) == {"slots"}
    assert leases.done("purge", "a", every=600, seconds=2)
    row = RegularTask.objects.get(name="purge")
    assert (row.owner, row.lease_until, row.failures, row.seconds) == ("", None, 0, 2)
    assert 590 < (row.next_at - timezone.now()).total_seconds() < 600
    assert not leases.take("purge", "b", 60)
    assert leases.take("purge", "b", 60, even_early=True)


@pytest.mark.django_db
def test_a_lease_that_ran_out_is_anybodys_and_its_old_holder_changes_nothing() -> None:
    leases.take("purge", "killed", 60)
    RegularTask.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    assert leases.take("purge", "next", 60)
    assert not leases.done("purge", "killed", every=600, seconds=1)
    assert RegularTask.objects.get(name="purge").owner == "next"


@pytest.mark.django_db
def test_a_failure_is_counted_and_tried_again_soon() -> None:
    for number in (1, 2):
        leases.take("doctor", "a", 60, even_early=True)
        leases.done("doctor", "a", every=3600, seconds=1, error="ValueError: no")
        row = RegularTask.objects.get(name="doctor")
        assert (row.failures, row.last_error) == (number, "ValueError: no")
        assert (row.next_at - timezone.now()).total_seconds() <= 60
    leases.take("doctor", "a", 60, even_early=True)
    leases.done("doctor", "a", every=3600, seconds=1)
    assert RegularTask.objects.get(name="doctor").failures == 0


@pytest.fixture
def released(transactional_db: None) -> Iterator[threading.Event]:
    """What a task hangs on; let go at the end, so that no thread stays behind."""
    event = threading.Event()
    yield event
    event.set()


def test_one_that_hangs_holds_up_no_other_and_ends_the_process(released: threading.Event) -> None:
    done: list[str] = []
    tasks = [
        task("hangs", lambda: released.wait(60), limit=0.5),
        task("fails", lambda: 1 / 0),
        task("works", lambda: done.append("works"), every=0.1),
    ]
    code = housekeeping.serve(threading.Event(), tasks)
    assert code == running.STUCK
    assert done
    row = RegularTask.objects.get(name="hangs")
    assert row.owner == "" and row.failures == 1 and "longer than" in row.last_error
    assert RegularTask.objects.get(name="fails").failures == 1
    assert RegularTask.objects.get(name="works").failures == 0


def test_it_starts_nothing_while_it_may_not_act(transactional_db: None) -> None:
    done: list[str] = []
    assert housekeeping.once(None, [task("a", lambda: done.append("a"))], lambda: False) == {}
    assert done == []
    assert housekeeping.once(None, [task("a", lambda: done.append("a"))]) == {"a": ""}
    assert housekeeping.once(None, [task("a", lambda: done.append("a"))]) == {}  # Not due.
    assert housekeeping.once(["a"], [task("a", lambda: done.append("a"))]) == {"a": ""}
    assert done == ["a", "a"]


def test_everything_that_ran_in_the_worker_is_registered() -> None:
    names = [one.name for one in TASKS]
    assert len(set(names)) == len(names)
    assert {
        "mailboxes", "purge", "reminders", "secure-delete", "websub", "slots", "roundups",
        "retention", "link-checks", "confirmations", "doctor", "service-mail", "notices", "watch",
    } <= set(names)  # fmt: skip
    for one in TASKS:
        assert one.limit > 0 and one.every > 0


@pytest.mark.django_db
def test_a_wrong_check_warns_until_it_is_seen_to_be_well(monkeypatch: pytest.MonkeyPatch) -> None:
    from newsletter.config.doctor import Finding, Result
    from newsletter.config.housekeeping import tasks

    told = Alert.objects.filter(kind="doctor", about="disk", cleared_at=None)
    for ok, open_ in ((False, True), (None, True), (True, False)):
        found = [Result("disk", ok, (Finding(ok, "/data has only 1 MB left."),))]
        monkeypatch.setattr(tasks.doctor, "examine", lambda site, found=found: found)
        tasks._examine()
        assert told.exists() is open_, ok
    assert Alert.objects.get().detail["text"] == "/data has only 1 MB left."


@pytest.mark.django_db
def test_the_doctor_looks_again_soon_while_something_is_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from newsletter.config.housekeeping import tasks

    looked: list[bool] = []
    monkeypatch.setattr(tasks, "_examine", lambda: looked.append(True))
    CheckResult.objects.create(name="disk", ok=True, findings=[], at=timezone.now())
    tasks._examine_again()
    assert looked == []
    CheckResult.objects.create(name="relay", ok=False, findings=[], at=timezone.now())
    tasks._examine_again()
    assert looked == [True]


def test_the_command_does_what_is_due_once_and_says_when_the_next_is(site: Site) -> None:
    done = site.manage("housekeeping", "--json", "--only", "purge", "--only", "retention")
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"task": "purge", "ok": True, "error": ""},
        {"task": "retention", "ok": True, "error": ""},
    ]
    lines = map(json.loads, site.manage("housekeeping", "--list", "--json").stdout.splitlines())
    found = {line["task"]: line for line in lines}
    assert set(found) == {one.name for one in TASKS}
    assert found["purge"]["last"] and found["purge"]["next"] and not found["websub"]["last"]


@pytest.mark.parametrize("engine", ["embedded"])
def test_killed_anywhere_the_next_does_it(site: Site, engine: str) -> None:
    """The worker is killed outright; another one does every task all the same."""
    worker = site.start("worker", TASKS_ENGINE=engine)
    time.sleep(2.0)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait(10)
    assert worker.stdout is not None
    worker.stdout.close()
    # Whatever it held would be free when the lease runs out; a test does not wait so long.
    site.manage(
        "shell", "-v", "0", "-c",
        "from newsletter.models import RegularTask;"
        "RegularTask.objects.exclude(owner='').update(lease_until='2020-01-01T00:00Z')",
    )  # fmt: skip
    names = [name for one in TASKS if one.name != "doctor" for name in ("--only", one.name)]
    done = site.manage("housekeeping", "--json", *names)
    assert all(json.loads(line)["ok"] for line in done.stdout.splitlines())


@pytest.mark.django_db
def test_its_page_is_for_owners(client: Client) -> None:
    leases.take("purge", "a", 60)
    leases.done("purge", "a", every=600, seconds=2, error="ValueError: no")
    users = get_user_model()
    client.force_login(users.objects.create_user("alice", is_staff=True))
    assert client.get("/admin/operation/tasks/").status_code in (403, 404)
    client.force_login(users.objects.create_superuser("root", password="x"))
    page = client.get("/admin/operation/tasks/").content.decode()
    assert "ValueError: no" in page and "secure-delete" in page
    with_queries = len(connection.queries)
    assert with_queries < 50
