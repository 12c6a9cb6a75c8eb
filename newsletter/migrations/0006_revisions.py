"""What goes out after a correction: the finished mail of a later revision, and who got which.

Nothing is moved: the frozen text stays the edition's own, and an outcome without a revision, as
0.1.0 stored them, was of that text.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("newsletter", "0005_roundups"),
        ("subscribers", "0007_drop_count_clicks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EditionRevision',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('size', models.PositiveIntegerField(default=0)),
                ('subject', models.CharField(blank=True, max_length=300)),
                ('preheader', models.CharField(blank=True, max_length=300)),
                ('headers', models.JSONField(default=dict)),
                ('html', models.BinaryField(default=bytes)),
                ('text', models.BinaryField(default=bytes)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='revision',
            name='revision_kind',
        ),
        migrations.RemoveConstraint(
            model_name='revision',
            name='revision_correction_has_note',
        ),
        migrations.AddField(
            model_name='chunk',
            name='revision',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='newsletter.revision'),
        ),
        migrations.AddField(
            model_name='issue',
            name='mailed',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='newsletter.revision'),
        ),
        migrations.AddField(
            model_name='issue',
            name='mending',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='newsletter.revision'),
        ),
        migrations.AddField(
            model_name='issue',
            name='resumes_when_mended',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='outcome',
            name='revision',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='newsletter.revision'),
        ),
        migrations.AddField(
            model_name='revision',
            name='item',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='revisions', to='newsletter.item'),
        ),
        migrations.AddField(
            model_name='revision',
            name='mail',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='tells_of', to='newsletter.issue'),
        ),
        migrations.AlterField(
            model_name='revision',
            name='kind',
            field=models.CharField(choices=[('import', 'import'), ('edit', 'edit'), ('release', 'release'), ('correction', 'correction'), ('proposal', 'proposed correction')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='issue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'sending'), _negated=True), ('mending__isnull', True), _connector='OR'), name='issue_sending_is_not_mending'),
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['import', 'edit', 'release', 'correction', 'proposal'])), name='revision_kind'),
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['correction', 'proposal']), _negated=True), models.Q(('note', ''), _negated=True), _connector='OR'), name='revision_correction_has_note'),
        ),
        migrations.AddField(
            model_name='editionrevision',
            name='edition',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='newsletter.edition'),
        ),
        migrations.AddField(
            model_name='editionrevision',
            name='revision',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='newsletter.revision'),
        ),
        migrations.AddConstraint(
            model_name='editionrevision',
            constraint=models.UniqueConstraint(fields=('edition', 'revision'), name='edition_revision'),
        ),
    ]
