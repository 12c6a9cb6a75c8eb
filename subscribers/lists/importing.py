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
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from subscribers import categories, languages, rhythm, suppression
from subscribers.choice import NoBitLeft
from subscribers.models import (
    Category,
    ImportJob,
    ImportProblem,
    Publication,
    Subscription,
    Suppression,
)
from subscribers.subscriptions.files import Row, Writer

from . import decisions
from . import layout as layouts
from .columns import Columns
from .file import Lines, Opened, examine
from .layout import Layout
from .plan import Decider, Done, FileRefused, Fresh, Options, Plan, category_names, known
from .records import Records
from .rows import Entry, book_reader, reader_of
from .standing import CUT, Rule, Standing
from .survey import Question, Survey

State = Subscription.State
BATCH = 10_000
# So many problems are enough to see what is wrong with a file.
MOST_PROBLEMS = 10_000


class Undecided(FileRefused):
    """Columns of the file speak of a state, and nobody has said what they mean."""

    def __init__(self, questions: tuple[Question, ...]) -> None:
        names = ", ".join(question.column for question in questions)
        super().__init__(
            _("Nothing was stored: say first what these columns mean for a reader: %s") % names
        )
        self.questions = questions


@dataclass(slots=True)
class Batch:
    """Rows in order, and the lines among them that hold nothing. `line` is the last one read."""

    entries: list[Entry]
    blank: int
    line: int


@dataclass(slots=True)
class ReaderFile:
    """A file, opened and understood, ready to be read from its first row.

    With `questions` it can only be looked at. `listing` is what everybody in it is, if nobody is
    a reader.
    """

    opened: Opened
    layout: Layout
    rules: tuple[Rule, ...]
    questions: tuple[Question, ...]
    floor: Standing | None
    listing: Standing | None
    ignored: list[str]
    list_of: str = ""
    # The names in the column of categories, with how many rows have each.
    categories: dict[str, int] = field(default_factory=dict)

    @property
    def columns(self) -> Columns:
        """The header, understood."""
        return self.layout.columns

    def to_json(self) -> dict[str, Any]:
        """What is shown before anything is stored."""
        found: dict[str, Any] = {
            "file": self.opened.path.name,
            "encoding": self.opened.encoding,
            "separator": self.opened.separator,
            "source": self.columns.source,
            "header": self.columns.header,
            "columns": self.columns.to_json(),
            "states": [rule.column for rule in self.rules],
            "ignored": self.ignored,
        }
        if self.opened.other:
            found["other_encoding"] = self.opened.other
        if self.listing is not None:
            found["list"] = str(self.listing)
        if offers := self.columns.offers():
            found["tags"] = offers
        return found

    def batches(
        self,
        publication: Publication,
        after: int = 0,
        on_read: Callable[[float], None] | None = None,
    ) -> Iterator[Batch]:
        """The rows after a line, at least BATCH entries at a time."""
        served = rhythm.served(publication)
        rows, done = _book_rows(self) if self.layout.book else _table_rows(self, served)
        start = max(after, self.layout.first)
        batch = Batch([], 0, after)
        for number, entries in rows:
            if number <= start:
                continue
            batch.line = number
            if entries is None:
                batch.blank += 1
                continue
            batch.entries += entries
            if len(batch.entries) >= BATCH:
                yield batch
                if on_read is not None:
                    on_read(done())
                batch = Batch([], 0, number)
        if batch.entries or batch.blank:
            yield batch


# The number of a line and its entries (None: it is blank); and how much of the file was read.
_Rows = tuple[Iterator[tuple[int, list[Entry] | None]], Callable[[], float]]


def _book_rows(source: ReaderFile) -> _Rows:
    read, lines = book_reader(), Lines(source.opened)

    def rows() -> Iterator[tuple[int, list[Entry] | None]]:
        with contextlib.closing(lines):
            for number, text in lines:
                yield number, read(number, text) if text.strip() else None

    return rows(), lambda: lines.done


def _table_rows(source: ReaderFile, served: Collection[str]) -> _Rows:
    read = reader_of(source.columns, source.rules, source.floor, served=served)
    records = Records(source.opened, source.layout.width)

    def rows() -> Iterator[tuple[int, list[Entry] | None]]:
        odd = records.lines.odd
        with contextlib.closing(records):
            for number, cells, flaw in records:
                if not cells:
                    yield number, None
                elif odd and number in odd:
                    yield number, read(number, cells, flaw or "encoding")
                else:
                    yield number, read(number, cells, flaw)

    return rows(), lambda: records.done


