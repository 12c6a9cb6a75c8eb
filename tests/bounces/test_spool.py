"""`sudi-report` keeps what is piped in, and what it kept is read once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import DatabaseError, DataError

from newsletter.bounces import effects, spool
from newsletter.config import report
from tests.conftest import ROOT

MAIL = b"From: MAILER-DAEMON@mx.example.net\nSubject: Undelivered\n\nno such user\n"


def piped(home: Path, *words: str, mail: bytes = MAIL) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "newsletter.config.report", *words],
        input=mail, capture_output=True, cwd=ROOT, timeout=30, check=False,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(home)},
    )  # fmt: skip


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bytes, list[str]]]:
    """What is handed to the effects, which have tests of their own."""
    found: list[tuple[bytes, list[str]]] = []
    monkeypatch.setattr(
        effects, "receive", lambda data, *, envelope=(): found.append((data, list(envelope)))
    )
    return found


def test_a_piped_report_is_kept_whole_and_read_once(
    tmp_path: Path, received: list[tuple[bytes, list[str]]]
) -> None:
    assert piped(tmp_path, "--to", "b-1@example.org", "b-2@example.org").returncode == 0
    assert piped(tmp_path, mail=MAIL + b"x" * 3_000_000).returncode == 0
    folder = report.folder(tmp_path)
    files = sorted(folder.iterdir())
    assert [oct(one.stat().st_mode & 0o777) for one in (folder, *files)] == [
        "0o700", "0o600", "0o600",
    ]  # fmt: skip
    assert spool.take_in(folder) == 2
    assert received[0] == (MAIL, ["b-1@example.org", "b-2@example.org"])
    assert (len(received[1][0]), received[1][1]) == (1_000_000, [])
    assert list(folder.iterdir()) == [] and spool.take_in(folder) == 0


def test_in_all_doubt_the_mail_server_keeps_it(tmp_path: Path) -> None:
    nowhere = piped(tmp_path / "nothing")
    assert nowhere.returncode == 75 and b"no site is here" in nowhere.stderr
    assert piped(tmp_path, "--no-such-option").returncode == 75
    (tmp_path / "reports").write_text("not a folder")
    assert piped(tmp_path).returncode == 75
    assert piped(tmp_path, "--help").returncode == 0


def test_django_is_not_started_for_it() -> None:
    # The start of Django was 1.5 s a report.
    code = "import sys, newsletter.config.report; print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == b"False"


def test_what_cannot_be_stored_now_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, received: list[tuple[bytes, list[str]]]
) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    for name in ("2-1", "1-1"):
        (folder / name).write_bytes(json.dumps([name]).encode() + b"\n" + MAIL)
    (folder / ".3-1").write_bytes(b"half")
    (folder / "4-by-hand").write_bytes(MAIL)
    works = effects.receive

    def broken(*_args: object, **_more: object) -> None:
        raise DatabaseError("database is locked")

    monkeypatch.setattr(effects, "receive", broken)
    assert spool.take_in(folder) == 0 and len(list(folder.iterdir())) == 4
    monkeypatch.setattr(effects, "receive", works)
    assert spool.take_in(folder) == 3
    assert [to for _mail, to in received] == [["1-1"], ["2-1"], []]
    assert [one.name for one in folder.iterdir()] == [".3-1"]


def test_one_that_cannot_be_dealt_with_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    for name, line in (("1", b'["a"]'), ("2", b"5"), ("3", b"[" * 100_000), ("4", b'["d"]')):
        (folder / name).write_bytes(line + b"\n" + MAIL)
    found: list[list[str]] = []

    def receive(mail: bytes, *, envelope: list[str]) -> None:
        if envelope == ["a"]:
            raise DataError("a NUL")
        if mail.startswith(b"5"):
            raise KeyError("a fault of ours")
        found.append(envelope)

    monkeypatch.setattr(effects, "receive", receive)
    assert spool.take_in(folder) == 4
    assert found == [[], ["d"]]
    assert sorted(one.name for one in folder.iterdir()) == [".1.aside", ".2.aside"]
    assert spool.take_in(folder) == 0
