"""What imports said of drafts, names of editions, and the date of a span of days."""


import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("newsletter", "0009_health"),
        ("subscribers", "0012_asked_and_counts"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportBase",
            fields=[
                (
                    "id",
                    models.AutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("said", models.JSONField()),
            ],
            options={
                "verbose_name": "last import",
                "verbose_name_plural": "last imports",
            },
        ),
        migrations.RemoveConstraint(
            model_name="importrule",
            name="import_rule_answers",
        ),
        migrations.RemoveConstraint(
            model_name="issue",
            name="issue_origin",
        ),
        migrations.AddField(
            model_name="issue",
            name="edition",
            field=models.CharField(blank=True, max_length=40, verbose_name="edition"),
        ),
        migrations.AlterField(
            model_name="importrule",
            name="kind",
            field=models.CharField(
                choices=[
                    ("lines", "lines of no item"),
                    ("shape", "shape of a section"),
                    ("category", "category"),
                    ("tag", "tag"),
                    ("section", "section"),
                    ("author", "author"),
                    ("source", "source"),
                    ("span", "date of a span of days"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="importrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("category__isnull", True),
                        ("kind__in", ["lines", "shape", "span"]),
                        models.Q(("value", ""), _negated=True),
                    ),
                    models.Q(
                        ("kind__in", ["category", "tag", "section", "author", "source"]),
                        ("value", ""),
                    ),
                    _connector="OR",
                ),
                name="import_rule_answers",
            ),
        ),
        migrations.AddField(
            model_name="importbase",
            name="issue",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="import_base",
                to="newsletter.issue",
            ),
        ),
    ]
