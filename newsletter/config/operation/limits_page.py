"""Limits: rates, connections and hours, what they mean, and forms that change them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from newsletter.models import Issue
from newsletter.sending import ending, limits
from subscribers.admin import form_drafts
from subscribers.admin.access import actor
from subscribers.admin.versioned import FIELD, VersionedForm
from subscribers.admin.zone_field import ZoneField
from subscribers.models import Publication

from .frame import owners_page, require_administrator

_TODAY = 10


class _Clock(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class RateForm(VersionedForm):
    """Mails an hour, through a relay or to one domain there."""

    domain = forms.CharField(
        label=gettext_lazy("Domain of readers"), required=False, max_length=100
    )
    an_hour = forms.IntegerField(
        label=gettext_lazy("Mails an hour"), min_value=0, max_value=limits.MOST_AN_HOUR
    )
    at_once = forms.IntegerField(
        label=gettext_lazy("On the wire at once"), min_value=1, max_value=1000, initial=1,
        required=False,
    )  # fmt: skip


class WeightForm(VersionedForm):
    """The share of a relay beside others."""

    weight = forms.IntegerField(label=gettext_lazy("Weight"), min_value=1, max_value=100)


class PublicationsForm(VersionedForm):
    """Whose issues a relay sends."""

    publications = forms.ModelMultipleChoiceField(
        Publication.objects.order_by("name"), label=gettext_lazy("Only these publications"),
        required=False, widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


class HoursForm(VersionedForm):
    """When a relay may be used for issues."""

    send_from = forms.TimeField(
        label=pgettext_lazy("hours of a relay", "Issues from"), required=False, widget=_Clock
    )
    send_until = forms.TimeField(
        label=pgettext_lazy("hours of a relay", "until"), required=False, widget=_Clock
    )
    time_zone = ZoneField(label=pgettext_lazy("hours of a relay", "by the clocks of"))


class WarmUpForm(forms.Form):
    """A plan for a new sender."""

    first = forms.IntegerField(label=gettext_lazy("Mails on the first day"), min_value=1)
    percent = forms.IntegerField(
        label=gettext_lazy("More each day, %"), min_value=1, max_value=1000
    )
    until = forms.IntegerField(
        label=pgettext_lazy("warm-up", "Until so many a day"), min_value=2,
        max_value=24 * limits.MOST_AN_HOUR,
    )  # fmt: skip


FORMS: dict[str, type[forms.Form]] = {
    "rate": RateForm, "weight": WeightForm, "publications": PublicationsForm,
    "hours": HoursForm, "warm-up": WarmUpForm, "end-warm-up": forms.Form,
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponseBase:
    """GET shows; POST changes one thing of one relay, on record."""
    require_administrator(request)
    wrong: tuple[str, str, forms.Form] | None = None
    if request.method == "POST":
        wrong = _change(request)
        if wrong is None:
            return HttpResponseRedirect(reverse("operation_limits"))
    relays = limits.of_relays()
    return owners_page(
        request,
        "operation_limits",
        "admin/sudi/operation_limits.html",
        title=_("Limits"),
        relays=[_shown(relay, wrong, len(relays) > 1) for relay in relays],
        several=len(relays) > 1,
        issues=_issues(relays),
        hours=Publication.objects.exclude(send_from=None).order_by("name"),
    )


def _shown(
    relay: limits.RelayLimits, wrong: tuple[str, str, forms.Form] | None, several: bool
) -> dict[str, Any]:
    def form(name: str) -> forms.Form:
        if wrong is not None and wrong[:2] == (relay.name, name):
            return wrong[2]
        return _form(name, relay.name, relay)

    today = timezone.now().date()
    plan = relay.warm_up
    days = list(plan.days()) if plan is not None else []
    return {
        "limits": relay,
        "now": relay.rate(today),
        "plan": [(day, mails) for day, mails in days if day >= today][:_TODAY],
        "plan_ends": days[-1][0] if days else None,
        "rate_form": form("rate"),
        "weight_form": form("weight") if several else None,
        "publications_form": form("publications") if several else None,
        "hours_form": form("hours"),
        "opens_at": relay.hours.opens_at(timezone.now()) if relay.hours is not None else None,
        "warm_up_form": form("warm-up"),
    }


def _form(
    name: str, relay: str, now: limits.RelayLimits | None, data: QueryDict | None = None
) -> forms.Form:
    """A form of a relay with what holds there now, so that two people are told of each other."""
    initial: dict[str, Any] = {"at_once": 1, "first": 200, "percent": 30, "until": 20000}
    if now is not None:
        initial |= {
            "an_hour": round(now.an_hour or 0),
            "weight": now.weight,
            "publications": now.publications,
        }
        hours = now.hours
        initial |= {
            "send_from": hours.start if hours else None,
            "send_until": hours.end if hours else None,
            "time_zone": hours.zone if hours else _first_zone(),
        }
    if data is not None and data.get("domain"):
        # The form shows the relay's own rate, which says nothing of a domain's.
        data = data.copy()
        data.pop(FIELD, None)
    kind = FORMS.get(name, forms.Form)
    return kind(data, initial=initial, auto_id=f"{relay}-{name}-%s")


def _first_zone() -> str:
    """Where the first publication is at home: most likely the operator, too."""
    zones = Publication.objects.order_by("pk").values_list("time_zone", flat=True)
    return zones.first() or "UTC"


def _change(request: HttpRequest) -> tuple[str, str, forms.Form] | None:
    """Do what was asked; the relay, the form's name and the form itself if it cannot be meant."""
    relay, what = request.POST.get("relay", ""), request.POST.get("what", "")
    now = next((one for one in limits.of_relays() if one.name == relay), None)
    form = _form(what, relay, now, request.POST)
    if not form.is_valid():
        return relay, what, form
    data, by = form.cleaned_data, actor(request).get_username()
    acts: dict[str, Callable[[], None]] = {
        "rate": lambda: limits.set_rate(
            relay, data["an_hour"], by, domain=data["domain"], at_once=data["at_once"] or 1
        ),
        "weight": lambda: limits.set_weight(relay, data["weight"], by),
        "publications": lambda: limits.set_publications(relay, data["publications"], by),
        "hours": lambda: limits.set_hours(
            relay, data["send_from"], data["send_until"], data["time_zone"], by
        ),
        "warm-up": lambda: limits.warm(relay, data["first"], data["percent"], data["until"], by),
        "end-warm-up": lambda: limits.end_warm_up(relay, by),
    }
    try:
        acts[what]()
    except KeyError:
        return relay, what, form
    except limits.BadLimit as error:
        form.add_error(*_error(error.code))
        return relay, what, form
    form_drafts.saved(request)
    messages.success(request, _("Saved. Workers keep it within seconds."))
    return None


def _error(code: str) -> tuple[str | None, str]:
    return {
        "domain": ("domain", _("Write a domain, such as example.org.")),
        "plan": ("until", _("This plan does not come to its end within a year.")),
        "hours": ("send_until", _("Give both hours or neither, and not the same twice.")),
        "relay": (None, _("This relay is no longer in SMTP_URL.")),
    }.get(code, (None, _("This number is too large or too small.")))


def _issues(relays: list[limits.RelayLimits]) -> list[dict[str, Any]]:
    """Issues on their way, and the last one of each publication as a measure for the next."""
    now = timezone.now()
    rows = Issue.objects.filter(rehearses__isnull=True).select_related("publication")
    found = list(rows.filter(state__in=["sending", "paused"]).order_by("send_at", "id")[:_TODAY])
    busy = {issue.publication_id for issue in found}
    for publication in Publication.objects.exclude(pk__in=busy).order_by("name")[:_TODAY]:
        last = rows.filter(publication=publication, state="sent").order_by("-frozen_at").first()
        if last is not None:
            found.append(last)
    return [
        {
            "issue": issue,
            "done": issue.state == "sent",
            "forecast": ending.of_issue(issue, relays, now),
        }
        for issue in found
    ]
