import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("subscribers", "0008_list_decisions"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='subscription',
            name='subscription_rhythm',
        ),
        migrations.AddField(
            model_name='publication',
            name='roundup',
            field=models.CharField(choices=[('off', 'none'), ('weekly', 'every week'), ('monthly', 'every month')], default='off', help_text='Readers may then choose it instead of single issues.', max_length=7, verbose_name='round-up'),
        ),
        migrations.AddField(
            model_name='publication',
            name='roundup_by_itself',
            field=models.BooleanField(default=False, help_text='Released as soon as it is made, with undo time and first readers as any issue. Off: it waits as a draft. Never where a second person must approve.', verbose_name='goes by itself'),
        ),
        migrations.AddField(
            model_name='publication',
            name='roundup_changed_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='publication',
            name='roundup_day',
            field=models.PositiveSmallIntegerField(default=1, help_text='For a monthly one, 1 to 31; in a shorter month its last day.', verbose_name='day of the month'),
        ),
        migrations.AddField(
            model_name='publication',
            name='roundup_hour',
            field=models.PositiveSmallIntegerField(default=17, help_text='0 to 23, in the time zone above. Then the period ends and the draft is made.', verbose_name='hour'),
        ),
        migrations.AddField(
            model_name='publication',
            name='roundup_items',
            field=models.PositiveSmallIntegerField(default=15, help_text='In the whole round-up.', verbose_name='items at most'),
        ),
        migrations.AddField(
            model_name='publication',
            name='roundup_order',
            field=models.CharField(choices=[('starred', 'starred items first, then the newest'), ('newest', 'the newest first'), ('issues', 'in the order of the issues')], default='starred', help_text='It also decides what is left out when there is not room for everything.', max_length=7, verbose_name='order'),
        ),
        migrations.AddField(
            model_name='publication',
            name='roundup_per_category',
            field=models.PositiveSmallIntegerField(default=0, help_text='0: as many as there is room for.', verbose_name='of a category at most'),
        ),
        migrations.AddField(
            model_name='publication',
            name='roundup_weekday',
            field=models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')], default=4, help_text="The day on which a weekly round-up's period ends.", verbose_name='weekday'),
        ),
        migrations.AddField(
            model_name='subscription',
            name='rhythm_since',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AlterField(
            model_name='subscription',
            name='rhythm',
            field=models.CharField(choices=[('every', 'every issue'), ('weekly', 'a weekly round-up'), ('monthly', 'a monthly round-up')], default='every', max_length=7, verbose_name='rhythm'),
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(condition=models.Q(('rhythm', 'weekly')), fields=['publication', 'id'], name='subscription_weekly'),
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(condition=models.Q(('rhythm', 'monthly')), fields=['publication', 'id'], name='subscription_monthly'),
        ),
        migrations.AddConstraint(
            model_name='publication',
            constraint=models.CheckConstraint(condition=models.Q(('roundup__in', ['off', 'weekly', 'monthly'])), name='publication_roundup'),
        ),
        migrations.AddConstraint(
            model_name='publication',
            constraint=models.CheckConstraint(condition=models.Q(('roundup_order__in', ['starred', 'newest', 'issues'])), name='publication_roundup_order'),
        ),
        migrations.AddConstraint(
            model_name='publication',
            constraint=models.CheckConstraint(condition=models.Q(('roundup_day__gte', 1), ('roundup_day__lte', 31), ('roundup_hour__lte', 23), ('roundup_items__gte', 1), ('roundup_items__lte', 200), ('roundup_weekday__lte', 6)), name='publication_roundup_time'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(('rhythm__in', ['every', 'weekly', 'monthly'])), name='subscription_rhythm'),
        ),
    ]
