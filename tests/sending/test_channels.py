"""Site and feeds alone, mail alone, and mailing later what was published: over a real socket."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import json
from collections import Counter
from collections.abc import Iterator
from email.message import EmailMessage
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from newsletter import rendering, sending
from newsletter.editions import load, pairing
from newsletter.issues import channels
from newsletter.models import PLACES, Chunk, Delivery, Edition, Issue
from newsletter.sending import checking
from subscribers import links, suppression
from subscribers.models import AuditEntry, Publication, Subscription
from tests import builders
from tests.sending.stage import issue_for, relay_for
from tests.smtpd import Smtpd

pytestmark = pytest.mark.django_db(transaction=True)

SITE, MAIL = Issue.Channels.SITE, Issue.Channels.MAIL
NOTHING = dict.fromkeys(sending.KEYS, 0)


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Smtpd]:
    with relay_for(tmp_path) as server:
        yield server


def go(issue: Issue) -> dict[str, int]:
    sending.sweep()
    sending.drain(20)
    issue.refresh_from_db()
    ledger = sending.ledger(issue)
    assert ledger["recipients"] == sum(n for key, n in ledger.items() if key != "recipients")
    assert ledger == sending.recount(issue)
    return ledger


def messages(relay: Smtpd) -> list[EmailMessage]:
    return [
        email.message_from_bytes(
            one.content or b"", _class=EmailMessage, policy=email.policy.default
        )
        for one in relay.accepted
    ]


def text(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


# ---- site and feeds alone


def test_c10_a_new_site_without_a_reader_shows_its_first_issue(client: Client) -> None:
    issue = issue_for(0)
    before = Publication.objects.get().changed_at
    sending.release(issue, by="alice", now=True, channels=SITE)
    issue.refresh_from_db()
    assert (issue.state, issue.channels, issue.frozen_at) == ("published", "site", None)
    assert "A ship came in" in client.get("/daily/2026-03-02/").content.decode()
    assert client.get("/daily/feed.atom").content.count(b"<entry") == 1
    assert client.get("/daily/c/ships/feed.atom").content.count(b"<entry") == 1
    # What WebSub tells of.
    assert Publication.objects.get().changed_at == issue.published_at > before
    assert sending.ledger(issue) == NOTHING == sending.recount(issue)
    assert sending.progress(issue).final
    assert [one.kind for one in issue.revisions.all()] == ["release"]


def test_no_reader_is_mailed_what_goes_to_the_site_alone(relay: Smtpd) -> None:
    issue = issue_for(3)
    sending.release(issue, by="alice", now=True, channels=SITE)
    assert go(issue) == NOTHING
    assert relay.recipients() == [] and not Delivery.objects.exists()
    # The plan says what mailing it would do.
    plan = sending.plan(issue)
    assert (plan.mails, plan.recipients) == (3, 3)


def test_publishing_for_a_time_is_done_by_the_sweep_and_can_be_taken_back() -> None:
    with time_machine.travel(builders.NOW, tick=False) as clock:
        issue = issue_for(0)
        at = builders.NOW + dt.timedelta(hours=2)
        assert sending.release(issue, by="alice", at=at, channels=SITE) == at
        sending.sweep()
        issue.refresh_from_db()
        assert (issue.state, issue.published_at) == ("scheduled", None)
        sending.unschedule(issue, by="alice")
        assert (issue.state, issue.channels) == ("draft", "all")
        sending.release(issue, by="alice", at=at, channels=SITE)
        clock.move_to(at)
        sending.sweep()
        issue.refresh_from_db()
        assert (issue.state, issue.published_at) == ("published", at)
        assert not channels.publish(issue.pk)  # Once.


def test_a_late_publication_asks_a_person_like_any_release() -> None:
    with time_machine.travel(builders.NOW, tick=False) as clock:
        issue = issue_for(0, undo_seconds=60)
        sending.release(issue, by="alice", channels=SITE)
        clock.shift(7200)
        sending.sweep()
        issue.refresh_from_db()
        assert (issue.state, issue.published_at) == ("paused", None)
        # A rehearsal address is about mail: what goes to the site alone is not held up by it.
        Publication.objects.update(rehearsal_address="desk@harbour.example.org")
        sending.resume(issue, by="alice")
        sending.sweep()
        issue.refresh_from_db()
        assert issue.state == "published"


def test_undo_and_approval_apply_to_publishing(relay: Smtpd) -> None:
    users = get_user_model()
    alice, bob = users.objects.create_superuser("alice"), users.objects.create_user("bob")
    issue = issue_for(1, needs_approval=True, undo_seconds=60)
    with pytest.raises(sending.ActRefused, match="second person"):
        sending.release(issue, by=bob, channels=SITE)
    sending.approve(issue, by=alice, channels=SITE)
    sending.release(issue, by=bob, now=True, channels=SITE)
    # An approval was for that release; mailing is another.
    issue.refresh_from_db()
    assert issue.state == "published"
    with pytest.raises(sending.ActRefused, match="second person"):
        sending.release(issue, by=bob, now=True)
    sending.approve(issue, by=alice)
    Issue.objects.filter(pk=issue.pk).update(corrected_at=timezone.now())
    issue.refresh_from_db()
    with pytest.raises(sending.ActRefused, match="Text that was corrected"):
        sending.release(issue, by=bob, now=True)
    sending.approve(issue, by=alice)
    sending.release(issue, by=bob, now=True)
    assert go(issue)["sent"] == 1


# ---- mailing it later


def test_mailing_later_is_once_a_reader_and_moves_no_date(relay: Smtpd, client: Client) -> None:
    issue = issue_for(3)
    sending.release(issue, by="alice", now=True, channels=SITE)
    issue.refresh_from_db()
    since, entry = issue.published_at, issue.entry_id
    feed = client.get("/daily/feed.atom").content
    sending.release(issue, by="alice")
    issue.refresh_from_db()
    assert (issue.state, issue.channels) == ("scheduled", "all")
    sending.unschedule(issue, by="alice")
    assert (issue.state, issue.channels, issue.published_at) == ("published", "site", since)
    sending.release(issue, by="alice", now=True)
    assert go(issue)["sent"] == 3
    assert (issue.state, issue.published_at, issue.entry_id) == ("sent", since, entry)
    assert client.get("/daily/feed.atom").content.count(b"<entry") == feed.count(b"<entry") == 1
    with pytest.raises(sending.ActRefused):
        sending.release(issue, by="alice", now=True)
    assert Counter(relay.recipients()) == {f"reader00{n}@example.org": 1 for n in range(3)}


def test_a_translation_for_the_site_alone_takes_no_reader_away(relay: Smtpd) -> None:
    issue = issue_for(1)
    publication = issue.publication
    builders.subscription(publication, "li@example.org", language="zh-Hans")
    chinese = builders.issue(publication, language="zh-Hans", slug="zh")
    builders.item(chinese, publication.categories.first(), "一艘船进港了")
    sending.release(chinese, by="alice", now=True, channels=SITE)
    chinese.refresh_from_db()
    pairing.pair(chinese, issue, by="alice")
    sending.release(issue, by="alice", now=True)
    assert go(issue)["sent"] == 2


def test_what_is_published_cannot_be_mail_only_or_published_again() -> None:
    issue = issue_for(1)
    sending.release(issue, by="alice", now=True, channels=SITE)
    issue.refresh_from_db()
    for wrong in (SITE, MAIL):
        with pytest.raises(sending.ActRefused, match="on the site already"):
            sending.release(issue, by="alice", channels=wrong)


def test_a_later_wave_goes_to_those_who_have_not_got_it(relay: Smtpd) -> None:
    issue = issue_for(2)
    publication = issue.publication
    ships, trade = publication.categories.all()
    tied = Subscription.objects.get(subscriber__address="reader000@example.org")
    sending.release(issue, by="alice", now=True)
    assert go(issue)["sent"] == 2
    highest = max(Delivery.objects.values_list("pk", flat=True))
    builders.subscription(publication, "new@example.org", [ships, trade])
    builders.subscription(publication, "ships@example.org", [ships])  # Nobody had this edition.
    builders.subscription(publication, "stopped@example.org", [trade])
    builders.subscription(publication, "left@example.org", state="unsubscribed")
    suppression.suppress("stopped@example.org", "hard")
    assert sending.left_over(issue) == 2
    assert sending.mail_rest(issue, by="alice") == 2
    made = Delivery.objects.filter(pk__gt=highest).order_by("pk")
    assert [one.pk % PLACES for one in made] == [3, 4, 5]
    ledger = go(issue)
    assert (ledger["recipients"], ledger["sent"], ledger["suppressed"]) == (5, 4, 1)
    assert issue.state == "sent" and issue.finished_at is not None
    assert sorted(relay.recipients()[2:]) == ["new@example.org", "ships@example.org"]
    # A paragraph nobody else got: what this edition holds.
    only = next(one for one in messages(relay) if one["To"] == "ships@example.org")
    assert "A ship came in" in text(only) and "Corn is up" not in text(only)
    assert AuditEntry.objects.get(action="mail_wave").detail == {"mails": 2, "readers": 3}
    with pytest.raises(sending.ActRefused, match="nobody to mail"):
        sending.mail_rest(issue, by="alice")
    # A reader with a delivery gets no second, whatever changes.
    Subscription.objects.filter(pk=tied.pk).update(choice=builders.choices.Choice.all().bits)
    assert sending.left_over(issue) == 0
    assert sum(Edition.objects.values_list("readers", flat=True)) == 5


def test_a_wave_of_many_has_chunks_of_its_own(
    relay: Smtpd, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = issue_for(1)
    sending.release(issue, by="alice", now=True)
    go(issue)
    for number in range(5):
        builders.subscription(issue.publication, f"late{number}@example.org")
    monkeypatch.setattr("newsletter.sending.queueing.CHUNK", 2)
    sending.mail_rest(issue, by="alice")
    places = [(one.first % PLACES, one.last % PLACES) for one in Chunk.objects.order_by("first")]
    assert places == [(1, 1), (2, 3), (4, 5), (6, 6)]
    assert go(issue)["sent"] == 6


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"state": "cancelled"}, "now “cancelled”"),
        ({"folded_at": builders.NOW}, "now “sent”"),
        ({"published_at": None, "channels": "mail"}, "mail only"),
    ],
)
def test_when_there_is_no_later_wave(relay: Smtpd, change: dict[str, Any], said: str) -> None:
    issue = issue_for(1)
    sending.release(issue, by="alice", now=True)
    go(issue)
    builders.subscription(issue.publication, "new@example.org")
    Issue.objects.filter(pk=issue.pk).update(**change)
    with pytest.raises(sending.ActRefused, match=said):
        sending.mail_rest(issue, by="alice")
    assert Delivery.objects.count() == 1


def test_no_wave_while_a_rehearsal_address_is_set(relay: Smtpd) -> None:
    issue = issue_for(1)
    sending.release(issue, by="alice", now=True)
    go(issue)
    builders.subscription(issue.publication, "new@example.org")
    Publication.objects.update(rehearsal_address="desk@harbour.example.org")
    for act in (sending.mail_rest, sending.retry_failed, sending.resend_in_doubt):
        with pytest.raises(sending.ActRefused, match="rehearsal address"):
            act(issue, by="alice")


# ---- mail alone


def test_mail_only_is_in_no_archive_and_in_no_feed(relay: Smtpd, client: Client) -> None:
    issue = issue_for(2)
    builders.item(issue, issue.publication.categories.first(), "No source", url="")
    tie = Subscription.objects.get(subscriber__address="reader001@example.org")
    before = Publication.objects.get().changed_at
    sending.release(issue, by="alice", now=True, channels=MAIL)
    assert go(issue)["sent"] == 2
    assert (issue.state, issue.channels, issue.published_at) == ("sent", "mail", None)
    assert not issue.items.exclude(published_at=None).exists()
    for message in messages(relay):
        assert message["Archived-At"] is None
        for kind in ("plain", "html"):
            said = text(message, kind)
            assert "/daily/2026-03-02" not in said and "Read on the web" not in said
            assert "Unsubscribe" in said
    token = links.make(links.Purpose.FEED, tie.pk, tie.feed_serial)
    assert client.get("/daily/2026-03-02/").status_code == 404
    for feed in ("/daily/feed.atom", "/daily/c/ships/feed.atom", f"/s/f/{token}/feed.atom"):
        answer = client.get(feed)
        assert answer.status_code == 200 and b"<entry" not in answer.content, feed
    assert b"2026-03-02" not in client.get("/daily/sitemap.xml").content
    assert b"A ship came in" not in client.get("/daily/").content
    # Nothing changed for who follows the feeds, so no hub is told.
    assert Publication.objects.get().changed_at == before
    # Nor is it named where a public issue goes on with its story.
    later = builders.issue(issue.publication, "2026-03-03")
    builders.item(later, issue.items.first().category, "It left", follows=issue.items.first())
    sending.release(later, by="alice", now=True, channels=SITE)
    for path in ("2026-03-03/", "2026-03-03/item-1/", "feed.atom", "items.atom"):
        shown = client.get(f"/daily/{path}").content
        assert b"It left" in shown and b"A ship came in" not in shown, path


def test_an_ordinary_mail_has_its_web_link_and_archived_at(relay: Smtpd) -> None:
    issue = issue_for(1)
    sending.release(issue, by="alice", now=True)
    go(issue)
    (message,) = messages(relay)
    assert str(message["Archived-At"]).endswith("/daily/2026-03-02/>")
    assert "Read on the web" in text(message)


def test_mail_only_is_never_cut_short() -> None:
    issue = issue_for(0)
    ships = issue.publication.categories.first()
    for number in range(30):
        builders.item(issue, ships, f"Long {number}", body="Word upon word. " * 300)
    builders.subscription(issue.publication, "alice@example.org")
    assert sending.plan(issue).blockers == ()
    meant = channels.meant_for(issue, MAIL)
    (said,) = sending.plan(meant).blockers
    assert said == "An edition does not fit into 75,000 bytes. Mail only has no page for the rest."
    with pytest.raises(rendering.TooLarge):
        rendering.prepare(load(meant), issue.publication).edition(load(meant).mask)
    Publication.objects.update(rehearsal_address="desk@harbour.example.org")
    with pytest.raises(sending.ActRefused, match="Mail only has no page"):
        sending.rehearse(issue, by="alice", channels=MAIL)
    assert not Issue.objects.filter(kind="rehearsal").exists()


def test_a_mail_only_draft_taken_back_is_an_ordinary_draft() -> None:
    issue = issue_for(1, undo_seconds=60)
    sending.release(issue, by="alice", channels=MAIL)
    assert issue.channels == "mail"
    sending.unschedule(issue, by="alice")
    assert (issue.state, issue.channels) == ("draft", "all")
    assert checking.problems(load(issue), issue.publication)[0] == ()


# ---- the database


def test_the_database_refuses_impossible_channels() -> None:
    issue = issue_for(1)
    for wrong in (
        {"state": "published"},
        {"state": "published", "published_at": builders.NOW, "recipients": 1},
        {"channels": "mail", "published_at": builders.NOW},
        {"channels": "site", "frozen_at": builders.NOW},
        {"channels": "fax"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Issue.objects.filter(pk=issue.pk).update(**wrong)


# ---- commands


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker is running: a command that waits sends by itself, and at once."""
    monkeypatch.setattr("newsletter.management.commands.send_issue.live_worker", lambda: False)


