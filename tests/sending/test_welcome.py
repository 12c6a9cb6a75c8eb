"""The newest issue follows a reader's own confirmation: once, as theirs, in the issue's ledger."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from newsletter import sending
from newsletter.models import Chunk, Delivery, Edition, EventCursor, Issue, Machine
from newsletter.sending import guard, welcome
from newsletter.sending.guard import beat
from newsletter.sending.welcome import Refusal
from subscribers import subscriptions
from subscribers.choice import Choice
from subscribers.links import Purpose, make, minutes_from_now
from subscribers.models import Event, Publication, Subscription
from tests import builders
from tests.sending import stage
from tests.sending.stage import relay_for

pytestmark = pytest.mark.django_db(transaction=True)


def sent(count: int = 2, **extra: Any) -> Issue:
    """An issue of which everybody has theirs, of a publication that greets with it."""
    issue = stage.issue_for(count, welcome_latest_issue=True, **extra)
    stage.send(issue)
    return issue


def confirmed(issue: Issue, address: str, *names: str) -> Subscription:
    """A reader of these categories (none: all) who has pressed the button of the confirmation."""
    named = [issue.publication.categories.get(name=name) for name in names] or None
    tie = builders.subscription(
        issue.publication, address, named, state="pending", confirmed_at=None
    )
    page = Client().post(f"/s/c/{make(Purpose.CONFIRM, tie.pk)}/", {})
    assert page.status_code == 303
    tie.refresh_from_db()
    return tie


def adds_up(issue: Issue) -> dict[str, int]:
    """The ledger, counted anew as well, and on the issue's own row once nothing is open."""
    found = sending.ledger(issue)
    assert found == sending.recount(issue)
    assert found["recipients"] == sum(n for key, n in found.items() if key != "recipients")
    issue.refresh_from_db()
    assert issue.sent == found["sent"]
    return found


def mails(relay: Any, address: str) -> list[Any]:
    return [
        email.message_from_bytes(one.content or b"", policy=email.policy.default)
        for one in relay.accepted
        if one.recipient == address
    ]


def test_it_follows_the_confirmation_as_the_readers_edition_and_the_issue_stays_sent(
    tmp_path: Path,
) -> None:
    with relay_for(tmp_path) as relay:
        issue = sent()
        before = (issue.state, issue.finished_at, issue.published_at, issue.send_at)
        confirmed(issue, "carla@example.org", "Ships")
        sending.sweep()
        sending.drain(20)
        (mail,) = mails(relay, "carla@example.org")
        text = mail.get_body(("plain",)).get_content()
        assert "A ship came in" in text and "Corn is up" not in text
        ledger = adds_up(issue)
        assert (ledger["recipients"], ledger["sent"], ledger["waiting"]) == (3, 3, 0)
        assert (issue.state, issue.finished_at, issue.published_at, issue.send_at) == before
        # Nobody had asked for ships alone: the edition was made for her.
        ships = Edition.objects.get(issue=issue, subject="A ship came in")
        assert (ships.readers, len(ships.items)) == (1, 1)
        assert Chunk.objects.get(kind="welcome").state == "done"
        # Not again, however often the event is read.
        EventCursor.objects.all().delete()
        sending.sweep()
        sending.drain(20)
        assert len(mails(relay, "carla@example.org")) == 1
        assert adds_up(issue)["recipients"] == 3


def test_the_next_send_brings_the_next_issue_and_not_this_one_again(tmp_path: Path) -> None:
    with relay_for(tmp_path) as relay:
        issue = sent()
        confirmed(issue, "carla@example.org")
        sending.sweep()
        sending.drain(20)
        later = builders.issue(issue.publication, "2026-03-03")
        builders.item(later, issue.publication.categories.get(name="Trade"), "Corn is down")
        assert stage.send(later)["sent"] == 3
        subjects = [mail["Subject"] for mail in mails(relay, "carla@example.org")]
        assert subjects == ["A ship came in, and 1 more", "Corn is down"]


