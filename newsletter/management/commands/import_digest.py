"""Import digests: `import_digest FILE... --publication SLUG`. Folders are searched for files.

What a document leaves open is asked: the command ends with 1 and says by which options to answer.
"""

from __future__ import annotations

import datetime as dt
import json
import shlex
from argparse import ArgumentTypeError
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from newsletter import importing
from newsletter.digest import Role, parse, shapes
from newsletter.digest.decoding import LARGEST
from newsletter.importing import conflict_words
from newsletter.importing.asked_words import of_question
from newsletter.importing.questions import CONFIRMABLE
from newsletter.importing.reporting import as_json
from newsletter.importing.wording import DocumentProblem
from subscribers.management import named
from subscribers.models import AuditEntry, Publication

# What a folder is searched for; for the second only where it holds none of the first, because
# beside Markdown a .json file is most often the configuration of a program.
_ENDINGS = ({".md", ".markdown", ".mdx", ".txt"}, {".json"})
_USAGE = 2
_MOST_OFFERED = 5  # Other ways to answer; --json has all of them.


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no date like 2025-10-10") from None


def _add_answers(parser: CommandParser) -> None:
    """What answers the questions of an import."""
    parser.add_argument(
        "--lines",
        action="append",
        default=[],
        metavar="LINES=ROLE",
        help="what lines are that no item holds: line numbers (12 or 12-14) or their key, "
        f"and one of {', '.join(role.replace('_', '-') for role in Role)}; may be repeated, "
        "remembered for the publication",
    )
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="FROM=TO",
        help="where items go: FROM is tag:X, section:X, author:X, source:HOST, the name of a "
        "category in the document, or * for items that nothing else files; TO is a category, "
        "+ for a new one of that name, or - to leave the name out of account; may be "
        "repeated, remembered for the publication",
    )
    parser.add_argument(
        "--confirm",
        action="append",
        default=[],
        metavar="CODE",
        choices=sorted(CONFIRMABLE),
        help=f"this is right, for this import: {', '.join(sorted(CONFIRMABLE))}",
    )
    parser.add_argument(
        "--take",
        action="append",
        default=[],
        metavar="SIDE",
        help="whose word counts where hands and the file changed the same: mine or theirs for "
        "all, FIELD=mine or FIELD=theirs for one; may be repeated",
    )
    parser.add_argument(
        "--edition", default="", metavar="NAME", help="which of two issues of a day this is"
    )
    parser.add_argument("--date", type=_day, help="for a file that names no date, or two")
    parser.add_argument(
        "--span",
        default="",
        choices=["last"],
        help="a span of days, or a week, in place of a date: its last day is the date; "
        "remembered for the publication",
    )
    parser.add_argument("--title", default="", help="for a file that has no title")
    parser.add_argument(
        "--translation-of",
        default="",
        metavar="ISSUE",
        help="the issue that this one is in another language: its address name, its file, or "
        "PUBLICATION/ISSUE of a sister publication",
    )


