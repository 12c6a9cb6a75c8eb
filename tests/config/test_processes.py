"""Processes of a site stop with their supervisor, and their files are for nobody else."""

from __future__ import annotations

import os
import signal
import stat
import time
from pathlib import Path

import pytest

from tests.conftest import Site


def of_site(site: Site) -> list[int]:
    """The pids of every process that works on this site's folder."""
    mark = f"DATA_DIR={site.env['DATA_DIR']}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue  # It has ended, or is not ours.
    return found


@pytest.mark.parametrize(
    "after",
    [
        0.0, 0.4, 0.8, 1.5, 3.0,
        *(pytest.param(n / 12, marks=pytest.mark.long) for n in range(1, 46)),
    ],
)  # fmt: skip
def test_nothing_goes_on_when_the_supervisor_is_killed(site: Site, after: float) -> None:
    supervisor = site.start("worker")
    # Counted from when the first child is there: before that there is nothing to orphan.
    deadline = time.monotonic() + 30
    while len(of_site(site)) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(after)
    os.kill(supervisor.pid, signal.SIGKILL)
    supervisor.wait(10)
    assert supervisor.stdout is not None
    supervisor.stdout.close()
    deadline = time.monotonic() + 20
    try:
        while (left := of_site(site)) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert left == []
    finally:
        for pid in of_site(site):
            os.kill(pid, signal.SIGKILL)


def test_what_is_written_is_for_this_user_alone(tmp_path: Path) -> None:
    ours = ("SECRET_KEY", "LINK_KEYS", "BASE_URL", "SMTP_URL", "DATABASE_URL", "DEBUG")
    env = {name: value for name, value in os.environ.items() if name not in ours}
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)  # As 0.1.0 made it.
    Site(tmp_path, {**env, "DATA_DIR": str(folder)}).manage("quickstart", "--no-serve")
    assert (folder / "sudi.sqlite3").exists() and list((folder / "mail").iterdir())
    open_to_others = [
        str(path.relative_to(folder))
        for path in (folder, *folder.rglob("*"))
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    assert open_to_others == []
