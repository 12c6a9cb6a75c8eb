"""Alice, Bob, Charlie and what they read: plain constructors for tests. Import inside tests."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from newsletter.models import Issue, Item, Link
from subscribers import choice as choices
from subscribers.addresses import domain_number, key_of
from subscribers.models import Category, Publication, Subscriber, Subscription

NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


def publication(slug: str = "daily", **extra: Any) -> Publication:
    defaults: dict[str, Any] = {
        "name": "Harbour Daily",
        "language": "en",
        "from_name": "Harbour Daily",
        "from_address": "news@harbour.example.org",
        "postal_identity": "Harbour Press, 1 Quay Street, Port",
        "undo_seconds": 0,
    }
    return Publication.objects.create(slug=slug, **{**defaults, **extra})


def category(publication: Publication, name: str, **extra: Any) -> Category:
    visibility = extra.get("visibility", "open")
    return Category.objects.create(
        publication=publication,
        slug=extra.pop("slug", name.lower()),
        name=name,
        bit=choices.free_bit(publication, visibility),
        position=publication.categories.count(),
        **extra,
    )


def subscriber(address: str, **extra: Any) -> Subscriber:
    return Subscriber.objects.create(address=address, key=key_of(address), **extra)


def subscription(
    publication: Publication,
    address: str,
    categories: list[Category] | None = None,
    **extra: Any,
) -> Subscription:
    """An active reader; `categories` None is everything, present and to come."""
    if categories is None:
        chosen = choices.Choice.all()
    else:
        chosen = choices.Choice.of(categories, live=publication.categories.all())
    person = Subscriber.objects.filter(address=address).first() or subscriber(address)
    defaults: dict[str, Any] = {
        "choice": chosen.bits,
        "state": "active",
        "confirmed_at": NOW,
        "domain": domain_number(address),
    }
    return Subscription.objects.create(
        subscriber=person, publication=publication, **{**defaults, **extra}
    )


def issue(publication: Publication, date: str = "2026-03-02", **extra: Any) -> Issue:
    defaults: dict[str, Any] = {
        "title": f"{publication.name} - {date}",
        "slug": date,
        "date": dt.date.fromisoformat(date),
        "language": publication.language,
        "entry_id": f"urn:uuid:{uuid.uuid4()}",
    }
    return Issue.objects.create(publication=publication, **{**defaults, **extra})


def item(issue: Issue, category: Category | None, title: str, **extra: Any) -> Item:
    number = issue.items.count() + 1
    url = extra.pop("url", f"https://example.org/{issue.slug}/{number}")
    defaults: dict[str, Any] = {
        "number": number,
        "anchor": f"item-{number}",
        "entry_id": f"urn:uuid:{uuid.uuid4()}",
        "insight": "What it means, in a sentence.",
        "bullets": [{"lead": "First", "text": "one thing"}, {"lead": "", "text": "another"}],
    }
    made = Item.objects.create(issue=issue, category=category, title=title, **{**defaults, **extra})
    if url:
        Link.objects.create(
            issue=issue, item=made, kind="source", number=1, label="The Paper", url=url
        )
    return made


def tail_link(issue: Issue, label: str, url: str = "https://example.org/tail") -> Link:
    return Link.objects.create(
        issue=issue,
        kind="tail",
        number=issue.links.filter(kind="tail").count() + 1,
        label=label,
        url=url,
    )
