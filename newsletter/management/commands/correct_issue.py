"""`correct_issue PUBLICATION ISSUE --item KEY --file FILE --note TEXT`: mend what was read.

FILE is the whole item as it ought to read, written as in a digest; a category, a date or
sources that it does not name stay.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from newsletter import importing
from newsletter.digest import Item as ItemText
from newsletter.digest.decoding import LARGEST
from newsletter.issues import correction_mail, corrections
from newsletter.issues.corrections import NotCorrected
from newsletter.issues.revisions import digest_of
from newsletter.models import Issue, Item
from newsletter.sending import mending

from .send_issue import NOT_FINAL, USAGE, find_issue

ACTOR = "correct_issue"
# Seconds it waits for what is on the wire: a little longer than a lost worker's lease.
_PATIENCE = 90.0


class Command(BaseCommand):
    help = "Correct an item of an issue. Exit code 0 done, 1 refused, 2 usage, 3 not final yet."
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("publication")
        parser.add_argument("issue", help="the issue's address name, its date: 2025-10-10")
        parser.add_argument(
            "--item", required=True, metavar="KEY", help="its number, or its name in addresses"
        )
        parser.add_argument(
            "--file", required=True, type=Path, help="the item as it ought to read, as in a digest"
        )
        parser.add_argument("--note", required=True, help="what was wrong, for readers")
        parser.add_argument(
            "--mail", action="store_true", help="also the draft of a mail to whoever had it"
        )
        parser.add_argument("--json", action="store_true", help="one object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        issue = find_issue(options["publication"], options["issue"])
        item = _find_item(issue, options["item"])
        note = options["note"].strip()
        if not note:
            raise CommandError("Say in --note what was wrong.", returncode=USAGE)
        try:
            answer = self._correct(issue, item, note, options)
        except (NotCorrected, importing.NotRead) as refused:
            if options["json"]:
                self.stdout.write(json.dumps({"refused": refused.reasons}, ensure_ascii=False))
            raise CommandError("\n".join(refused.reasons), returncode=1) from None
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self.stdout.write(_said(answer))
        if not answer["final"]:
            raise CommandError("Not final yet.", returncode=NOT_FINAL)

    def _correct(
        self, issue: Issue, item: Item, note: str, options: dict[str, Any]
    ) -> dict[str, Any]:
        now = digest_of(issue)
        seen = corrections.mark(issue, now, item)
        old = corrections.item_of(issue, now, item)
        text = _as_typed(importing.read_item(issue, _content(options["file"]), old.category), old)
        new = corrections.with_item(issue, now, item, text)
        reach = mending.reach(issue, item)
        answer = {
            "issue": issue.slug, "item": item.number, "waiting": reach.waiting,
            "had": reach.had, "held": reach.held, "elsewhere": reach.elsewhere,
            "revision": None, "proposal": None, "mail": None, "final": True,
        }  # fmt: skip
        if issue.publication.needs_approval:
            if options["mail"]:
                raise NotCorrected("A second person must approve, who decides about a mail too.")
            proposal = mending.propose(
                issue, item, new, author=None, by=ACTOR, note=note, seen=seen
            )
            return {**answer, "proposal": proposal.number, "final": False}
        with transaction.atomic():
            revision = mending.correct(
                issue, item, new, author=None, by=ACTOR, note=note, seen=seen
            )
            if options["mail"]:
                if not reach.told:
                    raise NotCorrected("Nobody has had it by mail: there is nobody to tell.")
                answer["mail"] = correction_mail.make(revision).slug
        answer["revision"] = revision.number
        answer["final"] = mending.wait(issue, _PATIENCE)
        return answer


def _find_item(issue: Issue, key: str) -> Item:
    items = issue.items.filter(hidden=False)
    found = items.filter(anchor=key).first()
    if found is None and key.isdecimal() and len(key) < 10:
        found = items.filter(number=int(key)).first()
    if found is None:
        raise CommandError(
            f"The issue has no item “{key}”. They are numbered from 1.", returncode=USAGE
        )
    return found


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}.", returncode=USAGE) from None


def _as_typed(text: ItemText, old: ItemText) -> ItemText:
    """What the file does not say of the item stays, and what no correction touches."""
    return replace(
        text,
        date=text.date or old.date,
        sources=text.sources or old.sources,
        line=old.line,
        score=old.score,
        extra=old.extra,
    )


def _said(answer: dict[str, Any]) -> str:
    if answer["proposal"] is not None:
        return f"Proposed as revision {answer['proposal']}: a second person must apply it."
    said = (
        f"Corrected. {answer['waiting']} still wait and get the new text;"
        f" {answer['had']} have had the old one ({answer['held']} of them held this item)."
    )
    return said if answer["mail"] is None else f"{said} The mail is the draft {answer['mail']}."
