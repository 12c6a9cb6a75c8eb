"""The page behind every mail's link: choose, pause, add, and the door to everything else."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from .. import additions, conf, languages, network, pauses, rhythm, stopped, subscriptions, tasks
from .. import choice as choices
from ..addresses import masked
from ..choice import Choice
from ..emails.letters import until
from ..emails.personal_links import feed_link, missed_link
from ..forms import PauseForm, PreferencesForm
from ..links import Purpose, make
from ..models import Category, Publication, ServiceMail, Subscriber, Subscription
from . import returning
from .pages import again, bad_link, done_before, page, personal, subscription_of

State = Subscription.State
_DONE = (
    "confirmed", "saved", "paused", "resumed", "joined", "back", "cannot", "mailed", "feed",
    "kept", "settled", "closed", "proof", "proved",
)  # fmt: skip


@personal
def manage(request: HttpRequest, token: str) -> HttpResponse:
    """A reader's preferences in one publication."""
    subscription = subscription_of(token, Purpose.MANAGE)
    if subscription is None or (
        subscription.state == State.PENDING and subscription.confirmed_at is None
    ):
        return bad_link(request)
    language = languages.speak(request, languages.of_subscription(subscription))
    if request.method != "POST":
        return _show(request, subscription, language)
    action = request.POST.get("action", "")
    source = network.network(request)
    active = subscription.state == State.ACTIVE

    if action == "save" and active:
        form = PreferencesForm(
            request.POST,
            boxes=boxes(subscription),
            publication=subscription.publication,
            current=subscription.rhythm,
        )
        if not form.is_valid():
            return _show(request, subscription, language, problems=form, status=422)
        save(subscription, form, source)
        return again(request, "saved")
    if action == "pause" and active:
        pause_form = PauseForm(request.POST, publication=subscription.publication)
        if not pause_form.is_valid():
            return _show(request, subscription, language, problems=pause_form, status=422)
        moment = pause_form.cleaned_data["moment"]
        subscriptions.pause(subscription, moment, form="mail", network=source)
        return again(request, "paused")
    if action == "resume" and active:
        subscriptions.resume(subscription, form="mail", network=source)
        return again(request, "resumed")
    if action == "back":
        # Pressed twice, or in a tab that is behind: they are back already.
        back = active or subscriptions.come_back(subscription, network=source, language=language)
        return again(request, "back" if back else "cannot")
    if action == "proof":
        return returning.ask(request, subscription)
    if action == "join":
        wanted = request.POST.get("publication", "")
        return again(request, join(subscription, wanted, source, language))
    if action == "feed":
        Subscription.objects.filter(pk=subscription.pk).update(feed_serial=F("feed_serial") + 1)
        return again(request, "feed")
    if action == "link":
        with transaction.atomic():
            tasks.ask(ServiceMail.Kind.SENSITIVE, subscription)
        return again(request, "mailed")
    if action == "keep":
        # From the notice to the old address: whoever reads there may stop the change.
        waiting = Subscriber.objects.filter(pk=subscription.subscriber_id).exclude(new_address="")
        kept = waiting.update(new_address="", new_address_at=None)
        return again(request, "kept" if kept else "settled")
    return _show(request, subscription, language, status=400)


def boxes(subscription: Subscription) -> list[Category]:
    """The categories on this reader's form: the open ones, and others they were given.

    What is hidden or private is offered to nobody, but who has it must be able to drop it.
    """
    choice = Choice(subscription.choice)
    return [
        category
        for category in subscription.publication.categories.filter(
            bit__isnull=False, retired_at__isnull=True
        )
        if category.visibility == Category.Visibility.OPEN or choice.has(category)
    ]


def save(subscription: Subscription, form: PreferencesForm, network: str) -> None:
    """Store a form of categories, rhythm and language; what was not on it stays as it is."""
    clear, chosen = choices.form_update(
        form.shown,
        form.ticked,
        live=choices.live(subscription.publication),
        new=form.cleaned_data["new"],
        tail=form.cleaned_data["tail"],
    )
    subscriptions.change(
        subscription,
        clear=clear,
        chosen=chosen,
        rhythm=form.cleaned_data["rhythm"],
        language=form.cleaned_data["language"],
        form="mail",
        network=network,
    )


