"""Where watched documents are: a folder as it is now, or a git work tree as it was committed.

Both say what there is as (name, mark): another mark is another version. A file of a folder that is
still being written must not be read half, so its mark counts only when two looks found the same;
what is committed is whole, and what is edited in the tree meanwhile is nobody's business yet.
"""

from __future__ import annotations

import os
import posixpath
import stat
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Protocol

from newsletter.digest.decoding import LARGEST
from subscribers.pictures import MOST_OCTETS

ENDINGS = (".md", ".markdown", ".mdx", ".txt", ".json")
# Written by us beside a document.
PROBLEMS = ".problems.txt"
_GIT_SECONDS = 60
_NO_TREE = "not a git repository"
_OF_ONE_TREE = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """One version of one document; `name` is its path in the folder, with strokes."""

    name: str
    mark: str


class Source(Protocol):
    """Something that is looked at again and again."""

    # Where an answer may be written beside a document; None: nowhere.
    beside: Path | None
    # What could not be read at the last look, and why, by name.
    unread: dict[str, str]

    def look(self) -> Iterator[Found]:
        """What there is whole, in the order of its names."""
        ...

    def read(self, found: Found) -> bytes | None:
        """The version that was found, or None if it is no longer there."""
        ...

    def beside_it(self, found: Found, name: str) -> bytes | None:
        """A file that the document names, as seen from its folder; None if there is none here."""
        ...

    def mark_beside(self, found: Found, name: str) -> str:
        """Which version of that file there is; empty if there is none."""
        ...

    def left_alone(self) -> Iterable[str]:
        """The documents that were gone at the last look while an answer stood beside them."""
        ...


class SourceLost(Exception):
    """The folder cannot be looked at; the message says why."""


def _wanted(name: str, pattern: str) -> bool:
    parts = name.split("/")
    if not fnmatchcase(parts[-1], pattern):
        return False
    if any(part.startswith((".", "~")) for part in parts):
        return False
    return name.lower().endswith(ENDINGS) and not name.lower().endswith(PROBLEMS)


class Folder:
    """The files below a folder. Links are not followed: they may lead anywhere."""

    def __init__(self, path: Path, pattern: str = "*") -> None:
        self.beside: Path | None = path
        self.unread: dict[str, str] = {}
        self._pattern = pattern
        self._path = path
        self._before: dict[str, str] = {}
        self._left_alone: list[str] = []

    def look(self) -> Iterator[Found]:
        """The files whose time and size are those of the look before."""
        now = dict(self._marks())
        before, self._before = self._before, now
        for name in sorted(now):
            if before.get(name) == now[name]:
                yield Found(name, now[name])

    def _marks(self) -> Iterator[tuple[str, str]]:
        if not self._path.is_dir():
            raise SourceLost(f"{self._path} is no folder")
        self._left_alone = []
        self.unread = {}
        for folder, folders, files in os.walk(self._path, onerror=self._not_read):
            folders[:] = [one for one in folders if not one.startswith(".")]
            names = set(files)
            for file in files:
                path = Path(folder, file)
                name = path.relative_to(self._path).as_posix()
                if file.endswith(PROBLEMS) and file.removesuffix(PROBLEMS) not in names:
                    self._left_alone.append(name.removesuffix(PROBLEMS))
                if _wanted(name, self._pattern) and (mark := _mark(path)):
                    yield name, mark

    def read(self, found: Found) -> bytes | None:
        """Its bytes, if it is still what was found when they have been read."""
        path = self._path / found.name
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._not_read(error)
            return None
        return data if _mark(path) == found.mark else None

    def beside_it(self, found: Found, name: str) -> bytes | None:
        """Only from within the watched folder, wherever a link leads."""
        inside = _inside(found, name)
        path = self._path / inside if inside else None
        try:
            if path is None or not path.resolve(strict=True).is_relative_to(self._path.resolve()):
                return None
            if not stat.S_ISREG(path.stat().st_mode):
                return None  # Nothing is waited for, as a pipe would have it.
            with path.open("rb") as file:
                return file.read(MOST_OCTETS + 1)
        except OSError:
            return None

    def mark_beside(self, found: Found, name: str) -> str:
        """Its time and size."""
        inside = _inside(found, name)
        return _mark(self._path / inside) if inside else ""

    def _not_read(self, error: OSError) -> None:
        """A document or a folder within that is not ours to read; one that is gone is no news."""
        path = Path(error.filename)
        if path.exists() and path.is_relative_to(self._path):
            name = path.relative_to(self._path).as_posix()
            self.unread[name] = error.strerror or type(error).__name__

    def left_alone(self) -> Iterable[str]:
        """A document that was taken away, or mended under another name."""
        return self._left_alone


