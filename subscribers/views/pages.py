"""What the reader's pages have in common: who may post to them, and what a dead link shows."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest, TooManyFilesSent
from django.core.files.uploadhandler import StopUpload
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from .. import languages, links
from ..links import Purpose
from ..models import Publication, Subscription

# Minutes for which a page says what was just done.
_FRESH = 2
type_view = Callable[..., HttpResponse]


def personal(view: type_view) -> type_view:
    """A page behind a token.

    The token is the proof, not a cookie, so a stranger's site has nothing to ride on; and
    Django's check would refuse everybody, because under `Referrer-Policy: no-referrer` browsers
    post `Origin: null`. A browser that says the post came from another site is refused all the
    same (Fetch Metadata); a one-click post never is, since it may come from anywhere.
    """

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @functools.wraps(view)
    def respond(request: HttpRequest, token: str) -> HttpResponse:
        foreign = request.headers.get("Sec-Fetch-Site") == "cross-site"
        if request.method == "POST" and foreign and not is_one_click(request):
            response = render(request, "subscribers/foreign.html", status=403)
        elif links.is_nobodys(token):
            response = rehearsed(request)
        else:
            response = view(request, token)
        # Django logs the path of every refused request; here the path is a key.
        response._has_been_logged = True  # type: ignore[attr-defined]
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return respond


def is_one_click(request: HttpRequest) -> bool:
    """Whether the body is `List-Unsubscribe=One-Click`, urlencoded or multipart."""
    try:
        return request.POST.get("List-Unsubscribe", "").strip() == "One-Click"
    except (BadRequest, MultiPartParserError, StopUpload, TooManyFilesSent, ValueError):
        return False


def rehearsed(request: HttpRequest) -> HttpResponse:
    """What every link of a test or rehearsal mail opens: it acts for nobody, also by one click."""
    if request.method == "POST" and is_one_click(request):
        text = _("This was a rehearsal. Nobody was unsubscribed.")
        return HttpResponse(f"{text}\n", content_type="text/plain; charset=utf-8")
    return render(request, "subscribers/rehearsal.html")


def bad_link(request: HttpRequest) -> HttpResponse:
    """One page for every token that leads nowhere: forged, cut off, foreign, too old, erased."""
    return render(request, "subscribers/bad_link.html", status=404)


def subscription_of(token: str, purpose: Purpose) -> Subscription | None:
    """The subscription a token names, or None. An erased reader has none."""
    opened = links.open_token(token, purpose)
    if opened is None:
        return None
    return (
        Subscription.objects.select_related("subscriber", "publication")
        .filter(pk=opened.subject, subscriber__erased_at__isnull=True)
        .first()
    )


def again(request: HttpRequest, done: str, path: str | None = None) -> HttpResponse:
    """After a post: the page once more, by GET, with a notice of what was done."""
    query = f"?done={done}&at={links.minutes_from_now(0)}"
    if asked := languages.known(request.GET.get("lang")):
        query += f"&lang={asked}"
    response = HttpResponseRedirect((path or request.path) + query)
    response.status_code = 303
    return response


def done_before(request: HttpRequest) -> str:
    """What `again` said was done a moment ago.

    Nothing while a post is answered, which has news of its own, and nothing later: a bookmark of
    the page, or the way back to it, would say for ever that something was just saved.
    """
    at = request.GET.get("at", "")
    if request.method == "POST" or not re.fullmatch(r"[0-9]{1,10}", at):
        return ""
    fresh = 0 <= links.minutes_from_now(0) - int(at) <= _FRESH
    return request.GET.get("done", "") if fresh else ""


def page(
    request: HttpRequest,
    template: str,
    publication: Publication,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """A page in the frame and the name of a publication, in the active language."""
    words = languages.words(publication, get_language() or "en")
    context = {"publication": publication, "words": words, **context}
    return render(request, template, context, status=status)
