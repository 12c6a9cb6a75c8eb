"""Which issue a document is the translation of: as it says, as its date says, or as it looks.

`link` makes the two a pair (`editions.pairing`), in the transaction of the import.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from newsletter.digest import Digest
from newsletter.digest.problems import Problems
from newsletter.editions import pairing
from newsletter.editions.pairing import NotPaired
from newsletter.models import Issue, Link
from subscribers.models import Publication

from .places import Places
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


# How front matter says it, and how it may be written there.
_KEY = "translation_of"
_WRITTEN = re.compile(
    r"[ \t]*[\"']?(?:translation[-_ ]?of|translates)[\"']?[ \t]*[:=]", re.IGNORECASE
)
_HEADER = 60


def link(
    issue: Issue, digest: Digest, asked: str, places: Places, problems: Problems, by: Any
) -> Issue | None:
    """Make the stored issue one of a pair; the other one, if it is one now.

    `asked` is what a command says, which wins over the document's own `translation_of`. Where
    neither says anything, an issue of the same date in a declared sister is the other one. What
    cannot be is an error at the line that asks for it; what came apart by a new date or language
    is one as well.
    """
    said = asked or str(digest.extra.get(_KEY) or "").strip()
    line = 0 if asked else _line(places)
    actor = by if by is not None else "import_digest"
    if said:
        original = _named(issue, said)
        if original is None:
            problems.error("translation-unknown", {"name": said[:100]}, line)
            return None
        if issue.original_id not in (None, original.pk):
            problems.error("translation-other", {"name": said[:100]}, line)
            return None
        try:
            pairing.pair(issue, original, by=actor, detail="document")
        except NotPaired as refused:
            problems.error("translation-refused", {"message": str(refused)}, line)
            return None
    if reason := pairing.broken(issue):
        problems.error("translation-refused", {"message": reason}, line)
        return None
    if not said:
        for translation, original in pairing.by_date(issue):
            pairing.pair(translation, original, by=actor, detail="date")
    issue.refresh_from_db(fields=["original"])
    if issue.original is not None:
        return issue.original
    return issue.issue_translations.order_by("pk").first()


def _line(places: Places) -> int:
    for number, text in enumerate(places.lines[:_HEADER], start=1):
        if _WRITTEN.match(text):
            return number
    return 0


def _named(issue: Issue, name: str) -> Issue | None:
    """The issue of the name in this publication or a sister: its address, its address name (with
    the publication's before it, if need be), the file or the id it came as. None if there is none,
    or another just as good."""
    path = urlsplit(name).path if "://" in name else name
    parts = [part for part in re.split(r"[/\\]", path) if part not in ("", ".", "..")]
    if not parts:
        return None
    last = re.sub(r"\.[A-Za-z]{1,10}$", "", parts[-1])
    wanted = {name, last, parts[-1]}
    rows = Issue.objects.filter(
        publication__in=pairing.sisters(issue.publication), kind=Issue.Kind.REGULAR
    ).select_related("publication")
    if len(parts) > 1:
        if exact := rows.filter(publication__slug=parts[-2], slug=last).first():
            return exact
        named = Publication.objects.filter(slug=parts[-2]).exclude(pk=issue.publication_id)
        if named.exists():  # Another publication's, which is no sister: none of ours is meant.
            return None
    others = [
        one
        for one in rows.filter(slug__in=wanted) | rows.filter(origin__in=wanted)
        if one.pk != issue.pk
    ]
    # Its own publication's issue of a date, then a sister's.
    mine = [one for one in others if one.publication_id == issue.publication_id]
    found = mine or others
    if found:
        return found[0] if len(found) == 1 else None
    itself = last in (issue.slug, issue.origin) or name == issue.origin
    return issue if itself else None
