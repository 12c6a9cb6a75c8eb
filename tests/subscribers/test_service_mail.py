"""Service mail is kept until it is sent, refused or out of date; over a real connection."""

from __future__ import annotations

import contextlib
import datetime as dt
import email
import email.policy
import os
import random
import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import dkim as verifier
import pytest
import time_machine
from aiosmtpd.controller import Controller
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from newsletter import sending
from newsletter.message.dkim import Signer
from newsletter.models import Alert
from newsletter.notices import telling
from newsletter.sending import watching
from subscribers import mailing, tasks
from subscribers.emails.letters import Button, Letter
from subscribers.links import Purpose, make
from subscribers.mailing import answers, delivering
from subscribers.models import Publication, Role, ServiceMail, Subscription
from tests import builders
from tests.conftest import ROOT, Site
from tests.site_settings import configure

from .test_browser import free_port

pytestmark = pytest.mark.django_db(transaction=True)

Kind = ServiceMail.Kind
START = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


class Relay:
    """Keeps what it gets; refuses the recipients of `refused` with their answer."""

    def __init__(self) -> None:
        self.got: list[tuple[str, bytes]] = []
        self.refused: dict[str, str] = {}
        self.delay = 0.0

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if answer := self.refused.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.got.append((envelope.rcpt_tos[0], envelope.original_content or envelope.content))
        return "250 kept"

    def to(self) -> list[str]:
        return [address for address, _content in self.got]


@pytest.fixture
def relay(settings: Any) -> Iterator[Relay]:
    yield from serving(settings, "EMAIL_HOST", "EMAIL_PORT")


def serving(settings: Any, *names: str) -> Iterator[Relay]:
    handler = Relay()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_TLS = False
    settings.EMAIL_TIMEOUT = 5
    for name, value in zip(names, ("127.0.0.1", controller.port), strict=True):
        setattr(settings, name, value)
    yield handler
    controller.stop()


@pytest.fixture
def harbour() -> Publication:
    return builders.publication()


def pending(publication: Publication, address: str) -> Subscription:
    return builders.subscription(publication, address, state="pending", confirmed_at=None)


def letter(subject: str = "Look") -> Letter:
    return Letter(
        subject=subject,
        heading="Look at this",
        paragraphs=["One.", "Two."],
        button=Button("The page", "https://news.example.org/admin/"),
        facts=[("Readers", "7")],
        more=[Button("Another", "https://news.example.org/admin/x/")],
    )


def states() -> dict[str, str]:
    return {
        (row.subscription.subscriber.address if row.subscription else row.address): row.state
        for row in ServiceMail.objects.select_related("subscription__subscriber")
    }


def test_it_is_stored_with_what_causes_it_or_not_at_all(harbour: Publication) -> None:
    reader = pending(harbour, "alice@example.org")
    with pytest.raises(RuntimeError), transaction.atomic():
        tasks.ask(Kind.ANSWER, reader)
        raise RuntimeError
    assert not ServiceMail.objects.exists()


