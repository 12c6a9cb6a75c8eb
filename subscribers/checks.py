"""What a project that hosts the apps must have, said by Django's `check` before it goes wrong.

On our own site all of it is given. Each finding names the setting or the line to write.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.core import checks
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string
from django_tasks import task_backends

from . import accounts, conf

_REQUIRED = {
    "BASE_URL": "the address of the start page, like https://example.org/news",
    "DATA_DIR": "a folder for uploads, journals and mail templates, private to this machine",
    "LINK_KEYS": "{1: b'…'}: version -> secret of at least 32 octets, kept as long as the readers",
    "SMTP_URLS": "the relays, like ['smtp://127.0.0.1:25']",
}
_QUEUES = {"default", "sending", "mail"}


def register() -> None:
    """Have Django ask; called once, when the app is ready."""
    checks.register(of_settings, "sudi")
    checks.register(of_accounts, "sudi")
    checks.register(of_addresses, checks.Tags.urls)


def of_settings(**_: Any) -> list[checks.CheckMessage]:
    """The dictionary `SUDI`, and where jobs go."""
    found: list[checks.CheckMessage] = []
    for key, meaning in _REQUIRED.items():
        try:
            conf.required(key)
        except ImproperlyConfigured:
            hint = f'SUDI["{key}"]: {meaning}'
            found.append(_error(1, f'settings.SUDI["{key}"] is not set.', hint))
    lacking = _QUEUES - set(task_backends["default"].queues)
    if lacking:
        found.append(
            _error(
                2,
                f"The queues {', '.join(sorted(lacking))} are not in TASKS.",
                'TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend",'
                ' "QUEUES": ["default", "sending", "mail"]}}, and django_tasks and django_tasks_db'
                " in INSTALLED_APPS.",
            )
        )
    if path := conf.visitor():
        try:
            import_string(path)
        except ImportError as error:
            hint = "The dotted path of a function that takes a request and returns an address."
            found.append(_error(3, f'SUDI["VISITOR"]: {error}', hint))
    return found


def of_accounts(**_: Any) -> list[checks.CheckMessage]:
    """The fields that are asked of AUTH_USER_MODEL."""
    model = get_user_model()
    found: list[checks.CheckMessage] = []
    for name in ("is_active", "is_staff", "is_superuser", accounts.address_field()):
        try:
            model._meta.get_field(name)
        except FieldDoesNotExist:
            hint = "AbstractUser has it; with AbstractBaseUser add PermissionsMixin and this field."
            found.append(_error(4, f"{model._meta.label} has no field {name}.", hint))
    return found


def of_addresses(**_: Any) -> list[checks.CheckMessage]:
    """The pages are where BASE_URL says, and those of the admin before the admin's own."""
    return [*_of_readers(), *_of_editors()]


def _of_readers() -> Iterator[checks.CheckMessage]:
    try:
        there, said = reverse("site:publications"), conf.mounted("/")
    except ImproperlyConfigured:
        return  # Said above.
    except NoReverseMatch:
        hint = 'path("news/", include("newsletter.config.public_urls"))'
        yield _error(5, "The pages for readers have no address.", hint)
        return
    if there != said:
        yield _error(
            6,
            f'The pages for readers are at {there}, and SUDI["BASE_URL"] says {said}.',
            "Links in mails begin with BASE_URL: it is the address of the page at that path.",
        )


def _of_editors() -> Iterator[checks.CheckMessage]:
    try:
        reverse("admin:subscribers_publication_changelist")
    except NoReverseMatch:
        return  # This process shows no admin, or not ours.
    try:
        reverse("unsaved")
    except NoReverseMatch:
        yield _error(
            7,
            "Some of our pages of the admin have no address.",
            'Before path("admin/", admin.site.urls), at the same path:'
            ' path("admin/", include("newsletter.config.admin_urls"))',
        )


def _error(number: int, text: str, hint: str) -> checks.CheckMessage:
    return checks.Error(text, hint=hint, id=f"subscribers.E{number:03}")