def test_while_it_is_being_sent_who_joins_gets_it_too_and_the_end_does_not_wait(
    tmp_path: Path,
) -> None:
    with relay_for(tmp_path) as relay:
        issue = stage.issue_for(2, welcome_latest_issue=True)
        sending.release(issue, by="alice", now=True)
        sending.sweep()  # Frozen: sending, and nobody has got it yet.
        confirmed(issue, "carla@example.org")
        sending.sweep()
        assert adds_up_while_open(issue) == 3
        sending.drain(20)
        sending.sweep()
        issue.refresh_from_db()
        assert issue.state == "sent"
        assert adds_up(issue)["sent"] == 3
        assert sorted(one.recipient for one in relay.accepted) == [
            "carla@example.org", "reader000@example.org", "reader001@example.org",
        ]  # fmt: skip


def adds_up_while_open(issue: Issue) -> int:
    found = sending.ledger(issue)
    assert found == sending.recount(issue)
    return found["waiting"]


def test_a_welcome_that_waits_keeps_no_issue_from_being_sent() -> None:
    issue = stage.issue_for(1, welcome_latest_issue=True)
    sending.release(issue, by="alice", now=True)
    sending.sweep()
    confirmed(issue, "carla@example.org")
    welcome.greet_confirmed()
    Chunk.objects.exclude(kind="welcome").update(state="done", sent=1)
    sending.sweep()
    issue.refresh_from_db()
    assert issue.state == "sent"


def test_only_a_readers_own_confirmation_asks_for_it() -> None:
    issue = stage.issue_for(0, welcome_latest_issue=True)
    publication = issue.publication
    Issue.objects.update(state="sent", finished_at=timezone.now(), published_at=timezone.now())
    entered, _ = subscriptions.enter(publication, "ed@example.org", form="admin", active=True)
    waiting, _ = subscriptions.enter(publication, "wil@example.org", form="admin")
    assert subscriptions.activate(waiting, proof="a letter", by="alice")
    assert [event.detail.get("latest_issue") for event in Event.objects.all()] == [None] * 3
    assert welcome.greet_confirmed() == 0
    assert not Delivery.objects.filter(subscription=entered).exists()


def test_who_confirmed_before_it_was_switched_on_is_not_greeted(tmp_path: Path) -> None:
    with relay_for(tmp_path):
        issue = sent()
        Publication.objects.update(welcome_latest_issue=False)
        confirmed(issue, "carla@example.org")
        Publication.objects.update(welcome_latest_issue=True)
        assert welcome.greet_confirmed() == 0


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"state": "paused"}, Refusal.CLOSED),
        ({"state": "cancelled"}, Refusal.CLOSED),
        ({"folded_at": builders.NOW}, Refusal.CLOSED),
        ({"published_at": "older"}, Refusal.OLD),
        ({"published_at": "just"}, None),
        ({"listed": False}, Refusal.NO_ISSUE),
        ({"kind": "roundup"}, Refusal.NO_ISSUE),
        ({}, None),
    ],
)
def test_what_refuses_it(tmp_path: Path, change: dict[str, Any], refused: Refusal | None) -> None:
    with relay_for(tmp_path), time_machine.travel(builders.NOW, tick=True):
        issue = sent()
        old = {"older": 3 * 24 * 60 + 5, "just": 3 * 24 * 60 - 5}
        Publication.objects.update(welcome_days=3)
        if (age := change.get("published_at")) in old:
            change = {"published_at": timezone.now() - dt.timedelta(minutes=old[age])}
        Issue.objects.update(**change)
        tie = builders.subscription(issue.publication, "carla@example.org")
        assert welcome.deliver(tie.pk, timezone.now()) is refused
        given = Delivery.objects.filter(subscription=tie).count()
        issue.refresh_from_db()
        assert (given, issue.recipients) == ((1, 3) if refused is None else (0, 2))


def test_no_reader_is_greeted_while_mail_goes_to_a_rehearsal_address(tmp_path: Path) -> None:
    with relay_for(tmp_path) as server:
        issue = sent()
        had = len(server.accepted)
        Publication.objects.update(rehearsal_address="desk@harbour.example.org")
        tie = builders.subscription(issue.publication, "carla@example.org")
        assert welcome.deliver(tie.pk, timezone.now()) is Refusal.REHEARSING
        assert not Delivery.objects.filter(subscription=tie).exists()
        sending.drain(2)
        assert len(server.accepted) == had


