"""Code and tables that do not fit each other: said, and stopped. E9, and "old code goes on"."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import pytest

from tests.conftest import ROOT, Site

NEWEST = max(path.stem for path in (ROOT / "newsletter" / "migrations").glob("0*.py"))
pytestmark = pytest.mark.needs("sqlite")
LATER = "INSERT INTO django_migrations (app, name, applied) VALUES ('newsletter', '0999_later', '')"


def change(site: Site, sql: str) -> None:
    path = site.env["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=60)) as connection, connection:
        connection.execute(sql)


def test_a_worker_that_is_older_or_newer_than_the_tables_says_so(site: Site) -> None:
    change(site, f"DELETE FROM django_migrations WHERE name = '{NEWEST}'")
    done = site.manage("worker", check=False, timeout=60)
    assert done.returncode == 1
    assert f"no newsletter.{NEWEST}. Run “sudi upgrade”" in done.stderr
    change(site, LATER.replace("0999_later", NEWEST))
    change(site, LATER)
    done = site.manage("worker", check=False, timeout=60)
    assert done.returncode == 1
    assert "This code is older than the database, which has newsletter.0999_later" in done.stderr
    done = site.manage("upgrade", check=False, timeout=60)
    assert done.returncode == 1 and "older than the database" in done.stderr


def test_a_site_that_made_every_step_needs_no_other(site: Site) -> None:
    change(site, "DELETE FROM django_migrations WHERE name LIKE '%squashed%'")
    code = "from newsletter.sending.guard import database; print([database.misfit()])"
    assert site.manage("shell", "-v", "0", "-c", code).stdout.strip() == "['']"


def test_an_old_worker_stops_when_the_tables_are_upgraded(site: Site) -> None:
    worker = site.start("worker")
    assert worker.stdout is not None
    try:
        while b"The worker runs" not in worker.stdout.readline():
            assert worker.poll() is None
        time.sleep(2)
        change(site, LATER)
        assert worker.wait(60) == 1
        assert "This code is older than the database" in worker.stdout.read().decode()
    finally:
        if worker.poll() is None:
            worker.terminate()
            worker.wait(60)
        worker.stdout.close()


def test_of_several_that_upgrade_at_once_one_does_and_the_others_wait(site: Site) -> None:
    (site.folder / "sudi.sqlite3").unlink()
    started = [site.start("upgrade") for _ in range(3)]
    said = [process.communicate(timeout=120)[0].decode() for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], said
    assert sum("Applying newsletter." in text for text in said) == 1