def run(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_commands_know_the_channels(relay: Smtpd, alone: None) -> None:
    issue = issue_for(2)
    where = ("daily", "2026-03-02")
    assert run("send_issue", *where, "--site-only", "--now").startswith("Released; published")
    after = {"bounced": 0, "complained": 0, "left": 0}
    assert json.loads(run("ledger", *where, "--json")) == {**NOTHING, **after}
    assert run("ledger", *where).splitlines()[0] == "published, site and feeds only"
    assert json.loads(run("plan_issue", *where, "--json"))["recipients"] == 2
    waited = json.loads(run("send_issue", *where, "--now", "--wait", "--json"))
    assert (waited["recipients"], waited["sent"]) == (2, 2)
    builders.subscription(issue.publication, "new@example.org")
    assert json.loads(run("send_issue", *where, "--rest", "--wait", "--json"))["sent"] == 3
    with pytest.raises(CommandError, match="nobody to mail"):
        run("send_issue", *where, "--rest")
    second = builders.issue(issue.publication, "2026-03-03")
    builders.item(second, issue.publication.categories.first(), "A note")
    run("send_issue", "daily", "2026-03-03", "--mail-only", "--now", "--wait")
    second.refresh_from_db()
    assert (second.state, second.published_at) == ("sent", None)


def test_the_command_rehearses_and_waits_for_the_rehearsal(relay: Smtpd, alone: None) -> None:
    issue = issue_for(2, rehearsal_address="desk@harbour.example.org")
    said = run("send_issue", "daily", "2026-03-02", "--now")
    assert said == "Rehearsal: 2 mails to desk@harbour.example.org, none to a reader.\n"
    found = json.loads(run("send_issue", "daily", "2026-03-02", "--now", "--wait", "--json"))
    assert (found["recipients"], found["sent"]) == (2, 2)
    with pytest.raises(CommandError, match="no time to wait"):
        run("send_issue", "daily", "2026-03-02", "--at", "2099-03-02T08:00")
    issue.refresh_from_db()
    assert issue.state == "draft"
    # What has no mail is no rehearsal.
    run("send_issue", "daily", "2026-03-02", "--site-only", "--now")
    issue.refresh_from_db()
    assert issue.state == "published"
    assert set(relay.recipients()) == {"desk@harbour.example.org"}


# ---- the send page


@pytest.fixture
def olga(db: None) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("olga", "olga@example.org"))
    return client


