"""Over a real web server: clients that hang up, lie about lengths, or name strange charsets."""

from __future__ import annotations

import contextlib
import socket
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import Site
from tests.intake.live import Live, serving
from tests.intake.programs import DIGEST

PUT = "/api/v1/publications/daily/issues/"
MARKDOWN = {"Content_Type": "text/markdown; charset=utf-8"}


@pytest.fixture
def live(site: Site) -> object:
    with serving(site) as running:
        yield running


def raw(live: Live, head: str, body: bytes) -> bytes:
    """What comes back when the connection is half closed after the body; perhaps nothing."""
    with socket.create_connection(("127.0.0.1", live.port), 30) as client:
        client.sendall(
            f"POST {PUT} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {live.token}\r\n"
            f"Content-Type: text/markdown\r\n{head}\r\n".encode()
            + body
        )
        client.shutdown(socket.SHUT_WR)
        found = b""
        while piece := client.recv(65536):
            found += piece
        return found


def test_what_a_real_server_meets(live: Live) -> None:
    body = DIGEST.encode()
    # A client that hangs up in the middle: nothing is stored, and nobody else is held up.
    cut = raw(live, f"Content-Length: {len(body)}\r\n", body[: len(body) - 100])
    assert cut == b"" or (b" 400 " in cut[:20] and b"#incomplete" in cut)
    assert live.issues() == []
    chunked = raw(live, "Transfer-Encoding: chunked\r\n", b"5\r\n# A x\r\n0\r\n\r\n")
    assert b" 411 " in chunked[:20]
    # Too large is said also while the client is still writing.
    status, _headers, problem = live.ask("POST", PUT, b"x" * 9_000_000, **MARKDOWN)
    assert (status, problem["type"].rpartition("#")[2]) == (413, "too-large")
    assert live.issues() == []
    # A charset that is none, or in which no query can be read.
    query = PUT + "?name=2026-03-02.md"
    for charset, status in (("base64", 415), ("utf-16", 201), ("x" * 300, 415)):
        text = body.decode().encode("utf-16") if charset == "utf-16" else body
        kind = f"text/markdown; charset={charset}"
        assert live.ask("POST", query, text, Content_Type=kind)[0] == status, charset
    assert live.issues() == ["2026-03-02"]
    # Also on a page that is no interface.
    assert live.ask("GET", "/?x=1", Content_Type="text/plain; charset=base64")[0] == 200


def test_many_at_once_are_one_draft(live: Live) -> None:
    """The same key and body from eight clients, then the same body without a key."""

    def post(number: int) -> int:
        key = {"Idempotency_Key": "one"} if number < 8 else {}
        for _try in range(40):
            status, headers, _json = live.ask("POST", PUT, DIGEST.encode(), **MARKDOWN, **key)
            if "Retry-After" not in headers:
                return status
            assert status in (409, 503)
            time.sleep(0.2)
        return 0

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(16)))
    assert set(answers) <= {200, 201} and 201 in answers[:8]
    assert len(set(answers[:8])) == 1  # One answer for one key.
    assert live.issues() == ["2026-03-02"]


@pytest.mark.needs("sqlite")
def test_who_reads_is_answered_while_another_writes(live: Live) -> None:
    """SQLite has one writer: a long import elsewhere. That a token was used is told later."""
    other = sqlite3.connect(live.site.folder / "sudi.sqlite3", isolation_level=None)
    with contextlib.closing(other):
        other.execute("BEGIN IMMEDIATE")
        status, _headers, found = live.ask("GET", "/api/v1/publications/daily/issues/")
        assert (status, found) == (200, {"issues": [], "next": ""})
        status, headers, problem = live.ask("POST", PUT, DIGEST.encode(), **MARKDOWN)
        assert (status, problem["type"].rpartition("#")[2]) == (503, "busy")
        assert int(headers["Retry-After"]) > 0
        other.execute("ROLLBACK")
    assert live.ask("POST", PUT, DIGEST.encode(), **MARKDOWN)[0] == 201
