"""The database goes away, fills up, or tells another time: 5, 6, 8 and 24 of the fault table."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import pwd
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine

from tests.conftest import Site
from tests.sending import lab
from tests.sending.test_faults import (
    CONNECTIONS,
    ask,
    finished,
    laboratory,  # noqa: F401
    stage,
    truth,
)


class Cluster:
    """A PostgreSQL of our own, to be stopped and killed."""

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        self.bin = found[-1] if found else Path(shutil.which("initdb") or "/nowhere").parent
        self.folder = folder / "cluster"
        self.folder.mkdir(mode=0o700)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        # PostgreSQL refuses to run as root.
        self._user = "postgres" if os.geteuid() == 0 else None
        if self._user:
            person = pwd.getpwnam(self._user)
            os.chown(self.folder, person.pw_uid, person.pw_gid)
        # The run's own name, so that whatever knows the run's address gets in here too.
        self.role = urlsplit(os.environ["DATABASE_URL"]).username or "postgres"
        self._call("initdb", "-D", str(self.folder), "-U", self.role, "-A", "trust", "-E", "UTF8")
        self.start()

    def _call(self, program: str, *args: str) -> None:
        subprocess.run(
            [str(self.bin / program), *args],
            user=self._user, check=True, cwd="/", capture_output=program == "initdb",
            stdout=None if program == "initdb" else subprocess.DEVNULL,
        )  # fmt: skip

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k ''"
        log = str(self.folder / "log")
        self._call("pg_ctl", "-D", str(self.folder), "-w", "-l", log, "-o", options, "start")

    def restart(self) -> None:
        """Cut every connection, as an upgrade does."""
        self._call("pg_ctl", "-D", str(self.folder), "-m", "fast", "-w", "stop")
        self.start()

    def kill(self) -> None:
        """kill -9 of all of it; recovery from its log follows."""
        pid = int((self.folder / "postmaster.pid").read_text().split()[0])
        children = subprocess.run(
            ["pgrep", "-P", str(pid)], capture_output=True, text=True
        ).stdout.split()
        for one in (pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        lab.until(lambda: not Path(f"/proc/{pid}").exists(), 10)
        time.sleep(0.2)
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        self.start()

    def stop(self) -> None:
        self._call("pg_ctl", "-D", str(self.folder), "-m", "immediate", "-w", "stop")


@pytest.fixture
def cluster(site: Site) -> Iterator[Cluster]:
    """The site, moved to a PostgreSQL of its own."""
    # Not below tmp_path: only root may enter that.
    folder = Path(tempfile.mkdtemp(prefix="sudi-cluster-"))
    folder.chmod(0o755)
    made = Cluster(folder)
    site.env["DATABASE_URL"] = f"postgres://{made.role}@127.0.0.1:{made.port}/postgres"
    site.manage("migrate", "--verbosity", "0")
    yield made
    made.stop()
    shutil.rmtree(folder)


def restarted(site: Site, cluster: Cluster, count: int, times: int, *, kill: bool) -> None:
    with stage(site, count, delay=0.01) as (relay, nursery):
        pid = nursery.birth()
        for _ in range(times):
            before = len(relay.accepted)
            lab.until(lambda before=before: len(relay.accepted) > before + 20, 60, 0.005)
            cluster.kill() if kill else cluster.restart()
        lab.until(finished(site), 120, 0.2)
        assert nursery.alive(pid)
        nursery.end(pid)
    ledger = truth(site)["ledger"]
    print(f"\n{times} restarts (kill={kill}): {ledger}")
    assert ledger["in_doubt"] <= CONNECTIONS * times
    assert ledger["sent"] + ledger["in_doubt"] == count


@pytest.mark.needs("postgres")
def test_5_postgresql_is_restarted(site: Site, cluster: Cluster) -> None:
    restarted(site, cluster, 500, 2, kill=False)


@pytest.mark.needs("postgres")
def test_6_postgresql_is_killed(site: Site, cluster: Cluster) -> None:
    restarted(site, cluster, 500, 2, kill=True)


@pytest.mark.long
@pytest.mark.needs("postgres")
def test_5_long_postgresql_is_restarted_20_times(site: Site, cluster: Cluster) -> None:
    restarted(site, cluster, 5000, 20, kill=False)


@pytest.mark.needs("sqlite")  # PostgreSQL's disk is not the worker's.
@pytest.mark.parametrize("seconds", [1, pytest.param(60, marks=pytest.mark.long)])
def test_8_a_full_disk_stops_sending_and_nothing_else(
    site: Site, tmp_path: Path, seconds: int
) -> None:
    """SQLite and the journal on a small disk that fills up in the middle."""
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(small)], capture_output=True
    )
    if mounted.returncode:  # Not allowed here: as near as one comes to it without a disk.
        nothing_can_be_written(site, seconds)
        return
    try:
        shutil.copy(site.folder / "sudi.sqlite3", small / "sudi.sqlite3")
        site.env["DATABASE_URL"] = f"sqlite:///{small}/sudi.sqlite3"
        filler = small / "filler"

        def fill(pid: int) -> None:
            with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * 65536)

        stopped_by(site, fill, lambda pid: filler.unlink(), seconds)
    finally:
        subprocess.run(["umount", str(small)], check=True)


@pytest.mark.parametrize("seconds", [1, pytest.param(60, marks=pytest.mark.long)])
def test_8_a_worker_that_can_write_no_file_sends_nothing(site: Site, seconds: int) -> None:
    """Its journal at the least; on SQLite the database too."""
    nothing_can_be_written(site, seconds)


def nothing_can_be_written(site: Site, seconds: int) -> None:
    def limit(pid: int) -> None:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))

    def lift(pid: int) -> None:
        both = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, both)

    stopped_by(site, limit, lift, seconds)


def stopped_by(
    site: Site, fault: Callable[[int], None], mend: Callable[[int], None], seconds: int
) -> None:
    """In the middle of a send the worker's disk takes nothing more, and after a while it does."""
    with stage(site, 900, delay=0.01) as (relay, nursery):
        pid = nursery.birth()
        lab.until(lambda: len(relay.accepted) > 50, 30, 0.005)
        fault(pid)
        quiet = still(relay)
        assert quiet < 900
        time.sleep(seconds)
        assert len(relay.accepted) == quiet
        mend(pid)
        lab.until(finished(site), 60)
        assert nursery.alive(pid)
        nursery.end(pid)
    ledger = truth(site)["ledger"]
    assert (ledger["sent"], ledger["in_doubt"]) == (900, 0)


