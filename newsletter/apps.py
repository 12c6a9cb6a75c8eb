from django.apps import AppConfig
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
