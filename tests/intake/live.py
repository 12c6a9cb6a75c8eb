"""A site of its own with a web server and a token: what a program really meets."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.conftest import ROOT, Site

SET_UP = """
from django.contrib.auth import get_user_model
from subscribers.models import Publication, Role
from tests import builders
daily = builders.publication()
builders.category(daily, "Ships"); builders.category(daily, "Roads")
alice = get_user_model().objects.create_user("alice", "alice@harbour.example.org", is_staff=True)
Role.objects.create(user=alice, publication=daily, kind="sender")
from newsletter.intake import tokens
print(tokens.make(alice, daily, "send", by="test")[1])
"""


@dataclass
class Live:
    """A running site: port, token, and the site whose commands may be run beside it."""

    site: Site
    port: int
    token: str

    @property
    def base(self) -> str:
        """Its address, without a stroke at the end."""
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, dict[str, str], Any]:
        """(status, headers, JSON or octets) of one request with the token."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Authorization": f"Bearer {self.token}", **headers}
        connection.request(method, path, body, {k.replace("_", "-"): v for k, v in sent.items()})
        with contextlib.closing(connection):
            answer = connection.getresponse()
            data = answer.read()
            kind = answer.headers.get("Content-Type", "")
            return answer.status, dict(answer.headers), json.loads(data) if "json" in kind else data

    def issues(self) -> list[str]:
        """The address names of the issues that are stored."""
        found = self.ask("GET", "/api/v1/publications/daily/issues/")[2]
        return [one["issue"] for one in found["issues"]]


def set_up(site: Site) -> str:
    """A publication, an editor who may send, and a token of theirs."""
    env = {**site.env, "PYTHONPATH": str(ROOT)}
    return Site(site.folder, env).manage("shell", "-v", "0", "-c", SET_UP).stdout.strip()


@contextlib.contextmanager
def serving(site: Site, application: str = "newsletter.config.wsgi") -> Iterator[Live]:
    """The site served by gunicorn until the block ends."""
    token = set_up(site)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**site.env, "BASE_URL": f"http://127.0.0.1:{port}"}
    command = [sys.executable, "-m", "gunicorn", application, "--bind",
               f"127.0.0.1:{port}", "--threads", "4", "--log-level", "error",
               "--no-control-socket"]  # fmt: skip
    server = subprocess.Popen(command, cwd=ROOT, env=env)
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            time.sleep(0.1)
        yield Live(site, port, token)
    finally:
        server.terminate()
        server.wait(15)
