"""What all pages of one issue share: finding it, its heading, its tabs."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from newsletter import conf
from newsletter.issues import approvals, asking
from subscribers.admin import last_worked
from subscribers.admin.access import actor, require
from subscribers.admin.chrome import page
from subscribers.models import Publication
from subscribers.roles import Act, may

from ..models import Issue
from . import typed

# States after the freeze: there are readers and a ledger.
_OPEN = (Issue.State.DRAFT, Issue.State.PUBLISHED)
# Pages on which somebody says that a draft may go out as it is.
_DECIDING = ("admin/sudi/send.html", "admin/sudi/approve.html")
RELEASED = (Issue.State.SENDING, Issue.State.PAUSED, Issue.State.SENT, Issue.State.CANCELLED)


def find_issue(request: HttpRequest, pk: int, act: Act) -> Issue:
    """The issue, if the user may `act` in its publication; else 404 or 403."""
    issue = (
        Issue.objects.select_related("publication", "approved_by", "released_by")
        .filter(pk=pk)
        .first()
    )
    if issue is None:
        raise Http404
    require(request, act, issue.publication)
    last_worked.remember(request, issue.publication)
    return issue


def address(name: str, issue: Issue) -> str:
    """The address of one of the issue's pages."""
    return reverse(f"admin:newsletter_issue_{name}", args=[issue.pk])


def public_address(issue: Issue) -> str:
    """Where the issue can be read on the site, or empty."""
    if issue.published_at is None:
        return ""
    return conf.mounted(f"/{issue.publication.slug}/{issue.slug}/")


def can(request: HttpRequest, publication: Publication) -> dict[str, bool]:
    """What to offer on a page; each action checks again for itself."""
    return {act.value: may(request.user, act, publication) for act in Act}


def issue_page(
    request: HttpRequest, issue: Issue, tab: str, template: str, *, title: str = "", **context: Any
) -> TemplateResponse:
    """A page of the issue; `tab` is the one that is open, or empty for a page beside them."""
    allowed = can(request, issue.publication)
    tabs = [("change", _("Items")), ("preview", _("Preview")), ("preflight", _("Preflight"))]
    tabs += [("audience", _("Audience"))]
    if issue.state == Issue.State.DRAFT and allowed[Act.EDIT.value]:
        tabs.insert(1, ("write", pgettext("page", "Write")))
    if issue.kind == Issue.Kind.REGULAR:
        tabs += [("pair", _("Translations"))]
    if issue.rehearses_id is not None:
        tabs = []  # It has no items, and mails to look at are in the rehearsal's mailbox.
    if issue.state in RELEASED or issue.state == Issue.State.SCHEDULED:
        tabs += [("progress", _("Sending"))]
    if issue.rehearses_id is None:
        tabs += [("discussion", pgettext("admin", "Discussion"))]
    if issue.state in RELEASED and issue.rehearses_id is None:
        tabs += [("went", _("How it went"))]
    tabs += [("history", _("History"))]
    names = dict(tabs)
    crumbs = [
        (pgettext("admin", "Issues"), reverse("admin:newsletter_issue_changelist")),
        (issue.publication.name, _list_of(issue)),
    ]
    if title or tab != "change":
        crumbs.append((issue.slug, address("change", issue)))
        short = title or names.get(tab, "")
    else:
        short = issue.slug
    looked_at = issue.state == Issue.State.DRAFT and (tab or template in _DECIDING)
    return page(
        request,
        template,
        left_typed=typed.of_issue(issue) if looked_at else [],
        title=short,
        crumbs=crumbs,
        issue=issue,
        publication=issue.publication,
        can=allowed,
        wants_my_yes=tab
        and issue.state in _OPEN
        and approvals.lacking(issue)
        and asking.is_second(issue, actor(request)),
        tab=tab,
        tabs=[(name, text, address(name, issue)) for name, text in tabs],
        public=public_address(issue),
        withdrawn=issue.state == Issue.State.CANCELLED
        and issue.withdrawals.filter(item__isnull=True).exists(),
        **context,
    )


def _list_of(issue: Issue) -> str:
    return f"{reverse('admin:newsletter_issue_changelist')}?publication={issue.publication.slug}"
