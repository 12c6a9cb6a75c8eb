"""The translations of an issue: pair it, part it, and look at the two side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from subscribers.admin.access import actor
from subscribers.admin.chrome import record
from subscribers.admin.row_numbers import row_number
from subscribers.roles import Act, may

from ..editions import family, pairing
from ..editions.pairing import NotPaired
from ..issues import side_by_side
from ..models import Issue, Item
from .frame import address, find_issue, issue_page


@dataclass(slots=True)
class _Said:
    """What was wrong with a form: the field, what was typed, and why."""

    field: str = ""
    typed: str = ""
    problem: str = ""


@require_http_methods(["GET", "POST"])
def pair(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET shows the translations; POST pairs the issue, parts it, or says which item is which."""
    issue = find_issue(request, pk, Act.EDIT if request.method == "POST" else Act.SEE)
    said = _Said()
    if request.method == "POST":
        act = _ACTS.get(request.POST.get("what", ""))
        if act is None:
            raise PermissionDenied
        said = act(request, issue)
        if not said.problem:
            return HttpResponseRedirect(address("pair", issue))
        issue.refresh_from_db()
    shown = side_by_side.beside(issue)
    others = list(family.rows(issue).exclude(pk=issue.pk))
    return issue_page(
        request,
        issue,
        "pair",
        "admin/sudi/pair.html",
        beside=shown,
        others=[(one, may(request.user, Act.SEE, one.publication)) for one in others],
        candidates=[
            one
            for one in pairing.candidates(issue)
            if one not in others and may(request.user, Act.EDIT, one.publication)
        ],
        said=said,
        status=422 if said.problem else 200,
    )


def _pair(request: HttpRequest, issue: Issue) -> _Said:
    typed = request.POST.get("with", "").strip()
    other = _named(request, issue, typed)
    if other is None:
        return _Said("with", typed, _("There is no such issue that you may change."))
    translation, original = _which(issue, other)
    try:
        pairing.pair(translation, original, by=actor(request), detail="hand")
    except NotPaired as reason:
        return _Said("with", typed, str(reason))
    messages.success(
        request,
        pgettext("pair", "Paired: “%(a)s” is the translation of “%(b)s”.")
        % {"a": translation.title, "b": original.title},
    )
    return _Said()


def _named(request: HttpRequest, issue: Issue, typed: str) -> Issue | None:
    """An issue by `PUBLICATION/ISSUE`, or by its address name in this publication."""
    publication, _slash, slug = typed.strip("/").rpartition("/")
    rows = Issue.objects.select_related("publication").filter(slug=slug)
    found = rows.filter(publication__slug=publication or issue.publication.slug).first()
    return found if found is not None and may(request.user, Act.EDIT, found.publication) else None


def _which(issue: Issue, other: Issue) -> tuple[Issue, Issue]:
    """(translation, original) of two issues, as their publications say, else their languages."""
    if issue.original is None and other.original is not None:
        return issue, other.original
    if other.original is None and issue.original is not None:
        return other, issue.original

    def order(one: Issue) -> tuple[bool, bool, bool, int]:
        elsewhere = one.publication.sister_of_id is not None
        foreign = one.language != one.publication.language
        return (not one.issue_translations.exists(), elsewhere, foreign, one.pk)

    original, translation = sorted((issue, other), key=order)
    return translation, original


def _part(request: HttpRequest, issue: Issue) -> _Said:
    """Part a translation from its original; of an original the one that is named."""
    chosen = request.POST.get("issue", "")
    rows = family.rows(issue).filter(original__isnull=False)
    translation = rows.filter(pk=row_number(chosen)).first()
    if translation is None:
        return _Said("part", "", _("It is no translation of another issue."))
    if not may(request.user, Act.EDIT, translation.publication):
        raise PermissionDenied
    try:
        pairing.part(translation, by=actor(request))
    except NotPaired as reason:
        return _Said("part", "", str(reason))
    messages.success(request, pgettext("pair", "Parted. Each is an issue of its own now."))
    return _Said()


def _items(request: HttpRequest, issue: Issue) -> _Said:
    """Say which item of the original an item of the translation is; empty: as it is found."""
    item, to = request.POST.get("item", ""), request.POST.get("to", "")
    mine = Item.objects.select_related("issue__publication").filter(
        issue__in=family.rows(issue), issue__original__isnull=False
    )
    row = mine.filter(pk=row_number(item)).first()
    if row is None or not may(request.user, Act.EDIT, row.issue.publication):
        raise PermissionDenied
    partner = None
    if to:
        partner = Item.objects.filter(issue=row.issue.original_id, pk=row_number(to)).first()
        if partner is None:
            return _Said(f"item-{row.pk}", to, _("The original has no such item."))
    with transaction.atomic():
        if partner is not None:
            # One partner each: whoever had it before is found anew.
            Item.objects.filter(issue=row.issue, translates=partner).update(translates=None)
        Item.objects.filter(pk=row.pk).update(translates=partner)
        record(
            request,
            "items paired",
            f"issue:{row.issue_id}",
            row.issue.publication,
            item=row.number,
            original=None if partner is None else partner.number,
        )
    messages.success(request, _("Saved."))
    return _Said()


_ACTS: dict[str, Any] = {"pair": _pair, "part": _part, "items": _items}
