"""The way out: one click for mail programs, a page for people, and a way back on the same page."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import consent, emails, languages, network, suppression, wordings
from ..consent import Kind
from ..forms import PauseForm
from ..links import Purpose, make
from ..models import Subscription
from .pages import again, bad_link, is_one_click, page, personal, subscription_of

State = Subscription.State
REASONS = ("too_many", "not_relevant", "never_asked", "other")


@personal
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows choices and changes nothing; POST does what its body says."""
    subscription = subscription_of(token, Purpose.UNSUBSCRIBE)
    if request.method == "POST" and is_one_click(request):
        # RFC 8058: no page, no redirect, no cookie; a token that leads nowhere gets the same.
        if subscription is not None:
            leave([subscription], form="one-click", network=network.network(request))
        return HttpResponse(_("You are unsubscribed.") + "\n", content_type="text/plain")
    if subscription is None:
        return bad_link(request)
    language = languages.speak(request, languages.of_subscription(subscription))
    if request.method != "POST":
        return _show(request, subscription, language)

    action = request.POST.get("action", "")
    source = network.network(request)
    if action == "this":
        detail = _reason(request)
        leave([subscription], form="mail", network=source, detail=detail)
        return again(request, "left")
    if action == "everything":
        ties = list(
            Subscription.objects.select_related("publication").filter(
                subscriber=subscription.subscriber
            )
        )
        leave(ties, form="mail", network=source, detail=_reason(request))
        return again(request, "left")
    if action == "pause":
        form = PauseForm(request.POST, publication=subscription.publication)
        if not form.is_valid():
            return _show(request, subscription, language, pause=form, status=422)
        pause(subscription, form.cleaned_data["moment"], form="mail", network=source)
        return again(request, "paused")
    if action == "back":
        return again(request, "back" if come_back(subscription, source, language) else "cannot")
    return _show(request, subscription, language, status=400)


def _reason(request: HttpRequest) -> dict[str, Any]:
    reason = request.POST.get("reason", "")
    return {"reason": reason} if reason in REASONS else {}


def leave(
    ties: list[Subscription],
    *,
    form: str,
    network: str,
    detail: dict[str, Any] | None = None,
) -> int:
    """Unsubscribe; how many were not unsubscribed before. One moment for all: see `come_back`."""
    now = timezone.now()
    left = 0
    with transaction.atomic():
        for tie in ties:
            changed = (
                Subscription.objects.filter(pk=tie.pk)
                .exclude(state=State.UNSUBSCRIBED)
                .update(state=State.UNSUBSCRIBED, since=now)
            )
            if changed:
                consent.record(
                    tie, Kind.UNSUBSCRIBED, form=form, network=network, detail=detail, at=now
                )
                left += 1
    return left


def come_back(subscription: Subscription, network: str, language: str) -> bool:
    """Changed their mind: active again, with everything that was left at the same moment.

    Only what was confirmed once, and never against a suppression.
    """
    address = subscription.subscriber.address
    if suppression.suppressed(address, subscription.publication) is not None:
        return False
    now = timezone.now()
    returned = 0
    with transaction.atomic():
        ties = Subscription.objects.select_related("publication").filter(
            subscriber_id=subscription.subscriber_id,
            state=State.UNSUBSCRIBED,
            since=subscription.since,
            confirmed_at__isnull=False,
        )
        if subscription.state == State.PENDING and subscription.confirmed_at is not None:
            # Departed, then typed into the form again: this link proves the address as well.
            ties = Subscription.objects.select_related("publication").filter(
                pk=subscription.pk, state=State.PENDING
            )
        for tie in ties:
            changed = Subscription.objects.filter(pk=tie.pk, state=tie.state).update(
                state=State.ACTIVE, since=now
            )
            if changed:
                text = wordings.confirm(tie.publication, language)
                consent.record(
                    tie,
                    Kind.RETURNED,
                    form="mail",
                    network=network,
                    wording=wordings.stored(tie.publication, language, "return", text),
                    at=now,
                )
                returned += 1
    return returned > 0


def pause(
    subscription: Subscription, until: dt.datetime | None, *, form: str, network: str
) -> None:
    """Send nothing until a moment (UTC), or with None go on at once."""
    with transaction.atomic():
        Subscription.objects.filter(pk=subscription.pk).update(paused_until=until)
        consent.record(
            subscription,
            Kind.PAUSED if until else Kind.RESUMED,
            form=form,
            network=network,
            detail={"until": until.isoformat()} if until else {},
        )


def _show(
    request: HttpRequest,
    subscription: Subscription,
    language: str,
    *,
    pause: PauseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    done = request.GET.get("done", "")
    others = Subscription.objects.filter(
        subscriber=subscription.subscriber, state=State.ACTIVE
    ).exclude(pk=subscription.pk)
    paused = subscription.paused_until is not None and subscription.paused_until > timezone.now()
    return page(
        request,
        "subscribers/unsubscribe.html",
        subscription.publication,
        {
            "subscription": subscription,
            "gone": subscription.state != State.ACTIVE,
            "may_return": subscription.confirmed_at is not None,
            "done": done if done in ("left", "paused", "back", "cannot") else "",
            "manage": reverse("subscribers:manage", args=[make(Purpose.MANAGE, subscription.pk)]),
            "others": [
                languages.words(tie.publication, language)
                for tie in others.select_related("publication").order_by("id")
            ],
            "spans": PauseForm.DAYS,
            "pause": pause,
            "paused": emails.until(subscription) if paused else "",
            "action": request.POST.get("action", ""),
        },
        status=status,
    )
