"""`retention`: how long things are kept, shown or changed."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from newsletter.models import RetentionPeriod
from newsletter.sending import retention

_FOR_EVER = "forever"


class Command(BaseCommand):
    help = "Show how long things are kept; --keep shows what another time would delete."
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = ", ".join(RetentionPeriod.Kind.values)
        parser.add_argument("--keep", metavar="KIND=DAYS", help=f"{kinds}; days or {_FOR_EVER}")
        parser.add_argument("--yes", action="store_true", help="keep it so from now on")
        parser.add_argument("--json", action="store_true", help="one object a line")

    def handle(self, **options: Any) -> None:
        """0: shown or changed; 1: no such period; 2: usage."""
        if options["keep"] is not None:
            self._keep(options["keep"], yes=options["yes"], as_json=options["json"])
            return
        for kind in RetentionPeriod.Kind.values:
            self._say(options["json"], kind=kind, days=retention.period(kind))

    def _keep(self, text: str, *, yes: bool, as_json: bool) -> None:
        kind, equals, said = text.partition("=")
        if kind not in RetentionPeriod.Kind.values or not equals:
            raise CommandError("--keep KIND=DAYS, such as audit=365", returncode=2)
        if said != _FOR_EVER and not said.isdecimal():
            raise CommandError(f"{said!r}: write a number of days, or {_FOR_EVER}", returncode=2)
        days = None if said == _FOR_EVER else int(said)
        try:
            retention.check(kind, days)
        except retention.BadPeriod:
            least = retention.LEAST[kind]
            self.stderr.write(f"{kind}: write {least} to {retention.MOST} days.")
            sys.exit(1)
        touched = retention.touched(kind, days)
        if yes:
            retention.set_period(kind, days, "command")
        self._say(as_json, kind=kind, days=days, deletes=touched.rows, kept=yes)
        if not yes and not as_json:
            self.stdout.write("Nothing is changed. Add --yes to keep it so.")

    def _say(self, as_json: bool, **fields: Any) -> None:
        if as_json:
            self.stdout.write(json.dumps(fields))
            return
        days = _FOR_EVER if fields["days"] is None else f"{fields['days']} days"
        line = f"{fields['kind']}: {days}"
        if "deletes" in fields:
            line += f"; deletes {fields['deletes']} now"
        self.stdout.write(line)
