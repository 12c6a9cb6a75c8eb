"""Refusals get their blame, and what was decided of them.

Rows of 0.1.0 keep an empty blame and decide nothing any more: what they came to was done when they
were stored, by two judges that differed. They are no habit of a publication and no streak of a
reader either; both begin with this version.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('newsletter', '0002_cheaper_check'),
        ('subscribers', '0006_incident_and_scope'),
    ]

    operations = [
        migrations.CreateModel(
            name='Health',
            fields=[
                ('subscription', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='+', serialize=False, to='subscribers.subscription')),
            ],
        ),
        migrations.AddField(
            model_name='bounce',
            name='blame',
            field=models.CharField(blank=True, max_length=8),
        ),
        migrations.AddField(
            model_name='bounce',
            name='decision',
            field=models.CharField(blank=True, choices=[('waiting', 'waiting'), ('carried_out', 'carried out'), ('dropped', 'dropped')], max_length=11),
        ),
        migrations.AddField(
            model_name='bounce',
            name='incident',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='subscribers.incident'),
        ),
        migrations.AddField(
            model_name='bounce',
            name='permanent',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='bounce',
            name='reason_code',
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddIndex(
            model_name='bounce',
            index=models.Index(condition=models.Q(('decision', 'waiting'), ('incident__isnull', True)), fields=['delivery'], name='bounce_waiting'),
        ),
        migrations.AddIndex(
            model_name='bounce',
            index=models.Index(condition=models.Q(('incident__isnull', False)), fields=['incident'], name='bounce_of_incident'),
        ),
        migrations.AddConstraint(
            model_name='bounce',
            constraint=models.CheckConstraint(condition=models.Q(('decision__in', ['', 'waiting', 'carried_out', 'dropped'])), name='bounce_decision'),
        ),
        migrations.AddField(
            model_name='health',
            name='succeeded',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='newsletter.issue'),
        ),
    ]