def test_a_confirmation_by_the_button_and_its_welcome_are_one_transaction(
    harbour: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = pending(harbour, "alice@example.org")
    url = f"/s/c/{make(Purpose.CONFIRM, reader.pk)}/"
    monkeypatch.setattr(mailing, "ask", _fails)
    with pytest.raises(RuntimeError):
        Client().post(url)
    reader.refresh_from_db()
    assert reader.state == "pending"


def _fails(*args: Any, **options: Any) -> None:
    raise RuntimeError


def test_what_waits_goes_when_the_relay_is_back(harbour: Publication, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # Port 1: nobody.
    with time_machine.travel(START, tick=False) as clock:
        for name in ("alice", "bob"):
            tasks.answer_request.call(pending(harbour, f"{name}@example.org").pk)
        first = ServiceMail.objects.order_by("pk")[0]
        assert (first.state, first.answer, first.tries) == ("waiting", "unreachable", 1)
        # One question a sweep, however many wait: the others would only wait for it too.
        clock.shift(dt.timedelta(hours=1))
        mailing.sweep()
        assert sorted(ServiceMail.objects.values_list("tries", flat=True)) == [1, 2]
        for relay in serving(settings, "EMAIL_HOST", "EMAIL_PORT"):
            clock.shift(dt.timedelta(minutes=1))
            assert mailing.sweep() == 2
            assert sorted(relay.to()) == ["alice@example.org", "bob@example.org"]
    assert states() == {"alice@example.org": "sent", "bob@example.org": "sent"}


def test_one_refused_put_off_or_broken_mail_holds_up_no_other(
    harbour: Publication, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay.refused = {"no@example.org": "550 5.1.1 nobody", "later@example.org": "450 4.2.1 grey"}
    with transaction.atomic():
        for name in ("no", "later", "yes"):
            mailing.write(letter(), harbour, f"{name}@example.org", "en")
        broken = mailing.write(letter(), harbour, "broken@example.org", "en")
        ServiceMail.objects.filter(pk=broken.pk).update(letter={"subject": "half"})
        mailing.write(letter(), harbour, "after@example.org", "en")
    mailing.sweep()
    assert relay.to() == ["yes@example.org", "after@example.org"]
    assert states() == {
        "no@example.org": "refused",
        "later@example.org": "waiting",
        "yes@example.org": "sent",
        "broken@example.org": "waiting",
        "after@example.org": "sent",
    }


def test_a_mail_that_is_put_off_waits_ever_longer() -> None:
    waits = [delivering.wait(tries).total_seconds() for tries in (1, 2, 3, 8, 30)]
    assert waits == [30, 60, 120, 3840, 14400]


def test_it_expires_with_its_link(harbour: Publication, relay: Relay) -> None:
    relay.refused = {"alice@example.org": "450 4.2.1 come back"}
    reader = builders.subscription(harbour, "alice@example.org")
    with time_machine.travel(START, tick=False) as clock:
        tasks.send_sensitive_link.call(reader.pk)
        clock.shift(dt.timedelta(minutes=59))
        mailing.sweep()
        assert ServiceMail.objects.get().tries == 2
        relay.refused = {}
        clock.shift(dt.timedelta(hours=1))
        mailing.sweep()
    assert states() == {"alice@example.org": "expired"}
    assert relay.got == []


def test_it_says_what_is_so_when_it_goes(harbour: Publication, relay: Relay) -> None:
    """Confirmed, gone or erased meanwhile: no confirmation is mailed to them."""
    for name in ("confirmed", "left"):
        mailing.ask(Kind.REMINDER, subscription=pending(harbour, f"{name}@example.org"))
    Subscription.objects.filter(subscriber__address="confirmed@example.org").update(
        state="active", confirmed_at=timezone.now()
    )
    Subscription.objects.filter(subscriber__address="left@example.org").update(state="unsubscribed")
    mailing.sweep()
    assert relay.got == []
    assert set(states().values()) == {"dropped"}


def test_who_asks_twice_gets_it_once(harbour: Publication, relay: Relay) -> None:
    reader = pending(harbour, "alice@example.org")
    assert mailing.ask(Kind.ANSWER, subscription=reader) == mailing.ask(
        Kind.ANSWER, subscription=reader
    )
    assert mailing.ask(Kind.ANSWER, publication=harbour) != mailing.ask(
        Kind.ANSWER, publication=harbour
    )  # Nobody, as somebody whom nobody knows types it: a row as for anybody.
    mailing.sweep()
    assert relay.to() == ["alice@example.org"]


def test_a_row_that_somebody_is_sending_is_nobody_elses(harbour: Publication, relay: Relay) -> None:
    row = mailing.write(letter(), harbour, "eve@example.org", "en")
    assert delivering._claim(row.pk, timezone.now()) is not None
    mailing.sweep()
    mailing.deliver(row.pk)
    assert relay.got == []
    with time_machine.travel(timezone.now() + delivering.LEASE + dt.timedelta(seconds=1)):
        mailing.sweep()  # They died: it is anybody's again.
    assert relay.to() == ["eve@example.org"]


def test_it_is_signed_by_the_key_that_signs_issues(
    harbour: Publication, relay: Relay, settings: Any, tmp_path: Any
) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (tmp_path / "key.pem").write_bytes(pem)
    domain = harbour.from_address.partition("@")[2]
    configure(settings, DKIM_KEYS=f"{domain}:mail:{tmp_path}/key.pem")
    tasks.answer_request.call(pending(harbour, "alice@example.org").pk)
    dotted = Letter(subject="Dots", heading="Dots", paragraphs=[".", "..", ".hidden"])
    mailing.write(dotted, harbour, "eve@example.org", "en")
    mailing.sweep()
    issue = builders.issue(harbour)
    builders.item(issue, builders.category(harbour, "Ships"), "A ship came in")
    builders.subscription(harbour, "bob@example.org")
    sending.send_test(
        issue, ["desk@example.org"], sending.plan(issue).editions[0].selection, "olga"
    )
    record = Signer(domain, "mail", pem).record.encode()
    for _address, content in relay.got:
        assert content.startswith(b"DKIM-Signature: ")
        assert verifier.verify(content, dnsfunc=lambda name, timeout=5: record)
    assert len(relay.got) == 3


def test_an_alert_goes_by_its_own_relay_and_by_the_other_if_that_is_away(
    harbour: Publication, relay: Relay, settings: Any
) -> None:
    for other in serving(settings, "EMAIL_HOST", "_OTHER"):
        configure(
            settings,
            ALERT_RELAY={"host": "127.0.0.1", "port": settings._OTHER, "use_tls": False},
        )
        mailing.write(letter(), harbour, "eve@example.org", "en", by_alert_relay=True)
        mailing.write(letter(), harbour, "adam@example.org", "en")
        mailing.sweep()
        assert (other.to(), relay.to()) == (["eve@example.org"], ["adam@example.org"])
    mailing.write(letter(), harbour, "late@example.org", "en", by_alert_relay=True)
    mailing.sweep()
    assert "late@example.org" not in relay.to()
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=1)):
        mailing.sweep()
    assert relay.to() == ["adam@example.org", "late@example.org"]


def test_an_alert_that_its_relay_refuses_goes_by_the_other(
    harbour: Publication, relay: Relay, settings: Any
) -> None:
    for other in serving(settings, "EMAIL_HOST", "_OTHER"):
        other.refused = {"eve@example.org": "550 5.1.1 nobody of that name"}
        configure(
            settings,
            ALERT_RELAY={"host": "127.0.0.1", "port": settings._OTHER, "use_tls": False},
        )
        mailing.write(letter(), harbour, "eve@example.org", "en", by_alert_relay=True)
        mailing.sweep()
        assert states() == {"eve@example.org": "waiting"}
        with time_machine.travel(timezone.now() + dt.timedelta(minutes=1)):
            mailing.sweep()
    assert (other.to(), relay.to()) == ([], ["eve@example.org"])


def test_who_is_in_charge_is_told_of_what_a_relay_does_not_take(
    harbour: Publication, relay: Relay
) -> None:
    with time_machine.travel(START, tick=False) as clock:
        relay.refused = {"full@example.org": "452 4.2.2 full"}
        mailing.write(letter(), harbour, "full@example.org", "en")
        for _try in range(3):
            clock.shift(dt.timedelta(minutes=5))
            mailing.sweep()
        assert mailing.held_up(timezone.now()) is None  # One mailbox is no trouble of the site.
        ours = "554 5.7.1 Relay access denied"
        relay.refused |= {f"r{n}@example.org": ours for n in range(2)}
        for number in range(2):
            mailing.write(letter(), harbour, f"r{number}@example.org", "en")
        mailing.sweep()
        watching.service_mail()
        assert not Alert.objects.exists()
        clock.shift(dt.timedelta(minutes=11))
        mailing.sweep()
        watching.service_mail()
        alert = Alert.objects.get()
        assert (alert.kind, alert.cleared_at) == ("service_mail", None)
        assert telling.of_alert(alert.kind, alert.about, alert.detail) == (
            "3 mails wait, the first since 2026-03-02 08:00 UTC: 452"
        )
        relay.refused = {}
        clock.shift(dt.timedelta(hours=4))
        mailing.sweep()
        watching.service_mail()
        assert Alert.objects.get().cleared_at is not None


def test_one_mail_is_enough_where_no_relay_lets_us_in(harbour: Publication, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # Port 1: nobody.
    with time_machine.travel(START, tick=False) as clock:
        mailing.write(letter(), harbour, "eve@example.org", "en")
        for _try in range(3):
            mailing.sweep()
            clock.shift(dt.timedelta(minutes=5))
        held = mailing.held_up(timezone.now())
        assert held == mailing.HeldUp(1, START, "unreachable")


def test_a_letter_keeps_its_words(harbour: Publication, relay: Relay) -> None:
    mailing.write(letter("Straße"), harbour, "eve@example.org", "en")
    mailing.sweep()
    message = email.message_from_bytes(relay.got[0][1], policy=email.policy.default)
    assert message["Subject"] == "Straße"
    text = message.get_body(("plain",))
    assert text is not None
    for words in ("Look at this", "One.", "Readers: 7", "The page", "/admin/x/"):
        assert words in text.get_content(), words
    assert ServiceMail.objects.get().letter == {}


@pytest.mark.parametrize(("language", "colon"), [("en", ":"), ("zh-Hans", "：")])
def test_the_words_of_a_link_end_with_the_colon_of_their_language(
    harbour: Publication, relay: Relay, language: str, colon: str
) -> None:
    mailing.write(letter(), harbour, "eve@example.org", language)
    mailing.sweep()
    message = email.message_from_bytes(relay.got[0][1], policy=email.policy.default)
    text = message.get_body(("plain",))
    assert text is not None
    assert f"The page{colon}" in text.get_content().splitlines()


def test_what_ended_is_forgotten_after_two_weeks(harbour: Publication, relay: Relay) -> None:
    with time_machine.travel(START, tick=False) as clock:
        mailing.write(letter(), harbour, "eve@example.org", "en")
        mailing.sweep()
        clock.shift(dt.timedelta(days=14))
        assert mailing.forget(timezone.now()) == 0
        clock.shift(dt.timedelta(seconds=1))
        assert mailing.forget(timezone.now()) == 1


def test_erasing_a_reader_leaves_no_mail_to_them(harbour: Publication, relay: Relay) -> None:
    from subscribers import erasure

    reader = builders.subscription(harbour, "alice@example.org")
    mailing.ask(Kind.LINKS, subscriber=reader.subscriber_id, publication=harbour)
    mailing.ask(Kind.WELCOME, subscription=reader)
    erasure.erase(reader.subscriber, by="reader")
    mailing.sweep()
    assert relay.got == []
    assert not ServiceMail.objects.filter(subscriber=reader.subscriber_id).exists()


# ---- its page


def test_the_page_shows_states_and_masks_addresses(harbour: Publication, relay: Relay) -> None:
    other = builders.publication("other")
    relay.refused = {"alice@example.org": "550 5.1.1 nobody"}
    tasks.answer_request.call(pending(harbour, "alice@example.org").pk)
    mailing.write(letter(), other, "boss@example.org", "en")
    url = reverse("admin:subscribers_servicemail_changelist")
    for kind, shown in ((Role.Kind.EDITOR, "a…@example.org"), (Role.Kind.OWNER, "alice@example")):
        user = get_user_model().objects.create_user(kind, is_staff=True)
        Role.objects.create(user=user, publication=harbour, kind=kind)
        client = Client()
        client.force_login(user)
        page = client.get(url).content.decode()
        assert shown in page
        assert ("alice@example.org" in page) == (kind == Role.Kind.OWNER)
        assert "boss" not in page
        assert "b…@example.org" not in page
        assert "refused" in page
        assert "a…@" not in client.get(f"{url}?state=sent").content.decode()
    nobody = Client()
    nobody.force_login(get_user_model().objects.create_user("nobody", is_staff=True))
    assert nobody.get(url).status_code in (403, 404)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("unreachable", "the mail server could not be reached"),
        ("login 535", "the mail server refused our login: 535"),
        ("greeting 554", "the mail server turned us away: 554"),
        ("450", "450"),
        ("", ""),
        ("asked lately", "the address had its share of mails"),
        ("no answer", "the mail server gave no answer"),
    ],
)
def test_what_became_of_a_mail_is_said_in_words(answer: str, said: str) -> None:
    assert answers.said(answer) == said


