"""Who may open a page of the admin: every page asks here first, for GET and POST alike.

A user without any role in a publication is told that its pages do not exist (404); one who may
see it but not do this is refused (403). `subscribers.roles.may` decides, nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from ..models import Publication, Subscriber
from ..roles import Act, may
from . import last_worked

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def visible(request: HttpRequest, act: Act = Act.SEE) -> QuerySet[Publication]:
    """The publications in which the user may `act`, by name."""
    publications = Publication.objects.order_by("name", "id")
    if request.user.is_active and request.user.is_superuser:
        return publications
    allowed = [one.pk for one in publications if may(request.user, act, one)]
    return publications.filter(pk__in=allowed)


def may_anywhere(request: HttpRequest, act: Act) -> bool:
    """Whether the user may `act` in any publication; asked once a request, which has many links."""
    known: dict[Act, bool] = request.__dict__.setdefault("acts_anywhere", {})
    if act not in known:
        known[act] = may(request.user, act, None)
    return known[act]


def actor(request: HttpRequest) -> User:
    """Who is asking; every page is behind the login, so it is somebody."""
    assert request.user.is_authenticated
    return request.user


def require(request: HttpRequest, act: Act, publication: Publication | None) -> None:
    """Go on only if the user may `act` in the publication (None: in any).

    Raises Http404 if the user may not even see it, PermissionDenied if only this act is missing.
    """
    if may(request.user, act, publication):
        return
    if publication is None or may(request.user, Act.SEE, publication):
        raise PermissionDenied
    raise Http404


def find_publication(request: HttpRequest, slug: str, act: Act) -> Publication:
    """The publication of this slug, if the user may `act` in it; else 404 or 403."""
    publication = Publication.objects.filter(slug=slug).first()
    if publication is None:
        raise Http404
    require(request, act, publication)
    last_worked.remember(request, publication)
    return publication


def find_reader(request: HttpRequest, pk: int) -> tuple[Subscriber, list[Publication]]:
    """A subscriber and the publications of theirs in which the user may care for readers.

    Somebody without a tie to one of the user's publications is not there for that user. An erased
    subscriber is nobody, and not there either.
    """
    require(request, Act.READERS, None)
    subscriber = Subscriber.objects.filter(pk=pk, erased_at__isnull=True).first()
    if subscriber is None:
        raise Http404
    ours = list(
        visible(request, Act.READERS).filter(subscriptions__subscriber=subscriber).distinct()
    )
    if not ours and not request.user.is_superuser:
        raise Http404
    return subscriber, ours
