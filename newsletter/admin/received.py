"""What one reader received of an issue: the stored octets of their edition, of their revision."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from newsletter.archive import as_read
from newsletter.sending.bodies import Body, of_revision
from subscribers.models import Subscription
from subscribers.roles import Act

from .. import sending
from ..models import Edition, Issue
from .frame import find_issue, issue_page
from .preview import LOOKS


@require_safe
def received(request: HttpRequest, pk: int, tie: int) -> HttpResponseBase:
    """The mail in its frame, and which text it was."""
    issue = find_issue(request, pk, Act.READERS)
    reader, body = _found(issue, tie)
    return issue_page(
        request,
        issue,
        "",
        "admin/sudi/received.html",
        title=_("What this reader received"),
        reader=reader,
        body=body,
        why=sending.why(issue, reader),
    )


@require_safe
@xframe_options_sameorigin
def received_shown(request: HttpRequest, pk: int, tie: int) -> HttpResponseBase:
    """What stands in the frame."""
    body = _found(find_issue(request, pk, Act.READERS), tie)[1]
    return as_read.framed(as_read.filled(body.html), next(iter(LOOKS)))


def _found(issue: Issue, tie: int) -> tuple[Subscription, Body]:
    """Http404 where nothing was handed over to this reader, or is not kept any more."""
    reader = (
        Subscription.objects.select_related("subscriber")
        .filter(pk=tie, publication=issue.publication)
        .first()
    )
    found = None if reader is None else sending.handed_over(issue, reader)
    if reader is None or found is None:
        raise Http404
    delivery, outcome = found
    edition = Edition.objects.get(pk=delivery.edition_id)
    return reader, of_revision(edition, outcome.revision_id, issue.frozen_id)
