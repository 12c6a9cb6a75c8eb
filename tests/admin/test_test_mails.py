"""Test mails: how many, to whom, on record, and as any reader gets them (fault C17)."""

from __future__ import annotations

import datetime as dt
import email
import smtplib
from email import policy
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse

from newsletter.models import Issue
from subscribers import suppression
from subscribers.addresses import key_of
from subscribers.models import AuditEntry, Category, Publication, Role, Subscription
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def daily() -> Publication:
    return builders.publication()


@pytest.fixture
def nature(daily: Publication) -> Category:
    builders.category(daily, "City")
    return builders.category(daily, "Nature")


@pytest.fixture
def issue(daily: Publication, nature: Category) -> Issue:
    made = builders.issue(daily)
    builders.item(made, daily.categories.get(slug="city"), "Night ferries return")
    builders.item(made, nature, "Egrets are back")
    return made


def person(name: str, publication: Publication, kind: str) -> User:
    made = User.objects.create(
        username=name, email=f"{name}@harbour.example.org", is_staff=True, password="!"
    )
    Role.objects.create(user=made, publication=publication, kind=kind)
    return made


def client(of: User) -> Client:
    made = Client()
    made.force_login(of)
    return made


def send(who: Client, issue: Issue, addresses: str, **more: Any) -> Any:
    url = reverse("admin:newsletter_issue_test", args=[issue.pk])
    return who.post(url, {"addresses": addresses, "picked": "1", "c": "nature", **more})


@pytest.mark.parametrize(
    ("role", "address", "goes"),
    [
        ("editor", "uma@harbour.example.org", True),
        ("editor", "olga@harbour.example.org", True),  # Works on it, too.
        ("editor", "alice@example.org", False),
        ("editor", "eve@harbour.example.org", False),  # Has a role in another publication.
        ("sender", "alice@example.org", True),
        ("owner", "alice@example.org", True),
    ],
)
def test_c17_who_may_not_send_tests_with_the_publications_own_people(
    role: str, address: str, goes: bool, issue: Issue, daily: Publication
) -> None:
    person("olga", daily, "owner")
    person("eve", builders.publication("other"), "owner")
    answer = send(client(person("uma", daily, role)), issue, address)
    assert answer.status_code == (302 if goes else 422)
    assert [one.to for one in mail.outbox] == ([[address]] if goes else [])
    if not goes:
        assert f"{address} belongs to nobody who works on this publication." in (
            answer.content.decode()
        )


@pytest.mark.parametrize("reason", ["complaint", "hard", "manual"])
def test_c17_no_test_goes_to_a_suppressed_address(
    reason: str, issue: Issue, daily: Publication
) -> None:
    scope = daily if reason == "manual" else None
    suppression.suppress("li@example.org", reason, publication=scope)
    who = client(person("uma", daily, "owner"))
    answer = send(who, issue, "uma@harbour.example.org li@example.org")
    assert answer.status_code == 422 and mail.outbox == []
    assert "li@example.org must not be mailed" in answer.content.decode()
    assert not AuditEntry.objects.filter(action="send_test").exists()


def test_c17_a_person_has_twenty_an_hour_in_all_publications(
    issue: Issue, daily: Publication
) -> None:
    owner = person("uma", daily, "owner")
    other = builders.publication("other")
    Role.objects.create(user=owner, publication=other, kind="owner")
    second = builders.issue(other)
    builders.item(second, builders.category(other, "Nature"), "Egrets are back")
    ten = " ".join(f"r{n}@example.org" for n in range(10))
    with time_machine.travel(builders.NOW, tick=False) as clock:
        assert send(client(owner), issue, ten).status_code == 302
        assert send(client(owner), second, ten).status_code == 302
        answer = send(client(owner), issue, "one@example.org")
        assert answer.status_code == 422 and len(mail.outbox) == 20
        assert "more than 20 test mails in an hour" in answer.content.decode()
        # Another person has their own.
        colleague = client(person("olga", daily, "owner"))
        assert send(colleague, issue, "one@example.org").status_code == 302
        clock.shift(dt.timedelta(minutes=29))
        assert send(client(owner), issue, ten).status_code == 422
        clock.shift(dt.timedelta(minutes=1))
        assert send(client(owner), issue, ten).status_code == 302
    assert len(mail.outbox) == 31


def test_c17_it_is_on_record_even_if_the_server_fails(
    issue: Issue, daily: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any, **_options: Any) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr("newsletter.sending.proofs.get_connection", broken)
    answer = send(client(person("uma", daily, "owner")), issue, "alice@example.org")
    assert answer.status_code == 422 and "no route to host" in answer.content.decode()
    entry = AuditEntry.objects.get(action="send_test")
    assert entry.actor == "uma" and entry.detail["number"] == 1
    assert entry.detail["keys"] == [str(key_of("alice@example.org"))]
    assert "@" not in str(entry.detail)


REFUSED = smtplib.SMTPRecipientsRefused({"bob@example.org": (550, b"5.1.1 No such user")})


