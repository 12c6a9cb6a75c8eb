"""`doctor`: is the site well, and if not, what is to be done?"""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from newsletter.config import doctor


class Command(BaseCommand):
    help = "Look at everything a site needs; exit 1 when something is wrong."
    # It is the one that says so when they are.
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one object a line")
        parser.add_argument(
            "--bounce",
            nargs="?",
            type=float,
            const=90.0,
            default=0.0,
            metavar="SECONDS",
            help="send a test bounce to ourselves and wait until it comes home",
        )
        parser.add_argument(
            "--only", action="append", metavar="CHECK", help="only this check; may be repeated"
        )

    def handle(self, **options: Any) -> None:
        wanted = options["only"]
        names = [check.name for check in doctor.registry()]
        if wanted and (unknown := sorted(set(wanted) - set(names))):
            self.stderr.write(f"No such check: {', '.join(unknown)}. There are: {', '.join(names)}")
            sys.exit(2)
        site = doctor.Surroundings(bounce=options["bounce"])
        results = doctor.examine(site, lambda check: not wanted or check.name in wanted)
        for result in results:
            self._json(result) if options["json"] else self._words(result)
        if any(result.ok is False for result in results):
            sys.exit(1)

    def _json(self, result: doctor.Result) -> None:
        line = {
            "name": result.name,
            "ok": result.ok,
            "detail": result.detail,
            "remedy": result.remedy,
        }
        self.stdout.write(json.dumps(line, ensure_ascii=False))

    def _words(self, result: doctor.Result) -> None:
        mark = {True: "ok  ", False: "BAD ", None: "  ? "}[result.ok]
        self.stdout.write(f"{mark} {result.name}: " + result.detail.replace("\n", "\n     "))
        for line in result.remedy.splitlines():
            self.stdout.write(f"     -> {line}")
