from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class SubscribersConfig(AppConfig):
    name = "subscribers"
    verbose_name = _("Readers")
    default_auto_field = "django.db.models.AutoField"

    def ready(self) -> None:
        from . import checks

        checks.register()
        # Not in a migration: SQLite drops a table's triggers whenever a migration remakes it.
        pre_migrate.connect(_before_migrating, sender=self)
        post_migrate.connect(_keep_triggers, sender=self)


def _before_migrating(*, using: str, plan: Sequence[Any] = (), **_rest: Any) -> None:
    from django.db import connections

    from .readership import triggers

    # Forward on PostgreSQL they stay, and miss nothing; back, what they write into may go.
    if plan and (
        connections[using].vendor == "sqlite" or any(backwards for _migration, backwards in plan)
    ):
        triggers.remove(using)


def _keep_triggers(using: str, **_rest: Any) -> None:
    from . import trigrams
    from .readership import triggers

    triggers.ensure(using)
    trigrams.ensure(trigrams.READERS, using)
