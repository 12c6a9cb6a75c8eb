"""Telling a CDN in front of the site which of its copies are old.

With `PURGE_HOOK` set, each stored answer names what it shows in `Surrogate-Key`, and a CDN may keep
it for a day (`CDN-Cache-Control`, RFC 9213), whatever browsers are told. The worker calls the hook,
a function of the operator's, with the keys that changed, some three seconds after the change; how a
purge is asked for differs between CDNs and stays with them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.module_loading import import_string

from newsletter import conf

from .changes import Changes
from .store import NOTHING, Scope

logger = logging.getLogger(__name__)

Hook = Callable[[list[str]], Any]
_EVERYTHING = "sudi"
# Pages of the whole site: any change touches them.
_SITE = "sudi-site"
_AT_CDN = "max-age=86400"
# Seconds. A CDN that asks again sooner could get, and keep for a day, the old answer of a web
# process that has not looked yet (`changes.LOOK_EVERY`).
_WAIT = 2.0


def headers(scope: Scope) -> dict[str, str]:
    """What an answer that shows `scope` tells a CDN; nothing where there is no hook."""
    if not conf.purge_hook() or scope == NOTHING:
        return {}
    return {"Surrogate-Key": " ".join(shown(scope)), "CDN-Cache-Control": _AT_CDN}


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
        # When it was noted, and what. What changed while no worker ran is not known.
        self._noted = [(time.monotonic(), {_EVERYTHING})]
        self._changes = Changes(self._note)

    def _note(self, changes: list[Scope]) -> None:
        if changes:
            self._noted.append((time.monotonic(), touched(changes)))

    def sweep(self) -> None:
        """Ask what changed and tell the hook; what it raises is logged, and it is told again."""
        path = conf.purge_hook()
        if not path:
            return
        self._changes.may_serve()
        until = time.monotonic() - _WAIT
        due = [(at, keys) for at, keys in self._noted if at <= until]
        if not due:
            return
        hook: Hook = import_string(path)
        try:
            hook(sorted(set().union(*(keys for _at, keys in due))))
        except Exception:  # The hook is the operator's: it may raise whatever it likes.
            logger.exception("The purge hook failed; it is called again.")
            return
        self._noted = [one for one in self._noted if one not in due]
