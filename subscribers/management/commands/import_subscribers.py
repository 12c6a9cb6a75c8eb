"""Readers from a CSV file; `subscribers.lists.importing` has the rule."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from subscribers.lists import importing as csv_in
from subscribers.lists import saying
from subscribers.lists.columns import Meaning, NoEmailColumn
from subscribers.lists.file import Unreadable
from subscribers.lists.plan import Done, FileRefused, Options
from subscribers.lists.source import ReaderFile, Undecided
from subscribers.lists.source import look as look_at
from subscribers.lists.standing import Standing
from subscribers.management import named
from subscribers.models import Publication


class Command(BaseCommand):
    help = "Import readers from a CSV file. Without --consent they wait and are mailed nothing."
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--publication", required=True, metavar="SLUG")
        parser.add_argument(
            "--dry-run", action="store_true", help="say of each row what it would do"
        )
        parser.add_argument(
            "--consent",
            default="",
            metavar="TEXT",
            help="where the proof of consent is kept; makes readers active, with this on record",
        )
        parser.add_argument(
            "--ask", action="store_true", help="mail a confirmation to each reader without proof"
        )
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="NAME=FIELD",
            help="what a column (header or number) is; fields: " + ", ".join(Meaning),
        )
        parser.add_argument(
            "--value",
            action="append",
            default=[],
            metavar="COLUMN:VALUE=STATE",
            help="what a value says of a reader; VALUE * is every other one, COLUMN * every row;"
            " states: " + ", ".join(Standing),
        )
        parser.add_argument(
            "--categories", default="", metavar="A,B", help="for rows that name none; all otherwise"
        )
        parser.add_argument(
            "--create-categories",
            action="store_true",
            help="create the categories that the file names and the publication lacks",
        )
        parser.add_argument("--encoding", default="", help="found by itself")
        parser.add_argument("--separator", default="", help="found by itself: , ; tab |")
        parser.add_argument("--json", action="store_true", help="one object a line")  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        publication = named.publication(options["publication"], code=1)
        said = _options(options)
        try:
            source = look_at(options["file"], said)
            self._json, self._bar = options["json"], _Bar()
            if options["dry_run"]:
                counts = self._check(source, publication, said)
            else:
                counts = self._run(source, publication, said)
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}", returncode=2) from None
        except Undecided as error:
            self._ask(source, error)
            raise CommandError(str(error)) from None
        except csv_in.Overtaken:
            raise CommandError(_("Another process is importing this file.")) from None
        except (Unreadable, NoEmailColumn, FileRefused) as error:
            if options["json"]:
                refusal = {"file": options["file"].name, "error": str(error)}
                self.stdout.write(json.dumps(refusal, ensure_ascii=False))
            raise CommandError(str(error)) from None
        self._end(source, counts, options["dry_run"])

    def _check(self, source: ReaderFile, publication: Publication, said: Options) -> dict[str, int]:
        counts: Counter[str] = Counter()

        def blank(lines: int) -> None:
            counts["blank"] += lines

        for done in csv_in.check(source, publication, said, on_read=self._bar.show, on_blank=blank):
            counts[done.action] += 1
            self._bar.rows += 1
            if self._json or any(problem.level != "note" for problem in done.problems):
                self._row(done)
        return dict(counts)

    def _run(self, source: ReaderFile, publication: Publication, said: Options) -> dict[str, int]:
        def problem(done: Done) -> None:
            if any(problem.level != "note" for problem in done.problems):
                self._row(done)

        job = csv_in.run(source, publication, said, on_read=self._bar.show, on_problem=problem)
        return {name: count for name, count in job.counts.items() if name != "problems"}

    def _ask(self, source: ReaderFile, error: Undecided) -> None:
        """Show every column and value that waits for a decision, and how to give it."""
        self._bar.clear()
        undecided = [question.to_json() for question in error.questions]
        if self._json:
            refusal = {**source.to_json(), "error": str(error), "undecided": undecided}
            self.stdout.write(json.dumps(refusal, ensure_ascii=False))
            return
        for one in undecided:
            self.stdout.write(f"{one['column']} ({', '.join(one['about'])})")
            for value in one["values"]:
                examples = ", ".join(f"{e['line']}: {e['address']}" for e in value["examples"])
                said = f"--value '{one['column']}:{value['value']}=STATE'"
                self.stdout.write(f"  {value['count']:>8}  {said}  {examples}")
            if "file" not in one["about"]:
                field = "email" if "address" in one["about"] else "ignore"
                self.stdout.write(f"            --column '{one['column']}={field}'")

    def _row(self, done: Done) -> None:
        self._bar.clear()
        if self._json:
            self.stdout.write(json.dumps(done.to_json(), ensure_ascii=False))
            return
        for problem in done.problems:
            column = f" [{problem.column}]" if problem.column else ""
            self.stdout.write(f"{done.line}:{column} {problem.message}")

    def _end(self, source: ReaderFile, counts: dict[str, int], dry_run: bool) -> None:
        self._bar.clear()
        rows = sum(counts.values())
        blank, refused = counts.get("blank", 0), counts.get("error", 0)
        summary = {
            **source.to_json(),
            "rows": rows,
            "read": rows - refused - blank,
            "refused": refused,
            "blank": blank,
            "dry_run": dry_run,
            "counts": counts,
        }
        if self._json:
            self.stdout.write(json.dumps(summary, ensure_ascii=False))
            return
        found = source.opened
        names = {character: name for name, character in saying.SEPARATORS.items()}
        separator = names.get(found.separator, found.separator)
        kind = source.columns.source or _("unknown origin")
        self.stdout.write(f"{found.path.name}: {kind}, {found.encoding}, {separator}")
        for meaning, column in source.columns.to_json().items():
            self.stdout.write(f"  {meaning} = {column}")
        if source.rules:
            self.stdout.write("  " + _("states: ") + ", ".join(r.column for r in source.rules))
        if source.ignored:
            self.stdout.write("  " + _("ignored: ") + ", ".join(source.ignored))
        self.stdout.write(ngettext("%d row", "%d rows", rows) % rows)
        for action, count in sorted(counts.items()):
            self.stdout.write(f"  {action}: {count}")


def _options(options: dict[str, Any]) -> Options:
    try:
        return Options(
            consent=options["consent"].strip(),
            ask=options["ask"],
            columns=saying.read_columns(options["column"]),
            values=tuple(saying.read_value(text) for text in options["value"]),
            categories=tuple(n.strip() for n in options["categories"].split(",") if n.strip()),
            create_categories=options["create_categories"],
            encoding=options["encoding"],
            separator=saying.read_separator(options["separator"]),
        )
    except ValueError as error:
        raise CommandError(str(error), returncode=2) from None


class _Bar:
    """A progress bar on a terminal; nothing where nobody looks."""

    def __init__(self) -> None:
        self.rows = 0
        self._on = sys.stderr.isatty()
        self._began = time.monotonic()

    def show(self, share: float) -> None:
        if not self._on:
            return
        share = min(max(share, 0.0), 1.0)
        passed = time.monotonic() - self._began
        left = f"{passed / share * (1 - share):.0f} s" if share > 0.01 else "…"
        full = round(share * 30)
        bar = "█" * full + "░" * (30 - full)
        sys.stderr.write(f"\r{bar} {share:4.0%}  {left:>8} ")
        sys.stderr.flush()

    def clear(self) -> None:
        if self._on:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
