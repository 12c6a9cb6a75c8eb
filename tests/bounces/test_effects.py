"""What a report does: counted once, believed only with our token, never lost on its way in."""

from __future__ import annotations

import asyncio
import concurrent.futures
import datetime as dt
import json
import smtplib
import socket
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from newsletter.bounces import Kind, effects, listener, mailboxes, policy
from newsletter.bounces.value import Recipient, Report
from newsletter.models import Bounce, Delivery, Edition, Issue, Revision
from newsletter.refusals import Blame, Reason, Refusal
from subscribers.links import make_return
from subscribers.models import ConsentEvent, Subscription, Suppression
from tests import builders
from tests.conftest import Site

from .test_reading import report

ALICE = "alice@reader.example.net"


def deliver(subscription: Subscription, date: str = "2026-03-02", **extra: Any) -> int:
    """A delivery of an issue to this reader, as the freeze makes it; its id."""
    publication = subscription.publication
    issue = Issue.objects.filter(publication=publication, slug=date).first()
    issue = issue or builders.issue(publication, date)
    edition, _ = Edition.objects.get_or_create(issue=issue, selection=1, none_because="")
    place = Delivery.objects.filter(issue=issue).count() + 1
    row = Delivery.objects.create(
        id=issue.pk * 2**32 + place, issue=issue, subscription=subscription, edition=edition
    )
    return int(row.pk)


def way(delivery: int, kind: str = "b") -> str:
    return f"{kind}-{make_return(delivery)}@harbour.example.org"


@pytest.fixture
def alice(db: None) -> Subscription:
    return builders.subscription(builders.publication(), ALICE)


def state(subscription: Subscription) -> str:
    subscription.refresh_from_db()
    return subscription.state


def reasons() -> list[str]:
    return list(Suppression.objects.filter(lifted_at=None).values_list("reason", flat=True))


def kinds() -> list[str]:
    """What was stored, by kind."""
    return list(Bounce.objects.order_by("id").values_list("kind", flat=True))


# --- policy, pure -------------------------------------------------------------------------------

NOW = dt.datetime(2026, 3, 20, 8, 0, tzinfo=dt.UTC)


def test_of_several_recipients_only_the_readers_own_can_be_hard() -> None:
    gone = Refusal(Blame.READER, True, Reason.USER_UNKNOWN, "5.1.1")
    bob = Recipient("bob@other.example.net", gone)
    full = Recipient(
        "charlie@other.example.net", Refusal(Blame.READER, False, Reason.MAILBOX_FULL, "5.2.2")
    )
    expanded = Recipient("x@list.example.net", gone, original=ALICE)
    assert policy.verdict_for(Report(Kind.BOUNCE, (bob,)), ALICE) is bob
    both = policy.verdict_for(Report(Kind.BOUNCE, (bob, full)), ALICE)
    assert both is not None and not both.hard
    assert policy.verdict_for(Report(Kind.BOUNCE, (full, expanded)), ALICE) is expanded


# --- effects ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_hard_bounce_is_stored_once_and_suppresses_nobody(alice: Subscription) -> None:
    data = report("postfix_unknown", way(deliver(alice)))
    assert effects.receive(data).done == "hard"
    again = data.replace(b"Delivered-To:", b"Received: by another; way\nDelivered-To:")
    assert effects.receive(again).done == "seen"
    bounce = Bounce.objects.get()
    assert (bounce.kind, bounce.status, bounce.via) == ("hard", "5.1.1", "dsn")
    assert (bounce.blame, bounce.permanent, bounce.reason_code, bounce.decision) == (
        "reader", True, "user_unknown", "waiting",
    )  # fmt: skip
    assert "@" not in bounce.reason and "User unknown" in bounce.reason
    assert (reasons(), state(alice)) == ([], "active")


@pytest.mark.django_db
def test_a_soft_bounce_waits_to_be_counted_with_its_issue(alice: Subscription) -> None:
    assert effects.receive(report("exim_full", way(deliver(alice)))).done == "soft"
    bounce = Bounce.objects.get()
    assert (bounce.kind, bounce.blame, bounce.permanent, bounce.decision) == (
        "soft", "reader", False, "waiting",
    )  # fmt: skip