def look(path: Path, options: Options, name: str = "") -> ReaderFile:
    """Find out what the file is, reading it whole; `name` is what its owner called it.

    Raises Unreadable, NoEmailColumn or FileRefused.
    """
    opened = examine(path, encoding=options.encoding, separator=options.separator)
    try:
        layout = layouts.find(opened, options.columns)
        if layout is None:
            raise FileRefused(_("The file has no rows."))
        survey = Survey(layout, options.values, name or path.name)
    except ValueError as error:
        raise FileRefused(str(error)) from None
    _survey(opened, layout, survey)
    tool = layout.columns.tool
    return ReaderFile(
        opened,
        layout,
        questions=survey.questions(),
        rules=survey.rules(),
        floor=survey.floor,
        listing=survey.listing(),
        ignored=survey.ignored(),
        list_of=tool.list_of if tool is not None else "",
        categories=survey.categories,
    )


def _survey(opened: Opened, layout: Layout, survey: Survey) -> None:
    if layout.book:
        return
    width = layout.width
    records = Records(opened, width)
    lines: list[int] = []
    rows: list[list[str]] = []
    try:
        for number, cells, _flaw in records:
            if number <= layout.first or not cells or len(cells) > width:
                continue
            lines.append(number)
            rows.append(cells if len(cells) == width else cells + [CUT] * (width - len(cells)))
            if len(rows) >= BATCH:
                survey.take(lines, rows)
                lines, rows = [], []
    finally:
        records.close()
    survey.take(lines, rows)


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

    Raises Undecided: there is no other way in.
    """
    if source.questions:
        raise Undecided(source.questions)
    _make_categories(source, publication, options)
    job = _job(source, publication, options, by)
    decide, store = Decider(publication, options).plan, _Store(publication, options, job).store
    with _bulk():
        for batch in source.batches(publication, after=job.line, on_read=on_read):
            with transaction.atomic():
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
        if job.options.get("said") == wanted:
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


def _record(job: ImportJob, plan: Plan, batch: Batch) -> None:
    counts = Counter(job.counts)
    counts.update([done.action for done in plan.done])
    if batch.blank:
        counts["blank"] += batch.blank
    stored = counts["problems"]
    room = max(0, MOST_PROBLEMS - stored)
    problems = [
        ImportProblem(
            job=job,
            line=done.line,
            column=problem.column[:60],
            level=problem.level,
            code=problem.code,
            message=problem.message[:300],
        )
        for done in plan.done
        if done.problems
        for problem in done.problems
    ]
    ImportProblem.objects.bulk_create(problems[:room])
    counts["problems"] += len(problems)
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
        known = plan.subscribers
        self._writer.insert([self._row(f, known.get(f.key)) for f in plan.fresh], now)

    def _suppress(self, rows: list[tuple[str, Entry]]) -> None:
        """Here only: a list says of nobody that other publications must not mail them."""
        evidence = {
            uuid.UUID(key): {"import": self._job.pk, "line": entry.line, "status": entry.said}
            for key, entry in rows
        }
        suppression.suppress_many(
            evidence, Suppression.Reason.IMPORTED, publication=self._publication
        )

    def _row(self, fresh: Fresh, subscriber: int | None) -> Row:
        entry = fresh.entry
        said = f', "status": {json.dumps(entry.said)}' if entry.said else ""
        return Row(
            fresh.key,
            subscriber,
            entry.address,
            entry.name,
            fresh.state,
            fresh.choice,
            entry.rhythm or "every",
            languages.stored(entry.language) if entry.language else "",
            entry.joined_at,
            entry.confirmed_at,
            f'{{"line": {entry.line}{self._proof}{said}}}',
            fresh.held,
        )


@contextlib.contextmanager
def _bulk() -> Iterator[None]:
    """SQLite: keys are random, so the index wants to be in memory."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        usual = {}
        for name in ("cache_size", "foreign_keys"):
            cursor.execute(f"PRAGMA {name}")
            usual[name] = cursor.fetchone()[0]
        cursor.execute("PRAGMA cache_size=-64000")
        # Every row's parents are made or looked up in its own transaction, under the only write
        # lock there is; looking them up again is a tenth of the time.
        cursor.execute("PRAGMA foreign_keys=OFF")
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
