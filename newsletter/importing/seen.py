"""Stories that another issue told before: the editor is told, nothing is refused."""

from __future__ import annotations

from newsletter.digest import Digest
from newsletter.digest.problems import Problems
from newsletter.models import Issue, StoryDecision
from subscribers.models import Publication

from .bases import rows_of, version_of
from .document_language import language_of
from .matching import pair
from .plausible import possible
from .stories import Asked, look_up
from .stories.tellings import text_of
from .versions import ItemVersion, Version


def tell_seen(
    publication: Publication,
    digest: Digest,
    said: Version,
    issue: Issue | None,
    problems: Problems,
    *,
    translation: Issue | None = None,
) -> None:
    """Warn of each item whose story an earlier issue told: those of the digest, which `said` has
    as values; `issue` is the document's own, if here.

    Of a `translation`, and of issues in other languages, nothing is said: they are for others. What
    somebody decided of an item and an earlier one is not asked again.
    """
    if digest.date is None or not possible(digest.date):
        return
    asked = [Asked(item.title, item.urls, _text(item)) for item in said.items]
    apart = {one.pk for one in (issue, translation) if one is not None}
    language = language_of(digest, publication)
    decided = _decided(said, issue)
    for place, found in enumerate(look_up(publication, asked, digest.date, apart=apart)):
        for earlier in found:
            later = earlier.date > digest.date
            if later or earlier.language != language or earlier.item in decided[place]:
                continue
            params: dict[str, str | int | float] = {
                "issue": earlier.address_for(publication.pk),
                "date": earlier.date.isoformat(),
                "title": earlier.title,
            }
            problems.warn("seen_before", params, said.items[place].line)
            break


def _text(item: ItemVersion) -> str:
    said = item.values
    return text_of(said.get("insight", ""), said.get("bullets", ()), said.get("body", ""))


def _decided(said: Version, issue: Issue | None) -> list[set[int]]:
    """For each item of the document the earlier ones that somebody decided about."""
    found: list[set[int]] = [set() for _item in said.items]
    if issue is None:
        return found
    rows = rows_of(issue)
    made: dict[int, set[int]] = {}
    for item, earlier in StoryDecision.objects.filter(item__issue=issue).values_list(
        "item_id", "earlier_id"
    ):
        made.setdefault(item, set()).add(earlier)
    for place, at in pair(version_of(issue, rows).items, said.items).items():
        found[place] = made.get(rows[at].pk, set())
    return found
