from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class NewsletterConfig(AppConfig):
    name = "newsletter"
    verbose_name = _("Publishing")
    default_auto_field = "django.db.models.AutoField"

    def ready(self) -> None:
        from .sending import additions
        from .sending.guard import checks

        additions.register()
        checks.register()
        pre_migrate.connect(_before_migrating, sender=self)
        post_migrate.connect(_after_migrating, sender=self)
        post_migrate.connect(_keep_index, sender=self)


def _before_migrating(*, using: str, plan: Sequence[Any] = (), **rest: Any) -> None:
    from .models import change_triggers

    if plan:
        change_triggers.remove(using)


def _after_migrating(*, using: str, **rest: Any) -> None:
    from .models import change_triggers

    change_triggers.install(using)


def _keep_index(using: str, **_rest: Any) -> None:
    from subscribers import trigrams

    from .issues.finding import ISSUES, ITEMS

    for index in (ISSUES, ITEMS):
        trigrams.ensure(index, using)
