"""A colleague without an account reads a draft by a link that ends."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from newsletter.issues import draft_links
from newsletter.models import DraftLink, Issue, Withdrawal
from subscribers.models import AuditEntry, Role
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(builders.NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def issue(db: None) -> Issue:
    publication = builders.publication()
    made = builders.issue(publication)
    builders.item(made, builders.category(publication, "City"), "Night ferries return")
    secret = builders.category(publication, "Members", visibility="private")
    builders.item(made, secret, "Only for members")
    builders.subscription(publication, "alice@example.org")
    return made


def client_of(issue: Issue, name: str, kind: str) -> Client:
    user = get_user_model().objects.create(username=name, is_staff=True, password="!")
    Role.objects.create(user=user, publication=issue.publication, kind=kind)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def eve(issue: Issue) -> Client:
    return client_of(issue, "eve", "editor")


def page_of(issue: Issue) -> str:
    return reverse("admin:newsletter_issue_draft_links", args=[issue.pk])


def make(eve: Client, issue: Issue, **data: Any) -> str:
    """The path of a new link, from the page that shows it."""
    answer = eve.post(page_of(issue), {"days": "7", "note": "Li", **data})
    found = re.search(r'id="link">https?://[^/<]+(/s/d/[^<]+)<', answer.content.decode())
    assert found, answer.content.decode()
    return found[1]


def test_whoever_has_the_link_reads_the_draft_as_readers_will(issue: Issue, eve: Client) -> None:
    path = make(eve, issue)
    page = Client().get(path)
    assert page.status_code == 200
    html = page.content.decode()
    assert "A draft: it is not published and may still change." in html
    assert "This link opens it until 9 March 2026, 08:00 (UTC)." in " ".join(html.split())
    assert (page["Cache-Control"], page["X-Robots-Tag"], page["Referrer-Policy"]) == (
        "private, no-store", "noindex, nofollow", "no-referrer",
    )  # fmt: skip
    for form in ("mail", "web", "text"):
        frame = Client().get(f"{path}shown/?as={form}")
        shown = frame.content.decode()
        assert "Night ferries return" in shown
        # Nobody's data: no address of a reader, and links of a mail that act for nobody.
        assert "alice@example.org" not in shown
        assert frame["Content-Security-Policy"].startswith("sandbox; ")
        assert frame["X-Frame-Options"] == "SAMEORIGIN"
        assert "no-store" in frame["Cache-Control"] and "noindex" in frame["X-Robots-Tag"]
    # As it is now, not as it was when the link was made.
    issue.items.filter(number=1).update(title="Night ferries are cancelled")
    assert "Night ferries are cancelled" in Client().get(f"{path}shown/").content.decode()
    # The site itself knows nothing of it.
    assert Client().get("/daily/2026-03-02/").status_code == 404


def test_it_is_shown_once_listed_and_on_record(issue: Issue, eve: Client) -> None:
    path = make(eve, issue)
    secret = path.split("/")[3]
    assert secret.startswith("draft-") and len(secret) == 38
    row = DraftLink.objects.get()
    assert secret not in str(row.__dict__)
    again = eve.get(page_of(issue)).content.decode()
    assert secret not in again and "Li" in again and "until 2026-03-09 08:00 UTC" in again
    entry = AuditEntry.objects.get(action="draft link made")
    assert (entry.actor, entry.detail) == ("eve", {"number": row.pk, "until": "2026-03-09"})


def test_it_can_be_ended(issue: Issue, eve: Client) -> None:
    path = make(eve, issue)
    row = DraftLink.objects.get()
    end = reverse("admin:newsletter_issue_draft_link_end", args=[issue.pk, row.pk])
    assert eve.get(end).status_code == 405
    assert eve.post(end).status_code == 302
    assert Client().get(path).status_code == 404
    assert AuditEntry.objects.filter(action="draft link ended", actor="eve").count() == 1
    assert "revoked" in eve.get(page_of(issue)).content.decode()
    # Of this issue only.
    other = builders.issue(issue.publication, "2026-03-03")
    wrong = reverse("admin:newsletter_issue_draft_link_end", args=[other.pk, row.pk])
    assert eve.post(wrong).status_code == 404


def _expired(issue: Issue, clock: Any) -> None:
    clock.move_to(builders.NOW + dt.timedelta(days=7))


def _released(issue: Issue, clock: Any) -> None:
    Issue.objects.filter(pk=issue.pk).update(state="published", published_at=builders.NOW)


def _taken_off_the_site(issue: Issue, clock: Any) -> None:
    Issue.objects.filter(pk=issue.pk).update(published_at=builders.NOW)


def _withdrawn(issue: Issue, clock: Any) -> None:
    Withdrawal.objects.create(issue=issue, by="olga", note="A mistake.", was_public=False)
    Issue.objects.filter(pk=issue.pk).update(state="cancelled")


def _role_gone(issue: Issue, clock: Any) -> None:
    Role.objects.all().delete()


def _account_closed(issue: Issue, clock: Any) -> None:
    get_user_model().objects.update(is_active=False)


def _draft_deleted(issue: Issue, clock: Any) -> None:
    issue.delete()


@pytest.mark.parametrize(
    "over",
    [_expired, _released, _taken_off_the_site, _withdrawn, _role_gone, _account_closed,
     _draft_deleted],
)  # fmt: skip
def test_when_it_is_over_it_is_like_one_that_never_was(
    issue: Issue, eve: Client, clock: Any, over: Any
) -> None:
    path = make(eve, issue)
    assert Client().get(path).status_code == 200
    over(issue, clock)
    for address in (path, f"{path}shown/"):
        answer = Client().get(address)
        assert answer.status_code == 404
        assert "Night ferries" not in answer.content.decode()
        assert "Ask whoever gave it to you." in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]


def test_no_other_secret_opens_a_draft(issue: Issue, eve: Client) -> None:
    path = make(eve, issue)
    secret = path.split("/")[3]
    for wrong in (secret[:-1], secret + "a", secret.upper(), secret.removeprefix("draft-"),
                  "sudi_" + secret.removeprefix("draft-"), "-" * 40, "draft-"):  # fmt: skip
        assert Client().get(f"/s/d/{wrong}/").status_code == 404, wrong
    assert Client().post(path).status_code == 405


@pytest.mark.parametrize("days", ["", "0", "31", "-1", "x"])
def test_a_length_that_is_none_is_refused_at_the_field(
    issue: Issue, eve: Client, days: str
) -> None:
    answer = eve.post(page_of(issue), {"days": days})
    assert answer.status_code == 422 and not DraftLink.objects.exists()
    with pytest.raises(ValueError, match="1 to 30"):
        draft_links.make(issue, get_user_model().objects.get(username="eve"), 31)


def test_only_who_may_edit_makes_one_and_only_of_what_is_not_out(issue: Issue, eve: Client) -> None:
    ann = client_of(issue, "ann", "approver")
    assert ann.post(page_of(issue), {"days": "7"}).status_code == 403
    change = reverse("admin:newsletter_issue_change", args=[issue.pk])
    assert page_of(issue) in eve.get(change).content.decode()
    assert page_of(issue) not in ann.get(change).content.decode()
    _released(issue, None)
    assert eve.post(page_of(issue), {"days": "7"}).status_code == 302
    assert not DraftLink.objects.exists()
