"""Write one edition of an issue to standard output: HTML, text, MJML or the whole message."""

from __future__ import annotations

import datetime as dt
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from newsletter import editions, message, rendering
from newsletter.models import Issue
from subscribers.choice import TAIL
from subscribers.management import named
from subscribers.models import Publication


class Command(BaseCommand):
    help = "Write one edition of an issue to standard output."
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("publication")
        parser.add_argument("issue", help="its address name, usually its date")
        parser.add_argument(
            "--categories", help="address names separated by commas; without, every category"
        )
        parser.add_argument("--no-tail", action="store_true", help="without the tail links")
        parser.add_argument("--language", help="of the issue's translations, the one in this")
        parser.add_argument(
            "--as",
            dest="form",
            choices=["html", "text", "mjml", "message"],
            default="html",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        publication = named.publication(options["publication"], code=1)
        issue = _issue(publication, options["issue"], options["language"])
        view = editions.load(issue)
        selection = _selection(view, options["categories"])
        if not options["no_tail"]:
            selection |= view.mask & TAIL
        form = options["form"]
        try:
            prepared = rendering.prepare(view, publication)
            if form == "mjml":
                made = prepared.mjml(selection)
            else:
                edition = prepared.edition(selection)
                made = edition.text if form == "text" else edition.html
                if form == "message":
                    self._write(_message(edition, publication, issue))
                    return
        except rendering.RenderingError as error:
            raise CommandError(str(error)) from error
        self._write(made.encode())

    def _write(self, content: bytes) -> None:
        # Octets as they are: a message has CRLF, and the terminal's encoding has no say.
        out = getattr(self.stdout, "buffer", None) or sys.stdout.buffer
        out.write(content)
        out.flush()


def _issue(publication: Publication, slug: str, language: str | None) -> Issue:
    issue = publication.issues.filter(slug=slug).first()
    if issue is None:
        raise CommandError(f"{publication.slug} has no issue “{slug}”.")
    if language and issue.language.lower() != language.lower():
        translation = issue.issue_translations.filter(language__iexact=language).first()
        if translation is None:
            raise CommandError(f"“{slug}” is in {issue.language} and has no version in {language}.")
        return translation
    return issue


def _selection(view: editions.IssueView, categories: str | None) -> int:
    if categories is None:
        return view.category_mask
    bits = {c.slug: c.bit for c in view.categories() if c.bit is not None}
    selection = 0
    for slug in filter(None, (part.strip() for part in categories.split(","))):
        if slug not in bits:
            raise CommandError(
                f"No item of this issue is in “{slug}”. It has: {', '.join(sorted(bits))}."
            )
        selection |= 1 << bits[slug]
    if not selection:
        raise CommandError("Name at least one category.")
    return selection


def _message(edition: rendering.Rendered, publication: Publication, issue: Issue) -> bytes:
    """The mail of an invented reader: its personal links are signed, but lead to nobody."""
    reader = message.Reader("reader@example.org", 0, 0, issue.pk)
    template = message.MessageTemplate(edition, publication, issue)
    return message.plain_bytes(template.fill(reader, dt.datetime.now(dt.UTC)).content)
