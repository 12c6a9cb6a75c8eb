"""A file of readers that a program hands in: the room `subscribers.lists`, by HTTP.

The answers to what a file leaves open are the command's, by the same names. What is refused says
all of it at once, as the command does under `--json`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.utils.translation import pgettext

from subscribers.lists import jobs, saying
from subscribers.lists.plan import Options
from subscribers.lists.source import ReaderFile, Undecided, look
from subscribers.models import AuditEntry, ImportJob, ImportProblem, Publication

from . import bodies
from .problems import Refusal
from .schemas import ReadersOptions

_TYPES = ("text/csv", "text/plain", "text/tab-separated-values")
_PIECE = 256 * 1024
_SHOWN = 100


def read_options(options: ReadersOptions) -> Options:
    """What was said of the file. Raises Refusal."""
    consent = " ".join(options.consent.split())
    if "@" in consent:
        # As on the page: it would outlive an erasure.
        raise Refusal("invalid", pgettext("problem", "Write no address as proof of consent."))
    try:
        return Options(
            consent=consent,
            ask=options.ask,
            columns=saying.read_columns(options.column),
            values=tuple(map(saying.read_value, options.value)),
            categories=tuple(options.categories),
            create_categories=options.create_categories,
            encoding=options.encoding,
            separator=saying.read_separator(options.separator),
        )
    except ValueError as error:
        raise Refusal("invalid", str(error)) from None


def keep(request: HttpRequest) -> str:
    """Store the body piece by piece; its SHA-256, under which it lies. Raises Refusal."""
    bodies.refuse_packed(request)
    if (request.content_type or "").lower() not in _TYPES:
        bodies.drain(request)
        raise Refusal("media-type", pgettext("problem", "Send Content-Type: text/csv."))
    length = bodies.length_of(request)
    if length > jobs.LARGEST:
        bodies.drain(request)
        raise Refusal(
            "too-large",
            pgettext("problem", "A file of readers has at most %(most)d MB. Use the command.")
            % {"most": jobs.LARGEST // 1_000_000},
        )
    return jobs.keep(_pieces(request, length))


def _pieces(request: HttpRequest, length: int) -> Iterator[bytes]:
    left = length
    while left:
        try:
            piece = request.read(min(left, _PIECE))
        except (UnreadablePostError, OSError):
            piece = b""
        if not piece:
            raise Refusal(
                "incomplete",
                pgettext("problem", "%(came)d of %(length)d bytes arrived, so nothing was done.")
                % {"came": length - left, "length": length},
            )
        left -= len(piece)
        yield piece


def try_out(digest: str, publication: Publication, said: Options, name: str) -> dict[str, Any]:
    """What the file is and what its first rows would become. Stores nothing. Raises Refusal."""
    try:
        source = _decided(digest, said, name)
        trial = jobs.try_out(source, publication, said)
    except jobs.NOT_READABLE as error:
        raise _refused(error, name) from None
    return {
        **_shown(source, name),
        "rows": trial.rows,
        "whole": trial.whole,
        "counts": trial.counts,
        # Rows by their lines: what the interface gives away names nobody.
        "problems": [{**row.to_json(), "address": ""} for row in trial.problems[:_SHOWN]],
    }


def start(
    digest: str, publication: Publication, said: Options, name: str, *, by: User
) -> dict[str, Any]:
    """Enter the import, or find the one that is under way with this file. Raises Refusal."""
    try:
        source = _decided(digest, said, name)
        jobs.try_out(source, publication, said)  # A category that there is not is said now.
        job = jobs.start(source, publication, said, name, by)
    except jobs.NOT_READABLE as error:
        raise _refused(error, name) from None
    AuditEntry.objects.create(
        actor=by.get_username()[:150],
        publication=publication,
        action="readers imported",
        target=f"import:{job.pk}",
        detail={"file": name[:80], "way": "api"},
    )
    return _job(job)


def found(pk: int, publication: Publication) -> dict[str, Any]:
    """An import of the publication. Raises Refusal."""
    job = ImportJob.objects.filter(pk=pk, publication=publication).first()
    if job is None:
        raise Refusal("not-found", pgettext("problem", "The publication has no such import."))
    return _job(job)


def _decided(digest: str, said: Options, name: str) -> ReaderFile:
    source = look(jobs.path_of(digest) or Path(digest), said, name)
    if source.questions:
        raise Refusal(
            "undecided",
            str(Undecided(source.questions)),
            **_shown(source, name),
            undecided=[question.to_json() for question in source.questions],
        )
    return source


def _shown(source: ReaderFile, name: str) -> dict[str, Any]:
    return {**source.to_json(), "file": name}


def _refused(error: Exception, name: str) -> Refusal:
    return Refusal("refused", str(error), file=name)


def _job(job: ImportJob) -> dict[str, Any]:
    rows = ImportProblem.objects.filter(job=job).order_by("id")[:_SHOWN]
    return {
        "id": job.pk,
        "file": job.file,
        "state": job.state,
        "line": job.line,
        "counts": {name: count for name, count in job.counts.items() if name != "problems"},
        "problems": [
            {
                "line": row.line,
                "column": row.column,
                "level": row.level,
                "code": row.code,
                "message": row.message,
            }
            for row in rows
        ],
    }
