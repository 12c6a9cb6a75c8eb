"""For who is signed in at the project that hosts us: subscribe by a button, or on to their page."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from .. import languages, network, visitor, wordings
from ..addresses import shown
from ..links import Purpose, make
from ..models import Publication, Subscription
from .pages import again, page


# Here a cookie says who it is, so Django's check has something to protect.
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest, slug: str) -> HttpResponse:
    """`/PUB/account/`: GET leads a reader to their page, and offers the button to who is none."""
    publication = get_object_or_404(Publication, slug=slug)
    address = visitor.address(request)
    if not address:
        raise Http404
    language = languages.speak(request, languages.guess(request, publication))
    response = _answer(request, publication, address, language)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _answer(
    request: HttpRequest, publication: Publication, address: str, language: str
) -> HttpResponse:
    tie = visitor.subscription(address, publication)
    if tie is not None and tie.state == Subscription.State.ACTIVE:
        return HttpResponseRedirect(_own_page(tie))
    cannot = False
    if request.method == "POST":
        done = visitor.subscribe(
            publication, address, network=network.network(request), language=language
        )
        if done is not None:
            return again(request, "confirmed", _own_page(done))
        cannot = True
    context = {
        "address": shown(address),
        "consent": wordings.subscribe(publication, language),
        "cannot": cannot,
    }
    status = 409 if cannot else 200
    return page(request, "subscribers/account.html", publication, context, status=status)


def _own_page(tie: Subscription) -> str:
    return reverse("subscribers:manage", args=[make(Purpose.MANAGE, tie.pk)])
