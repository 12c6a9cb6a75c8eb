"""Drafts as a whole: a new one, one deleted, and one brought back."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from newsletter.issues import beginning, deleted
from subscribers import languages, times
from subscribers.admin import form_drafts, last_worked
from subscribers.admin.access import actor, require, visible
from subscribers.admin.chrome import page, record
from subscribers.models import Publication
from subscribers.roles import Act

from ..models import DeletedDraft, Issue
from .frame import address, find_issue
from .item_form import one_line
from .items import NotADraft, hold_draft, refuse

# Issues offered as the one to copy.
_OFFERED = 60


class NewForm(forms.Form):
    """How a new issue begins."""

    how = forms.ChoiceField(
        label=gettext_lazy("Begin with"),
        choices=[
            ("skeleton", pgettext_lazy("new issue", "the sections of the last issue")),
            ("empty", pgettext_lazy("new issue", "nothing")),
            ("copy", pgettext_lazy("new issue", "a copy of another issue")),
        ],
        widget=forms.RadioSelect,
    )
    original = forms.ModelChoiceField(
        label=gettext_lazy("Issue to copy"),
        queryset=Issue.objects.none(),
        required=False,
        empty_label=pgettext_lazy("new issue", "– only for a copy –"),
    )
    date = forms.DateField(
        label=gettext_lazy("Date"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    title = forms.CharField(
        label=gettext_lazy("Title"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Left empty, it is the last issue’s title with the new date."),
    )

    def __init__(self, *args: Any, publication: Publication, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regular = publication.issues.filter(kind=Issue.Kind.REGULAR).order_by("-date", "-id")
        field = self.fields["original"]
        assert isinstance(field, forms.ModelChoiceField)
        offered = list(regular.values_list("pk", flat=True)[:_OFFERED])
        field.queryset = regular.filter(pk__in=offered)
        if not offered:
            how = self.fields["how"]
            assert isinstance(how, forms.ChoiceField)
            how.choices = [("empty", pgettext("new issue", "nothing"))]
            # One choice is no question; and there is no last issue to take a title from.
            how.widget = forms.HiddenInput()
            del self.fields["original"]
            self.fields["title"].help_text = pgettext(
                "new issue", "Left empty, it is the publication’s name with the date."
            )

    def clean_title(self) -> str:
        return one_line(self.cleaned_data["title"].strip())

    def clean_date(self) -> dt.date:
        day: dt.date = self.cleaned_data["date"]
        if not 1900 <= day.year <= 2999:
            raise forms.ValidationError(_("Give a date between 1900 and 2999."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("how") == "copy" and not data.get("original") and not self.errors:
            self.add_error("original", _("Choose the issue to copy."))
        return data


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """A new issue of `?publication=`: empty, from the last one's sections, or as a copy."""
    require(request, Act.EDIT, None)
    publications = list(visible(request, Act.EDIT))
    wanted = request.GET.get("publication", "")
    publication = last_worked.choose(request, publications, wanted)
    if publication is None and wanted:
        raise Http404
    if publication is None:
        return HttpResponseRedirect(reverse("admin:newsletter_issue_changelist"))
    last = beginning.last_issue(publication)
    form = NewForm(
        request.POST if request.method == "POST" else None,
        publication=publication,
        initial={
            "how": "skeleton" if last else "empty",
            "date": _next_day(publication, last),
            "original": request.GET.get("copy") or (last.pk if last else None),
            **({"how": "copy"} if request.GET.get("copy") else {}),
        },
    )
    if request.method == "POST" and form.is_valid():
        issue = _begin(request, publication, last, form.cleaned_data)
        form_drafts.saved(request)
        return HttpResponseRedirect(address("write", issue))
    return page(
        request,
        "admin/sudi/new.html",
        title=pgettext("admin", "New issue"),
        crumbs=[(pgettext("admin", "Issues"), reverse("admin:newsletter_issue_changelist"))],
        form=form,
        publication=publication,
        publications=publications,
        status=422 if form.errors else 200,
    )


def _next_day(publication: Publication, last: Issue | None) -> dt.date:
    """Today there, or the day after the last issue where that is later."""
    today = times.day(timezone.now(), publication)
    return max(today, last.date + dt.timedelta(days=1)) if last else today


def _begin(
    request: HttpRequest, publication: Publication, last: Issue | None, data: dict[str, Any]
) -> Issue:
    day, how = data["date"], data["how"]
    original = data["original"] if how == "copy" else last
    title = data["title"] or beginning.title_for(publication, original, day)
    by = actor(request)
    with transaction.atomic():
        if how == "copy":
            issue = beginning.copy(data["original"], day, title, by)
        elif how == "skeleton" and last is not None:
            issue = beginning.skeleton(last, day, title, by)
        else:
            language = languages.stored(publication.language) or publication.language
            issue = beginning.empty(publication, day, title, language, by)
        record(request, "issue begun", f"issue:{issue.pk}", publication, what=how)
    return issue


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Delete a draft. No question before it: it can be restored."""
    issue = find_issue(request, pk, Act.EDIT)
    try:
        with transaction.atomic():
            hold_draft(issue)
            record(
                request, "draft deleted", f"issue:{issue.pk}", issue.publication, what=issue.slug
            )
            deleted.delete(issue, actor(request))
    except NotADraft:
        issue.refresh_from_db()
        return refuse(request, issue)
    except deleted.CannotDelete as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(address("change", issue))
    messages.success(request, _("The draft was deleted. It can be restored here for 30 days."))
    return HttpResponseRedirect(reverse("admin:newsletter_issue_deleted"))


@require_safe
def deleted_list(request: HttpRequest) -> HttpResponseBase:
    """The drafts that can be restored, the last deleted first."""
    require(request, Act.EDIT, None)
    rows = DeletedDraft.objects.filter(publication__in=visible(request, Act.EDIT))
    return page(
        request,
        "admin/sudi/deleted.html",
        title=pgettext("admin", "Deleted drafts"),
        crumbs=[(pgettext("admin", "Issues"), reverse("admin:newsletter_issue_changelist"))],
        rows=rows.defer("rows").select_related("publication", "by").order_by("-at", "-pk")[:100],
    )


@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Bring a deleted draft back as it was."""
    with transaction.atomic():
        kept = (
            DeletedDraft.objects.select_for_update(of=("self",))
            .select_related("publication")
            .filter(pk=pk)
            .first()
        )
        if kept is None:
            raise Http404
        require(request, Act.EDIT, kept.publication)
        publication = kept.publication
        try:
            with transaction.atomic():
                issue = deleted.restore(kept)
        except deleted.CannotRestore:
            messages.error(
                request, _("It was kept by an earlier version and cannot be restored any more.")
            )
            return HttpResponseRedirect(reverse("admin:newsletter_issue_deleted"))
        record(request, "draft restored", f"issue:{issue.pk}", publication, what=issue.slug)
    messages.success(request, _("The draft is back."))
    return HttpResponseRedirect(address("change", issue))
