import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("newsletter", "0006_revisions"),
        ("subscribers", "0010_joining"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DayOff',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('note', models.CharField(blank=True, max_length=60, verbose_name='note')),
            ],
        ),
        migrations.CreateModel(
            name='EventCursor',
            fields=[
                ('name', models.CharField(max_length=30, primary_key=True, serialize=False)),
                ('event', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Ready',
            fields=[
                ('issue', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='ready', serialize=False, to='newsletter.issue')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('fingerprint', models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='Slot',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekdays', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(127)], verbose_name='weekdays')),
                ('at', models.TimeField(verbose_name='time')),
                ('edition', models.SlugField(blank=True, max_length=30, verbose_name='edition')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'slot',
                'verbose_name_plural': 'slots',
            },
        ),
        migrations.CreateModel(
            name='SlotUse',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('state', models.CharField(choices=[('open', 'open'), ('taken', 'taken'), ('empty', 'nothing was ready'), ('missed', 'missed: nothing was running')], default='open', max_length=6)),
                ('warned_at', models.DateTimeField(null=True)),
                ('told_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddIndex(
            model_name='chunk',
            index=models.Index(condition=models.Q(('kind', 'welcome'), ('state', 'waiting')), fields=['issue'], name='chunk_welcome'),
        ),
        migrations.AddField(
            model_name='dayoff',
            name='publication',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='days_off', to='subscribers.publication'),
        ),
        migrations.AddField(
            model_name='ready',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='slot',
            name='publication',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='slots', to='subscribers.publication'),
        ),
        migrations.AddField(
            model_name='slotuse',
            name='issue',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='newsletter.issue'),
        ),
        migrations.AddField(
            model_name='slotuse',
            name='slot',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='uses', to='newsletter.slot'),
        ),
        migrations.AddConstraint(
            model_name='dayoff',
            constraint=models.UniqueConstraint(fields=('publication', 'day'), name='day_off_once'),
        ),
        migrations.AddConstraint(
            model_name='slot',
            constraint=models.UniqueConstraint(fields=('publication', 'at', 'edition'), name='slot_once'),
        ),
        migrations.AddConstraint(
            model_name='slot',
            constraint=models.CheckConstraint(condition=models.Q(('weekdays__gte', 1), ('weekdays__lte', 127)), name='slot_weekdays'),
        ),
        migrations.AddConstraint(
            model_name='slotuse',
            constraint=models.UniqueConstraint(fields=('slot', 'day'), name='slot_used_once'),
        ),
        migrations.AddConstraint(
            model_name='slotuse',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'taken', 'empty', 'missed'])), name='slot_use_state'),
        ),
    ]
