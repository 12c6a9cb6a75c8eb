"""Where a release goes, issues that are published and not mailed, and rehearsals."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("newsletter", "0007_slots"),
        ("subscribers", "0007_drop_count_clicks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='issue',
            name='issue_kind',
        ),
        migrations.RemoveConstraint(
            model_name='issue',
            name='issue_state',
        ),
        migrations.RemoveConstraint(
            model_name='issue',
            name='issue_unsent_has_no_recipients',
        ),
        migrations.AddField(
            model_name='issue',
            name='channels',
            field=models.CharField(choices=[('all', 'mail, site and feeds'), ('site', 'site and feeds only'), ('mail', 'mail only')], default='all', max_length=4, verbose_name='where it goes'),
        ),
        migrations.AddField(
            model_name='issue',
            name='rehearsed_to',
            field=models.EmailField(blank=True, max_length=254),
        ),
        migrations.AddField(
            model_name='issue',
            name='rehearses',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rehearsals', to='newsletter.issue'),
        ),
        migrations.AlterField(
            model_name='issue',
            name='kind',
            field=models.CharField(choices=[('regular', 'regular'), ('roundup', 'round-up'), ('correction', 'correction'), ('rehearsal', 'rehearsal')], default='regular', max_length=10, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='issue',
            name='state',
            field=models.CharField(choices=[('draft', 'draft'), ('scheduled', 'scheduled'), ('sending', 'sending'), ('paused', 'paused'), ('sent', 'sent'), ('cancelled', 'cancelled'), ('archived', 'archived'), ('published', 'published')], default='draft', max_length=10, verbose_name='state'),
        ),
        migrations.AddConstraint(
            model_name='issue',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['regular', 'roundup', 'correction', 'rehearsal'])), name='issue_kind'),
        ),
        migrations.AddConstraint(
            model_name='issue',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'scheduled', 'sending', 'paused', 'sent', 'cancelled', 'archived', 'published'])), name='issue_state'),
        ),
        migrations.AddConstraint(
            model_name='issue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['draft', 'scheduled', 'archived', 'published']), _negated=True), models.Q(('frozen_at__isnull', True), ('recipients', 0)), _connector='OR'), name='issue_unsent_has_no_recipients'),
        ),
        migrations.AddConstraint(
            model_name='issue',
            constraint=models.CheckConstraint(condition=models.Q(('channels__in', ['all', 'site', 'mail'])), name='issue_channels'),
        ),
        migrations.AddConstraint(
            model_name='issue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), ('published_at__isnull', False), _connector='OR'), name='issue_published_has_time'),
        ),
        migrations.AddConstraint(
            model_name='issue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('channels', 'site'), _negated=True), models.Q(('frozen_at__isnull', True), ('recipients', 0)), _connector='OR'), name='issue_site_only_is_not_mailed'),
        ),
        migrations.AddConstraint(
            model_name='issue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('channels', 'mail'), _negated=True), ('published_at__isnull', True), _connector='OR'), name='issue_mail_only_is_not_public'),
        ),
        migrations.AddConstraint(
            model_name='issue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('rehearsed_to', ''), _negated=True), ('kind', 'rehearsal'), ('listed', False), ('published_at__isnull', True), ('rehearses__isnull', False), ('state__in', ['sending', 'paused', 'sent', 'cancelled'])), models.Q(models.Q(('kind', 'rehearsal'), _negated=True), ('rehearsed_to', ''), ('rehearses__isnull', True)), _connector='OR'), name='issue_rehearsal'),
        ),
    ]
