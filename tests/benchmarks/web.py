"""Public pages over a bare Django view on the same server: python -m tests.benchmarks.web

Sets up a site of its own with a sample issue, starts it and a bare view of 40 kB under gunicorn
(one process, eight threads), and asks each by `wrk` with eight connections, in turns. Printed is,
for each address, the median over the rounds of its requests a second over the bare view's.

Then, with `--items N` more items in the archive, the milliseconds of a search, one after the other
and fewer than its limit for one network, and of the bare view asked in the same way; and what the
first view of an issue takes: requests and octets, pictures apart.
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
from urllib.parse import quote, urljoin

import brotli

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


def gunicorn(
    application: str, port: int, folder: Path, env: dict[str, str], threads: int = 8
) -> subprocess.Popen:
    """One process with so many threads; returns when it answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}",
         "--threads", str(threads), "--log-level", "error"],
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


_GROW = """
from subscribers.models import Publication
from tests.benchmarks.search import grow
daily = Publication.objects.get(slug="sample-en")
grow(daily, list(daily.categories.all()), 0, {})
"""
_SEARCHES = ("harbour", "港口", "harbour tide", "lighthousekeeper", "submarine")
_LOADED = re.compile(r'<link rel="(?:stylesheet|icon)" href="([^"]+)"|<script[^>]* src="([^"]+)"')


def milliseconds(url: str) -> float:
    """How long one answer takes, read to its end."""
    begun = time.perf_counter()
    with urllib.request.urlopen(url, timeout=30) as response:
        response.read()
    return (time.perf_counter() - begun) * 1000


def searching(base: str, bare: str) -> dict[str, float]:
    """Milliseconds by the median: of a search that nobody asked before, and of the bare view."""
    spent = [
        milliseconds(f"{base}/sample-en/search/?q={quote(word)}&until=20{year}-01-01")
        for year in range(90, 93)
        for word in _SEARCHES
    ]
    return {
        "search, ms": round(statistics.median(spent), 1),
        "bare view, ms": round(statistics.median(milliseconds(bare) for _ in range(15)), 1),
    }


def first_view(base: str, path: str) -> dict[str, int]:
    """Requests and octets on the wire, as a browser that takes Brotli asks, without pictures."""
    sizes: list[int] = []

    def octets(address: str) -> str:
        request = urllib.request.Request(address, headers={"Accept-Encoding": "br"})
        with urllib.request.urlopen(request, timeout=20) as response:
            body = response.read()
        sizes.append(len(body))
        packed = response.headers.get("Content-Encoding") == "br"
        return (brotli.decompress(body) if packed else body).decode()

    page = octets(base + path)
    for sheet, script in dict.fromkeys(_LOADED.findall(page)):
        octets(urljoin(base + path, sheet or script))
    return {"first view, requests": len(sizes), "first view, octets": sum(sizes)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--items", type=int, default=10_000)
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
            base = f"http://127.0.0.1:{port}"
            others = dict(first_view(base, "/sample-zh/2026-03-02/"))
            subprocess.run(
                [sys.executable, str(ROOT / "manage.py"), "shell", "-v", "0", "-c",
                 _GROW.format(options.items)],
                env=env, check=True, timeout=900,
            )  # fmt: skip
            others |= searching(base, f"http://127.0.0.1:{bare_port}/")
        finally:
            for server in servers:
                server.terminate()
                server.wait(20)
    found = {name: round(statistics.median(values), 2) for name, values in ratios.items()}
    if options.json:
        print(json.dumps({**found, **others, "items": options.items}))
    else:
        for label, ratio in found.items():
            print(f"{label:<24} {ratio:.2f} x a bare view")
        for label, figure in others.items():
            print(f"{label:<24} {figure}")
    sys.exit(min(found.values()) < LEAST)


if __name__ == "__main__":
    main()
