"""E12: a locked SQLite is waited for briefly; whoever only reads is not kept waiting at all."""

from __future__ import annotations

import http.client
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest

from newsletter.config import trial
from tests.conftest import ROOT, Site

pytestmark = pytest.mark.needs("sqlite")


def ask(port: int, method: str, path: str, **typed: str) -> tuple[int, float, Any]:
    """Status, seconds, headers."""
    started = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request(method, path, urlencode(typed) if typed else None, headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status, time.monotonic() - started, response.headers


@contextmanager
def web(site: Site) -> Iterator[int]:
    """A server as the README starts it; its port."""
    port = trial.free_port(0)
    server = subprocess.Popen(
        [sys.executable, "-m", "newsletter.config", "gunicorn", "newsletter.config.wsgi",
         "--threads", "16", "--bind", f"127.0.0.1:{port}", "--no-control-socket"],
        env=site.env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                assert ask(port, "GET", "/daily/")[0] == 200
                break
            except OSError:
                time.sleep(0.2)
        yield port
    finally:
        server.terminate()
        server.wait(30)


@contextmanager
def locked(site: Site) -> Iterator[None]:
    """The database while another program writes."""
    path = site.env["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as lock:
        lock.execute("BEGIN IMMEDIATE")
        yield
        lock.execute("ROLLBACK")


@pytest.mark.parametrize("writers", [10, 40])
def test_e12_writers_behind_a_lock_and_pages_that_are_read(site: Site, writers: int) -> None:
    make = "builders.subscription(builders.publication(), 'a@example.org')"
    site.env["PYTHONPATH"] = str(ROOT)
    site.manage("shell", "-c", f"from tests import builders; {make}")
    written: list[tuple[int, float, Any]] = []
    with web(site) as port:

        def write(number: int) -> None:
            written.append(ask(port, "POST", "/daily/subscribe/", address=f"b{number}@example.org"))

        with locked(site):
            threads = [threading.Thread(target=write, args=(n,)) for n in range(writers)]
            for thread in threads:
                thread.start()
            time.sleep(0.3)
            read = [ask(port, "GET", "/daily/") for _ in range(5)]
            for thread in threads:
                thread.join(30)
        assert [status for status, _, _ in read] == [200] * 5
        assert max(seconds for _, seconds, _ in read) <= 1.0
        assert [status for status, _, _ in written] == [503] * writers
        assert all(headers["Retry-After"] == "5" for _, _, headers in written)
        assert max(seconds for _, seconds, _ in written) < 8
        # Afterwards everything is as before.
        assert ask(port, "POST", "/daily/subscribe/", address="b@example.org")[0] == 303
