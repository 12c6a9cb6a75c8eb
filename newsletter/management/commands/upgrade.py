"""`upgrade`: the tables brought to this version, by one process at a time."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from newsletter import conf
from newsletter.sending.guard import database

# PostgreSQL's advisory lock: "sudi" in ASCII, twice.
_LOCK = 0x7375646973756469


class Command(BaseCommand):
    help = "Bring the tables to this version. Started by several at once, one does it, others wait."
    # `migrate` makes the checks itself, and before it there may be no table to look into.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        with _alone():
            if "django_migrations" in connection.introspection.table_names():
                self._refuse_newer()
            call_command("migrate", verbosity=options["verbosity"], skip_checks=False)

    def _refuse_newer(self) -> None:
        """Tables of a later version are not this one's to change."""
        if why := database.newer_than_code():
            raise CommandError(why)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
        return
    with (conf.data_dir() / "upgrade.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