def join(subscription: Subscription, slug: str, network: str, language: str) -> str:
    """Subscribe the same reader to another open publication, and welcome them there.

    Returns what was done, for `again`: `joined`, also where they read it already, `closed` where
    it takes no readers any more, or `cannot`.
    """
    publication = Publication.objects.filter(slug=slug).first()
    ties = Subscription.objects.filter(subscriber_id=subscription.subscriber_id)
    if publication is not None and ties.filter(publication=publication, state=State.ACTIVE):
        return "joined"
    if publication is None or not publication.open:
        return "closed"
    with transaction.atomic():
        tie = subscriptions.join(
            subscription.subscriber,
            publication,
            stored_language=subscription.language,
            network=network,
            language=language,
        )
        if tie is not None:
            tasks.ask(ServiceMail.Kind.WELCOME, tie)
    return "joined" if tie is not None else "cannot"


def _show(
    request: HttpRequest,
    subscription: Subscription,
    language: str,
    *,
    problems: PauseForm | PreferencesForm | None = None,
    status: int = 200,
) -> HttpResponse:
    choice = Choice(subscription.choice)
    now = timezone.now()
    subscriber = subscription.subscriber
    done = done_before(request)
    paused = subscription.paused_until is not None and subscription.paused_until > now
    shown = boxes(subscription)
    stored = languages.stored(subscription.language or subscription.publication.language)
    gap = pauses.to_catch_up(subscription, now)
    return page(
        request,
        "subscribers/manage.html",
        subscription.publication,
        {
            "subscription": subscription,
            "active": subscription.state == State.ACTIVE,
            "stopped": stopped.of(subscription),
            "address": masked(subscriber.address),
            "new_address": masked(subscriber.new_address) if subscriber.new_address else "",
            "done": done if done in _DONE else "",
            "welcomes": additions.welcomes(subscription) if done == "confirmed" else [],
            "boxes": [
                {
                    "slug": box.slug,
                    "words": languages.words(box, language),
                    "ticked": choice.has(box),
                    "given": box.visibility != Category.Visibility.OPEN,
                }
                for box in shown
            ],
            "nothing": not any(choice.has(box) for box in shown),
            "new": choice.new,
            "tail": choice.tail,
            "rhythms": rhythm.choices(subscription.publication, subscription.rhythm),
            "served": rhythm.served(subscription.publication),
            "languages": languages.offered(),
            "chosen_language": stored,
            "paused": until(subscription) if paused else "",
            "spans": PauseForm.DAYS,
            "problems": problems,
            "pause": problems if isinstance(problems, PauseForm) else None,
            "tomorrow": (now + dt.timedelta(days=1)).date(),
            "feed": feed_link(subscription),
            "missed": missed_link(subscription) if gap is not None else "",
            "had_roundups": gap is not None and gap.of_roundups,
            "unsubscribe": reverse(
                "subscribers:unsubscribe", args=[make(Purpose.UNSUBSCRIBE, subscription.pk)]
            ),
            "others": _others(subscription, language),
            "base_url": conf.base_url(),
        },
        status=status,
    )


def _others(subscription: Subscription, language: str) -> list[dict[str, object]]:
    """The site's other publications, with this reader's tie to each."""
    ties = {
        tie.publication_id: tie
        for tie in Subscription.objects.filter(subscriber_id=subscription.subscriber_id)
    }
    found: list[dict[str, object]] = []
    for publication in Publication.objects.exclude(pk=subscription.publication_id).order_by("name"):
        tie = ties.get(publication.pk)
        reading = tie is not None and tie.state == State.ACTIVE
        if not reading and not publication.open:
            continue
        found.append(
            {
                "slug": publication.slug,
                "words": languages.words(publication, language),
                "reading": reading,
                "manage": reverse("subscribers:manage", args=[make(Purpose.MANAGE, tie.pk)])
                if tie is not None and reading
                else "",
            }
        )
    return found
