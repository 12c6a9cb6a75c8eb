"""A folder is watched: what is new or changed in it is handed in once, and answered.

What was handed in is remembered in DATA_DIR, a line for each version, so a restart repeats nothing.
The line is written after the import: a crash between the two repeats one document, which is then
"the same". A document is handed in anew when it or a picture that it names by file has changed: a
refused one waits for that.
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
        self._marks = {name: (mark, files) for name, mark, files in self._lines()}

    @property
    def new(self) -> bool:
        """Whether nothing was ever remembered here."""
        return not self._file.exists()

    def _lines(self) -> Iterator[tuple[str, str, dict[str, str]]]:
        try:
            text = self._file.read_text()
        except FileNotFoundError:
            return
        for line in text.splitlines():
            try:
                name, mark, *files = json.loads(line)
            except ValueError:
                continue  # Cut off by a crash: that document is handed in again.
            yield name, mark, files[0] if files else {}

    def has(self, name: str) -> bool:
        """Whether any version of that document was handed in."""
        return name in self._marks

    def knows(self, found: Found, source: Source) -> bool:
        """Whether this version was handed in, with the files beside it that there are now."""
        mark, files = self._marks.get(found.name, ("", {}))
        return mark == found.mark and all(
            source.mark_beside(found, name) == was for name, was in files.items()
        )

    def remember(self, found: Found, files: dict[str, str]) -> None:
        """It was, with these files by their marks; on the disk when this returns."""
        self._marks[found.name] = (found.mark, files)
        line = json.dumps([found.name, found.mark, *([files] if files else [])])
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
        if memory.knows(found, source):
            continue
        data = source.read(found)
        if data is None:
            continue  # It changed while it was read: the next look finds what it is then.
        files: dict[str, str] = {}
        done = put(
            publication,
            data,
            replace(wish, name=in_unicode(found.name)),
            by=None,
            way=Way.FOLDER,
            files=partial(_beside, source, found, files),
        )
        if source.beside is not None:
            _answer_beside(source.beside / (found.name + PROBLEMS), done)
        memory.remember(found, files)
        yield found, done
    if source.beside is not None:
        for name in source.left_alone():
            # Ours only: another's file of such a name is theirs.
            if memory.has(name):
                (source.beside / (name + PROBLEMS)).unlink(missing_ok=True)


def _beside(source: Source, found: Found, files: dict[str, str], name: str) -> bytes | None:
    """A file that a document names; `files` gets its mark, from before it is read."""
    files[name] = source.mark_beside(found, name)
    return source.beside_it(found, name)


def in_unicode(name: str) -> str:
    """A file's name as it can be stored and shown, also where it is in no UTF-8."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


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
