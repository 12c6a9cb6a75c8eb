"""The apps within another Django project (`tests/host`), in a process of its own settings.

With Django's own admin the whole journey runs; with django-unfold the pages that it draws.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("admin", "tests"),
    [
        ("plain", ["tests.host"]),
        ("unfold", ["tests.host.tests.Editor.test_every_page_of_the_menu_opens"]),
    ],
)
def test_a_host_project_runs_the_journey_of_readers_and_editors(
    admin: str, tests: list[str]
) -> None:
    ours = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    done = subprocess.run(
        [sys.executable, "-Wd", "-m", "django", "test", *tests],
        cwd=ROOT,
        env={**ours, "DJANGO_SETTINGS_MODULE": "tests.host.settings", "HOST_ADMIN": admin},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert "OK" in done.stderr and "unapplied" not in done.stderr
