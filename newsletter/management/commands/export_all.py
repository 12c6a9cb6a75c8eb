"""`export_all FOLDER`: publications, issues, readers and ledgers as files that any program reads.

FOLDER/PUBLICATION/publication.json   its settings and categories
                   issues/*.md        what import_digest makes the same issues of
                   round-ups/*.md, corrections/*.md
                   readers.csv        what import_subscribers takes
                   ledger.jsonl       one issue a line: state, times and the ledger's counts
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from newsletter import sending
from newsletter.importing import exporting
from newsletter.models import Issue
from subscribers.admin.publication_form import PublicationForm
from subscribers.lists import export as readers_out
from subscribers.management import named
from subscribers.models import Publication

from .publication import settings_of

_USAGE = 2
# A rehearsal is a copy of an issue and was for no reader.
_FOLDERS = {
    Issue.Kind.REGULAR: "issues",
    Issue.Kind.ROUNDUP: "round-ups",
    Issue.Kind.CORRECTION: "corrections",
}
_CATEGORY = ("slug", "name", "description", "visibility", "position", "aliases", "translations")


class Command(BaseCommand):
    help = "Write everything there is as files: settings, issues, readers and ledgers."
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", type=Path, help="is made; files of the same names are replaced"
        )
        parser.add_argument("--publication", metavar="SLUG", help="this one only")
        parser.add_argument("--as", dest="form", choices=exporting.FORMS, default="markdown")
        parser.add_argument("--json", action="store_true", help="one object a publication")

    def handle(self, *args: Any, **options: Any) -> None:
        publications = Publication.objects.order_by("slug")
        if options["publication"]:
            publications = publications.filter(pk=named.publication(options["publication"]).pk)
        for publication in publications:
            try:
                done = _write(options["folder"] / publication.slug, publication, options["form"])
            except OSError as error:
                raise CommandError(
                    f"{error.filename}: {error.strerror}", returncode=_USAGE
                ) from None
            if options["json"]:
                self.stdout.write(json.dumps({"publication": publication.slug, **done}))
            else:
                self.stdout.write(
                    f"{publication.slug}: {done['issues']} issues, {done['readers']} readers"
                )


def _write(folder: Path, publication: Publication, form: str) -> dict[str, int]:
    """Write one publication; how many issues and readers there were."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _whole(folder / "publication.json") as file:
        json.dump(_settings(publication), file, ensure_ascii=False, indent=2)
        file.write("\n")
    issues = 0
    with _whole(folder / "ledger.jsonl") as ledger:
        found = publication.issues.filter(kind__in=list(_FOLDERS)).order_by("date", "pk")
        for issue in found.iterator(chunk_size=100):
            inner = folder / _FOLDERS[Issue.Kind(issue.kind)]
            inner.mkdir(mode=0o700, exist_ok=True)
            with _whole(inner / f"{issue.slug}{exporting.ENDINGS[form]}") as file:
                file.write(exporting.write(issue, form))
            ledger.write(json.dumps(_ledger(issue), ensure_ascii=False) + "\n")
            issues += 1
    with _whole(folder / "readers.csv", newline="") as file:
        readers = readers_out.write(file, publication)
    return {"issues": issues, "readers": readers}


@contextmanager
def _whole(path: Path, newline: str = "\n") -> Iterator[TextIO]:
    """A file that is complete or not there, and for its owner only: it is about people."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    opened = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8", newline=newline) as file:
        yield file
    os.replace(unfinished, path)


def _settings(publication: Publication) -> dict[str, Any]:
    categories = publication.categories.order_by("position", "pk")
    return {
        **settings_of(PublicationForm(instance=publication)),
        "categories": [
            {
                **{name: getattr(one, name) for name in _CATEGORY},
                "retired_at": one.retired_at.isoformat() if one.retired_at else None,
            }
            for one in categories
        ],
    }


def _ledger(issue: Issue) -> dict[str, Any]:
    published = issue.published_at
    return {
        "issue": issue.slug,
        "kind": issue.kind,
        "state": issue.state,
        "channels": issue.channels,
        "published_at": published.isoformat() if published else None,
        **sending.ledger(issue),
        **sending.reported(issue),
    }
