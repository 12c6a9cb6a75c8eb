"""Where the functions of jobs went that version 0.1.0 may have left with a broker.

A broker keeps a job by the path of its function and cannot be rewritten by a migration, as the
table of django-tasks-db is (`subscribers/migrations/0004_moved_jobs.py`).
"""

from __future__ import annotations

MOVED = {
    "newsletter.reader_files.import_readers": "subscribers.lists.jobs.import_readers",
    "newsletter.dead_links.check_issue": "newsletter.issues.dead_links.check_issue",
}
