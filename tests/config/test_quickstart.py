"""The first command of the README, on a machine where the customary ports are taken."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from newsletter.config import trial
from tests.conftest import ROOT, Site

OURS = ("SECRET_KEY", "LINK_KEYS", "BASE_URL", "SMTP_URL", "DATABASE_URL", "DEBUG")


@pytest.fixture
def trial_site(tmp_path: Path) -> Iterator[Site]:
    """An empty folder and an environment that says nothing; 8000 and 1025 are taken."""
    env = {name: value for name, value in os.environ.items() if name not in OURS}
    with ExitStack() as stack:
        for port in (trial.WEB_PORT, trial.MAIL_PORT):
            taken = stack.enter_context(socket.socket())
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                taken.bind((trial.HOST, port))
                taken.listen()
            except OSError:
                pass  # Somebody else has it: taken all the same.
        yield Site(tmp_path, {**env, "DATA_DIR": str(tmp_path / "data"), "PYTHONUNBUFFERED": "1"})


def counts(site: Site) -> str:
    code = (
        "from django.apps import apps\n"
        "print({m.__name__: m.objects.count() for m in apps.get_models()"
        " if m._meta.app_label in ('newsletter', 'subscribers', 'auth')"
        " and m.__name__ not in ('Worker', 'Permission')})"
    )
    return site.manage("shell", "--verbosity", "0", "-c", code).stdout


def test_it_sends_the_samples_and_a_second_time_changes_nothing(trial_site: Site) -> None:
    said = trial_site.manage("quickstart", "--no-serve").stdout
    base = re.search(r"The site +(http://127\.0\.0\.1:(\d+)/)", said)
    assert base is not None and base.group(2) != "8000"
    assert re.search(r"password \S{16} ", said)
    for name in ("sample-zh", "sample-en"):
        assert all(f"/{name}/feed.{form}" in said for form in ("atom", "rss", "json"))
        ledger = trial_site.manage("ledger", name, "2026-03-02", "--json").stdout
        assert '"sent": 11' in ledger and '"skipped": 1' in ledger
    caught = sorted((trial_site.folder / "data" / "mail").glob("*.eml"))
    assert len(caught) == 22
    secrets = trial_site.folder / "data" / "secrets"
    assert {path.name for path in secrets.iterdir()} == {"SECRET_KEY", "LINK_KEYS"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in secrets.iterdir())
    before = counts(trial_site)
    again = trial_site.manage("quickstart", "--no-serve").stdout
    assert "password" not in again.replace("changepassword", "").replace("a new password", "")
    assert counts(trial_site) == before
    assert sorted((trial_site.folder / "data" / "mail").glob("*.eml")) == caught


def test_it_serves_until_it_is_stopped(trial_site: Site) -> None:
    trial_site.manage("quickstart", "--no-serve")
    process = trial_site.start("quickstart")
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line.decode()
        if line.startswith(b"Running."):
            break
    base = re.search(r"The site +(http://127\.0\.0\.1:\d+)/", said)
    assert base is not None, said
    for path in ("/", "/sample-zh/", "/sample-en/2026-03-02/", "/dev/mail/", "/admin/login/"):
        with urllib.request.urlopen(base.group(1) + path, timeout=20) as answer:
            assert answer.status == 200, path
    page = urllib.request.urlopen(f"{base.group(1)}/dev/mail/", timeout=20).read().decode()
    name = re.search(r"/dev/mail/(\d{20}-\d+)/", page)
    assert name is not None
    with urllib.request.urlopen(f"{base.group(1)}{name.group()}html/", timeout=20) as answer:
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0, rest.decode()
    with pytest.raises(OSError):
        urllib.request.urlopen(base.group(1), timeout=2)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DEBUG", "perhaps", "write 1 or 0"),
        ("BASE_URL", "news.example.org", "write the address readers use"),
        ("BASE_URL", "https://news.example.org", "DEBUG shows secrets"),
        ("DATABASE_URL", "mysql://x", "begin with sqlite:/// or postgres://"),
        ("SMTP_URL", "mail.example.org", "write smtp://"),
        ("LINK_KEYS", "1:short", "at least 32 characters"),
        ("TASKS_ENGINE", "cron", "write embedded or celery"),
    ],
)
def test_nonsense_in_the_environment_is_refused(
    trial_site: Site, name: str, value: str, said: str
) -> None:
    trial_site.env[name] = value
    result = trial_site.manage("quickstart", "--no-serve", check=False)
    assert result.returncode == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_several_machines_do_not_make_up_secrets(trial_site: Site) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "check"],
        env={**trial_site.env, "TASKS_ENGINE": "celery"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2 and "SECRET_KEY is not set" in done.stderr


def test_a_free_port_is_found() -> None:
    with socket.socket() as taken:
        taken.bind((trial.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert trial.free_port(port) != port
    assert trial.free_port(port) == port