@pytest.mark.django_db
def test_a_complaint_suppresses_and_unsubscribes_on_record(alice: Subscription) -> None:
    assert effects.receive(report("arf_abuse", way(deliver(alice)))).done == "complaint"
    assert (reasons(), state(alice)) == (["complaint"], "unsubscribed")
    event = ConsentEvent.objects.get()
    assert (event.kind, event.form) == ("unsubscribed", "complaint")
    assert Bounce.objects.get().via == "arf"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["arf_auth_failure", "delay", "vacation", "letter", "delivered"])
def test_what_is_no_refusal_is_never_counted(alice: Subscription, name: str) -> None:
    assert effects.receive(report(name, way(deliver(alice)))).done == "nothing"
    assert (Bounce.objects.count(), reasons(), state(alice)) == (0, [], "active")


@pytest.mark.django_db
def test_mail_to_the_unsubscribe_address_unsubscribes(alice: Subscription) -> None:
    data = report("unsubscribe", way(deliver(alice), "u").upper())
    assert effects.receive(data).done == "unsubscribed"
    assert (state(alice), reasons()) == ("unsubscribed", [])
    assert ConsentEvent.objects.get().form == "mail"
    assert effects.receive(data).done == "seen"


@pytest.mark.django_db
def test_the_unsubscribe_address_inside_a_report_does_nothing(alice: Subscription) -> None:
    delivery = deliver(alice)
    text = report("vacation", way(delivery)) + f"> <mailto:{way(delivery, 'u')}>".encode()
    assert effects.receive(text).done == "nothing"
    assert state(alice) == "active"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["postfix_unknown", "arf_abuse", "unsubscribe", "exim_full"])
def test_a_forged_report_does_nothing(alice: Subscription, name: str) -> None:
    good = make_return(deliver(alice))
    for place in range(len(good)):
        other = "a" if good[place] != "a" else "b"
        forged = f"b-{good[:place]}{other}{good[place + 1 :]}@harbour.example.org"
        assert effects.receive(report(name, forged)).done == "nothing"
    assert effects.receive(report(name, "news@harbour.example.org")).done == "nothing"
    assert (Bounce.objects.count(), reasons(), state(alice)) == (0, [], "active")


@pytest.mark.django_db
def test_the_envelope_recipient_names_the_reader(alice: Subscription) -> None:
    data = report("postfix_unknown", "postmaster@harbour.example.org")
    assert effects.receive(data, envelope=[way(deliver(alice))]).done == "hard"


@pytest.mark.django_db
def test_a_report_about_a_former_address_does_not_suppress_the_new_one(
    alice: Subscription,
) -> None:
    delivery = deliver(alice)
    Issue.objects.update(
        state="sending",
        frozen_at=NOW,
        frozen=Revision.objects.create(issue=Issue.objects.get(), number=1, kind="release"),
    )
    ConsentEvent.objects.create(
        subscriber=alice.subscriber, kind="address_changed", at=NOW + dt.timedelta(hours=1)
    )
    assert effects.receive(report("postfix_unknown", way(delivery))).done == "hard"
    assert (Bounce.objects.count(), reasons()) == (1, [])


@pytest.mark.django_db
def test_a_genuine_token_without_a_delivery_does_nothing() -> None:
    assert effects.receive(report("postfix_unknown", way(12345))).done == "nothing"


# --- the command --------------------------------------------------------------------------------


