"""Public pages over a bare Django view on the same server: python -m tests.benchmarks.web

Sets up a site of its own with a sample issue, starts it and a bare view of 40 kB under gunicorn
(one process, eight threads), and asks each by `wrk` with eight connections, in turns. Printed is,
for each address, the median over the rounds of its requests a second over the bare view's.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_BARE = """
from django.conf import settings
settings.configure(SECRET_KEY="x", ROOT_URLCONF="bare", ALLOWED_HOSTS=["*"], MIDDLEWARE=[])
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
TEXT = "x" * 40_000
urlpatterns = [path("", lambda request: HttpResponse(TEXT))]
application = get_wsgi_application()
"""
LEAST = 0.9


def rate(url: str, seconds: int, *headers: str) -> float:
    """Requests a second; refuses a run in which one failed."""
    options = [word for header in headers for word in ("-H", header)]
    done = subprocess.run(
        ["wrk", "-t1", "-c8", f"-d{seconds}s", *options, url],
        capture_output=True, text=True, check=True, timeout=seconds + 30,
    )  # fmt: skip
    assert "Non-2xx" not in done.stdout, done.stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    assert found is not None, done.stdout
    return float(found.group(1))


def free_port() -> int:
    """A port of the loopback address that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def gunicorn(application: str, port: int, folder: Path, env: dict[str, str]) -> subprocess.Popen:
    """One process with eight threads; returns when it answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}",
         "--threads", "8", "--log-level", "error"],
        cwd=folder, env=env,
    )  # fmt: skip
    for _ in range(150):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return process
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"{application} does not answer")


def addresses(base: str) -> dict[str, tuple[str, ...]]:
    """What is asked for, each with its headers."""
    feed = f"{base}/sample-zh/feed.atom"
    with urllib.request.urlopen(feed, timeout=20) as response:
        tag = response.headers["ETag"]
    return {
        "issue page": (f"{base}/sample-zh/2026-03-02/",),
        "issue page, br": (f"{base}/sample-zh/2026-03-02/", "Accept-Encoding: br"),
        "archive": (f"{base}/sample-zh/",),
        "feed 200": (feed,),
        "feed 304": (feed, f"If-None-Match: {tag}"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bare.py").write_text(_BARE)
        port = free_port()
        env = {
            **os.environ, "DATA_DIR": f"{folder}/data", "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "ignore", "BASE_URL": f"http://127.0.0.1:{port}",
        }  # fmt: skip
        subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "quickstart", "--no-serve"],
            env=env, check=True, stdout=subprocess.DEVNULL, timeout=300,
        )  # fmt: skip
        servers = [gunicorn("newsletter.config.wsgi", port, ROOT, env | {"DEBUG": "0"})]
        try:
            bare_port = free_port()
            servers.append(gunicorn("bare:application", bare_port, folder, env))
            asked = addresses(f"http://127.0.0.1:{port}")
            for one in asked.values():
                rate(one[0], 1, *one[1:])
            ratios: dict[str, list[float]] = {name: [] for name in asked}
            for _ in range(options.rounds):
                bare = rate(f"http://127.0.0.1:{bare_port}/", options.seconds)
                for label, one in asked.items():
                    ratios[label].append(rate(one[0], options.seconds, *one[1:]) / bare)
        finally:
            for server in servers:
                server.terminate()
                server.wait(20)
    found = {name: round(statistics.median(values), 2) for name, values in ratios.items()}
    if options.json:
        print(json.dumps(found))
    else:
        for label, ratio in found.items():
            print(f"{label:<16} {ratio:.2f} x a bare view")
    sys.exit(min(found.values()) < LEAST)


if __name__ == "__main__":
    main()
