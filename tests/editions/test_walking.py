"""Whoever is asked of all readers is found by the quicker way, and is the same either way."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import timezone

from newsletter.editions import audience, walking
from subscribers.models import Publication
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def two() -> tuple[Publication, Publication]:
    """Seven of eight readers are one publication's."""
    large, small = builders.publication("large"), builders.publication("small")
    for number in range(7):
        builders.subscription(large, f"reader{number}@example.org")
    builders.subscription(small, "alone@example.org")
    return large, small


def test_the_table_as_it_stands_where_most_of_it_is_asked_for(
    two: tuple[Publication, Publication],
) -> None:
    large, small = two
    as_it_stands = " NOT INDEXED" if connection.vendor == "sqlite" else ""
    assert walking.subscriptions(large.pk) == f"subscribers_subscription s{as_it_stands}"
    assert walking.subscriptions(small.pk) == "subscribers_subscription s"
    nobodys = builders.publication("nobodys")
    assert walking.subscriptions(nobodys.pk) == "subscribers_subscription s"


def test_each_finds_its_own_readers(two: tuple[Publication, Publication]) -> None:
    for publication, wanted in zip(two, (7, 1), strict=True):
        asked = audience.Audience(issue=1, publication=publication.pk, mask=1)
        source = audience.readers(asked, timezone.now())
        with connection.cursor() as cursor:
            cursor.execute(source.sql, source.params)
            found = sorted(row[0] for row in cursor.fetchall())
        assert found == sorted(publication.subscriptions.values_list("pk", flat=True))
        assert len(found) == wanted


def test_without_any_reader(two: tuple[Publication, Publication]) -> None:
    two[0].subscriptions.all().delete()
    two[1].subscriptions.all().delete()
    assert walking.subscriptions(two[0].pk) == "subscribers_subscription s"
