"""The machines that may act on this database, and those that ask; `--agree` lets them in."""

from __future__ import annotations

import getpass
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from newsletter.models import Machine
from newsletter.sending import guard
from subscribers import times


class Command(BaseCommand):
    help = "Show which machines may send, which ask a person, and what would go out."
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--agree", action="store_true", help="let every machine that asks send from now on"
        )
        parser.add_argument("--json", action="store_true", help="one object a machine and line")

    def handle(self, *args: Any, **options: Any) -> None:
        asking = {one.machine.pk: one.said for one in guard.asking()}
        lines = guard.would_go_out()
        for machine in Machine.objects.order_by("state", "pk"):
            said = asking.get(machine.pk, "")
            if options["json"]:
                found = {
                    "machine": machine.name, "state": machine.state, "why": machine.why,
                    "since": machine.since.isoformat(), "seen": machine.seen.isoformat(),
                }  # fmt: skip
                self.stdout.write(json.dumps(found, ensure_ascii=False))
            else:
                # Two may have one name: a copy has its original's.
                seen = _("last seen %s") % times.say(machine.seen, None)
                state = f"{machine.get_state_display()}, {seen}"
                self.stdout.write(f"{machine.name}: {state}  {said}".rstrip())
        for line in lines:
            if options["json"]:
                out = {"would_go_out": line.kind, "count": line.count, "said": line.said}
                self.stdout.write(json.dumps(out, ensure_ascii=False))
            else:
                self.stdout.write(f"  {line.said}")
        if not asking and not options["json"]:
            self.stdout.write(_("No machine waits for a person."))
        if options["agree"]:
            for name in guard.agree(by=getpass.getuser()):
                self.stderr.write(_("%s may send now.") % name)
        elif asking and not options["json"]:
            self.stdout.write(_("Run “machines --agree” to let those that ask send."))
