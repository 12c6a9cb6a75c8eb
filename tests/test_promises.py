"""What is defined is used: a field, a choice, a setting, a function, a template nobody needs goes.

A choice, field or switch that nothing performs is a promise on a page that is not kept.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import django.conf.global_settings
import pytest

from subscribers import forms
from subscribers.views import preferences
from tests import usage
from tests.usage import ROOT, Definition, Mentions

# Not used yet: the schema has them since 0.1.0, and this piece of work builds on them. An entry
# goes when its name is used, or is gone.
NOT_YET = {
    # Parts of a conversation that the engine will name when it asks the judge of refusals.
    "Phase.GREETING": "refusals of a connection",
    "Phase.TLS": "refusals of a connection",
    "Phase.EHLO": "refusals of a connection",
}

# Decorators that hand a function or class to a framework, which calls it.
HANDED_OVER = (
    "admin.register",  # The admin's site finds the page there.
    "api.",  # An address of the JSON interface, or its handler of errors.
    "worker_",  # Celery's signals.
)
# Names that a framework looks for in a place of its own.
LOOKED_FOR = {
    "newsletter/management/commands/": {"Command"},  # manage.py
    "subscribers/management/commands/": {"Command"},
    "newsletter/config/admin_look.py": {"UNFOLD"},  # django-unfold, by the settings
    "newsletter/config/urls.py": {"handler400", "handler403", "handler404", "handler500"},
    "newsletter/config/busy.py": {"process_exception"},  # Django, of a middleware
    "newsletter/apps.py": {"NewsletterConfig"},  # Django, by INSTALLED_APPS
    "subscribers/apps.py": {"SubscribersConfig"},
    "newsletter/urls.py": {"app_name"},  # include()
    "subscribers/urls.py": {"app_name"},
    "newsletter/config/doctor/checks/": {"READS"},  # running.py, where a check has it
    # Jobs of earlier versions, which a queue may still hold: they are found by their paths.
    "subscribers/tasks.py": {
        "answer_request",
        "send_welcome",
        "send_manage_links",
        "send_sensitive_link",
        "send_address_change",
    },
}
# aiosmtpd calls the first of whatever object it is given, http.client the second of a socket.
HOOK = re.compile(r"handle_[A-Z]+|makefile")
# Settings of libraries, beside Django's own.
LIBRARIES = (
    "ROOT_URLCONF", "ASGI_APPLICATION",
    "UNFOLD", "TASKS", "WHITENOISE_", "ANYMAIL", "FORMS_URLFIELD_ASSUME_HTTPS",
)  # fmt: skip


@pytest.fixture(scope="module")
def mentions() -> Mentions:
    return usage.mentions()


@pytest.fixture(scope="module")
def defined() -> list[Definition]:
    return [one for one in usage.definitions() if not one.name.startswith("__")]


def test_s7_every_name_is_used_outside_its_definition(
    mentions: Mentions, defined: list[Definition]
) -> None:
    unused = [
        str(one)
        for one in defined
        if not used(one, mentions) and not called_by_a_framework(one) and one.label not in NOT_YET
    ]
    assert unused == []


def test_s7_what_is_not_used_yet_is_there_and_not_used(
    mentions: Mentions, defined: list[Definition]
) -> None:
    by_label = {one.label: one for one in defined}
    assert set(NOT_YET) <= set(by_label)
    assert [label for label in NOT_YET if used(by_label[label], mentions)] == []


def used(one: Definition, mentions: Mentions) -> bool:
    """Whether the program mentions it elsewhere, in the way things of its kind are mentioned."""
    if one.kind == "field" and used(replace(one, kind="column", name=f"{one.name}_id"), mentions):
        return True  # A foreign key by its column.
    if elsewhere(one, mentions.members.get(one.name, [])):
        return True
    if one.kind == "choice":
        # By its value, where the model is spoken of: `filter(state="sent")`, SQL.
        model = one.owner.partition(".")[0]
        speaking = {path for path, _line in mentions.names.get(model, [])}
        places = mentions.values.get(one.value, [])
        return elsewhere(one, [place for place in places if place[0] in speaking])
    named = mentions.names.get(one.name, [])
    # Fields and choices are always named after a dot.
    if one.kind not in ("choice", "field", "column", "form field") and elsewhere(one, named):
        return True
    if one.name in mentions.templates and one.kind != "constant":
        return True
    if one.kind in ("field", "column", "form field", "method", "attribute"):
        # `values_list("state")`, `list_display = ["category_names"]`, SQL.
        return elsewhere(one, mentions.texts.get(one.name, []))
    return elsewhere(one, mentions.values.get(f"{module_of(one)}.{one.name}", []))


def module_of(one: Definition) -> str:
    """By which name it is imported: a package by its own, not by that of its `__init__`."""
    return ".".join(one.path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def elsewhere(one: Definition, places: list[tuple[Path, int]]) -> bool:
    return any(path != one.path or line not in one.lines for path, line in places)


def called_by_a_framework(one: Definition) -> bool:
    """By the rules above, or since it overrides what a class of a library calls or reads."""
    place = str(one.path.relative_to(ROOT))
    if any(decorator.startswith(HANDED_OVER) for decorator in one.decorators):
        return True
    if any(place.startswith(start) and one.name in names for start, names in LOOKED_FOR.items()):
        return True
    if one.path.name == "settings.py":
        return hasattr(django.conf.global_settings, one.name) or one.name.startswith(LIBRARIES)
    if not one.owner:
        return False
    if HOOK.fullmatch(one.name) or "Meta" in one.label.split("."):
        return True
    if one.name.startswith("clean_"):  # A form cleans each of its fields by this name.
        return True
    return any(one.name in vars(base) for base in foreign_bases(one))


def foreign_bases(one: Definition) -> Iterator[type]:
    found: object = importlib.import_module(module_of(one))
    for part in one.owner.split("."):
        found = getattr(found, part, None)
    for base in getattr(found, "__mro__", ())[1:]:
        ours = base.__module__.split(".")[0] in ("newsletter", "subscribers")
        if not ours and base is not object:
            yield base


# ---- message codes: a sentence for each that is given, none for one that is not


def test_every_word_about_an_address_is_for_what_is_found_wrong_with_one() -> None:
    text = (ROOT / "subscribers" / "addresses.py").read_text()
    assert set(re.findall(r'BadAddress\("(\w+)"', text)) == set(forms._WRONG)


def test_every_sentence_after_a_readers_act_is_shown_after_some_act() -> None:
    views = "".join(path.read_text() for path in (ROOT / "subscribers" / "views").glob("*.py"))
    pages = (ROOT / "templates" / "subscribers").rglob("*.html")
    shown = set(re.findall(r'done [!=]= "(\w+)"', "".join(page.read_text() for page in pages)))
    # At the call, or by the function that did it.
    given = set(re.findall(r'"(\w+)"', "".join(re.findall(r"again\(.*", views))))
    given |= set(re.findall(r'return "(\w+)"', views))
    assert set(preferences._DONE) <= shown
    assert shown <= given


# ---- templates


# Django's admin asks for it by name.
ASKED_FOR = {"site/admin/index.html"}


def test_every_template_is_used(mentions: Mentions) -> None:
    folder = ROOT / "templates"
    texts = "\n".join(
        path.read_text() for path in [*folder.rglob("*"), *usage.modules()] if path.is_file()
    )
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    unused = {
        name
        for name in names - ASKED_FOR
        # Those of a style are named by the table of styles (tests/test_templates.py).
        if not name.startswith("emails/styles/")
        # site/… stand in front of the admin's and its theme's own of the same name.
        and not name.startswith("site/")
        and not _named(name, texts)
    }
    assert unused == set()


def _named(name: str, texts: str) -> bool:
    """By its whole name, or by its last part where the folder is put in front of it."""
    last = name.rpartition("/")[2]
    return re.search(rf"""["'/,]{re.escape(last)}["',]""", texts) is not None
