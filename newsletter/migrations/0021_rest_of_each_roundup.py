"""What a reader is owed of two round-ups that began at one moment is two rows."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("newsletter", "0020_reader_tokens"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="roundup", name="roundup_of_reader"),
        migrations.AddConstraint(
            model_name="roundup",
            constraint=models.UniqueConstraint(
                fields=["subscription", "begins_at", "ends_at"],
                condition=Q(subscription__isnull=False),
                name="roundup_of_reader",
            ),
        ),
    ]
