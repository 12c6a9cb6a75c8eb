"""How a reader whose mail was stopped comes back: they prove that the address takes mail."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from .. import consent, suppression, wordings
from ..choice import live
from ..models import ConsentEvent, Event, Subscription
from .entries import tell
from .joining import confirm

State = Subscription.State
# On record as who lifted it.
PROOF = "the reader, by a mail that reached the address"


def prove(subscription: Subscription, *, network: str, language: str) -> bool:
    """End what refusals put against a reader's address, and make the subscription active.

    By the button behind a link that was mailed to the address just now: the mail arrived, which
    answers that the mailbox does not exist or refuses everything. False when something stands
    that is not about that (a complaint, a person's entry); then nothing is changed. `language` is
    that of the page.

    Refusals and reports from before it count no more for anything (`ConsentEvent.detail` says
    what was lifted, and the health of the address begins anew there).
    """
    now = timezone.now()
    publication = subscription.publication
    with transaction.atomic():
        lifted = suppression.lift_proved(subscription.subscriber.address, publication, PROOF)
        if lifted is None:
            return False
        rows = Subscription.objects.filter(pk=subscription.pk)
        back = rows.filter(state=State.UNSUBSCRIBED, confirmed_at__isnull=False).update(
            state=State.ACTIVE, since=now
        )
        if lifted or back:
            text = wordings.confirm(publication, language)
            consent.record(
                subscription,
                ConsentEvent.Kind.RETURNED,
                form="mail",
                network=network,
                wording=wordings.stored(publication, language, "return", text),
                detail={
                    "lifted": lifted,
                    **consent.described(subscription.choice, live(publication)),
                },
                at=now,
            )
        subscription.refresh_from_db(fields=["choice", "state", "since", "confirmed_at"])
        if subscription.state == State.PENDING:
            return confirm(subscription, network=network, language=language)
        if lifted or back:
            tell(subscription, Event.Kind.RETURNED, form="mail", at=now)
    return subscription.state == State.ACTIVE
