"""Withdrawing an issue or an item that readers have seen; in figures what that comes to."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods

from subscribers.admin import form_drafts
from subscribers.admin.access import actor
from subscribers.admin.row_numbers import row_number
from subscribers.roles import Act

from .. import sending
from ..models import Item
from ..sending import withdrawing
from .frame import address, find_issue, issue_page


class WithdrawalForm(forms.Form):
    """The public note, and a tick that it was meant."""

    note = forms.CharField(
        label=pgettext_lazy("withdrawal", "Why, in public"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=pgettext_lazy(
            "withdrawal",
            "In the publication’s language. It stands where the text stood, and cannot be"
            " changed later.",
        ),
    )
    sure = forms.BooleanField(
        label=pgettext_lazy("withdrawal", "I know that this cannot be undone"),
        error_messages={"required": pgettext_lazy("withdrawal", "Tick this: it cannot be undone.")},
    )

    def clean_note(self) -> str:
        note = " ".join(str(self.cleaned_data["note"]).split())
        if not note:
            raise forms.ValidationError(pgettext("withdrawal", "Say why."))
        return note


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponseBase:
    """GET says what will happen; POST does it. `item` names one item; without, the whole issue."""
    issue = find_issue(request, pk, Act.SEND)
    wanted = request.GET.get("item", "")
    item: Item | None = None
    if wanted:
        item = issue.items.filter(pk=row_number(wanted)).first()
        if item is None:
            raise Http404
    refused = withdrawing.refusal(issue, item)
    if refused:
        messages.info(request, refused)
        return HttpResponseRedirect(address("change", issue))
    form = WithdrawalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            withdrawing.withdraw(issue, item, form.cleaned_data["note"], by=actor(request))
        except sending.ActRefused as error:
            for reason in error.reasons:
                form.add_error(None, reason)
        else:
            form_drafts.saved(request)
            messages.success(
                request,
                pgettext(
                    "withdrawal", "Withdrawn: off the site and the feeds, and nobody is mailed it."
                ),
            )
            return HttpResponseRedirect(address("history", issue))
    return issue_page(
        request,
        issue,
        "",
        "admin/sudi/withdraw.html",
        title=pgettext("withdrawal", "Withdraw the issue")
        if item is None
        else pgettext("withdrawal", "Withdraw item %(number)d") % {"number": item.number},
        form=form,
        item=item,
        kept_as=issue.pk if item is None else f"{issue.pk}-{item.pk}",
        reach=withdrawing.reach(issue, item),
        back=address("correct", issue),
        status=422 if form.errors else 200,
    )
