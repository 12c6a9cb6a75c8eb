from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SubscribersConfig(AppConfig):
    name = "subscribers"
    verbose_name = _("Readers")
    default_auto_field = "django.db.models.AutoField"

    def ready(self) -> None:
        # Not in a migration: SQLite drops a table's triggers whenever a migration remakes it.
        post_migrate.connect(_keep_triggers, sender=self)


def _keep_triggers(using: str, **_rest: Any) -> None:
    from . import trigrams
    from .readership import triggers

    triggers.ensure(using)
    trigrams.ensure(trigrams.READERS, using)
