"""`ledger PUBLICATION ISSUE`: what became of every reader, in sums that add up."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from newsletter import sending
from newsletter.models import Issue

from .send_issue import find_issue


class Command(BaseCommand):
    help = "Show the counts of an issue; --recount counts every outcome and compares."
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("publication")
        parser.add_argument("issue")
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--recount", action="store_true", help="the truth check")

    def handle(self, *args: Any, **options: Any) -> None:
        issue = find_issue(options["publication"], options["issue"])
        ledger = sending.ledger(issue)
        after = sending.reported(issue)
        if options["json"]:
            self.stdout.write(json.dumps({**ledger, **after}))
        else:
            self.stdout.write(f"{issue.get_state_display()}, {issue.get_channels_display()}")
            for name, count in (ledger | after).items():
                self.stdout.write(f"{name.replace('_', ' '):<12} {count:>9}")
        if options["recount"]:
            self._recount(issue, ledger)

    def _recount(self, issue: Issue, ledger: dict[str, int]) -> None:
        if issue.folded_at is not None:
            raise CommandError("The records were folded away; only the sums are kept.")
        counted = sending.recount(issue)
        wrong = [
            f"{name}: the sums say {ledger[name]}, the outcomes {counted[name]}"
            for name in ledger
            if ledger[name] != counted[name]
        ]
        if wrong:
            raise CommandError("\n".join(wrong))
        self.stderr.write("Every outcome was counted: the sums are right.")
