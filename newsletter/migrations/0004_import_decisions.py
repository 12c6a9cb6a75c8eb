"""Answers that an import remembers for its publication, and warnings that wait to be looked at."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("newsletter", "0003_refusals"),
        ("subscribers", "0007_drop_count_clicks"),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportRule',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('lines', 'lines of no item'), ('shape', 'shape of a section'), ('category', 'category'), ('tag', 'tag'), ('section', 'section'), ('author', 'author'), ('source', 'source')], max_length=8)),
                ('key', models.CharField(blank=True, max_length=500)),
                ('name', models.CharField(blank=True, max_length=300)),
                ('value', models.CharField(blank=True, max_length=12)),
                ('by', models.CharField(max_length=150)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='subscribers.category')),
                ('publication', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='import_rules', to='subscribers.publication')),
                ('used_in', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='newsletter.issue')),
            ],
            options={
                'verbose_name': 'remembered answer',
                'verbose_name_plural': 'remembered answers',
                'constraints': [models.UniqueConstraint(fields=('publication', 'kind', 'key'), name='import_rule_once'), models.CheckConstraint(condition=models.Q(models.Q(('category__isnull', True), ('kind__in', ['lines', 'shape']), models.Q(('value', ''), _negated=True)), models.Q(('kind__in', ['category', 'tag', 'section', 'author', 'source']), ('value', '')), _connector='OR'), name='import_rule_answers')],
            },
        ),
        migrations.CreateModel(
            name='ImportWarning',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mark', models.CharField(max_length=32)),
                ('code', models.CharField(max_length=40)),
                ('params', models.JSONField(default=dict)),
                ('line', models.PositiveIntegerField(default=0)),
                ('accepted_by', models.CharField(blank=True, max_length=150)),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('issue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='import_warnings', to='newsletter.issue')),
            ],
            options={
                'verbose_name': 'import warning',
                'verbose_name_plural': 'import warnings',
                'ordering': ['line', 'id'],
                'constraints': [models.UniqueConstraint(fields=('issue', 'mark'), name='import_warning_once'), models.CheckConstraint(condition=models.Q(models.Q(('accepted_at__isnull', True), ('accepted_by', '')), models.Q(('accepted_at__isnull', False), models.Q(('accepted_by', ''), _negated=True)), _connector='OR'), name='import_warning_accepted_by_somebody')],
            },
        ),
    ]