def test_an_archived_newest_issue_is_not_mailed_and_nothing_older_instead(tmp_path: Path) -> None:
    with relay_for(tmp_path):
        issue = sent()
        builders.issue(
            issue.publication, "2026-03-03", state="archived", published_at=timezone.now()
        )
        tie = builders.subscription(issue.publication, "carla@example.org")
        assert welcome.deliver(tie.pk, timezone.now()) is Refusal.CLOSED


def test_who_has_its_translation_does_not_get_the_original(tmp_path: Path) -> None:
    with relay_for(tmp_path):
        issue = sent()
        other = builders.issue(issue.publication, slug="2026-03-02-zh", language="zh-Hans")
        Issue.objects.filter(pk=other.pk).update(original=issue)
        tie = builders.subscription(issue.publication, "carla@example.org")
        edition = Edition.objects.create(issue=other, selection=1)
        Delivery.objects.create(
            pk=other.first_delivery + 1, subscription=tie, issue=other, edition=edition
        )
        Issue.objects.filter(pk=other.pk).update(published_at=builders.NOW)
        assert welcome.deliver(tie.pk, timezone.now()) is Refusal.HAD


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"paused_until": dt.datetime(2099, 1, 1, tzinfo=dt.UTC)}, Refusal.NOT_THEIRS),
        ({"state": "unsubscribed"}, Refusal.NOT_THEIRS),
        ({"rhythm": "weekly"}, Refusal.NOT_THEIRS),
        ({"choice": 0}, Refusal.NO_ITEM),
    ],
)
def test_who_gets_none(tmp_path: Path, change: dict[str, Any], refused: Refusal) -> None:
    with relay_for(tmp_path):
        issue = sent()
        tie = builders.subscription(issue.publication, "carla@example.org", **change)
        assert welcome.deliver(tie.pk, timezone.now()) is refused
        assert not Delivery.objects.filter(subscription=tie).exists()


def test_who_leaves_before_it_goes_gets_none_and_the_ledger_says_so(tmp_path: Path) -> None:
    with relay_for(tmp_path) as relay:
        issue = sent()
        tie = confirmed(issue, "carla@example.org")
        sending.sweep()
        subscriptions.leave([tie], form="mail")
        sending.drain(20)
        assert mails(relay, "carla@example.org") == []
        assert adds_up(issue)["skipped"] == 1


def test_the_text_is_that_which_the_others_got(tmp_path: Path) -> None:
    """Corrected since on the site: the edition made now is still of the issue as it was mailed."""
    with relay_for(tmp_path) as relay:
        issue = sent()
        issue.items.filter(title="A ship came in").update(title="A ship went out")
        confirmed(issue, "carla@example.org", "Ships")
        sending.sweep()
        sending.drain(20)
        (mail,) = mails(relay, "carla@example.org")
        assert mail["Subject"] == "A ship came in"


def test_a_refusal_is_stored_and_tried_again_while_the_issue_stays_sent(tmp_path: Path) -> None:
    with relay_for(tmp_path):
        issue = sent()
    with relay_for(tmp_path, faults=["dot:451 4.3.0 later"]):
        confirmed(issue, "carla@example.org")
        sending.sweep()
        sending.drain(20)
        found = sending.ledger(issue)
        assert (found["sent"], found["deferred"]) == (2, 1)
        sending.sweep()
        issue.refresh_from_db()
        assert (issue.state, issue.deferred) == ("sent", 1)


def test_an_edition_that_cannot_be_made_keeps_no_other_reader_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with relay_for(tmp_path):
        issue = sent()
        made = welcome._made

        def breaks(issue: Issue, view: Any, selection: int) -> Edition:
            raise welcome.rendering.RenderingError("broken")

        monkeypatch.setattr(welcome, "_made", breaks)
        confirmed(issue, "carla@example.org", "Ships")
        confirmed(issue, "dora@example.org")
        assert welcome.greet_confirmed() == 1
        monkeypatch.setattr(welcome, "_made", made)
        assert welcome.greet_confirmed() == 0


