"""The database triggers that write `Change`.

Triggers, not calls: whatever changes a row that pages show (a view, a bulk update, a command on
another machine, a hand at a SQL prompt) is noted in the transaction that changes it, and none of
them can forget to. Every column counts unless it is named below as one no page shows, so a new
one is watched from the start; `tests/archive/test_finished_walk.py` changes each and looks.

Measured: an import of 100 archived issues of 10 items is 1 % slower with them, a release within
noise; sending writes only columns that no page shows, and no trigger fires.

On SQLite a migration that rebuilds a table drops its triggers, and renaming a table fails while
another trigger names it. So all are taken away before a migration and made again after it, when
everything counts as changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from subscribers.models import Category, Publication

from .changes import Change
from .issues import Issue, Item, Link, Revision
from .search import SearchEntry
from .stories import ToldBefore
from .withdrawals import Withdrawal

_PREFIX = "sudi_change_"
_TABLE = Change._meta.db_table
_ISSUES, _ITEMS = Issue._meta.db_table, Item._meta.db_table
_PUBLICATIONS, _TOLD_BEFORE = Publication._meta.db_table, ToldBefore._meta.db_table
# Of an issue: what is shown on its own page, in lists and in feeds, but not by its neighbours.
_OWN = ("intro", "extra", "corrected_at")
_UNSEEN = {
    Publication: (
        "from_name", "from_address", "reply_to", "labels", "needs_approval", "undo_seconds",
        "canary_size", "canary_max_failures", "late_start_minutes", "slot_notice_minutes",
        "send_from", "send_until", "welcome_latest_issue", "welcome_days", "rehearsal_address",
        "roundup", "roundup_weekday", "roundup_day", "roundup_hour", "roundup_items",
        "roundup_per_category", "roundup_order", "roundup_by_itself", "roundup_changed_at",
        "changed_at", "leave_out_told",
    ),
    Category: ("aliases",),
    Issue: (
        "subject", "preheader", "origin", "rehearses", "rehearsed_to", "channels", "state",
        "state_reason", "send_at", "approved_by", "released_by", "frozen", "frozen_at", "mailed",
        "mending", "resumes_when_mended", "finished_at", "folded_at", "recipients", "sent",
        "deferred", "failed", "in_doubt", "skipped", "suppressed", "cancelled",
    ),
    Item: ("line", "copied_at", "starred", "score"),
    Link: ("url_key",),
    Revision: ("by", "source_name", "source", "shape", "digest", "problems", "mail"),
    Withdrawal: ("by",),
    ToldBefore: (),
    SearchEntry: (),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """A change of one of these columns, where `where` holds, touches what `touches` selects.

    Both are SQL about one row, `{row}`: the one before the change, and the one after it.
    """

    model: type[models.Model]
    columns: tuple[str, ...]
    touches: str
    where: str = ""
    updates_only: bool = False  # Another rule covers rows that come and go.


def _seen(model: type[models.Model], leave_out: tuple[str, ...] = ()) -> tuple[str, ...]:
    unseen = {model._meta.get_field(name) for name in (*_UNSEEN[model], *leave_out)}
    return tuple(str(f.column) for f in model._meta.concrete_fields if f not in unseen)


# SQL about one row, `{row}`: the items that pages of other publications may name no more.
_OF_THIS_ISSUE = f"SELECT id FROM {_ITEMS} WHERE issue_id = {{row}}.id"
_FILED_HERE = f"SELECT id FROM {_ITEMS} WHERE category_id = {{row}}.id"
_PUBLISHED_HERE = (
    f"SELECT id FROM {_ITEMS} WHERE issue_id IN"
    f" (SELECT id FROM {_ISSUES} WHERE publication_id = {{row}}.id)"
)
_SISTERS_OF_CATEGORY = (
    f"SELECT other.id, 0 FROM {_PUBLICATIONS} mine JOIN {_PUBLICATIONS} other"
    " ON other.id = mine.sister_of_id OR other.sister_of_id IN (mine.id, mine.sister_of_id)"
    " WHERE mine.id = {row}.publication_id"
)


def _named_later(which: str) -> str:
    """Issues with items that go on with one of these, or whose pages say that they told it again.

    Either may stand in another publication.
    """
    return (
        f"SELECT publication_id, id FROM {_ISSUES} WHERE published_at IS NOT NULL AND id IN"
        f" (SELECT issue_id FROM {_ITEMS} WHERE follows_id IN ({which}) UNION SELECT issue_id"
        f" FROM {_ITEMS} WHERE id IN (SELECT item_id FROM {_TOLD_BEFORE}"
        f" WHERE earlier_id IN ({which})))"
    )


def rules() -> list[Rule]:
    """Every rule; what is not published touches nothing."""
    of_issue = (
        f"SELECT publication_id, id FROM {_ISSUES}"
        " WHERE id = {row}.issue_id AND published_at IS NOT NULL"
    )
    # The page of an item names its partner in each language, which the places, links and categories
    # of all their items decide. A draft is nobody's partner yet.
    with_translations = (
        f"{of_issue} UNION SELECT other.publication_id, other.id FROM {_ISSUES} mine"
        f" JOIN {_ISSUES} other ON other.id = mine.original_id OR"
        " other.original_id IN (mine.id, mine.original_id) WHERE mine.id = {row}.issue_id"
        " AND mine.published_at IS NOT NULL AND other.published_at IS NOT NULL"
    )
    # Its translations and what it corrects name it, in other publications too.
    named_by = (
        "SELECT {row}.publication_id, 0 UNION SELECT publication_id, 0"
        f" FROM {_ISSUES} WHERE id IN ({{row}}.original_id, {{row}}.corrects_id)"
        " OR original_id IN ({row}.id, {row}.original_id) OR corrects_id = {row}.id"
    )
    # A publication that says the same in another language names it, too.
    with_sisters = (
        f"SELECT {{row}}.id, 0 UNION SELECT id, 0 FROM {_PUBLICATIONS}"
        " WHERE id = {row}.sister_of_id OR sister_of_id IN ({row}.id, {row}.sister_of_id)"
    )
    of_item = (
        f"SELECT publication_id, id FROM {_ISSUES} WHERE published_at IS NOT NULL"
        f" AND id = (SELECT issue_id FROM {_ITEMS} WHERE id = {{row}}.item_id)"
    )
    published = "{row}.published_at IS NOT NULL"
    own = tuple(str(f.column) for f in Issue._meta.concrete_fields if f.name in _OWN)
    return [
        Rule(Publication, _seen(Publication, ("slug",)), with_sisters),
        # In addresses on the pages of others: translations, and what is said to be corrected.
        Rule(Publication, ("slug",), "SELECT 0, 0", updates_only=True),
        Rule(Publication, ("readers_only",), _named_later(_PUBLISHED_HERE), updates_only=True),
        Rule(Category, _seen(Category), "SELECT {row}.publication_id, 0"),
        Rule(
            Category,
            ("visibility",),
            f"{_named_later(_FILED_HERE)} UNION {_SISTERS_OF_CATEGORY}",
            updates_only=True,
        ),
        Rule(
            Issue, _seen(Issue, _OWN), f"{named_by} UNION {_named_later(_OF_THIS_ISSUE)}", published
        ),
        Rule(Issue, own, "SELECT {row}.publication_id, {row}.id", published, updates_only=True),
        Rule(Item, _seen(Item), with_translations),
        Rule(Item, _seen(Item), _named_later("{row}.id"), updates_only=True),
        Rule(ToldBefore, _seen(ToldBefore), of_item),
        Rule(SearchEntry, _seen(SearchEntry), of_item),
        Rule(Link, _seen(Link), with_translations),
        Rule(Revision, _seen(Revision), of_issue, "{row}.kind = 'correction'"),
        # Of an item: its issue says why it is gone. The page of a whole one is never stored.
        Rule(Withdrawal, _seen(Withdrawal), of_issue),
    ]


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger. Its name holds a digest of its text: other text is another trigger."""

    table: str
    event: str
    when: str
    statements: tuple[str, ...]

    @property
    def name(self) -> str:
        text = "\n".join([self.table, self.event, self.when, *self.statements])
        return f"{_PREFIX}{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def triggers(vendor: str) -> Iterator[Trigger]:
    """Those of one kind of database, `sqlite` or `postgresql`."""
    write = _WRITE[vendor]
    for rule in rules():
        table = rule.model._meta.db_table
        for event, rows in (("INSERT", ("NEW",)), ("UPDATE", ("OLD", "NEW")), ("DELETE", ("OLD",))):
            if event != "UPDATE" and rule.updates_only:
                continue
            conditions = [f"({w})" for w in [" OR ".join(_about(rule.where, rows))] if w]
            if event == "UPDATE":
                old, new = (
                    ", ".join(f'{row}."{column}"' for column in rule.columns) for row in rows
                )
                conditions.append(_DIFFER[vendor].format(old=old, new=new))
            yield Trigger(
                table,
                event,
                " AND ".join(conditions),
                tuple(line for touched in _about(rule.touches, rows) for line in write(touched)),
            )


