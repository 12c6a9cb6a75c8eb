"""Died at each statement of telling, and begun again: everything is told, and told once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from newsletter import notices
from newsletter.models import (
    Alert,
    EventCursor,
    Issue,
    Notice,
    NoticeChoice,
    OutboxEvent,
    Webhook,
    WebhookAttempt,
    WebhookDelivery,
)
from newsletter.notices import raise_alert, webhooks
from newsletter.notices.channels import webhook as channel
from newsletter.sending import control
from subscribers.models import AuditEntry, Limit, Publication, ServiceMail
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)


class Died(BaseException):
    """What no handler of the program catches, like the end of its process."""


@contextlib.contextmanager
def dies_at(number: int) -> Iterator[list[str]]:
    """Die instead of the n-th statement that writes. Yields those that were done."""
    done: list[str] = []

    def wrap(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE", "DELETE", "COMMIT")):
            if len(done) == number:
                raise Died
            done.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(wrap):
        yield done


@pytest.fixture
def harbour(monkeypatch: pytest.MonkeyPatch) -> Publication:
    publication = builders.publication()
    # Requests are another test's: here the queue is looked at.
    monkeypatch.setattr(channel, "_attempt", lambda delivery, attempt: False)
    monkeypatch.setattr(channel.threading, "Thread", _InPlace)
    root = get_user_model().objects.create_superuser("olga", "olga@example.org")
    for place, type_ in ((publication, "issue.paused"), (publication, "alert"), (None, "alert")):
        NoticeChoice.objects.create(user=root, publication=place, type=type_)
    Webhook.objects.create(
        publication=publication,
        name="Desk",
        url="https://example.org/",
        types=["issue.paused", "alert"],
        secret=webhooks.new_secret(),
    )
    return publication


class _InPlace:
    """A thread that runs where it is started: the wrapper knows one connection."""

    def __init__(self, target: Callable[..., Any], args: tuple[Any, ...], daemon: bool) -> None:
        self._run = lambda: target(*args)

    def start(self) -> None:
        self._run()

    def join(self, seconds: float) -> None: ...


def happen(publication: Publication) -> None:
    """What is to be told: an act on record, and an alert of the publication."""
    issue = builders.issue(publication)
    control.audit(issue, "worker", "pause", reason="Look.")
    raise_alert("stuck", f"issue:{issue.pk}", {"text": "T"}, publication=publication)


def forget_all() -> None:
    for model in (WebhookAttempt, WebhookDelivery, Notice, OutboxEvent, ServiceMail, Limit):
        model._default_manager.all().delete()
    for model in (AuditEntry, Issue, Alert):
        model._default_manager.all().delete()


def test_every_statement_may_be_the_last_one(
    harbour: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel.connection, "close", lambda: None)
    number = 0
    while True:
        happen(harbour)
        channel._busy.clear()  # As in a new process.
        with dies_at(number) as done:
            try:
                notices.sweep()
            except Died:
                died = True
            else:
                died = False
        channel._busy.clear()
        Limit.objects.filter(key__startswith="notice:").delete()  # Five minutes later.
        notices.sweep()
        assert sorted(OutboxEvent.objects.values_list("type", flat=True)) == [
            "alert", "issue.paused",
        ], (number, done)  # fmt: skip
        assert WebhookDelivery.objects.count() == 2, (number, done)
        assert Notice.objects.filter(mail__isnull=False, told_at__isnull=False).count() == 2
        told = ServiceMail.objects.values_list("letter", flat=True)
        said = " ".join(line for letter in told for line in letter["paragraphs"])
        assert said.count("is paused. Look.") == said.count("does not move. T") == 1
        if not died:
            break
        number += 1
        forget_all()
    assert number > 10
    assert EventCursor.objects.filter(name="notices:audit").exists()
