"""What editions come to, kept in a file for the next process: a page need not render to say it.

A process that was just started has rendered nothing, and the whole mail of 300 items takes it
seconds. The send page says of each edition its subject and its size, so these are kept beside what
they are of: the text, the publication's settings, the site's address, and the program. Any of it
different, and nothing is taken from here. What is mailed is always rendered.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import jinja2

import subscribers
from newsletter import conf
from subscribers.models import Publication

from ..editions import EditionKey, IssueView
from . import Figures, kept, pipeline, shortening

# A round-up may have thousands; most of its time goes elsewhere.
_EDITIONS = 200
# Issues, the last that were looked at, each for so many seconds after it was.
_MOST, _SECONDS = 30, 86_400
_PACKAGES = Path(__file__).parents[1], Path(subscribers.__file__).parent
# What stands beside it names the other packages with their versions.
_OTHERS = Path(jinja2.__file__).parents[1]
_STARTED = time.time()


def read(view: IssueView, publication: Publication) -> Mapping[EditionKey, Figures]:
    """What is known of just this text in just this publication, by edition; often nothing."""
    of = _of(view, publication)
    if not of:
        return {}
    try:
        stored = json.loads(_path(view).read_bytes())
        if stored["of"] != of:
            return {}
        return {
            EditionKey(*key): Figures(subject, size, shortened, leaves, tuple(items))
            for key, subject, size, shortened, leaves, items in stored["figures"]
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # None yet, or half of one.


def write(view: IssueView, publication: Publication, figures: Mapping[EditionKey, Figures]) -> None:
    """Keep them in place of what was kept of the issue. Where it cannot, it does not."""
    of = _of(view, publication) if len(figures) <= _EDITIONS else ""
    if not of:
        return
    rows = [
        (key, one.subject, one.size, one.shortened, one.unsubscribes, one.items)
        for key, one in figures.items()
    ]
    path = _path(view)
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        # Put in place whole, and readable for nobody else from the first octet.
        number, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(number, "w", encoding="utf-8") as file:
            # `dump` writes in Python what `dumps` does in C: a tenth of the page after an edit.
            file.write(json.dumps({"of": of, "figures": rows}))
        Path(name).replace(path)
        _forget_old(path.parent.iterdir())


def _path(view: IssueView) -> Path:
    return conf.data_dir() / "figures" / f"{view.id}.json"


def _forget_old(paths: Iterable[Path]) -> None:
    """What nobody looked at lately, and a file that was left half written, too."""
    aged = sorted(((path.stat().st_mtime, path) for path in paths), reverse=True)
    for number, (written, path) in enumerate(aged):
        if number >= _MOST or written < time.time() - _SECONDS:
            path.unlink(missing_ok=True)


def _of(view: IssueView, publication: Publication) -> str:
    """A name for all that the figures depend on; empty where that cannot be told."""
    # A template of one's own may say anything, and another thing after each edit of it.
    program = _program() if pipeline.only_ours() else ""
    if not program:
        return ""
    bounds = shortening.TARGET, shortening.LIMIT
    whole = repr((program, bounds, kept.settings_of(publication), view))
    return hashlib.blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@functools.cache
def _program() -> str:
    """A name for the program and its texts as this process runs them; empty once others are there.

    After an upgrade a process still runs what it had read, and may read the rest anew.
    """
    said = hashlib.blake2b(repr(sorted(map(str, _OTHERS.glob("*-info")))).encode())
    for package in _PACKAGES:
        for folder, _folders, names in os.walk(package, followlinks=True):
            for name in sorted(names):
                if name.endswith(".pyc"):
                    continue
                known = os.stat(f"{folder}/{name}")
                if known.st_mtime > _STARTED:
                    return ""
                said.update(f"{folder}/{name} {known.st_size} {known.st_mtime_ns}\n".encode())
    return said.hexdigest()
