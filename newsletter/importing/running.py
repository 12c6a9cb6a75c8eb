"""One import from bytes to rows, in one transaction."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max

from newsletter.digest import Digest, decode, to_json
from newsletter.digest.problems import Problems
from newsletter.digest.value import Param
from newsletter.models import Issue, Revision
from subscribers.models import Category, Publication

from .answers import NONE, Answers
from .categories import Shelf, file_under
from .document_language import is_unknown, language_of, tell_other, tell_unknown
from .filing import Filing
from .identity import edition_of, find_issue, origin_of
from .illustrating import Files, illustrate, no_files
from .leading_nowhere import tell_nowhere
from .places import Places
from .plausible import tell_implausible, tell_impossible
from .questions import questions_of
from .remembered import Memory, mark_used, recall, remember, used_rules
from .report import NotImported, Report
from .seen import tell_seen
from .storing import store
from .translations import find_translation, link
from .understanding import Document, form_of, understand
from .versions import SAID_IN_FRONT, of_digest
from .warnings import keep_warnings
from .wording import DocumentProblem, in_words

# Who remembered an answer when no user is known.
_COMMAND = "import_digest"


def import_digest(
    publication: Publication,
    data: bytes,
    name: str,
    *,
    shape: str = "",
    create_categories: bool = False,
    archived: bool = False,
    dry_run: bool = False,
    by: Any = None,
    title: str = "",
    date: dt.date | None = None,
    answers: Answers = NONE,
    edition: str = "",
    form: str = "",
    translation_of: str = "",
    files: Files = no_files,
) -> Report:
    """Import one file. Raises NotImported, and then nothing was stored and nothing remembered.

    `name` is its name or path (its date and identity may be there); empty for pasted text.
    `title` and `date` answer what the file does not say, `answers` what an import asks; these are
    remembered for the publication. `edition` names this one of two issues of a day, over what the
    document says. `form` is "markdown" or "json"; empty, the name's ending says it. `archived`
    makes it published history: in archive and feeds under its own date, never mailed. `by` is the
    user who imports. `translation_of` names the issue it translates. `files` are what came with it.

    An issue that is here is merged: what only one side changed is kept; `Report.conflicts` are
    the fields both changed, untouched until `answers.take` says whose they are.
    """
    form = form_of(form, name, data)
    decoded = decode(data, rare_ends=form != "json")
    problems = Problems(decoded.problems)
    document = Document(decoded.text, name, shape, publication.labels, title, date, form)
    memory = recall(publication)
    digest, answers = understand(document, memory.layout, answers, problems, memory.span)
    report = Report(None, False, digest, encoding=decoded.encoding, answers=answers)
    if any(problem.level == "error" for problem in decoded.problems):
        raise _refuse(report, problems)  # Nothing more can be said of bytes that are no text.
    problems.found += digest.problems
    places = Places.of_text(document.text)
    digest = illustrate(digest, publication, files, problems, places, store=not dry_run)
    said = digest.language
    report.digest = dataclasses.replace(digest, language=language_of(digest, publication))
    report.edition = edition_of(digest, edition, problems)
    with transaction.atomic():
        # Two imports of one file at once: the second finds what the first made.
        Publication.objects.select_for_update().get(pk=publication.pk)
        run = _Run(
            publication, document, memory, answers, archived, by, report, problems, translation_of,
            said,
        )  # fmt: skip
        _decide(run, create=create_categories)
        if problems.refused():
            raise _refuse(report, problems)
        if dry_run:
            transaction.set_rollback(True)
            report.issue = None if report.created else report.issue
    report.problems = _in_words(report, problems)
    return report


@dataclass(frozen=True, slots=True)
class _Run:
    """One import on its way: what it was given, and what it found so far."""

    publication: Publication
    document: Document
    memory: Memory
    answers: Answers
    archived: bool
    by: Any
    report: Report
    problems: Problems
    translation_of: str = ""
    language: str = ""  # As the document says it.


def _decide(run: _Run, *, create: bool) -> None:
    """Find everything there is to say; store the issue if nothing refuses it."""
    report, problems, publication = run.report, run.problems, run.publication
    digest, places = report.digest, Places.of_text(run.document.text)
    _check_lengths(digest, problems)
    tell_impossible(digest, problems)
    tell_nowhere(digest, problems, places)
    tell_unknown(run.language, publication, places, problems)
    shelf = Shelf.of(publication)
    filing, given = file_under(
        shelf, digest, run.memory.filing, run.answers, places, problems, create=create
    )
    report.categories = tuple(filing.filed)
    report.remembered = tuple(used_rules(run.memory, digest, filing.used))
    said = of_digest(digest, [category.pk if category else None for category in filing.filed])
    origin = origin_of(digest, run.document.name)
    issue = find_issue(publication, digest, report.edition, said, origin)
    translation = find_translation(publication, digest, digest.language, issue)
    if not run.archived:
        tell_seen(publication, digest, said, issue, problems, translation=translation)
        tell_implausible(publication, digest, issue, problems)
    if not problems.refused():
        doubtful = is_unknown(run.language) and issue is not None and issue.origin != origin
        store(
            publication, issue, said, report, problems,
            origin=origin, archived=run.archived, doubtful=doubtful,
        )  # fmt: skip
    if not problems.refused() and report.issue is not None and _is_ours(report.issue):
        other = link(report.issue, digest, run.translation_of, places, problems, run.by)
        _tell_translation(problems, other, translation)
        tell_other(report.issue, other, places, problems)
    if problems.refused():
        report.questions = questions_of(digest, filing, shelf, problems.sorted())
        return
    assert report.issue is not None
    _keep(run, report.issue, filing, given, places)


def _is_ours(issue: Issue) -> bool:
    """Whether an import may still say what the issue is: what was mailed stays as it is."""
    return issue.state in (Issue.State.DRAFT, Issue.State.ARCHIVED)


def _tell_translation(problems: Problems, linked: Issue | None, alike: Issue | None) -> None:
    """Which issue it is linked to as a translation, else which looks like one."""
    other = linked or alike
    if other is not None and not problems.refused():
        params = {
            "case": "linked" if linked else "alike",
            "issue": f"{other.publication.slug}/{other.slug}" if linked else other.slug,
            "language": other.language,
        }
        problems.note("translation", params)


def _keep(run: _Run, issue: Issue, filing: Filing[Category], given: Any, places: Places) -> None:
    """What the import leaves behind beside the issue's rows."""
    report, publication = run.report, run.publication
    if report.created or report.changes:
        _add_revision(run, issue)
    by = run.by.get_username() if run.by is not None else _COMMAND
    remember(publication, run.answers, given, report.digest, by)
    mark_used(publication, used_rules(recall(publication), report.digest, filing.used), issue)
    if issue.state == Issue.State.DRAFT:
        keep_warnings(issue, run.problems.sorted(), places)


