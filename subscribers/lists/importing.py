"""Readers from a file: looked at first, stored in batches, resumed by line, nobody revived.

The rule, in full:

- A row is never brought in *more alive* than its file says. Unsubscribed rows come in as
  unsubscribed, so that a later file cannot revive them; bounced and complained ones as a
  suppression. Whoever is suppressed here stays so, under every version of LINK_KEYS.
- Whoever has a subscription here, in whatever state, keeps it untouched.
- Every column that speaks of leaving, consent or bouncing is understood or decided by a person
  (`survey`), or nothing of the file is stored.
- Active needs proof of consent: `consent` says where it is kept, and every reader's ledger gets
  it. Without it readers wait (pending) and nothing is mailed to them, until the file is imported
  again with `consent`, or with `ask`, which mails each one a confirmation. Whom the file does not
  call a reader is asked only if a person chose that group. Who is not asked within 30 days is
  deleted, like every sign-up without a yes.

Everything of a batch is one transaction with the job's line, so a killed import goes on where it
was. A million rows take the memory of one batch.
"""

from __future__ import annotations

import contextlib
import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from subscribers import categories, languages, suppression
from subscribers.choice import NoBitLeft
from subscribers.models import (
    Category,
    ImportJob,
    Publication,
    Subscription,
    Suppression,
)
from subscribers.subscriptions.files import RowLike, Writer

from . import decisions
from .plan import Decider, Done, FileRefused, Options, Plan, category_names, known
from .rows import Entry
from .source import Batch, ReaderFile, Undecided, rare_collection

State = Subscription.State


class Overtaken(Exception):
    """Another process imports the same file, and is further on."""


# So many problems are enough to see what is wrong with a file.
MOST_PROBLEMS = 10_000
# Plain, since a model each would take a twentieth of all the time where one row in fifty has one.
_INSERT_PROBLEM = """
    INSERT INTO subscribers_importproblem (job_id, line, "column", level, code, message)
    VALUES (%s, %s, %s, %s, %s, %s)"""


# --- the two ways to go through a file ----------------------------------------------------------


def check(
    source: ReaderFile,
    publication: Publication,
    options: Options,
    on_read: Callable[[float], None] | None = None,
    on_blank: Callable[[int], None] | None = None,
) -> Iterator[Done]:
    """A dry run: every row, and what would become of it. Stores nothing. Raises Undecided."""
    if source.questions:
        raise Undecided(source.questions)
    decide = Decider(publication, options).plan
    # A file can hold an address twice; the second time it would be there already.
    with _Remembered() as remembered:
        for batch in source.batches(publication, on_read=on_read):
            if on_blank is not None and batch.blank:
                on_blank(batch.blank)
            plan = decide(batch.entries)
            again = remembered.add([entry.key for entry in plan.fresh])
            for entry in plan.fresh:
                if entry.key in again:
                    plan.done[entry.place] = known(entry.entry)
            yield from plan.done


def run(
    source: ReaderFile,
    publication: Publication,
    options: Options,
    *,
    by: Any = None,
    on_read: Callable[[float], None] | None = None,
    on_problem: Callable[[Done], None] | None = None,
) -> ImportJob:
    """Import the file, or go on with the import of it that was killed; returns the finished job.

    Raises Undecided: there is no other way in; Overtaken if another process imports this file.
    """
    if source.questions:
        raise Undecided(source.questions)
    _make_categories(source, publication, options)
    job = _job(source, publication, options, by)
    decide, store = Decider(publication, options).plan, _Store(publication, options, job).store
    with rare_collection(), _bulk():
        for batch in source.batches(publication, after=job.line, on_read=on_read):
            with transaction.atomic():
                _claim(job, batch)
                plan = decide(batch.entries)
                store(plan)
                _record(job, plan, batch)
            if on_problem is not None:
                for done in plan.done:
                    if done.problems:
                        on_problem(done)
    job.state = ImportJob.State.DONE
    job.finished_at = timezone.now()
    job.save(update_fields=["state", "finished_at"])
    return job


def _make_categories(source: ReaderFile, publication: Publication, options: Options) -> None:
    """The categories that the file names and the publication lacks, if the person said so."""
    if not options.create_categories:
        return
    here = category_names(publication.categories.filter(bit__isnull=False))
    for name in source.categories:
        if name.casefold() not in here:
            try:
                categories.create(Category(publication=publication, name=name[:60]))
            except NoBitLeft:
                raise FileRefused(
                    _("There is no room for one more category: “%s”.") % name[:60]
                ) from None
            here = category_names(publication.categories.filter(bit__isnull=False))


def _job(source: ReaderFile, publication: Publication, options: Options, by: Any) -> ImportJob:
    wanted = options.to_json()
    running = ImportJob.objects.filter(
        publication=publication, digest=source.opened.digest, state=ImportJob.State.RUNNING
    )
    for job in running.order_by("-id"):
        # Read first: a job may have been written when there were other options.
        if Options.from_json(job.options["said"]) == options:
            return job
    file = source.opened.path.name
    decisions.remember(publication, source.opened.digest, file, options, by)
    return ImportJob.objects.create(
        publication=publication,
        by=by,
        state=ImportJob.State.RUNNING,
        file=file[:200],
        digest=source.opened.digest,
        options={"said": wanted, "found": source.to_json()},
        counts={},
    )


