"""Public pages, feeds and style sheets as finished octets: built once a change, then handed out.

`store` keeps them within bounds and lets one thread build what many ask for; `changes` reads every
moment what the database noted as changed (`newsletter/models/change_triggers.py`); `codings`
chooses between plain, gzip and Brotli; `serving` is the middleware that ties them together.

An address is served this way when its view is marked `finished` in `newsletter/urls.py`. Such a
view sees a request without cookies and credentials, and only the questions it is marked with, so
what it builds cannot hold anything personal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import HttpResponse

V = TypeVar("V", bound=Callable[..., HttpResponse])
_MARK = "finished_bytes"
# The names of a query that any marked view heeds. All others are taken off before the view is
# known, so that `?utm_source=` of a shared link finds the same octets.
ASKS: set[str] = set()


@dataclass(frozen=True, slots=True)
class Mark:
    """What the middleware knows of a view.

    `asks`: the names of the query it heeds. `one_issue`: it shows one issue and names of its
    neighbours. `fixed`: nothing of what is published.
    """

    asks: frozenset[str] = frozenset()
    one_issue: bool = False
    fixed: bool = False


def finished(view: V, *asks: str, one_issue: bool = False, fixed: bool = False) -> V:
    """Mark a view whose answer depends on nothing but its address and what is published.

    `asks` are the names of the query it heeds, besides `lang`. It may set `response.good_until`
    (seconds since 1970) if its answer depends on the date too.
    """
    ASKS.update(asks)
    setattr(view, _MARK, Mark(frozenset(asks), one_issue, fixed))
    return view


def mark_of(view: Any) -> Mark | None:
    """The mark of a view, None if it has none."""
    found: Mark | None = getattr(view, _MARK, None)
    return found
