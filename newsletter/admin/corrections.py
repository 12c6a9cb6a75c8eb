"""Mending what is already public: the change, a note that says why, and a record of both.

Mail cannot be called back; the site and the feeds show the new text at once, with the note.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from newsletter.issues.revisions import add_revision
from subscribers.admin.access import actor
from subscribers.admin.chrome import record
from subscribers.admin.text_box import TextBox
from subscribers.models import Publication
from subscribers.roles import Act

from ..digest import markdown
from ..models import Issue, Item, Revision
from .frame import address, find_issue, issue_page
from .item_form import ItemForm


class NoteField(forms.CharField):
    """Why: shown to readers on the site, so it is required and plain."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("What was wrong"),
            max_length=600,
            widget=TextBox(attrs={"rows": 2}),
            help_text=gettext_lazy(
                "One or two sentences for readers; shown below the issue on the site."
            ),
        )

    def clean(self, value: Any) -> str:
        return markdown.clean(super().clean(value)).strip()


class CorrectionForm(ItemForm):
    """An item's fields and the note."""

    note = NoteField()


def _published(request: HttpRequest, pk: int) -> Issue | HttpResponseRedirect:
    issue = find_issue(request, pk, Act.EDIT)
    if issue.published_at is None:
        messages.info(request, _("The issue is not public yet: change its items directly."))
        return HttpResponseRedirect(address("change", issue))
    return issue


@require_safe
def overview(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The items of a public issue, and the corrections there were."""
    issue = _published(request, pk)
    if not isinstance(issue, Issue):
        return issue
    return issue_page(
        request,
        issue,
        "",
        "admin/sudi/corrections.html",
        title=_("Corrections"),
        items=issue.items.select_related("category").order_by("number"),
        corrections=issue.revisions.filter(kind=Revision.Kind.CORRECTION)
        .select_related("by")
        .order_by("-number")
        .defer("source", "digest", "problems"),
    )


@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, pk: int, item: int) -> HttpResponseBase:
    """One item of a public issue."""
    issue = _published(request, pk)
    if not isinstance(issue, Issue):
        return issue
    row = issue.items.select_related("issue", "category").filter(pk=item).first()
    if row is None:
        raise Http404
    form = CorrectionForm(request.POST if request.method == "POST" else None, instance=row)
    if request.method == "POST" and form.is_valid():
        changed = sorted(set(form.changed_data) - {"note"})
        if not changed:
            form.add_error(None, _("Nothing was different; a correction must change something."))
        else:
            _store(request, issue, form, changed)
            messages.success(
                request, _("Corrected. The site and the feeds show the new text with your note.")
            )
            return HttpResponseRedirect(address("correct", issue))
    return issue_page(
        request,
        issue,
        "",
        "admin/sudi/correct.html",
        title=_("Correct item %(number)d") % {"number": row.number},
        form=form,
        item=row,
        status=422 if form.errors else 200,
    )


def _store(request: HttpRequest, issue: Issue, form: CorrectionForm, changed: list[str]) -> None:
    now = timezone.now()
    with transaction.atomic():
        # One correction after the other: the number of the revision is the next one.
        Issue.objects.select_for_update().get(pk=issue.pk)
        if not issue.revisions.exists():
            # Without it nobody could tell later what the text was before.
            add_revision(issue, Revision.Kind.EDIT, None, note="")
        row = form.write()
        Item.objects.filter(pk=row.pk).update(corrected_at=now)
        Issue.objects.filter(pk=issue.pk).update(corrected_at=now)
        Publication.objects.filter(pk=issue.publication_id).update(changed_at=now)
        issue.refresh_from_db()
        add_revision(
            issue, Revision.Kind.CORRECTION, actor(request), note=form.cleaned_data["note"]
        )
        record(
            request,
            "issue corrected",
            f"issue:{issue.pk}",
            issue.publication,
            item=row.number,
            fields=changed,
        )
