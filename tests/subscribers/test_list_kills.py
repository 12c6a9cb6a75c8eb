"""An import under kill -9: whole batches only, and the same command again ends it.

A real process imports a real file in batches of 250 rows and is killed at any moment. What the
database must hold after each kill is worked out from the file alone. Short here; 40 kills by hand
with `-m long`.
"""

from __future__ import annotations

import contextlib
import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from subscribers import trigrams
from subscribers.lists import importing as csv_in
from subscribers.lists.plan import Options
from subscribers.lists.source import look
from subscribers.models import ImportJob, Subscription
from tests import builders
from tests.conftest import POSTGRES, ROOT, Site

BATCH = 250
# The command as it is, in smaller batches, telling of each that was stored.
PROGRAM = f"""
import django, sys
django.setup()
from django.core.management import call_command
from subscribers.lists import importing, source
source.BATCH = {BATCH}
run = importing.run
importing.run = lambda *args, on_read, **more: run(
    *args, on_read=lambda share: print("stored", flush=True), **more)
print("ready", flush=True)
call_command("import_subscribers", sys.argv[1], "--publication", "daily", "--consent", "paper")
"""
PUBLICATION = (
    "from subscribers.models import Publication as P;"
    "P.objects.create(slug='daily', name='Daily', from_name='D', from_address='d@example.org')"
)


def write_file(path: Path, rows: int) -> list[str]:
    """What becomes of each line, the header's first: as the table below says, by its place."""
    lines, fates = ["Email,Name,Status,Unsubscribed At"], [""]
    for number in range(rows):
        who, name = f"r{number}@mail{number % 50}.example.org", f"Reader {number}"
        place, earlier = number % 50, max(0, number - 1001)
        row, fate = {
            7: (f"{who},{name},unsubscribed,2025-01-01", "unsubscribed"),
            13: (f"{who},{name},bounced,", "suppressed"),
            19: (f"reader {number} nowhere,{name},subscribed,", "error"),
            23: ("", "blank"),
            29: (f"r{earlier}@MAIL{earlier % 50}.example.org,,subscribed,", "known"),
        }.get(place, (f"{who},{name},subscribed,", "active"))  # fmt: skip
        lines.append(row)
        fates.append(fate)
    path.write_text("\n".join([*lines, ""]))
    return fates


@contextlib.contextmanager
def asking(site: Site) -> Iterator[Any]:
    """A function that answers SQL about the site, all from one moment."""
    url = site.env["DATABASE_URL"]
    if POSTGRES:
        import psycopg

        with psycopg.connect(url) as base:
            base.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            yield lambda sql: base.execute(sql).fetchall()
        return
    with contextlib.closing(sqlite3.connect(urlsplit(url).path)) as base:
        base.execute("BEGIN")
        yield lambda sql: base.execute(sql).fetchall()


def check(site: Site, fates: list[str]) -> tuple[str, int]:
    """That the database holds the file up to the job's line, and nothing of what comes after.

    Gives the job's state and line.
    """
    with asking(site) as ask:
        jobs = ask("SELECT state, line, counts FROM subscribers_importjob")
        if not jobs:
            assert ask("SELECT count(*) FROM subscribers_subscription") == [(0,)]
            return "", 0
        ((state, line, counts),) = jobs
        said = counts if isinstance(counts, dict) else json.loads(counts)
        said.pop("problems", None)
        expected = Counter(fates[1:line])
        assert said == expected
        assert Counter(dict(ask(
            "SELECT state, count(*) FROM subscribers_subscription GROUP BY state"
        ))) == +Counter({k: expected[k] for k in ("active", "unsubscribed")})  # fmt: skip
        people = expected["active"] + expected["unsubscribed"]
        assert ask("SELECT count(*), count(DISTINCT key) FROM subscribers_subscriber") == [
            (people, people)
        ]
        # An entry for each subscription, and none without one.
        assert ask(
            "SELECT count(*), count(DISTINCT s.id) FROM subscribers_consentevent c"
            " LEFT JOIN subscribers_subscription s ON s.subscriber_id = c.subscriber_id"
            " AND s.publication_id = c.publication_id"
        ) == [(people, people)]
        assert ask("SELECT count(*) FROM subscribers_consentevent") == [(people,)]
        assert ask("SELECT count(*) FROM subscribers_suppression") == [(expected["suppressed"],)]
        assert ask("SELECT count(*) FROM subscribers_event WHERE kind = 'entered'") == [
            (expected["active"],)
        ]
        # The figure that triggers keep, and on SQLite the index that they fill.
        assert ask("SELECT COALESCE(SUM(readers), 0) FROM subscribers_readerchange") == [
            (expected["active"],)
        ]
        if not POSTGRES:
            assert ask("PRAGMA quick_check") == [("ok",)]
            assert ask(
                "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name IN"
                f" ('{trigrams.READERS.name}_in', 'subscription_joined')"
            ) == [(2,)]
            assert ask(f"SELECT count(*) FROM {trigrams.READERS.name}_docsize") == [(people,)]
        return state, line


def start(site: Site, path: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(path)],
        env={**site.env, "DJANGO_SETTINGS_MODULE": "newsletter.config.settings"},
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def series(site: Site, kills: int) -> None:
    chance = random.Random(kills)
    site.manage("shell", "-c", PUBLICATION)
    path = site.folder / "readers.csv"
    rows = (4 * kills + 10) * BATCH
    fates = write_file(path, rows)
    places, amid = set(), 0
    for number in range(kills):
        process = start(site, path)
        assert process.stdout is not None
        began = time.monotonic()
        # Most die while rows are stored, some before the first of them.
        for _line in range(1 + (chance.randrange(1, 5) if number % 8 else 0)):
            process.stdout.readline()
        passed = (time.monotonic() - began) / 4
        time.sleep(chance.uniform(0, min(passed, 0.3)))
        amid += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        state, line = check(site, fates)
        places.add(line)
        if state == "done":
            break
    assert amid > kills // 2
    assert len(places) > kills // 3
    last = start(site, path)
    _out, error = last.communicate(timeout=600)
    assert last.returncode == 0, error.decode()
    assert check(site, fates) == ("done", len(fates))
    counted = Counter(fates[1:])
    read = counted.total() - counted["error"] - counted["blank"]
    assert read + counted["error"] + counted["blank"] == rows


def test_a_killed_import_holds_whole_batches_and_is_ended_by_the_same_command(site: Site) -> None:
    series(site, 4)


@pytest.mark.long
def test_an_import_killed_forty_times_loses_and_doubles_nobody(site: Site) -> None:
    series(site, 40)


@pytest.mark.django_db
def test_of_two_processes_with_one_file_the_later_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("subscribers.lists.source.BATCH", 10)
    publication, options = builders.publication(), Options(consent="paper")
    path = tmp_path / "readers.csv"
    path.write_text("email\n" + "".join(f"reader.{n}@example.org\n" for n in range(35)))
    source = look(path, options)
    met: list[dict[str, int]] = []

    def meanwhile(_share: float) -> None:
        if not met:
            # It begins where the first has come to, and does all the rest.
            met.append(csv_in.run(source, publication, options).counts)

    with pytest.raises(csv_in.Overtaken):
        csv_in.run(source, publication, options, on_read=meanwhile)

    job = ImportJob.objects.get()
    assert (job.state, job.line, job.counts) == ("done", 36, {"active": 35, "problems": 0})
    assert met == [job.counts]
    assert Subscription.objects.count() == 35
