"""No machine waits for a person before anything may go out: the database is no copy."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.sending import guard

from ..findings import Finding, bad, good
from ..findings import said as _
from ..surroundings import Surroundings

NAME, PLACE = "machines", 95


def look(site: Surroundings) -> Iterator[Finding]:
    """Each machine that asks."""
    waiting = guard.asking()
    for one in waiting:
        yield bad(
            _("The machine “%(name)s” sends nothing until a person agrees: the database is a copy,"
              " a restored one, or new to it.", name=one.machine.name),
            _("Does no other machine send for this site? Then see what would go out, and agree:"
              " sudi machines; sudi machines --agree. If one does, stop this one."),
        )  # fmt: skip
    if not waiting:
        yield good(_("No machine waits for a person."))
