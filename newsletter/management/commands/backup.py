"""`backup FILE`: the whole site in one file, of one moment, while it goes on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from newsletter.config.backup import BackupRefused, back_up


class Command(BaseCommand):
    help = "Write database and files into one file. It holds readers' addresses: keep it safe."
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--keys", type=Path, metavar="FILE",
            help="write LINK_KEYS too, into a file of their own: keep it apart from the backup",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        os.umask(0o077)
        try:
            manifest = back_up(options["file"].absolute(), options["keys"])
        except (BackupRefused, OSError) as error:
            raise CommandError(str(error), returncode=1) from None
        self.stdout.write(f"{options['file']}: the site as it was at {manifest['made_at']}.")
        if options["keys"] is None:
            self.stdout.write("Without LINK_KEYS, which a restored site needs; --keys writes them.")
