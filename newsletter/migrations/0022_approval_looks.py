"""What somebody saw of an issue that they were asked to approve, and the time before."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('newsletter', '0021_rest_of_each_roundup'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ApprovalLook',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('state', models.JSONField()),
                ('before_at', models.DateTimeField(blank=True, null=True)),
                ('before', models.JSONField(blank=True, null=True)),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('issue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='approval_looks', to='newsletter.issue')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('issue', 'by'), name='approval_look_once'), models.CheckConstraint(condition=models.Q(models.Q(('before__isnull', True), ('before_at__isnull', True)), models.Q(('before__isnull', False), ('before_at__isnull', False)), _connector='OR'), name='approval_look_before')],
            },
        ),
    ]
