"""Show or change a publication's settings: `publication SLUG [--set NAME=VALUE]... [--json]`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from subscribers import rehearsal
from subscribers.admin.publication_form import PublicationForm
from subscribers.management import named
from subscribers.models import AuditEntry, Publication

_USAGE = 2
_YES_NO = {"true": True, "yes": True, "on": True, "1": True}
_YES_NO |= {"false": False, "no": False, "off": False, "0": False}
# Addresses of pages and feeds are permanent.
_FIXED = ("slug", "logo_file")
# Setting -> the box beside it in the form, by which a person says that they know what follows.
_CONFIRMED_BY = {"roundup": "roundup_ends"}


class Command(BaseCommand):
    help = (
        "Show or change a publication's settings, by the names and rules of its form. "
        "All of --set is taken, or none of it."
    )
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="change a setting; may be given several times. An empty value clears it.",
        )
        parser.add_argument("--json", action="store_true", help="one object")

    def handle(self, *args: Any, **options: Any) -> None:
        """0: shown or changed; 1: a value was refused, and nothing was changed; 2: usage."""
        with transaction.atomic():
            publication = named.publication(
                options["slug"], among=Publication.objects.select_for_update()
            )
            given = _given(options["set"], PublicationForm(instance=publication))
            if given:
                problems = _change(publication, given)
                if problems:
                    self._refuse(problems, as_json=options["json"])
        shown = settings_of(PublicationForm(instance=publication))
        if options["json"]:
            self.stdout.write(json.dumps(shown, ensure_ascii=False))
            return
        for name, value in shown.items():
            self.stdout.write(f"{name}={value if isinstance(value, str) else json.dumps(value)}")

    def _refuse(self, problems: Sequence[Mapping[str, str]], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"problems": problems}, ensure_ascii=False))
        for problem in problems if not as_json else ():
            self.stderr.write(f"{problem['field'] or 'publication'}: {problem['message']}")
        raise SystemExit(1)


def _given(pairs: Sequence[str], form: forms.BaseForm) -> dict[str, str]:
    """{name: text} of the --set options. Raises CommandError for a name the form does not have."""
    given: dict[str, str] = {}
    names = [name for name in form.fields if name not in _FIXED]
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or name not in names:
            raise CommandError(
                f"--set {pair}: write NAME=VALUE, with one of these names: {', '.join(names)}.",
                returncode=_USAGE,
            )
        given[name] = value
    return given


def _change(publication: Publication, given: Mapping[str, str]) -> list[dict[str, str]]:
    """Store what is given; returns the problems, and then nothing was stored."""
    unbound = PublicationForm(instance=publication)
    data = {name: unbound[name].value() for name in unbound.fields}
    problems = []
    for name, text in given.items():
        if isinstance(unbound.fields[name], forms.BooleanField):
            if text.strip().lower() not in _YES_NO:
                problems.append({"field": name, "message": "Write true or false."})
                continue
            data[name] = _YES_NO[text.strip().lower()]
        else:
            data[name] = text
    form = PublicationForm(data, instance=publication)
    if not form.is_valid():
        problems += [
            {"field": "" if name == "__all__" else name, "message": f"{message}{_box(name, error)}"}
            for name, errors in form.errors.as_data().items()
            for error in errors
            for message in error.messages
        ]
    if problems:
        return problems
    changed = sorted(set(form.changed_data) & set(given))
    if changed:
        form.instance.changed_at = timezone.now()
        form.save()
        rehearsal.began(form.instance)
        AuditEntry.objects.create(
            actor="publication",
            publication=publication,
            action="publication changed",
            target=f"publication:{publication.pk}",
            detail={"fields": changed},
        )
    return []


def _box(name: str, error: forms.ValidationError) -> str:
    """How the box beside a setting is ticked from here, where that is what is lacking."""
    return f" (--set {_CONFIRMED_BY[name]}=true)" if error.code == "confirm" else ""


def settings_of(form: forms.BaseForm) -> dict[str, Any]:
    """{name: value} of every setting; what JSON does not know as text. Confirmations are none."""
    values = {
        name: form[name].value()
        for name, field in form.fields.items()
        if name in form.initial or field.initial is not None
    }
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    """A value as `--set` takes it: several with commas between them."""
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return value if isinstance(value, str | bool | int) or value is None else str(value)
