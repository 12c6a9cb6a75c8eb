"""There is one door: nothing else in the program opens a connection for HTTP."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.outgoing import door
from newsletter.outgoing.addresses import is_public
from newsletter.outgoing.lookup import resolve

ROOT = Path(__file__).resolve().parent.parent.parent
DOOR = "newsletter/outgoing/"
# Clients, of the standard library or not; to import one is to go out beside the door.
CLIENTS = {
    "aiohttp", "ftplib", "http.client", "httpcore", "httplib2", "httpx", "pycurl", "requests",
    "telnetlib", "urllib.request", "urllib3", "websocket", "websockets", "xmlrpc.client",
}  # fmt: skip
# What connects, or looks a name up, whatever it is called on.
CALLS = {
    "connect_ex", "create_connection", "create_datagram_endpoint", "getaddrinfo", "gethostbyname",
    "gethostbyname_ex", "open_connection", "sock_connect", "urlopen", "urlretrieve",
}  # fmt: skip
# By the end of their path: who may, and what for. None of these speaks HTTP to others.
EXCEPTIONS = {
    # The doctor's look at our own address, which may be a private one; no other can be named.
    "config/doctor/web.py": {"http.client", "create_connection"},
    "smtp/handshake.py": {"getaddrinfo", "sock_connect", "socket.socket"},  # SMTP to the relay.
    "bounces/mailboxes.py": {"imaplib", "poplib"},  # The operator's mailboxes.
    "commands/quickstart.py": {"create_connection"},  # Whether its own server listens yet.
    "trial.py": {"socket.socket"},  # Whether a port of loopback is free.
}


def sources() -> list[Path]:
    files = [
        ROOT / "manage.py",
        *ROOT.glob("newsletter/**/*.py"),
        *ROOT.glob("subscribers/**/*.py"),
    ]
    return [path for path in files if not path.relative_to(ROOT).as_posix().startswith(DOOR)]


def goes_out(source: str) -> Iterator[str]:
    """What in a module imports a client, looks up a name or connects."""
    clients = CLIENTS | {"imaplib", "poplib"}
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [str(node.module), *(f"{node.module}.{a.name}" for a in node.names)]
            yield from (a.name for a in node.names if a.name in CALLS)
            if node.module == "socket":
                yield from ("socket.socket" for a in node.names if a.name == "socket")
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called == "socket.socket":
                yield called
            if called in ("__import__", "importlib.import_module", "import_module"):
                names = [a.value for a in node.args[:1] if isinstance(a, ast.Constant)]
            if called.rsplit(".")[-1] in CALLS:
                yield called.rsplit(".")[-1]
        for name in names:
            yield from (c for c in clients if name == c or name.startswith(f"{c}."))


def test_all_http_goes_through_the_door() -> None:
    for path in sources():
        name = path.relative_to(ROOT).as_posix()
        allowed = next((what for end, what in EXCEPTIONS.items() if name.endswith(end)), set())
        assert set(goes_out(path.read_text())) <= allowed, name


def test_each_exception_is_still_needed() -> None:
    for end, what in EXCEPTIONS.items():
        (path,) = [path for path in sources() if path.as_posix().endswith(f"/{end}")]
        assert set(goes_out(path.read_text())) == what, end


@pytest.mark.parametrize(
    "source",
    ["import requests", "import urllib.request", "from urllib import request", "import http.client",
     "from http import client", "from httpx import get", "import urllib3.util", "import aiohttp",
     "from urllib.request import urlopen as u", "import socket as s; s.create_connection(x)",
     "from socket import create_connection", "import socket; socket.socket().connect(x)",
     "from socket import socket", "await asyncio.open_connection(h, 80)",
     "importlib.import_module('requests')", "loop.getaddrinfo(h, 80)"],
)  # fmt: skip
def test_the_rule_sees_every_way_out(source: str) -> None:
    assert list(goes_out(source))


def test_nothing_but_tests_changes_what_is_public() -> None:
    """`INTERNET` is there so that tests can reach their own servers; the program has one."""
    assert (door.INTERNET.public, door.INTERNET.resolve) == (is_public, resolve)
    assert not door.INTERNET.public("127.0.0.1")
    for path in sources():
        text = path.read_text()
        assert "INTERNET" not in text and "outgoing.door" not in text, path
    package = sorted((ROOT / DOOR).glob("*.py"))
    nodes = [(path.name, n) for path in package for n in ast.walk(ast.parse(path.read_text()))]
    made = [
        name for name, n in nodes if isinstance(n, ast.Call) and ast.unparse(n.func) == "Network"
    ]
    uses = [
        type(n.ctx).__name__ for _, n in nodes if isinstance(n, ast.Name) and n.id == "INTERNET"
    ]
    assert made == ["door.py"]
    assert uses == ["Store", "Load", "Load", "Load"]


def test_premailer_may_not_fetch_style_sheets() -> None:
    """It would do so with requests; it is told not to wherever it is called."""
    calls = [
        node
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Premailer")
    ]
    assert calls
    for call in calls:
        told = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        assert told["allow_network"] == "False"
