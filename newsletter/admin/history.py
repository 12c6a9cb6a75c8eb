"""What an issue went through: its revisions, what each one changed, and who did what."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from newsletter.issues import restoring
from newsletter.issues.revisions import differences, value_of
from subscribers.admin.access import actor
from subscribers.admin.chrome import record
from subscribers.models import AuditEntry
from subscribers.roles import Act

from ..models import Issue, Revision
from .frame import address, find_issue, issue_page
from .items import NotADraft, hold_draft, refuse

# Entries shown of one issue; a page of the audit trail has the rest.
_MOST = 200


@require_safe
def history(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Revisions and audit entries, newest first."""
    issue = find_issue(request, pk, Act.SEE)
    revisions = issue.revisions.select_related("by").order_by("-number")
    return issue_page(
        request,
        issue,
        "history",
        "admin/sudi/history.html",
        revisions=revisions.defer("source", "digest", "problems")[:_MOST],
        entries=AuditEntry.objects.filter(target=f"issue:{issue.pk}")
        .select_related("publication")
        .order_by("-id")[:_MOST],
    )


def _revision(issue: Issue, number: int) -> Revision:
    found = issue.revisions.select_related("by").filter(number=number).first()
    if found is None:
        raise Http404
    return found


@require_safe
def revision(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """One revision: the source as it was received, and the items it came to."""
    issue = find_issue(request, pk, Act.SEE)
    found = _revision(issue, number)
    return issue_page(
        request,
        issue,
        "",
        "admin/sudi/revision.html",
        title=_("Revision %(number)d") % {"number": number},
        revision=found,
        digest=value_of(found),
        lines=list(enumerate(found.source.splitlines(), 1)),
        back=address("history", issue),
    )


@require_safe
def compare(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What is different between two revisions, `?from=` and `?to=`."""
    issue = find_issue(request, pk, Act.SEE)
    numbers = [request.GET.get(name, "") for name in ("from", "to")]
    if not all(number.isdecimal() and len(number) < 10 for number in numbers):
        raise Http404
    old, new = sorted((_revision(issue, int(number)) for number in numbers), key=lambda r: r.number)
    return issue_page(
        request,
        issue,
        "",
        "admin/sudi/compare.html",
        title=_("Revision %(old)d → %(new)d") % {"old": old.number, "new": new.number},
        old=old,
        new=new,
        changes=differences(value_of(old), value_of(new)),
        back=address("history", issue),
    )


@require_POST
def restore(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """Make the draft what the revision was; the step can be undone, and both stay in the list."""
    issue = find_issue(request, pk, Act.EDIT)
    found = _revision(issue, number)
    try:
        with transaction.atomic():
            hold_draft(issue)
            problems = restoring.restore(issue, found, actor(request))
            record(
                request,
                "version restored",
                f"issue:{issue.pk}",
                issue.publication,
                revision=number,
            )
    except NotADraft:
        issue.refresh_from_db()
        return refuse(request, issue)
    messages.success(request, _("The draft is what it was in revision %(n)d.") % {"n": number})
    for text in problems[:10]:
        messages.warning(request, text)
    return HttpResponseRedirect(address("change", issue))
