"""What a person wants to be told of by mail, in each publication, and in which language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.views.decorators.http import require_http_methods

from subscribers import accounts
from subscribers.admin import form_drafts
from subscribers.admin.access import actor, require, visible
from subscribers.admin.chrome import PagesAdmin, page
from subscribers.models import Publication
from subscribers.roles import Act

from ..models import Alert, NoticeChoice, NoticeReader
from ..notices.telling import of_alert
from ..notices.types import ALERTS, TYPES

OFFERED = [one for one in TYPES if one.to_people]
# Alerts shown as open; who has more has other troubles.
_MOST = 20


@dataclass(frozen=True, slots=True)
class Box:
    """One tick: the field's name, its label, whether it is ticked."""

    name: str
    label: Any
    ticked: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The ticks of a publication, or of the whole site (None)."""

    publication: Publication | None
    boxes: Sequence[Box]


@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest) -> HttpResponseBase:
    """The user's own choice; nobody chooses for another."""
    require(request, Act.SEE, None)
    publications = list(visible(request))
    places: list[Publication | None] = [*publications]
    if request.user.is_superuser:
        places.append(None)
    if request.method == "POST":
        _save(request, places)
        form_drafts.saved(request)
        messages.success(request, pgettext("notice", "Saved."))
        return HttpResponseRedirect(reverse("admin:newsletter_noticechoice_changelist"))
    chosen: set[tuple[int | None, str]] = set(
        NoticeChoice.objects.filter(user=actor(request)).values_list("publication", "type")
    )
    reader = NoticeReader.objects.filter(user=actor(request)).first()
    mine = Q(publication__in=publications)
    if request.user.is_superuser:
        mine |= Q(publication__isnull=True)
    alerts = Alert.objects.filter(mine, cleared_at__isnull=True).select_related("publication")
    return page(
        request,
        "admin/sudi/notices.html",
        title=pgettext("notice", "Notices"),
        groups=[_group(place, chosen) for place in places],
        languages=settings.LANGUAGES,
        own_address=accounts.address_of(request.user),
        language=reader.language if reader is not None else get_language(),
        alerts=[
            (ALERTS.get(one.kind, one.kind), of_alert(one.kind, one.about, one.detail), one)
            for one in alerts.order_by("-pk")[:_MOST]
        ],
    )


def _name(place: Publication | None, type_: str) -> str:
    return f"{place.slug if place is not None else ''}:{type_}"


def _group(place: Publication | None, chosen: set[tuple[int | None, str]]) -> Group:
    key = place.pk if place is not None else None
    offered = [one for one in OFFERED if place is not None or one.code == "alert"]
    return Group(
        place,
        [Box(_name(place, one.code), one.label, (key, one.code) in chosen) for one in offered],
    )


def _save(request: HttpRequest, places: Sequence[Publication | None]) -> None:
    """What was ticked, of what was on the form; a publication that is not theirs is left alone."""
    user, ticked = actor(request), set(request.POST.getlist("tell"))
    language = request.POST.get("language", "")
    with transaction.atomic():
        if language in dict(settings.LANGUAGES):
            NoticeReader.objects.update_or_create(user=user, defaults={"language": language})
        for place in places:
            NoticeChoice.objects.filter(user=user, publication=place).delete()
            offered = [one for one in OFFERED if place is not None or one.code == "alert"]
            NoticeChoice.objects.bulk_create(
                [
                    NoticeChoice(user=user, publication=place, type=one.code)
                    for one in offered
                    if _name(place, one.code) in ticked
                ]
            )


@admin.register(NoticeChoice)
class NoticeAdmin(PagesAdmin[NoticeChoice]):
    """One page, for everybody who may see a publication."""

    act = Act.SEE
    pages = (("", choose, "changelist"),)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Not in Django's own list of models, which asks on every page: our sidebar has it."""
        return False
