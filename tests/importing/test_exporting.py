"""An issue written out imports to the same issue, and writing that gives the same octets."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from newsletter.importing import exporting, import_digest
from newsletter.models import Issue
from tests import builders
from tests.conftest import ROOT

from .test_import import ISSUE, paper, run

__all__ = ["paper"]  # The fixture.

pytestmark = pytest.mark.django_db
FORMS = ("markdown", "json")
ENDINGS = {"markdown": ".md", "json": ".json"}
ODD = (
    "", "## A heading\n\n**Text:**\n\n> **Category:** no field", "- [ ] a\n  b  \n\n\n\nc",
    '"quoted"', "\\## x", "a\u2028b", "```\n## c\n```", "| a | b |\n|---|---|\n| 1 | 2 |",
    "  leads and trails  ", "<b>x</b> &amp; y", "---\n\n---", "港口：\u3000第一",
)  # fmt: skip


def again(issue: Any, form: str) -> None:
    """Where it came from nothing is different; elsewhere it becomes an issue written the same."""
    text = exporting.write(issue, form)
    report = import_digest(issue.publication, text.encode(), f"x{ENDINGS[form]}")
    assert (report.issue, report.created, report.changes) == (issue, False, [])
    assert report.conflicts == ()
    assert exporting.write(issue, form) == text
    other = builders.publication("elsewhere", language=issue.publication.language)
    for name in issue.publication.categories.values_list("name", flat=True):
        builders.category(other, name)
    made = import_digest(other, text.encode(), f"y{ENDINGS[form]}").issue
    assert made is not None and (made.slug, made.edition) == (issue.slug, issue.edition)
    assert exporting.write(made, form) == text


@pytest.mark.parametrize("form", FORMS)
def test_an_imported_draft(paper: Any, form: str) -> None:
    again(run(paper, ISSUE).issue, form)


@pytest.mark.parametrize("form", FORMS)
def test_a_draft_that_hands_changed(paper: Any, form: str) -> None:
    issue = run(paper, ISSUE.replace("# Harbour", "---\nedition: Evening\n---\n# Harbour")).issue
    ferry, yard = issue.items.order_by("number")
    for number, text in enumerate(ODD, start=3):
        issue.items.create(
            number=number, title=f"Odd {number}", category=ferry.category, anchor=f"odd-{number}",
            entry_id=f"urn:x:{number}", insight=text, body=text, score=number / 7,
            bullets=[{"lead": "**a:**", "text": text, "children": []}], extra={"Text": text},
            hidden=number % 2 == 0,
        )  # fmt: skip
    yard.number = 99
    yard.save()
    Issue.objects.filter(pk=issue.pk).update(
        intro=ODD[1], subject="“Ferries”", preheader='"x', extra={"front": {"a": [1, {"b": ""}]}}
    )
    issue.links.filter(kind="tail").update(url="https://example.org/a_(b)", label="[x](y)")
    issue.refresh_from_db()
    again(issue, form)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "newsletter/config/samples").glob("*.md")),
    ids=lambda path: path.name,
)
def test_the_samples(path: Path, form: str) -> None:
    language = "zh-Hans" if "zh" in path.name else "en"
    publication = builders.publication(language=language)
    report = import_digest(publication, path.read_bytes(), path.name, create_categories=True)
    again(report.issue, form)


@pytest.mark.parametrize("form", FORMS)
def test_a_released_issue_is_the_same_issue(paper: Any, form: str) -> None:
    issue = run(paper, ISSUE).issue
    Issue.objects.filter(pk=issue.pk).update(state="scheduled", send_at=builders.NOW)
    text = exporting.write(issue, form)
    report = import_digest(paper, text.encode(), f"x{ENDINGS[form]}")
    assert report.issue == issue and [p.code for p in report.problems] == ["released"]


def test_the_command_writes_the_octets_alone(paper: Any, tmp_path: Path) -> None:
    issue = run(paper, ISSUE).issue
    for form in FORMS:
        out = StringIO()
        call_command("export_issue", "daily", "2026-03-02", "--as", form, stdout=out)
        assert out.getvalue() == exporting.write(issue, form)


def test_everything_as_files(paper: Any, tmp_path: Path) -> None:
    issue = run(paper, ISSUE).issue
    builders.subscription(paper, "ann@example.org")
    for _twice in range(2):
        out = StringIO()
        call_command("export_all", str(tmp_path), "--json", stdout=out)
        assert json.loads(out.getvalue()) == {"publication": "daily", "issues": 1, "readers": 1}
    folder = tmp_path / "daily"
    assert sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()) == [
        "issues/2026-03-02.md", "ledger.jsonl", "publication.json", "readers.csv",
    ]  # fmt: skip
    assert {p.stat().st_mode & 0o077 for p in folder.rglob("*")} == {0}
    assert (folder / "issues/2026-03-02.md").read_text() == exporting.write(issue, "markdown")
    found = json.loads((folder / "publication.json").read_text())
    assert [c["name"] for c in found["categories"]] == ["Travel", "Ships"]
    ledger = json.loads((folder / "ledger.jsonl").read_text())
    assert (ledger["issue"], ledger["state"], ledger["recipients"]) == ("2026-03-02", "draft", 0)
    assert "ann@example.org" in (folder / "readers.csv").read_text()


def test_an_exported_folder_is_imported_whole(paper: Any, tmp_path: Path) -> None:
    from .test_import import TestCommand

    run(paper, ISSUE)
    call_command("export_all", str(tmp_path), "--as", "json", stdout=StringIO())
    folder = str(tmp_path / "daily" / "issues")
    out, _ = TestCommand().call(folder, "--publication", "daily")
    assert out.endswith("nothing was different.\n")


def test_a_publication_that_is_not_there(tmp_path: Path) -> None:
    from django.core.management import CommandError

    with pytest.raises(CommandError) as caught:
        call_command("export_all", str(tmp_path), "--publication", "none", stdout=StringIO())
    assert caught.value.returncode == 2
