"""Links to a draft for colleagues without an account: made, shown once, listed, ended."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from newsletter import conf
from newsletter.issues import draft_links
from subscribers.admin.access import actor
from subscribers.admin.chrome import record
from subscribers.roles import Act

from ..models import Issue
from .frame import address, find_issue, issue_page

# Ended links stay in the list for a while, so that nobody wonders where one went.
_MOST = 50


class DraftLinkForm(forms.Form):
    """A new link to one draft."""

    note = forms.CharField(
        label=pgettext_lazy("draft", "For whom"),
        max_length=60,
        required=False,
        help_text=pgettext_lazy("draft", "To tell the links apart, like “Li, the lawyer”."),
    )
    days = forms.IntegerField(
        label=pgettext_lazy("draft", "Opens it for days"),
        min_value=1,
        max_value=draft_links.LONGEST,
        initial=draft_links.DAYS,
    )


@require_http_methods(["GET", "POST"])
def links(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The links of a draft, and the form for another."""
    issue = find_issue(request, pk, Act.EDIT)
    if not draft_links.can_have(issue):
        messages.info(request, pgettext("draft", "It is out: whoever may read it finds it there."))
        return HttpResponseRedirect(address("change", issue))
    form, made = DraftLinkForm(), ""
    if request.method == "POST":
        form = DraftLinkForm(request.POST)
        if form.is_valid():
            made = _make(request, issue, form.cleaned_data["days"], form.cleaned_data["note"])
            form = DraftLinkForm()
    rows = issue.draft_links.select_related("by", "issue__publication").order_by("-pk")
    return issue_page(
        request,
        issue,
        "",
        "admin/sudi/draft_links.html",
        title=pgettext("draft", "Let a colleague read it"),
        form=form,
        made=made,
        links=[(link, draft_links.opens(link)) for link in rows[:_MOST]],
        status=422 if form.errors else 200,
    )


def _make(request: HttpRequest, issue: Issue, days: int, note: str) -> str:
    """The whole address of a new link, on record."""
    link, secret = draft_links.make(issue, actor(request), days, note)
    record(
        request, "draft link made", f"issue:{issue.pk}", issue.publication,
        number=link.pk, until=f"{link.ends_at:%Y-%m-%d}",
    )  # fmt: skip
    return f"{conf.base_url()}/s/d/{secret}/"


@require_POST
def end(request: HttpRequest, pk: int, link: int) -> HttpResponseBase:
    """End one link of a draft at once."""
    issue = find_issue(request, pk, Act.EDIT)
    found = issue.draft_links.filter(pk=link).first()
    if found is None:
        raise Http404
    if draft_links.revoke(found):
        record(request, "draft link ended", f"issue:{issue.pk}", issue.publication, number=found.pk)
        messages.success(request, _("Revoked: it opens nothing any more."))
    return HttpResponseRedirect(address("draft_links", issue))
