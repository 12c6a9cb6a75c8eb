"""Change the code in small ways and see whether a test notices: `python -m tests.mutation`.

A *mutant* is a module with one small change: a comparison turned round, an argument dropped, a
number one higher. It is killed when a test fails, and survives when none does: then either a rule
has no test, or the change means nothing. `mutants.md` keeps the last result of each module, and
every survivor that was accepted with its reason.

The changes are mutmut's own (`mutants.py`). Its command is not used, because mutmut 3

- changes neither decorated functions nor anything outside a function, and here every verb of
  consent is decorated (@transaction.atomic) and half of the rules of choice, weighing and
  shortening are constants;
- tries all mutants of a file: there is no sample of so many by a seed.

Here each mutant gets a process of its own, forked from one that has imported the libraries and
nothing of the project. It reads the changed source instead of the file when it imports the module,
so whoever imports it gets the change, and no file of the tree is ever written. What a test starts
as another program is not changed: such tests kill nothing, and are not in the table.

Tests are chosen by coverage. A first run without a change measures which test of TESTS runs which
line and how long it takes; a mutant is tried with the tests that run its statement, the quick ones
first, up to the first failure. What survives those is tried with all of the module's tests, for a
fixture that several tests share is counted for the first of them only.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import pickle
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Any

import coverage
import pytest

from tests.mutants import ROOT, Mutant, pick

# A module or package, and the tests that may kill its mutants: in this process, and together in
# at most two minutes.
TESTS: dict[str, tuple[str, ...]] = {
    "newsletter/refusals": ("tests/refusals",),
    "newsletter/editions/audience.py": ("tests/editions",),
    "newsletter/rendering/shortening.py": ("tests/rendering/test_shortening.py",),
    "newsletter/sending/weighing.py": ("tests/sending/test_weighing.py",),
    "newsletter/sending/engine/decisions.py": (
        "tests/sending/test_decisions.py",
        "tests/sending/test_turn.py",
        "tests/sending/test_leases.py",
    ),
    "newsletter/sending/engine/outcomes.py": (
        "tests/sending/test_outcomes.py",
        "tests/sending/test_turn.py",
        "tests/sending/test_acts.py",
        "tests/sending/test_leases.py",
        "tests/sending/test_ledger.py",
    ),
    "newsletter/sending/engine/journal.py": (
        "tests/sending/test_whole_journal.py",
        "tests/sending/test_journal.py",
        "tests/sending/test_leases.py",
    ),
    "newsletter/sending/counts.py": (
        "tests/sending/test_ledger.py",
        "tests/sending/test_progress.py",
        "tests/sending/test_acts.py",
    ),
    "newsletter/sending/control.py": ("tests/sending/test_acts.py",),
    "subscribers/choice.py": ("tests/subscribers/test_choice.py",),
    "subscribers/links.py": (
        "tests/subscribers/test_links.py",
        "tests/subscribers/test_reader_links.py",
    ),
    "subscribers/subscriptions": (
        "tests/subscribers/test_subscriptions.py",
        "tests/subscribers/test_bits_of_categories.py",
    ),
}
ENOUGH = 90  # Per cent of the mutants that must be killed.
# What the forked processes would import each time. Nothing that imports the project.
LIBRARIES = """
    django.contrib.staticfiles.storage django.core.management django.db.backends.sqlite3.base
    django.db.models django.forms django.http django.template django.test django.urls django.views
    _hypothesis_pytestplugin _pytest.assertion.rewrite pytest_django.plugin hypothesis time_machine
    aiosmtpd.smtp aiosmtplib altcha cssutils django_tasks email_validator feedgen.feed flufl.bounce
    idna jinja2 lxml.html markdown_it mjml nh3 premailer psycopg yaml
