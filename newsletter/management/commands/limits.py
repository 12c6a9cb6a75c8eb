"""`limits`: how fast mail may go, shown or changed."""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from newsletter.models import Issue
from newsletter.sending import ending, limits
from subscribers.models import Publication

_WHY = {
    "relay": "No relay of SMTP_URL has this name.",
    "domain": "Write a domain, such as example.org.",
    "rate": f"--per-hour: write 0 (no limit) to {limits.MOST_AN_HOUR}.",
    "at_once": "--at-once: write 1 to 1000.",
    "weight": "--weight: write 1 to 100.",
    "hours": "--hours FROM-UNTIL@ZONE, such as 08:00-18:00@Europe/Berlin, or off.",
    "zone": "--hours: no time zone has this name; write one such as Europe/Berlin.",
    "plan": "--warm-up FIRST:PERCENT:UNTIL, such as 200:30:20000; it must end within a year.",
}


class Command(BaseCommand):
    help = "Show the limits of every relay and what they mean, or change them."
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--relay", help="which relay (the only one, if there is one)")
        parser.add_argument("--domain", default="", help="only mail to readers of this domain")
        parser.add_argument("--per-hour", type=int, metavar="N", help="mails an hour; 0: no limit")
        parser.add_argument("--at-once", type=int, default=1, metavar="N")
        parser.add_argument("--weight", type=int, metavar="N", help="share beside other relays")
        parser.add_argument(
            "--publications", metavar="SLUG,...",
            help="issues of these go by this relay alone; '' takes that away",
        )  # fmt: skip
        parser.add_argument(
            "--hours", metavar="FROM-UNTIL@ZONE",
            help="only then issues go by it, such as 08:00-18:00@Europe/Berlin; off: at any time",
        )  # fmt: skip
        parser.add_argument(
            "--warm-up", metavar="FIRST:PERCENT:UNTIL", help="begin today; off: end it"
        )
        parser.add_argument("--json", action="store_true", help="one object a line")

    def handle(self, **options: Any) -> None:
        try:
            self._change(options)
        except limits.BadLimit as error:
            self.stderr.write(_WHY[error.code])
            sys.exit(1)
        for relay in limits.of_relays():
            self._show(relay, options["json"])

    def _change(self, options: dict[str, Any]) -> None:
        changes = ("per_hour", "weight", "publications", "hours", "warm_up")
        if all(options[name] is None for name in changes):
            return
        names = [relay.name for relay in limits.of_relays()]
        relay = options["relay"] or (names[0] if len(names) == 1 else None)
        if relay is None:
            raise CommandError(f"--relay: one of {', '.join(names)}")
        if options["per_hour"] is not None:
            domain, at_once = options["domain"], options["at_once"]
            limits.set_rate(relay, options["per_hour"], "command", domain=domain, at_once=at_once)
        if options["weight"] is not None:
            limits.set_weight(relay, options["weight"], "command")
        if options["publications"] is not None:
            limits.set_publications(relay, _publications(options["publications"]), "command")
        if options["hours"] is not None:
            limits.set_hours(relay, *_hours(options["hours"]), "command")
        if options["warm_up"] == "off":
            limits.end_warm_up(relay, "command")
        elif options["warm_up"] is not None:
            parts = options["warm_up"].split(":")
            if len(parts) != 3 or not all(part.isdecimal() for part in parts):
                raise limits.BadLimit("plan")
            first, percent, until = map(int, parts)
            limits.warm(relay, first, percent, until, "command")

    def _show(self, relay: limits.RelayLimits, as_json: bool) -> None:
        now = timezone.now()
        rate = relay.rate(now.date())
        opens = relay.hours.opens_at(now) if relay.hours is not None else None
        line: dict[str, Any] = {
            "relay": relay.name,
            "connections": relay.connections,
            "weight": relay.weight,
            "publications": sorted(
                Publication.objects.filter(pk__in=relay.publications).values_list("slug", flat=True)
            ),
            "hours": relay.hours
            and f"{relay.hours.start:%H:%M}-{relay.hours.end:%H:%M}@{relay.hours.zone}",
            "opens_at": opens and opens.isoformat(timespec="minutes"),
            "per_hour": relay.an_hour and round(relay.an_hour),
            "slowed_to": relay.slowed and round(relay.slowed),
            "warm_up": relay.warm_up
            and {
                "since": relay.warm_up.since.isoformat(),
                "today": relay.warm_up.a_day(now.date()),
                "until": relay.warm_up.until,
            },
            "now_per_hour": rate and round(rate),
            "domains": [
                {"domain": one.domain, "per_hour": round(one.an_hour), "at_once": one.at_once}
                for one in relay.domains
            ],
            "issues": [_forecast(issue) for issue in _under_way()],
        }
        if as_json:
            self.stdout.write(json.dumps(line, ensure_ascii=False))
            return
        self.stdout.write(f"{relay.name}:")
        for key, value in list(line.items())[1:]:
            self.stdout.write(f"  {key}: {_said(key, value)}")


def _said(key: str, value: Any) -> Any:
    if value is not None:
        return value
    return {"hours": "any", "opens_at": "is open"}.get(key, "no limit")


def _hours(text: str) -> tuple[dt.time | None, dt.time | None, str]:
    """`08:00-18:00@Europe/Berlin`; `off`: at any time."""
    if text == "off":
        return None, None, "UTC"
    times, _at, zone = text.partition("@")
    start, _dash, end = times.partition("-")
    try:
        return dt.time.fromisoformat(start), dt.time.fromisoformat(end), zone
    except ValueError:
        raise limits.BadLimit("hours") from None


def _publications(slugs: str) -> list[Publication]:
    wanted = {slug.strip() for slug in slugs.split(",") if slug.strip()}
    found = list(Publication.objects.filter(slug__in=wanted))
    if lost := wanted - {one.slug for one in found}:
        raise CommandError(f"--publications: there is no {', '.join(sorted(lost))}")
    return found


def _under_way() -> list[Issue]:
    rows = Issue.objects.filter(state=Issue.State.SENDING).select_related("publication")
    return list(rows.order_by("send_at", "id")[:20])


def _forecast(issue: Issue) -> dict[str, Any]:
    found = ending.of_issue(issue, limits.of_relays(), timezone.now())
    ends = found.ends_at.isoformat(timespec="minutes") if found.ends_at else None
    return {"issue": issue.slug, "mails": found.mails, "ends_at": ends, "by": found.by}
