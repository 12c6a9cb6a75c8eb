"""Absolute addresses that only one reader has; whoever holds one acts for them."""

from __future__ import annotations

from django.urls import reverse

from .. import conf, links
from ..links import Purpose
from ..models import Subscription


def link(name: str, purpose: Purpose, subject: int, extra: int = 0, *, bound: str = "") -> str:
    """An absolute personal link: `name` is a route of this app that takes one token."""
    token = links.make(purpose, subject, extra, bound=bound)
    return conf.absolute(reverse(f"subscribers:{name}", args=[token]))


def manage_link(subscription: Subscription) -> str:
    """The preferences page of a subscription."""
    return link("manage", Purpose.MANAGE, subscription.pk)


def unsubscribe_link(subscription: Subscription) -> str:
    """The way out of a subscription; never dies."""
    return link("unsubscribe", Purpose.UNSUBSCRIBE, subscription.pk)


def missed_link(subscription: Subscription) -> str:
    """The page of what appeared during this reader's pause."""
    return f"{conf.base_url()}/s/w/{links.make(Purpose.MISSED, subscription.pk)}/"


def feed_link(subscription: Subscription) -> str:
    """The page with the feeds of this reader's choice."""
    token = links.make(Purpose.FEED, subscription.pk, subscription.feed_serial)
    return f"{conf.base_url()}/s/f/{token}/"
