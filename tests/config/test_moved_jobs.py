"""A job that version 0.1.0 stored runs after the upgrade, by either engine.

Every function that was a job there is named here as it was stored.
"""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.utils.module_loading import import_string
from django_tasks.base import Task

from newsletter.config.backup.copying import step_by_step
from newsletter.config.moved_jobs import MOVED
from newsletter.models import change_triggers
from subscribers.readership import triggers

JOBS_OF_0_1_0 = {
    "newsletter.dead_links.check_issue": (1,),
    "newsletter.reader_files.import_readers": (1,),
    "newsletter.tasks.drain": (),
    "subscribers.tasks.answer_request": (1,),
    "subscribers.tasks.send_welcome": (1,),
    "subscribers.tasks.send_manage_links": (1, 1),
    "subscribers.tasks.send_sensitive_link": (1,),
    "subscribers.tasks.send_address_change": (1,),
}


@pytest.mark.parametrize("path", JOBS_OF_0_1_0)
def test_every_job_of_0_1_0_still_has_a_function(path: str) -> None:
    task = import_string(MOVED.get(path, path))
    assert isinstance(task, Task)
    # What is stored from now on needs no table.
    assert task.module_path == MOVED.get(path, path)


@pytest.mark.long  # All migrations back and forth: half a minute.
@pytest.mark.django_db(transaction=True)
def test_jobs_waiting_in_the_database_are_rewritten() -> None:
    from django_tasks_db.models import DBTaskResult

    here = [("subscribers", "0004_moved_jobs")]
    before = [("subscribers", "0003_words_of_publication")]
    latest = [
        leaf for leaf in step_by_step().loader.graph.leaf_nodes() if "squashed" not in leaf[1]
    ]
    # As the command does: they name tables and columns that go.
    change_triggers.remove("default")
    triggers.remove()
    step_by_step().migrate(before)
    for path, args in JOBS_OF_0_1_0.items():
        DBTaskResult.objects.create(
            task_path=path, args_kwargs={"args": list(args), "kwargs": {}},
            backend_name="default", queue_name="mail",
        )  # fmt: skip
    try:
        step_by_step().migrate(here)
        stored = dict(DBTaskResult.objects.values_list("task_path", "args_kwargs"))
    finally:
        step_by_step().migrate(latest)
        change_triggers.install("default")
        triggers.ensure()
    assert stored == {
        MOVED.get(path, path): {"args": list(args), "kwargs": {}}
        for path, args in JOBS_OF_0_1_0.items()
    }
    for row in DBTaskResult.objects.all():
        assert isinstance(row.task, Task)


def test_both_tables_of_moved_jobs_say_the_same() -> None:
    migration = importlib.import_module("subscribers.migrations.0004_moved_jobs")
    assert migration.MOVED == MOVED


@pytest.mark.django_db  # Whether this machine may run it is asked first.
@pytest.mark.parametrize("path", JOBS_OF_0_1_0)
def test_a_job_from_a_broker_runs(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from newsletter.config import celery

    ran: list[Any] = []
    task = import_string(MOVED.get(path, path))
    monkeypatch.setattr(type(task), "call", lambda self, *args: ran.append((self, args)))
    monkeypatch.setattr(celery, "close_old_connections", lambda: None)
    celery.run(path, list(JOBS_OF_0_1_0[path]), {})
    assert ran == [(task, JOBS_OF_0_1_0[path])]
