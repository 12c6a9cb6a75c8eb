"""A reader whose mail was stopped: told why, mailed a proof on request, and back by its button."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from .. import languages, links, network, stopped, subscriptions, tasks
from ..addresses import masked
from ..links import Purpose, make
from ..models import ServiceMail, Subscription
from ..stopped import Stopped
from .pages import again, bad_link, done_before, page, personal

State = Subscription.State


@personal
def prove(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link of a proof mail. One button: programs that follow links press none."""
    opened = links.open_token(token, Purpose.PROOF)
    if opened is None or not links.is_fresh(opened):
        return bad_link(request)
    subscription = (
        Subscription.objects.select_related("subscriber", "publication")
        .filter(pk=opened.subject, subscriber__erased_at__isnull=True)
        .first()
    )
    if subscription is None:
        return bad_link(request)
    language = languages.speak(request, languages.of_subscription(subscription))
    if request.method == "POST":
        was_waiting = subscription.state == State.PENDING
        source = network.network(request)
        with transaction.atomic():
            proved = subscriptions.prove(subscription, network=source, language=language)
            if proved and was_waiting:
                tasks.ask(ServiceMail.Kind.WELCOME, subscription)
        if not proved:
            return show(request, subscription, stopped.of(subscription), status=409)
        manage = reverse("subscribers:manage", args=[make(Purpose.MANAGE, subscription.pk)])
        return again(request, "confirmed" if was_waiting else "proved", manage)
    context = {
        "subscription": subscription,
        "address": masked(subscription.subscriber.address),
        "stopped": stopped.of(subscription),
        "manage": reverse("subscribers:manage", args=[make(Purpose.MANAGE, subscription.pk)]),
    }
    return page(request, "subscribers/prove.html", subscription.publication, context)


def ask(request: HttpRequest, subscription: Subscription) -> HttpResponse:
    """A reader at their own link wants the proof mail; it goes to the address and only there."""
    with transaction.atomic():
        tasks.ask(ServiceMail.Kind.ANSWER, subscription)
    return again(request, "proof")


def show(
    request: HttpRequest, subscription: Subscription, found: Stopped | None, *, status: int = 200
) -> HttpResponse:
    """The page of who cannot go on here: why, and what can be done."""
    context = {"stopped": found, "done": done_before(request)}
    return page(
        request, "subscribers/stopped.html", subscription.publication, context, status=status
    )