def press(olga: Client, issue: Issue, query: str = "") -> Any:
    """Open the send page and press its button as it stands there."""
    url = reverse("admin:newsletter_issue_send", args=[issue.pk])
    page = olga.get(url + query)
    context = page.context
    assert context["sendable"], page.content.decode()
    look = context["look"]
    data = {
        "seen": context["look"].seen,
        "at": look.asked.planned.typed,
        "channels": look.asked.goes_to,
        "rehearsal": look.rehearsed.address if look.rehearsed else "",
        "accept": [one["mark"] for one in context["warnings"]],
    }
    return olga.post(url, data)


def shown(olga: Client, issue: Issue, query: str = "") -> str:
    url = reverse("admin:newsletter_issue_send", args=[issue.pk])
    return " ".join(olga.get(url + query).content.decode().split())


def test_the_send_page_offers_the_channels_and_says_what_each_means(olga: Client) -> None:
    issue = issue_for(2)
    page = shown(olga, issue)
    for label in ("mail, site and feeds", "site and feeds only", "mail only"):
        assert f"> {label} </button>" in page
    assert "Send to 2 readers now, without undo" in page
    site = shown(olga, issue, "?channels=site")
    assert "No reader gets a mail." in site
    assert "Publish without mail now, without undo" in site
    note = shown(olga, issue, "?channels=mail")
    assert (
        "It has no page, and stands in no archive and in no feed, personal feeds included" in note
    )
    assert press(olga, issue, "?channels=site").status_code == 302
    issue.refresh_from_db()
    assert (issue.state, issue.released_by.get_username()) == ("published", "olga")
    later = shown(olga, issue)
    assert "Now it is mailed as well." in later and "> mail only </button>" not in later
    assert press(olga, issue).status_code == 302
    issue.refresh_from_db()
    assert (issue.state, issue.channels) == ("scheduled", "all")


