"""`/s/w/TOKEN/`: what appeared during a reader's pause; a button there mails it, once."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from newsletter import conf
from newsletter.editions import item_path
from newsletter.issues import roundups
from newsletter.models import Item
from newsletter.sending import missed as catching_up
from subscribers import languages, pauses
from subscribers.emails.personal_links import manage_link
from subscribers.links import Purpose
from subscribers.views.pages import (
    again,
    bad_link,
    done_before,
    page,
    personal,
    subscription_of,
)


@personal
def missed(request: HttpRequest, token: str) -> HttpResponse:
    """The items of their choice with where to read each, and one mail of them all, once."""
    tie = subscription_of(token, Purpose.MISSED)
    if tie is None:
        return bad_link(request)
    languages.speak(request, languages.of_subscription(tie))
    pause = pauses.to_catch_up(tie, timezone.now())
    period = catching_up.period_of(tie, pause) if pause is not None else None
    mailed = period is not None and catching_up.was_mailed(tie, period)
    if request.method == "POST":
        sent = mailed or (period is not None and catching_up.mail(tie, period))
        return again(request, "mailed" if sent else "cannot")
    items = catching_up.items(tie, period) if period is not None and not mailed else []
    return page(
        request,
        "newsletter/missed.html",
        tie.publication,
        {
            "heading": _("What you missed"),
            "days": roundups.days(period) if period is not None else "",
            "items": [(item, _address(item)) for item in items],
            "mailed": mailed,
            "mailable": bool(items) and catching_up.may_be_mailed(tie),
            "cannot": done_before(request) == "cannot",
            "manage": manage_link(tie),
        },
    )


def _address(item: Item) -> str:
    return conf.mounted(f"/{item_path(item.issue.publication.slug, item.issue.slug, item.anchor)}")
