"""The way out: one click for mail programs, a page for people, and a way back on the same page."""

from __future__ import annotations

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import languages, network, stopped, subscriptions
from ..emails.letters import until
from ..forms import PauseForm
from ..links import Purpose, make, open_token
from ..models import DailyCount, Subscription
from .pages import again, bad_link, done_before, is_one_click, page, personal, subscription_of

log = logging.getLogger(__name__)

State = Subscription.State
REASONS = ("too_many", "not_relevant", "never_asked", "other")


@personal
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows choices and changes nothing; POST does what its body says."""
    subscription = subscription_of(token, Purpose.UNSUBSCRIBE)
    if request.method == "POST" and is_one_click(request):
        return _one_click(request, token, subscription)
    if subscription is None:
        return bad_link(request)
    language = languages.speak(request, languages.of_subscription(subscription))
    if request.method != "POST":
        return _show(request, subscription, language)

    action = request.POST.get("action", "")
    source = network.network(request)
    if action == "this":
        detail = _reason(request)
        subscriptions.leave([subscription], form="mail", network=source, detail=detail)
        return again(request, "left")
    if action == "everything":
        ties = list(
            Subscription.objects.select_related("publication").filter(
                subscriber=subscription.subscriber
            )
        )
        subscriptions.leave(ties, form="mail", network=source, detail=_reason(request))
        return again(request, "left")
    if action == "pause":
        form = PauseForm(request.POST, publication=subscription.publication)
        if not form.is_valid():
            return _show(request, subscription, language, pause=form, status=422)
        moment = form.cleaned_data["moment"]
        subscriptions.pause(subscription, moment, form="mail", network=source)
        return again(request, "paused")
    if action == "back":
        # Pressed twice, or in a tab that is behind: they are back already.
        back = subscription.state == State.ACTIVE or subscriptions.come_back(
            subscription, network=source, language=language
        )
        found = None if back else stopped.of(subscription)
        if found is not None and found.provable:
            # Their own page says why, and what they can do.
            manage = reverse("subscribers:manage", args=[make(Purpose.MANAGE, subscription.pk)])
            return again(request, "cannot", manage)
        return again(request, "back" if back else "cannot")
    return _show(request, subscription, language, status=400)


def _one_click(request: HttpRequest, token: str, subscription: Subscription | None) -> HttpResponse:
    """RFC 8058: no page, no redirect, no cookie.

    A token we made gets one answer, whether its reader is still here, left, or was erased. Any
    other is an error that the mail program sees, so that it can ask its user or try the other
    ways of List-Unsubscribe; and it is counted, since many of them mean other link keys.
    """
    if subscription is not None:
        subscriptions.leave([subscription], form="one-click", network=network.network(request))
    elif open_token(token, Purpose.UNSUBSCRIBE) is None:
        DailyCount.objects.add(DailyCount.ONE_CLICK_REFUSED)
        log.warning("a one-click request with a token that this site did not make")
        return _plain(_("This link is damaged, or of another site. Nobody was unsubscribed."), 400)
    return _plain(_("You are unsubscribed."), 200)


def _plain(sentence: str, status: int) -> HttpResponse:
    return HttpResponse(sentence + "\n", content_type="text/plain", status=status)


def _reason(request: HttpRequest) -> dict[str, Any]:
    reason = request.POST.get("reason", "")
    return {"reason": reason} if reason in REASONS else {}


def _show(
    request: HttpRequest,
    subscription: Subscription,
    language: str,
    *,
    pause: PauseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    done = done_before(request)
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
            "paused": until(subscription) if paused else "",
            "action": request.POST.get("action", ""),
        },
        status=status,
    )
