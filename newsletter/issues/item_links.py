"""An item's links as rows: its sources, and the links within its texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import models

from newsletter.digest import markdown
from newsletter.digest.value import Bullet
from newsletter.importing import link_key
from newsletter.models import Issue, Item, Link

from .revisions import bullets_of

# What a row holds of a label.
_LABEL = 300


def write_sources(item: Item, found: Iterable[tuple[str, str]]) -> None:
    """The item's sources, (label, address) in order; an empty address is one without a link."""
    _write(item.links.filter(kind=Link.Kind.SOURCE), item.issue, item, Link.Kind.SOURCE, found)


def write_body_links(item: Item) -> None:
    """The links that stand in the item's texts as they are now."""
    found = _links_within(item)
    _write(item.links.filter(kind=Link.Kind.BODY), item.issue, item, Link.Kind.BODY, found)


def write_tail(issue: Issue, found: Iterable[tuple[str, str]]) -> None:
    """The issue's further links, (label, address) in order."""
    _write(issue.links.filter(kind=Link.Kind.TAIL), issue, None, Link.Kind.TAIL, found)


def _write(
    old: models.QuerySet[Link],
    issue: Issue,
    item: Item | None,
    kind: Link.Kind,
    found: Iterable[tuple[str, str]],
) -> None:
    old.delete()
    Link.objects.bulk_create(
        Link(
            issue=issue,
            item=item,
            kind=kind,
            number=number,
            label=label[:_LABEL],
            url=url,
            url_key=link_key(url),
        )
        for number, (label, url) in enumerate(found, 1)
    )


def _links_within(item: Item) -> Iterator[tuple[str, str]]:
    """(label, address) of the links in the item's texts, in order."""

    def texts(bullets: tuple[Bullet, ...]) -> Iterator[str]:
        for bullet in bullets:
            yield bullet.lead
            yield bullet.text
            yield from texts(bullet.children)

    for text in (item.insight, item.body, *texts(bullets_of(item.bullets))):
        yield from markdown.found_links(text)