# ---- a relay as it may be


class Rough:
    """A relay that says what it is told to at each step, over a real connection."""

    def __init__(self, **says: bytes | None) -> None:
        self.says, self.contents = says, 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _from = self.socket.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), sock:
                sock.settimeout(5)
                self._talk(sock)

    def _talk(self, sock: socket.socket) -> None:
        with sock.makefile("rwb") as lines:
            word, line = "greeting", b""
            while True:
                usual = {"greeting": b"220 here", "data": b"354 go"}.get(word, b"250 fine")
                answer = self.says.get(word, usual)
                if answer is None:
                    return
                lines.write(answer + b"\r\n")
                lines.flush()
                line = lines.readline()
                if not line or word == "quit":
                    return
                if word == "data" and answer.startswith(b"354"):
                    while line not in (b".\r\n", b""):
                        line = lines.readline()
                    self.contents += 1
                    word = "content"
                else:
                    word = line.split()[0].decode().lower()


@pytest.mark.parametrize(
    ("says", "state", "answer", "contents"),
    [
        ({"greeting": b"554 5.7.1 listed"}, "waiting", "greeting 554", 0),
        ({"greeting": b"421 busy"}, "waiting", "greeting 421", 0),
        ({"greeting": None}, "waiting", "unreachable", 0),
        ({"greeting": b"SSH-2.0-OpenSSH_9.6"}, "waiting", "unreachable", 0),
        ({"mail": b"451 4.3.0 later"}, "waiting", "451", 0),
        # Our setup or the relay's, for every mail alike: it waits until that is mended.
        ({"mail": b"550 5.7.1 not you"}, "waiting", "550", 0),
        ({"mail": b"530 5.7.0 Authentication required"}, "waiting", "530", 0),
        ({"rcpt": b"554 5.7.1 <eve@example.org>: Relay access denied"}, "waiting", "554", 0),
        ({"rcpt": b"550 5.7.60 no permission to send as this sender"}, "waiting", "550", 0),
        ({"content": b"550 5.7.26 unauthenticated, see DMARC"}, "waiting", "550", 1),
        ({"rcpt": b"550 No such user here"}, "refused", "550", 0),
        ({"mail": b"421 4.3.2 closing"}, "waiting", "421", 0),
        ({"rcpt": b"452 4.2.2 full"}, "waiting", "452", 0),
        ({"rcpt": b"553 5.1.3 no"}, "refused", "553", 0),
        ({"data": b"451 4.3.0 later"}, "waiting", "451", 0),
        ({"data": b"554 5.5.1 no"}, "waiting", "554", 0),
        ({"content": b"554 5.7.1 spam"}, "refused", "554", 1),
        ({"content": b"452 4.3.1 no room"}, "waiting", "452", 1),
        ({"content": None}, "waiting", "no answer", 1),
        ({"content": b"nonsense"}, "waiting", "no answer", 1),
        ({"quit": None}, "sent", "", 1),
        ({"quit": b"500 what"}, "sent", "", 1),
    ],
)
def test_what_a_relay_may_do(
    harbour: Publication, settings: Any, says: Any, state: str, answer: str, contents: int
) -> None:
    """Sent only by its yes to the content; refused only by a no to this reader or this content."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = False, 3
    rough = Rough(**says)
    with contextlib.closing(rough.socket):
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", rough.port
        mailing.write(letter(), harbour, "eve@example.org", "en")
        mailing.sweep()
    row = ServiceMail.objects.get()
    assert (row.state, row.answer, rough.contents) == (state, answer, contents)
    assert row.leased_until is None


def test_hours_without_a_relay_lose_nothing_and_send_nothing_twice(
    harbour: Publication, settings: Any
) -> None:
    """A sweep a minute for six hours, and everything goes once when it is back."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # Port 1: nobody.
    with time_machine.travel(START, tick=False) as clock:
        for number in range(12):
            tasks.answer_request.call(pending(harbour, f"r{number}@example.org").pk)
        for _minute in range(360):
            clock.shift(dt.timedelta(minutes=1))
            mailing.sweep()
        assert ServiceMail.objects.filter(state="waiting").count() == 12
        for relay in serving(settings, "EMAIL_HOST", "EMAIL_PORT"):
            for _sweep in range(3):
                clock.shift(dt.timedelta(minutes=1))
                mailing.sweep()
            assert sorted(relay.to()) == sorted(f"r{n}@example.org" for n in range(12))


