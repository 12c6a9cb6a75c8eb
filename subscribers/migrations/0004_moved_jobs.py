"""Jobs that version 0.1.0 stored by the path of a function that has moved since.

django-tasks-db keeps that path with every job; one that waits would fail when it is imported.
The table is another app's and may not be there (Celery, or a host with an engine of its own).
"""

from django.db import migrations

MOVED = {
    "newsletter.reader_files.import_readers": "subscribers.lists.jobs.import_readers",
    "newsletter.dead_links.check_issue": "newsletter.issues.dead_links.check_issue",
}
TABLE = "django_tasks_database_dbtaskresult"


def rewrite(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return
        for old, new in MOVED.items():
            cursor.execute(f"UPDATE {TABLE} SET task_path = %s WHERE task_path = %s", [new, old])


class Migration(migrations.Migration):

    dependencies = [
        ('subscribers', '0003_words_of_publication'),
    ]

    operations = [migrations.RunPython(rewrite, migrations.RunPython.noop)]