def test_the_command_prints_the_contract_and_needs_no_database_for_a_dry_run(
    site: Site, tmp_path: Path, settings: Any
) -> None:
    done = site.manage("receive_report", "--dry-run", "--json", input=report("two_recipients"))
    assert json.loads(done.stdout) == {
        "kind": "bounce",
        "recipients": [
            {
                "address": "bob@other.example.net",
                "status": "5.1.1",
                "hard": True,
                "blame": "reader",
                "reason": "user_unknown",
            },
            {
                "address": "charlie@other.example.net",
                "status": "5.2.2",
                "hard": False,
                "blame": "reader",
                "reason": "mailbox_full",
            },
        ],
    }
    file = tmp_path / "vacation.eml"
    file.write_bytes(report("vacation"))
    done = site.manage("receive_report", str(file), "--json")
    assert done.stdout == '{"kind": "auto_reply", "recipients": []}\n'
    assert site.manage("receive_report", "nothing.eml", "--json", check=False).returncode == 2
    # A mail server keeps the report when nothing could be stored (sysexits.h).
    site.env["DATABASE_URL"] = "sqlite:////nonexistent/sudi.sqlite3"
    site.env["LINK_KEYS"] = ",".join(
        f"{v}:{k.decode()}" for v, k in settings.SUDI["LINK_KEYS"].items()
    )
    genuine = way(2**32 + 1)
    done = site.manage(
        "receive_report", "--json", input=report("postfix_unknown", genuine), check=False
    )
    assert done.returncode == 75


# --- mailboxes ----------------------------------------------------------------------------------


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    return tmp_path / "box"


@pytest.mark.django_db
def test_a_maildir_is_emptied_of_reports_and_keeps_letters(
    alice: Subscription, maildir: Path
) -> None:
    (maildir / "new" / "1.a").write_bytes(report("postfix_unknown", way(deliver(alice))))
    (maildir / "new" / "2.b").write_bytes(report("vacation"))
    (maildir / "new" / "3.c").write_bytes(report("letter"))
    assert mailboxes.poll([f"maildir://{maildir}"]) == 2
    assert [p.name for p in (maildir / "new").iterdir()] == []
    assert [p.name for p in (maildir / "cur").iterdir()] == ["3.c:2,S"]
    assert kinds() == ["hard"]


