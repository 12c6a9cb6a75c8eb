"""A bounce or complaint from a pipe: `|manage.py receive_report --to $recipient`."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils.translation import gettext as _

from newsletter.bounces import Report, read
from newsletter.bounces.reading import MAX_BYTES

# sysexits.h: the mail server keeps the report and tries again.
EX_TEMPFAIL = 75


class Command(BaseCommand):
    help = "Read a bounce, complaint or automatic reply and do what it asks for."
    # A check that fails exits 1, and the mail server would throw the report away.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="a mail; - is standard input")
        parser.add_argument(
            "--to", action="append", default=[], metavar="ADDRESS",
            help="the envelope recipient it was delivered to, if the mail server tells",
        )  # fmt: skip
        parser.add_argument("--dry-run", action="store_true", help="read only; no database needed")
        parser.add_argument("--json", action="store_true", help="one object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        data = _data(options["file"])
        if options["dry_run"]:
            report, done = read(data), ""
        else:
            report, done = _receive(data, options["to"])
        if options["json"]:
            self.stdout.write(json.dumps(report.to_json(), ensure_ascii=False))
            return
        self.stdout.write(str(report.kind) + (f": {done}" if done else ""))
        for recipient in report.recipients:
            hard = _("hard") if recipient.hard else _("soft")
            address, status = recipient.address or "?", recipient.status or "-"
            self.stdout.write(f"  {address}  {status}  {hard}  {recipient.reason}")


def _data(name: str) -> bytes:
    if name == "-":
        data = sys.stdin.buffer.read(MAX_BYTES)
        # A mail server that is not listened to takes a broken pipe for a failed delivery.
        while sys.stdin.buffer.read(MAX_BYTES):
            pass
        return data
    try:
        with open(name, "rb") as file:
            return file.read(MAX_BYTES)
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}", returncode=2) from None


def _receive(data: bytes, to: list[str]) -> tuple[Report, str]:
    from newsletter.bounces import effects
    from newsletter.sending.guard import keys

    try:
        keys.settle()
        received = effects.receive(data, envelope=to)
    except (DatabaseError, keys.WrongKeys) as error:
        raise CommandError(_("Nothing was stored: %s") % error, returncode=EX_TEMPFAIL) from None
    return received.report, received.done
