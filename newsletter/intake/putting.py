"""One document handed in, whichever way it came: asked of `may()`, imported, written down.

HTTP, MCP, a folder and mail call `put` and nothing else, so the same text is the same draft with
the same problems by all of them.
"""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import pgettext

from newsletter import importing
from newsletter.importing.answers import NONE, Answers
from newsletter.importing.conflict_words import label
from newsletter.importing.illustrating import Files, no_files
from newsletter.importing.reporting import as_json
from newsletter.models import Issue
from subscribers.models import AuditEntry, Publication
from subscribers.roles import Act, may

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class Way(enum.StrEnum):
    """How a document came, for the audit trail."""

    API = "api"
    MCP = "mcp"
    FOLDER = "folder"
    MAIL = "mail"


class Outcome(enum.StrEnum):
    """What became of a document."""

    MADE = "made"
    UPDATED = "updated"
    SAME = "same"
    # The issue went out with another text: it is corrected, not overwritten.
    RELEASED = "released"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Wish:
    """How a document is to be read: the options of the command, by the same names."""

    name: str = ""
    # markdown or json; empty: by the name's ending, or by its braces.
    form: str = ""
    shape: str = ""
    create_categories: bool = False
    title: str = ""
    date: dt.date | None = None
    answers: Answers = NONE
    edition: str = ""


@dataclass(frozen=True, slots=True)
class Put:
    """What became of it, and the importing room's report."""

    outcome: Outcome
    report: importing.Report
    name: str

    @property
    def stored(self) -> bool:
        """Whether the document is a draft now, or was one already."""
        return self.outcome in (Outcome.MADE, Outcome.UPDATED, Outcome.SAME)

    def conflicts_in_words(self) -> list[str]:
        """A line for each field that a person changed as well, which was left as it is."""
        return [
            pgettext("intake", "Changed by hand as well, left as it is: %(what)s")
            % {"what": label(one)}
            for one in self.report.conflicts
        ]

    def as_json(self) -> dict[str, Any]:
        """The object that `import_digest --json` prints."""
        return as_json(self.report, self.name)


class NotAllowed(Exception):
    """Its user may not write drafts of this publication."""


def put(
    publication: Publication,
    data: bytes,
    wish: Wish,
    *,
    by: User | None,
    way: Way,
    dry_run: bool = False,
    files: Files = no_files,
) -> Put:
    """Import a document, or with `dry_run` say what would become of it. Nothing raises for what
    stands in the document. `by` None is who runs the site, at its command line. `files` are the
    pictures that came with it.

    Raises NotAllowed.
    """
    if by is not None and not may(by, Act.EDIT, publication):
        raise NotAllowed
    try:
        report = importing.import_digest(
            publication,
            data,
            wish.name,
            form=wish.form,
            shape=wish.shape,
            create_categories=wish.create_categories,
            dry_run=dry_run,
            by=by,
            title=wish.title,
            date=wish.date,
            answers=wish.answers,
            edition=wish.edition,
            files=files,
        )
    except importing.NotImported as error:
        out = error.report.released is not None
        return Put(Outcome.RELEASED if out else Outcome.REFUSED, error.report, wish.name)
    put = Put(_outcome(report), report, wish.name)
    if report.issue is not None and not dry_run and put.outcome is not Outcome.SAME:
        _audit(publication, report.issue, put, by, way)
    return put


def _outcome(report: importing.Report) -> Outcome:
    if report.created:
        return Outcome.MADE
    return Outcome.UPDATED if report.changes else Outcome.SAME


def _audit(publication: Publication, issue: Issue, put: Put, by: User | None, way: Way) -> None:
    AuditEntry.objects.create(
        actor=(by.get_username() if by is not None else str(way))[:150],
        publication=publication,
        action="digest imported",
        target=f"issue:{issue.pk}",
        detail={"way": str(way), "file": put.name[-80:], "created": put.report.created},
    )
