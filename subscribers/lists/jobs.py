"""CSV files of readers that came through admin or interface: kept while needed, imported by a job.

A file lies under DATA_DIR by its digest, for nobody else to read, until it is imported or a day
old. The job carries the id of its ImportJob and nothing more; started twice it goes on where the
first one was. With several machines the folder must be one they share.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from subscribers.lists import decisions
from subscribers.lists import importing as csv_in
from subscribers.lists.columns import NoEmailColumn
from subscribers.lists.file import Unreadable
from subscribers.lists.plan import Done, FileRefused, Options
from subscribers.lists.source import ReaderFile
from subscribers.lists.source import look as look_at
from subscribers.models import ImportJob, ImportProblem, Publication

from .. import conf

log = logging.getLogger(__name__)

# Somebody looked and went away.
_ABANDONED = 24 * 3600
# Rows the page tries out before anything is stored; the job reads them all.
TRIED = 5_000
# A million rows of two hundred octets.
LARGEST = 200_000_000
_SHOWN = 200
NOT_READABLE = (Unreadable, NoEmailColumn, FileRefused, OSError)


def _folder() -> Path:
    folder = conf.data_dir() / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Path(folder)


def path_of(digest: str) -> Path | None:
    """Where the file of this SHA-256 lies, or None if it is gone (or no digest)."""
    if len(digest) != 64 or not digest.isalnum():
        return None
    path = _folder() / f"{digest}.csv"
    return path if path.is_file() else None


def keep(chunks: Iterable[bytes]) -> str:
    """Store an upload; returns its digest. Forgets files nobody came back for."""
    folder = _folder()
    _forget(folder)
    digest = hashlib.sha256()
    temporary = folder / f".{time.time_ns()}"
    temporary.touch(mode=0o600)
    try:
        with temporary.open("wb") as file:
            for chunk in chunks:
                digest.update(chunk)
                file.write(chunk)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    name = digest.hexdigest()
    temporary.replace(folder / f"{name}.csv")
    return name


def _forget(folder: Path) -> None:
    running = set(
        ImportJob.objects.filter(state=ImportJob.State.RUNNING).values_list("digest", flat=True)
    )
    for path in folder.iterdir():
        old = time.time() - path.stat().st_mtime > _ABANDONED
        if old and path.stem not in running:
            path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Trial:
    """What the first rows would become: counts by action, and the rows with a problem."""

    counts: dict[str, int]
    rows: int
    whole: bool
    problems: tuple[Done, ...]


def try_out(source: ReaderFile, publication: Publication, options: Options) -> Trial:
    """A dry run over the first TRIED rows. Stores nothing."""
    counts: Counter[str] = Counter()
    problems: list[Done] = []
    rows = 0
    found = csv_in.check(source, publication, options)
    for done in islice(found, TRIED):
        rows += 1
        counts[done.action] += 1
        if len(problems) < _SHOWN and any(one.level != "note" for one in done.problems):
            problems.append(done)
    whole = next(found, None) is None
    return Trial(dict(counts), rows, whole, tuple(problems))


def lines_in(path: Path) -> int:
    """How many line breaks the file has, for the progress bar."""
    count = 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            count += chunk.count(b"\n") or chunk.count(b"\r")
    return count


def start(
    source: ReaderFile, publication: Publication, options: Options, name: str, by: Any
) -> ImportJob:
    """Enter the job, or find the one that is under way with this file; a worker runs it."""
    said = options.to_json()
    found = {**source.to_json(), "file": name, "lines": lines_in(source.opened.path)}
    with transaction.atomic():
        # Pressed twice: the second one finds the first one's job.
        Publication.objects.select_for_update().get(pk=publication.pk)
        for job in ImportJob.objects.filter(
            publication=publication,
            digest=source.opened.digest,
            state=ImportJob.State.RUNNING,
        ):
            if job.options.get("said") == said:
                return job
        decisions.remember(publication, source.opened.digest, name, options, by)
        job = ImportJob.objects.create(
            publication=publication,
            by=by,
            state=ImportJob.State.RUNNING,
            file=name[:200],
            digest=source.opened.digest,
            options={"said": said, "found": found},
            counts={},
        )
        transaction.on_commit(lambda: import_readers.enqueue(job.pk))
    return job


@task(queue_name="default")
def import_readers(job_id: int) -> None:
    """Import the file of a job. May run twice: a job that is not running is left alone."""
    job = ImportJob.objects.select_related("publication").filter(pk=job_id).first()
    if job is None or job.state != ImportJob.State.RUNNING:
        return
    path = path_of(job.digest)
    options = Options.from_json(job.options["said"])
    try:
        if path is None:
            raise FileNotFoundError("the file is gone")
        source = look_at(path, options, job.file)
        csv_in.run(source, job.publication, options, by=job.by)
    except csv_in.Overtaken:
        return  # The other one ends the job.
    except NOT_READABLE as error:
        _fail(job, str(error))
    else:
        path.unlink(missing_ok=True)


def _fail(job: ImportJob, message: str) -> None:
    log.warning("import of readers %s failed: %s", job.pk, message)
    ImportProblem.objects.create(job=job, line=0, level="error", code="file", message=message[:300])
    ImportJob.objects.filter(pk=job.pk, state=ImportJob.State.RUNNING).update(
        state=ImportJob.State.FAILED, finished_at=timezone.now()
    )
