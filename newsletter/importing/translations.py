"""Whether another issue of the day is a document's translation."""

from __future__ import annotations

from newsletter.digest import Digest
from newsletter.models import Issue, Link
from subscribers.models import Publication

from .stories import link_key

# Of the links of the smaller issue, how many a translation has too.
_SHARED = 0.5
# Issues of one day that are looked at.
_MOST = 10


def find_translation(
    publication: Publication, digest: Digest, language: str, issue: Issue | None
) -> Issue | None:
    """The issue that says the same in another language: of the same day, with the same links, or
    without any link as many items. `issue` is the document's own, if it is here."""
    if digest.date is None:
        return None
    keys = {link_key(source.url) for item in digest.items for source in item.sources} - {None}
    others = publication.issues.filter(date=digest.date, kind=Issue.Kind.REGULAR).exclude(
        language=language
    )
    for other in others.exclude(pk=issue.pk if issue else 0).order_by("pk")[:_MOST]:
        urls = other.links.filter(kind=Link.Kind.SOURCE).values_list("url", flat=True)
        theirs = set(map(link_key, urls)) - {None}
        if keys and theirs:
            if len(keys & theirs) >= _SHARED * min(len(keys), len(theirs)):
                return other
        elif not keys and not theirs and other.items.count() == len(digest.items):
            return other
    return None
