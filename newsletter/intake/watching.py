"""A folder is watched: what is new or changed in it is handed in once, and answered.

What was handed in is remembered in DATA_DIR, a line for each version, so a restart repeats nothing.
The line is written after the import: a crash between the two repeats one document, which is then
"the same". A refused document waits until its file changes.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from newsletter import conf
from subscribers.models import Publication

from .folder import PROBLEMS, Folder, Found, Source, WorkTree
from .putting import Put, Way, Wish, put

log = logging.getLogger(__name__)


class Memory:
    """Which version of each document was handed in, in a file of this watch alone."""

    def __init__(self, folder: Path, publication: Publication) -> None:
        whole = f"{folder.resolve()}\0{publication.slug}".encode("utf-8", "surrogateescape")
        kept = conf.data_dir() / "watched"
        kept.mkdir(mode=0o700, exist_ok=True)
        self._file = kept / f"{hashlib.sha256(whole).hexdigest()[:24]}.jsonl"
        self._marks = dict(self._lines())

    @property
    def new(self) -> bool:
        """Whether nothing was ever remembered here."""
        return not self._file.exists()

    def _lines(self) -> Iterator[tuple[str, str]]:
        try:
            text = self._file.read_text()
        except FileNotFoundError:
            return
        for line in text.splitlines():
            try:
                name, mark = json.loads(line)
            except ValueError:
                continue  # Cut off by a crash: that document is handed in again.
            yield name, mark

    def knows(self, found: Found) -> bool:
        """Whether this version was handed in."""
        return self._marks.get(found.name) == found.mark

    def remember(self, found: Found) -> None:
        """It was; on the disk when this returns."""
        self._marks[found.name] = found.mark
        line = json.dumps([found.name, found.mark])
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with open(descriptor, "a") as file:
            file.write(f"\n{line}")
            file.flush()
            os.fsync(file.fileno())


def source_of(path: Path, pattern: str = "*") -> Source:
    """A git work tree as it is committed, or else the folder as it is; only documents whose name
    (without folders) is like `pattern`."""
    return WorkTree.at(path, pattern) or Folder(path, pattern)


def hand_in_new(
    source: Source, memory: Memory, publication: Publication, wish: Wish
) -> Iterator[tuple[Found, Put]]:
    """Hand in every version that was not yet; each with what became of it.

    Raises SourceLost, and what the database raises: then the same is tried at the next look.
    """
    for found in source.look():
        if memory.knows(found):
            continue
        data = source.read(found)
        if data is None:
            continue  # It changed while it was read: the next look finds what it is then.
        done = put(
            publication,
            data,
            replace(wish, name=found.name),
            by=None,
            way=Way.FOLDER,
            files=partial(source.beside_it, found),
        )
        if source.beside is not None:
            _answer_beside(source.beside / (found.name + PROBLEMS), done)
        memory.remember(found)
        yield found, done


def lines_of(done: Put) -> list[str]:
    """What there is to say of a document, a problem a line, as compilers write it."""
    return [
        f"{done.name}:{one.line}:{one.column}: {one.level}: {one.message} [{one.code}]"
        for one in done.report.problems
        if one.level != "note"
    ] + [f"{done.name}: {line}" for line in done.conflicts_in_words()]


def _answer_beside(path: Path, done: Put) -> None:
    """The problems in a file beside the document; none is there when there is nothing to say."""
    lines = lines_of(done)
    try:
        if not lines:
            path.unlink(missing_ok=True)
            return
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        fresh.write_text("\n".join(lines) + "\n", encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        log.warning("the answer to %s cannot be written beside it: %s", done.name, error.strerror)
