"""Readers: from the form to the first mail, and back out, through the pages and the mails."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from subscribers import consent, housekeeping, links, rekeying, subscriptions, suppression, tasks
from subscribers.addresses import key_of
from subscribers.choice import NEW, TAIL, Choice
from subscribers.links import Purpose, make
from subscribers.models import (
    Asked,
    AuditEntry,
    ConsentEvent,
    Subscriber,
    Subscription,
    Suppression,
    Wording,
)
from tests import builders
from tests.site_settings import configure

pytestmark = pytest.mark.django_db(transaction=True)

START = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
SENT = re.compile(r"/daily/subscribe/sent/\?asked=[0-9a-f]{32}")
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _jobs_run_at_once(settings: Any) -> None:
    settings.TASKS = {
        "default": {
            "BACKEND": "django_tasks.backends.immediate.ImmediateBackend",
            "QUEUES": ["default", "sending", "mail"],
        }
    }


@pytest.fixture
def harbour() -> Any:
    publication = builders.publication()
    builders.category(publication, "Tides", description="When the water comes.")
    builders.category(publication, "Ships")
    return publication


def links_in(message: Any) -> list[str]:
    """Every personal link of the text part, without the host."""
    return re.findall(r"http://127\.0\.0\.1:8000(/s/\S+)", message.body)


def link_of(message: Any, part: str) -> str:
    return next(link for link in links_in(message) if link.startswith(f"/s/{part}/"))


def sign_up(client: Client, address: str, **extra: Any) -> Any:
    return client.post("/daily/subscribe/", {"address": address, **extra})


def slugs(subscription: Subscription) -> list[str]:
    live = list(subscription.publication.categories.filter(bit__isnull=False))
    return [category.slug for category in Choice(subscription.choice).categories(live)]


def test_from_the_form_to_the_preferences(client: Client, harbour: Any) -> None:
    answer = sign_up(
        client,
        "Alice@Example.org",
        shown=["tides", "ships"],
        categories=["tides"],
        rhythm="every",
        language="zh-Hans",
    )
    assert answer.status_code == 303
    assert SENT.fullmatch(answer.headers["Location"])
    assert len(mail.outbox) == 1
    message = mail.outbox[0]
    assert message.to == ["Alice@example.org"]
    assert message.subject == "请确认订阅《Harbour Daily》"
    reader = Subscription.objects.get()
    assert (reader.state, reader.rhythm, reader.language) == ("pending", "every", "zh-Hans")
    assert slugs(reader) == ["tides"]
    assert not Choice(reader.choice).new

    (path,) = links_in(message)
    assert client.get(path).status_code == 200
    reader.refresh_from_db()
    assert reader.state == "pending"  # Looking is not pressing.

    answer = client.post(path)
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).content.decode()
    reader.refresh_from_db()
    assert reader.state == "active"
    assert reader.confirmed_at is not None
    assert "A…@example.org" in page
    assert "Alice@" not in page
    assert mail.outbox[1].subject == "欢迎订阅《Harbour Daily》"

    first, second = ConsentEvent.objects.order_by("id")
    assert (first.kind, first.form, first.network) == ("requested", "hosted", "127.0.0.0/24")
    assert first.wording is not None
    # The words of the page as it was shown: in English, though Chinese was asked for.
    assert first.wording.text == (
        "I want to receive Harbour Daily by email at this address. I can change my choice, "
        "pause, or unsubscribe at any time through a link in every mail."
    )
    assert first.detail["categories"] == ["tides"]
    assert (second.kind, second.form) == ("confirmed", "mail")
    assert second.wording is not None
    assert (second.wording.language, second.wording.place) == ("zh-Hans", "confirm")


def test_a_mail_is_complete_and_says_it_was_sent_by_a_machine(client: Client, harbour: Any) -> None:
    sign_up(client, "alice@example.org")
    message = mail.outbox[0].message()
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["From"] == "Harbour Daily <news@harbour.example.org>"
    assert message["To"] == "alice@example.org"
    assert message["Content-Language"] == "en"
    assert message["Message-ID"].endswith("@harbour.example.org>")
    text, html = message.get_payload()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert set(re.findall(r'href="([^"]+)"', html.get_payload(decode=True).decode())) == set(
        re.findall(r"http://\S+", text.get_payload(decode=True).decode())
    )


def test_a_plain_form_without_a_list_means_everything(client: Client, harbour: Any) -> None:
    sign_up(client, "alice@example.org", form="embed")
    assert Choice(Subscription.objects.get().choice) == Choice.all()
    assert ConsentEvent.objects.get().form == "embed"


def test_a_category_made_since_the_form_was_opened(client: Client, harbour: Any) -> None:
    builders.category(harbour, "Storms")
    shown = {"shown": ["tides", "ships"], "categories": ["tides"]}
    sign_up(client, "alice@example.org", **shown, new="on")
    sign_up(client, "bob@example.org", **shown)
    alice, bob = Subscription.objects.order_by("id")
    assert slugs(alice) == ["tides", "storms"]
    assert slugs(bob) == ["tides"]


def test_hidden_and_retired_categories_cannot_be_asked_for(client: Client, harbour: Any) -> None:
    builders.category(harbour, "Board", visibility="private")
    builders.category(harbour, "Old", retired_at=START)
    answer = sign_up(
        client,
        "alice@example.org",
        shown=["tides", "ships", "board", "old"],
        categories=["tides", "board", "old"],
    )
    assert answer.status_code == 303
    assert slugs(Subscription.objects.get()) == ["tides"]


def test_no_category_at_all_is_asked_about(client: Client, harbour: Any) -> None:
    answer = sign_up(client, "alice@example.org", shown=["tides", "ships"])
    assert answer.status_code == 422
    assert "Choose at least one category." in answer.content.decode()
    assert not Subscriber.objects.exists()


def test_a_closed_publication_takes_nobody(client: Client, harbour: Any) -> None:
    harbour.open = False
    harbour.save(update_fields=["open"])
    assert client.get("/daily/subscribe/").status_code == 410
    assert sign_up(client, "alice@example.org").status_code == 410
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize(
    ("wish", "html", "words"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", 'lang="zh-Hans"', "订阅《"),
        ("en-GB", 'lang="en"', "Subscribe to"),
        ("fr-FR, de", 'lang="en"', "Subscribe to"),
    ],
)
def test_the_language_is_guessed(
    client: Client, harbour: Any, wish: str, html: str, words: str
) -> None:
    page = client.get("/daily/subscribe/", headers={"accept-language": wish}).content.decode()
    assert f"<html {html}>" in page
    assert f"<h1>{words}" in page
    asked = client.get("/daily/subscribe/?lang=zh-hans", headers={"accept-language": wish})
    assert "<h1>订阅《" in asked.content.decode()


def test_the_honeypot_gets_the_usual_answer_and_nothing_happens(
    client: Client, harbour: Any
) -> None:
    answer = sign_up(client, "alice@example.org", website="http://example.net/")
    assert answer.status_code == 303
    assert SENT.fullmatch(answer.headers["Location"])
    assert not Subscriber.objects.exists()
    assert mail.outbox == []


def test_the_page_after_the_form_shows_what_was_understood(client: Client, harbour: Any) -> None:
    with time_machine.travel(START, tick=False) as clock:
        answer = sign_up(client, "\u200bＡｌｉｃｅ＠例子。中国")
        path = answer.headers["Location"]
        page = client.get(path).content.decode()
        assert "If we can write to <bdi>Alice@例子.中国</bdi>, a mail is on its way." in page
        assert "Did you mean" not in page
        assert answer.cookies == {} and "no-store" in answer.headers["Cache-Control"]
        # The key opens it for a quarter of an hour, in this publication, and is then gone.
        builders.publication("other")
        assert "Alice" not in client.get(path.replace("daily", "other")).content.decode()
        clock.shift(dt.timedelta(minutes=16))
        assert "the address you gave" in client.get(path).content.decode()
        housekeeping.sweep()
        assert not Asked.objects.exists()
    for nonsense in ("", "x" * 32, "0" * 32, "0" * 5000):
        page = client.get("/daily/subscribe/sent/", {"asked": nonsense}).content.decode()
        assert "the address you gave" in page


def test_a_slip_in_the_domain_is_hinted_at_and_mended_by_one_click(
    client: Client, harbour: Any
) -> None:
    answer = sign_up(
        client,
        "alice@gmial.com",
        shown=["tides", "ships"],
        categories=["ships"],
        language="zh-Hans",
    )
    assert mail.outbox[-1].to == ["alice@gmial.com"]  # A hint, never a refusal.
    page = client.get(answer.headers["Location"]).content.decode()
    assert "Did you mean <bdi>alice@gmail.com</bdi>?" in page
    form = re.search(r'<form method="post" action="([^"]+)".*?</form>', page, re.DOTALL)
    assert form is not None
    fields = re.findall(r'name="([^"]+)" value="([^"]*)"', form.group(0))
    posted: dict[str, list[str]] = {}
    for name, value in fields:
        posted.setdefault(name, []).append(value)
    assert client.post(form.group(1), posted).status_code == 303
    assert mail.outbox[-1].to == ["alice@gmail.com"]
    reader = Subscription.objects.get(subscriber__address="alice@gmail.com")
    assert (slugs(reader), reader.language) == (["ships"], "zh-Hans")


def test_the_page_with_the_button_says_whose_address_it_is(client: Client, harbour: Any) -> None:
    sign_up(client, "alice@example.org")
    (path,) = links_in(mail.outbox[0])
    assert "<bdi>alice@example.org</bdi>" in client.get(path).content.decode()


BAD = [
    ("", "empty"),
    ("alice@exa\nmple.org", "characters"),
    ("alice\r\nBcc: bob@example.org@example.org", "characters"),
    ("alice smith@example.org", "characters"),
    ("alice>@example.org", "characters"),
    ("alice@example.org\x00", "characters"),
    ("alice\u2028@example.org", "characters"),
    ("ali\u0085ce@example.org", "characters"),
    ("alice\u200b smith@example.org", "characters"),
    ("=?utf-8?q?alice=0A?=@example.org, bob@example.org", "characters"),
    ("a" * 65 + "@example.org", "long"),
    ("alice@localhost", "syntax"),
    ("alice@[127.0.0.1]", "characters"),
    ('"alice smith"@example.org', "characters"),
    ("alice@example..org", "syntax"),
    ("alice", "syntax"),
]


@pytest.mark.parametrize(("address", "code"), BAD)
def test_bad_addresses_are_refused_by_form_and_json_alike(
    client: Client, harbour: Any, address: str, code: str
) -> None:
    answer = sign_up(client, address)
    assert answer.status_code == 422
    assert 'id="address-error"' in answer.content.decode()
    answer = client.post(
        "/api/publications/daily/subscribe/", {"address": address}, "application/json"
    )
    assert answer.status_code == 422
    (problem,) = answer.json()["problems"]
    assert (problem["field"], problem["code"]) == ("address", code)
    assert client.post("/daily/manage/", {"address": address}).status_code == 422
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Alice@EXAMPLE.org ", "Alice@example.org"),
        ("alice+daily@example.org", "alice+daily@example.org"),
        ("alice@bücher.example.org", "alice@xn--bcher-kva.example.org"),
        ("o'alice@example.org", "o'alice@example.org"),
    ],
)
def test_good_addresses_are_normalised(
    client: Client, harbour: Any, typed: str, stored: str
) -> None:
    sign_up(client, typed)
    assert Subscriber.objects.get().address == stored
    assert mail.outbox[0].to == [stored]


def test_one_reader_for_every_spelling(client: Client, harbour: Any) -> None:
    for typed in ("alice@example.org", "ALICE@example.org", "Alice@Example.ORG"):
        sign_up(client, typed)
    assert Subscriber.objects.get().address == "alice@example.org"
    assert len(mail.outbox) == 1


def test_one_confirmation_a_day_and_three_in_thirty_days(client: Client, harbour: Any) -> None:
    with time_machine.travel(START, tick=False) as clock:
        sent_on = []
        for day in range(45):
            for _ in range(4):
                before = len(mail.outbox)
                sign_up(client, "alice@example.org")
                housekeeping.sweep()
                sent_on += [day] * (len(mail.outbox) - before)
                clock.shift(6 * HOUR)
        # A wait of 30 days ends a subscription nobody confirmed; the slots outlive it.
        for first in range(15):
            in_window = [day for day in sent_on if first <= day < first + 30]
            assert len(in_window) <= 3
        assert sent_on[:3] == [0, 1, 2]
        assert len(sent_on) == 6


def test_the_reminder_counts_and_comes_once(client: Client, harbour: Any) -> None:
    with time_machine.travel(START, tick=False) as clock:
        sign_up(client, "alice@example.org")
        clock.shift(47 * HOUR)
        housekeeping.sweep()
        assert len(mail.outbox) == 1
        clock.shift(2 * HOUR)
        housekeeping.sweep()
        housekeeping.sweep()
        assert [message.subject for message in mail.outbox] == [
            "Please confirm your subscription to Harbour Daily",
            "Reminder: please confirm your subscription to Harbour Daily",
        ]
        clock.shift(27 * DAY)
        housekeeping.sweep()
        assert len(mail.outbox) == 2
        assert Subscription.objects.count() == 1
        clock.shift(DAY)
        housekeeping.sweep()
        assert not Subscription.objects.exists()
        assert not Subscriber.objects.exists()
        assert not ConsentEvent.objects.exists()


def test_a_confirmation_whose_job_was_lost_is_sent_by_the_sweeper(
    client: Client, harbour: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel(START, tick=False):
        monkeypatch.setattr(tasks, "enqueue", lambda *args: None)
        sign_up(client, "alice@example.org")
        assert mail.outbox == []
        housekeeping.sweep()
        housekeeping.sweep()
        assert len(mail.outbox) == 1


def test_a_relay_that_is_down_costs_nothing(client: Client, harbour: Any, settings: Any) -> None:
    with time_machine.travel(START, tick=False) as clock:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # Port 1.
        sign_up(client, "alice@example.org")
        assert Subscription.objects.get().asked_at is None
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        clock.shift(dt.timedelta(minutes=1))
        housekeeping.sweep()
        assert len(mail.outbox) == 1
        assert Subscription.objects.get().asked_at == START + dt.timedelta(minutes=1)


def test_a_second_publication_waits_for_its_mail_or_comes_along(
    client: Client, harbour: Any
) -> None:
    builders.publication("weekly", name="Chart Weekly")
    with time_machine.travel(START, tick=False) as clock:
        sign_up(client, "alice@example.org")
        client.post("/weekly/subscribe/", {"address": "alice@example.org"})
        clock.shift(HOUR)
        housekeeping.sweep()
        assert len(mail.outbox) == 1  # One a day, whatever is asked.
        page = client.get(link_of(mail.outbox[0], "c")).content.decode()
        assert "Chart Weekly" in page
        client.post(link_of(mail.outbox[0], "c"), {"also": "weekly"})
        states = Subscription.objects.order_by("id").values_list("publication__slug", "state")
        assert list(states) == [("daily", "active"), ("weekly", "active")]


def test_asking_again_tells_a_reader_and_changes_nothing(client: Client, harbour: Any) -> None:
    reader = builders.subscription(harbour, "alice@example.org")
    sign_up(client, "alice@example.org", shown=["tides", "ships"], categories=["ships"])
    reader.refresh_from_db()
    assert reader.state == "active"
    assert Choice(reader.choice) == Choice.all()
    assert mail.outbox[0].subject == "You already receive Harbour Daily"


def test_a_departed_reader_comes_back_by_confirming_or_is_departed_again(
    client: Client, harbour: Any
) -> None:
    with time_machine.travel(START, tick=False) as clock:
        reader = builders.subscription(harbour, "alice@example.org", state="unsubscribed")
        sign_up(client, "alice@example.org")
        reader.refresh_from_db()
        assert reader.state == "pending"
        clock.shift(31 * DAY)
        housekeeping.sweep()
        reader.refresh_from_db()
        assert reader.state == "unsubscribed"
        sign_up(client, "alice@example.org")
        client.post(link_of(mail.outbox[-1], "c"))
        reader.refresh_from_db()
        assert reader.state == "active"


@pytest.mark.parametrize("reason", ["complaint", "manual", "imported"])
def test_a_suppressed_address_gets_no_mail_and_is_not_stored(
    client: Client, harbour: Any, reason: str
) -> None:
    suppression.suppress("alice@example.org", reason, {"status": "5.1.1"})
    assert sign_up(client, "alice@example.org").status_code == 303
    housekeeping.sweep()
    assert mail.outbox == []
    assert not Subscriber.objects.exists()


def test_a_suppression_since_the_mail_stops_the_confirmation(client: Client, harbour: Any) -> None:
    sign_up(client, "alice@example.org")
    suppression.suppress("alice@example.org", "complaint")
    answer = client.post(link_of(mail.outbox[0], "c"))
    assert answer.status_code == 409
    assert Subscription.objects.get().state == "pending"


def test_an_erased_person_may_come_back_by_their_own_yes(client: Client, harbour: Any) -> None:
    suppression.suppress("alice@example.org", "erased")
    sign_up(client, "alice@example.org")
    assert suppression.suppressed("alice@example.org", None) is not None
    client.post(link_of(mail.outbox[0], "c"))
    assert Subscription.objects.get().state == "active"
    assert suppression.suppressed("alice@example.org", None) is None
    assert Suppression.objects.get().lifted_by == "the reader's own confirmation"


def test_suppressions_are_found_under_every_key_and_lifted_on_record(settings: Any) -> None:
    old = settings.SUDI["LINK_KEYS"]
    first = suppression.suppress("alice@example.org", "hard", {"status": "5.1.1"})
    configure(settings, LINK_KEYS={**old, 2: b"f" * 32})
    assert suppression.suppressed("ALICE@example.org", None) == first
    assert suppression.suppress("alice@example.org", "soft") == first
    stronger = suppression.suppress("alice@example.org", "complaint")
    assert (stronger.reason, stronger.version) == ("complaint", 2)
    assert suppression.suppressed("alice@example.org", None) == stronger
    assert suppression.lift(stronger, "editor")
    assert not suppression.lift(stronger, "editor")
    assert suppression.suppressed("alice@example.org", None) is None
    assert AuditEntry.objects.get().actor == "editor"
    assert "alice" not in str(list(Suppression.objects.values()))
    with pytest.raises(ValueError, match="name who"):
        suppression.lift(stronger, "")


def test_a_new_key_takes_readers_and_their_suppressions_along(
    harbour: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rekeying, "_position", {})  # Another test may have been through with it.
    old = settings.SUDI["LINK_KEYS"]
    alice = builders.subscription(harbour, "alice@example.org").subscriber
    builders.subscription(harbour, "bob@example.org")
    suppression.suppress("alice@example.org", "hard")
    gone = suppression.suppress("charlie@example.org", "erased")
    configure(settings, LINK_KEYS={**old, 2: b"f" * 32})
    rekeying._position.clear()
    # Before the batch has run: a suppression takes the key the reader's row has.
    assert suppression.suppress("bob@example.org", "soft").version == 1
    while not rekeying.sweep(batch=1):
        pass
    alice.refresh_from_db()
    assert alice.key == key_of("alice@example.org", 2)
    assert consent.find("alice@example.org") == alice
    versions = Suppression.objects.order_by("reason").values_list("reason", "version")
    assert list(versions) == [("erased", 1), ("hard", 2), ("soft", 2)]
    assert Suppression.objects.get(reason="hard").key == alice.key
    assert suppression.suppressed("charlie@example.org", None) == gone
    configure(settings, LINK_KEYS={2: b"f" * 32})
    assert suppression.suppressed("alice@example.org", None) is not None


def test_entering_a_reader_never_revives_one(harbour: Any) -> None:
    reader = builders.subscription(harbour, "alice@example.org", state="unsubscribed")
    found, made = subscriptions.enter(harbour, "Alice@example.org", form="admin", active=True)
    assert (found, made) == (reader, False)
    found.refresh_from_db()
    assert found.state == "unsubscribed"
    assert not ConsentEvent.objects.exists()
    fresh, made = subscriptions.enter(
        harbour, "bob@example.org", form="admin", active=True, detail={"proof": "paper"}
    )
    assert made
    assert (fresh.state, fresh.domain) == ("active", reader.domain)
    assert ConsentEvent.objects.get().detail == {"proof": "paper"}


def test_words_are_stored_once(client: Client, harbour: Any) -> None:
    for name in ("alice", "bob", "charlie"):
        sign_up(client, f"{name}@example.org")
    assert Wording.objects.count() == 1
    assert ConsentEvent.objects.filter(wording=Wording.objects.get()).count() == 3


def save(client: Client, reader: Subscription, **fields: Any) -> Any:
    path = f"/s/m/{make(Purpose.MANAGE, reader.pk)}/"
    return client.post(path, {"action": "save", "rhythm": "every", "language": "en", **fields})


def test_preferences_add_and_remove(client: Client, harbour: Any) -> None:
    tides, _ships = harbour.categories.all()
    reader = builders.subscription(harbour, "alice@example.org", [tides])
    answer = save(
        client,
        reader,
        shown=["tides", "ships"],
        categories=["ships"],
        new="on",
        language="zh-Hans",
    )
    assert answer.status_code == 303
    reader.refresh_from_db()
    assert slugs(reader) == ["ships"]
    assert (Choice(reader.choice).new, Choice(reader.choice).tail) == (True, False)
    assert (reader.rhythm, reader.language) == ("every", "zh-Hans")
    event = ConsentEvent.objects.get()
    assert event.kind == "changed"
    assert event.detail["before"]["choice"]["categories"] == ["tides"]
    assert event.detail["after"]["choice"]["categories"] == ["ships"]
    save(client, reader, shown=["tides", "ships"], categories=["ships"], new="on",
         language="zh-Hans")  # fmt: skip
    assert ConsentEvent.objects.count() == 1  # Nothing changed, nothing to record.


def test_what_was_not_on_the_form_is_not_touched(client: Client, harbour: Any) -> None:
    """Created, given or taken meanwhile; hidden, private or retired: the form did not show it."""
    tides, _ships = harbour.categories.all()
    board = builders.category(harbour, "Board", visibility="private")
    reader = builders.subscription(harbour, "alice@example.org", [tides, board])
    Subscription.objects.filter(pk=reader.pk).update(choice=reader.choice | NEW | TAIL)
    storms = builders.category(harbour, "Storms")
    Subscription.objects.filter(pk=reader.pk).update(
        choice=Subscription.objects.get().choice | 1 << storms.bit
    )
    save(client, reader, shown=["tides", "ships"], categories=["ships"])
    reader.refresh_from_db()
    assert slugs(reader) == ["ships", "board", "storms"]
    assert not Choice(reader.choice).new


def test_a_private_category_can_be_dropped_but_not_taken(client: Client, harbour: Any) -> None:
    board = builders.category(harbour, "Board", visibility="private")
    bob = builders.subscription(harbour, "bob@example.org", [board])
    alice = builders.subscription(harbour, "alice@example.org", [])
    page = client.get(f"/s/m/{make(Purpose.MANAGE, alice.pk)}/").content.decode()
    assert "Board" not in page
    save(client, alice, shown=["tides", "board"], categories=["board", "tides"])
    alice.refresh_from_db()
    assert slugs(alice) == ["tides"]
    assert "Board" in client.get(f"/s/m/{make(Purpose.MANAGE, bob.pk)}/").content.decode()
    save(client, bob, shown=["tides", "board"], categories=["tides"])
    bob.refresh_from_db()
    assert slugs(bob) == ["tides"]


def test_pause_until_a_day_and_resume(client: Client) -> None:
    publication = builders.publication(time_zone="Asia/Shanghai")
    reader = builders.subscription(publication, "alice@example.org")
    path = f"/s/m/{make(Purpose.MANAGE, reader.pk)}/"
    with time_machine.travel(dt.datetime(2026, 3, 2, 20, 0, tzinfo=dt.UTC), tick=False):
        # In Shanghai it is the third already.
        client.post(path, {"action": "pause", "span": "7"})
        reader.refresh_from_db()
        assert reader.paused_until == dt.datetime(2026, 3, 9, 16, 0, tzinfo=dt.UTC)
        client.post(path, {"action": "pause", "span": "date", "until": "2026-04-01"})
        reader.refresh_from_db()
        assert reader.paused_until == dt.datetime(2026, 3, 31, 16, 0, tzinfo=dt.UTC)
        assert "April 1, 2026" in client.get(path).content.decode()
        for wrong in ("2026-03-03", "2027-04-01", "", "tomorrow"):
            answer = client.post(path, {"action": "pause", "span": "date", "until": wrong})
            assert answer.status_code == 422, wrong
            # What was typed stays in its field.
            assert (f'value="{wrong}"' in answer.content.decode()) is bool(wrong), wrong
        paused = client.post(path, {"action": "pause", "span": "7"}, follow=True).content.decode()
        assert paused.count("Mail starts again on March 10, 2026") == 1
        assert "邮箱：<bdi>" in client.get(f"{path}?lang=zh-hans").content.decode()
        client.post(path, {"action": "resume"})
        reader.refresh_from_db()
        assert reader.paused_until is None
    kinds = list(ConsentEvent.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["paused", "paused", "paused", "resumed"]


def test_other_publications_from_the_same_page(client: Client, harbour: Any) -> None:
    reader = builders.subscription(harbour, "alice@example.org")
    other = builders.publication("weekly", name="Chart Weekly")
    closed = builders.publication("closed", name="Closed Circle", open=False)
    path = f"/s/m/{make(Purpose.MANAGE, reader.pk)}/"
    page = client.get(path).content.decode()
    assert "Chart Weekly" in page
    assert "Closed Circle" not in page
    client.post(path, {"action": "join", "publication": "closed"})
    client.post(path, {"action": "join", "publication": "weekly"})
    assert not Subscription.objects.filter(publication=closed).exists()
    joined = Subscription.objects.get(publication=other)
    assert joined.state == "active"
    event = ConsentEvent.objects.get(publication=other)
    assert (event.kind, event.form) == ("confirmed", "mail")
    assert event.wording is not None and event.wording.place == "join"


def test_the_link_by_mail_goes_to_readers_only(client: Client, harbour: Any) -> None:
    builders.subscription(harbour, "alice@example.org")
    answers = [
        client.post("/daily/manage/", {"address": address})
        for address in ("alice@example.org", "nobody@example.org")
    ]
    told = [(a.status_code, a.headers["Location"].partition("&")[0], a.content) for a in answers]
    assert told == [(303, "/daily/manage/?done=mailed", b"")] * 2
    assert [message.to for message in mail.outbox] == [["alice@example.org"]]
    assert client.get(link_of(mail.outbox[0], "m")).status_code == 200


def test_a_feed_gets_a_new_address(client: Client, harbour: Any) -> None:
    reader = builders.subscription(harbour, "alice@example.org")
    path = f"/s/m/{make(Purpose.MANAGE, reader.pk)}/"
    assert make(Purpose.FEED, reader.pk, 0) in client.get(path).content.decode()
    client.post(path, {"action": "feed"})
    assert make(Purpose.FEED, reader.pk, 1) in client.get(path).content.decode()


def fresh(subscriber_id: int) -> str:
    return f"/s/x/{make(Purpose.SENSITIVE, subscriber_id, links.minutes_from_now(60))}/"


def test_a_change_of_address(client: Client, harbour: Any) -> None:
    with time_machine.travel(START, tick=False) as clock:
        reader = builders.subscription(harbour, "alice@example.org")
        client.post(f"/s/m/{make(Purpose.MANAGE, reader.pk)}/", {"action": "link"})
        path = link_of(mail.outbox[0], "x")
        assert mail.outbox[0].to == ["alice@example.org"]
        assert "alice@example.org" in client.get(path).content.decode()
        client.post(path, {"action": "address", "address": "alice@example.net"})
        notice, ask = mail.outbox[1:]
        assert (notice.to, ask.to) == (["alice@example.org"], ["alice@example.net"])
        assert "a…@example.net" in notice.body
        assert "alice@example.net" not in notice.body
        confirm = link_of(ask, "a")
        assert client.get(confirm).status_code == 200
        assert Subscriber.objects.get().address == "alice@example.org"
        assert client.post(confirm).status_code == 200
        person = Subscriber.objects.get()
        assert (person.address, person.new_address) == ("alice@example.net", "")
        assert consent.find("ALICE@example.net") == person
        assert consent.find("alice@example.org") is None
        assert ConsentEvent.objects.get().kind == "address_changed"
        # Opened again, or pressed twice: what was done is said, in their language.
        for again in (client.get(confirm), client.post(confirm, headers={"accept-language": "zh"})):
            assert again.status_code == 200
            assert "Your address was changed" in again.content.decode()
            assert "From now on mail goes to alice@example.net." in again.content.decode()
        assert ConsentEvent.objects.count() == 1
        Subscriber.objects.update(address="eve@example.net")  # Has moved on since.
        assert client.get(confirm).status_code == 404
        clock.shift(61 * dt.timedelta(minutes=1))
        assert client.get(path).status_code == 404  # One hour.


def test_a_change_of_address_can_be_stopped_and_runs_out(client: Client, harbour: Any) -> None:
    with time_machine.travel(START, tick=False) as clock:
        reader = builders.subscription(harbour, "alice@example.org")
        client.post(
            fresh(reader.subscriber_id), {"action": "address", "address": "bob@example.net"}
        )
        confirm = link_of(mail.outbox[1], "a")
        client.post(link_of(mail.outbox[0], "m").partition("#")[0], {"action": "keep"})
        assert client.post(confirm).status_code == 404
        client.post(
            fresh(reader.subscriber_id), {"action": "address", "address": "eve@example.net"}
        )
        clock.shift(25 * HOUR)
        housekeeping.sweep()
        assert Subscriber.objects.get().new_address == ""


def test_the_address_of_another_reader_is_not_taken_over(client: Client, harbour: Any) -> None:
    alice = builders.subscription(harbour, "alice@example.org")
    builders.subscription(harbour, "bob@example.org")
    known = client.post(
        fresh(alice.subscriber_id), {"action": "address", "address": "BOB@example.org"}
    )
    assert (known.status_code, known.content) == (303, b"")
    answer = client.post(link_of(mail.outbox[1], "a"))
    assert answer.status_code == 409
    addresses = sorted(Subscriber.objects.values_list("address", flat=True))
    assert addresses == ["alice@example.org", "bob@example.org"]


def test_an_export_tells_everything(client: Client, harbour: Any) -> None:
    sign_up(client, "alice@example.org")
    client.post(link_of(mail.outbox[0], "c"))
    answer = client.post(fresh(Subscriber.objects.get().pk), {"action": "export"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    data = answer.json()
    assert data["address"] == "alice@example.org"
    (tie,) = data["subscriptions"]
    assert (tie["publication"], tie["state"]) == ("daily", "active")
    assert tie["categories"] == ["tides", "ships"]
    assert tie["new_categories_too"] is True
    assert [event["what"] for event in data["consent"]] == ["requested", "confirmed", "exported"]
    assert data["consent"][0]["words"].startswith("I want to receive Harbour Daily")


def test_without_the_fresh_link_nothing_sensitive_happens(client: Client, harbour: Any) -> None:
    reader = builders.subscription(harbour, "alice@example.org")
    path = f"/s/m/{make(Purpose.MANAGE, reader.pk)}/"
    for action in ("erase", "export", "address"):
        fields = {"action": action, "sure": "yes", "address": "eve@example.net"}
        assert client.post(path, fields).status_code == 400
    person = Subscriber.objects.get()
    assert (person.address, person.new_address, person.erased_at) == ("alice@example.org", "", None)
    assert not ConsentEvent.objects.exists()
