"""Which publications' past items count as told is a setting of a publication."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("subscribers", "0022_host"),
    ]

    operations = [
        migrations.AddField(
            model_name="publication",
            name="memory_of",
            field=models.ManyToManyField(
                blank=True, related_name="remembered_by", to="subscribers.publication"
            ),
        ),
    ]
