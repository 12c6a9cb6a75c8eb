"""Links that another issue had not long ago: the editor is told, nothing is refused."""

from __future__ import annotations

import datetime as dt
import uuid

from newsletter.digest import Digest
from newsletter.digest.problems import Problems
from newsletter.models import Issue, Link
from subscribers.models import Publication

from .matching import link_key

_RECENT = dt.timedelta(days=30)


def tell_recent_links(
    publication: Publication,
    digest: Digest,
    issue: Issue | None,
    problems: Problems,
    *,
    translation: Issue | None = None,
) -> None:
    """Warn of each source that stood in an issue of the last weeks; `issue` is this one, if
    it is here.

    A `translation` has the same links, of course.
    """
    if digest.date is None:
        return
    lines: dict[uuid.UUID, int] = {}
    for item in digest.items:
        for source in item.sources:
            if key := link_key(source.url):
                lines.setdefault(key, item.line)
    if not lines:
        return
    seen = (
        Link.objects.filter(
            url_key__in=list(lines),
            kind=Link.Kind.SOURCE,
            issue__publication=publication,
            issue__date__gte=digest.date - _RECENT,
            issue__date__lte=digest.date,
            item__copied_from__isnull=True,
        )
        .exclude(issue=issue)
        .exclude(issue=translation)
        .order_by("-issue__date", "pk")
        .values_list("url_key", "issue__slug", "item__title")
    )
    told: set[uuid.UUID] = set()
    for key, slug, title in seen:
        if key is not None and key not in told:
            told.add(key)
            problems.warn("link-recent", {"issue": slug, "title": title or ""}, lines[key])
