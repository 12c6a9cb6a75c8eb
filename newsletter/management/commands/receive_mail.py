"""Reports and drafts by SMTP or LMTP, or reports from mailboxes."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections
from django.utils.translation import gettext as _

from newsletter import conf
from newsletter.bounces import listener, poll, spool
from newsletter.config import report
from newsletter.intake.mail import Drafts

# Seconds between two looks at the kept reports, and of one at the most.
_LOOK = 2.0


class Command(BaseCommand):
    help = (
        "Take reports, and digests for drafts, from a mail server by SMTP or LMTP, or read"
        " BOUNCE_MAILBOX once."
    )
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        group = parser.add_mutually_exclusive_group(required=True)
        group.add_argument(
            "--listen", metavar="HOST:PORT", help="until stopped, like 127.0.0.1:2525"
        )
        group.add_argument("--poll", action="store_true", help="read every mailbox once and end")
        parser.add_argument("--lmtp", action="store_true", help="speak LMTP instead of SMTP")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["poll"]:
            self.stdout.write(_("Mails dealt with: %d") % poll())
            return
        host, colon, port = options["listen"].rpartition(":")
        if not colon or not port.isdigit() or int(port) > 65535:
            raise CommandError(_("Write --listen HOST:PORT."), returncode=2)
        asyncio.run(self._serve(host.strip("[]") or "127.0.0.1", int(port), options["lmtp"]))

    async def _serve(self, host: str, port: int, lmtp: bool) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)

        def ready(bound: int) -> None:
            kind = "LMTP" if lmtp else "SMTP"
            self.stdout.write(_("Taking reports by %s on %s:%d") % (kind, host, bound))
            self.stdout.flush()

        spooled = asyncio.create_task(self._take_in(stop))
        try:
            await listener.serve(
                host, port, lmtp=lmtp, stop=stop, ready=ready, doors=(*listener.REPORTS, Drafts())
            )
        except OSError as error:
            raise CommandError(f"{host}:{port}: {error.strerror or error}", returncode=1) from None
        finally:
            stop.set()
            await spooled

    async def _take_in(self, stop: asyncio.Event) -> None:
        """What `sudi-report` keeps on this machine: the worker may run on another one."""
        folder = report.folder(conf.data_dir())

        def look() -> None:
            close_old_connections()
            spool.take_in(folder, _LOOK)

        with ThreadPoolExecutor(1) as one:
            while not stop.is_set():
                await asyncio.get_running_loop().run_in_executor(one, look)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _LOOK)
