"""One place that says what the machine has, and gives tests a site of their own.

`DATABASE_URL` decides the database of the whole run: unset is SQLite, a postgres:// address is
PostgreSQL (any database on it that may create others).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
# Before Django reads its settings: nothing of a developer's own site is touched.
_TEMPORARY = tempfile.mkdtemp(prefix="sudi-tests-")
os.environ["DATA_DIR"] = _TEMPORARY
os.environ["SECRET_KEY"] = "tests-only-" + "k" * 40
os.environ["LINK_KEYS"] = "1:" + "0123456789abcdef" * 4
os.environ["BASE_URL"] = "http://127.0.0.1:8000"
os.environ["SMTP_URL"] = "smtp://127.0.0.1:1"
for _name in ("DEBUG", "TRUSTED_PROXIES", "TASKS_ENGINE", "BOUNCE_DOMAIN", "METRICS"):
    os.environ.pop(_name, None)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.config.settings")
# Playwright's synchronous API runs a loop in this thread; Django then refuses its own ORM.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

import pytest
from django.conf import settings

# Read now, from the environment above: named in pyproject.toml, pytest-django would read them
# before this file, from a developer's own site.
assert str(settings.SUDI["DATA_DIR"]) == _TEMPORARY
if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in life: Django's own choice, a shared database in memory, answers a second
    # writer with "table is locked" instead of letting it wait.
    settings.DATABASES["default"]["TEST"] = {"NAME": f"{_TEMPORARY}/test.sqlite3"}

# The strong hash of a password is made to be slow, half a second each time.
settings.PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    *settings.PASSWORD_HASHERS,
]

from tests import emptying

emptying.install()

REQUIRE_ALL = os.environ.get("SUDI_REQUIRE_ALL") == "1"
POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")


def find_program(name: str) -> str | None:
    """The program on the PATH or where Debian puts it for administrators."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/lib/postfix/sbin")


def _missing(need: str) -> bool:
    if need == "redis":
        return find_program("redis-server") is None
    return find_program(need) is None


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        for need in mark.args:
            if need in ("sqlite", "postgres") or not _missing(need):
                continue
            if REQUIRE_ALL:
                pytest.fail(f"{need} is missing and SUDI_REQUIRE_ALL=1", pytrace=False)
            pytest.skip(f"{need} is not installed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what is about the other database; what is long by its nature has no limit."""
    other = "sqlite" if POSTGRES else "postgres"
    items[:] = [
        item for item in items if not any(other in mark.args for mark in item.iter_markers("needs"))
    ]
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.timeout(0))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, Any]:
    """With SUDI_REQUIRE_ALL=1 whatever is skipped counts as failed, however it was skipped."""
    report = yield
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and SUDI_REQUIRE_ALL=1: {report.longrepr}"
    return report


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser of a module's tests."""
    from tests.chromium import started

    with started() as browser:
        yield browser


def pytest_unconfigure() -> None:
    shutil.rmtree(_TEMPORARY, ignore_errors=True)


@dataclass
class Site:
    """A whole installation of its own: folder, database, environment; processes are real."""

    folder: Path
    env: dict[str, str]

    def manage(
        self, *args: str, check: bool = True, input: bytes | None = None, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as an operator would and return its exit code, output and errors."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *args],
            env=self.env,
            cwd=self.folder,
            input=input,
            capture_output=True,
            timeout=timeout,
        )
        result = subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )
        if check and result.returncode != 0:
            raise AssertionError(f"{args} -> {result.returncode}\n{result.stdout}\n{result.stderr}")
        return result

    def start(self, *args: str, **extra: str) -> subprocess.Popen[bytes]:
        """Start a command and leave it running; the caller stops it by its pid."""
        return subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), *args],
            env={**self.env, **extra},
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )


def _admin_psql(url: str, sql: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql)


@pytest.fixture(scope="session")
def _template_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A migrated, empty database that every `site` is a copy of."""
    folder = tmp_path_factory.mktemp("template")
    if POSTGRES:
        name = f"sudi_template_{uuid.uuid4().hex[:8]}"
        base = os.environ["DATABASE_URL"]
        _admin_psql(base, f'CREATE DATABASE "{name}"')
        url = urlunsplit(urlsplit(base)._replace(path=f"/{name}"))
    else:
        name = ""
        url = f"sqlite:///{folder}/sudi.sqlite3"
    env = {**os.environ, "DATA_DIR": str(folder), "DATABASE_URL": url}
    Site(folder, env).manage("migrate", "--verbosity", "0", timeout=600)
    yield folder, name
    if POSTGRES:
        _admin_psql(base, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def site(tmp_path: Path, _template_site: tuple[Path, str]) -> Iterator[Site]:
    """A fresh installation on the run's kind of database."""
    template, name = _template_site
    env = {**os.environ, "DATA_DIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    if POSTGRES:
        own = f"sudi_site_{uuid.uuid4().hex[:8]}"
        base = os.environ["DATABASE_URL"]
        _admin_psql(base, f'CREATE DATABASE "{own}" TEMPLATE "{name}"')
        env["DATABASE_URL"] = urlunsplit(urlsplit(base)._replace(path=f"/{own}"))
    else:
        shutil.copy(template / "sudi.sqlite3", tmp_path / "sudi.sqlite3")
        env["DATABASE_URL"] = f"sqlite:///{tmp_path}/sudi.sqlite3"
    yield Site(tmp_path, env)
    if POSTGRES:
        _admin_psql(base, f'DROP DATABASE IF EXISTS "{own}" WITH (FORCE)')


@pytest.fixture(autouse=True)
def _new_machine() -> Iterator[None]:
    """Each test has a database of its own, so it is another machine than the one before."""
    yield
    if "newsletter.sending.guard.beat" in sys.modules:
        from newsletter.sending.guard import beat, keys, place

        place.forget()
        beat.forget()
        keys.forget()


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A page in another language leaves it active in this thread: not for the next test."""
    yield
    from django.utils import translation

    translation.deactivate()


@pytest.fixture(autouse=True)
def _nothing_finished() -> Iterator[None]:
    """No page of another test (numbers come again after a rollback); changes show at once."""
    from newsletter.archive.finished import changes, serving
    from newsletter.feeds import kept

    serving.clear()
    kept.ITEMS.clear()
    every, changes.LOOK_EVERY = changes.LOOK_EVERY, 0.0
    yield
    changes.LOOK_EVERY = every
