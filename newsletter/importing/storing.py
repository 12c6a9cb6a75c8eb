"""The decided document -> the issue: new, brought up to date, or left alone because it is out."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import ProtectedError

from newsletter.digest import Digest
from newsletter.digest import Item as Parsed
from newsletter.digest.problems import Problems
from newsletter.models import Issue, Item
from subscribers.models import Category, Publication

from .comparing import changes, differs
from .matching import pair
from .report import Report
from .writing import new_issue, update_issue, write_items

Pairs = Sequence[tuple[Parsed, Item | None]]


def store(
    publication: Publication,
    issue: Issue | None,
    origin: str,
    categories: Sequence[Category],
    report: Report,
    problems: Problems,
    *,
    archived: bool,
) -> None:
    """Write `report.digest`; `issue` is the one it is, if it is here, `categories` are those of
    its items in turn. What was done is said in `report`, what forbids it in `problems`."""
    digest = report.digest
    if issue is None:
        report.issue = new_issue(publication, digest, origin, archived=archived)
        report.created = True
        fresh: Pairs = [(parsed, None) for parsed in digest.items]
        write_items(report.issue, digest, fresh, categories, set())
        return
    rows = list(issue.items.select_related("category").prefetch_related("links"))
    pairs = pair(digest.items, rows)
    report.changes = changes(issue, digest, rows, pairs, categories)
    if issue.state != Issue.State.DRAFT:
        report.issue = issue
        _refuse_released(issue, report.changes, problems)
        return
    if report.changes or archived:
        try:
            _update(issue, digest, pairs, categories, archived=archived)
        except ProtectedError:
            problems.error("item-copied")
            return
    for change in report.changes:
        problems.note("changed", {"message": change})
    report.issue = issue


def _update(
    issue: Issue,
    digest: Digest,
    pairs: Pairs,
    categories: Sequence[Category],
    *,
    archived: bool,
) -> None:
    """Make the draft what the document says. Raises ProtectedError if an item it leaves out must
    stay."""
    changed = {
        row.pk
        for (parsed, row), category in zip(pairs, categories, strict=True)
        if row is not None and differs(parsed, row, category)
    }
    update_issue(issue, digest, archived=archived)
    write_items(issue, digest, pairs, categories, changed)


def _refuse_released(issue: Issue, found: Sequence[str], problems: Problems) -> None:
    """A released issue is never touched; the same file again is no mistake, though."""
    params = {"case": "changed" if found else "same", "state": str(issue.get_state_display())}
    if not found:
        problems.note("released", params)
        return
    problems.error("released", params)
    for change in found:
        problems.note("changed", {"message": change})
