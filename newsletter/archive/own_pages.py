"""`/s/f/TOKEN/issues/ISSUE/`: an issue on the web as one reader's mail had it."""

from __future__ import annotations

import dataclasses

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from newsletter import editions
from newsletter.editions import IssueView, published
from newsletter.feeds.views import Missing, for_people, reader_of
from newsletter.models import Delivery, Edition, Issue
from subscribers import languages
from subscribers.choice import TAIL
from subscribers.models import Subscription

from . import reading_room, withdrawn
from .views import issue_page


@for_people
@require_safe
def issue(request: HttpRequest, token: str, issue: str) -> HttpResponse:
    """The items that were in their mail, as they are now; without a mail, those of their choice."""
    tie = reader_of(token)
    publication = tie.publication
    languages.speak(request, languages.of_subscription(tie))
    row = published.issue(publication, issue)
    if row is None:
        if taken_back := withdrawn.of_address(publication, issue):
            return withdrawn.gone(request, publication, taken_back)
        raise Missing(_("There is no issue at this address."))
    whole = published.public_view(editions.load(row))
    mine = _edition_of(tie, row, whole)
    response = issue_page(request, mine, publication, row, of=len(whole.items))
    return reading_room.admitted(response, tie, token)


def _edition_of(tie: Subscription, row: Issue, whole: IssueView) -> IssueView:
    """What of the issue is theirs. Nothing at all would be a page with no use: then the whole."""
    selection, held = tie.choice, None
    edition = (
        Delivery.objects.filter(issue=row.pk, subscription=tie.pk, edition__none_because="")
        .values_list("edition_id", flat=True)
        .first()
    )
    if edition is not None:
        found = Edition.objects.only("selection", "items").get(pk=edition)
        selection, held = found.selection, set(found.items)
    items = tuple(
        item
        for item in (whole.items if held is not None else whole.select(selection))
        if held is None or item.id in held
    )
    if not items:
        return whole
    return dataclasses.replace(whole, items=items, tail=whole.tail if selection & TAIL else ())
