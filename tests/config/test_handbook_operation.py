"""Every command in the handbook's chapters for operators is one there is, and is run.

What is finite and touches this machine alone runs here; the rest is tried in the tests named below.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command, load_command_class
from django.core.management import get_commands as commands
from django.core.management.base import SystemCheckError

from newsletter import handbook
from newsletter.models import Relay
from newsletter.sending import limits
from newsletter.sending.guard import database
from tests.conftest import ROOT
from tests.site_settings import override

CHAPTERS = ("installing", "mail-and-dns", "is-it-well")
# Commands that run on for long, ask questions, or want a server; where each is tried.
ELSEWHERE = {
    "sudi quickstart":
        "config/test_wheel.py::test_one_command_sets_up_a_whole_site_from_any_folder",
    "sudi doctor --only return_path --bounce":
        "config/test_deploy.py::test_postfix_takes_our_mail_and_brings_a_bounce_home",
    "sudi deploy-files files":
        "config/test_deploy.py::test_they_are_copied_by_the_name_one_types_and_never_over_others",
    "sudi worker":
        "config/test_upgrade_tables.py::test_an_old_worker_stops_when_the_tables_are_upgraded",
    # Runs every check of the site as it is; the tests of the doctor do so on a site of their own.
    "sudi doctor": "config/test_doctor.py::test_a_right_site_has_nothing_that_is_wrong",
    "sudi doctor --json":
        "config/test_doctor.py::test_the_command_prints_one_object_a_line_and_exits_1_on_false_only",
}  # fmt: skip


def written(language: str) -> list[str]:
    """Every `sudi` command of the chapters, in order: lines of code, and words of a table."""
    found = []
    for chapter in handbook.chapters(language):
        if chapter.name in CHAPTERS:
            found += re.findall(r"(?:^    |`)(sudi [a-z][^`\n]*)", chapter.text, re.MULTILINE)
    return found


def test_both_languages_name_the_same_commands() -> None:
    assert written("zh-hans") == written("en")
    assert len(set(written("en"))) > 20


def test_each_is_a_command_with_such_options() -> None:
    known = commands()
    for line in written("en"):
        name, *arguments = shlex.split(line)[1:]
        name = name.replace("-", "_")
        assert name in known, line
        parser = load_command_class(known[name], name).create_parser("sudi", name)
        parser.parse_args(arguments)


def _as_it_runs(line: str) -> Any:
    """Regular tasks have connections of their own, which would wait for a test's transaction."""
    alone = line.startswith("sudi housekeeping")
    return pytest.param(line, marks=pytest.mark.django_db(transaction=alone))


@pytest.mark.parametrize(
    "line", [_as_it_runs(line) for line in sorted(set(written("en")) - set(ELSEWHERE))]
)
def test_each_runs(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check of the doctor may find this test's site wrong; then it says what to do."""
    monkeypatch.chdir(tmp_path)
    Relay.objects.create(name="main")
    name, *arguments = shlex.split(line)[1:]
    said = io.StringIO()
    with (
        override(SMTP_URLS=["smtp://127.0.0.1:1?name=main"], DNS_RESOLVER="127.0.0.1:9"),
        contextlib.suppress(SystemExit) if name == "doctor" else contextlib.nullcontext(),
    ):
        if "--warm-up off" in line:
            limits.warm("main", 100, 20, 5000, "test")
        if name == "check":
            # This test's site is at a loopback address, which is no address for readers.
            with pytest.raises(
                SystemCheckError, match=r"\(sudi\.base_url\) BASE_URL is http://127"
            ):
                call_command(name, *arguments)
            return
        call_command(name, *arguments, stdout=said, stderr=said)
    if name == "upgrade":
        assert database.misfit() == ""
    elif name == "doctor":
        checks = re.findall(r"--only (\w+)", line)
        found = re.findall(r"^(?:ok  |BAD |  \? ) (\w+):", said.getvalue(), re.MULTILINE)
        assert sorted(found) == sorted(checks)
    else:
        assert said.getvalue()


def test_what_is_tried_elsewhere_is() -> None:
    assert set(ELSEWHERE) <= set(written("en"))
    for place in ELSEWHERE.values():
        path, _, name = place.partition("::")
        assert f"\ndef {name}(" in (ROOT / "tests" / path).read_text(), place


def test_settings_and_files_that_are_named_are_there() -> None:
    readme = (ROOT / "newsletter" / "config" / "README.md").read_text()
    deploy = ROOT / "newsletter" / "config" / "deploy"
    for language in ("en", "zh-hans"):
        for chapter in handbook.chapters(language):
            if chapter.name not in CHAPTERS:
                continue
            for name in re.findall(r"(?<![/$])\b([A-Z]+_[A-Z_]+)\b", chapter.text):
                assert f"`{name}`" in readme, name
            for name in re.findall(r"files/([\w./-]+\w)", chapter.text):
                assert list(deploy.glob(name)) or (deploy / name).exists(), name
