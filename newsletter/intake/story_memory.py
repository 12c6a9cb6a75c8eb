"""What a program is told of the past: which stories were told already, where and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django.utils.translation import pgettext

from newsletter.importing.stories import Asked, Earlier, Likeness, look_up
from newsletter.issues.stories import family
from newsletter.models import Issue, Item
from subscribers.models import Publication

from .problems import Refusal
from .reading import address, edit_address

# Of one call: an issue has a tenth of it.
MOST_STORIES, MOST_ADDRESSES, LONGEST = 300, 20, 2000
# Told of each story, the most like and the newest first.
_MOST_TOLD = 5


def remember(
    publication: Publication,
    asked: Sequence[dict[str, Any]],
    *,
    day: dt.date,
    draft: Issue | None = None,
) -> list[dict[str, Any]]:
    """For each of `asked` (`{"title": …, "urls": […]}`) what an import on `day` would find, and
    what is uncertain. The `draft` they stand in is no past of itself. Raises Refusal.

    Items in other languages than the draft, or the publication, are for others and do not count.
    """
    stories = [_read(number, one) for number, one in enumerate(asked)]
    if len(stories) > MOST_STORIES:
        said = pgettext("problem", "At most %(most)d stories at once.") % {"most": MOST_STORIES}
        raise Refusal("invalid", said)
    language = draft.language if draft is not None else publication.language
    apart = family(draft) if draft is not None else ()
    found = [
        [one for one in earlier if one.language == language and one.date <= day][:_MOST_TOLD]
        for earlier in look_up(publication, stories, day, apart=apart, least=Likeness.PERHAPS)
    ]
    items = _items({one.item for earlier in found for one in earlier})
    return [
        {
            "title": story.title,
            "urls": list(story.urls),
            "told": [_told(one, items[one.item]) for one in earlier if one.item in items],
        }
        for story, earlier in zip(stories, found, strict=True)
    ]


def _read(number: int, one: dict[str, Any]) -> Asked:
    title, urls = one.get("title", ""), one.get("urls", [])
    right = isinstance(title, str) and isinstance(urls, list) and set(one) <= {"title", "urls"}
    texts = [title, *urls] if right else []
    if not right or not all(isinstance(text, str) and len(text) <= LONGEST for text in texts):
        said = pgettext("problem", 'Write each story as {"title": "…", "urls": ["https://…"]}.')
        raise Refusal("invalid", said, fields=[{"field": f"stories.{number}", "message": said}])
    return Asked(title, tuple(urls[:MOST_ADDRESSES]))


def _items(numbers: Collection[int]) -> dict[int, Item]:
    rows = Item.objects.select_related("issue__publication", "follows__issue__publication")
    return rows.in_bulk(list(numbers))


def _told(earlier: Earlier, item: Item) -> dict[str, Any]:
    return {
        **_place(item),
        "state": earlier.state,
        "sure": earlier.likeness == Likeness.SAME,
        "follow_up_of": _place(item.follows) if item.follows is not None else None,
        "edit_url": edit_address(earlier.issue),
    }


def _place(item: Item) -> dict[str, Any]:
    """Where an item stands, and where it is read by everybody."""
    issue = item.issue
    public = issue.published_at is not None and issue.listed and not item.hidden
    return {
        "publication": issue.publication.slug,
        "issue": issue.slug,
        "key": item.anchor,
        "title": item.title,
        "date": issue.date.isoformat(),
        "url": f"{address(issue.publication.slug, issue.slug)}#{item.anchor}" if public else None,
    }
