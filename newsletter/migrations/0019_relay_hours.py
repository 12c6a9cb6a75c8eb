"""When a relay may be used for issues."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("newsletter", "0018_host"),
    ]

    operations = [
        migrations.AddField(
            model_name="relay",
            name="send_from",
            field=models.TimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="relay",
            name="send_until",
            field=models.TimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="relay",
            name="time_zone",
            field=models.CharField(default="UTC", max_length=50),
        ),
        migrations.AddConstraint(
            model_name="relay",
            constraint=models.CheckConstraint(
                name="relay_hours_both_or_neither",
                condition=Q(send_from__isnull=True, send_until__isnull=True)
                | Q(send_from__isnull=False, send_until__isnull=False),
            ),
        ),
    ]
