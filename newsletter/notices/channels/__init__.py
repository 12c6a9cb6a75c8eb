"""The ways of telling: one module each, found here by looking into this folder.

A module of a channel defines:

`NAME`    what logs call it
`spread`  `(event) -> None`: put the event into its own queue for each who wants it; called once an
          event, in the transaction that marks it as spread, so it must not touch the network
`work`    `(now) -> None`: work off the queue, bounded in time; called every few seconds
`CODES`   the types of event it can tell (`types.TYPES`)

A module that lacks one of them stops the program at its start.
"""

from __future__ import annotations

import datetime as dt
import importlib
import pkgutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from newsletter.models import OutboxEvent


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel, as its module describes it."""

    name: str
    codes: Collection[str]
    spread: Callable[[OutboxEvent], None]
    work: Callable[[dt.datetime], None]


@cache
def known() -> tuple[Channel, ...]:
    """Every channel, by name."""
    modules = (importlib.import_module(one.name) for one in _modules())
    return tuple(sorted(map(_described, modules), key=lambda channel: channel.name))


def _modules() -> list[pkgutil.ModuleInfo]:
    return list(pkgutil.iter_modules(__path__, f"{__name__}."))


def _described(module: ModuleType) -> Channel:
    try:
        return Channel(module.NAME, module.CODES, module.spread, module.work)
    except AttributeError as error:
        raise TypeError(f"{module.__name__} describes no channel: {error}") from None