def test_a_mail_that_was_tried_for_a_month_can_be_tried_again(
    harbour: Publication, relay: Relay
) -> None:
    row = mailing.write(letter(), harbour, "eve@example.org", "en")
    ServiceMail.objects.filter(pk=row.pk).update(tries=32_767)
    mailing.sweep()
    row.refresh_from_db()
    assert (row.state, row.tries) == ("sent", 32_767)


# ---- killed


CHILD = """
import time
from subscribers import mailing
while True:
    mailing.sweep(seconds=1)
    time.sleep(0.02)
"""


def killed(process: subprocess.Popen[bytes]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


def test_kill_9_at_any_moment_loses_none(site: Site) -> None:
    """`SUDI_KILLS=40` by hand; each mail goes at least once, and few go twice."""
    kills = int(os.environ.get("SUDI_KILLS", "3"))
    handler = Relay()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    site.env["SMTP_URL"] = f"smtp://127.0.0.1:{controller.port}"
    made = """
from subscribers import mailing
from subscribers.mailing import delivering
from subscribers.emails.letters import Letter
from tests import builders
publication = builders.publication()
for number in range({count}):
    mailing.write(Letter("S", "H", ["P"]), publication, f"r{{number}}@example.org", "en")
"""
    count = 60 * kills
    site.env["PYTHONPATH"] = str(ROOT)
    site.manage("shell", "-v", "0", "-c", made.format(count=count))
    # A lease as short as the test: what the dead was sending is the next one's at once.
    child = "import datetime as dt\nfrom subscribers.mailing import delivering\n"
    child += "delivering.LEASE = dt.timedelta(seconds=1)\n" + CHILD
    dice = random.Random(9)
    try:
        for _ in range(kills):
            process = site.start("shell", "-v", "0", "-c", child)
            before, end = len(handler.got), time.monotonic() + 30
            while len(handler.got) < before + 5 and time.monotonic() < end:
                time.sleep(0.01)
            time.sleep(dice.random() * 0.3)
            killed(process)
        process = site.start("shell", "-v", "0", "-c", child)
        end = time.monotonic() + 180
        while len(set(handler.to())) < count and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(0.3)
        killed(process)
    finally:
        controller.stop()
    got = Counter(handler.to())
    assert len(got) == count
    assert sum(got.values()) - count <= kills
