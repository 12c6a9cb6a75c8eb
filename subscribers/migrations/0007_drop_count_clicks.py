from django.db import migrations


class Migration(migrations.Migration):
    """Nothing ever counted clicks, and the field stood on no form."""

    dependencies = [("subscribers", "0003_words_of_publication")]

    operations = [migrations.RemoveField("publication", "count_clicks")]
