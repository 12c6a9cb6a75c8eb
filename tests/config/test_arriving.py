"""Clients that send a byte a second hold nobody up: a real server, real sockets, no proxy."""

from __future__ import annotations

import http.client
import io
import json
import socket
import threading
import time
from typing import Any

import pytest

from newsletter.config import arriving
from tests.conftest import ROOT, Site

from .test_busy import ask, web

pytestmark = pytest.mark.needs("sqlite")

_MAKE = """
from django.contrib.auth.models import User
from newsletter.intake import tokens
from subscribers.models import Role
from tests import builders
daily = builders.publication()
user = User.objects.create(username="uma", is_staff=True, is_active=True)
Role.objects.create(user=user, publication=daily, kind="editor")
print("token", tokens.make(user, daily, "draft", by="test")[1])
"""


def head_of(port: int, token: str, path: str) -> bytes:
    """A request that announces a body."""
    auth = f"Authorization: Bearer {token}\r\n" if token else ""
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{auth}"
        "Content-Type: text/markdown\r\nContent-Length: 5000\r\n\r\n"
    ).encode()


class Slow(threading.Thread):
    """A client that announces a body and sends a byte of it now and then."""

    def __init__(self, port: int, path: str, token: str) -> None:
        super().__init__(daemon=True)
        self.answer, self.seconds = b"", 0.0
        self._head = head_of(port, token, path)
        self._port = port
        self.start()

    def run(self) -> None:
        begun = time.monotonic()
        with socket.create_connection(("127.0.0.1", self._port), timeout=30) as line:
            line.sendall(self._head)
            line.settimeout(0.5)
            while time.monotonic() - begun < 25:
                try:
                    line.sendall(b"x")
                    piece = line.recv(4096)
                except TimeoutError:
                    continue
                except OSError:
                    break
                if not piece:
                    break
                self.answer += piece
        self.seconds = time.monotonic() - begun


def post(port: int, token: str, day: int) -> tuple[int, float]:
    """A document as it should come; status and seconds."""
    begun = time.monotonic()
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    text = f"# Harbour Daily 2026-03-0{day}\n\n## 1. Night ferries return\n\nThey sail again.\n"
    line.request(
        "POST", "/api/v1/publications/daily/issues/check/", text.encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "text/markdown"},
    )  # fmt: skip
    status = line.getresponse().status
    line.close()
    return status, time.monotonic() - begun


@pytest.mark.parametrize("many", [8, 15])
def test_slow_senders_hold_nobody_up(site: Site, many: int) -> None:
    site.env["PYTHONPATH"] = str(ROOT)
    said: Any = site.manage("shell", "-c", _MAKE)
    token = str(said.stdout).split("token ")[1].split()[0]
    with web(site) as port:
        paths = ("/daily/subscribe/", "/api/v1/publications/daily/issues/")
        slow = [Slow(port, paths[n % 2], token) for n in range(many)]
        time.sleep(0.5)
        statuses, seconds = zip(*(post(port, token, day) for day in (1, 2, 3)), strict=True)
        assert not {503, 408} & set(statuses), statuses
        assert max(seconds) < 2
        assert ask(port, "GET", "/daily/")[0] == 200
        for one in slow:
            one.join(30)
        assert {one.answer[:12] for one in slow} == {b"HTTP/1.1 408"}
        assert max(one.seconds for one in slow) < arriving.HURRY + 4
        # In one chunk, between its length and the end.
        documents = [json.loads(one.answer.split(b"\r\n")[-4]) for one in slow[1::2]]
        assert {one["type"].rpartition("#")[2] for one in documents} == {"too-slow"}
        # Nothing of theirs was kept, and everything is as before.
        assert ask(port, "POST", "/daily/subscribe/", address="b@example.org")[0] == 303


def test_who_has_no_token_is_answered_before_the_body(site: Site) -> None:
    site.env["PYTHONPATH"] = str(ROOT)
    site.manage("shell", "-c", _MAKE)
    with web(site) as port:
        begun = time.monotonic()
        for token in ("", "sudi_unknown"):
            with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
                line.sendall(head_of(port, token, "/api/v1/publications/daily/issues/"))
                assert line.recv(100)[:12] == b"HTTP/1.1 401"
        assert time.monotonic() - begun < 2


def test_a_slow_line_that_is_fair_is_waited_for() -> None:
    """So many bytes a second are enough, however long it takes; fewer are not."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        body = arriving.Body(ours.makefile("rb"), ours, arriving.Watch())
        body.came, body._waited = 3_000_000, 700.0
        body._since = time.monotonic()
        assert not body.is_late(body._since, arriving.TIME)
        body._waited = 800.0
        assert body.is_late(body._since, arriving.TIME)


def test_a_body_read_by_lines() -> None:
    near, far = socket.socketpair()
    with near, far:
        body = arriving.Body(io.BytesIO(b"one\ntwo"), near, arriving.Watch())
        assert [body.readline(), body.readline(2), body.readline(), body.readline()] == [
            b"one\n", b"tw", b"o", b""
        ]  # fmt: skip
