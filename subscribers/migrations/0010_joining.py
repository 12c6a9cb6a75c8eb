import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("subscribers", "0009_roundups"),
    ]

    operations = [
        migrations.AddField(
            model_name='publication',
            name='slot_notice_minutes',
            field=models.PositiveSmallIntegerField(default=30, help_text='So long before a slot its editors are told if nothing is ready. 0: never.', validators=[django.core.validators.MaxValueValidator(1440)], verbose_name='notice before a slot in minutes'),
        ),
        migrations.AddField(
            model_name='publication',
            name='welcome_days',
            field=models.PositiveSmallIntegerField(default=7, help_text='The newest issue follows a confirmation if it is not older, 1 to 30 days.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(30)], verbose_name='latest issue at most so many days old'),
        ),
        migrations.AlterField(
            model_name='publication',
            name='welcome_latest_issue',
            field=models.BooleanField(default=False, help_text='Who confirms gets the newest issue at once, with the categories they chose.', verbose_name='send new readers the latest issue'),
        ),
    ]
