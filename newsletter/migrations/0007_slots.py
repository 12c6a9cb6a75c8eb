from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("newsletter", "0006_revisions"),
    ]

    operations = [
        migrations.CreateModel(
            name='EventCursor',
            fields=[
                ('name', models.CharField(max_length=30, primary_key=True, serialize=False)),
                ('event', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.AddIndex(
            model_name='chunk',
            index=models.Index(condition=models.Q(('kind', 'welcome'), ('state', 'waiting')), fields=['issue'], name='chunk_welcome'),
        ),
    ]
