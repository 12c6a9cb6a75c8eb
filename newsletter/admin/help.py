"""The handbook's pages."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.views.decorators.http import require_safe

from newsletter import handbook
from subscribers.admin.chrome import page


@require_safe
def first(request: HttpRequest) -> HttpResponseBase:
    """The first chapter."""
    chapter = handbook.chapters(get_language() or "en")[0]
    return HttpResponseRedirect(reverse("help_chapter", args=[chapter.name]))


@require_safe
def chapter(request: HttpRequest, name: str) -> HttpResponseBase:
    """One chapter, with the list of all of them."""
    every = handbook.chapters(get_language() or "en")
    shown = next((one for one in every if one.name == name), None)
    if shown is None:
        raise Http404
    place = every.index(shown)
    return page(
        request,
        "admin/sudi/help.html",
        title=shown.title,
        crumbs=[(pgettext("admin", "Help"), reverse("help"))],
        chapters=every,
        shown=shown,
        text=handbook.html(shown).partition("</h1>")[2],
        following=every[place + 1] if place + 1 < len(every) else None,
    )