"""


# --- One run of the tests in a process of its own ------------------------------------------------


class _Mutated(importlib.machinery.SourceFileLoader, importlib.abc.MetaPathFinder):
    """Finds and loads one module from a source that is not in its file."""

    def __init__(self, mutant: Mutant) -> None:
        name = mutant.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        super().__init__(name, str(ROOT / mutant.file))
        self._source = mutant.source

    def find_spec(
        self, fullname: str, path: Any = None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.path, loader=self)

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._source, self.path, "exec", dont_inherit=True)


@dataclass
class Measured:
    """What the run without a change told: seconds of each test, and the tests of each line."""

    seconds: dict[str, float] = field(default_factory=dict)
    # By file, then by line (from 1): test ids; "" stands for the import, so for every test.
    lines: dict[str, dict[int, list[str]]] = field(default_factory=dict)

    def choose(self, mutant: Mutant) -> set[str]:
        """The tests that run the statement of a mutant."""
        by_line = self.lines[mutant.file]  # A file that no test imports is a mistake in TESTS.
        tests = {test for line in mutant.lines for test in by_line.get(line, ())}
        return set(self.seconds) if "" in tests else tests


class _Plugin:
    """Chooses and orders the tests, gives them a migrated database, and measures if asked to."""

    def __init__(
        self,
        database: Path,
        known: Measured,
        chosen: set[str] | None,
        cov: coverage.Coverage | None,
    ) -> None:
        self._database, self._known, self._chosen, self._cov = database, known, chosen, cov

    def pytest_sessionstart(self) -> None:
        from django.conf import settings

        if self._database.exists():
            shutil.copy(self._database, settings.DATABASES["default"]["TEST"]["NAME"])

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self._chosen is not None:
            items[:] = [item for item in items if item.nodeid in self._chosen]
            items.sort(key=lambda item: (_empties(item), self._known.seconds.get(item.nodeid, 0)))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        if self._cov is None:
            return (yield)
        self._cov.switch_context(item.nodeid)
        began = time.monotonic()
        result = yield
        self._known.seconds[item.nodeid] = time.monotonic() - began
        self._cov.switch_context("")
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
        result = yield
        if fixturedef.argname == "django_db_setup" and not self._database.exists():
            from django.conf import settings

            made = sqlite3.connect(settings.DATABASES["default"]["TEST"]["NAME"])
            # By SQLite's own copying: the file alone lacks what is in the write-ahead log.
            with (
                contextlib.closing(made),
                contextlib.closing(sqlite3.connect(self._database)) as to,
            ):
                made.backup(to)
        return result


def _empties(item: pytest.Item) -> bool:
    """Whether a test empties the database at its end: then it comes after all that do not."""
    marker = item.get_closest_marker("django_db")
    fixtures = getattr(item, "fixturenames", ())
    return "transactional_db" in fixtures or bool(marker and marker.kwargs.get("transaction"))


def _forked(work: Callable[[], int], limit: float, output: Path) -> int | None:
    """The exit code of `work` in a process of its own; None after `limit` seconds."""
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            os.setsid()
            to = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(to, 1)
            os.dup2(to, 2)
            code = work()
            sys.stdout.flush()
        except BaseException:
            os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(code)
    ends = time.monotonic() + limit
    while time.monotonic() < ends:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


def _pytest(paths: Iterable[str], plugin: _Plugin) -> int:
    os.environ.pop("DATABASE_URL", None)
    options = ["-x", "-q", "-p", "no:cacheprovider", "--reuse-db", "--rootdir", str(ROOT)]
    # The plugins among LIBRARIES are imported already; their own assertions need no rewriting.
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    return int(pytest.main([*options, *sorted(paths)], plugins=[plugin]))


def measure(module: str, folder: Path) -> Measured:
    """Run a module's tests without a change. Raises SystemExit when one fails."""

    def work() -> int:
        inside = [f"{ROOT}/{module}", f"{ROOT}/{module}/**"]
        cov = coverage.Coverage(data_file=None, config_file=False, include=inside)
        known = Measured()
        cov.start()
        code = _pytest(TESTS[module], _Plugin(folder / "database", known, None, cov))
        cov.stop()
        data = cov.get_data()
        for file in data.measured_files():
            name = Path(file).relative_to(ROOT).as_posix()
            known.lines[name] = dict(data.contexts_by_lineno(file))
        (folder / "measured").write_bytes(pickle.dumps(known))
        return code

    output = folder / "output"
    if _forked(work, 300, output) != 0:
        raise SystemExit(f"{module}: its tests fail unchanged.\n{output.read_text()[-4000:]}")
    known = pickle.loads((folder / "measured").read_bytes())
    assert isinstance(known, Measured)
    return known


