"""Passkeys, beside the app of a second factor or in its place."""

from __future__ import annotations

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0025_second_factor")]

    operations = [
        migrations.AlterField(
            model_name="secondfactor",
            name="last_step",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="secondfactor",
            name="secret",
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.CreateModel(
            name="Passkey",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("credential", models.CharField(max_length=1364, unique=True)),
                ("public_key", models.BinaryField()),
                ("sign_count", models.BigIntegerField(default=0)),
                ("transports", models.JSONField(default=list)),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_used", models.DateTimeField(null=True)),
                ("went_back", models.DateTimeField(null=True)),
                (
                    "factor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="passkeys",
                        to="subscribers.secondfactor",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("factor", "name"), name="passkey_name_once")
                ],
            },
        ),
    ]
