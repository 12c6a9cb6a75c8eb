"""Whether the database takes writes, found out without keeping one."""

from __future__ import annotations

from django.db import DatabaseError, connection


def read_only() -> bool:
    """True for a replica, a file this user may not write, or a session set to read only.

    Another writer at work is no fault. Raises DatabaseError when the database cannot be asked.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'"
            )
            return bool(cursor.fetchone()[0])
        if connection.in_atomic_block:
            return False
        cursor.execute("PRAGMA user_version")
        version = int(cursor.fetchone()[0])
        try:
            # On a read-only file BEGIN IMMEDIATE silently begins to read (sqlite3BeginTransaction);
            # only a write tells, and rolled back it costs no wait for the disk.
            cursor.execute("BEGIN IMMEDIATE")
            try:
                cursor.execute(f"PRAGMA user_version = {version}")
            finally:
                cursor.execute("ROLLBACK")
        except DatabaseError as error:
            if "locked" in str(error):
                return False
            if "readonly" in str(error):
                return True
            raise
    return False
