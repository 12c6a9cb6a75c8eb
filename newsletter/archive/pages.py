"""What every public page has: its language, its feeds in the head, an ETag for caches."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import get_language

from newsletter.feeds import contents
from newsletter.feeds.formats import FORMATS, Format
from newsletter.rendering import neutral
from subscribers import languages
from subscribers.models import Publication
from subscribers.times import zone_of

# Public pages may lie in a shared cache so long; a publishing shows within a minute.
_SECONDS = 60


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed to name in a page's head: its form and title, its address below BASE_URL."""

    form: Format
    title: str
    path: str


def feed_links(
    publication: Publication,
    slugs: Sequence[str] | None = None,
    what: str = "",
    language: str = "",
) -> list[FeedLink]:
    """The feeds of a page; `language` is that of a translation, whose own feed there is."""
    title = neutral.line(languages.words(publication, get_language() or "").name)
    if what:
        title = f"{title}: {what}"
    return [
        FeedLink(
            one,
            f"{title} ({one.label})",
            contents.feed_path(publication.slug, slugs, one, language=language),
        )
        for one in FORMATS
    ]


def public_page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The page with an ETag, or 304; any cache may keep it for a minute."""
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    found = get_conditional_response(request, etag=etag, response=response)
    answer = found if isinstance(found, HttpResponse) else response
    patch_cache_control(answer, public=True, max_age=_SECONDS)
    return answer


def render_page(
    request: HttpRequest, template: str, publication: Publication, context: Mapping[str, object]
) -> HttpResponse:
    """A page of a publication; times in it are those of its own clock."""
    with timezone.override(zone_of(publication)):
        return render(request, template, {"publication": publication, **context})
