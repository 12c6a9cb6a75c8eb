"""`export_issue PUBLICATION ISSUE [--as markdown|json]`: a document that imports to that issue."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from newsletter.importing import exporting

from .send_issue import find_issue


class Command(BaseCommand):
    help = "Write an issue as a document; import_digest makes the same issue of it again."
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("publication")
        parser.add_argument("issue", help="its address name, usually its date")
        parser.add_argument("--as", dest="form", choices=exporting.FORMS, default="markdown")

    def handle(self, *args: Any, **options: Any) -> None:
        issue = find_issue(options["publication"], options["issue"])
        # Not through Django's wrapper, which would end it with a newline of its own.
        self.stdout.ending = ""
        self.stdout.write(exporting.write(issue, options["form"]))
