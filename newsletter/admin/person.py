"""One reader, and what they would get of an issue: for preview and test mail."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newsletter.editions import IssueView, audience, reached
from newsletter.models import Edition, Issue
from subscribers.choice import Choice
from subscribers.models import Subscription
from subscribers.roles import Act, may

# Why an issue is not for a reader whose subscription is active.
_OUTSIDE = {
    audience.Outside.OTHER_LANGUAGE: gettext_lazy("The reader gets it in another language."),
    audience.Outside.HAD_TRANSLATION: gettext_lazy("The reader had it in another language."),
    audience.Outside.SISTER: gettext_lazy("The reader gets it from a sister publication."),
    audience.Outside.HAD_ROUNDUP: gettext_lazy("A round-up brought it to the reader."),
    audience.Outside.NOT_CORRECTED: gettext_lazy("The reader had nothing of what it corrects."),
    audience.Outside.OTHER_RHYTHM: gettext_lazy("The reader gets single issues, no round-up."),
    audience.Outside.OTHER_READER: gettext_lazy("It is what another reader missed."),
}


@dataclass(frozen=True, slots=True)
class Person:
    """The reader a preview or a test is for: what they would get, or why nothing."""

    id: int
    address: str
    none_because: str = ""
    selection: int = 0
    start: int = 0
    choice: tuple[str, ...] = ()


def person_of(
    request: HttpRequest, data: QueryDict, issue: Issue, view: IssueView
) -> Person | None:
    """The reader named by `person=`, a number: an address would end up in logs.

    None for who may not see readers, and where nobody is asked for.
    """
    number = data.get("person", "")
    if not number.isdecimal() or not may(request.user, Act.READERS, issue.publication):
        return None
    tie = (
        Subscription.objects.select_related("subscriber")
        .filter(pk=int(number), publication=issue.publication, subscriber__erased_at=None)
        .first()
    )
    if tie is None:
        return None
    live = list(issue.publication.categories.filter(bit__isnull=False))
    chosen = tuple(category.name for category in Choice(tie.choice).categories(live))
    got = audience.answer(issue, view.mask, tie, reached.starts_of(issue, view))
    return Person(
        tie.pk,
        tie.subscriber.address,
        none_because=_why_nothing(got, tie),
        selection=tie.choice & view.mask_from(got.start),
        start=got.start,
        choice=chosen,
    )


def _why_nothing(got: audience.Answer, tie: Subscription) -> str:
    """The sentence for an answer without a selection; "" where there is one."""
    if got.none_because:
        return str(Edition.NoneBecause(got.none_because).label)
    if got.outside is None:
        return ""
    if got.outside is audience.Outside.INACTIVE:
        return _("The subscription is “%(state)s”.") % {"state": tie.get_state_display()}
    return str(_OUTSIDE[got.outside])
