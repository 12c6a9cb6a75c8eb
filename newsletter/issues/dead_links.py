"""Whether the links of an issue still lead somewhere. A job of its own, off unless CHECK_LINKS=1.

Anybody who can edit an issue chooses where this connects to; `newsletter.outgoing` sees to it that
this is the open internet only. The status line and headers are read, no body.
"""

from __future__ import annotations

import concurrent.futures
import logging
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django_tasks import task

from newsletter import conf, outgoing
from newsletter.models import Issue, Link
from newsletter.rendering import neutral

log = logging.getLogger(__name__)

# A link may name any port at which web servers stand.
LIMITS = outgoing.Limits(seconds=30.0, connect_seconds=10.0, redirects=5, body=0, high_ports=True)
# Links of one issue that are tried, and at the same time; a real issue has below 200.
MOST, TOGETHER = 400, 6
# Drafts looked at in one sweep.
ISSUES = 20
# Answers that say "not for programs" and not "not here": the page is most likely alive.
_ALIVE = frozenset({401, 402, 403, 405, 406, 407, 429, 451, 999})
# Answers that may mean "not by HEAD": some servers know only GET.
_NOT_BY_HEAD = frozenset({400, 403, 404, 405, 501})
# By the code of an error, with its reason where that says more.
_REASONS = {
    "bad-url": "not an http address",
    "blocked: port": "the port is none for web pages",
    "blocked": "the address is not on the open internet",
    "unknown-host": "the host name is not known",
    "timed-out": "no answer in time",
    "insecure": "the connection is not secure",
    "too-many-redirects": "too many redirects",
}


def look(url: str) -> str:
    """Why `url` cannot be reached, or empty if it can. Blocks for at most a minute."""
    try:
        status = outgoing.request("HEAD", url, limits=LIMITS).status
        if status in _NOT_BY_HEAD:
            status = outgoing.request("GET", url, limits=LIMITS).status
    except outgoing.OutgoingError as error:
        known = _REASONS.get(str(error)) or _REASONS.get(error.code)
        return known or "the server does not answer"
    return "" if status < 400 or status in _ALIVE else f"the server answers {status}"


def look_at(urls: Iterable[str]) -> dict[str, str]:
    """Link -> why it cannot be reached, for those that cannot."""
    wanted = list(dict.fromkeys(urls))[:MOST]
    with concurrent.futures.ThreadPoolExecutor(TOGETHER) as pool:
        reasons = pool.map(look, wanted)
        return {url: reason for url, reason in zip(wanted, reasons, strict=True) if reason}


@task()
def check_issue(issue_id: int) -> None:
    """Look at every link of an issue and keep what was found in `Issue.extra["dead_links"]`.

    May run twice or never. Does nothing unless CHECK_LINKS is on.
    """
    if not conf.check_links():
        return
    urls = Link.objects.filter(issue=issue_id).exclude(url="").order_by("pk")
    found = look_at(filter(None, (neutral.address(u) for u in urls.values_list("url", flat=True))))
    _keep(issue_id, at=timezone.now().isoformat(), found=found)
    log.info("Issue %s: %d links cannot be reached.", issue_id, len(found))


def sweep() -> None:
    """Ask for a look at every issue not sent yet that has changed since the last one.

    Called by the worker about every minute; cheap when nothing is due.
    """
    if not conf.check_links():
        return
    waiting = Issue.objects.filter(state__in=[Issue.State.DRAFT, Issue.State.SCHEDULED])
    for issue in waiting.annotate(revision=Max("revisions__number")).order_by("-pk")[:ISSUES]:
        kept = issue.extra.get("dead_links")
        if isinstance(kept, dict) and kept.get("revision") == issue.revision:
            continue
        # Marked before it is done: the next sweep would ask again while this one is looking.
        _keep(issue.pk, revision=issue.revision)
        check_issue.enqueue(issue.pk)


def _keep(issue_id: int, **known: Any) -> None:
    with transaction.atomic():
        # Locked: an import may be writing the same field.
        for issue in Issue.objects.select_for_update().filter(pk=issue_id):
            before = issue.extra.get("dead_links")
            kept = {**(before if isinstance(before, dict) else {}), **known}
            issue.extra = {**issue.extra, "dead_links": kept}
            issue.save(update_fields=["extra"])
