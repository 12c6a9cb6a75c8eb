"""One reader, and what they would get of an issue: for preview and test mail."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from newsletter.editions import IssueView, audience, reached
from newsletter.models import Edition, Issue
from subscribers.admin.row_numbers import row_number
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
) -> tuple[Person | None, str]:
    """The reader named by `person=`, a number: an address would end up in logs.

    (None, "") where nobody is asked for. None and the sentence to show for a number that no reader
    of this publication has, and for who may not see readers: whoever asked for one must not take
    another edition for theirs.
    """
    number = data.get("person", "").strip()
    if not number:
        return None, ""
    if not may(request.user, Act.READERS, issue.publication):
        return None, (
            pgettext(
                "one reader",
                "You may not see the readers of %(publication)s, so no edition is shown as one of"
                " them gets it. Choose categories instead.",
            )
            % {"publication": issue.publication.name}
        )
    tie = (
        Subscription.objects.select_related("subscriber")
        .filter(pk=row_number(number), publication=issue.publication, subscriber__erased_at=None)
        .first()
    )
    if tie is None:
        return None, (
            pgettext(
                "one reader",
                "%(publication)s has no reader number %(number)s; perhaps they were erased. Name"
                " the reader by address in the preview, or choose categories instead.",
            )
            % {"publication": issue.publication.name, "number": number[:20]}
        )
    live = list(issue.publication.categories.filter(bit__isnull=False))
    chosen = tuple(category.name for category in Choice(tie.choice).categories(live))
    got = audience.answer(issue, view.mask, tie, reached.starts_of(issue, view))
    found = Person(
        tie.pk,
        tie.subscriber.address,
        none_because=_why_nothing(got, tie),
        selection=tie.choice & view.mask_from(got.start),
        start=got.start,
        choice=chosen,
    )
    return found, ""


def _why_nothing(got: audience.Answer, tie: Subscription) -> str:
    """The sentence for an answer without a selection; "" where there is one."""
    if got.none_because:
        return str(Edition.NoneBecause(got.none_because).label)
    if got.outside is None:
        return ""
    if got.outside is audience.Outside.INACTIVE:
        return _("The subscription is “%(state)s”.") % {"state": tie.get_state_display()}
    return str(_OUTSIDE[got.outside])
