"""The distributed engine: tasks through a real broker, workers that come, go and are killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Site, find_program
from tests.sending import lab
from tests.sending.test_faults import ask, finished, laboratory, log, point_at, truth  # noqa: F401
from tests.sending.test_faults_relay import free_port
from tests.smtpd import Smtpd

pytestmark = [pytest.mark.needs("redis")]


RABBITMQ = pytest.param("rabbitmq", marks=[pytest.mark.long, pytest.mark.needs("rabbitmq-server")])


@pytest.fixture(params=["redis", RABBITMQ])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A broker of our own on a free port: its address."""
    yield from {"redis": _redis, "rabbitmq": _rabbitmq}[request.param](tmp_path)


def _redis(folder: Path) -> Iterator[str]:
    port = free_port()
    program = find_program("redis-server")
    assert program is not None
    process = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    lab.until(lambda: _answers(port), 10)
    yield f"redis://127.0.0.1:{port}/0"
    process.terminate()
    process.wait(10)


def _rabbitmq(folder: Path) -> Iterator[str]:
    # What Debian puts on the PATH is a wrapper that wants the machine's own broker and its user.
    program = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    port, names = free_port(), free_port()
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "RABBITMQ_NODENAME": "sudi@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "rabbit-log"),
        "RABBITMQ_PID_FILE": str(folder / "rabbit.pid"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "ERL_EPMD_PORT": str(names),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
    }
    # Erlang's register of names, which it would else start as a daemon of the machine.
    register = subprocess.Popen(["epmd"], env=env)
    try:
        lab.until(lambda: _answers(names), 10)
        with open(folder / "rabbit.out", "wb") as out:
            process = subprocess.Popen(
                [str(program)], env=env, stdout=out, stderr=out, start_new_session=True
            )
        lab.until(lambda: _answers(port), 60)
        yield f"amqp://guest:guest@127.0.0.1:{port}//"
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
    finally:
        register.terminate()
        register.wait(10)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def worker(site: Site, *args: str) -> subprocess.Popen[bytes]:
    """A Celery worker machine in a session of its own, so that all of it can be ended."""
    with open(site.folder / "celery.log", "ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "newsletter.config.celery", "worker",
             "-Q", "default,sending,mail", "-n", f"w{time.monotonic_ns()}@here", *args],
            env=site.env, cwd=lab.ROOT, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip


def end(process: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> float:
    started = time.monotonic()
    if number == signal.SIGKILL:
        os.killpg(process.pid, number)  # Its own session: parent and children, nobody else.
    else:
        process.send_signal(number)
    process.wait(60)
    return time.monotonic() - started


def test_an_issue_goes_out_through_celery(site: Site, broker: str) -> None:
    site.env |= {"TASKS_ENGINE": "celery", "BROKER_URL": broker}
    lab.run(site.env, "populate", "400")
    with Smtpd(log=site.folder / "accepted") as relay:
        point_at(site, relay.port)
        process = worker(site, "--concurrency", "2")
        try:
            lab.until(finished(site), 120)
        finally:
            seconds = end(process)
    found = truth(site)
    assert found["ledger"]["sent"] == 400
    assert seconds < 30
    assert "in doubt" not in (site.folder / "celery.log").read_text()


@pytest.mark.parametrize("broker", ["redis"], indirect=True)
def test_c18_e10_a_celery_worker_is_a_worker_and_keeps_house(site: Site, broker: str) -> None:
    """Nothing is to be sent, and still nobody says that no worker runs."""
    site.env |= {"TASKS_ENGINE": "celery", "BROKER_URL": broker}
    journal = Path(site.env["DATA_DIR"]) / "journal"
    shutil.rmtree(journal, ignore_errors=True)  # The worker is to make it, for itself alone.
    process = worker(site, "--concurrency", "1")
    done = "SELECT count(*) FROM newsletter_regulartask WHERE finished_at IS NOT NULL"
    try:
        lab.until(lambda: ask(site, done)[0][0] > 5, 90)
        lab.until(lambda: ask(site, "SELECT count(*) FROM newsletter_worker") == [(1,)], 30)
        found = site.manage("doctor", "--json", "--only", "worker").stdout
        assert json.loads(found)["ok"] is True
        assert stat.S_IMODE(journal.stat().st_mode) == 0o700
    finally:
        end(process)


@pytest.mark.long
def test_killed_machines_lose_nobody(site: Site, broker: str) -> None:
    """Whole worker machines killed in the middle; the others and the next go on."""
    site.env |= {"TASKS_ENGINE": "celery", "BROKER_URL": broker}
    lab.run(site.env, "populate", "3000")
    with Smtpd(log=site.folder / "accepted", delay=0.01) as relay:
        point_at(site, relay.port)
        for _ in range(3):
            before = len(relay.accepted)
            process = worker(site, "--concurrency", "2")
            try:
                lab.until(lambda before=before: len(relay.accepted) > before + 100, 60)
            finally:
                end(process, signal.SIGKILL)
        process = worker(site, "--concurrency", "2")
        try:
            lab.until(finished(site), 120)
        finally:
            end(process)
    ledger = truth(site)["ledger"]
    assert ledger["sent"] + ledger["in_doubt"] == 3000
    assert ledger["in_doubt"] <= 3 * 2 * 4  # Two children with four connections each.
    assert Counter(log(site)).most_common(1)[0][1] == 1
    assert ask(site, "SELECT count(*) FROM newsletter_chunk WHERE state <> 'done'") == [(0,)]


@pytest.mark.parametrize("broker", ["redis"], indirect=True)
def test_a_task_runs_after_the_commit_and_not_after_a_rollback(site: Site, broker: str) -> None:
    site.env |= {"TASKS_ENGINE": "celery", "BROKER_URL": broker}
    script = (
        "from django.db import transaction\n"
        "from newsletter.tasks import drain\n"
        "import redis, os\n"
        "r = redis.Redis.from_url(os.environ['BROKER_URL'])\n"
        "try:\n"
        "    with transaction.atomic():\n"
        "        drain.enqueue()\n"
        "        assert r.llen('sending') == 0\n"
        "        raise ValueError\n"
        "except ValueError:\n"
        "    pass\n"
        "assert r.llen('sending') == 0\n"
        "with transaction.atomic():\n"
        "    drain.enqueue()\n"
        "    assert r.llen('sending') == 0\n"
        "print('queued', r.llen('sending'))\n"
    )
    assert site.manage("shell", "-c", script).stdout.strip().endswith("queued 1")
