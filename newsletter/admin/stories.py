"""What an editor decides of a story that was told before, and of an issue that has a twin."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from newsletter import sending
from newsletter.importing.stories import publications_of_memory
from newsletter.issues import stories
from newsletter.issues.revisions import note_edit
from subscribers.admin.access import actor
from subscribers.admin.chrome import record
from subscribers.roles import Act

from ..models import Item, StoryDecision
from .frame import address, find_issue
from .items import NotADraft, hold_draft, refuse

# The pages with the buttons, by name: where to return to.
_PAGES = ("preflight", "send")


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Drop, follow-up or keep, of one item and an earlier one."""
    issue = find_issue(request, pk, Act.EDIT)
    item = _item(request.POST.get("item", ""))
    earlier = _item(request.POST.get("earlier", ""))
    choice = request.POST.get("choice", "")
    wrong = choice not in StoryDecision.Choice.values or item.issue_id != issue.pk
    remembered = publications_of_memory(issue.publication)
    if wrong or earlier.pk == item.pk or earlier.issue.publication_id not in remembered:
        raise Http404
    try:
        with transaction.atomic():
            hold_draft(issue)
            stories.decide(issue, item, earlier, choice, actor(request).get_username())
            label = StoryDecision.Choice(choice).label
            note_edit(issue, actor(request), str(label))
            record(
                request,
                "story decided",
                f"issue:{issue.pk}",
                issue.publication,
                item=item.number,
                choice=choice,
                earlier=f"{earlier.issue.slug}/{earlier.anchor}",
            )
    except NotADraft:
        issue.refresh_from_db()
        return refuse(request, issue)
    said = {
        StoryDecision.Choice.KEEP: pgettext("story", "Item %(number)d stays as it is."),
        StoryDecision.Choice.DROP: pgettext("story", "Item %(number)d is hidden."),
        StoryDecision.Choice.FOLLOW_UP: pgettext(
            "story", "Item %(number)d is a follow-up and links back."
        ),
    }
    messages.success(request, said[StoryDecision.Choice(choice)] % {"number": item.number})
    page = request.POST.get("page", "")
    return HttpResponseRedirect(address(page if page in _PAGES else "preflight", issue))


def _item(number: str) -> Item:
    row = Item.objects.select_related("issue").filter(pk=number).first() if _is(number) else None
    if row is None:
        raise Http404
    return row


def _is(number: str) -> bool:
    return number.isascii() and number.isdecimal() and len(number) < 18


@require_POST
def confirm_twin(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The issue may go out although the named one holds mostly the same stories."""
    issue = find_issue(request, pk, Act.SEND)
    slug = request.POST.get("twin", "")
    if request.POST.get("seen") != "yes":
        messages.error(request, pgettext("story", "Not ticked: nothing was confirmed."))
    elif not sending.confirm_twin(issue, slug, by=actor(request)):
        raise Http404
    return HttpResponseRedirect(address("send", issue))
