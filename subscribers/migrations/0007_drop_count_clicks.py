from django.db import migrations


class Migration(migrations.Migration):
    """Nothing ever counted clicks, and the field stood on no form."""

    dependencies = [("subscribers", "0006_incident_and_scope")]

    operations = [migrations.RemoveField("publication", "count_clicks")]
