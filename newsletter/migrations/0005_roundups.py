import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("newsletter", "0004_import_decisions"),
        ("subscribers", "0009_roundups"),
    ]

    operations = [
        migrations.CreateModel(
            name='Roundup',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField(verbose_name='first day')),
                ('until', models.DateField(verbose_name='last day')),
                ('begins_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('goes', models.BooleanField(default=False)),
                ('problem', models.TextField(blank=True)),
                ('seen_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'round-up',
                'verbose_name_plural': 'round-ups',
            },
        ),
        migrations.RemoveConstraint(
            model_name='edition',
            name='edition_key',
        ),
        migrations.RemoveConstraint(
            model_name='edition',
            name='edition_reason_selects_nothing',
        ),
        migrations.AddField(
            model_name='edition',
            name='start',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='item',
            name='copied_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='item',
            name='starred',
            field=models.BooleanField(default=False, verbose_name='starred'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.UniqueConstraint(fields=('issue', 'none_because', 'selection', 'start'), name='edition_key'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.CheckConstraint(condition=models.Q(('none_because', ''), models.Q(('selection', 0), ('start', 0)), _connector='OR'), name='edition_reason_selects_nothing'),
        ),
        migrations.AddField(
            model_name='roundup',
            name='issue',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='roundup', to='newsletter.issue'),
        ),
        migrations.AddField(
            model_name='roundup',
            name='publication',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='roundups', to='subscribers.publication'),
        ),
        migrations.AddField(
            model_name='roundup',
            name='subscription',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='subscribers.subscription'),
        ),
        migrations.AddIndex(
            model_name='roundup',
            index=models.Index(models.F('publication'), models.OrderBy(models.F('ends_at'), descending=True), condition=models.Q(('subscription__isnull', True)), name='roundup_newest'),
        ),
        migrations.AddIndex(
            model_name='roundup',
            index=models.Index(condition=models.Q(('goes', True)), fields=['id'], name='roundup_goes'),
        ),
        migrations.AddConstraint(
            model_name='roundup',
            constraint=models.UniqueConstraint(condition=models.Q(('subscription__isnull', True)), fields=('publication', 'since', 'until'), name='roundup_period'),
        ),
        migrations.AddConstraint(
            model_name='roundup',
            constraint=models.UniqueConstraint(condition=models.Q(('subscription__isnull', False)), fields=('subscription', 'begins_at'), name='roundup_of_reader'),
        ),
        migrations.AddConstraint(
            model_name='roundup',
            constraint=models.CheckConstraint(condition=models.Q(('begins_at__lt', models.F('ends_at')), ('since__lte', models.F('until'))), name='roundup_period_has_order'),
        ),
        migrations.AddConstraint(
            model_name='roundup',
            constraint=models.CheckConstraint(condition=models.Q(('goes', False), ('issue__isnull', False), _connector='OR'), name='roundup_goes_with_issue'),
        ),
    ]
