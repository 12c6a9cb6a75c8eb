"""`settle_doubt PUBLICATION ISSUE --log FILE`: who is in doubt, settled from the relay's log."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.management.base import BaseCommand, CommandError, CommandParser

from newsletter.models import Delivery, Issue
from newsletter.sending import doubt
from subscribers.addresses import masked
from subscribers.models import Subscription

USAGE = 2


class Command(BaseCommand):
    help = "Settle readers in doubt from a mail server's log: sent, or never reached it."
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("publication")
        parser.add_argument("issue")
        parser.add_argument(
            "--log", action="append", required=True, type=Path, metavar="FILE",
            help="a log of the relay, packed or not; name each file of a rotated one",
        )  # fmt: skip
        parser.add_argument(
            "--time-zone", metavar="NAME",
            help="of dates that say none, like Europe/Berlin; found out from the log if left out",
        )  # fmt: skip
        parser.add_argument("--dry-run", action="store_true", help="say what it would settle")
        parser.add_argument("--json", action="store_true", help="one object")

    def handle(self, *args: Any, **options: Any) -> None:
        issue = (
            Issue.objects.select_related("publication")
            .filter(publication__slug=options["publication"], slug=options["issue"])
            .first()
        )
        if issue is None:
            raise CommandError(
                f"There is no issue “{options['issue']}” in “{options['publication']}”.",
                returncode=USAGE,
            )
        try:
            zone = ZoneInfo(options["time_zone"]) if options["time_zone"] else None
        except (ZoneInfoNotFoundError, ValueError):
            raise CommandError(
                f"--time-zone {options['time_zone']}: write a name like Europe/Berlin.",
                returncode=USAGE,
            ) from None
        try:
            report = doubt.settle(
                issue, options["log"], by=getpass.getuser(), zone=zone, dry=options["dry_run"]
            )
        except (doubt.LogRefused, doubt.NotNow) as refused:
            raise CommandError(str(refused), returncode=1) from None
        self._say(report, as_json=options["json"])

    def _say(self, report: doubt.Report, *, as_json: bool) -> None:
        if as_json:
            found = {
                "sent": report.sent, "never_reached": report.never,
                "sent_after_copy": report.after_copy, "still_in_doubt": sum(report.left.values()),
                "reasons": dict(report.left), "formats": report.formats,
                "covered": [[a.isoformat(), b.isoformat()] for a, b in report.covered],
                "not_ours": report.others, "known_but_not_in_log": report.missing,
            }  # fmt: skip
            self.stdout.write(json.dumps(found))
            return
        for line in doubt.sentences(report):
            self.stdout.write(line)
        names = _addresses([delivery for delivery, _ in report.named])
        for delivery, _why in report.named:
            self.stdout.write(f"  {names.get(delivery, '?')}")


def _addresses(deliveries: list[int]) -> dict[int, str]:
    """Masked: what a terminal shows ends up in tickets."""
    ties = dict(Delivery.objects.filter(pk__in=deliveries).values_list("pk", "subscription_id"))
    addresses = dict(
        Subscription.objects.filter(pk__in=ties.values()).values_list("pk", "subscriber__address")
    )
    return {delivery: masked(addresses.get(tie, "")) for delivery, tie in ties.items()}