def test_a_selection_that_changes_while_it_is_rendered_is_rendered_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with relay_for(tmp_path):
        issue = sent()
        ships, trade = issue.publication.categories.order_by("position")
        other = builders.category(issue.publication, "Tides")
        tie = builders.subscription(issue.publication, "carla@example.org", [ships])
        made = welcome._made

        def meanwhile(issue: Issue, view: Any, selection: int) -> Edition:
            bits = Choice.of([trade, other], live=[ships, trade, other]).bits
            Subscription.objects.filter(pk=tie.pk).update(choice=bits)
            return made(issue, view, selection)

        monkeypatch.setattr(welcome, "_made", meanwhile)
        assert welcome.deliver(tie.pk, timezone.now()) is None
        edition = Edition.objects.get(pk=Delivery.objects.get(subscription=tie).edition_id)
        assert edition.subject == "Corn is up"
        assert not Edition.objects.filter(issue=issue, subject="A ship came in").exists()


def test_an_older_copy_of_the_database_greets_nobody_for_what_was(tmp_path: Path) -> None:
    with relay_for(tmp_path) as relay:
        issue = sent()
        confirmed(issue, "carla@example.org")
        welcome.greet_confirmed()
        confirmed(issue, "dora@example.org")
        Machine.objects.update(beats=0)
        beat.forget()
        assert not guard.may_act()
        issue.refresh_from_db()
        assert issue.state == "paused"
        sending.drain(20)
        assert mails(relay, "carla@example.org") == mails(relay, "dora@example.org") == []
        # A person compared and decided; who is not in the copy's ledger stays out of it.
        guard.agree(by="olga")
        beat.look_again()
        sending.resume(issue, by="olga")
        sending.sweep()
        sending.drain(20)
        assert len(mails(relay, "carla@example.org")) == 1
        assert mails(relay, "dora@example.org") == []
        confirmed(issue, "eve@example.org")
        sending.sweep()
        sending.drain(20)
        assert len(mails(relay, "eve@example.org")) == 1


def test_a_copy_in_which_nothing_is_on_its_way_greets_nobody_either(tmp_path: Path) -> None:
    with relay_for(tmp_path) as relay:
        issue = sent()
        confirmed(issue, "dora@example.org")
        Machine.objects.update(beats=0)
        beat.forget()
        assert not guard.may_act()
        guard.agree(by="olga")
        beat.look_again()
        confirmed(issue, "eve@example.org")
        sending.sweep()
        sending.drain(20)
        assert mails(relay, "dora@example.org") == []
        assert len(mails(relay, "eve@example.org")) == 1


def test_the_welcome_says_what_follows(tmp_path: Path, mailoutbox: list[Any]) -> None:
    with relay_for(tmp_path):
        issue = sent()
        tie = confirmed(issue, "carla@example.org")
        follows = "The latest issue, “Harbour Daily - 2026-03-02”, follows in a mail of its own."
        assert welcome.told(tie) == follows
        done = f"done=confirmed&at={minutes_from_now(0)}"
        page = Client().get(f"/s/m/{make(Purpose.MANAGE, tie.pk)}/?{done}")
        assert follows in page.content.decode()
        welcome.greet_confirmed()
        assert welcome.told(Subscription.objects.get(pk=tie.pk)) == follows
        page = Client().get(f"/s/m/{make(Purpose.MANAGE, tie.pk)}/")
        assert follows not in page.content.decode()
        none = builders.category(issue.publication, "Tides")
        other = confirmed(issue, "dora@example.org", none.name)
        assert welcome.told(other) == (
            "The latest issue has nothing in the categories you chose. The next one that has"
            " something for you will come to you."
        )
        had = Subscription.objects.get(subscriber__address="reader000@example.org")
        assert welcome.told(had) == ""
        Publication.objects.update(welcome_latest_issue=False)
        assert welcome.told(Subscription.objects.get(pk=tie.pk)) == ""
