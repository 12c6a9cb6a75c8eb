"""Readers in doubt: settled from a mail server's log, or by a reader's own word."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from subscribers.admin.access import actor
from subscribers.roles import Act

from .. import sending
from ..models import PLACES, Issue
from ..sending import control, doubt
from .frame import address, find_issue, issue_page


class LogForm(forms.Form):
    """A log, and the zone of its dates where they say none."""

    log = forms.FileField(
        label=pgettext_lazy("doubt", "Log of the mail server"),
        help_text=pgettext_lazy(
            "doubt",
            "Of Postfix, Exim, Sendmail, OpenSMTPD, qmail, Haraka or Exchange; a message trace of"
            " Exchange Online; events of SendGrid, Mailgun, Postmark, Amazon SES or Mailjet as a"
            " table or JSON. Packed or not.",
        ),
    )
    time_zone = forms.CharField(
        required=False,
        max_length=50,
        label=gettext_lazy("Time zone"),
        help_text=pgettext_lazy(
            "doubt", "Of dates that say none, like Europe/Berlin. Left empty, it is found out."
        ),
    )

    def clean_time_zone(self) -> ZoneInfo | None:
        name = self.cleaned_data["time_zone"]
        try:
            return ZoneInfo(name) if name else None
        except (ZoneInfoNotFoundError, ValueError):
            raise forms.ValidationError(
                _("“%(name)s” is no time zone. Write a name like Europe/Berlin.") % {"name": name}
            ) from None


@require_http_methods(["GET", "POST"])
def settle(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A log says what became of readers in doubt: shown first, then stored."""
    issue = find_issue(request, pk, Act.SEND)
    form = LogForm(request.POST or None, request.FILES or None)
    lines: list[str] = []
    dry = "store" not in request.POST
    if request.method == "POST" and form.is_valid():
        try:
            lines = _settle(issue, form.cleaned_data, actor(request).get_username(), dry=dry)
        except (doubt.LogRefused, doubt.NotNow) as refused:
            form.add_error("log", str(refused))
        else:
            if not dry:
                for line in lines:
                    messages.success(request, line)
                return HttpResponseRedirect(address("progress", issue))
    return issue_page(
        request,
        issue,
        "",
        "admin/sudi/doubt.html",
        title=_("Settle who is in doubt"),
        form=form,
        lines=lines,
        doubtful=sending.ledger(issue)["in_doubt"],
    )


def _settle(issue: Issue, typed: dict[str, Any], by: str, *, dry: bool) -> list[str]:
    with tempfile.NamedTemporaryFile(prefix="sudi-log-") as kept:
        for block in typed["log"].chunks():
            kept.write(block)
        kept.flush()
        report = doubt.settle(issue, [Path(kept.name)], by=by, zone=typed["time_zone"], dry=dry)
    return doubt.sentences(report)


@require_POST
def has_it(request: HttpRequest, pk: int, place: int) -> HttpResponseBase:
    """A reader has said that they got the mail."""
    issue = find_issue(request, pk, Act.READERS)
    by = actor(request).get_username()
    if sending.resolve(issue.pk * PLACES + place, None, "the reader's word", by):
        control.audit(issue, by, "reader_has_it", place=place)
        messages.success(request, _("Noted: the reader has it."))
    else:
        messages.info(
            request, _("This reader is not in doubt any more, or is being sent to again.")
        )
    return HttpResponseRedirect(
        reverse("admin:newsletter_issue_failures", args=[issue.pk, "in_doubt"])
    )
