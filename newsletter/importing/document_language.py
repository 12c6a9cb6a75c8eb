"""Which language a document is in, and what is told of one that is not the publication's."""

from __future__ import annotations

import re

from newsletter.digest import Digest
from newsletter.digest.problems import Problems
from newsletter.models import Issue
from subscribers import language_table, languages
from subscribers.models import Publication

from .places import Places

_WRITTEN = re.compile(r"[ \t]*[\"']?(?:lang|language|locale)[\"']?[ \t]*[:=]", re.IGNORECASE)
_HEADER = 60
# What says nothing of the language (BCP 47: undetermined, no words at all; POSIX: no locale).
_NOTHING = ("und", "zxx", "c", "posix", "c.utf-8")


def language_of(digest: Digest, publication: Publication) -> str:
    """The document's language as rows hold it: what it says, where the site has that language."""
    return _known(digest.language) or publication.language


def is_unknown(said: str) -> bool:
    """Whether the document says a language that the site does not have."""
    said = said.strip()
    return bool(said) and not _known(said) and said.lower() not in _NOTHING


def tell_unknown(said: str, publication: Publication, places: Places, problems: Problems) -> None:
    """Warn of a language that the site does not have: the publication's stands for it."""
    if is_unknown(said):
        names = ", ".join(one.code for one in language_table.LANGUAGES)
        params = {"said": said.strip()[:40], "language": publication.language, "known": names}
        problems.warn("language-unknown", params, _line(places))


def tell_other(issue: Issue, linked: Issue | None, places: Places, problems: Problems) -> None:
    """Warn of a language that the publication does not have, where the issue is no translation.

    `linked` is another one that it is the same as in another language. A publication has the
    languages in which its issues appeared.
    """
    publication = issue.publication
    if issue.language == publication.language or linked is not None:
        return
    out = publication.issues.exclude(state=Issue.State.DRAFT).exclude(pk=issue.pk)
    if not out.filter(language=issue.language, original=None).exists():
        params = {"language": issue.language, "own": publication.language}
        problems.warn("language-other", params, _line(places))


def _known(said: str) -> str:
    """A tag in any spelling, or the name of a language, as rows hold it; "" if we have it not."""
    return languages.stored(said) or languages.stored(language_table.named(said))


def _line(places: Places) -> int:
    for number, text in enumerate(places.lines[:_HEADER], start=1):
        if _WRITTEN.match(text):
            return number
    return 0
