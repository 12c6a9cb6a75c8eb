"""Which keys a database belongs to, and which machines may act on it."""

import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("newsletter", "0009_pairs"),
    ]

    operations = [
        migrations.CreateModel(
            name='Machine',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nonce', models.CharField(max_length=32, unique=True)),
                ('name', models.CharField(max_length=100)),
                ('state', models.CharField(choices=[('enrolled', 'enrolled'), ('asking', 'waits for a person')], default='enrolled', max_length=8)),
                ('why', models.CharField(blank=True, choices=[('unknown', 'this database does not know it'), ('older', 'the database knows less than the machine'), ('elsewhere', 'the database is on another server now')], max_length=9)),
                ('beats', models.BigIntegerField(default=0)),
                ('database', models.CharField(blank=True, max_length=100)),
                ('since', models.DateTimeField(default=django.utils.timezone.now)),
                ('seen', models.DateTimeField(default=django.utils.timezone.now)),
                ('by', models.CharField(blank=True, max_length=150)),
            ],
            options={
                'verbose_name': 'machine',
                'verbose_name_plural': 'machines',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'enrolled'), ('why', '')), models.Q(('state', 'asking'), ('why__in', ['unknown', 'older', 'elsewhere'])), _connector='OR'), name='machine_state')],
            },
        ),
        migrations.CreateModel(
            name='SiteIdentity',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('site', models.UUIDField(default=uuid.uuid4)),
                ('keys', models.JSONField(default=dict)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='site_is_one')],
            },
        ),
    ]