def test_a_site_without_readers_can_publish_from_the_page(olga: Client, client: Client) -> None:
    issue = issue_for(0)
    page = shown(olga, issue)
    assert "there is nothing to send" in page
    assert 'form="release" name="to" value="site"' in " ".join(page.split())
    press(olga, issue, "?channels=site")
    assert client.get("/daily/2026-03-02/").status_code == 200
    lists = olga.get(reverse("admin:newsletter_issue_changelist")).content.decode()
    assert "published" in lists and "site and feeds only" in lists


def test_the_page_says_a_rehearsal_in_numbers_and_does_it(olga: Client, relay: Smtpd) -> None:
    issue = issue_for(3, rehearsal_address="desk@harbour.example.org", needs_approval=True)
    page = shown(olga, issue)
    assert (
        "<strong>Rehearsal.</strong> Pressing sends 3 mails (editions: 2) to"
        " desk@harbour.example.org at once, and nothing to any reader." in page
    )
    assert "then those of further readers, 20 in all at most." in page
    assert "Rehearse: 3 mails to desk@harbour.example.org" in page
    answer = press(olga, issue)
    copy = Issue.objects.get(rehearses=issue)
    assert answer["Location"] == reverse("admin:newsletter_issue_progress", args=[copy.pk])
    sending.drain(20)
    sending.sweep()
    said = " ".join(olga.get(answer["Location"]).content.decode().split())
    assert "A rehearsal: all of it goes to desk@harbour.example.org" in said
    assert "3 of 3 mails were handed over" in said
    listing = olga.get(reverse("admin:newsletter_issue_changelist")).content.decode()
    assert listing.count('class="sudi-issue"') == 1
    assert "Rehearsals of this issue" in shown(olga, issue)
    # The page was open when the address was taken away: nothing goes to readers by surprise.
    url = reverse("admin:newsletter_issue_send", args=[issue.pk])
    context = olga.get(url).context
    data = {
        "seen": context["look"].seen,
        "at": "",
        "channels": "all",
        "rehearsal": "desk@harbour.example.org",
    }
    Publication.objects.update(rehearsal_address="", needs_approval=False)
    answer = olga.post(url, data)
    assert answer.status_code == 409
    assert "now it would go to readers" in answer.content.decode()
    issue.refresh_from_db()
    assert issue.state == "draft"


def test_the_rest_is_mailed_from_a_page_that_says_how_many(olga: Client, relay: Smtpd) -> None:
    issue = issue_for(1)
    sending.release(issue, by="alice", now=True)
    go(issue)
    builders.subscription(issue.publication, "new@example.org")
    url = reverse("admin:newsletter_issue_rest", args=[issue.pk])
    assert (
        url
        in olga.get(reverse("admin:newsletter_issue_progress", args=[issue.pk])).content.decode()
    )
    page = " ".join(olga.get(url).content.decode().split())
    assert "<strong>1</strong> reader has not got this issue" in page
    assert relay.recipients() == ["reader000@example.org"]  # Looking changes nothing.
    assert olga.post(url).status_code == 302
    go(issue)
    assert relay.recipients()[1:] == ["new@example.org"]
