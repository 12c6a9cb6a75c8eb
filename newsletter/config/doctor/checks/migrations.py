"""The tables are those of this code: neither older nor newer."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from ..findings import Finding, bad, good
from ..findings import said as _
from ..surroundings import Surroundings

NAME, PLACE = "migrations", 20


def look(site: Surroundings) -> Iterator[Finding]:
    """Compare what was applied with what this code knows."""
    executor = MigrationExecutor(connection)
    missing = [
        str(step)
        for step, _backwards in executor.migration_plan(executor.loader.graph.leaf_nodes())
    ]
    ours = {app for app, _name in executor.loader.disk_migrations}
    unknown = sorted(
        f"{app}.{name}"
        for app, name in set(executor.loader.applied_migrations)
        - set(executor.loader.disk_migrations)
        if app in ours
        and not executor.loader.graph.nodes.get((app, name))
        and not _replaced(executor, app, name)
    )
    if missing:
        yield bad(
            _("%(number)s migrations are not applied, the first is %(first)s.",
              number=len(missing), first=missing[0]),
            _("Stop web and worker, make a backup, run: sudi upgrade"),
        )  # fmt: skip
    if unknown:
        yield bad(
            _(
                "The database was changed by a newer version: %(names)s",
                names=", ".join(unknown[:3]),
            ),
            _("Install the version that was last here, or a newer one."),
        )
    if not missing and not unknown:
        yield good(_("The tables are those of this version."))


def _replaced(executor: MigrationExecutor, app: str, name: str) -> bool:
    return any((app, name) in one.replaces for one in executor.loader.replacements.values())
