"""One import from bytes to rows, in one transaction."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Max, ProtectedError
from django.utils.translation import gettext as _

from newsletter.digest import Digest, decode, parse, to_json
from newsletter.digest import Item as Parsed
from newsletter.models import Issue, Item, Revision
from subscribers.models import Category, Publication

from .categories import file_under
from .comparing import changes, differs
from .identity import find_issue
from .matching import pair
from .plausible import tell_implausible
from .recent import tell_recent_links
from .wording import DocumentProblem, DocumentProblems, in_words, too_long
from .writing import new_issue, update_issue, write_items


@dataclass(slots=True)
class Report:
    """What an import did or would do. `problems` holds the reader's and the database's."""

    issue: Issue | None
    created: bool
    digest: Digest
    changes: list[str] = field(default_factory=list)
    problems: tuple[DocumentProblem, ...] = ()
    encoding: str = ""

    @property
    def errors(self) -> list[DocumentProblem]:
        """What refused the import."""
        return [problem for problem in self.problems if problem.level == "error"]


class NotImported(Exception):
    """Nothing was stored; `report.problems` says why."""

    def __init__(self, report: Report) -> None:
        super().__init__("; ".join(problem.message for problem in report.errors))
        self.report = report


@dataclass(frozen=True, slots=True)
class _Document:
    """What came in, and how it is to be taken."""

    publication: Publication
    digest: Digest
    text: str
    name: str
    archived: bool
    by: Any


def import_digest(
    publication: Publication,
    data: bytes,
    name: str,
    *,
    shape: str = "auto",
    create_categories: bool = False,
    archived: bool = False,
    dry_run: bool = False,
    by: Any = None,
    title: str = "",
    date: dt.date | None = None,
) -> Report:
    """Import one file. Raises NotImported, and then nothing was stored.

    `name` is its name or path (its date and identity may be there); empty for pasted text.
    `title` and `date` answer what the file does not say. `archived` makes it published history:
    in archive and feeds under its own date, never mailed. `by` is the user who imports.
    """
    decoded = decode(data)
    digest = parse(
        decoded.text, name=name, shape=shape, labels=publication.labels, title=title, date=date
    )
    problems = DocumentProblems()
    problems.found += in_words(decoded.problems)
    if not problems.refused():  # Nothing more can be said of bytes that are no text.
        problems.found += in_words(digest.problems)
    report = Report(None, False, digest, encoding=decoded.encoding)
    if problems.refused():
        raise _refuse(report, problems)
    with transaction.atomic():
        # Two imports of one file at once: the second finds what the first made.
        Publication.objects.select_for_update().get(pk=publication.pk)
        document = _Document(publication, digest, decoded.text, name, archived, by)
        _check_lengths(digest, problems)
        categories = file_under(publication, digest, problems, create=create_categories)
        issue, origin = find_issue(publication, digest, name)
        if not archived:
            tell_recent_links(publication, digest, origin, problems)
            tell_implausible(publication, digest, origin, problems)
        if not problems.refused():
            _store(document, issue, origin, categories, report, problems)
        if problems.refused():
            raise _refuse(report, problems)
        if dry_run:
            transaction.set_rollback(True)
            if report.created:
                report.issue = None
    report.problems = problems.sorted()
    return report


def _refuse(report: Report, problems: DocumentProblems) -> NotImported:
    report.issue = None
    report.problems = problems.sorted()
    return NotImported(report)


def _check_lengths(digest: Digest, problems: DocumentProblems) -> None:
    too_long(problems, digest.title, 300, 1)
    too_long(problems, digest.tail_title, 300, 1)
    for item in digest.items:
        too_long(problems, item.title, 500, item.line)


def _store(
    document: _Document,
    issue: Issue | None,
    origin: str,
    categories: Mapping[str, Category],
    report: Report,
    problems: DocumentProblems,
) -> None:
    digest, archived = document.digest, document.archived
    if issue is None:
        issue = new_issue(document.publication, digest, origin, archived=archived)
        report.created = True
        write_items(issue, digest, [(parsed, None) for parsed in digest.items], categories, set())
    else:
        rows = list(issue.items.select_related("category").prefetch_related("links"))
        pairs = pair(digest.items, rows)
        report.changes = changes(issue, digest, rows, pairs, categories)
        if issue.state != Issue.State.DRAFT:
            report.issue = issue
            _refuse_released(issue, report.changes, problems)
            return
        if (report.changes or archived) and not _update(
            document, issue, pairs, categories, problems
        ):
            return
        for change in report.changes:
            problems.note("changed", change)
    report.issue = issue
    if report.created or report.changes:
        _add_revision(document, issue, problems)


def _update(
    document: _Document,
    issue: Issue,
    pairs: Sequence[tuple[Parsed, Item | None]],
    categories: Mapping[str, Category],
    problems: DocumentProblems,
) -> bool:
    """Make the draft what the document says; False if an item it leaves out must stay."""
    changed = {
        row.pk for parsed, row in pairs if row is not None and differs(parsed, row, categories)
    }
    update_issue(issue, document.digest, archived=document.archived)
    try:
        write_items(issue, document.digest, pairs, categories, changed)
    except ProtectedError:
        problems.error(
            "item-copied",
            _("A round-up holds a copy of an item that is no longer in this file."),
        )
        return False
    return True


def _refuse_released(issue: Issue, found: Sequence[str], problems: DocumentProblems) -> None:
    """A released issue is never touched; the same file again is no mistake, though."""
    if not found:
        problems.note(
            "released",
            _("This issue is already %(state)s, and nothing is different.")
            % {"state": issue.get_state_display()},
        )
        return
    problems.error(
        "released",
        _("This issue is already %(state)s and stays as it is. What the file would change:")
        % {"state": issue.get_state_display()},
    )
    for change in found:
        problems.note("changed", change)


def _add_revision(document: _Document, issue: Issue, problems: DocumentProblems) -> None:
    last = issue.revisions.aggregate(last=Max("number"))["last"] or 0
    Revision.objects.create(
        issue=issue,
        number=last + 1,
        kind=Revision.Kind.IMPORT,
        by_id=getattr(document.by, "pk", None),
        source_name=document.name[-200:],
        source=document.text,
        shape=document.digest.shape,
        digest=to_json(document.digest),
        problems=[dataclasses.asdict(problem) for problem in problems.sorted()],
    )
