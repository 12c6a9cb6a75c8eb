"""`/PUB/months/` and `/PUB/months/2026-03/`: the archive by the months of its issues."""

from __future__ import annotations

import datetime as dt
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from newsletter import conf
from newsletter.editions import by_month, published
from newsletter.editions.months import Month
from newsletter.feeds.views import Missing, publication_or_missing
from subscribers import languages

from . import listing, structured
from .pages import feed_links, public_page, render_page


@require_safe
def months(request: HttpRequest, publication: str) -> HttpResponse:
    """Every month that has issues, by year."""
    found = publication_or_missing(publication)
    languages.speak(request, languages.of_publication(found))
    known = [(month, _first(month), count) for month, count in by_month.months(found)]
    context = {
        "here": "archive",
        "years": [(year, list(rows)) for year, rows in groupby(known, lambda row: row[0].year)],
        "feeds": feed_links(found),
        "canonical": f"{conf.base_url()}/{found.slug}/months/",
    }
    return public_page(render_page(request, "newsletter/months.html", found, context))


@require_safe
def month(request: HttpRequest, publication: str, month: str) -> HttpResponse:
    """The issues of one month, newest first."""
    found = publication_or_missing(publication)
    languages.speak(request, languages.of_publication(found))
    asked = Month.parse(month)
    if asked is None:
        raise Missing(_("Write a month like 2026-03."))
    before = None
    if slug := request.GET.get("before"):
        before = published.issue(found, slug)
        if before is None or month != f"{before.date:%Y-%m}":
            raise Missing(_("There is no issue at this address."))
    page = by_month.page(found, asked, before)
    if not page.issues:
        raise Missing(_("Nothing was published in that month."))
    address = f"{conf.base_url()}/{found.slug}/months/{asked}/"
    heading = date_format(_first(asked), _("F Y"))
    context = {
        "here": "archive",
        "heading": heading,
        "lines": listing.rows(
            published.lines(page.issues), languages.words(found, get_language() or "").name
        ),
        "here_path": conf.mounted(f"/{found.slug}/months/{asked}/"),
        "more": page.issues[-1].slug if page.more else "",
        "first": before is None,
        "older": (page.older, _first(page.older)) if page.older else None,
        "newer": (page.newer, _first(page.newer)) if page.newer else None,
        "feeds": feed_links(found),
        "canonical": address,
        "noindex": before is not None,
        "structured": structured.of_list(
            address,
            heading,
            [(f"{conf.base_url()}/{found.slug}/{row.slug}/", row.title) for row in page.issues],
        ),
    }
    return public_page(render_page(request, "newsletter/month.html", found, context))


def _first(month: Month) -> dt.date:
    return dt.date(month.year, month.month, 1)
