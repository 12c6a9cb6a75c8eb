"""Kept figures of the readership are what counting would say, whoever changes a reader how."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import F
from django.db.models.signals import pre_migrate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from subscribers import readership, subscriptions
from subscribers.choice import NEW, TAIL
from subscribers.models import (
    WHOLE,
    Category,
    Publication,
    ReaderChange,
    ReaderCount,
    ReaderDay,
    Subscription,
)
from subscribers.readership import folding, triggers
from subscribers.readership.figures import Change, effects
from tests import builders

DAY = dt.date(2026, 3, 2)


def counted(publication: Publication) -> Counter[tuple[int, int]]:
    """Every reader looked at, the plain way."""
    found: Counter[tuple[int, int]] = Counter()
    for choice in Subscription.objects.filter(publication=publication, state="active").values_list(
        "choice", flat=True
    ):
        found[publication.pk, WHOLE] += 1
        for bit in range(62):
            if choice >> bit & 1:
                found[publication.pk, bit] += 1
    return found


def test_what_changes_do_to_the_figures() -> None:
    owned = {(1, 0): 10, (1, 1): 11}
    found = effects(
        [
            Change(1, DAY, None, 0b101, 2),  # Two join with bits 0 and 2; nobody owns 2.
            Change(1, DAY, 0b001, 0b010, 1),  # One goes over from category 10 to 11.
            Change(1, DAY, 0b010, None, 1),  # One leaves.
            Change(1, DAY, 0b010, 0b010, 5),  # Nothing.
        ],
        owned,
    )
    assert +found.counts == {(1, 0): 1, (1, 2): 2, (1, WHOLE): 1}
    assert found.won == {(1, 0, DAY): 2, (1, 10, DAY): 2, (1, 11, DAY): 1}
    assert found.lost == {(1, 0, DAY): 1, (1, 10, DAY): 1, (1, 11, DAY): 1}


class Kept(TestCase):
    """Any series of what happens to readers, by the functions of the product and by bare SQL."""

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(
                    ["join", "leave", "tick", "untick", "bulk", "delete", "merge", "fold", "some"]
                ),
                st.integers(0, 5),
                st.integers(0, 2),
            ),
            max_size=16,
        )
    )
    def test_kept_is_counted(self, steps: list[tuple[str, int, int]]) -> None:
        publication = builders.publication()
        categories = [builders.category(publication, name) for name in ("Ships", "Corn", "Law")]
        for step, reader, number in steps:
            self.do(step, publication, f"r{reader}@example.org", categories, number)
            now = readership.read([publication.pk], DAY)
            assert +now.counts == counted(publication)
        while folding.fold(3):
            pass
        now = readership.read([publication.pk], DAY)
        assert not ReaderChange.objects.exists()
        assert +now.counts == counted(publication)
        # Won less lost is who is there: of the publication and of each category.
        for category, bit in ((0, WHOLE), *((one.pk, one.bit) for one in categories)):
            moved = now.moved(publication.pk, category, since=DAY, until=dt.date(2030, 1, 1))
            assert moved.won - moved.lost == now.readers(publication.pk, bit)

    def do(
        self,
        step: str,
        publication: Publication,
        address: str,
        categories: list[Category],
        number: int,
    ) -> None:
        tie = Subscription.objects.filter(
            publication=publication, subscriber__address=address
        ).first()
        one = 1 << (categories[number].bit or 0)
        everyone = Subscription.objects.filter(publication=publication)
        if step == "join" and tie is None:
            builders.subscription(publication, address, categories[: number + 1])
        elif step == "join" and tie is not None:
            everyone.filter(pk=tie.pk).update(state="active", confirmed_at=builders.NOW)
        elif step == "leave" and tie is not None:
            subscriptions.leave([tie], form="mail")
        elif step == "tick" and tie is not None:
            subscriptions.change(tie, clear=one, chosen=one, form="preferences")
        elif step == "untick" and tie is not None:
            subscriptions.change(tie, clear=one, chosen=0, form="preferences")
        elif step == "bulk":
            everyone.update(choice=F("choice").bitor(one | TAIL | NEW))
        elif step == "delete" and tie is not None:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM subscribers_subscription WHERE id = %s", [tie.pk])
        elif step == "merge":
            subscriptions.merge_bits(publication, categories[number], categories[number - 1])
        elif step == "fold":
            folding.sweep()
        elif step == "some":
            folding.fold(1)


@pytest.mark.django_db
def test_the_day_is_the_publications_own() -> None:
    publication = builders.publication(time_zone="Asia/Shanghai")
    builders.subscription(publication, "alice@example.org")
    late = dt.datetime(2026, 3, 1, 17, 0, tzinfo=dt.UTC)  # One in the morning of the second.
    ReaderChange.objects.update(at=late)
    found = readership.read([publication.pk], DAY)
    assert found.days[publication.pk, 0, DAY] == readership.Moved(1, 0)
    readership.sweep()
    assert ReaderDay.objects.get(category=0).day == DAY


@pytest.mark.django_db
def test_a_category_made_later_has_its_readers_at_once() -> None:
    publication = builders.publication()
    builders.subscription(publication, "alice@example.org")  # Everything, present and to come.
    late = builders.category(publication, "Weather")
    assert readership.read([publication.pk], DAY).readers(publication.pk, late.bit) == 1


@pytest.mark.django_db
def test_triggers_that_were_lost_are_made_again_and_all_is_counted() -> None:
    publication = builders.publication()
    on = " ON subscribers_subscription" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER subscription_joined{on}")
    builders.subscription(publication, "alice@example.org")
    assert not ReaderChange.objects.exists()  # The rule is taken out: nothing is noted.
    assert triggers.ensure()
    assert ReaderCount.objects.get(publication=publication, bit=WHOLE).readers == 1
    assert not triggers.ensure()
    builders.subscription(publication, "bob@example.org")
    assert readership.read([publication.pk], DAY).readers(publication.pk) == 2


@pytest.mark.django_db
def test_a_migration_takes_them_away_and_loses_nothing_noted() -> None:
    publication = builders.publication()
    builders.subscription(publication, "alice@example.org")
    app = apps.get_app_config("subscribers")
    pre_migrate.send(app, using="default", plan=[(None, True)])  # Back: their tables may go.
    builders.subscription(publication, "bob@example.org")
    assert ReaderChange.objects.count() == 1
    assert triggers.ensure()
    assert ReaderCount.objects.get(publication=publication, bit=WHOLE).readers == 2
    assert ReaderDay.objects.get(publication=publication, category=0).won == 1
    builders.subscription(publication, "carol@example.org")
    assert ReaderChange.objects.count() == 1


@pytest.mark.django_db
def test_a_page_adds_up_only_so_much(monkeypatch: pytest.MonkeyPatch) -> None:
    publication = builders.publication()
    for number in range(4):
        builders.subscription(publication, f"r{number}@example.org")
    monkeypatch.setattr(readership, "TAIL", 3)
    found = readership.read([publication.pk], DAY)
    assert (found.readers(publication.pk), found.behind) == (3, True)
    readership.sweep()
    found = readership.read([publication.pk], DAY)
    assert (found.readers(publication.pk), found.behind) == (4, False)


def test_no_query_more_for_more_readers(db: Any, django_assert_num_queries: Any) -> None:
    publication = builders.publication()
    for number in range(30):
        builders.subscription(publication, f"r{number}@example.org")
    with django_assert_num_queries(5):
        readership.read([publication.pk], DAY)
