"""Where readers' pages are, and what stands above them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from ...models import Publication, Subscriber


def crumbs() -> list[tuple[str, str]]:
    """The pages above a reader's page: (text, address)."""
    return [(_("Readers"), reverse("admin:subscribers_subscriber_changelist"))]


def reader_address(subscriber: Subscriber) -> str:
    """The address of a reader's page."""
    return reverse("admin:subscribers_subscriber_change", args=[subscriber.pk])


def only(publications: list[Publication]) -> Publication | None:
    """The publication an act on a person is recorded under: the one there is, or none."""
    return publications[0] if len(publications) == 1 else None
