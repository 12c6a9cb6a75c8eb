"""Rehearsals over a real socket: all mail to one address, and nothing of it counts for anybody."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from newsletter import sending
from newsletter.bounces import effects
from newsletter.editions import published
from newsletter.issues.corrections import NotCorrected
from newsletter.issues.revisions import digest_of
from newsletter.models import Bounce, Chunk, Delivery, Health, Issue, Outcome
from newsletter.sending import additions, health, mending, rehearsals
from newsletter.sending.engine import sweeper
from subscribers import links, rehearsal, suppression, tasks
from subscribers.models import AuditEntry, ConsentEvent, Incident, Publication, Role, Subscription
from tests import builders, test_switches
from tests.sending.stage import issue_for, relay_for
from tests.site_settings import override
from tests.smtpd import Smtpd

pytestmark = pytest.mark.django_db(transaction=True)

DESK = "desk@harbour.example.org"


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Smtpd]:
    with relay_for(tmp_path) as server:
        yield server


def go() -> None:
    sending.sweep()
    sending.drain(20)


def rehearse(issue: Issue) -> Issue:
    sending.release(issue, by="alice", now=True)
    go()
    issue.refresh_from_db()
    return Issue.objects.get(rehearses=issue)


def messages(relay: Smtpd) -> list[EmailMessage]:
    return [
        email.message_from_bytes(
            one.content or b"", _class=EmailMessage, policy=email.policy.default
        )
        for one in relay.accepted
    ]


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


# ---- where the mail goes


def test_s7_every_mail_goes_to_the_address_and_says_whose_it_was(relay: Smtpd) -> None:
    issue = issue_for(4, rehearsal_address=DESK)
    copy = rehearse(issue)
    assert relay.recipients() == [DESK] * 4
    found = messages(relay)
    readers = {f"reader00{n}@example.org" for n in range(4)}
    assert {one["X-Sudi-Rehearsal-For"] for one in found} == readers
    assert {one["To"] for one in found} == {DESK}
    assert len({one["Message-ID"] for one in found}) == 4  # Else a mail program shows one of them.
    for one in found:
        band = (
            f"Rehearsal. This mail was for {one['X-Sudi-Rehearsal-For']} and went only to you."
            " Its links act for nobody."
        )
        assert " ".join(body(one, "plain").split()).startswith(band)
        assert band in re.split(r"<body[^>]*>", body(one, "html"))[1][:500]
    assert (issue.state, copy.state) == ("draft", "sent")
    assert sending.ledger(copy)["sent"] == 4 == sending.recount(copy)["sent"]
    assert AuditEntry.objects.get(action="rehearse").detail == {"mails": 4, "rehearsal": copy.pk}


def test_the_sites_address_wins_and_takes_confirmations_too(relay: Smtpd) -> None:
    issue = issue_for(1, rehearsal_address=DESK)
    tie = builders.subscription(
        issue.publication, "new@example.org", state="pending", confirmed_at=None
    )
    with override(REHEARSAL_ADDRESS="ops@example.net"):
        rehearse(issue)
        tasks.answer_request.call(tie.pk)
    assert relay.recipients() == ["ops@example.net"]
    (letter,) = mail.outbox
    assert letter.to == ["ops@example.net"]
    assert letter.extra_headers["X-Sudi-Rehearsal-For"] == "new@example.org"
    assert str(letter.body).startswith("Rehearsal. This mail was for new@example.org")


def test_a_publications_address_leaves_confirmations_alone_and_takes_the_welcome(
    relay: Smtpd,
) -> None:
    issue = issue_for(0, rehearsal_address=DESK)
    new = builders.subscription(
        issue.publication, "new@example.org", state="pending", confirmed_at=None
    )
    known = builders.subscription(issue.publication, "known@example.org")
    tasks.answer_request.call(new.pk)
    tasks.send_welcome.call(known.pk)
    confirmation, welcome = mail.outbox
    assert confirmation.to == ["new@example.org"]
    assert "Rehearsal" not in str(confirmation.body)
    assert welcome.to == [DESK]
    assert "known@example.org" in str(welcome.body)
    tokens = re.findall(r"/s/[muf]/([\w-]{40})", str(welcome.body))
    assert len(tokens) == 4 and all(map(links.is_nobodys, tokens))


def test_test_mails_go_there_too(relay: Smtpd) -> None:
    issue = issue_for(0, rehearsal_address=DESK)
    sending.send_test(issue, ["alice@example.org", "bob@example.org"], 3, "alice")
    assert [one.to for one in mail.outbox] == [[DESK], [DESK]]
    made = [
        email.message_from_bytes(one.message().as_bytes(), policy=email.policy.default)
        for one in mail.outbox
    ]
    assert [one["X-Sudi-Rehearsal-For"] for one in made] == ["alice@example.org", "bob@example.org"]
    assert made[0]["Message-ID"] != made[1]["Message-ID"]


def test_one_reader_of_each_edition_first_and_no_more_than_twenty(
    relay: Smtpd, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = issue_for(9, rehearsal_address=DESK)
    mine = builders.subscription(issue.publication, "own@harbour.example.org", first_in_line=True)
    chosen = rehearsals.sample(issue, rehearsals.editions.load(issue))
    # Trade alone: reader000, 002, … (5); both: reader001, 003, … (4) and the own address.
    assert len(chosen.readers) == 10 and chosen.keys == [(2, 0), (3, 0)]
    assert chosen.readers[1][0] == mine.pk  # Own addresses before others.
    monkeypatch.setattr(rehearsals, "MOST", 3)
    rehearse(issue)
    assert relay.recipients() == [DESK] * 3
    copy = Issue.objects.get(rehearses=issue)
    assert sorted(copy.editions.values_list("selection", "readers")) == [(2, 2), (3, 1)]


# ---- what it leaves alone


def test_a_rehearsal_counts_for_nobody_and_shows_nowhere(relay: Smtpd, client: Client) -> None:
    issue = issue_for(2, rehearsal_address=DESK)
    copy = rehearse(issue)
    publication = issue.publication
    assert not published.issues(publication).exists()
    assert client.get(f"/daily/{copy.slug}/").status_code == 404
    assert client.get("/daily/feed.atom").content.count(b"<entry") == 0
    assert b"rehearsal" not in client.get("/daily/sitemap.xml").content
    assert health.releases(publication.pk) == []
    tie = Subscription.objects.get(subscriber__address="reader000@example.org")
    assert additions.issues(tie.subscriber) == []
    # The real release is for everybody, also for those it was rehearsed with.
    Publication.objects.update(rehearsal_address="")
    issue.publication.refresh_from_db()
    ledger_before = sending.ledger(copy)
    sending.release(issue, by="alice", now=True)
    go()
    assert sorted(relay.recipients()[2:]) == ["reader000@example.org", "reader001@example.org"]
    assert sending.ledger(copy) == ledger_before
    assert [one.pk for one in health.releases(publication.pk)] == [issue.pk]


def test_its_links_and_its_return_path_act_for_nobody(relay: Smtpd, client: Client) -> None:
    issue = issue_for(1, rehearsal_address=DESK)
    rehearse(issue)
    (message,) = messages(relay)
    tie = Subscription.objects.get()
    before = Subscription.objects.values().get()
    url = re.search(r"<https?://[^/]+(/s/u/[^>]+)>", message["List-Unsubscribe"])
    assert url is not None
    answer = client.post(url[1], {"List-Unsubscribe": "One-Click"})
    assert answer.content.decode() == "This was a rehearsal. Nobody was unsubscribed.\n"
    ways = re.findall(r"https?://[^/\s]+(/s/[mu]/[\w-]{40}/)", body(message, "plain"))
    assert len(ways) == 3
    for link in ways:
        assert "This was a rehearsal" in client.get(link).content.decode()
        client.post(link, {"action": "this"})
        client.post(link, {"action": "everything"})
    feed = re.search(r"(/s/f/[\w-]{40}/)", body(message, "plain"))
    assert feed is not None and client.get(feed[1]).status_code == 404
    assert Subscription.objects.values().get() == before
    (taken,) = relay.accepted
    report = effects.receive(_dsn(taken.envelope_from, DESK), envelope=[taken.envelope_from])
    assert report.done == "nothing"
    way_out = re.search(r"mailto:([^?]+)", message["List-Unsubscribe"])
    assert way_out is not None
    effects.receive(b"From: a@example.org\r\n\r\nstop", envelope=[way_out[1]])
    tie.refresh_from_db()
    assert tie.state == "active"
    assert not Bounce.objects.exists() and not ConsentEvent.objects.exists()


def _dsn(to: str, recipient: str) -> bytes:
    return f"""From: mailer@example.org
