"""`/PUB/imprint/`: who publishes it and what happens to readers' data, in the publisher's words."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from newsletter import conf
from newsletter.feeds.views import Missing, publication_or_missing
from subscribers import languages

from .pages import feed_links, public_page, render_page


@require_safe
def imprint(request: HttpRequest, publication: str) -> HttpResponse:
    """The publication's imprint and privacy text; 404 while it has neither."""
    found = publication_or_missing(publication)
    if not found.has_legal_texts:
        raise Missing(pgettext("imprint", "This publication says nothing here."))
    languages.speak(request, languages.of_publication(found))
    context = {
        "here": "imprint",
        "content_language": languages.stored(found.language),
        "feeds": feed_links(found),
        "canonical": f"{conf.base_url()}/{found.slug}/imprint/",
    }
    return public_page(render_page(request, "newsletter/imprint.html", found, context))
