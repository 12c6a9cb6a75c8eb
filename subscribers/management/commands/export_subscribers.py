"""Readers to CSV; `subscribers.lists.export` says what is in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import ngettext

from subscribers.lists import export as csv_out
from subscribers.management import named
from subscribers.models import Subscription


class Command(BaseCommand):
    help = "Export the readers of a publication as CSV."
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--publication", required=True, metavar="SLUG")
        parser.add_argument(
            "--state",
            action="append",
            default=[],
            choices=list(Subscription.State.values),
            help="only these; may be given several times",
        )
        parser.add_argument(
            "--output", type=Path, metavar="FILE",
            help="a file for people, with the mark by which Excel knows UTF-8",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        publication = named.publication(options["publication"], code=1)
        states = tuple(options["state"])
        path: Path | None = options["output"]
        if path is None:
            # Not through Django's wrapper, which would end every write with a newline of its own.
            self.stdout.ending = ""
            csv_out.write(self.stdout, publication, states=states)
            return
        # Complete or not there at all, and for its owner only: it is a list of people.
        unfinished = path.with_name(f".{path.name}.unfinished")
        try:
            file = os.fdopen(
                os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
                "w",
                encoding="utf-8-sig",
                newline="",
            )
            with file:
                count = csv_out.write(file, publication, states=states)
            os.replace(unfinished, path)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}", returncode=2) from None
        self.stderr.write(ngettext("%d reader", "%d readers", count) % count)
