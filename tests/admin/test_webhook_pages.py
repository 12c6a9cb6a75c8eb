"""The pages of webhooks: who may open them, what each button does, what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from newsletter import notices
from newsletter.models import OutboxEvent, Webhook, WebhookDelivery
from newsletter.notices import webhooks
from newsletter.notices.types import TYPES
from subscribers.models import AuditEntry, Publication, Role
from tests import builders
from tests.internet import internet, serve

pytestmark = pytest.mark.django_db(transaction=True)

OK = b"HTTP/1.1 204 No Content\r\n\r\n"
LIST = "admin:newsletter_webhook_changelist"


@pytest.fixture
def harbour() -> Publication:
    return builders.publication()


def client_of(name: str, publication: Publication | None, kind: str = "owner") -> Client:
    user = get_user_model().objects.create_user(
        name, is_staff=True, is_superuser=publication is None
    )
    if publication is not None:
        Role.objects.create(user=user, publication=publication, kind=kind)
    client = Client()
    client.force_login(user)
    return client


def filled(owner: Publication, **changed: Any) -> dict[str, Any]:
    return {
        "publication": owner.pk,
        "name": "Desk",
        "url": "https://example.org/in",
        "types": ["issue.paused", "alert"],
        **changed,
    }


def hook(publication: Publication | None, url: str = "https://example.org/in") -> Webhook:
    return Webhook.objects.create(
        publication=publication,
        name="Desk",
        url=url,
        types=["issue.paused"],
        secret=webhooks.new_secret(),
    )


def test_an_owner_adds_one_and_finds_its_secret(harbour: Publication) -> None:
    olga = client_of("olga", harbour)
    assert "No program is told." in olga.get(reverse(LIST)).content.decode()
    answer = olga.post(reverse("admin:newsletter_webhook_add"), filled(harbour))
    made = Webhook.objects.get()
    assert answer.headers["Location"] == reverse("admin:newsletter_webhook_change", args=[made.pk])
    assert (made.publication, made.types) == (harbour, ["issue.paused", "alert"])
    assert not made.with_addresses
    assert made.secret in olga.get(answer.headers["Location"]).content.decode()
    assert "Desk" in olga.get(reverse(LIST)).content.decode()
    assert AuditEntry.objects.get().action == "webhook created"
    assert made.secret not in str(AuditEntry.objects.values())


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"url": "ftp://example.org/"}, "url", "Write an address like https://"),
        ({"url": "http://a:b@example.org/"}, "url", "Write an address like https://"),
        ({"url": "example.org"}, "url", "Write an address like https://"),
        ({"url": "http://example.org/", "with_addresses": "on"}, "url", "begin with https"),
        ({"types": []}, "types", "Choose at least one."),
        ({"types": ["nonsense"]}, "types", "nonsense"),
        ({"publication": ""}, "publication", "This field is required."),
        ({"name": ""}, "name", "This field is required."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    harbour: Publication, changed: dict[str, Any], field: str, said: str
) -> None:
    olga = client_of("olga", harbour)
    answer = olga.post(reverse("admin:newsletter_webhook_add"), filled(harbour, **changed))
    assert answer.status_code == 422
    assert said in " ".join(answer.context["form"].errors[field])
    assert not Webhook.objects.exists()


def test_only_owners_of_its_publication_open_it(harbour: Publication) -> None:
    other = builders.publication("other")
    ours, sites = hook(harbour), hook(None)
    pages = [reverse("admin:newsletter_webhook_change", args=[one.pk]) for one in (ours, sites)]
    seen = {}
    for name, client in {
        "owner": client_of("owner", harbour),
        "stranger": client_of("stranger", other),
        "editor": client_of("editor", harbour, "editor"),
        "reader care": client_of("care", harbour, "reader_care"),
        "administrator": client_of("root", None),
    }.items():
        seen[name] = [client.get(page).status_code for page in pages]
        seen[name].append(client.post(pages[0], {"action": "rotate"}).status_code)
    assert seen == {
        "owner": [200, 404, 302],
        "stranger": [404, 404, 404],
        "editor": [403, 403, 403],
        "reader care": [403, 403, 403],
        "administrator": [200, 200, 302],
    }
    wrong = filled(other)
    answer = client_of("second", harbour).post(reverse("admin:newsletter_webhook_add"), wrong)
    assert answer.status_code == 422


def test_each_button_does_what_it_says(harbour: Publication) -> None:
    olga = client_of("olga", harbour)
    with internet(), serve(OK) as server:
        made = hook(harbour, f"{server.url}/in")
        page = reverse("admin:newsletter_webhook_change", args=[made.pk])

        def press(action: str, **more: Any) -> str:
            answer = olga.post(page, {"action": action, **more}, follow=True)
            made.refresh_from_db()
            return str(answer.content.decode())

        assert "A test event is on its way" in press("test")
        notices.sweep()
        assert len(server.asked) == 1
        delivery = WebhookDelivery.objects.get()
        assert "webhook.test" in (text := olga.get(page).content.decode())
        assert "204" in text
        press("again", number=delivery.pk)
        notices.sweep()
        assert len(server.asked) == 2
        before = made.secret
        assert "valid for 24 hours more" in press("rotate")
        assert (made.old_secret, made.secret != before) == (before, True)
        press("off")
        OutboxEvent.objects.create(type="issue.paused", publication=harbour, source="x")
        notices.sweep()
        assert made.state == "off"
        assert len(server.asked) == 2
        press("on")
        assert made.state == "on"
        changed = filled(harbour, action="save", name="Pager", types=["alert"])
        assert "Saved." in olga.post(page, changed, follow=True).content.decode()
        made.refresh_from_db()
        assert (made.name, made.types) == ("Pager", ["alert"])
        olga.post(page, {"action": "remove"})
        assert not Webhook.objects.exists()
    assert olga.post(page, {"action": "test"}).status_code == 404


def test_opening_pages_changes_nothing(harbour: Publication) -> None:
    olga = client_of("olga", harbour)
    made = hook(harbour)
    page = reverse("admin:newsletter_webhook_change", args=[made.pk])
    before = Webhook.objects.values().get()
    for query in ("", "?action=remove", "?action=rotate", "?action=off"):
        assert olga.get(page + query).status_code == 200
    assert Webhook.objects.values().get() == before
    assert not AuditEntry.objects.exists()
    assert olga.post(page, {"action": "nonsense"}).status_code == 404
    other = hook(None)
    event = OutboxEvent.objects.create(type="alert", source="y")
    foreign = WebhookDelivery.objects.create(webhook=other, event=event)
    assert olga.post(page, {"action": "again", "number": foreign.pk}).status_code == 404


def test_each_type_that_is_offered_is_told(harbour: Publication) -> None:
    with internet(), serve(OK) as server:
        made = hook(harbour, f"{server.url}/in")
        Webhook.objects.filter(pk=made.pk).update(types=[one.code for one in TYPES])
        for one in TYPES:
            OutboxEvent.objects.create(type=one.code, publication=harbour, source=one.code)
        notices.sweep()
        assert len(server.asked) == len(TYPES)
