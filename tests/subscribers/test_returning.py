"""A reader whose mail was stopped by refusals: told why, mailed a proof, and back on record."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core import mail
from django.test import Client

from subscribers import subscriptions, suppression
from subscribers.links import Purpose, make, minutes_from_now
from subscribers.models import AuditEntry, ConsentEvent, Event, Subscription, Suppression
from subscribers.subscriptions.returning import PROOF
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)
ALICE = "alice@example.org"
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def clock(settings: Any) -> Any:
    settings.TASKS = {
        "default": {
            "BACKEND": "django_tasks.backends.immediate.ImmediateBackend",
            "QUEUES": ["default", "sending", "mail"],
        }
    }
    with time_machine.travel(builders.NOW, tick=False) as moment:
        yield moment


@pytest.fixture
def reader() -> Subscription:
    publication = builders.publication(reply_to="desk@harbour.example.org")
    builders.category(publication, "Tides")
    return builders.subscription(publication, ALICE)


def stop(reader: Subscription, reason: str, **evidence: Any) -> Suppression:
    whole_site = reason in suppression.WHOLE_SITE
    where = None if whole_site else reader.publication
    return suppression.suppress(ALICE, reason, evidence, publication=where)


def manage(reader: Subscription) -> str:
    return f"/s/m/{make(Purpose.MANAGE, reader.pk)}/"


def proof_link() -> str:
    """The only personal link of the last mail."""
    (link,) = set(re.findall(r"http://127\.0\.0\.1:8000(/s/\S+)", mail.outbox[-1].body))
    assert link.startswith("/s/p/")
    return link


def rows() -> dict[str, Any]:
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for model in apps.get_models()
    }


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


WHY = {
    "hard": "On March 2, 2026 a mail to it came back: there was no mailbox of this name.",
    "soft": "Until March 2, 2026 its mail server refused one issue after another.",
    "complaint": "On March 2, 2026 our mail to it was reported as spam.",
    "manual": "On March 2, 2026 the publisher stopped the mail to it.",
    "imported": "On March 2, 2026 it came from a list on which it was marked as stopped.",
}


@pytest.mark.parametrize("reason", ["hard", "soft"])
def test_from_the_link_in_an_old_mail_back_to_the_next_issue(
    client: Client, reader: Subscription, reason: str, clock: Any
) -> None:
    stop(reader, reason)
    clock.shift(DAY)
    page = client.get(manage(reader))
    assert WHY[reason] in text(page) and "Send me that mail" in text(page)
    asked = client.post(manage(reader), {"action": "proof"}, follow=True)
    assert "a mail is on its way" in text(asked)
    (letter,) = mail.outbox
    assert letter.to == [ALICE] and WHY[reason] in letter.body
    before = rows()
    assert "Our mail reached you" in text(client.get(proof_link()))
    assert rows() == before  # Programs that follow links of mails change nothing.
    back = client.post(proof_link(), follow=True)
    assert "your address takes mail again" in text(back)
    assert suppression.suppressed(ALICE, reader.publication) is None
    lifted = Suppression.objects.get()
    assert (lifted.lifted_by, lifted.lifted_at) == (PROOF, builders.NOW + DAY)
    assert AuditEntry.objects.get(action="suppression lifted").actor == PROOF
    entry = ConsentEvent.objects.get()
    assert (entry.kind, entry.form, entry.detail["lifted"]) == ("returned", "mail", [reason])
    assert entry.wording is not None
    assert Event.objects.get().kind == "returned"
    # Pressed again, by whatever: nothing more.
    before = rows()
    assert "there is nothing left to do" in text(client.get(proof_link()))
    client.post(proof_link())
    assert rows() == before


@pytest.mark.parametrize("reason", ["hard", "soft"])
def test_from_the_form_which_tells_a_stranger_nothing(
    client: Client, reader: Subscription, reason: str
) -> None:
    stop(reader, reason)
    stranger = client.post("/daily/subscribe/", {"address": "new@example.org"})
    known = client.post("/daily/subscribe/", {"address": ALICE})
    # The same answer but for a random key, and behind it the same page but for the address.
    assert (known.status_code, known.content) == (stranger.status_code, stranger.content)
    pages = []
    for answer, address in ((known, ALICE), (stranger, "new@example.org")):
        path, key = answer.headers["Location"].split("asked=")
        assert (path, len(key)) == ("/daily/subscribe/sent/?", 32)
        page = text(client.get(answer.headers["Location"]))
        assert address in page
        pages.append(page.replace(address, "ADDRESS").replace(key, "KEY"))
    assert pages[0] == pages[1]
    assert WHY[reason] in mail.outbox[-1].body
    client.post(proof_link())
    assert suppression.suppressed(ALICE, reader.publication) is None
    reader.refresh_from_db()
    assert reader.state == "active"


def test_one_who_was_no_reader_of_it_confirms_and_proves_in_one(
    client: Client, reader: Subscription
) -> None:
    suppression.suppress("bob@example.org", "hard")
    client.post("/daily/subscribe/", {"address": "bob@example.org"})
    assert "/?done=confirmed&" in client.post(proof_link()).headers["Location"]
    bob = Subscription.objects.get(subscriber__address="bob@example.org")
    assert (bob.state, bob.confirmed_at) == ("active", builders.NOW)
    kinds = ConsentEvent.objects.filter(subscriber=bob.subscriber).values_list("kind", flat=True)
    assert list(kinds.order_by("pk")) == ["requested", "returned", "confirmed"]
    assert mail.outbox[-1].subject == "Welcome to Harbour Daily"


def test_the_link_of_an_old_confirmation_proves_nothing_and_offers_the_proof(
    client: Client, reader: Subscription
) -> None:
    Subscription.objects.update(state="pending", confirmed_at=None)
    stop(reader, "hard")
    link = f"/s/c/{make(Purpose.CONFIRM, reader.pk)}/"
    assert WHY["hard"] in text(client.get(link))
    assert client.post(link).status_code == 409
    assert suppression.suppressed(ALICE, None) is not None
    client.post(link, {"action": "proof"})
    client.post(proof_link())
    reader.refresh_from_db()
    assert reader.state == "active"


def test_who_had_left_before_the_mail_stopped_comes_back_by_their_own_yes(
    client: Client, reader: Subscription
) -> None:
    subscriptions.leave([reader], form="mail")
    stop(reader, "hard")
    way_out = f"/s/u/{make(Purpose.UNSUBSCRIBE, reader.pk)}/"
    page = client.post(way_out, {"action": "back"}, follow=True)
    assert WHY["hard"] in text(page)
    client.post(manage(reader), {"action": "proof"})
    client.post(proof_link())
    reader.refresh_from_db()
    assert reader.state == "active"


@pytest.mark.parametrize("reason", ["complaint", "manual", "imported"])
def test_what_only_the_editors_may_decide(
    client: Client, reader: Subscription, reason: str
) -> None:
    stop(reader, reason)
    page = text(client.get(manage(reader)))
    assert WHY[reason] in page and "desk@harbour.example.org" in page
    assert "Send me that mail" not in page
    # A proof mailed before, pressed now.
    late = f"/s/p/{make(Purpose.PROOF, reader.pk, minutes_from_now(60))}/"
    before = rows()
    assert client.get(late).status_code == 200
    assert client.post(late).status_code == 409
    assert rows() == before


def test_a_complaint_beside_a_dead_mailbox_keeps_both(client: Client, reader: Subscription) -> None:
    stop(reader, "soft")
    stop(reader, "complaint")
    late = f"/s/p/{make(Purpose.PROOF, reader.pk, minutes_from_now(60))}/"
    assert client.post(late).status_code == 409
    assert Suppression.objects.filter(lifted_at__isnull=True).count() == 2


def test_who_complained_is_told_politely_once_in_thirty_days(
    client: Client, reader: Subscription, clock: Any
) -> None:
    subscriptions.leave([reader], form="complaint")
    stop(reader, "complaint")
    for _day in range(3):
        assert client.post("/daily/subscribe/", {"address": ALICE}).status_code == 303
        clock.shift(DAY)
    (letter,) = mail.outbox
    assert WHY["complaint"] in letter.body and "desk@harbour.example.org" in letter.body
    assert "/s/" not in letter.body
    reader.refresh_from_db()
    assert reader.state == "unsubscribed"
    # Nobody's address that complained elsewhere: nothing stored, nothing mailed.
    suppression.suppress("eve@example.org", "complaint")
    client.post("/daily/subscribe/", {"address": "eve@example.org"})
    assert len(mail.outbox) == 1
    assert not Subscription.objects.filter(subscriber__address="eve@example.org").exists()


def test_proofs_are_as_seldom_as_confirmations(
    client: Client, reader: Subscription, clock: Any
) -> None:
    stop(reader, "hard")
    mailed = []
    for _day in range(31):
        for _again in range(2):
            client.post(manage(reader), {"action": "proof"})
        mailed.append(len(mail.outbox))
        clock.shift(DAY)
    assert mailed[:4] == [1, 2, 3, 3]
    assert mailed[29:] == [3, 4]


def test_the_link_is_good_for_seven_days(client: Client, reader: Subscription, clock: Any) -> None:
    stop(reader, "hard")
    client.post(manage(reader), {"action": "proof"})
    link = proof_link()
    clock.shift(7 * DAY + dt.timedelta(minutes=1))
    assert client.get(link).status_code == client.post(link).status_code == 404
    assert suppression.suppressed(ALICE, None) is not None


def test_a_dead_mailbox_ends_for_the_whole_site_a_tired_one_only_here(
    client: Client, reader: Subscription
) -> None:
    other = builders.publication("other")
    builders.subscription(other, ALICE)
    stop(reader, "hard")
    stop(reader, "soft")
    suppression.suppress(ALICE, "soft", publication=other)
    client.post(manage(reader), {"action": "proof"})
    client.post(proof_link())
    assert suppression.suppressed(ALICE, reader.publication) is None
    assert suppression.suppressed(ALICE, None) is None
    left = suppression.suppressed(ALICE, other)
    assert left is not None and left.reason == "soft"
