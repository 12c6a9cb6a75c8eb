"""Saying that one looked at what the import of an issue warned of."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from newsletter.issues import import_findings
from subscribers.admin.access import actor
from subscribers.admin.chrome import record
from subscribers.roles import Act

from ..models import Issue
from .frame import address, find_issue


@require_POST
def looked(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The warnings of the ticked kinds were looked at by this user, now."""
    issue = find_issue(request, pk, Act.EDIT)
    codes = set(request.POST.getlist("looked"))
    if issue.state != Issue.State.DRAFT:
        messages.error(request, _("Nothing was changed: the issue is no draft any more."))
    elif codes:
        with transaction.atomic():
            count = import_findings.accept(issue, actor(request).get_username(), codes)
            if count:
                record(
                    request,
                    "import warnings looked at",
                    f"issue:{issue.pk}",
                    issue.publication,
                    kinds=sorted(codes)[:20],
                    count=count,
                )
    return HttpResponseRedirect(f"{address('preflight', issue)}#from-the-import")
