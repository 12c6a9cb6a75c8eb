"""Which issue a document is: publication, date, language and edition name, however it came."""

from __future__ import annotations

import re
from collections.abc import Sequence

from newsletter.digest import Digest
from newsletter.digest.dates import find_date
from newsletter.digest.markdown import clean
from newsletter.digest.problems import Problems
from newsletter.models import Issue
from subscribers.models import Publication

from .bases import rows_of, version_of
from .matching import link_keys, pair
from .names import same
from .versions import Version

# File stems that say nothing by themselves: with the date they do.
_OWN_NAME = re.compile(r"[^\W\d_]+.*\d")
# Issues of one identity that are looked at: before there were names of editions, a day could
# have several.
_MOST = 20
# The doubt of `is_another`; a person can say that it is the same, or name an edition.
OTHER_ISSUE = "other-issue"
LONGEST_EDITION = 40  # Characters.


def origin_of(digest: Digest, name: str) -> str:
    """What the source calls the document: an id in front matter, else the file's stem.

    A stem that says nothing by itself (`10`, `index`, `weekly`) is joined with the date.
    """
    for key in ("id", "guid", "slug", "permalink"):
        value = digest.extra.get(key)
        if isinstance(value, str | int) and str(value).strip():
            return str(value).strip()[:200]
    stem = re.sub(r"\.[A-Za-z]{1,10}$", "", re.split(r"[/\\]", name)[-1]).strip()
    if stem and (find_date(stem) or _OWN_NAME.fullmatch(stem)):
        return stem[-200:]
    date = digest.date.isoformat() if digest.date else ""
    return f"{date}/{stem}"[:200] if stem else date


def edition_of(digest: Digest, given: str, problems: Problems) -> str:
    """The name of this edition of the day: `given`, else what the document says; often none."""
    said = given or digest.extra.get("edition", "")
    name = " ".join(str(said).split()) if isinstance(said, str | int) else ""
    if len(name) > LONGEST_EDITION or clean(name) != name:
        problems.error("edition-name", {"name": name[:40], "most": LONGEST_EDITION})
    return name


def find_issue(
    publication: Publication, digest: Digest, edition: str, said: Version, origin: str
) -> Issue | None:
    """The issue this document is, if it is here. `digest.language` is known.

    Of several the one that says the same, else the one that came from the same place.
    """
    if digest.date is None:
        return None
    # Locked: nobody may release it between the look at its state and the last write.
    issues = publication.issues.select_for_update().filter(
        date=digest.date, language=digest.language, kind=Issue.Kind.REGULAR
    )
    found = [
        issue for issue in issues.order_by("pk")[:_MOST] if same(issue.edition) == same(edition)
    ]
    if len(found) < 2:
        return found[0] if found else None
    shared = [(_shared(issue, said), issue.origin == origin, -issue.pk) for issue in found]
    return found[shared.index(max(shared))]


def _shared(issue: Issue, said: Version) -> int:
    now = version_of(issue, rows_of(issue))
    return len(pair(now.items, said.items, positions=False))


def is_another(versions: Sequence[Version], said: Version) -> bool:
    """Whether a document shares no item, no link and no title with what it would be merged into:
    then it is another issue of the day, or the wrong file."""
    links = {key for item in said.items for key in link_keys(item)}
    for version in versions:
        if version.issue.get("title") == said.issue["title"]:
            return False
        if links & {key for item in version.items for key in link_keys(item)}:
            return False
        if pair(version.items, said.items, positions=False):
            return False
    return any(version.items for version in versions)
