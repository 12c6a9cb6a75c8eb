"""Corrections of an issue that is on its way, against a real mail server: who gets which text."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, OperationalError, connection, connections, transaction

from newsletter import sending
from newsletter.digest.value import Item as ItemText
from newsletter.issues import corrections
from newsletter.issues.corrections import NotCorrected, Stale
from newsletter.issues.revisions import digest_of
from newsletter.models import (
    Chunk,
    Delivery,
    EditionRevision,
    Issue,
    Item,
    Outcome,
    Revision,
)
from newsletter.sending import control, guard, mending
from newsletter.sending.engine import leasing
from subscribers.models import Publication
from tests import builders
from tests.sending import chunks
from tests.sending.stage import issue_for, relay_for
from tests.smtpd import Smtpd

pytestmark = pytest.mark.django_db(transaction=True)

NOTE = "It was two ships."


def correct(issue: Issue, title: str = "Two ships came in", **extra: Any) -> Revision:
    """The first item gets another title."""
    item = issue.items.get(number=extra.pop("number", 1))
    now = digest_of(issue)
    text = corrections.item_of(issue, now, item)
    assert isinstance(text, ItemText)
    new = corrections.with_item(issue, now, item, replace(text, title=title, **extra))
    seen = corrections.mark(issue, now, item)
    return mending.correct(issue, item, new, author=None, by="alice", note=NOTE, seen=seen)


def titles(server: Smtpd) -> dict[str, str]:
    """The address of each mail that was accepted, and what it says of the first item."""
    found = {}
    for one in server.accepted:
        assert one.content is not None
        mail = email.message_from_bytes(one.content, policy=email.policy.default)
        body = mail.get_body(("plain",))
        assert body is not None
        text = body.get_content()
        found[one.recipient] = next(
            (said for said in ("Two ships came in", "A ship came in") if said in text), ""
        )
    return found


def revisions(issue: Issue) -> dict[str, int]:
    """Revision numbers by the address of who has an outcome."""
    numbers = dict(issue.revisions.values_list("pk", "number"))
    readers = dict(
        Delivery.objects.filter(issue=issue).values_list("pk", "subscription__subscriber__address")
    )
    return {
        readers[delivery]: numbers[revision]
        for delivery, revision in Outcome.objects.order_by("round").values_list(
            "delivery_id", "revision_id"
        )
    }


def send_some(issue: Issue, some: int = 3) -> None:
    """So many go out, then the issue is paused. Who chose only Trade comes first in the queue."""
    sending.release(issue, by="alice", now=True)
    sending.sweep()
    last = Chunk.objects.get(issue=issue)
    middle = last.first + some
    Chunk.objects.create(issue=issue, first=middle, last=last.last, due_at=last.due_at)
    Chunk.objects.filter(pk=last.pk).update(last=middle - 1)
    # One chunk is held back until the other is out.
    Chunk.objects.filter(first=middle).update(due_at="2100-01-01T00:00:00Z")
    sending.drain(2)
    issue.refresh_from_db()
    sending.pause(issue, by="alice")
    Chunk.objects.filter(first=middle).update(due_at=last.due_at)


def test_c2_paused_corrected_and_resumed_the_rest_gets_the_new_text(tmp_path: Path) -> None:
    issue = issue_for(9)
    with relay_for(tmp_path) as server:
        send_some(issue, 7)
        had = set(titles(server))
        assert len(had) == 7
        before = list(Delivery.objects.values_list())
        reach = mending.reach(issue, issue.items.get(number=1))
        assert (reach.waiting, reach.had, reach.held) == (2, 7, 2)
        correct(issue)
        assert mending.wait(issue, 5)
        assert issue.state == "paused" and issue.mending_id is None
        sending.resume(issue, by="alice")
        sending.drain(30)
        sending.sweep()
        got = titles(server)
    issue.refresh_from_db()
    assert issue.state == "sent"
    # Even numbers did not choose the first item's category.
    both = {f"reader{n:03}@example.org" for n in range(1, 9, 2)}
    assert {a for a, said in got.items() if said == "A ship came in"} == both & had
    assert {a for a, said in got.items() if said == "Two ships came in"} == both - had
    release, correction = 1, 2
    assert revisions(issue) == {a: release if a in had else correction for a in got}
    assert list(Delivery.objects.values_list()) == before
    assert sending.ledger(issue) == sending.recount(issue)
    assert sending.ledger(issue)["sent"] == 9


def test_one_that_is_being_sent_pauses_and_goes_on_by_itself(tmp_path: Path) -> None:
    issue = issue_for(9)
    with relay_for(tmp_path):
        send_some(issue)
        sending.resume(issue, by="alice")
        correct(issue)
        assert (issue.state, issue.resumes_when_mended) == ("paused", True)
        assert issue.state_reason.startswith("A correction is put into what still waits")
        sending.sweep()
        issue.refresh_from_db()
        assert (issue.state, issue.state_reason) == ("sending", "")
        assert not issue.resumes_when_mended


def test_nothing_is_mended_while_a_chunk_is_leased(tmp_path: Path) -> None:
    issue = issue_for(4)
    with relay_for(tmp_path) as server:
        assert guard.may_act()  # As a worker does before anything is sent.
        sending.release(issue, by="alice", now=True)
        sending.sweep()
        lease = leasing.lease(chunks.worker().pk, issue.pk, retries=False, canary=False)
        assert lease is not None and lease.revision == Issue.objects.get(pk=issue.pk).frozen_id
        revision = correct(issue)
        assert not mending.wait(issue, 0.3)
        issue.refresh_from_db()
        assert (issue.state, issue.mailed_id, issue.mending_id) == ("paused", None, revision.pk)
        # It is rendered meanwhile, and nobody can be mailed: not even by a lease of this moment.
        assert EditionRevision.objects.filter(revision=revision).count() == 2
        assert leasing.lease(chunks.worker().pk, issue.pk, retries=False, canary=False) is None
        with (
            pytest.raises(IntegrityError, match="issue_sending_is_not_mending"),
            transaction.atomic(),
        ):
            Issue.objects.filter(pk=issue.pk).update(state="sending")
        Chunk.objects.update(state="waiting", owner=None, lease_until=None)
        assert mending.wait(issue, 1)
        assert (issue.state, issue.mailed_id, issue.mending_id) == ("sending", revision.pk, None)
        sending.drain(30)
        assert set(titles(server).values()) == {"Two ships came in", ""}


def test_who_is_in_doubt_keeps_what_they_had_until_a_person_resends(
    tmp_path: Path, settings: Any
) -> None:
    issue = issue_for(3)
    with relay_for(tmp_path, faults=["dot:drop"]) as server:
        sending.release(issue, by="alice", now=True)
        sending.sweep()
        sending.drain(30)
        issue.refresh_from_db()
        assert sending.ledger(issue)["in_doubt"] == 3
        correct(issue)
        assert mending.wait(issue, 5)
        assert set(revisions(issue).values()) == {1}
        server.faults = []
        Outcome.objects.update(at="2026-01-01T00:00:00Z")
        assert sending.resend_in_doubt(issue, by="alice") == 3
        sending.drain(30)
        assert set(revisions(issue).values()) == {2}
        assert titles(server)["reader001@example.org"] == "Two ships came in"


def test_a_resend_waits_until_the_correction_is_in(tmp_path: Path) -> None:
    issue = issue_for(2)
    with relay_for(tmp_path):
        sending.release(issue, by="alice", now=True)
        sending.sweep()
        sending.drain(30)
        Chunk.objects.update(sent=1, failed=1)
        issue.refresh_from_db()
        correct(issue)
        with pytest.raises(sending.ActRefused, match="being put into the text"):
            sending.retry_failed(issue, by="alice")
        mending.carry_on_all()
        assert sending.retry_failed(issue, by="alice") == 1


def test_a_person_who_resumes_or_pauses_meanwhile_is_heard(tmp_path: Path) -> None:
    issue = issue_for(5)
    with relay_for(tmp_path):
        send_some(issue)
        correct(issue)
        sending.resume(issue, by="bob")
        assert (issue.state, issue.resumes_when_mended) == ("paused", True)
        sending.pause(issue, by="bob")
        mending.carry_on_all()
        issue.refresh_from_db()
        assert (issue.state, issue.mending_id) == ("paused", None)


def test_two_corrections_in_a_row_the_last_one_is_mailed(tmp_path: Path) -> None:
    issue = issue_for(5)
    with relay_for(tmp_path) as server:
        send_some(issue, 4)
        had = set(titles(server))
        correct(issue, "Three ships came in")
        last = correct(issue)
        assert mending.wait(issue, 5) and issue.mailed_id == last.pk
        sending.resume(issue, by="alice")
        sending.drain(30)
        got = titles(server)
    assert {got[a] for a in got.keys() - had} <= {"Two ships came in", ""}


def test_the_set_of_items_stays_whatever_an_item_is_filed_under_now(tmp_path: Path) -> None:
    issue = issue_for(9)
    with relay_for(tmp_path) as server:
        send_some(issue)
        correct(issue, category="Trade")
        assert mending.wait(issue, 5)
        sending.resume(issue, by="alice")
        sending.drain(30)
        got = titles(server)
    item = Item.objects.get(issue=issue, number=1)
    assert item.category is not None and item.category.name == "Trade"
    # Who chose only Trade was released the other item alone, and gets nothing more.
    assert {got[f"reader{n:03}@example.org"] for n in range(0, 9, 2)} == {""}


def test_a_scheduled_issue_is_frozen_as_corrected(tmp_path: Path) -> None:
    issue = issue_for(3)
    Publication.objects.update(undo_seconds=60)
    issue.refresh_from_db()
    with relay_for(tmp_path) as server:
        sending.release(issue, by="alice")
        revision = correct(issue)
        assert revision.kind == "edit" and issue.corrected_at is None  # Nobody had read it.
        Issue.objects.update(send_at="2026-01-01T00:00:00Z")
        assert sending.freeze(issue.pk)
        sending.drain(30)
        assert "A ship came in" not in titles(server).values()


def test_a_text_that_was_changed_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    issue = issue_for(2)
    with relay_for(tmp_path):
        sending.release(issue, by="alice", now=True)
        sending.sweep()
        item = issue.items.get(number=1)
        now = digest_of(issue)
        seen = corrections.mark(issue, now, item)
        correct(issue)
        with pytest.raises(Stale):
            mending.correct(issue, item, now, author=None, by="bob", note="x", seen=seen)
        assert Item.objects.get(pk=item.pk).title == "Two ships came in"
        assert issue.revisions.filter(kind="correction").count() == 1


def test_what_cannot_be_a_mail_is_refused_and_nothing_is_stored(tmp_path: Path) -> None:
    issue = issue_for(2)
    with relay_for(tmp_path):
        sending.release(issue, by="alice", now=True)
        sending.sweep()
        with pytest.raises(NotCorrected, match="needs a title"):
            correct(issue, " ")
        with pytest.raises(NotCorrected, match="no category “Weather”"):
            correct(issue, category="Weather")
        issue.refresh_from_db()
        assert issue.mending_id is None and issue.state == "sending"
        assert not issue.revisions.filter(kind="correction").exists()


def test_a_cancelled_issue_is_corrected_on_the_site_alone(tmp_path: Path) -> None:
    issue = issue_for(3)
    with relay_for(tmp_path):
        sending.release(issue, by="alice", now=True)
        sending.sweep()
        issue.refresh_from_db()
        sending.cancel(issue, by="alice")
        correct(issue)
        assert issue.mending_id is None and issue.corrected_at is not None
    assert not EditionRevision.objects.exists()


def test_a_proposal_is_applied_by_somebody_else_once(tmp_path: Path) -> None:
    issue = issue_for(3)
    dora, emil = (User.objects.create_user(name, is_staff=True) for name in ("dora", "emil"))
    with relay_for(tmp_path):
        sending.release(issue, by="alice", now=True)
        sending.sweep()
        sending.drain(30)
        issue.refresh_from_db()
        item = issue.items.get(number=1)
        now = digest_of(issue)
        text = replace(corrections.item_of(issue, now, item), title="Two ships came in")
        proposal = mending.propose(
            issue,
            item,
            corrections.with_item(issue, now, item, text),
            author=dora,
            by=dora,
            note=NOTE,
            seen=corrections.mark(issue, now, item),
        )
        assert Item.objects.get(pk=item.pk).title == "A ship came in"
        with pytest.raises(NotCorrected, match="Somebody else"):
            mending.apply(proposal, by=dora)
        made = mending.apply(proposal, by=emil)
        assert (made.kind, made.by, made.note) == ("correction", dora, NOTE)
        assert Item.objects.get(pk=item.pk).title == "Two ships came in"
        with pytest.raises(NotCorrected, match="decided about it already"):
            mending.apply(proposal, by=emil)
    assert not corrections.proposals(issue).exists()


def test_who_is_mailed_later_gets_the_corrected_text_also_with_a_choice_nobody_had(
    tmp_path: Path,
) -> None:
    issue = issue_for(2)
    with relay_for(tmp_path) as server:
        sending.release(issue, by="alice", now=True)
        sending.sweep()
        sending.drain(30)
        sending.sweep()
        issue.refresh_from_db()
        assert issue.state == "sent"
        correct(issue)
        assert mending.wait(issue, 5)
        first = issue.items.get(number=1)
        assert first.category is not None and first.category.bit is not None
        builders.subscription(issue.publication, "late@example.org", choice=1 << first.category.bit)
        builders.subscription(issue.publication, "later@example.org")
        sending.mail_rest(issue, by="alice")
        sending.drain(30)
        found = titles(server)
    assert found["late@example.org"] == found["later@example.org"] == "Two ships came in"
    assert Issue.objects.get(pk=issue.pk).state == "sent"


@pytest.mark.needs("postgres")
def test_a_lease_waits_for_a_correction_that_is_being_put_in(tmp_path: Path) -> None:
    """Else one that read "sending" before would be of the old text. SQLite has one writer."""
    issue = issue_for(2)
    with relay_for(tmp_path):
        sending.release(issue, by="alice", now=True)
        sending.sweep()
    worker = chunks.worker().pk
    other = connections.create_connection("default")
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [control.ADVISORY, issue.pk])
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        with pytest.raises(OperationalError, match="lock timeout"):
            leasing.lease(worker, issue.pk, retries=False, canary=False)
        other.rollback()
        assert leasing.lease(worker, issue.pk, retries=False, canary=False) is not None
    finally:
        other.close()
        connection.close()
