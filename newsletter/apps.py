from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class NewsletterConfig(AppConfig):
    name = "newsletter"
    verbose_name = _("Publishing")
    default_auto_field = "django.db.models.AutoField"

    def ready(self) -> None:
        from .sending import additions

        additions.register()
        post_migrate.connect(_keep_index, sender=self)


def _keep_index(using: str, **_rest: Any) -> None:
    from subscribers import trigrams

    from .issues.finding import ISSUES, ITEMS

    for index in (ISSUES, ITEMS):
        trigrams.ensure(index, using)
