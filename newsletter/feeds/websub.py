"""Telling a WebSub hub that feeds changed, so that their followers need not poll.

W3C's recommendation leaves open how a publisher tells its hub; this is the way all public hubs
understand: `hub.mode=publish` and one `hub.url` for each feed, form-encoded (PubSubHubbub 0.4,
section 7.1). What was told when is in the audit log, written before the hub is called: two
workers do not tell it twice, and a crash between the two costs one announcement, which polling
makes good.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from urllib.parse import urlencode

from django.db import transaction
from django.utils import timezone

from newsletter import conf, outgoing
from newsletter.editions import published
from subscribers.models import AuditEntry, Publication

from .contents import Chosen
from .formats import FORMATS

log = logging.getLogger("newsletter.feeds")

TOLD, NOT_REACHED = "hub told", "hub not reached"
# A hub answers for itself: where else it points is not where the editor meant us to go. A hub of
# one's own often stands at a port of its own. What it says is in the status.
_LIMITS = outgoing.Limits(seconds=10.0, redirects=0, body=0, high_ports=True)
# Seconds after which a sweep calls no further hub: other housekeeping waits for it.
_SWEEP_FOR = 30.0
_AGAIN_AFTER = dt.timedelta(minutes=5)
_MOST_TRIES = 5


def sweep() -> int:
    """Tell the hub of every publication that changed since it was told; how many were.

    Ends within `_SWEEP_FOR` and the time for one hub; the others' turn comes at the next sweep.
    """
    told = 0
    end = time.monotonic() + _SWEEP_FOR
    for key in (
        Publication.objects.filter(readers_only=False)
        .exclude(hub_url="")
        .values_list("pk", flat=True)
    ):
        if time.monotonic() > end:
            break
        publication = _claim(key)
        if publication is not None:
            told += _tell(publication)
    return told


def topics(publication: Publication) -> list[str]:
    """The feeds that name the hub: the whole, its items, and each category on offer."""
    feeds = [Chosen(publication), Chosen(publication, by_item=True)]
    for category in published.offered(published.categories(publication)):
        feeds.append(Chosen(publication, (category,)))
    return [conf.base_url() + feed.path(form) for feed in feeds for form in FORMATS]


def _claim(key: int) -> Publication | None:
    """The publication if it is due; an entry in the log makes it nobody else's."""
    with transaction.atomic():
        publication = Publication.objects.select_for_update().get(pk=key)
        if not publication.hub_url:
            return None
        entries = AuditEntry.objects.filter(
            target=f"publication:{key}", action__in=(TOLD, NOT_REACHED)
        ).order_by("-id")[: 2 * _MOST_TRIES]
        # By the change itself, not by time: a change is committed later than it is dated.
        last = [entry for entry in entries if entry.detail["change"] == _change(publication)]
        if last:
            failures = sum(entry.action == NOT_REACHED for entry in last)
            waited = timezone.now() - last[0].at >= _AGAIN_AFTER
            if last[0].action == TOLD or failures >= _MOST_TRIES or not waited:
                return None
        _note(publication, TOLD)
    return publication


def _change(publication: Publication) -> str:
    return publication.changed_at.isoformat()


def _note(publication: Publication, action: str, **detail: str) -> None:
    AuditEntry.objects.create(
        actor="worker",
        publication=publication,
        action=action,
        target=f"publication:{publication.pk}",
        detail={"hub": publication.hub_url, "change": _change(publication), **detail},
    )


def _tell(publication: Publication) -> bool:
    """One request; what went wrong is logged, and tried again later."""
    pairs = [("hub.mode", "publish"), *(("hub.url", topic) for topic in topics(publication))]
    try:
        status = outgoing.request(
            "POST",
            publication.hub_url,
            body=urlencode(pairs).encode(),
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "User-Agent": f"{outgoing.USER_AGENT} ({conf.base_url()})",
            },
            limits=_LIMITS,
        ).status
    except outgoing.OutgoingError as error:
        trouble = str(error)
    else:
        if 200 <= status < 300:
            return True
        trouble = f"status {status}"
    # Codes only: what a hub says in words is no text for an audit log.
    log.warning("the hub of %s was not reached: %s", publication.slug, trouble)
    _note(publication, NOT_REACHED, error=trouble)
    return False
