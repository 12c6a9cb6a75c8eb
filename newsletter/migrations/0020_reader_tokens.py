"""A third kind of rights for tokens: to import readers."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("newsletter", "0019_relay_hours"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="token", name="token_rights"),
        migrations.AlterField(
            model_name="token",
            name="rights",
            field=models.CharField(
                choices=[
                    ("draft", "read and write drafts"),
                    ("send", "read, write drafts and release them"),
                    ("readers", "import readers from a file"),
                ],
                max_length=7,
                verbose_name="rights",
            ),
        ),
        migrations.AddConstraint(
            model_name="token",
            constraint=models.CheckConstraint(
                name="token_rights", condition=Q(rights__in=["draft", "send", "readers"])
            ),
        ),
    ]
