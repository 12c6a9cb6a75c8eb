"""Withdrawing: 410 with a note, out of feeds, pages and round-ups, and nobody is mailed it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from newsletter import editions, sending
from newsletter.models import Issue, Item, Withdrawal
from newsletter.sending import welcome, withdrawing
from newsletter.sending.control import ActRefused
from subscribers.models import AuditEntry, Role
from tests import builders
from tests.sending.stage import issue_for, relay_for, send
from tests.smtpd import Smtpd

pytestmark = pytest.mark.django_db(transaction=True)
NOTE = "The account it told of was invented."


@pytest.fixture
def relay(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Smtpd]:
    with relay_for(tmp_path, getattr(request, "param", ())) as server:
        yield server


def published(slug: str = "daily", date: str = "2026-03-02", **extra: Any) -> Issue:
    """A public issue that was never mailed, with two items."""
    daily = builders.publication(slug)
    made = builders.issue(
        daily, date, state=Issue.State.PUBLISHED, channels="site", published_at=builders.NOW,
        **extra,
    )  # fmt: skip
    city = builders.category(daily, "City")
    builders.item(made, city, "Night ferries return", published_at=builders.NOW)
    builders.item(made, city, "Egrets are back", published_at=builders.NOW)
    return made


ADDRESSES = (
    "/daily/", "/daily/c/city/", "/daily/feed.atom", "/daily/feed.rss", "/daily/feed.json",
    "/daily/c/city/feed.atom", "/daily/sitemap.xml",
)  # fmt: skip


def test_an_issue_is_gone_with_a_note(client: Client) -> None:
    issue = published()
    before = [client.get(one).content.decode() for one in ADDRESSES]
    assert all("2026-03-02" in text for text in before)
    etag = client.get("/daily/feed.atom").headers["ETag"]
    withdrawing.withdraw(issue, None, NOTE, by="olga")
    gone = client.get("/daily/2026-03-02/")
    assert gone.status_code == 410
    text = gone.content.decode()
    assert NOTE in text and 'content="noindex"' in text
    assert "ferries" not in text and "Harbour Daily - 2026" not in text
    for one in ADDRESSES:
        answer = client.get(one)
        assert "ferries" not in answer.content.decode(), one
        assert "/daily/2026-03-02/" not in answer.content.decode(), one
    # Whoever polls is told that the feed is another now.
    assert client.get("/daily/feed.atom", HTTP_IF_NONE_MATCH=etag).status_code == 200
    assert client.get("/daily/2026-03-03/").status_code == 404
    entry = AuditEntry.objects.get(action="withdraw")
    assert (entry.actor, entry.detail["note"]) == ("olga", NOTE)


def test_an_item_leaves_its_issue_and_every_copy(client: Client) -> None:
    issue = published()
    item = issue.items.get(title="Egrets are back")
    roundup = builders.issue(
        issue.publication, "2026-03-08", kind=Issue.Kind.ROUNDUP, state=Issue.State.PUBLISHED,
        channels="site", published_at=builders.NOW + dt.timedelta(days=6),
    )  # fmt: skip
    builders.item(roundup, item.category, "Egrets are back", copied_from=item)
    draft = builders.issue(issue.publication, "2026-03-09", kind=Issue.Kind.ROUNDUP)
    builders.item(draft, item.category, "Egrets are back", copied_from=item)
    withdrawing.withdraw(issue, item, NOTE, by="olga")
    page = client.get("/daily/2026-03-02/")
    assert page.status_code == 200 and NOTE in page.content.decode()
    assert "An item was withdrawn" in page.content.decode()
    for one in (*ADDRESSES, "/daily/2026-03-02/", "/daily/2026-03-08/"):
        assert "Egrets" not in client.get(one).content.decode(), one
    assert "Night ferries return" in client.get("/daily/c/city/").content.decode()
    assert editions.load(draft).items == ()
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_who_waits_gets_nothing_and_the_ledger_adds_up(relay: Smtpd) -> None:
    issue = issue_for(20)
    sending.release(issue, by="olga", now=True)
    sending.freeze(issue.pk)
    reached = withdrawing.reach(issue)
    waiting = sending.ledger(issue)["waiting"]
    assert waiting > 0 and (reached.had, reached.stopped) == (0, waiting)
    withdrawing.withdraw(issue, None, NOTE, by="olga")
    sending.drain(2)
    assert relay.recipients() == []
    found = sending.ledger(issue)
    assert found["waiting"] == 0 and found["cancelled"] == waiting
    assert found["recipients"] == sum(found[key] for key in sending.KEYS[1:])


@pytest.mark.parametrize("whole", [True, False])
def test_a_sent_issue_goes_to_nobody_any_more(relay: Smtpd, whole: bool) -> None:
    issue = issue_for(10)
    assert send(issue)["sent"] == 10
    issue.publication.welcome_latest_issue = True
    issue.publication.save()
    item = None if whole else issue.items.first()
    assert withdrawing.reach(issue, item).had == 10
    builders.subscription(issue.publication, "late@example.org")
    withdrawing.withdraw(issue, item, NOTE, by="olga")
    for act in (sending.mail_rest, sending.retry_failed, sending.resume):
        with pytest.raises(ActRefused):
            act(issue, by="olga")
    newcomer = builders.subscription(issue.publication, "new@example.org")
    look = welcome.look(newcomer, issue.finished_at or builders.NOW)
    assert look.refused in (welcome.Refusal.NO_ISSUE, welcome.Refusal.CLOSED)
    assert sending.ledger(issue)["sent"] == 10


def test_what_is_scheduled_with_a_copy_goes_back_to_a_draft() -> None:
    issue = published()
    item = issue.items.get(title="Egrets are back")
    roundup = builders.issue(
        issue.publication, "2026-03-08", kind=Issue.Kind.ROUNDUP, state=Issue.State.SCHEDULED,
        send_at=builders.NOW,
    )  # fmt: skip
    builders.item(roundup, item.category, "Egrets are back", copied_from=item)
    assert withdrawing.reach(issue, item).others == (roundup,)
    withdrawing.withdraw(issue, item, NOTE, by="olga")
    roundup.refresh_from_db()
    assert (roundup.state, roundup.send_at) == ("draft", None)


def test_what_nobody_has_seen_and_what_is_withdrawn_already_is_refused() -> None:
    issue = published()
    draft = builders.issue(issue.publication, "2026-03-05")
    with pytest.raises(ActRefused, match="No reader has seen it"):
        withdrawing.withdraw(draft, None, NOTE, by="olga")
    withdrawing.withdraw(issue, None, NOTE, by="olga")
    for item in (None, issue.items.first()):
        with pytest.raises(ActRefused, match="withdrawn already"):
            withdrawing.withdraw(issue, item, NOTE, by="olga")
    assert Withdrawal.objects.count() == 1


def test_a_note_to_readers_alone_leaves_no_trace_on_the_site(client: Client) -> None:
    daily = builders.publication()
    made = builders.issue(daily, channels="mail", state="cancelled")
    withdrawing.withdraw(made, None, NOTE, by="olga")
    assert client.get("/daily/2026-03-02/").status_code == 404


def test_the_page_says_what_it_comes_to_and_asks_twice(client: Client) -> None:
    issue = published()
    olga = User.objects.create(username="olga", is_staff=True, password="!")
    Role.objects.create(user=olga, publication=issue.publication, kind="sender")
    client.force_login(olga)
    item = issue.items.get(title="Egrets are back")
    assert isinstance(item, Item)
    overview = client.get(reverse("admin:newsletter_issue_correct", args=[issue.pk]))
    url = reverse("admin:newsletter_issue_withdraw", args=[issue.pk])
    assert f"{url}?item={item.pk}" in overview.content.decode()
    assert "Egrets are back" in client.get(url, {"item": item.pk}).content.decode()
    assert client.get(url, {"item": "x"}).status_code == 404
    for data in ({"note": NOTE}, {"note": "  ", "sure": "on"}):
        assert client.post(url, data).status_code == 422
    issue.refresh_from_db()
    assert issue.published_at is not None
    assert client.post(url, {"note": NOTE, "sure": "on"}).status_code == 302
    shown = client.get(reverse("admin:newsletter_issue_history", args=[issue.pk])).content.decode()
    assert "withdrew it from readers" in shown and "withdrawn" in shown
