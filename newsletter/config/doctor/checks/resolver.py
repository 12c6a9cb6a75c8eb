"""Names can be looked up at all."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Finding, bad, good, unseen
from ..findings import said as _
from ..surroundings import Surroundings

NAME, PLACE = "dns", 75
READS = False  # It needs no database.


def look(site: Surroundings) -> Iterator[Finding]:
    """Whether the resolver answers; the checks behind this one need it."""
    if site.trial:
        yield unseen(_("A trial: its mail is caught on this machine, and DNS has no part in it."))
    elif site.dns.answers():
        yield good(_("The name server answers."))
    else:
        yield bad(
            _("No name server answers."),
            _("Mend /etc/resolv.conf, or set DNS_RESOLVER to one that answers. Try: dig . NS"),
        )
