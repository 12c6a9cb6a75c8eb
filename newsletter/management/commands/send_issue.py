"""`send_issue PUBLICATION ISSUE`: release an issue, and wait until its ledger is final if asked."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from newsletter import sending
from newsletter.models import Issue
from newsletter.sending import guard
from newsletter.sending.engine.service import live_worker
from subscribers import rehearsal, times
from subscribers.management import named

USAGE, NOT_FINAL = 2, 3
_OPEN = ("scheduled", "sending", "paused", "sent")
_BY = "send_issue"
# By --site-only and --mail-only.
_CHANNELS = {
    (False, False): Issue.Channels.ALL,
    (True, False): Issue.Channels.SITE,
    (False, True): Issue.Channels.MAIL,
}


def find_issue(publication: str, slug: str) -> Issue:
    """The issue with this address, or a CommandError with the exit code of wrong usage."""
    of = named.publication(publication)
    found = Issue.objects.select_related("publication").filter(publication=of, slug=slug).first()
    if found is None:
        raise CommandError(f"There is no issue “{slug}” in “{publication}”.", returncode=USAGE)
    return found


class Command(BaseCommand):
    help = "Release an issue. Exit code 0 done, 1 refused, 2 usage, 3 not final yet."
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("publication")
        parser.add_argument("issue", help="the issue's address name, its date: 2025-10-10")
        when = parser.add_mutually_exclusive_group()
        when.add_argument("--now", action="store_true", help="without the time to undo")
        when.add_argument(
            "--at", metavar="TIME", help="ISO time, the publication's unless it has an offset"
        )
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--site-only", action="store_true", help="site and feeds, no mail")
        where.add_argument("--mail-only", action="store_true", help="no page and no feed has it")
        where.add_argument(
            "--rest", action="store_true", help="mail what was sent to who has not got it"
        )
        parser.add_argument(
            "--confirm-twin",
            metavar="ISSUE",
            help="you have seen that ISSUE, which is out, holds mostly the same stories",
        )
        parser.add_argument("--wait", action="store_true", help="stay until the ledger is final")
        parser.add_argument("--timeout", type=float, metavar="SECONDS", help="with --wait")
        parser.add_argument("--json", action="store_true", help="the ledger as one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        issue = find_issue(options["publication"], options["issue"])
        self._as_json = bool(options["json"])
        waits_only = (
            options["wait"] and not options["now"] and not options["at"] and issue.state in _OPEN
        )
        if not waits_only or options["rest"]:
            issue = self._release(issue, options)
        if options["wait"]:
            with contextlib.ExitStack() as closing:
                self._wait(issue, options, closing)
        elif options["json"]:
            self._say(issue)

    def _release(self, issue: Issue, options: dict[str, Any]) -> Issue:
        """Do what was asked; the issue that is on its way, which may be a rehearsal."""
        at = None
        if options["confirm_twin"]:
            self._confirm(issue, options["confirm_twin"])
        if options["at"]:
            at = self._moment(options["at"], issue, as_json=options["json"])
        channels = _CHANNELS[options["site_only"], options["mail_only"]]
        address = rehearsal.address_of(issue.publication)
        rehearsed = address and channels != Issue.Channels.SITE and not options["rest"]
        try:
            if options["rest"]:
                said = f"{sending.mail_rest(issue, by=_BY)} more readers get it."
            elif rehearsed and at is None:
                issue = sending.rehearse(issue, by=_BY, channels=channels)
                said = f"Rehearsal: {issue.recipients} mails to {address}, none to a reader."
            else:
                send_at = sending.release(
                    issue, by=_BY, at=at, now=options["now"], channels=channels
                )
                what = "published" if channels == Issue.Channels.SITE else "sent"
                there = times.say(send_at, issue.publication)
                said = f"Released; {what} from {send_at:%Y-%m-%d %H:%M:%S} UTC, {there}."
        except sending.ActRefused as refused:
            raise self._refused(refused.reasons, as_json=options["json"]) from None
        if not options["json"]:
            self.stdout.write(said)
        return issue

    def _confirm(self, issue: Issue, twin: str) -> None:
        if not sending.confirm_twin(issue, twin, by=_BY):
            raise CommandError(f"There is no other issue “{twin}” here.", returncode=USAGE)

    def _moment(self, text: str, issue: Issue, *, as_json: bool) -> dt.datetime:
        """A time of the publication; one that is none, or two, is refused by name."""
        try:
            return times.read(text, times.zone_of(issue.publication))
        except times.NoTime as problem:
            raise CommandError(times.explain(problem, None), returncode=USAGE) from None
        except times.TimeProblem as problem:
            reasons = [times.explain(problem, issue.publication)]
            raise self._refused(reasons, as_json=as_json) from None

    def _refused(self, reasons: list[str], *, as_json: bool) -> CommandError:
        if as_json:
            self.stdout.write(json.dumps({"refused": reasons}, ensure_ascii=False))
        return CommandError("\n".join(reasons), returncode=1)

    def _wait(self, issue: Issue, options: dict[str, Any], closing: contextlib.ExitStack) -> None:
        timeout = options["timeout"]
        until = None if timeout is None else time.monotonic() + timeout
        sender: sending.Sender | None = None
        bar = _Bar(sys.stderr) if sys.stderr.isatty() and not options["json"] else None
        asked = time.monotonic()
        while True:
            issue.refresh_from_db()
            progress = sending.progress(issue)
            if bar is not None:
                bar.show(progress)
            if progress.final:
                break
            if issue.state == Issue.State.PAUSED:
                self._say(issue)
                raise CommandError(
                    f"The issue is paused. {issue.state_reason}".strip(), returncode=NOT_FINAL
                )
            if issue.state == Issue.State.DRAFT:
                raise CommandError("The issue was taken back.", returncode=1)
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                self._say(issue)
                raise CommandError("Not final yet.", returncode=NOT_FINAL)
            if sender is None and time.monotonic() - asked > 0.5 and not live_worker():
                self.stderr.write("No worker is running: this command sends by itself.")
                sender = closing.enter_context(sending.running())
            if sender is not None and guard.asks():
                # Not forever: who waits for the end of the issue must hear why it does not come.
                self._say(issue)
                raise CommandError(
                    "This machine may not send: the database looks like a copy, and a person must"
                    " agree. The command “machines” says more.",
                    returncode=NOT_FINAL,
                )
            if sender is not None:
                if guard.may_act():
                    sending.sweep()
                sender.drain(5.0 if left is None else min(5.0, left))
            time.sleep(0.3 if left is None else min(0.3, left))
        if bar is not None:
            bar.end()
        self._say(issue)

    def _say(self, issue: Issue) -> None:
        issue.refresh_from_db()
        ledger = sending.ledger(issue)
        if self._as_json:
            self.stdout.write(json.dumps(ledger))
            return
        self.stdout.write(
            ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in ledger.items())
        )


class _Bar:
    """One line on a terminal that is written over."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def show(self, progress: sending.Progress) -> None:
        total = progress.counts["recipients"]
        share = progress.done / total if total else 0.0
        filled = round(30 * share)
        line = f"[{'#' * filled}{'.' * (30 - filled)}] {progress.done}/{total}"
        if progress.rate_per_second:
            line += f"  {progress.rate_per_second:.0f}/s"
        if progress.seconds_left is not None:
            line += f"  {dt.timedelta(seconds=round(progress.seconds_left))} left"
        self._stream.write(f"\r\x1b[K{line}")
        self._stream.flush()

    def end(self) -> None:
        self._stream.write("\n")
