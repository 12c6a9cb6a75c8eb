"""`plan_issue PUBLICATION ISSUE`: what would go to whom, and why not to others."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from newsletter import sending
from newsletter.editions import family
from newsletter.models import Issue

from .send_issue import find_issue


class Command(BaseCommand):
    help = "Show the send plan: editions, sizes, readers. Changes nothing."
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("publication")
        parser.add_argument("issue")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        issue = find_issue(options["publication"], options["issue"])
        plan = sending.plan(issue)
        others = [(one, sending.plan(one)) for one in family.together(issue)[1:]]
        if options["json"]:
            said = _said(issue, plan)
            said["translations"] = [_said(one, its) for one, its in others]
            self.stdout.write(json.dumps(said, ensure_ascii=False, default=str))
            return
        self._write(plan)
        for one, its in others:
            self.stdout.write(f"goes with it: {one.publication.slug}/{one.slug} ({one.language})")
            self._write(its)

    def _write(self, plan: sending.Plan) -> None:
        for edition in plan.editions:
            self.stdout.write(
                f"{edition.readers:>8}  {edition.items:>3} items  {edition.html_bytes:>7} bytes"
                f"  {', '.join(edition.categories)}"
                + ("  (not in their language)" if edition.foreign else "")
            )
        self.stdout.write(
            f"{plan.full} readers get everything, {plan.partial} a part,"
            f" {sum(plan.none.values())} nothing"
            + "".join(f"; {reason}: {count}" for reason, count in plan.none.items())
        )
        for sentence in plan.blockers:
            self.stdout.write(f"blocked: {sentence}")
        for sentence in plan.warnings:
            self.stdout.write(f"look at: {sentence}")


def _said(issue: Issue, plan: sending.Plan) -> dict[str, Any]:
    return {
        "publication": issue.publication.slug,
        "issue": issue.slug,
        "language": issue.language,
        "recipients": plan.recipients,
        "editions": [
            {
                key: value
                for key, value in dataclasses.asdict(edition).items()
                if key not in ("selection", "start")
            }
            for edition in plan.editions
        ],
        "readers": {
            "full": plan.full,
            "partial": plan.partial,
            "none": sum(plan.none.values()),
        },
        "none_because": dict(plan.none),
        "blockers": list(plan.blockers),
        "warnings": list(plan.warnings),
    }
