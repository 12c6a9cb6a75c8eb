"""Telling a CDN in front of the site which of its copies are old.

With `PURGE_HOOK` set, each stored answer names what it shows in `Surrogate-Key`, and a CDN may keep
it for a day (`CDN-Cache-Control`, RFC 9213), whatever browsers are told. The worker calls the hook,
a function of the operator's, with the keys that changed, some three seconds after the change; how a
purge is asked for differs between CDNs and stays with them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.module_loading import import_string

from newsletter import conf

from .answers import Answer
from .changes import Changes
from .store import NOTHING, Scope

Hook = Callable[[list[str]], Any]
_EVERYTHING = "sudi"
# Pages of the whole site: any change touches them.
_SITE = "sudi-site"
_FOR_CDN, _AT_CDN = "CDN-Cache-Control", "max-age=86400"
# Seconds. A CDN that asks again sooner could get, and keep for a day, the old answer of a web
# process that has not looked yet (`changes.LOOK_EVERY`).
_WAIT = 2.0
# Seconds. What changed while an answer was built may be purged before that answer is sent, and the
# CDN would keep it for a day: the longest build that surely ends before.
_LONGEST_BUILD = 1.0


def headers(scope: Scope, *, took: float = 0.0, good_until: float | None = None) -> dict[str, str]:
    """What an answer that shows `scope` tells a CDN; nothing where there is no hook.

    `took`: seconds that it was built in. One that changes by itself at `good_until` is kept there
    no longer than a browser keeps it.
    """
    if not conf.purge_hook() or scope == NOTHING:
        return {}
    found = {"Surrogate-Key": " ".join(shown(scope))}
    if took < _LONGEST_BUILD and good_until is None:
        found[_FOR_CDN] = _AT_CDN
    return found


def for_no_cdn(answer: Answer) -> Answer:
    """An answer that may be old without our knowing: a CDN keeps it no longer than a browser."""
    kept = [pair for pair in answer.headers if pair[0] != _FOR_CDN]
    return Answer(answer.status, kept, answer.octets)


def shown(scope: Scope) -> list[str]:
    """The keys of an answer that shows this."""
    if not scope.publication:
        return [_EVERYTHING, _SITE]
    whole = f"{_EVERYTHING}-{scope.publication}"
    return [_EVERYTHING, whole, f"{whole}-{scope.issue or 'lists'}"]


def touched(changes: Iterable[Scope]) -> set[str]:
    """The keys whose answers these changes touch, by the rule of `Scope.touched_by`."""
    keys: set[str] = set()
    for change in changes:
        if not change.publication:
            return {_EVERYTHING}
        whole = f"{_EVERYTHING}-{change.publication}"
        keys |= (
            {_SITE, f"{whole}-{change.issue}", f"{whole}-lists"} if change.issue else {_SITE, whole}
        )
    return keys


class Purge:
    """What is to be purged; kept until the hook has taken it. One for each worker."""

    def __init__(self) -> None:
        # When it was noted, and what.
        self._noted: list[tuple[float, set[str]]] = []
        self._changes = Changes(self._note)
        self._begun = False

    def _note(self, changes: list[Scope]) -> None:
        if changes:
            self._noted.append((time.monotonic(), touched(changes)))

    def sweep(self) -> None:
        """Ask what changed and tell the hook. What the hook raises goes on to the caller, who
        reports it, and the hook is told again at the next sweep."""
        path = conf.purge_hook()
        if not path:
            return
        self._changes.may_serve()
        if not self._begun:
            if not self._changes.looked:
                return  # The database is away.
            # What changed while no worker ran is not known. Waited for at once: a process that a
            # timer starts sweeps only once.
            self._noted = [(time.monotonic(), {_EVERYTHING})]
            self._begun = True
            time.sleep(_WAIT)
        until = time.monotonic() - _WAIT
        due = [(at, keys) for at, keys in self._noted if at <= until]
        if not due:
            return
        keys = set().union(*(keys for _at, keys in due))
        # One entry instead of many, should the hook fail for days.
        self._noted = [(due[0][0], keys), *self._noted[len(due) :]]
        hook: Hook = import_string(path)
        hook([_EVERYTHING] if _EVERYTHING in keys else sorted(keys))
        del self._noted[0]
