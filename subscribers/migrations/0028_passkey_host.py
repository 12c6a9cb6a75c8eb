"""The host a passkey is bound to: after the site moves, its owner sees which ones are of no use."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0027_typed_in_tabs")]

    operations = [
        # "" for those that are there: where they were made is not known until they sign.
        migrations.AddField(
            model_name="passkey",
            name="host",
            field=models.CharField(blank=True, default="", max_length=253),
        ),
    ]
