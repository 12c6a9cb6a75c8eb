"""The decided document -> the issue: new, merged into the draft, or left alone when it is out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import ProtectedError

from newsletter.digest.problems import Problems
from newsletter.models import Issue
from subscribers.models import Category, Publication

from .bases import base_of, keep_base, rows_of, version_of
from .comparing import changes
from .identity import OTHER_ISSUE, is_another
from .merging import Conflict, Merged, Side, merge
from .report import Report
from .versions import Version
from .writing import archive, new_issue, write_issue, write_items, write_tail


def store(
    publication: Publication,
    issue: Issue | None,
    said: Version,
    report: Report,
    problems: Problems,
    *,
    origin: str,
    archived: bool,
    doubtful: bool = False,
) -> None:
    """Write what the document says; `issue` is the one it is, if it is here, `doubtful` whether the
    document says a language that we do not have. What was done is said in `report`, what forbids
    it in `problems`."""
    if issue is None:
        report.issue = new_issue(publication, report.digest, report.edition, origin)
        report.created = True
        _write(report.issue, merge(None, Version(), said), archived=archived)
        return
    rows = rows_of(issue)
    now = version_of(issue, rows)
    base = base_of(issue, now)
    out = issue.state != Issue.State.DRAFT
    sure = OTHER_ISSUE in report.answers.confirmed and not out
    other = is_another([now, base] if base is not None else [now], said)
    if not sure and (other or (doubtful and not out)):
        params = {"issue": issue.slug, "title": issue.title}
        if not other:  # A translation, by its links: it must not overwrite what it translates.
            params["case"] = "language"
        elif out:
            report.released = issue
            params |= {"case": "out", "state": str(issue.get_state_display())}
        problems.error(OTHER_ISSUE, params, report.digest.items[0].line)
        return
    merged = merge(base, now, said, report.answers.take)
    then = Version(merged.issue, merged.items)
    report.changes = changes(now, then)
    report.conflicts = tuple(_shown(merged.conflicts, publication.categories.all()))
    if out:
        _leave_alone(issue, now, said, report, problems)
        return
    if archived and merged.conflicts:
        problems.error("conflicts-open", {"count": len(merged.conflicts)})
        return
    try:
        _write(issue, merged, archived=archived, approved=not report.changes)
    except ProtectedError:
        problems.error("item-copied")
        return
    for change in report.changes:
        problems.note("changed", {"message": change})
    if merged.conflicts:
        problems.warn("conflicts", {"count": len(merged.conflicts)})
    report.issue = issue


def _write(issue: Issue, merged: Merged, *, archived: bool, approved: bool = True) -> None:
    """Make the draft what was merged. Raises ProtectedError if an item it leaves out must stay."""
    if archived:
        archive(issue)
    if not approved:
        issue.approved_by = None  # It was for another text.
    write_issue(issue, merged.issue)
    left_out = [said.name for place, said in merged.said if place is None]
    rows = write_items(issue, merged.items, left_out)
    write_tail(issue, merged.issue)
    if not archived:
        keep_base(issue, merged, rows)


def _leave_alone(
    issue: Issue, now: Version, said: Version, report: Report, problems: Problems
) -> None:
    """A released issue is never touched; the same document again is no mistake, though."""
    state = str(issue.get_state_display())
    if not report.changes and not report.conflicts:
        report.issue = issue
        problems.note("released", {"case": "same", "state": state})
        return
    report.released = issue
    report.conflicts = ()
    keyed = merge(now, now, said, {"": Side.THEIRS})
    report.changes = changes(now, Version(keyed.issue, keyed.items))
    case = "scheduled" if issue.state == Issue.State.SCHEDULED else "changed"
    problems.error("released", {"case": case, "state": state, "issue": issue.slug})
    for change in report.changes:
        problems.note("changed", {"message": change})


def _shown(conflicts: Sequence[Conflict], categories: Iterable[Category]) -> Iterable[Conflict]:
    """The conflicts with names of categories in place of keys, and sources by name and address."""
    names: Mapping[Any, str] = {}
    if any(one.field.endswith(".category") for one in conflicts):
        names = {category.pk: category.name for category in categories}
    for one in conflicts:
        yield replace(one, mine=_value(one, one.mine, names), theirs=_value(one, one.theirs, names))


def _value(conflict: Conflict, value: Any, names: Mapping[Any, str]) -> Any:
    name = conflict.field.rpartition(".")[2]
    if name == "category":
        return names.get(value)
    if name == "sources":
        return [_named(link) for link in value]
    if name == "tail" and conflict.kind == "field":
        return {"title": value[0], "links": [_named(link) for link in value[1]]}
    return value


def _named(link: Sequence[str]) -> dict[str, str]:
    return {"name": link[0], "url": link[1]}
