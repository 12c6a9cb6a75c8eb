"""Requests made up from the interface's own description, and every answer held against it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, Site
from tests.intake.live import Live, serving
from tests.intake.programs import DIGEST

# A document and a release may be refused for what they say, though they are well formed; and the
# web server refuses an address that is too long for it, whatever stands in it.
CONFIG = """
[checks]
positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 414, 422]
negative_data_rejection.expected-statuses = [
  400, 401, 403, 404, 405, 406, 409, 414, 415, 422, 428, 429,
]
"""
# Of a publication and an issue that are there: made-up ones lead nowhere but to a 404.
HERE = """
[parameters]
"path.slug" = "daily"
"path.issue" = "2026-03-02"
"""


@pytest.fixture
def live(site: Site) -> object:
    with serving(site, "tests.intake.unlimited") as running:
        running.ask(
            "POST", "/api/v1/publications/daily/issues/", DIGEST.encode(),
            Content_Type="text/markdown",
        )  # fmt: skip
        yield running


def run(live: Live, folder: Path, config: str, seconds: int) -> None:
    (folder / "schemathesis.toml").write_text(config)
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("st")), "--config-file", "schemathesis.toml", "run",
            f"{live.base}/api/v1/openapi.json", "--max-time", str(seconds), "--seed", "20260302",
            "-H", f"Authorization: Bearer {live.token}", "--no-color", "--warnings", "off",
        ],
        cwd=folder, capture_output=True, text=True, timeout=seconds * 3 + 120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    print(done.stdout[-1500:])  # Shown with -s: how many requests were made up.


# Half a minute, most of it where there is something; ten minutes by hand with `-m long`.
@pytest.mark.parametrize(
    ("here", "anywhere"), [(22, 8), pytest.param(500, 100, marks=pytest.mark.long)]
)
def test_no_answer_is_other_than_described(
    live: Live, tmp_path: Path, here: int, anywhere: int
) -> None:
    run(live, tmp_path, CONFIG + HERE, here)
    run(live, tmp_path, CONFIG, anywhere)
