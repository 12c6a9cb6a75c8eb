"""What an import did, would do, or could not do."""

from __future__ import annotations

from dataclasses import dataclass, field

from newsletter.digest import Digest
from newsletter.models import ImportRule, Issue
from subscribers.models import Category

from .answers import NONE, Answers
from .merging import Conflict
from .questions import Question
from .wording import DocumentProblem


@dataclass(slots=True)
class Report:
    """What an import did or would do. `problems` holds the reader's and the database's, in the
    order of the document's lines. `questions` are what its errors ask; `remembered` the
    answers of earlier imports that this one needed. `answers` are those given, by their keys.
    `conflicts` are what a person changed as well and nobody decided: these fields are untouched.
    `released` is the issue that is out already, so that what the document changes is refused."""

    issue: Issue | None
    created: bool
    digest: Digest
    changes: list[str] = field(default_factory=list)
    problems: tuple[DocumentProblem, ...] = ()
    encoding: str = ""
    questions: tuple[Question, ...] = ()
    remembered: tuple[ImportRule, ...] = ()
    answers: Answers = NONE
    categories: tuple[Category | None, ...] = ()
    edition: str = ""
    conflicts: tuple[Conflict, ...] = ()
    released: Issue | None = None

    @property
    def errors(self) -> list[DocumentProblem]:
        """What refused the import."""
        return [problem for problem in self.problems if problem.level == "error"]


class NotImported(Exception):
    """Nothing was stored; `report.problems` says why."""

    def __init__(self, report: Report) -> None:
        super().__init__("; ".join(problem.message for problem in report.errors))
        self.report = report