class _Server:
    """A mail server with one answer of its own for bob."""

    def __init__(self, answer: OSError) -> None:
        self.answer, self.took = answer, list[str]()

    def open(self) -> None:
        pass

    def close(self) -> None:
        pass

    def send_messages(self, mails: list[Any]) -> int:
        for one in mails:
            if one.to == ["bob@example.org"]:
                raise self.answer
            self.took += one.to
        return len(mails)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (REFUSED, "550 5.1.1 No such user"),
        (smtplib.SMTPDataError(554, b"Looks\nlike spam"), "554 Looks like spam"),
        (smtplib.SMTPServerDisconnected("Connection closed"), "Connection closed"),
        (TimeoutError(), "it did not answer in time"),
        (ConnectionResetError(104, "Connection reset by peer"), "Connection reset by peer"),
    ],
)
def test_one_that_the_server_refuses_keeps_no_other_from_its_mail(
    answer: OSError,
    said: str,
    issue: Issue,
    daily: Publication,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = _Server(answer)
    monkeypatch.setattr("newsletter.sending.proofs.get_connection", lambda **_options: server)
    who = client(person("uma", daily, "owner"))
    html = send(who, issue, "alice@example.org bob@example.org carol@example.org")
    assert html.status_code == 422 and server.took == ["alice@example.org", "carol@example.org"]
    text = html.content.decode()
    assert f"bob@example.org: the mail server did not take it: {said}" in text
    assert "Test mails are on their way to 2 addresses." in text
    # Pressed once more it goes to the one that is left.
    assert ">\nbob@example.org</textarea>" in text


def test_c17_no_test_goes_to_a_rehearsal_address_that_complained(
    issue: Issue, daily: Publication
) -> None:
    Publication.objects.filter(pk=daily.pk).update(rehearsal_address="boss@example.org")
    suppression.suppress("boss@example.org", "complaint")
    answer = send(client(person("uma", daily, "owner")), issue, "uma@harbour.example.org")
    assert answer.status_code == 422 and mail.outbox == []
    assert "boss@example.org must not be mailed" in answer.content.decode()


def test_as_a_reader_gets_it(issue: Issue, daily: Publication, nature: Category) -> None:
    tie = builders.subscription(daily, "bob@example.org", [nature])
    who = client(person("uma", daily, "owner"))
    preview = reverse("admin:newsletter_issue_preview", args=[issue.pk])
    html = who.get(preview, {"person": tie.pk}).content.decode()
    assert f"person={tie.pk}" in html
    url = reverse("admin:newsletter_issue_test", args=[issue.pk])
    shown = who.get(url, {"person": tie.pk}).content.decode()
    assert "<strong>bob@example.org</strong>" in shown and 'name="c"' not in shown
    answer = send(who, issue, "uma@harbour.example.org", c="city", person=tie.pk)
    assert answer.status_code == 302
    sent = email.message_from_bytes(mail.outbox[0].message().as_bytes(), policy=policy.default)
    text = sent.get_body(("plain",))
    assert text is not None and "Egrets are back" in text.get_content()
    assert "Night ferries" not in text.get_content()
    assert AuditEntry.objects.get(action="send_test").detail["as_reader"] == tie.pk
    # Who may not see readers is told so, and chooses by categories.
    editor = client(person("ed", daily, "editor"))
    refused = editor.get(url, {"person": tie.pk})
    html = refused.content.decode()
    assert refused.status_code == 404 and "bob@example.org" not in html
    assert "You may not see the readers of" in html and 'name="c"' in html
    assert send(editor, issue, "ed@harbour.example.org", person=tie.pk).status_code == 422
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("number", ["999999", "elsewhere", "-1", "0", "3.0", "٣", "9" * 5000, "x"])
def test_a_test_as_a_reader_nobody_knows_is_not_sent(
    issue: Issue, daily: Publication, number: str
) -> None:
    """Another edition than the one that was asked for would be taken for theirs."""
    if number == "elsewhere":
        other = builders.publication(slug="other")
        number = str(builders.subscription(other, "bob@example.org", []).pk)
    who = client(person("uma", daily, "owner"))
    answer = send(who, issue, "uma@harbour.example.org", c="city", person=number)
    assert (answer.status_code, mail.outbox) == (422, [])
    said = f"has no reader number {number[:20]}; perhaps they were erased. Name the reader by"
    assert said in answer.content.decode()
    for name in ("test", "preview"):
        shown = who.get(
            reverse(f"admin:newsletter_issue_{name}", args=[issue.pk]), {"person": number}
        )
        assert shown.status_code == 404, name
        html = shown.content.decode()
        assert said in html and "<iframe" not in html


@pytest.mark.parametrize("number", ["9" * 30, "9" * 5000, "²", "1e3"])
def test_a_number_no_row_can_have_finds_none(issue: Issue, daily: Publication, number: str) -> None:
    who = client(person("uma", daily, "owner"))
    pages = {
        "shown": who.get(
            reverse("admin:newsletter_issue_shown", args=[issue.pk]), {"start": number}
        ),
        "withdraw": who.get(
            reverse("admin:newsletter_issue_withdraw", args=[issue.pk]), {"item": number}
        ),
        "star": who.post(
            reverse("admin:newsletter_issue_star", args=[issue.pk]), {"item": number, "do": "star"}
        ),
    }
    assert {name: page.status_code for name, page in pages.items()} == {
        "shown": 200,
        "withdraw": 404,
        "star": 404,
    }


def test_as_a_reader_who_gets_nothing(issue: Issue, daily: Publication, nature: Category) -> None:
    tie = builders.subscription(daily, "bob@example.org", [nature])
    Subscription.objects.filter(pk=tie.pk).update(state="unsubscribed")
    who = client(person("uma", daily, "owner"))
    answer = send(who, issue, "uma@harbour.example.org", person=tie.pk)
    assert answer.status_code == 422 and mail.outbox == []
    assert "This reader gets no mail of this issue" in answer.content.decode()
