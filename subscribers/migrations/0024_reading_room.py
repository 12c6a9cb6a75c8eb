"""A publication may be for its readers alone, and may say how many they are."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("subscribers", "0023_agents"),
    ]

    operations = [
        migrations.AddField(
            model_name="publication",
            name="readers_only",
            field=models.BooleanField(
                default=False,
                help_text="Archive, issues and feeds open by a reader's own link alone, and no"
                " search engine shows them. Your sign-up page stays public.",
                verbose_name="for readers only",
            ),
        ),
        migrations.AddField(
            model_name="publication",
            name="show_readers",
            field=models.BooleanField(
                default=False, verbose_name="say on the sign-up page how many read it"
            ),
        ),
    ]
