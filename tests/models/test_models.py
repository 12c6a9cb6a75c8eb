"""The database refuses illegal states, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from newsletter.models import Chunk, Delivery, Edition, Issue, Link, Outcome, Revision, Worker
from subscribers.addresses import key_of
from subscribers.models import AuditEntry, Publication, Subscriber, Suppression
from tests import builders

pytestmark = pytest.mark.django_db


def refused(act: Callable[[], Any], constraint: str) -> None:
    """`act` must fail with this constraint's name; SQLite names the columns of a unique one."""
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        act()


@pytest.fixture
def daily() -> Publication:
    return builders.publication()


@pytest.fixture
def issue(daily: Publication) -> Issue:
    return builders.issue(daily)


def test_sqlite_is_durable_and_writes_do_not_upgrade_locks() -> None:
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone() == (2,)  # FULL
    assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert connection.settings_dict["OPTIONS"]["timeout"] == 60


def test_publication() -> None:
    refused(lambda: builders.publication("admin"), "publication_slug_not_reserved")
    refused(
        lambda: builders.publication("late", send_from=dt.time(8)),
        "publication_send_hours_both_or_neither",
    )


def test_category(daily: Publication) -> None:
    markets = builders.category(daily, "Markets")
    change = daily.categories.filter(pk=markets.pk).update
    refused(lambda: change(bit=60), "category_bit_in_range")
    refused(lambda: change(bit=None), "category_bit_unless_retired")
    refused(lambda: change(visibility="secret"), "category_visibility")
    refused(
        lambda: daily.categories.create(slug="x", name="X", bit=markets.bit),
        "category_bit|publication_id, .*bit",
    )


def test_subscriber() -> None:
    alice = builders.subscriber("alice@example.org")
    change = Subscriber.objects.filter(pk=alice.pk).update
    refused(lambda: change(erased_at=builders.NOW), "subscriber_erased_is_empty")
    refused(lambda: change(address=""), "subscriber_erased_is_empty")
    refused(lambda: change(new_address="a@b.org"), "subscriber_new_address_has_time")
    refused(lambda: builders.subscriber("Alice@example.org"), "key")
    change(erased_at=builders.NOW, key=None, address="", name="")


def test_subscription(daily: Publication) -> None:
    refused(
        lambda: builders.subscription(daily, "a@example.org", confirmed_at=None),
        "subscription_active_is_confirmed",
    )
    refused(
        lambda: builders.subscription(daily, "b@example.org", choice=2**62),
        "subscription_choice_in_range",
    )
    builders.subscription(daily, "c@example.org")
    refused(lambda: builders.subscription(daily, "c@example.org"), "subscription_once|subscriber")


def test_suppression_once_in_force_and_lifted_by_somebody() -> None:
    fields = {"key": key_of("a@example.org"), "version": 1, "reason": "hard"}
    first = Suppression.objects.create(**fields)
    refused(lambda: Suppression.objects.create(**fields), "suppression_in_force|key")
    change = Suppression.objects.filter(pk=first.pk).update
    refused(lambda: change(lifted_at=builders.NOW), "suppression_lifted_by_somebody")
    change(lifted_at=builders.NOW, lifted_by="Dora")
    Suppression.objects.create(**fields)


def test_issue(issue: Issue) -> None:
    change = Issue.objects.filter(pk=issue.pk).update
    refused(lambda: change(state="printed"), "issue_state")
    refused(lambda: change(state="published"), "issue_published_has_time")
    refused(lambda: change(state="scheduled"), "issue_scheduled_has_time")
    refused(lambda: change(state="sending"), "issue_sending_is_frozen")
    refused(lambda: change(recipients=5), "issue_unsent_has_no_recipients")
    frozen = Revision.objects.create(issue=issue, number=1, kind="release")
    change(state="sending", frozen=frozen, frozen_at=builders.NOW, recipients=5, sent=4)
    refused(lambda: change(failed=2), "issue_ledger_adds_up")
    refused(lambda: change(state="sent"), "issue_sent_has_time")


def test_a_correction_says_what_it_corrects(issue: Issue) -> None:
    refused(
        lambda: Revision.objects.create(issue=issue, number=1, kind="correction"),
        "revision_correction_has_note",
    )


def test_a_tail_link_belongs_to_no_item(issue: Issue) -> None:
    item = builders.item(issue, None, "One")
    refused(
        lambda: Link.objects.create(issue=issue, item=item, kind="tail", number=1),
        "link_tail_has_no_item",
    )


def test_an_edition_without_mail_selects_nothing(issue: Issue) -> None:
    refused(
        lambda: Edition.objects.create(issue=issue, none_because="paused", selection=3),
        "edition_reason_selects_nothing",
    )


def test_one_delivery_for_one_reader_and_issue(issue: Issue) -> None:
    fields = {"issue_id": issue.pk, "subscription_id": 7, "edition_id": 1}
    Delivery.objects.create(pk=issue.first_delivery + 1, **fields)
    refused(
        lambda: Delivery.objects.create(pk=issue.first_delivery + 2, **fields),
        "delivery_once|issue_id",
    )
    refused(
        lambda: Delivery.objects.create(
            pk=issue.first_delivery + 3, issue_id=issue.pk, subscription_id=8, edition_id=None
        ),
        "edition_id",
    )


def test_one_outcome_a_round(issue: Issue) -> None:
    Outcome.objects.create(delivery_id=5, round=1, state="deferred")
    Outcome.objects.create(delivery_id=5, round=2, state="sent")
    refused(lambda: Outcome.objects.create(delivery_id=5, round=1, state="sent"), "UNIQUE|pkey")


def test_chunk(issue: Issue) -> None:
    worker = Worker.objects.create(name="w", machine="m", version="1")
    chunk = Chunk.objects.create(issue=issue, first=1, last=10, due_at=builders.NOW)
    change = Chunk.objects.filter(pk=chunk.pk).update
    refused(lambda: change(state="done", sent=9), "chunk_done_adds_up")
    refused(lambda: change(state="done", sent=10, window=[3]), "chunk_done_adds_up")
    refused(lambda: change(state="done", sent=9, deferred=1), "chunk_done_adds_up")
    refused(lambda: change(round=2, sent=9), "chunk_later_round_is_whole")
    refused(lambda: change(state="leased"), "chunk_leased_has_owner")
    refused(lambda: change(owner=worker), "chunk_leased_has_owner")
    refused(lambda: change(first=11), "chunk_range")
    change(state="leased", owner=worker, lease_until=builders.NOW, window=[3, 4], sent=2)
    change(state="done", owner=None, lease_until=None, window=[], sent=9, failed=1)


def test_the_audit_survives_its_actor(daily: Publication) -> None:
    AuditEntry.objects.create(actor="dora", publication=daily, action="issue.sent")
    assert AuditEntry.objects.get().actor == "dora"