def _claim(job: ImportJob, batch: Batch) -> None:
    """Take the next lines for this process, in the transaction that stores them.

    A task can be delivered twice, and PostgreSQL may still commit what a killed process sent. The
    second waits here for the first, and then finds that these lines are done.
    """
    mine = ImportJob.objects.filter(pk=job.pk, line=job.line, state=ImportJob.State.RUNNING)
    if not mine.update(line=batch.line):
        raise Overtaken


def _record(job: ImportJob, plan: Plan, batch: Batch) -> None:
    counts = Counter(job.counts)
    counts.update([done.action for done in plan.done])
    if batch.blank:
        counts["blank"] += batch.blank
    found = [(done.line, problem) for done in plan.done for problem in done.problems]
    kept = [
        (job.pk, line, problem.column[:60], problem.level, problem.code, problem.message[:300])
        for line, problem in found[: max(0, MOST_PROBLEMS - counts["problems"])]
    ]
    if kept:
        with connection.cursor() as cursor:
            cursor.executemany(_INSERT_PROBLEM, kept)
    counts["problems"] += len(found)
    job.counts = dict(counts)
    job.line = batch.line
    job.save(update_fields=["counts", "line"])


# --- storing ------------------------------------------------------------------------------------


class _Store:
    """Writes what was decided; the caller holds the transaction."""

    def __init__(self, publication: Publication, options: Options, job: ImportJob) -> None:
        self._writer = Writer(publication, job.pk)
        self._consent = options.consent
        self._publication = publication
        self._job = job
        self._proof = f', "proof": {json.dumps(options.consent)}' if options.consent else ""

    def store(self, plan: Plan) -> None:
        """Write what was planned; the caller holds the transaction."""
        now = timezone.now()
        self._suppress(plan.suppress)
        for pk, entry in plan.leave:
            self._writer.leave(pk, entry.line, now)
        for pk, state in plan.wake:
            proof = self._consent if state == State.ACTIVE else ""
            self._writer.release(pk, proof=proof, now=now)
        self._writer.insert(self._rows(plan), now)

    def _suppress(self, rows: list[tuple[str, Entry]]) -> None:
        """Here only: a list says of nobody that other publications must not mail them."""
        evidence = {
            uuid.UUID(key): {"import": self._job.pk, "line": entry.line, "status": entry.said}
            for key, entry in rows
        }
        suppression.suppress_many(
            evidence, Suppression.Reason.IMPORTED, publication=self._publication
        )

    def _rows(self, plan: Plan) -> list[RowLike]:
        """Bare tuples, which take a fifth of the time of a named one."""
        subscriber, proof = plan.subscribers.get, self._proof
        return [
            (
                fresh.key,
                subscriber(fresh.key),
                entry.address,
                entry.name,
                fresh.state,
                fresh.choice,
                entry.rhythm or "every",
                languages.stored(entry.language) if entry.language else "",
                entry.joined_at,
                entry.confirmed_at,
                f'{{"line": {entry.line}{proof}{_status(entry.said) if entry.said else ""}}}',
                fresh.held,
            )
            for fresh in plan.fresh
            for entry in (fresh.entry,)
        ]


def _status(said: str) -> str:
    return f', "status": {json.dumps(said)}'


@contextlib.contextmanager
def _bulk() -> Iterator[None]:
    """SQLite: keys are random, so the index wants to be in memory."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        usual = {}
        names = ["cache_size", "foreign_keys", "ignore_check_constraints", "wal_autocheckpoint"]
        # Not inside a caller's transaction: SQLite refuses, and its end is waited for anyway.
        alone = not connection.in_atomic_block
        for name in [*names, *(["synchronous"] if alone else [])]:
            cursor.execute(f"PRAGMA {name}")
            usual[name] = cursor.fetchone()[0]
        cursor.execute("PRAGMA cache_size=-36000")
        # Every batch changes pages all over the index; writing each of them back once for several
        # batches costs 160 MB of log and saves a third of the commits' time.
        cursor.execute("PRAGMA wal_autocheckpoint=40000")
        if alone:
            # In WAL mode a power cut then takes whole batches with it, the job's line among them,
            # and the import goes on from there. Whatever is waited for afterwards, the job's own
            # end first, writes it all out: https://sqlite.org/pragma.html#pragma_synchronous
            cursor.execute("PRAGMA synchronous=NORMAL")
        # Every row's parents are made or looked up in its own transaction, under the only write
        # lock there is; looking them up again is a tenth of the time.
        cursor.execute("PRAGMA foreign_keys=OFF")
        # Parsing again the JSON this module has just written is a fifth of the time. What varies
        # is checked by the writer instead, and tests prove every row with the CHECKs back on;
        # PostgreSQL checks all the same. Only this connection is without them.
        cursor.execute("PRAGMA ignore_check_constraints=ON")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for name, value in usual.items():
                cursor.execute(f"PRAGMA {name}={int(value)}")


class _Remembered:
    """The keys of a whole file, on disk: a set of a million would be too much memory."""

    def __enter__(self) -> _Remembered:
        import sqlite3

        self._rows = sqlite3.connect("")  # A temporary file that SQLite deletes itself.
        self._rows.execute("CREATE TABLE seen (key BLOB PRIMARY KEY) WITHOUT ROWID")
        return self

    def __exit__(self, *error: object) -> None:
        self._rows.close()

    def add(self, keys: list[str]) -> set[str]:
        """Remember these; those that were there before."""
        again = set()
        for key in keys:
            cursor = self._rows.execute(
                "INSERT OR IGNORE INTO seen VALUES (?)", (bytes.fromhex(key),)
            )
            if cursor.rowcount == 0:
                again.add(key)
        return again
