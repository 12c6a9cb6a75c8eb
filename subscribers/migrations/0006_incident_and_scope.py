"""Suppressions get a scope and the incident that made them.

All rows that are here stay as they are, for the whole site: for dead addresses, complaints and
erasures that is right. For "refused too often", "entered by a person" and "imported" version 0.1.0
kept no publication: evidence names a delivery that may be folded away, a person, or an import of
which the line is known but not for whom it spoke. To narrow one to a guessed publication would
mail people from the others who were told that nothing is mailed any more; so they stay, and the
site's owner may lift them one by one.

Going back: what holds for one publication only was not known before and would become the whole
site's; it is lifted, on record. The table is rewritten once on SQLite (a million rows: seconds).
"""

import django.db.models.deletion
import django.db.models.functions.comparison
import django.utils.timezone
from django.db import migrations, models


def lift_scoped(apps, schema_editor):
    suppression = apps.get_model("subscribers", "Suppression")
    suppression.objects.filter(publication__isnull=False, lifted_at__isnull=True).update(
        lifted_at=django.utils.timezone.now(), lifted_by="went back: held for one publication"
    )


class Migration(migrations.Migration):

    dependencies = [
        ('subscribers', '0005_event'),
    ]

    operations = [
        migrations.CreateModel(
            name='Incident',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('about', models.CharField(max_length=60)),
                ('opened_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('state', models.CharField(choices=[('open', 'held for a person'), ('carried_out', 'carried out'), ('dropped', 'dropped'), ('lifted', 'lifted')], default='open', max_length=11, verbose_name='state')),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('refusals', models.PositiveIntegerField(default=0)),
                ('habit', models.FloatField(default=0)),
                ('threshold', models.FloatField(default=0)),
                ('decided_by', models.CharField(blank=True, max_length=150)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'incident',
                'verbose_name_plural': 'incidents',
            },
        ),
        migrations.RemoveConstraint(
            model_name='suppression',
            name='suppression_in_force',
        ),
        migrations.AddField(
            model_name='suppression',
            name='publication',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscribers.publication'),
        ),
        migrations.AddField(
            model_name='incident',
            name='publication',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='incidents', to='subscribers.publication'),
        ),
        migrations.AddField(
            model_name='suppression',
            name='incident',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='suppressions', to='subscribers.incident'),
        ),
        migrations.AddIndex(
            model_name='suppression',
            index=models.Index(condition=models.Q(('incident__isnull', False)), fields=['incident'], name='suppression_of_incident'),
        ),
        migrations.AddConstraint(
            model_name='suppression',
            constraint=models.UniqueConstraint(models.F('key'), django.db.models.functions.comparison.Coalesce(models.F('publication'), 0), condition=models.Q(('lifted_at__isnull', True)), name='suppression_in_force'),
        ),
        migrations.AddConstraint(
            model_name='suppression',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason__in', ['hard', 'complaint', 'erased']), _negated=True), ('publication__isnull', True), _connector='OR'), name='suppression_of_whole_site'),
        ),
        migrations.AddIndex(
            model_name='incident',
            index=models.Index(fields=['publication', 'id'], name='incident_of_publication'),
        ),
        migrations.AddIndex(
            model_name='incident',
            index=models.Index(fields=['about'], name='incident_about'),
        ),
        migrations.AddConstraint(
            model_name='incident',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('publication', 'about'), name='incident_open'),
        ),
        migrations.AddConstraint(
            model_name='incident',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'carried_out', 'dropped', 'lifted'])), name='incident_state'),
        ),
        migrations.AddConstraint(
            model_name='incident',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by', ''), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('decided_at__isnull', False), models.Q(('decided_by', ''), _negated=True)), _connector='OR'), name='incident_decided_by_somebody'),
        ),
        migrations.RunPython(migrations.RunPython.noop, lift_scoped),
    ]
