"""What a command says when the site is at fault, and not its code."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DataError, OperationalError, ProgrammingError, connection

from newsletter.config import command_errors
from newsletter.sending.guard import database
from tests.conftest import Site

BOUNCE = b"""\
From: MAILER-DAEMON@mail.example.org
To: bounces@daily.example.org
Subject: Undelivered Mail
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org

Final-Recipient: rfc822; nobody@example.org
Action: failed
Status: 5.1.1

--b--
"""


def ends(error: BaseException, *arguments: str) -> int | str | None:
    """The exit code of a command that raises `error`."""

    def command() -> None:
        raise error

    with pytest.raises(SystemExit) as ended:
        command_errors.run(arguments, command)
    return ended.value.code


@pytest.mark.needs("sqlite")
def test_a_database_that_is_not_set_up_is_one_sentence(tmp_path: Path) -> None:
    """Of a command that asks the database first, and of a report, which the mail server keeps."""
    env = {**os.environ, "DATA_DIR": str(tmp_path)}
    env.pop("DATABASE_URL", None)
    site = Site(tmp_path, env)
    done = site.manage(
        "make_token", "admin", "--publication", "daily", "--rights", "draft", check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("The database is not set up yet. Run “sudi upgrade”")
    assert done.stderr.count("\n") == 1
    # Settings that cannot be read come before any command's own code.
    env["TASKS_ENGINE"] = "none"
    assert site.manage("receive_report", check=False, input=BOUNCE).returncode == 75
    done = site.manage("ledger", "daily", "2026-01-01", check=False)
    assert (done.returncode, done.stderr) == (
        2,
        "TASKS_ENGINE='none': write embedded or celery.\n",
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ImproperlyConfigured("BASE_URL is empty."), 2, "BASE_URL is empty.\n"),
        (
            OperationalError("database is locked"),
            1,
            "Another process has been writing to the database all the while. Try again.\n",
        ),
        (
            OperationalError("attempt to write a readonly database"),
            2,
            "The database can only be read: attempt to write a readonly database. Give this user"
            " the right to write to it, or choose another with DATABASE_URL.\n",
        ),
        (
            OperationalError("disk I/O error\nof the file"),
            1,
            "The database refused: disk I/O error\n",
        ),
        (
            PermissionError(errno.EACCES, "Permission denied", "/srv/sudi/site"),
            2,
            "/srv/sudi/site: Permission denied\n",
        ),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_what_is_at_fault_is_said(
    error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(connection, "close", lambda: None)
    assert ends(error, "ledger") == code
    assert capsys.readouterr().err == said
    assert ends(error, "receive_report") == (75 if code != 130 else 130)


@pytest.mark.django_db
def test_tables_of_another_version_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(connection, "close", lambda: None)
    known = database._applied()
    monkeypatch.setattr(database, "_applied", lambda: known | {("newsletter", "9999_later")})
    assert ends(OperationalError("no such column: x"), "ledger") == 2
    assert capsys.readouterr().err.startswith("This code is older than the database, which has new")
    older = known - {("newsletter", "0016_release")}
    monkeypatch.setattr(database, "_applied", lambda: older)
    assert ends(ProgrammingError("no such column: x"), "ledger") == 2
    assert "Run “sudi upgrade”" in capsys.readouterr().err


@pytest.mark.django_db
def test_a_fault_of_ours_keeps_its_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(connection, "close", lambda: None)
    for error in (KeyError("x"), DataError("too long"), ProgrammingError("syntax error")):

        def command(error: Exception = error) -> None:
            raise error

        with pytest.raises(type(error)):
            command_errors.run(["ledger"], command)
        # But the report is kept by the mail server all the same.
        assert ends(error, "receive_report") == 75
    with pytest.raises(ImproperlyConfigured):
        command_errors.run(["ledger", "--traceback"], lambda: _raise(ImproperlyConfigured("x")))
    # A command's own exit code is its own; a failed check is none of a report's.
    assert ends(SystemExit(3), "send_issue") == 3
    assert ends(SystemExit(1), "receive_report") == 75
    assert ends(SystemExit(2), "receive_report") == 2
    assert capsys.readouterr().err.count("KeyError") == 1


def _raise(error: Exception) -> None:
    raise error


def test_who_has_read_enough_gets_no_complaint() -> None:
    """`sudi help | head -1`: in a process of its own, since standard output is closed for good."""
    code = (
        "import sys; from newsletter.config import command_errors as c;"
        "c.run(['ledger'], lambda: [print('x' * 100000) for _ in range(100)])"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdout is not None and child.stderr is not None
    child.stdout.read(1)
    child.stdout.close()
    assert (child.stderr.read(), child.wait(30)) == (b"", 1)
    child.stderr.close()