def survives(mutant: Mutant, known: Measured, folder: Path) -> str:
    """Try a mutant: "killed", "timed out" or "survived"."""

    def attempt(chosen: set[str]) -> int | None:
        def work() -> int:
            sys.meta_path.insert(0, _Mutated(mutant))
            files = {test.partition("::")[0] for test in chosen}
            return _pytest(files, _Plugin(folder / "database", known, chosen, None))

        limit = 20 + 5 * sum(known.seconds[test] for test in chosen)
        return _forked(work, limit, folder / "output")

    chosen = known.choose(mutant)
    if not chosen:
        return "survived"
    code = attempt(chosen)
    if code == 0 and len(chosen) < len(known.seconds):
        code = attempt(set(known.seconds))
    return "timed out" if code is None else "survived" if code == 0 else "killed"


# --- The command -------------------------------------------------------------------------------


def run(module: str, seed: int, count: int, folder: Path) -> dict[str, Any]:
    """Try a module's mutants; the object that `--json` prints."""
    began = time.monotonic()
    known = measure(module, folder)
    mutants = pick(module, seed, count)
    results = []
    for mutant in mutants:
        results.append(survives(mutant, known, folder))
        # As they come, so that a run that is cut short has told something.
        print(f"{results[-1]}: {mutant.file}:{mutant.lines.start}", file=sys.stderr, flush=True)
    return {
        "module": module,
        "seed": seed,
        "mutants": len(mutants),
        "killed": results.count("killed"),
        "timed_out": results.count("timed out"),
        "survivors": [m.diff() for m, r in zip(mutants, results, strict=True) if r == "survived"],
        "tests": len(known.seconds),
        "tests_seconds": round(sum(known.seconds.values()), 1),
        "seconds": round(time.monotonic() - began),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 1 when fewer than ENOUGH per cent of a module's mutants were killed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("module", nargs="*", help=f"default: all of {', '.join(TESTS)}")
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--mutants", type=int, default=60)
    parser.add_argument("--json", action="store_true", help="one object a module")
    options = parser.parse_args(arguments)
    unknown = [module for module in options.module if module not in TESTS]
    if unknown:
        parser.error(f"{', '.join(unknown)}: not in the table TESTS of tests/mutation.py")
    # tests/conftest.py sets it anew; a library that read the settings would import the project.
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    for name in LIBRARIES.split():
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    # A process forked from one that knows the modules would not read a mutant's source.
    assert "newsletter" not in sys.modules and "subscribers" not in sys.modules
    enough = True
    with tempfile.TemporaryDirectory(prefix="sudi-mutants-") as folder:
        for module in options.module or TESTS:
            result = run(module, options.seed, options.mutants, Path(folder))
            found = result["killed"] + result["timed_out"]
            enough = enough and found * 100 >= ENOUGH * result["mutants"]
            if options.json:
                print(json.dumps(result), flush=True)
            else:
                print(
                    "{module}: {mutants} mutants, {killed} killed, {timed_out} timed out, "
                    "{0} survived, in {seconds} s; {tests} tests in {tests_seconds} s".format(
                        len(result["survivors"]), **result
                    )
                )
                print("\n".join(result["survivors"]), flush=True)
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
