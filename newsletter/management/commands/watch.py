"""`watch DIR --publication SLUG`: hand in what comes into a folder, until stopped."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, InterfaceError, connection

from newsletter import importing
from newsletter.intake import watching
from newsletter.intake.folder import Source, SourceLost
from newsletter.intake.putting import Put, Wish
from subscribers.management import named
from subscribers.models import Publication

_USAGE = 2


class Command(BaseCommand):
    help = (
        "Hand in each document that comes into a folder, or is committed in a git work tree, as"
        " import_digest would. Problems are printed at their lines, and written beside the file."
    )
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--publication", required=True, metavar="SLUG")
        parser.add_argument("--create-categories", action="store_true")
        parser.add_argument(
            "--match", default="*", metavar="PATTERN",
            help="only documents of this name, like '*-en.md': one of several languages",
        )  # fmt: skip
        parser.add_argument(
            "--map", action="append", default=[], metavar="FROM=TO",
            help="under which category items go, as for import_digest",
        )  # fmt: skip
        parser.add_argument(
            "--only-new",
            action="store_true",
            help="at the first start, leave alone what is there already",
        )
        parser.add_argument("--once", action="store_true", help="look once and end")
        parser.add_argument(
            "--every", type=float, default=2.0, metavar="SECONDS", help="(default %(default)s)"
        )
        parser.add_argument("--json", action="store_true", help="one object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        """0: stopped, or with --once all are drafts; 1: with --once some were refused; 2: usage."""
        publication = named.publication(options["publication"])
        try:
            importing.read_answers(maps=options["map"])
        except importing.BadAnswer as error:
            raise CommandError(str(error), returncode=_USAGE) from None
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.", returncode=_USAGE)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_args: stop.set())
        try:
            source = watching.source_of(folder, options["match"])
        except SourceLost as lost:
            raise CommandError(str(lost), returncode=1) from None
        memory = watching.Memory(folder, publication)
        every = max(0.1, options["every"])
        if source.beside is not None:
            list(source.look())  # What is the same at the next look is whole.
            stop.wait(every)
        if options["only_new"] and memory.new:
            for found in source.look():
                memory.remember(found, {})
        refused, unread = False, dict[str, str]()
        while not stop.is_set():
            refused |= self._look(source, memory, publication, stop, options)
            refused |= bool(source.unread)
            self._say_unread(source, unread)
            if options["once"]:
                break
            stop.wait(every)
        if options["once"] and refused:
            raise SystemExit(1)

    def _look(
        self,
        source: Source,
        memory: watching.Memory,
        publication: Publication,
        stop: threading.Event,
        options: dict[str, Any],
    ) -> bool:
        """Hand in what is new; whether something was refused. What fails is tried again."""
        refused = False
        wish = Wish(
            create_categories=options["create_categories"],
            answers=importing.read_answers(maps=options["map"]),
        )
        try:
            for _found, done in watching.hand_in_new(source, memory, publication, wish):
                refused |= not done.stored
                self._say(done, as_json=options["json"])
                if stop.is_set():
                    break
        except SourceLost as lost:
            if options["once"]:
                raise CommandError(str(lost), returncode=1) from None
            self.stderr.write(f"waiting: {lost}")
        except (DatabaseError, InterfaceError) as error:
            if options["once"]:
                raise
            self.stderr.write(f"waiting for the database: {str(error).strip()[:200]}")
            connection.close()
        return refused

    def _say_unread(self, source: Source, told: dict[str, str]) -> None:
        """Each that cannot be read, once; again when it could in between. `told` is kept up."""
        for name, reason in source.unread.items():
            if told.get(name) != reason:
                self.stderr.write(f"{watching.in_unicode(name)}: cannot be read: {reason}")
        told.clear()
        told.update(source.unread)

    def _say(self, done: Put, *, as_json: bool) -> None:
        if as_json:
            found = {"outcome": str(done.outcome), **done.as_json()}
            self.stdout.write(json.dumps(found, ensure_ascii=False))
        else:
            for line in watching.lines_of(done):
                self.stdout.write(line)
            issue = done.report.issue or done.report.released
            what = f"{done.outcome} {issue.slug}" if issue is not None else str(done.outcome)
            self.stdout.write(f"{done.name}: {what}")
        self.stdout.flush()
