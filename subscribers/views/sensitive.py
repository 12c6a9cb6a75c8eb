"""Behind a fresh one-hour link: change of address, everything stored, erasure."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from .. import consent, erasure, export, languages, links, network, subscriptions, tasks
from ..addresses import masked
from ..consent import Kind
from ..forms import NewAddressForm
from ..links import Purpose
from ..models import ServiceMail, Subscriber, Subscription
from .pages import again, bad_link, done_before, page, personal


@personal
def sensitive(request: HttpRequest, token: str) -> HttpResponse:
    """One page for the three acts that a forwarded mail must not allow."""
    opened = links.open_token(token, Purpose.SENSITIVE)
    if opened is None or not links.is_fresh(opened):
        return bad_link(request)
    subscriber = Subscriber.objects.filter(pk=opened.subject, erased_at__isnull=True).first()
    tie = (
        Subscription.objects.select_related("publication", "subscriber")
        .filter(subscriber=subscriber)
        .order_by("id")
        .first()
    )
    if subscriber is None or tie is None:
        return bad_link(request)
    languages.speak(request, languages.of_subscription(tie))
    if request.method != "POST":
        return _show(request, subscriber, tie)
    action = request.POST.get("action", "")
    source = network.network(request)

    if action == "export":
        consent.record(subscriber, Kind.EXPORTED, form="mail", network=source)
        response = JsonResponse(
            export.export(subscriber), json_dumps_params={"ensure_ascii": False, "indent": 2}
        )
        response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
        return response
    if action == "erase":
        if request.POST.get("sure") != "yes":
            return _show(request, subscriber, tie, unsure=True, status=422)
        erasure.erase(subscriber, by="reader")
        return render(request, "subscribers/erased.html", {"publication": tie.publication})
    if action == "address":
        form = NewAddressForm(request.POST, current=subscriber.address)
        if not form.is_valid():
            return _show(request, subscriber, tie, form=form, status=422)
        ask_new_address(subscriber, form.cleaned_data["address"], tie)
        return again(request, "asked")
    return _show(request, subscriber, tie, status=400)


def ask_new_address(subscriber: Subscriber, address: str, tie: Subscription) -> None:
    """Remember the wish, ask the new address and tell the old one.

    Nothing here says whether the new address is known: only its owner learns that.
    """
    with transaction.atomic():
        Subscriber.objects.filter(pk=subscriber.pk, erased_at__isnull=True).update(
            new_address=address, new_address_at=timezone.now()
        )
        tasks.ask(ServiceMail.Kind.OLD_ADDRESS, tie)
        tasks.ask(ServiceMail.Kind.NEW_ADDRESS, tie)


def _show(
    request: HttpRequest,
    subscriber: Subscriber,
    tie: Subscription,
    *,
    form: NewAddressForm | None = None,
    unsure: bool = False,
    status: int = 200,
) -> HttpResponse:
    return page(
        request,
        "subscribers/sensitive.html",
        tie.publication,
        {
            "address": subscriber.address,
            "new_address": subscriber.new_address,
            "form": form,
            "unsure": unsure,
            "typed": request.POST.get("address", ""),
            "done": done_before(request) == "asked",
        },
        status=status,
    )


@personal
def new_address(request: HttpRequest, token: str) -> HttpResponse:
    """The new address says yes, by a button. The token is bound to the very address asked for."""
    subscriber, state = _asked_by(token)
    tie = (
        Subscription.objects.select_related("publication")
        .filter(subscriber=subscriber)
        .order_by("id")
        .first()
        if subscriber is not None
        else None
    )
    if subscriber is None or tie is None:
        return bad_link(request)
    languages.speak(request, languages.of_subscription(tie))
    address, old = subscriber.new_address, masked(subscriber.address)
    if state == "moved":
        address = subscriber.address
    elif request.method == "POST":
        moved = subscriptions.move(subscriber, address, network=network.network(request))
        state = "moved" if moved else "taken"
    return page(
        request,
        "subscribers/new_address.html",
        tie.publication,
        {"address": address, "old": old, "state": state},
        status=409 if state == "taken" else 200,
    )


def _asked_by(token: str) -> tuple[Subscriber | None, str]:
    """Who asked for a change that this token confirms, and "moved" where they have made it.

    The token cannot be opened without the new address it is bound to, and that is in the row of
    its subject: the subject is read first, and believed only once the whole token is good. The
    page is opened again, or its button pressed twice: what was done is said, not that the link
    leads nowhere.
    """
    subject = links.claimed_subject(token)
    if subject is None:
        return None, ""
    subscriber = Subscriber.objects.filter(pk=subject, erased_at__isnull=True).first()
    if subscriber is None:
        return None, ""
    for bound, state in ((subscriber.new_address, ""), (subscriber.address, "moved")):
        opened = links.open_token(token, Purpose.CHANGE_ADDRESS, bound=bound) if bound else None
        if opened is not None and links.is_fresh(opened):
            return subscriber, state
    return None, ""
