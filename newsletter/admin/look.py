"""The look of a publication: its styles side by side, drawn with its own last issue, and chosen.

What stands in the frames is the very mail and page that readers would get, made with the other
style and stored nowhere.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from newsletter import editions
from newsletter.archive import as_read
from newsletter.editions import EditionKey
from subscribers import styles, theme
from subscribers.admin import last_worked
from subscribers.admin.access import require, visible
from subscribers.admin.chrome import page, record
from subscribers.models import Publication
from subscribers.roles import Act, may

from ..models import Issue
from . import preview


@require_http_methods(["GET", "POST"])
def look(request: HttpRequest) -> HttpResponseBase:
    """The styles of one of the user's publications; POST takes one."""
    require(request, Act.SEE, None)
    publications = list(visible(request))
    if not publications:
        return HttpResponseRedirect(reverse("admin:subscribers_publication_changelist"))
    slug = request.GET.get("publication", "")
    chosen = last_worked.choose(request, publications, slug)
    if chosen is None:
        raise Http404
    if request.method == "POST":
        require(request, Act.SET_UP, chosen)
        _take(request, chosen)
        return HttpResponseRedirect(f"{request.path}?publication={chosen.slug}")
    wanted = preview.Wanted.of(request)
    return page(
        request,
        "admin/sudi/look.html",
        title=pgettext("of a publication", "Look"),
        publication=chosen,
        publications=publications,
        may_change=may(request.user, Act.SET_UP, chosen),
        drawn=[
            (style, _frame(chosen, style, wanted), style == theme.style_of(chosen.theme))
            for style in styles.STYLES.values()
        ],
        issue=_last_issue(chosen),
        wanted=wanted,
        forms={name: preview.FORMS[name] for name in ("mail", "web")},
        looks=preview.LOOKS,
    )


def _frame(publication: Publication, style: styles.Style, wanted: preview.Wanted) -> str:
    address = reverse("look_shown", args=[publication.slug, style.name])
    form = wanted.form if wanted.form in ("mail", "web") else "mail"
    return f"{address}?as={form}&look={wanted.look}"


def _take(request: HttpRequest, publication: Publication) -> None:
    style = styles.STYLES.get(request.POST.get("style", ""))
    if style is None:
        raise Http404
    kept: dict[str, Any] = dict(publication.theme or {})
    publication.theme = {**kept, "style": style.name}
    publication.save(update_fields=["theme"])
    record(request, "look: style", f"publication:{publication.pk}", publication, style=style.name)
    messages.success(
        request,
        _("The style is “%(style)s” now: in the next mail, and on the site.")
        % {"style": style.label},
    )


def _last_issue(publication: Publication) -> Issue | None:
    """The newest one, sent or not, that has something to show."""
    return (
        Issue.objects.filter(publication=publication, items__isnull=False, rehearses=None)
        .order_by("-date", "-pk")
        .first()
    )


@require_safe
@xframe_options_sameorigin
def shown(request: HttpRequest, slug: str, style: str) -> HttpResponseBase:
    """What stands in one frame: the last issue in that style."""
    publication = next((one for one in visible(request) if one.slug == slug), None)
    if publication is None or style not in styles.STYLES:
        raise Http404
    require(request, Act.SEE, publication)
    issue = _last_issue(publication)
    if issue is None:
        raise Http404
    publication.theme = {**(publication.theme or {}), "style": style}
    issue.publication = publication
    view = editions.load(issue)
    wanted = preview.Wanted.of(request)
    return as_read.document(request, issue, view, EditionKey(view.mask), wanted.form, wanted.look)