def _refuse(report: Report, problems: Problems) -> NotImported:
    report.issue, report.created = None, False
    report.problems = _in_words(report, problems)
    return NotImported(report)


def _in_words(report: Report, problems: Problems) -> tuple[DocumentProblem, ...]:
    """The problems as sentences; those about an item of a JSON document with its pointer."""
    found = in_words(problems.sorted())
    if report.digest.shape != "json":
        return tuple(found)
    items = {item.line: place for place, item in enumerate(report.digest.items)}
    for place, one in enumerate(found):
        before = [line for line in items if line <= one.line]
        if one.line and not one.pointer and before:
            found[place] = dataclasses.replace(one, pointer=f"/items/{items[max(before)]}")
    return tuple(found)


def _check_lengths(digest: Digest, problems: Problems) -> None:
    texts = [(digest.title, 300, 1), (digest.tail_title, 300, 1)]
    texts += [(str(digest.extra.get(key, "")), 300, 1) for key in SAID_IN_FRONT.values()]
    texts += [(item.title, 500, item.line) for item in digest.items]
    for text, most, line in texts:
        if len(text) > most:
            params: dict[str, Param] = {"text": text[:40], "size": len(text), "most": most}
            problems.error("too-long", params, line)


def _add_revision(run: _Run, issue: Issue) -> None:
    last = issue.revisions.aggregate(last=Max("number"))["last"] or 0
    Revision.objects.create(
        issue=issue,
        number=last + 1,
        kind=Revision.Kind.IMPORT,
        by_id=getattr(run.by, "pk", None),
        source_name=file_name(run.document.name),
        source=run.document.text,
        shape=run.report.digest.shape,
        digest=to_json(run.report.digest),
        problems=[dataclasses.asdict(one) for one in in_words(run.problems.sorted())],
    )


def file_name(name: str) -> str:
    """A file's name without the folders it lay in: those are the business of who runs the site."""
    return name.replace("\\", "/").rpartition("/")[2][-200:]
