"""`housekeeping`: the regular tasks that are due, once. For a system timer."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from newsletter.config import housekeeping
from newsletter.models import RegularTask
from newsletter.sending import guard
from newsletter.sending.guard import database


class Command(BaseCommand):
    help = (
        "Do the regular tasks that are due, once, and end. The worker does them by itself; this is"
        " for a system timer, and for trying one task alone."
    )
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        names = [task.name for task in housekeeping.TASKS]
        parser.add_argument(
            "--only", action="append", choices=names, metavar="TASK",
            help=f"this task, though it is not due; may be repeated: {', '.join(names)}",
        )  # fmt: skip
        parser.add_argument("--list", action="store_true", help="only say when each is due")
        parser.add_argument("--json", action="store_true", help="one object a line")

    def handle(self, **options: Any) -> None:
        if options["list"]:
            self._list(options["json"])
            return
        if not guard.may_act():
            why = guard.must_stop() or database.misfit()
            self.stderr.write(
                why or "This machine may not act on this database: sudi machines says why."
            )
            sys.exit(1)
        done = housekeeping.once(options["only"], may_act=guard.may_act)
        for name, error in done.items():
            self._say(options["json"], {"task": name, "ok": not error, "error": error})
        if any(done.values()):
            self.stdout.flush()
            # A thread that never comes back must not hold up the end.
            os._exit(1) if "stuck" in done.values() else sys.exit(1)

    def _list(self, as_json: bool) -> None:
        rows = {row.name: row for row in RegularTask.objects.all()}
        for task in housekeeping.TASKS:
            row = rows.get(task.name)
            line: dict[str, Any] = {
                "task": task.name,
                "every": task.every,
                "limit": task.limit,
                "last": row.finished_at.isoformat() if row and row.finished_at else None,
                "next": row.next_at.isoformat() if row else None,
                "running": bool(row and row.owner),
                "failures": row.failures if row else 0,
                "error": row.last_error if row and row.failures else "",
            }
            self._say(as_json, line)

    def _say(self, as_json: bool, line: dict[str, Any]) -> None:
        if as_json:
            self.stdout.write(json.dumps(line, ensure_ascii=False))
        else:
            words = [f"{key} {value}" for key, value in line.items() if key != "task" and value]
            self.stdout.write(f"{line['task']}: {', '.join(words)}")