def still(relay: Any) -> int:
    """How many were accepted when no more came for a second."""
    for _ in range(30):
        before = len(relay.accepted)
        time.sleep(1)
        if len(relay.accepted) == before:
            break
    return len(relay.accepted)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("days", [-1, 1])
def test_24_a_clock_that_jumps_takes_no_lease_away(days: int) -> None:
    """Leases are judged by what the watcher saw, not by comparing times."""
    from newsletter import sending
    from newsletter.models import Chunk, Issue, Worker
    from newsletter.sending.engine import leasing, sweeper
    from tests import builders

    publication = builders.publication()
    trade = builders.category(publication, "Trade")
    issue = builders.issue(publication)
    builders.item(issue, trade, "Corn is up")
    builders.subscription(publication, "alice@example.org")
    sending.release(issue, by="alice", now=True)
    sending.freeze(issue.pk)
    worker = Worker.objects.create(name="w-elsewhere-1", machine="elsewhere", version="1")
    lease = leasing.lease(worker.pk, issue.pk, retries=False, canary=False)
    assert lease is not None
    watch = sweeper.Watch()
    sweeper.sweep(watch)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=days)):
        sweeper.take_back_lost(watch)
        held = Chunk.objects.get()
        assert (held.state, held.epoch, held.owner_id) == ("leased", 1, worker.pk)
        assert Issue.objects.get().state == "sending"


def test_24_a_retry_that_is_due_tomorrow_waits(site: Site) -> None:
    """Deferred readers keep their time whatever the worker does meanwhile."""
    with stage(site, 20, faults=["rcpt:450 4.2.0 later"]) as (_, nursery):
        pid = nursery.birth()
        lab.until(lambda: ask(site, "SELECT sum(deferred) FROM newsletter_chunk") == [(20,)], 30)
        nursery.end(pid)
        due = ask(site, "SELECT due_at FROM newsletter_chunk")[0][0]
        due = dt.datetime.fromisoformat(due) if isinstance(due, str) else due
        if due.tzinfo is None:
            due = due.replace(tzinfo=dt.UTC)
        wait = due - dt.datetime.now(dt.UTC)
        # Five minutes at least from the first try, a fifth more at most.
        assert dt.timedelta(minutes=4.5) < wait <= dt.timedelta(minutes=6)
