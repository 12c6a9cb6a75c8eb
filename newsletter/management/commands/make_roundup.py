"""`make_roundup PUBLICATION`: the round-up draft of a period; run twice, the same draft."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from newsletter.issues import roundups
from newsletter.issues.roundup_periods import Period, PeriodRefused, of_days
from newsletter.models import Issue
from newsletter.sending import control
from subscribers.management import named
from subscribers.models import Publication


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day like 2026-03-02") from None


class Command(BaseCommand):
    help = (
        "Make the round-up draft of a period, of what has appeared since the last one if none is"
        " given. Nothing is sent. Run again, it is the same draft."
    )
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("publication")
        parser.add_argument("--since", type=_day, metavar="DATE", help="first day of the period")
        parser.add_argument("--until", type=_day, metavar="DATE", help="last day, today at most")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["since"] is None) != (options["until"] is None):
            raise CommandError("Give --since and --until, or neither.", returncode=2)
        publication = named.publication(options["publication"], code=1)
        if publication.roundup == Publication.Roundup.OFF:
            raise CommandError(
                f"“{publication.slug}” keeps no round-up, so nobody would get it. Switch it on in"
                " the publication's settings first."
            )
        period = _period(publication, options["since"], options["until"])
        made = roundups.make(publication, period)
        if made.issue is None:
            if options["json"]:
                self._json({"issue": None, "items": 0, "categories": []})
            else:
                self.stdout.write(
                    f"Nothing appeared from {period.since} to {period.until}: no draft was made."
                )
            return
        if made.created:
            control.audit(made.issue, "make_roundup", "roundup made")
        rows = made.issue.items.filter(hidden=False).select_related("category").order_by("number")
        items = list(rows)
        slugs = list(dict.fromkeys(item.category.slug for item in items if item.category))
        if options["json"]:
            self._json({"issue": made.issue.slug, "items": len(items), "categories": slugs})
            return
        word = "made" if made.created else "there already"
        self.stdout.write(
            f"{publication.slug}/{made.issue.slug}: {word}, {len(items)} items in"
            f" {len(slugs)} categories, {_state(made.issue)}"
        )

    def _json(self, found: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(found, ensure_ascii=False))


def _period(publication: Publication, since: dt.date | None, until: dt.date | None) -> Period:
    now = timezone.now()
    if since is None or until is None:
        return roundups.running_period(publication, now)
    try:
        return of_days(since, until, ZoneInfo(publication.time_zone), now)
    except PeriodRefused as error:
        raise CommandError(f"--{error.field}: {error}") from None


def _state(issue: Issue) -> str:
    return str(Issue.State(issue.state).label)