def _mark(path: Path) -> str:
    try:
        found = path.lstat()
    except OSError:
        return ""
    return f"{found.st_mtime_ns}:{found.st_size}" if stat.S_ISREG(found.st_mode) else ""


class WorkTree:
    """The documents of HEAD below a folder of a git work tree. Nothing is written into it."""

    def __init__(self, path: Path, pattern: str = "*") -> None:
        self.beside: Path | None = None
        self.unread: dict[str, str] = {}
        self._pattern = pattern
        self._path = path
        self._head = ""
        self._found: list[Found] = []
        self._blobs: dict[str, str] = {}

    @classmethod
    def at(cls, path: Path, pattern: str) -> WorkTree | None:
        """The work tree that `path` is in, or None if it is in none.

        Raises SourceLost where git cannot say it of one, such as of somebody else's: taken for a
        mere folder, what is half edited in it would be handed in.
        """
        try:
            inside = _git(path, "rev-parse", "--is-inside-work-tree").strip() == b"true"
        except SourceLost as lost:
            above = (path.resolve(), *path.resolve().parents)
            if _NO_TREE not in str(lost) and any((one / ".git").exists() for one in above):
                raise
            return None
        return cls(path, pattern) if inside else None

    def look(self) -> Iterator[Found]:
        """Every document of HEAD; its mark is the id git has for its content."""
        head = _git(self._path, "rev-parse", "--verify", "--quiet", "HEAD").decode().strip()
        if head != self._head:
            self._blobs = dict(self._listed(head))
            wanted = sorted(name for name in self._blobs if _wanted(name, self._pattern))
            self._found = [Found(name, self._blobs[name]) for name in wanted]
            self._head = head
        yield from self._found

    def _listed(self, head: str) -> Iterator[tuple[str, str]]:
        for line in _git(self._path, "ls-tree", "-r", "-z", head, "--", ".").split(b"\0"):
            about, _tab, name = line.partition(b"\t")
            mode, *rest = about.split(b" ")
            text = name.decode("utf-8", "surrogateescape")
            # Regular files: links (120000) and submodules (160000) lead elsewhere.
            if mode in (b"100644", b"100755"):
                yield text, rest[1].decode()

    def read(self, found: Found) -> bytes | None:
        """The content of that id."""
        try:
            return _git(self._path, "cat-file", "blob", found.mark)
        except SourceLost:
            return None

    def beside_it(self, found: Found, name: str) -> bytes | None:
        """As it is committed."""
        inside = _inside(found, name)
        if not inside:
            return None
        try:
            if int(_git(self._path, "cat-file", "-s", f"HEAD:./{inside}")) > MOST_OCTETS:
                return bytes(MOST_OCTETS + 1)  # Refused as too large, without being read.
            return _git(self._path, "cat-file", "blob", f"HEAD:./{inside}")
        except (SourceLost, ValueError):
            return None

    def mark_beside(self, found: Found, name: str) -> str:
        """The id git has for its content at HEAD."""
        return self._blobs.get(_inside(found, name), "")

    def left_alone(self) -> Iterable[str]:
        """None: nothing is written beside what is committed."""
        return ()


def _inside(found: Found, name: str) -> str:
    """The name a document gives, from the watched folder on; empty where it leads out or is
    hidden."""
    if "://" in name or "\0" in name or name.startswith("/"):
        return ""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(found.name), name))
    return "" if any(part.startswith(".") for part in path.split("/")) else path


def _git(path: Path, *arguments: str) -> bytes:
    """What git says. Raises SourceLost."""
    # A hook of git runs with variables that name another tree; its words are looked at in English.
    without = [part for name in _OF_ONE_TREE for part in ("-u", name)]
    command = ["env", *without, "LC_ALL=C", "git", "-C", str(path), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_GIT_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SourceLost(f"git: {error}") from None
    if done.returncode:
        said = [line.strip() for line in done.stderr.decode("utf-8", "replace").splitlines()]
        # What is wrong stands first, what to do about it last.
        words = dict.fromkeys([said[0], said[-1]]) if said else ["nothing is committed yet"]
        raise SourceLost(f"git: {' … '.join(words)}")
    return done.stdout
