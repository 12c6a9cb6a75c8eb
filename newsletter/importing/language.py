"""The language of a document, and whether another issue is its translation."""

from __future__ import annotations

import re

from newsletter.digest import Digest
from newsletter.models import Issue, Link
from subscribers import languages
from subscribers.models import Publication

from .matching import link_key

# `2026-03-02.en.md`, `2026-03-02-zh-CN.md`: behind a dot, or behind a date or number.
_SUFFIX = re.compile(
    r"(?:\.|(?<=\d)[-_])([A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?)(?:\.[A-Za-z]{1,10})?$"
)
_FOLDER = re.compile(r"[A-Za-z]{2}(?:[-_][A-Za-z]{2,4})?")
# Of the links of the smaller issue, how many a translation has too.
_SHARED = 0.5
# Issues of one day that are looked at.
_MOST = 10


def language_of(digest: Digest, name: str, publication: Publication) -> str:
    """As rows hold it: what the header says, else the file's name or folder, else the
    publication's."""
    if found := languages.stored(digest.language):
        return found
    *folders, file = re.split(r"[/\\]", name)
    candidates = [match[1]] if (match := _SUFFIX.search(file)) else []
    candidates += [folder for folder in reversed(folders) if _FOLDER.fullmatch(folder)]
    codes = (languages.stored(code.replace("_", "-")) for code in candidates)
    return next(filter(None, codes), "") or publication.language


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
        theirs = set(
            other.links.filter(kind=Link.Kind.SOURCE, url_key__isnull=False).values_list(
                "url_key", flat=True
            )
        )
        if keys and theirs:
            if len(keys & theirs) >= _SHARED * min(len(keys), len(theirs)):
                return other
        elif not keys and not theirs and other.items.count() == len(digest.items):
            return other
    return None
