"""Sign up, confirm, and ask for the link by mail."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from .. import (
    consent,
    guard,
    languages,
    limits,
    network,
    rhythm,
    signup,
    slips,
    stopped,
    subscriptions,
    tasks,
    visitor,
    wordings,
)
from ..addresses import key_of, shown
from ..choice import Choice, live
from ..forms import AskForLinkForm, SubscribeForm
from ..guard import GuardVerdict
from ..limits import Rate
from ..links import Purpose, make
from ..models import Category, Publication, ServiceMail, Subscription
from ..subscriptions import Wish
from . import returning
from .pages import again, bad_link, done_before, page, personal, subscription_of

# The proof of work runs in a worker of our own; nothing else of the strict policy changes.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "
    "worker-src 'self'; form-action 'self'; frame-ancestors {ancestors}; base-uri 'none'"
)
ASK_FOR_LINK = Rate(interval=60, burst=10)


# No cookie says who a visitor is, and forms on other sites post here: there is nothing for
# Django's check to protect.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest, slug: str) -> HttpResponse:
    """The sign-up page, and where every plain form posts to."""
    return _sign_up(request, slug, embedded=False)


@csrf_exempt
@xframe_options_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    """The sign-up form alone, for a frame on another site."""
    return _sign_up(request, slug, embedded=True)


@require_safe
def code(request: HttpRequest, slug: str) -> HttpResponse:
    """What to copy to have the form on another site: plain HTML, or a frame."""
    publication = get_object_or_404(Publication, slug=slug)
    languages.speak(request, languages.guess(request, publication))
    form, frame = signup.embed_code(publication)
    response = page(request, "subscribers/code.html", publication, {"form": form, "frame": frame})
    patch_vary_headers(response, ("Accept-Language",))
    return response


@require_safe
def sent(request: HttpRequest, slug: str) -> HttpResponse:
    """Look into your mailbox: one page for everybody, with the address as it was understood."""
    return _sent(request, slug, embedded=False)


@xframe_options_exempt
@require_safe
def embed_sent(request: HttpRequest, slug: str) -> HttpResponse:
    """The same inside the frame."""
    return _sent(request, slug, embedded=True)


def _sent(request: HttpRequest, slug: str, *, embedded: bool) -> HttpResponse:
    publication = get_object_or_404(Publication, slug=slug)
    languages.speak(request, languages.guess(request, publication))
    asked = signup.asked(publication, request.GET.get("asked", ""))
    name = "subscribers:embed" if embedded else "subscribers:subscribe"
    context: dict[str, Any] = {
        "embedded": embedded,
        "form_path": reverse(name, args=[publication.slug]),
    }
    if asked is not None:
        # The same request once more, for the address that was probably meant.
        context |= {
            "address": shown(asked.address),
            "meant": slips.hint(asked.address),
            "boxes": [
                (box.slug, Choice(asked.choice).has(box)) for box in signup.offered(publication)
            ],
            "new": Choice(asked.choice).new,
            "rhythm": asked.rhythm,
            "chosen_language": asked.language,
        }
    return _dressed(page(request, "subscribers/sent.html", publication, context), embedded)


def _sign_up(request: HttpRequest, slug: str, *, embedded: bool) -> HttpResponse:
    publication = get_object_or_404(Publication, slug=slug)
    language = languages.speak(request, languages.guess(request, publication))
    if not publication.open:
        closed = page(
            request, "subscribers/closed.html", publication, {"embedded": embedded}, status=410
        )
        return _dressed(closed, embedded)
    boxes = signup.offered(publication)
    if request.method != "POST":
        return _form_page(request, publication, None, boxes, language, embedded)

    form = SubscribeForm(request.POST, boxes=boxes, publication=publication)
    if not form.is_valid():
        return _form_page(request, publication, form, boxes, language, embedded, status=422)
    source = network.network(request)
    verdict = guard.judge(
        publication,
        source,
        honeypot=request.POST.get(guard.HONEYPOT, ""),
        proof=request.POST.get("altcha", ""),
        ticket=request.POST.get("ticket", ""),
    )
    if verdict in (GuardVerdict.HOLD, GuardVerdict.BUSY):
        return _form_page(
            request,
            publication,
            form,
            boxes,
            language,
            embedded,
            status=429 if verdict is GuardVerdict.BUSY else 200,
            verdict=verdict.value,
            ticket=guard.make_ticket(source) if verdict is GuardVerdict.HOLD else "",
        )
    key = uuid.uuid4()  # Of nothing, for a robot: its answer looks like everybody's.
    if verdict is GuardVerdict.PASS:
        via = "embed" if embedded or request.POST.get("form") == "embed" else "hosted"
        key = _ask(publication, form, _choice(publication, form, boxes), language, via, source)
    return _to_sent(request, publication, key, embedded)


def _ask(
    publication: Publication,
    form: SubscribeForm,
    choice: Choice,
    language: str,
    via: str,
    source: str,
) -> uuid.UUID:
    """Store the request; the key opens what was asked on the page that follows."""
    address = form.cleaned_data["address"]
    wish = Wish(
        choice,
        form.cleaned_data["rhythm"],
        form.cleaned_data["language"] or languages.stored(language),
    )
    words = wordings.subscribe(publication, language)
    signup.ask(
        publication,
        address,
        wish,
        form=via,
        network=source,
        wording=wordings.stored(publication, language, "subscribe", words),
    )
    return signup.keep_asked(publication, address, wish)


def _to_sent(
    request: HttpRequest, publication: Publication, key: uuid.UUID, embedded: bool
) -> HttpResponse:
    name = "subscribers:embed_sent" if embedded else "subscribers:sent"
    query = {"asked": key.hex}
    if asked := languages.known(request.GET.get("lang")):
        query["lang"] = asked
    path = reverse(name, args=[publication.slug])
    response = HttpResponseRedirect(f"{path}?{urlencode(query)}")
    response.status_code = 303
    return _dressed(response, embedded)


def _choice(publication: Publication, form: SubscribeForm, boxes: list[Category]) -> Choice:
    if not form.shown:
        return Choice.all()
    new = form.cleaned_data["new"]
    # Created since the page was opened: it follows "also new ones", as it will for readers.
    unseen = [box for box in boxes if box not in form.shown] if new else []
    return Choice.of([*form.ticked, *unseen], live=live(publication), new=new)


def _form_page(
    request: HttpRequest,
    publication: Publication,
    form: SubscribeForm | None,
    boxes: list[Category],
    language: str,
    embedded: bool,
    *,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:
    posted = request.POST if form is not None else None
    ticked = set(posted.getlist("categories")) if posted is not None else set()
    first_time = posted is None or not posted.getlist("shown")
    # Who was sent a mail on comes with the categories of that mail.
    asked = {box.slug for box in boxes} & set(request.GET.getlist("category"))
    if posted is None and asked:
        ticked, first_time = asked, False
    context = {
        "form": form,
        "embedded": embedded,
        "address": posted.get("address", "") if posted is not None else "",
        "boxes": [
            {
                "slug": box.slug,
                "words": languages.words(box, language),
                "ticked": first_time or box.slug in ticked,
            }
            for box in boxes
        ],
        "new": first_time or (posted is not None and "new" in posted),
        "rhythms": rhythm.choices(publication),
        "served": rhythm.served(publication),
        "chosen_rhythm": (posted.get("rhythm") if posted is not None else "") or "every",
        "languages": languages.offered(),
        "chosen_language": (posted.get("language") if posted is not None else "")
        or languages.stored(language),
        "consent": wordings.subscribe(publication, language),
        "challenge": guard.as_json(guard.challenge(publication)),
        "honeypot": guard.HONEYPOT,
        "account": "" if embedded else _account(request, publication),
        **extra,
    }
    return _dressed(
        page(request, "subscribers/subscribe.html", publication, context, status=status), embedded
    )


def _account(request: HttpRequest, publication: Publication) -> str:
    """The page for who is signed in at a host; empty for everybody else."""
    if not visitor.address(request):
        return ""
    return reverse("subscribers:account", args=[publication.slug])


def _dressed(response: HttpResponse, embedded: bool) -> HttpResponse:
    """Headers of the sign-up pages: each holds a challenge that is good once."""
    response.headers["Content-Security-Policy"] = _POLICY.format(
        ancestors="*" if embedded else "'none'"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@personal
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """One button. Programs that follow every link of a mail press no buttons."""
    subscription = subscription_of(token, Purpose.CONFIRM)
    if subscription is None:
        return bad_link(request)
    publication = subscription.publication
    language = languages.speak(request, languages.of_subscription(subscription))
    manage = reverse("subscribers:manage", args=[make(Purpose.MANAGE, subscription.pk)])
    others = list(
        Subscription.objects.select_related("publication")
        .filter(subscriber=subscription.subscriber, state=Subscription.State.PENDING)
        .exclude(pk=subscription.pk)
        .order_by("id")
    )
    standing = stopped.of(subscription)
    if standing is not None and subscription.state == Subscription.State.PENDING:
        if request.method == "POST" and request.POST.get("action") == "proof":
            return returning.ask(request, subscription)
        status = 409 if request.method == "POST" else 200
        return returning.show(request, subscription, standing, status=status)
    if request.method == "POST" and subscription.state == Subscription.State.PENDING:
        wanted = set(request.POST.getlist("also"))
        source = network.network(request)
        ties = [subscription, *(other for other in others if other.publication.slug in wanted)]
        done = [tie for tie in ties if _confirmed(tie, source, language)]
        if not done and (standing := stopped.of(subscription)) is not None:
            return returning.show(request, subscription, standing, status=409)
        return again(request, "confirmed", manage)
    if request.method == "POST" and subscription.state == Subscription.State.ACTIVE:
        return again(request, "confirmed", manage)
    context = {
        "subscription": subscription,
        "address": shown(subscription.subscriber.address),
        "manage": manage,
        "others": [
            {"slug": o.publication.slug, "words": languages.words(o.publication, language)}
            for o in others
        ],
        "categories": _names(subscription, language),
        "consent": wordings.confirm(publication, language),
    }
    return page(request, "subscribers/confirm.html", publication, context)


def _confirmed(subscription: Subscription, source: str, language: str) -> bool:
    """Confirm one, and greet its reader; False if there was nothing to confirm."""
    with transaction.atomic():
        confirmed = subscriptions.confirm(subscription, network=source, language=language)
        if confirmed:
            tasks.ask(ServiceMail.Kind.WELCOME, subscription)
    return confirmed


def _names(subscription: Subscription, language: str) -> list[str]:
    return [
        languages.words(category, language).name
        for category in Choice(subscription.choice).categories(live(subscription.publication))
        if category.retired_at is None
    ]


@csrf_exempt  # As the sign-up: no cookie, nothing to ride on.
@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_link(request: HttpRequest, slug: str) -> HttpResponse:
    """Somebody lost their mails: the preferences link goes to the address, and only there."""
    publication = get_object_or_404(Publication, slug=slug)
    languages.speak(request, languages.guess(request, publication))
    form = AskForLinkForm(request.POST) if request.method == "POST" else None
    status, busy = 200, False
    if form is not None and form.is_valid():
        source = network.network(request)
        key = limits.key_for("network", f"link|{source}")
        busy = not limits.take(key, ASK_FOR_LINK)
        if not busy:
            if not request.POST.get(guard.HONEYPOT):
                _mail_link(publication, form.cleaned_data["address"])
            return again(request, "mailed")
    if busy:
        status = 429
    elif form is not None:
        status = 422
    response = page(
        request,
        "subscribers/ask_for_link.html",
        publication,
        {
            "form": form,
            "busy": busy,
            "address": request.POST.get("address", ""),
            "honeypot": guard.HONEYPOT,
            "done": done_before(request) == "mailed",
            "account": _account(request, publication),
        },
        status=status,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _mail_link(publication: Publication, address: str) -> None:
    """One row, whether or not there is such a reader."""
    with transaction.atomic():
        limits.take(limits.key_for("request", f"link|{key_of(address)}"), Rate(interval=60))
        reader = consent.find(address)
        number = reader.pk if reader is not None else None
        tasks.ask(ServiceMail.Kind.LINKS, subscriber=number, publication=publication.pk)
