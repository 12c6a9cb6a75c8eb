"""What an import would come to: the page with what was understood, its problems and questions.

Looking is a dry run. What was looked at travels in the form, signed, with the answers so far; so
what is stored is exactly what was shown.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from newsletter.importing import answer_texts
from newsletter.importing.answers import NONE
from newsletter.importing.asked_words import ROLES, of_shape
from newsletter.importing.wording import DocumentProblem
from subscribers.admin.access import actor
from subscribers.admin.chrome import page
from subscribers.models import Category, Publication

from .. import importing
from ..digest import Digest, decode, shapes
from . import import_answers, import_conflicts

_SALT = "newsletter.admin.intake"
# Lines shown around a problem.
_AROUND = 1
# Octets of a text that can be mended in the page; a form may hold 2.5 MB, and the signed copy of
# what was looked at stands in it as well.
_MENDABLE = 1_000_000
# The kinds of questions that are one card each, in this order.
_CARDS = ("title", "date", "span", "edition", "confirm", "shape", "lines", "map")


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked at: a document, where it goes, and what was answered about it so far."""

    data: bytes
    name: str
    publication: int
    shape: str
    answers: importing.Answers = NONE
    title: str = ""
    date: dt.date | None = None
    create: bool = False
    edition: str = ""

    def token(self) -> str:
        """As the form carries it."""
        return signing.dumps(
            [
                base64.b64encode(self.data).decode(),
                self.name,
                self.publication,
                self.shape,
                answer_texts.to_json(self.answers),
                self.title,
                self.date.isoformat() if self.date else "",
                self.create,
                self.edition,
            ],
            salt=_SALT,
            compress=True,
        )

    @classmethod
    def read(cls, token: str) -> Looked | None:
        """What a form brought back, or None if it is not ours."""
        try:
            values = signing.loads(token, salt=_SALT)
            data, name, pk, shape, answers, title, date, create, edition = values
            return cls(
                base64.b64decode(data),
                str(name),
                int(pk),
                str(shape),
                answer_texts.from_json(answers),
                str(title),
                import_answers.day(date),
                bool(create),
                str(edition),
            )
        except (signing.BadSignature, ValueError, TypeError, KeyError, binascii.Error):
            return None

    def run(
        self, request: HttpRequest, publication: Publication, *, dry_run: bool
    ) -> tuple[importing.Report, bool]:
        """Import it: the report, and whether it was refused."""
        try:
            report = importing.import_digest(
                publication,
                self.data,
                self.name,
                shape="" if self.shape == shapes.AUTO else self.shape,
                create_categories=self.create,
                dry_run=dry_run,
                by=actor(request),
                title=self.title,
                date=self.date,
                answers=self.answers,
                edition=self.edition,
            )
        except importing.NotImported as error:
            return error.report, True
        return report, False


@dataclass(frozen=True, slots=True)
class Place:
    """A problem with the lines of the source it is about: (number, text, whether it is the one)."""

    problem: DocumentProblem
    lines: tuple[tuple[int, str, bool], ...]


def look(request: HttpRequest, looked: Looked, publication: Publication) -> HttpResponseBase:
    """The page of one look. Stores nothing."""
    report, refused = looked.run(request, publication, dry_run=True)
    more = import_answers.rest(request.POST, report.questions, looked.answers)
    if more != looked.answers:
        looked = replace(looked, answers=more)
        report, refused = looked.run(request, publication, dry_run=True)
    decoded = decode(looked.data)
    lines = decoded.text.split("\n")
    categories = list(publication.categories.filter(retired_at__isnull=True))
    fields = import_answers.fields_of(report.questions, report.problems, categories, lines)
    return page(
        request,
        "admin/sudi/import_result.html",
        title=_("What was understood"),
        crumbs=[
            (pgettext("admin", "Issues"), reverse("admin:newsletter_issue_changelist")),
            (_("Import a digest"), reverse("admin:newsletter_issue_import")),
        ],
        publication=publication,
        name=looked.name,
        digest=_filed(report),
        encoding=report.encoding or decoded.encoding,
        report=report,
        refused=refused,
        places=_places(report.problems, lines),
        counts={
            level: sum(one.level == level for one in report.problems)
            for level in ("error", "warning", "note")
        },
        conflicts=import_conflicts.fields_of(report.conflicts),
        cards=[(kind, [one for one in fields if one.kind == kind]) for kind in _CARDS],
        asked=sum(not one.optional for one in fields),
        other_ways=any(one.optional and one.name != import_answers.REST_FIELD for one in fields),
        asks_tags=any(one.key.startswith("tag:") for one in report.questions),
        roles=ROLES.items(),
        new_names=any(one.code == importing.UNKNOWN_CATEGORY for one in report.problems),
        given=_given(looked, report, categories),
        **_sections(report.digest, lines),
        create=looked.create,
        looked=looked,
        token=replace(looked, answers=report.answers).token(),
        text=decoded.text if len(decoded.text.encode()) <= _MENDABLE else "",
        shape_name=of_shape(report.digest.shape),
    )


def _given(
    looked: Looked, report: importing.Report, categories: Sequence[Category]
) -> list[tuple[str, str]]:
    """The answers of this import: (what the button sends that takes it back, words)."""
    given = list(import_answers.taken(report.answers, categories))
    if looked.create:
        given.append(("create", _("Create the categories that do not exist yet")))
    if looked.edition:
        given.append(("edition", _("Edition: %(name)s") % {"name": looked.edition}))
    return given


def _filed(report: importing.Report) -> Digest:
    """The digest with the categories under which its items would be filed."""
    if len(report.categories) != len(report.digest.items):
        return report.digest  # Refused before that.
    items = tuple(
        replace(item, category=category.name if category is not None else "")
        for item, category in zip(report.digest.items, report.categories, strict=True)
    )
    return replace(report.digest, items=items)


def _sections(digest: Digest, lines: Sequence[str]) -> dict[str, Any]:
    """How each section was read, and what became of lines that were decided."""
    return {
        "sections": [(section, of_shape(section.shape)) for section in digest.sections],
        "shapes": [(shape.name, _(shape.label)) for shape in shapes.known()],
        "decided": [
            (import_answers.excerpt(lines, one.first, one.last), ROLES[role])
            for one, role in digest.decided
        ],
    }


def _places(problems: Iterable[DocumentProblem], lines: Sequence[str]) -> list[Place]:
    """The problems in the order of the document, each with the lines around it."""
    found = []
    for problem in problems:
        near: tuple[tuple[int, str, bool], ...] = ()
        if 0 < problem.line <= len(lines):
            first = max(1, problem.line - _AROUND)
            last = min(len(lines), problem.line + _AROUND)
            near = tuple(
                (number, lines[number - 1][:400], number == problem.line)
                for number in range(first, last + 1)
            )
        found.append(Place(problem, near))
    return found
