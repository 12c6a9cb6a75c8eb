"""Every check in its order, and what is kept of what they found."""

from __future__ import annotations

import functools
import importlib
import logging
import pkgutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from newsletter.models import CheckResult
from newsletter.models.operation import in_words

from . import checks
from .dns import NotSeen
from .findings import Finding, Result, Text, summed, unseen
from .findings import said as _
from .surroundings import Surroundings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Check:
    """A file of `checks/`: its name, its place in the order, and how it looks.

    `offline` is what it can say from settings and files alone, or None; `reads`: it asks the
    database. `begin` asks other machines what it will want to know, before any check looks.
    """

    name: str
    place: int
    look: Callable[[Surroundings], Iterable[Finding]]
    offline: Callable[[], Iterable[Finding]] | None
    reads: bool = True
    begin: Callable[[Surroundings], object] | None = None


@functools.cache
def registry() -> tuple[Check, ...]:
    """Every check, in order."""
    found = []
    for module in pkgutil.iter_modules(checks.__path__):
        one = importlib.import_module(f"{checks.__name__}.{module.name}")
        found.append(
            Check(
                one.NAME,
                one.PLACE,
                one.look,
                getattr(one, "offline", None),
                getattr(one, "READS", True),
                getattr(one, "begin", None),
            )
        )
    return tuple(sorted(found, key=lambda check: (check.place, check.name)))


def examine(site: Surroundings, only: Callable[[Check], bool] = lambda check: True) -> list[Result]:
    """Run the checks. One that cannot look says so; it never says that all is well.

    What does not answer is not waited for in turn: it takes 20 seconds at the most.
    """
    chosen = [check for check in registry() if only(check)]
    for check in chosen:
        if check.begin is not None:
            check.begin(site)
    results: list[Result] = []
    for check in chosen:
        results.append(_lost(check) if check.reads and _no_database(results) else _run(check, site))
    return results


def _no_database(results: Sequence[Result]) -> bool:
    """Whether the database was found gone: each try to connect may wait as long as the first."""
    gone = any(one.name == "database" and one.ok is False for one in results)
    return gone and connection.connection is None


def _lost(check: Check) -> Result:
    found = unseen(
        _("The database did not answer, so this was not looked at."),
        _("Mend the check “database” first."),
    )
    return summed(check.name, [found])


def _run(check: Check, site: Surroundings) -> Result:
    seen: list[Finding] = []
    try:
        seen.extend(check.look(site))  # What was seen before something failed is kept.
        return summed(check.name, seen)
    except NotSeen as error:
        found = unseen(
            _("DNS did not answer: %(said)s", said=str(error)),
            _("Look at the check “dns”, or ask again later."),
        )
    except (DatabaseError, InterfaceError) as error:
        connection.close()
        said_ = (str(error).splitlines() or [""])[0][:200]
        found = unseen(
            _("The database did not answer: %(said)s", said=said_),
            _("Look at the checks “database”, “migrations” and “tables”."),
        )
    except Exception as error:
        log.exception("the check %s failed", check.name)
        found = unseen(
            _(
                "This check failed by itself: %(said)s",
                said=f"{type(error).__name__}: {error}"[:200],
            ),
            _("Please report it, with the lines of the log."),
        )
    return summed(check.name, [*seen, found])


def store(results: Iterable[Result]) -> None:
    """Keep what was found, and since when it is so."""
    now = timezone.now()
    before = {row.name: row for row in CheckResult.objects.all()}
    names = []
    for result in results:
        names.append(result.name)
        old = before.get(result.name)
        same = old is not None and old.ok == result.ok
        row = CheckResult(
            name=result.name,
            ok=result.ok,
            findings=[[one.ok, _kept(one.detail), _kept(one.remedy)] for one in result.findings],
            at=now,
            since=old.since if old is not None and same else now,
        )
        row.save(force_insert=old is None, force_update=old is not None)
    CheckResult.objects.exclude(name__in=names).filter(name__in=before).delete()


def shown(row: CheckResult) -> Result:
    """A kept result, in the active language."""
    return Result(
        row.name,
        row.ok,
        tuple(
            Finding(ok, in_words(detail), in_words(remedy)) for ok, detail, remedy in row.findings
        ),
    )


def _kept(text: Text | str) -> object:
    if isinstance(text, str):
        return text
    return [text.message, {key: _kept_value(value) for key, value in text.values.items()}]


def _kept_value(value: object) -> object:
    return _kept(value) if isinstance(value, Text) else str(value)