@pytest.mark.django_db
def test_a_report_that_cannot_be_stored_stays_and_holds_nobody_up(
    alice: Subscription, maildir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (maildir / "new" / "1.a").write_bytes(report("postfix_unknown", way(deliver(alice))))
    (maildir / "new" / "2.b").write_bytes(report("vacation"))
    real = effects.store

    def broken(*args: Any) -> bool:
        real(*args)
        raise RuntimeError("power cut")

    monkeypatch.setattr(effects, "store", broken)
    assert mailboxes.poll([f"maildir://{maildir}"]) == 1
    assert [p.name for p in (maildir / "new").iterdir()] == ["1.a"]
    assert Bounce.objects.count() == 0  # Rolled back with the rest of its transaction.
    monkeypatch.setattr(effects, "store", real)
    assert mailboxes.poll([f"maildir://{maildir}"]) == 1
    assert kinds() == ["hard"]


@pytest.mark.django_db
def test_a_crash_before_the_deletion_counts_once(
    alice: Subscription, maildir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (maildir / "new" / "1.a").write_bytes(report("postfix_unknown", way(deliver(alice))))
    monkeypatch.setattr(Path, "unlink", lambda self: (_ for _ in ()).throw(OSError("killed")))
    assert mailboxes.poll([f"maildir://{maildir}"]) == 0
    monkeypatch.undo()
    assert mailboxes.poll([f"maildir://{maildir}"]) == 1
    assert Bounce.objects.count() == 1
    assert list((maildir / "new").iterdir()) == []


def test_a_mailbox_that_cannot_be_reached_is_tried_again_without_its_password_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert mailboxes.poll([f"imap://news:hunter2@127.0.0.1:{port}/INBOX"]) == 0
    assert "could not be read" in caplog.text and "hunter2" not in caplog.text


class Server(threading.Thread):
    """One conversation with a mailbox server; `answer` is given each line and replies."""

    def __init__(self, greeting: bytes) -> None:
        super().__init__(daemon=True)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._greeting = greeting
        self.lines: list[bytes] = []

    def run(self) -> None:
        connection, _ = self._listener.accept()
        with connection, connection.makefile("rb") as file:
            connection.sendall(self._greeting)
            for line in file:
                self.lines.append(line.strip())
                reply, end = self.answer(line.strip())
                connection.sendall(reply)
                if end:
                    break
        self._listener.close()

    def answer(self, line: bytes) -> tuple[bytes, bool]:
        raise NotImplementedError


class Pop3(Server):
    """RFC 1939: deletes at QUIT, and only there."""

    def __init__(self, mails: list[bytes]) -> None:
        super().__init__(b"+OK ready\r\n")
        self.mails: dict[int, bytes] = dict(enumerate(mails, 1))
        self._marked: set[int] = set()

    def answer(self, line: bytes) -> tuple[bytes, bool]:
        verb, *rest = line.split()
        if verb == b"LIST":
            sizes = "".join(f"{n} {len(m)}\r\n" for n, m in self.mails.items())
            return f"+OK\r\n{sizes}.\r\n".encode(), False
        if verb in (b"RETR", b"TOP"):
            return b"+OK\r\n" + self.mails[int(rest[0])].replace(
                b"\n", b"\r\n"
            ) + b"\r\n.\r\n", False
        if verb == b"DELE":
            self._marked.add(int(rest[0]))
        if verb == b"QUIT":
            for number in self._marked:
                del self.mails[number]
            return b"+OK\r\n", True
        return b"+OK\r\n", False


class Imap(Server):
    """As much of RFC 3501 as a poll asks for."""

    def __init__(self, mails: list[bytes]) -> None:
        super().__init__(b"* OK ready\r\n")
        self.mails: dict[int, bytes] = dict(enumerate(mails, 1))
        self.flags: dict[int, str] = {}

    def answer(self, line: bytes) -> tuple[bytes, bool]:
        tag, verb, *rest = line.decode().split()
        done = f"{tag} OK done\r\n".encode()
        verb = verb.upper()
        if verb == "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\n" + done, False
        if verb == "SELECT":
            return b"* %d EXISTS\r\n" % len(self.mails) + done, False
        if verb == "UID" and rest[0] == "SEARCH":
            unseen = " ".join(str(n) for n in self.mails if n not in self.flags)
            return f"* SEARCH {unseen}\r\n".encode() + done, False
        if verb == "UID" and rest[0] == "FETCH":
            data = self.mails[int(rest[1])]
            head = b"* 1 FETCH (UID %b BODY[]<0> {%d}\r\n" % (rest[1].encode(), len(data))
            return head + data + b")\r\n" + done, False
        if verb == "UID" and rest[0] == "STORE":
            self.flags[int(rest[1])] = rest[3]
        if verb == "EXPUNGE":
            for number, flag in self.flags.items():
                if "Deleted" in flag:
                    self.mails.pop(number, None)
        if verb == "LOGOUT":
            return b"* BYE\r\n" + done, True
        return done, False


@pytest.mark.django_db
@pytest.mark.parametrize("scheme", ["pop3", "imap"])
def test_reports_are_read_from_a_server_and_deleted_there(alice: Subscription, scheme: str) -> None:
    mails = [report("postfix_unknown", way(deliver(alice))), report("letter"), report("vacation")]
    server = Pop3(mails) if scheme == "pop3" else Imap(mails)
    server.start()
    assert mailboxes.poll([f"{scheme}://news:a%20b@127.0.0.1:{server.port}/Reports"]) == 2
    server.join(5)
    assert list(server.mails) == [2]
    assert kinds() == ["hard"]
    said = b"\n".join(server.lines)
    assert b"a b" in said
    if scheme == "imap":
        assert b'SELECT "Reports"' in said or b"SELECT Reports" in said
    mailboxes._left.clear()


@pytest.mark.django_db
def test_a_connection_that_dies_leaves_pop3_mail_there(
    alice: Subscription, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = report("postfix_unknown", way(deliver(alice)))
    server = Pop3([data])
    real = server.answer
    monkeypatch.setattr(
        server, "answer", lambda line: (b"", True) if line.startswith(b"QUIT") else real(line)
    )
    server.start()
    mailboxes.poll([f"pop3://news:x@127.0.0.1:{server.port}"])
    server.join(5)
    assert list(server.mails) == [1]
    second = Pop3([data])
    second.start()
    mailboxes.poll([f"pop3://news:x@127.0.0.1:{second.port}"])
    second.join(5)
    assert (list(second.mails), Bounce.objects.count()) == ([], 1)


# --- SMTP and LMTP ------------------------------------------------------------------------------


class Listening(threading.Thread):
    """The listener on a free port, in a loop of its own."""

    def __init__(self, lmtp: bool, doors: Sequence[listener.Door] = listener.REPORTS) -> None:
        super().__init__(daemon=True)
        self._lmtp = lmtp
        self._doors = doors
        self._bound = threading.Event()
        self.port = 0

    def run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        await listener.serve(
            "127.0.0.1", 0, lmtp=self._lmtp, stop=self._end, ready=self._ready, doors=self._doors
        )

    def _ready(self, port: int) -> None:
        self.port = port
        self._bound.set()

    def __enter__(self) -> Listening:
        self.start()
        assert self._bound.wait(10)
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self.join(10)
        assert not self.is_alive()


def on_the_wire(data: bytes) -> bytes:
    """With the line ends of SMTP, and a line longer than SMTP allows, as some reports have."""
    return (data + b"x" * 5000 + b"\n").replace(b"\n", b"\r\n")


@pytest.fixture(params=[False, True], ids=["smtp", "lmtp"])
def client(request: pytest.FixtureRequest) -> Iterator[smtplib.SMTP]:
    with Listening(request.param) as listening:
        kind = smtplib.LMTP if request.param else smtplib.SMTP
        with kind("127.0.0.1", listening.port) as connection:
            yield connection


@pytest.mark.django_db(transaction=True)
def test_a_report_is_committed_before_250(alice: Subscription, client: smtplib.SMTP) -> None:
    address = way(deliver(alice))
    refused = client.sendmail(
        "", ["stranger@elsewhere.example", address], on_the_wire(report("postfix_unknown"))
    )
    assert list(refused) == ["stranger@elsewhere.example"]
    assert refused["stranger@elsewhere.example"][0] == 550
    assert kinds() == ["hard"]


@pytest.mark.django_db(transaction=True)
def test_a_report_that_cannot_be_stored_is_brought_again(
    alice: Subscription, client: smtplib.SMTP, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **extra: Any) -> None:
        raise RuntimeError("disk full")

    address = way(deliver(alice))
    monkeypatch.setattr(effects, "receive", broken)
    with pytest.raises((smtplib.SMTPDataError, smtplib.SMTPRecipientsRefused)) as caught:
        client.sendmail("", [address], on_the_wire(report("postfix_unknown")))
    assert "451" in str(caught.value)


@pytest.mark.django_db(transaction=True)
def test_the_listener_relays_nothing(client: smtplib.SMTP) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        client.sendmail("a@b.example", ["bob@other.example.net"], "Subject: x\n\nx")


@pytest.mark.django_db(transaction=True)
def test_reports_that_come_at_once_are_one_commit_and_a_bad_one_takes_none_with_it(
    alice: Subscription, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [builders.subscription(alice.publication, f"{n}@reader.example.net") for n in "bcdef"]
    ways = [way(deliver(one)) for one in (alice, *others)]

    def bring(*to: str) -> list[bool]:
        intake = listener.Intake(True, listener.REPORTS)
        brought = [
            listener._Brought(report("arf_abuse"), "", [one], concurrent.futures.Future())
            for one in to
        ]
        intake._waiting.extend(brought)
        intake._take_waiting()
        intake.close()
        return [one.answer.exception(0) is None for one in brought]

    alone = effects.receive
    monkeypatch.setattr(effects, "receive", None)
    assert bring(*ways[:3]) == [True, True, True]
    assert kinds() == ["complaint"] * 3

    monkeypatch.setattr(effects, "receive", alone)
    store = effects.store

    def broken(reader: Any, *rest: Any) -> bool:
        if reader.address.startswith("e@"):
            raise RuntimeError("a fault of ours")
        return store(reader, *rest)

    monkeypatch.setattr(effects, "store", broken)
    assert bring(*ways[3:]) == [True, False, True]
    assert kinds() == ["complaint"] * 5
