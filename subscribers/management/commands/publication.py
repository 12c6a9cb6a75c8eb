"""`publication SLUG`: its settings, shown or changed by the names and rules of its form."""

from __future__ import annotations

import argparse
import json
from typing import Any

from django import forms
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from subscribers.admin.publications import PublicationForm
from subscribers.models import AuditEntry, Publication

USAGE = 2
_YES, _NO = ("yes", "true", "on", "1"), ("no", "false", "off", "0", "")
# Addresses of pages and feeds are permanent.
_FIXED = ("slug",)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name.strip(), value


class Command(BaseCommand):
    help = (
        "Show a publication's settings, or change some. Exit code 1: a value was refused and"
        " nothing was changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("publication", metavar="SLUG")
        parser.add_argument(
            "--set", dest="changes", action="append", default=[], type=_pair, metavar="NAME=VALUE"
        )
        parser.add_argument("--json", action="store_true", help="all settings as one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        publication = Publication.objects.filter(slug=options["publication"]).first()
        if publication is None:
            raise CommandError(
                f"There is no publication “{options['publication']}”.", returncode=USAGE
            )
        if options["changes"]:
            _change(publication, dict(options["changes"]))
        found = _settings(publication)
        if options["json"]:
            whole = {"publication": publication.slug, **found}
            self.stdout.write(json.dumps(whole, ensure_ascii=False, default=str))
            return
        for name, value in found.items():
            self.stdout.write(f"{name}={_said(value)}")


def _settings(publication: Publication) -> dict[str, Any]:
    """Every setting of the form and its value; confirmations are none."""
    form = PublicationForm(instance=publication)
    return {
        name: form.get_initial_for_field(field, name)
        for name, field in form.fields.items()
        if name not in _FIXED and (name in form.initial or field.initial is not None)
    }


def _change(publication: Publication, changes: dict[str, str]) -> None:
    form = PublicationForm(instance=publication)
    unknown = sorted(name for name in changes if name not in form.fields or name in _FIXED)
    if unknown:
        known = ", ".join(sorted(set(form.fields) - set(_FIXED)))
        raise CommandError(
            f"No setting is called {', '.join(unknown)}. There are: {known}.", returncode=USAGE
        )
    data: dict[str, Any] = {}
    for name, field in form.fields.items():
        value = _said(form.get_initial_for_field(field, name))
        if name in changes:
            value = changes[name]
            if isinstance(field, forms.BooleanField):
                value = _yes_or_no(name, value)
        if not (isinstance(field, forms.BooleanField) and value in _NO):
            data[name] = value
    with transaction.atomic():
        held = Publication.objects.select_for_update().get(pk=publication.pk)
        form = PublicationForm(data, instance=held)
        if not form.is_valid():
            raise CommandError("\n".join(_problems(form)))
        held.changed_at = timezone.now()
        form.save()
        AuditEntry.objects.create(
            actor="publication",
            publication=held,
            action="publication changed",
            target=f"publication:{held.pk}",
            detail={"fields": sorted(changes)},
        )
    publication.refresh_from_db()


def _yes_or_no(name: str, text: str) -> str:
    said = text.strip().casefold()
    if said not in (*_YES, *_NO):
        raise CommandError(f"{name}: say yes or no.")
    return "on" if said in _YES else ""


def _problems(form: PublicationForm) -> list[str]:
    return [
        f"{name}: {message}" if name != "__all__" else str(message)
        for name, messages in form.errors.items()
        for message in messages
    ]


def _said(value: Any) -> str:
    """A value as its field reads it."""
    if value is None or value is False:
        return ""
    if value is True:
        return "on"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
