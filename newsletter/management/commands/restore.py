"""`restore FILE`: a backup in the place of the present site, which then asks before it sends."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from newsletter.config.backup import BackupRefused, restore


class Command(BaseCommand):
    help = "Restore a backup. Every issue on its way is paused, and a person must agree to send."
    # The keys are those of the backup, not of the database that is there: it compares them itself.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="also a database that has readers"
        )
        parser.add_argument(
            "--keys", type=Path, metavar="FILE", help="its LINK_KEYS, as `backup --keys` wrote them"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        os.umask(0o077)
        try:
            manifest = restore(
                options["file"],
                replace=options["replace"],
                key_file=options["keys"],
                by=getpass.getuser(),
            )
        except BackupRefused as error:
            raise CommandError(str(error), returncode=1) from None
        self.stdout.write(f"The site is as it was at {manifest['made_at']}.")
        self.stdout.write(
            "Nothing is sent until a person agrees: see the page “Machines”, or the command"
            " “machines”. Settle paused issues with “settle_doubt” before you resume them."
        )
