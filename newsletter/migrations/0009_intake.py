"""Tokens of programs, and the answers kept for repeated requests."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("newsletter", "0009_inputs"),
        ("subscribers", "0012_asked_and_counts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Token',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('name', models.CharField(blank=True, max_length=60, verbose_name='name')),
                ('rights', models.CharField(choices=[('draft', 'read and write drafts'), ('send', 'read, write drafts and release them')], max_length=5, verbose_name='rights')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('beginning', models.CharField(max_length=10)),
                ('networks', models.JSONField(blank=True, default=list, verbose_name='networks')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='made')),
                ('expires_at', models.DateTimeField(verbose_name='expires')),
                ('seen_at', models.DateTimeField(blank=True, null=True, verbose_name='last used')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked')),
                ('publication', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to='subscribers.publication')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'token',
                'verbose_name_plural': 'tokens',
            },
        ),
        migrations.CreateModel(
            name='KeptAnswer',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=200)),
                ('request', models.CharField(max_length=64)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('answer', models.TextField(blank=True)),
                ('token', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='kept_answers', to='newsletter.token')),
            ],
        ),
        migrations.AddConstraint(
            model_name='token',
            constraint=models.CheckConstraint(condition=models.Q(('rights__in', ['draft', 'send'])), name='token_rights'),
        ),
        migrations.AddConstraint(
            model_name='token',
            constraint=models.CheckConstraint(condition=models.Q(('digest', ''), _negated=True), name='token_digest'),
        ),
        migrations.AddIndex(
            model_name='keptanswer',
            index=models.Index(fields=['at'], name='kept_answer_at'),
        ),
        migrations.AddConstraint(
            model_name='keptanswer',
            constraint=models.UniqueConstraint(fields=('token', 'key'), name='kept_answer_once'),
        ),
    ]
