"""Somebody sends, it is this version, and what is due is not left lying."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from newsletter import conf
from newsletter.models import Worker
from newsletter.sending.engine.sender import version

from ..findings import Finding, bad, good
from ..findings import said as _
from ..surroundings import Surroundings

NAME, PLACE = "worker", 100

# A worker writes that it lives with every sweep, each five seconds.
_ALIVE = dt.timedelta(seconds=30)


def look(site: Surroundings) -> Iterator[Finding]:
    """The workers that were heard of lately, and their versions."""
    alive = list(Worker.objects.filter(seen__gte=site.now() - _ALIVE).order_by("-seen"))
    if not alive:
        last = Worker.objects.order_by("-seen").values_list("seen", flat=True).first()
        yield bad(
            _("No worker runs; the last was heard of at %(at)s.", at=f"{last:%Y-%m-%d %H:%M} UTC")
            if last
            else _("No worker has ever run."),
            _("Run: sudi quickstart")
            if site.trial
            else _("Start it: sudi worker (systemctl enable --now sudi-worker)")
            if conf.tasks_engine() == "embedded"
            else _("Start it: celery -A newsletter.config.celery worker -Q default,sending,mail"),
        )
        return
    others = [one for one in alive if one.version != version()]
    if others:
        yield bad(
            _("The worker on %(machine)s is of version %(theirs)s, this is %(ours)s.",
              machine=others[0].machine, theirs=others[0].version or "?", ours=version()),
            _("Restart it after an upgrade: systemctl restart sudi-worker"),
        )  # fmt: skip
    else:
        yield good(_("Workers that run, all of this version: %(number)s.", number=len(alive)))