To: {to}
Message-ID: <1@example.org>
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b

No.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; example.org

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1

--b--
""".encode()


def test_a_refused_rehearsal_is_nobodys_refusal(tmp_path: Path) -> None:
    with relay_for(tmp_path, faults=["rcpt:550 5.1.1 no such user"]):
        issue = issue_for(20, rehearsal_address=DESK)
        copy = rehearse(issue)
    assert sending.ledger(copy)["failed"] == 20
    assert not Bounce.objects.exists() and not Incident.objects.exists()
    assert copy.state == "sent"


# ---- bound to its address


def test_setting_the_address_pauses_a_real_send(relay: Smtpd, owner: Client) -> None:
    issue = issue_for(3)
    sending.release(issue, by="alice", now=True)
    sending.sweep()
    fill(owner, issue.publication, rehearsal_address=DESK)
    issue.refresh_from_db()
    assert issue.state == "paused"
    assert issue.state_reason == f"All mail goes to the rehearsal address {DESK} now."
    with pytest.raises(sending.ActRefused):
        sending.resume(issue, by="alice")
    go()
    assert relay.recipients() == []
    fill(owner, issue.publication, rehearsal_address="")
    sending.resume(issue, by="alice")
    go()
    assert len(relay.recipients()) == 3


def test_a_turn_authorises_no_reader_while_the_address_is_set(relay: Smtpd) -> None:
    issue = issue_for(3)
    sending.release(issue, by="alice", now=True)
    sending.sweep()
    # Stored by somebody who told nobody: the turn itself must look.
    Publication.objects.update(rehearsal_address=DESK)
    sending.drain(3)
    assert relay.recipients() == [] and not Outcome.objects.exists()
    sending.sweep()
    issue.refresh_from_db()
    assert issue.state == "paused"


def test_the_sites_address_stops_what_is_under_way(relay: Smtpd) -> None:
    issue = issue_for(3)
    sending.release(issue, by="alice", now=True)
    sending.sweep()
    with override(REHEARSAL_ADDRESS="ops@example.net"):
        sending.drain(3)
        sending.sweep()
    assert relay.recipients() == []
    issue.refresh_from_db()
    assert (issue.state, issue.state_reason) == (
        "paused", "All mail goes to the rehearsal address ops@example.net now.",
    )  # fmt: skip


def test_clearing_the_address_never_lets_a_rehearsal_reach_readers(relay: Smtpd) -> None:
    issue = issue_for(3, rehearsal_address=DESK)
    sending.release(issue, by="alice", now=True)
    Publication.objects.update(rehearsal_address="")
    go()
    assert relay.recipients() == [DESK] * 3


def test_another_address_stops_a_rehearsal_bound_to_the_first(relay: Smtpd) -> None:
    issue = issue_for(3, rehearsal_address=DESK)
    sending.release(issue, by="alice", now=True)
    Publication.objects.update(rehearsal_address="other@harbour.example.org")
    sending.drain(3)
    go()
    assert relay.recipients() == []
    assert Issue.objects.get(rehearses=issue).state == "paused"


def test_what_was_scheduled_before_waits_for_a_person(relay: Smtpd) -> None:
    issue = issue_for(3)
    sending.release(issue, by="alice", now=True)
    Publication.objects.update(rehearsal_address=DESK)
    go()
    issue.refresh_from_db()
    assert (issue.state, issue.frozen_at) == ("paused", None)
    assert not Delivery.objects.exists()
    sending.unschedule(issue, by="alice")
    assert issue.state == "draft"


def test_a_freeze_finds_an_address_set_meanwhile(relay: Smtpd) -> None:
    issue = issue_for(3)
    sending.release(issue, by="alice", now=True)
    Publication.objects.update(rehearsal_address=DESK)
    assert not sending.freeze(issue.pk)
    issue.refresh_from_db()
    assert issue.state == "scheduled" and not Chunk.objects.exists()


def test_the_database_refuses_a_rehearsal_that_is_public_or_goes_nowhere() -> None:
    issue = issue_for(1, rehearsal_address=DESK)
    copy = rehearsals.rehearse(issue, by="alice")
    for wrong in (
        {"rehearsed_to": ""},
        {"rehearses": None},
        {"kind": "regular"},
        {"listed": True},
        {"published_at": builders.NOW},
        {"state": "scheduled"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Issue.objects.filter(pk=copy.pk).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Issue.objects.filter(pk=issue.pk).update(rehearsed_to=DESK)


def test_why_a_rehearsal_is_refused() -> None:
    issue = issue_for(0, rehearsal_address=DESK)
    with pytest.raises(sending.ActRefused, match="Nobody would get a mail"):
        sending.release(issue, by="alice")
    builders.subscription(issue.publication, "alice@example.org")
    later = builders.NOW.replace(year=2099)
    with pytest.raises(sending.ActRefused, match="no time to wait"):
        sending.release(issue, by="alice", at=later)
    with pytest.raises(sending.ActRefused, match="No rehearsal address"):
        Publication.objects.update(rehearsal_address="")
        sending.rehearse(issue, by="alice")
    assert not Issue.objects.filter(kind="rehearsal").exists()


def test_a_rehearsal_is_not_corrected_but_what_was_rehearsed(relay: Smtpd, owner: Client) -> None:
    issue = issue_for(1, rehearsal_address=DESK)
    copy = rehearse(issue)
    page = owner.get(reverse("admin:newsletter_issue_progress", args=[copy.pk])).content.decode()
    assert reverse("admin:newsletter_issue_correct", args=[copy.pk]) not in page
    answer = owner.get(reverse("admin:newsletter_issue_correct", args=[copy.pk]))
    assert answer.headers["Location"] == reverse("admin:newsletter_issue_change", args=[issue.pk])
    with pytest.raises(NotCorrected, match="mend the issue that was rehearsed"):
        mending.correct(copy, None, digest_of(copy), author=None, by="alice", note="No.", seen="")


def test_a_folded_rehearsal_leaves_no_memory_of_success(relay: Smtpd) -> None:
    issue = issue_for(2, rehearsal_address=DESK)
    copy = rehearse(issue)
    tie = Subscription.objects.first()
    assert tie is not None
    Bounce.objects.create(
        subscriber=tie.subscriber, kind="soft", via="smtp", blame="reader", seen="1"
    )
    Issue.objects.filter(pk=copy.pk).update(finished_at=builders.NOW)
    assert sweeper.fold_old() == 1
    assert not Health.objects.exists()


# ---- the field


@pytest.fixture
def owner(db: None) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("olga", "olga@example.org"))
    return client


def fill(owner: Client, publication: Publication, **changed: str) -> Any:
    return test_switches.fill(owner, publication, **changed)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("Reader000@Example.org", "A reader of this publication has this address."),
        ("waits@example.org", "A reader of this publication has this address."),
        ("reader000+desk@example.org", "reader000@example.org reads this publication"),
        ("Reader000+@EXAMPLE.org", "reader000@example.org reads this publication"),
        ("listed@example.org", "listed+news@example.org reads this publication"),
        ("listed+desk@example.org", "listed+news@example.org reads this publication"),
        ("ma.ry+x@googlemail.com", "m.ary@gmail.com reads this publication"),
        ("dora.x+y@example.org", ""),
        ("reader00+0@example.org", ""),
        ("reader000@mail.example.org", ""),
        ("+reader000@example.org", ""),
        ("left+x@example.org", ""),
        ("gone@example.org", ""),
        ("stopped@example.net", "This address is suppressed"),
        ("two@example.org, three@example.org", "Enter a valid email address."),
        ("nobody", "Enter a valid email address."),
        (DESK, ""),
    ],
)
def test_s7_the_field_refuses_a_readers_address(owner: Client, address: str, said: str) -> None:
    issue = issue_for(1)
    publication = issue.publication
    builders.subscription(publication, "waits@example.org", state="pending", confirmed_at=None)
    for reader in ("listed+news@example.org", "m.ary@gmail.com", "dorax@example.org"):
        builders.subscription(publication, reader)
    for reader in ("gone@example.org", "left@example.org"):
        builders.subscription(publication, reader, state="unsubscribed")
    builders.subscription(builders.publication("other"), "dora.x@example.org")
    suppression.suppress("stopped@example.net", "hard")
    if not said:
        fill(owner, publication, rehearsal_address=address)
        assert rehearsal.address_of(publication) == address
        return
    answer = test_switches.post(owner, publication, rehearsal_address=address)
    publication.refresh_from_db()
    assert said in answer.content.decode()
    assert publication.rehearsal_address == ""


def test_a_bar_says_so_on_every_page_of_the_publications_people(owner: Client) -> None:
    issue = issue_for(1, rehearsal_address=DESK)
    other = builders.publication("other", name="Other Paper")
    stranger = get_user_model().objects.create_user("sven", is_staff=True)
    Role.objects.create(user=stranger, publication=other, kind="owner")
    theirs = Client()
    theirs.force_login(stranger)
    pages = [
        reverse("admin:index"),
        reverse("admin:newsletter_issue_changelist"),
        reverse("admin:subscribers_publication_changelist"),
        reverse("admin:subscribers_publication_change", args=[issue.publication_id]),
        reverse("admin:subscribers_subscriber_changelist"),
        reverse("admin:newsletter_issue_change", args=[issue.pk]),
        reverse("admin:auth_user_changelist"),
    ]
    for page in pages:
        text = owner.get(page).content.decode()
        assert f"goes to {DESK}. No reader gets anything." in text, page
    assert DESK not in theirs.get(reverse("admin:index")).content.decode()
    with override(REHEARSAL_ADDRESS="ops@example.net"):
        text = theirs.get(reverse("admin:index")).content.decode()
    assert "all mail of this site goes to ops@example.net" in " ".join(text.split())
