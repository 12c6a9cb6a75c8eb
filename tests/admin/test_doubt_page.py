"""The pages that settle who is in doubt."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from newsletter.models import Outcome
from subscribers.models import AuditEntry, Role
from tests.sending.test_doubt import issue_with, states, whole

pytestmark = pytest.mark.django_db


def member(client: Client, issue: object, kind: str) -> None:
    user = User.objects.create_user(kind, is_staff=True)
    Role.objects.create(user=user, publication=issue.publication, kind=kind)  # type: ignore[attr-defined]
    client.force_login(user)


def test_a_log_is_shown_first_and_stored_then(client: Client) -> None:
    issue = issue_with(["sent", "in_doubt", "in_doubt"])
    page = reverse("admin:newsletter_issue_doubt", args=[issue.pk])
    text = whole(issue, 1, 2).encode()
    member(client, issue, "editor")
    assert client.get(page).status_code == 403
    member(client, issue, "sender")
    assert "2 readers are in doubt." in client.get(page).content.decode()
    shown = client.post(page, {"log": SimpleUploadedFile("mail.log", text)}).content.decode()
    assert "1 reader in doubt got the mail." in shown
    assert "1 mail never reached the mail server: it may be sent again." in shown
    assert states(issue) == ["sent", "in_doubt", "in_doubt"]
    typed = {"log": SimpleUploadedFile("x", b"Dear all"), "store": "1"}
    assert "no log of a format that is known" in client.post(page, typed).content.decode()
    typed = {"log": SimpleUploadedFile("x", text), "store": "1", "time_zone": "Mars"}
    assert "is no time zone" in client.post(page, typed).content.decode()
    typed = {"log": SimpleUploadedFile("mail.log", text), "store": "1"}
    assert client.post(page, typed).status_code == 302
    assert states(issue) == ["sent", "sent", "failed"]
    assert AuditEntry.objects.get(action="settle_doubt").actor == "sender"


def test_a_readers_word(client: Client) -> None:
    issue = issue_with(["sent", "in_doubt"])
    member(client, issue, "reader_care")
    listing = reverse("admin:newsletter_issue_failures", args=[issue.pk, "in_doubt"])
    address = reverse("admin:newsletter_issue_has_it", args=[issue.pk, 2])
    assert address in client.get(listing).content.decode()
    client.get(address)
    assert states(issue) == ["sent", "in_doubt"]
    client.post(address)
    assert states(issue) == ["sent", "sent"]
    assert Outcome.objects.get(resolved_at__isnull=False).evidence == "the reader's word"
    assert AuditEntry.objects.get(action="reader_has_it").actor == "reader_care"
