"""What every public page has: its language, its feeds in the head, how long caches keep it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language

from newsletter import conf
from newsletter.feeds import contents
from newsletter.feeds.formats import FORMATS, Format
from newsletter.rendering import neutral
from subscribers import languages
from subscribers.models import Publication
from subscribers.times import zone_of

# Public pages may lie in a shared cache so long; a publishing shows within a minute.
SECONDS = 60


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
            conf.mounted(contents.feed_path(publication.slug, slugs, one, language=language)),
        )
        for one in FORMATS
    ]


def public_page(response: HttpResponse) -> HttpResponse:
    """A page anybody may read; any cache may keep it for a minute.

    A cache may show the old one while it fetches a new one, and for an hour if it cannot.
    Tags and dates are those of `finished.serving`.
    """
    patch_cache_control(
        response, public=True, max_age=SECONDS, stale_while_revalidate=30, stale_if_error=3600
    )
    return response


def render_page(
    request: HttpRequest, template: str, publication: Publication, context: Mapping[str, object]
) -> HttpResponse:
    """A page of a publication; times in it are those of its own clock."""
    with timezone.override(zone_of(publication)):
        return render(request, template, {"publication": publication, **context})
