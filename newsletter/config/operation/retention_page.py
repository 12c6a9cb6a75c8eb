"""How long things are kept. A shorter time is kept only after the page has said what it deletes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods

from newsletter.models import RetentionPeriod
from newsletter.sending import retention
from subscribers.admin.access import actor

from .frame import owners_page, require_administrator

_MEANING = {
    RetentionPeriod.Kind.OUTCOMES: pgettext_lazy(
        "retention",
        "What each reader was sent, and what their mail server said. Afterwards only the sums are"
        " left: nothing of the issue can be sent again or settled.",
    ),
    RetentionPeriod.Kind.BODIES: pgettext_lazy(
        "retention",
        "The mails as they were sent, of issues whose single records are gone. The issue stays on"
        " the site.",
    ),
    RetentionPeriod.Kind.AUDIT: pgettext_lazy(
        "retention", "Who did what on these pages and by commands."
    ),
}


class PeriodForm(forms.Form):
    """Days of one kind. Empty: for ever, where that is possible."""

    days = forms.IntegerField(label=pgettext_lazy("retention", "Days"), required=False)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"{kind}-%s"
        super().__init__(*args, **kwargs)
        self._kind = kind

    def clean_days(self) -> int | None:
        days: int | None = self.cleaned_data["days"]
        try:
            retention.check(self._kind, days)
        except retention.BadPeriod:
            raise forms.ValidationError(
                pgettext("retention", "Write %(least)d to %(most)d days.")
                % {"least": retention.LEAST[self._kind], "most": retention.MOST}
            ) from None
        return days


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponseBase:
    """POST `do=look` says what a period would delete, `do=keep` keeps it."""
    require_administrator(request)
    kind = request.POST.get("kind", "")
    asked = PeriodForm(request.POST, kind=kind) if kind in RetentionPeriod.Kind.values else None
    looked = asked is not None and asked.is_valid()
    # Only what was looked at: another number typed since is looked at first.
    same = request.POST.get("looked") == request.POST.get("days")
    if asked is not None and looked and same and request.POST.get("do") == "keep":
        retention.set_period(kind, asked.cleaned_data["days"], actor(request).get_username())
        messages.success(request, pgettext("retention", "Saved."))
        return HttpResponseRedirect(reverse("operation_retention"))
    return owners_page(
        request,
        "operation_retention",
        "admin/sudi/operation_retention.html",
        title=pgettext("retention", "Retention"),
        kinds=[_row(one, asked if one == kind else None, looked) for one in RetentionPeriod.Kind],
        counted=retention.COUNTED,
        status=422 if asked is not None and not looked else 200,
    )


def _row(kind: RetentionPeriod.Kind, asked: PeriodForm | None, looked: bool) -> dict[str, Any]:
    days = retention.period(kind)
    touched = None
    if asked is not None and looked:
        touched = retention.touched(kind, asked.cleaned_data["days"])
    return {
        "kind": kind,
        "meaning": _MEANING[kind],
        "days": days,
        "least": retention.LEAST[kind],
        "form": asked or PeriodForm(initial={"days": days}, kind=kind),
        "touched": touched,
    }
