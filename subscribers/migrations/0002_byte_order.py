from django.db import migrations


def byte_order(apps, schema_editor):
    """The start of an address is searched as a range, so it must sort by bytes on both databases."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            'ALTER TABLE subscribers_subscriber ALTER COLUMN address TYPE varchar(254) COLLATE "C"'
        )


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0001_initial")]
    operations = [migrations.RunPython(byte_order, migrations.RunPython.noop)]