def _about(sql: str, rows: tuple[str, ...]) -> list[str]:
    return [sql.format(row=row) for row in rows] if sql else []


def _on_sqlite(touched: str) -> tuple[str, ...]:
    # Not INSERT OR REPLACE: an INSERT OR IGNORE that fires the trigger would turn it into its own.
    return (
        f"DELETE FROM {_TABLE} WHERE (publication, issue) IN ({touched})",
        f'INSERT INTO {_TABLE} (publication, issue, "transaction", at)'
        f" SELECT touched.*, 0, strftime('%Y-%m-%d %H:%M:%f', 'now') FROM ({touched}) AS touched",
    )


def _on_postgres(touched: str) -> tuple[str, ...]:
    # A row of its own for each transaction: updating a common one would make writers of unrelated
    # rows wait for each other, and two of them wait for ever.
    return (
        f'INSERT INTO {_TABLE} (publication, issue, "transaction", at)'
        " SELECT touched.*, pg_current_xact_id()::text::bigint, clock_timestamp()"
        f" FROM ({touched}) AS touched ON CONFLICT DO NOTHING",
    )


_WRITE = {"sqlite": _on_sqlite, "postgresql": _on_postgres}
_DIFFER = {
    "sqlite": "({old}) IS NOT ({new})",
    "postgresql": "ROW({old}) IS DISTINCT FROM ROW({new})",
}