class Command(BaseCommand):
    help = "Import digests as drafts, or with --archived as published past issues."
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="FILE", help="files or folders")
        parser.add_argument("--publication", required=True, metavar="SLUG")
        parser.add_argument(
            "--shape",
            choices=shapes.names(),
            default="",
            help="how items are written, where the evidence says something else; remembered for "
            "the publication; auto: by the evidence, this time",
        )
        parser.add_argument(
            "--create-categories",
            action="store_true",
            help="create categories the publication does not have",
        )
        parser.add_argument(
            "--archived",
            action="store_true",
            help="published history: in archive and feeds, never mailed",
        )
        parser.add_argument("--dry-run", action="store_true", help="say everything, store nothing")
        _add_answers(parser)
        parser.add_argument("--json", action="store_true", help="one object a line")  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """0: all are in; 1: at least one was refused or left a conflict open; 2: usage."""
        publication = named.publication(options["publication"])
        try:
            answers = importing.read_answers(
                lines=options["lines"],
                maps=options["map"],
                confirm=options["confirm"],
                take=options["take"],
                span=options["span"],
            )
        except importing.BadAnswer as error:
            raise CommandError(str(error), returncode=_USAGE) from None
        files = list(_files(options["paths"]))
        if answers.places and len(files) > 1:
            raise CommandError(
                "Line numbers belong to one file: give one, or the key of the lines.",
                returncode=_USAGE,
            )
        if options["translation_of"] and len(files) > 1:
            raise CommandError("A translation is one file: give one.", returncode=_USAGE)
        refused = False
        for path, name in files:
            report, stored = self._one(path, name, publication, options, answers)
            refused = refused or not stored or bool(report.conflicts)
            if options["json"]:
                self.stdout.write(json.dumps(as_json(report, str(path)), ensure_ascii=False))
            else:
                self._say(path, report, stored, options["dry_run"])
        if refused:
            raise SystemExit(1)

    def _one(
        self,
        path: Path,
        name: str,
        publication: Publication,
        options: dict[str, Any],
        answers: importing.Answers,
    ) -> tuple[importing.Report, bool]:
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST + 1)
        except OSError as error:
            digest = parse("", name=name)
            problem = DocumentProblem(0, 0, "error", "unreadable", f"{error.strerror}.")
            return importing.Report(None, False, digest, problems=(problem,)), False
        try:
            report = importing.import_digest(
                publication,
                data,
                name,
                shape=options["shape"],
                create_categories=options["create_categories"],
                archived=options["archived"],
                dry_run=options["dry_run"],
                title=options["title"],
                date=options["date"],
                answers=answers,
                edition=options["edition"],
                translation_of=options["translation_of"],
            )
        except importing.NotImported as error:
            return error.report, False
        if report.issue is not None and not options["dry_run"]:
            AuditEntry.objects.create(
                actor="import_digest",
                publication=publication,
                action="digest imported",
                target=f"issue:{report.issue.pk}",
                detail={"file": path.name[-80:], "created": report.created},
            )
        return report, True

    def _say(self, path: Path, report: importing.Report, stored: bool, dry_run: bool) -> None:
        for problem in report.problems:
            place = f"{path}:{problem.line}:{problem.column}" if problem.line else str(path)
            self.stdout.write(f"{place}: {problem.level}: {problem.message} [{problem.code}]")
        needed = [question for question in report.questions if not question.optional]
        offered = [question for question in report.questions if question.optional]
        for question in needed + offered[:_MOST_OFFERED]:
            self.stdout.write(f"{path}: {_asked(question)}")
        for conflict in report.conflicts:
            self.stdout.write(f"{path}: {conflict_words.as_line(conflict)}")
        counts = as_json(report, str(path))
        said = (
            f"{path}: {counts['shape']}, {counts['items']} items, "
            f"{counts['source_links']} source links, {counts['bullets']} bullets, "
            f"{counts['tail_links']} further links"
        )
        if not stored:
            outcome = "refused, nothing was stored"
        elif dry_run:
            outcome = "would be imported"
        elif report.created:
            outcome = f"issue {report.issue.slug}" if report.issue else "imported"
        else:
            outcome = "updated" if report.changes else "nothing was different"
        if stored and report.conflicts:
            outcome += f", {len(report.conflicts)} to decide with --take"
        self.stdout.write(f"{said}: {outcome}.")


def _files(paths: list[str]) -> Iterator[tuple[Path, str]]:
    """(path, name to judge by) of each file; folders are walked in order of their names."""
    for given in paths:
        path = Path(given)
        if path.is_dir():
            inside = sorted(inner for inner in path.rglob("*") if inner.is_file())
            kinds = ([i for i in inside if i.suffix.lower() in ends] for ends in _ENDINGS)
            found = next((kind for kind in kinds if kind), None)
            if found is None:
                raise CommandError(f"{given} holds no Markdown or JSON files.", returncode=_USAGE)
            for inner in found:
                yield inner, inner.as_posix()
        elif path.exists():
            yield path, path.as_posix()
        else:
            raise CommandError(f"There is no file {given}.", returncode=_USAGE)


def _asked(question: importing.Question) -> str:
    """How one question is answered, on one line."""
    lines = ", ".join(
        str(first) if first == last else f"{first}-{last}" for first, last in question.lines[:5]
    )
    if question.option == "--map":
        choices = "|".join(question.choices)
        kind = "or" if question.optional else "answer"
        answer = shlex.quote(f"{question.key}={choices}")
        return f"{kind} --map {answer} ({of_question(question)})"
    if question.option == "--lines":
        choices = "|".join(choice.replace("_", "-") for choice in question.choices)
        answer = shlex.quote(f"{question.key}={choices}")
        began = " ".join(question.name.split())[:60]
        return f"answer --lines {answer} (lines {lines}: {began})"
    kind = "or" if question.optional else "answer"
    return f"{kind} {question.option} {'|'.join(question.choices) or question.option[2:].upper()}"
