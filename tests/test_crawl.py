"""Every page of a trial, seen by a machine in every role, language, theme and width."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from . import crawl_scene
from .chromium import started
from .conftest import ROOT
from .crawling import Sight, Visitor
from .test_journey import free_port

pytestmark = pytest.mark.needs("chromium")

# The editors' pages take many minutes: `pytest -m long tests/test_crawl.py` walks those too.
SIGHTS = [
    Sight("visitor", "zh-Hans", "dark", 1280), Sight("reader", "zh-Hans", "light", 320),
    *(
        pytest.param(sight, marks=pytest.mark.long)
        for sight in (
            Sight("visitor", "en", "light", 375), Sight("reader", "en", "dark", 1280),
            Sight("owner", "zh-Hans", "light", 1280), Sight("owner", "en", "dark", 375),
            Sight("sender", "en", "light", 320), Sight("reader_care", "zh-Hans", "dark", 375),
            Sight("approver", "en", "dark", 1280), Sight("editor", "zh-Hans", "light", 320),
            Sight("half", "en", "dark", 375),
        )
    ),
]  # fmt: skip


@dataclass
class Trial:
    base: str
    folder: Path
    # Where a visitor starts, with the status of each page; and somebody with an account.
    visitors: dict[str, int]
    editors: list[str]

    def reader_links(self) -> list[str]:
        """The personal addresses of a mail that the trial caught, one of each kind."""
        found: dict[str, str] = {}
        for file in sorted((self.folder / "mail").glob("*.eml")):
            for path in re.findall(rb"<http://[^/>]+(/s/[^>]+)>", file.read_bytes()):
                found.setdefault(path.decode()[:4], path.decode())
        return list(found.values())


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """A trial as `quickstart` makes it, its samples sent, and more; served as in operation."""
    folder = tmp_path_factory.mktemp("crawl")
    port = free_port()
    env = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    env |= {
        "DATA_DIR": str(folder), "DEBUG": "1", "BASE_URL": f"http://127.0.0.1:{port}",
        "PYTHONWARNINGS": "ignore", "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    manage = [sys.executable, str(ROOT / "manage.py")]
    scene = "from tests import crawl_scene; crawl_scene.set_up()"
    for command in (["quickstart", "--no-serve"], ["shell", "-v", "0", "-c", scene]):
        done = subprocess.run(
            [*manage, *command], env=env, check=True, timeout=300, capture_output=True
        )
    starts = json.loads(done.stdout)
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "newsletter.config.wsgi", "--bind", f"127.0.0.1:{port}",
         "--threads", "8", "--log-level", "error"],
        env=env, cwd=ROOT,
    )  # fmt: skip
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
                break
            except OSError:
                time.sleep(0.2)
        yield Trial(f"http://127.0.0.1:{port}", folder, **starts)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with started(patience=1800) as browser:  # One window walks many pages.
        yield browser


@pytest.mark.parametrize(
    "sight", SIGHTS, ids=lambda s: f"{s.role}-{s.language}-{s.scheme}-{s.width}"
)
def test_nothing_is_wrong_with_any_page(chromium: Any, trial: Trial, sight: Sight) -> None:
    visitor = Visitor(chromium, trial.base, sight, told=trial.visitors)
    if sight.role == "visitor":
        visitor.walk(["/", "/dev/mail/", *trial.visitors])
    elif sight.role == "reader":
        visitor.walk(trial.reader_links(), within="/s/")
    else:
        visitor.sign_in(f"dora-{sight.role}", crawl_scene.PASSWORD)
        # The others' pages are fewer: what they may not see is another test's matter.
        known = trial.editors if sight.role == "owner" else []
        visitor.walk(["/admin/", *known], within="/admin/", seconds=1500)
    visitor.close()
    assert len(visitor.visited) >= 4, visitor.visited
    assert not visitor.wrong, "\n".join(visitor.wrong)