def _create(connection: BaseDatabaseWrapper, trigger: Trigger) -> None:
    when = f" WHEN ({trigger.when})" if trigger.when else ""
    body = "; ".join(trigger.statements)
    after = f"AFTER {trigger.event} ON {trigger.table}"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"CREATE TRIGGER {trigger.name} {after}{when} BEGIN {body}; END")
            return
        cursor.execute(
            f"CREATE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql"
            f" AS $$BEGIN {body}; RETURN NULL; END$$"
        )
        cursor.execute(
            f"CREATE TRIGGER {trigger.name} {after} FOR EACH ROW{when}"
            f" EXECUTE FUNCTION {trigger.name}()"
        )


def present(connection: BaseDatabaseWrapper) -> set[str]:
    """The names of our triggers in this database."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute(
                "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
                " WHERE pg_table_is_visible(pg_class.oid)"
            )
        return {name for (name,) in cursor.fetchall() if name.startswith(_PREFIX)}


def intact(connection: BaseDatabaseWrapper) -> bool:
    """Whether every trigger is there. Without them nothing tells a stored page that it is old."""
    return present(connection) == {one.name for one in triggers(connection.vendor)}


def remove(using: str) -> None:
    """Take ours away; before a migration."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for name in present(connection):
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER {name}")
            else:  # The trigger goes with its function.
                cursor.execute(f"DROP FUNCTION {name} CASCADE")


def install(using: str) -> None:
    """Make them as they should be, if they are not; everything then counts as changed."""
    connection = connections[using]
    if _TABLE not in connection.introspection.table_names() or intact(connection):
        return
    with transaction.atomic(using):
        remove(using)
        for trigger in triggers(connection.vendor):
            _create(connection, trigger)
        everything_changed(using)


def everything_changed(using: str) -> None:
    """Note that every page of the site may be another now."""
    with connections[using].cursor() as cursor:
        for statement in _WRITE[connections[using].vendor]("SELECT 0, 0"):
            cursor.execute(statement)
