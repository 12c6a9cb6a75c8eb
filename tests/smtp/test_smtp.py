"""Conversations with a relay over real sockets: order, octets, refusals, ends."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from newsletter.smtp import Parcel, Server, State, Verdict, Why, deliver
from newsletter.smtp.conversation import Conversation
from tests.postbag import QUICK, SENDER, Named, Postbag, message, parcel, people, send, send_all
from tests.smtpd import Smtpd


class Script:
    """A relay that reads up to a mark and then says something, exactly as written."""

    def __init__(self, *steps: tuple[bytes, bytes], offers: str = "PIPELINING") -> None:
        hello = f"250-relay.test\r\n250 {offers}\r\n".encode()
        self.steps = [(b"", b"220 relay.test\r\n"), (b"\r\n", hello), *steps]
        self.seen: list[bytes] = []
        self.closed_by_client = False

    def __enter__(self) -> Script:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._play, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *args: Any) -> None:
        self.thread.join(20)
        assert not self.thread.is_alive(), "the script was not played to its end"
        self.listener.close()

    def _play(self) -> None:
        connection, _ = self.listener.accept()
        with connection:
            connection.settimeout(15)
            for mark, said in self.steps:
                got = b""
                while not got.endswith(mark):
                    more = connection.recv(65536)
                    if not more:
                        self.seen.append(got)
                        return
                    got += more
                self.seen.append(got)
                connection.sendall(said)
            try:
                rest = connection.recv(65536)
            except ConnectionResetError:
                rest = b""
            self.seen.append(rest)
            self.closed_by_client = not rest


OK = b"250 ok\r\n"
GO = b"354 go\r\n"


def test_content_dot_and_next_envelope_go_in_one_write() -> None:
    alice, bob = people(2)
    # The relay says nothing to Alice's dot before Bob's DATA is here: without pipelining both
    # sides would wait for ever.
    with Script(
        (b"DATA\r\n", OK + OK + GO),
        (b"DATA\r\n", OK + OK + OK + GO),
        (b"\r\n.\r\n", OK),
        (b"QUIT\r\n", b"221 bye\r\n"),
    ) as relay:
        bag = Postbag([alice, bob])
        ended = send(relay.port, bag)
    assert relay.seen[2] == (
        b"MAIL FROM:<b-return@bounces.example.org>\r\nRCPT TO:<alice0@example.net>\r\nDATA\r\n"
    )
    assert relay.seen[3] == (
        message("alice0@example.net")
        + b".\r\nMAIL FROM:<b-return@bounces.example.org>\r\nRCPT TO:<bob1@example.net>\r\nDATA\r\n"
    )
    assert relay.seen[4] == message("bob1@example.net") + b".\r\n"
    assert ended.why is Why.FINISHED and ended.accepted == 2
    assert bag.states() == [("alice0", "sent"), ("bob1", "sent")]


@pytest.mark.parametrize("pipelining", [True, False])
def test_everybody_gets_their_own_message_once(pipelining: bool) -> None:
    with Smtpd(keep=True, pipelining=pipelining) as relay:
        bag = Postbag(people(100))
        ended = send(relay.port, bag)
    assert ended == (Why.FINISHED, "quit", None, "", "no more to send", 100)
    assert [one.recipient for one in relay.accepted] == [p.tag for p in people(100)]
    assert [one.content for one in relay.accepted] == [message(p.tag) for p in people(100)]
    assert bag.count(State.SENT) == 100
    assert relay.commands[-1] == (1, "QUIT")


def test_same_octets_command_by_command_without_pipelining() -> None:
    alice, bob = people(2)
    with Script(
        (b"\r\n", OK),
        (b"\r\n", OK),
        (b"\r\n", GO),
        (b"\r\n.\r\n", OK),
        (b"\r\n", OK),
        (b"\r\n", OK),
        (b"\r\n", GO),
        (b"\r\n.\r\n", OK),
        (b"\r\n", b"221 bye\r\n"),
        offers="HELP",
    ) as relay:
        bag = Postbag([alice, bob])
        send(relay.port, bag)
    assert relay.seen[2:11] == [
        b"MAIL FROM:<b-return@bounces.example.org>\r\n",
        b"RCPT TO:<alice0@example.net>\r\n",
        b"DATA\r\n",
        message("alice0@example.net") + b".\r\n",
        b"MAIL FROM:<b-return@bounces.example.org>\r\n",
        b"RCPT TO:<bob1@example.net>\r\n",
        b"DATA\r\n",
        message("bob1@example.net") + b".\r\n",
        b"QUIT\r\n",
    ]
    assert bag.count(State.SENT) == 2


def test_relay_that_knows_only_helo() -> None:
    with Smtpd(keep=True, faults=["ehlo:502 5.5.1 what"]) as relay:
        bag = Postbag(people(3))
        assert send(relay.port, bag).accepted == 3
    assert [line for _, line in relay.commands][:2] == ["EHLO [127.0.0.1]", "HELO [127.0.0.1]"]


def test_content_in_pieces_is_the_same_octets() -> None:
    whole = message("alice@example.net", "one\r\n.two\r\nthree")
    pieces = Named(SENDER, b"alice@example.net", [whole[:10], whole[10:40], whole[40:]], tag="a")
    with Smtpd(keep=True) as relay:
        send(relay.port, Postbag([pieces]))
    assert relay.accepted[0].content == whole.replace(b"\r\n..two", b"\r\n.two")


def test_large_message_passes_through_small_buffers() -> None:
    body = "\r\n".join(["x" * 76] * 100_000)
    with Smtpd(keep=True) as relay:
        bag = Postbag([parcel("alice@example.net", body), parcel("bob@example.net", body)])
        send(relay.port, bag)
    assert [one.size for one in relay.accepted] == [
        len(message("alice@example.net", body)),
        len(message("bob@example.net", body)),
    ]
    assert bag.count(State.SENT) == 2


# ---- refusals


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize(
    ("fault", "state", "code", "status", "text", "phase"),
    [
        ("mail:451 4.3.0 later", State.DEFERRED, 451, "4.3.0", "4.3.0 later", "mail"),
        ("mail:550 5.7.1 not you", State.FAILED, 550, "5.7.1", "5.7.1 not you", "mail"),
        ("rcpt:450 4.2.1 greylisted", State.DEFERRED, 450, "4.2.1", "4.2.1 greylisted", "rcpt"),
        ("rcpt:550 5.1.1 no such user", State.FAILED, 550, "5.1.1", "5.1.1 no such user", "rcpt"),
        ("rcpt:550 no such user", State.FAILED, 550, "", "no such user", "rcpt"),
        ("rcpt:550 4.1.1 odd", State.FAILED, 550, "", "4.1.1 odd", "rcpt"),
        ("rcpt:503 5.5.1 nested", State.DEFERRED, 503, "5.5.1", "5.5.1 nested", "rcpt"),
        ("data:451 4.3.0 later", State.DEFERRED, 451, "4.3.0", "4.3.0 later", "data"),
        ("data:554 5.7.0 no", State.FAILED, 554, "5.7.0", "5.7.0 no", "data"),
        ("dot:452 4.3.1 full", State.DEFERRED, 452, "4.3.1", "4.3.1 full", "dot"),
        ("dot:554 5.7.1 spam", State.FAILED, 554, "5.7.1", "5.7.1 spam", "dot"),
    ],
)
def test_refusal_is_one_readers_verdict(
    pipelining: bool, fault: str, state: State, code: int, status: str, text: str, phase: str
) -> None:
    """Every third reader is refused at this place; the connection goes on with the others."""
    match = "bob" if not fault.startswith("mail") else "^bob"
    bag = Postbag(people(9))
    for each in bag.waiting:
        each.envelope_from = each.recipient.replace(b"@", b"-at-") + b"@bounces.example.org"
    with Smtpd(pipelining=pipelining, faults=[f"{fault}:100:{match}"]) as relay:
        ended = send(relay.port, bag)
    assert ended.why is Why.FINISHED and relay.connections == 1
    for tag, verdict in bag.verdicts.items():
        if tag.startswith("bob"):
            assert verdict == Verdict(state, code, status, text, phase)
        else:
            assert verdict.state is State.SENT
    assert [r.partition("@")[0] for r in relay.recipients()] == [
        "alice0",
        "charlie2",
        "alice3",
        "charlie5",
        "alice6",
        "charlie8",
    ]


def test_reset_goes_in_front_of_the_envelope_after_a_refusal() -> None:
    with Smtpd(keep=True, faults=["rcpt:550 5.1.1 no:100:alice"]) as relay:
        send(relay.port, Postbag(people(2)))
    assert [line for _, line in relay.commands] == [
        "EHLO [127.0.0.1]",
        "MAIL FROM:<b-return@bounces.example.org>",
        "RCPT TO:<alice0@example.net>",
        "DATA",
        "RSET",
        "MAIL FROM:<b-return@bounces.example.org>",
        "RCPT TO:<bob1@example.net>",
        "DATA",
        "QUIT",
    ]


def test_354_without_a_recipient_gets_a_lone_dot() -> None:
    """RFC 2920 3.1: the relay answers DATA with 354 although it accepted nobody."""
    alice, bob = people(2)
    with Script(
        (b"DATA\r\n", OK + b"550 5.1.1 no\r\n" + GO),
        (b".\r\n", b"250 fine, whatever\r\n"),
        (b"DATA\r\n", OK + OK + OK + GO),
        (b"\r\n.\r\n", OK),
        (b"QUIT\r\n", b"221 bye\r\n"),
    ) as relay:
        bag = Postbag([alice, bob])
        send(relay.port, bag)
    assert relay.seen[3] == b".\r\n"
    assert relay.seen[4].startswith(b"RSET\r\nMAIL FROM")
    assert bag.states() == [("alice0", "failed"), ("bob1", "sent")]
    assert bag.begun == ["bob1@example.net"]


def test_multi_line_replies_count_once() -> None:
    places = ("banner", "mail", "rcpt", "data", "dot", "rset", "quit")
    with Smtpd(faults=[f"{place}:lines" for place in places]) as relay:
        bag = Postbag(people(7))
        assert send(relay.port, bag).why is Why.FINISHED
    assert bag.verdicts["alice0@example.net"].text.startswith("first second 2.0.0 Ok: queued")
    assert bag.count(State.SENT) == len(relay.accepted) == 7


def test_replies_may_come_octet_by_octet() -> None:
    with Smtpd(faults=["dot:tarpit::bob", "rcpt:tarpit::charlie"], tick=0.001) as relay:
        bag = Postbag(people(6))
        assert send(relay.port, bag).why is Why.FINISHED
    assert bag.count(State.SENT) == 6


def test_bare_line_feeds_are_understood() -> None:
    with Script(
        (b"DATA\r\n", b"250 ok\n250\n354 go\n"),
        (b"\r\n.\r\n", b"250-a\n250 b\n"),
        (b"QUIT\r\n", b"221 bye\n"),
    ) as relay:
        bag = Postbag(people(1))
        send(relay.port, bag)
    assert bag.verdicts["alice0@example.net"] == (State.SENT, 250, "", "a b", "dot")


# ---- what an address or a message needs


@pytest.mark.parametrize(
    "address",
    [
        b"alice@example.net\r\nRCPT TO:<eve@example.org>",
        b"alice@example.net>\r\nDATA\r\nRCPT TO:<eve@example.org",
        b"alice\n@example.net",
        b"alice@example.net\x00",
        b"alice@example.net>",
        b"<alice@example.net",
        b"al ice@example.net",
        b"alice@example.net BODY=8BITMIME",
        b"alice",
        b"@example.net",
        b"alice@",
        b"",
        b"alice@example.net@example.org@",
        "阿丽思@example.net".encode(),
        b"a" * 250 + b"@example.net",
    ],
)
@pytest.mark.parametrize("which", ["recipient", "envelope_from"])
def test_an_address_that_could_break_out_is_refused_whole(address: bytes, which: str) -> None:
    alice, bob, charlie = people(3)
    setattr(bob, which, address)
    with Smtpd(keep=True) as relay:
        bag = Postbag([alice, bob, charlie])
        send(relay.port, bag)
    if which == "envelope_from" and address == b"":
        assert bag.count(State.SENT) == 3  # The null sender is an address (RFC 5321 4.5.5).
        return
    verdict = bag.verdicts["bob1@example.net"]
    assert verdict.state is State.FAILED and verdict.code is None
    assert verdict.status == ("5.1.3" if which == "recipient" else "5.1.7")
    assert relay.recipients() == ["alice0@example.net", "charlie2@example.net"]
    assert not any("eve" in line or "BODY" in line for _, line in relay.commands)
    assert "\r" not in verdict.text and "\n" not in verdict.text


def test_smtputf8_only_when_needed_and_offered() -> None:
    def bag() -> Postbag:
        alice, bob = people(2)
        alice.recipient, alice.utf8 = "阿丽思@例子.example".encode(), True
        return Postbag([alice, bob])

    with Smtpd(keep=True, utf8=True) as relay:
        send(relay.port, sent := bag())
    assert sent.count(State.SENT) == 2
    assert [one.mail_parameters for one in relay.accepted] == ["BODY=8BITMIME SMTPUTF8", ""]
    assert relay.accepted[0].recipient == "阿丽思@例子.example"

    with Smtpd() as relay:
        send(relay.port, refused := bag())
    verdict = refused.verdicts["alice0@example.net"]
    assert verdict == (
        State.FAILED,
        None,
        "5.6.7",
        "needs SMTPUTF8, which the relay does not offer",
        "mail",
    )
    assert relay.recipients() == ["bob1@example.net"]


def test_addresses_that_are_not_utf8_are_refused() -> None:
    alice = people(1)[0]
    alice.recipient, alice.utf8 = b"\xff\xfe@example.net", True
    with Smtpd(utf8=True) as relay:
        send(relay.port, bag := Postbag([alice]))
    assert bag.verdicts["alice0@example.net"].status == "5.1.3"
    assert relay.accepted == []


def test_eight_bit_body_needs_the_extension() -> None:
    def one() -> Postbag:
        return Postbag([parcel("alice@example.net", "速递", eight_bit=True)])

    with Smtpd(keep=True) as relay:
        send(relay.port, bag := one())
    assert relay.accepted[0].mail_parameters == "BODY=8BITMIME"
    assert "速递".encode() in (relay.accepted[0].content or b"")
    with Smtpd(eight_bit=False) as relay:
        send(relay.port, bag := one())
    assert bag.verdicts["alice@example.net"].status == "5.6.3"
    assert relay.accepted == []


def test_size_is_declared_and_respected() -> None:
    small, large = parcel("alice@example.net"), parcel("bob@example.net", "x" * 900)
    with Smtpd(keep=True, size=600) as relay:
        send(relay.port, bag := Postbag([small, large]))
    assert relay.accepted[0].mail_parameters == f"SIZE={len(message('alice@example.net'))}"
    length = len(message("bob@example.net", "x" * 900))
    assert bag.verdicts["bob@example.net"] == (
        State.FAILED,
        None,
        "5.3.4",
        f"{length} octets are more than the 600 the relay takes",
        "mail",
    )
    assert "RCPT TO:<bob@example.net>" not in [line for _, line in relay.commands]
    with Smtpd(keep=True, size=0) as relay:  # SIZE without a limit (RFC 1870 3).
        send(relay.port, bag := Postbag([large]))
    assert bag.count(State.SENT) == 1


@pytest.mark.parametrize(
    "content", [b"Subject: x\r\n\r\nno end", b"", b"x\n", [b"x\r\n", b"y"], []]
)
def test_content_without_its_last_line_end_is_not_sent(content: bytes | Sequence[bytes]) -> None:
    """The dot would be text, and the relay would wait for the rest until it gives up."""
    odd = Named(SENDER, b"alice@example.net", content, tag="alice@example.net")
    with Smtpd() as relay:
        send(relay.port, bag := Postbag([odd, parcel("bob@example.net")]))
    assert bag.verdicts["alice@example.net"].status == "5.6.0"
    assert relay.recipients() == ["bob@example.net"]


# ---- how a connection ends


def test_messages_per_connection_are_counted_for_the_caller() -> None:
    with Smtpd(per_connection=4) as relay:
        bag = Postbag(people(10), again=True)
        ends = send_all(relay.port, bag)
    assert [(end.why, end.phase, end.code, end.accepted) for end in ends] == [
        (Why.CLOSED, "mail", 421, 4),
        (Why.CLOSED, "mail", 421, 4),
        (Why.FINISHED, "quit", None, 2),
    ]
    assert relay.recipients() == [p.tag for p in people(10)]
    assert bag.history.count(("bob4@example.net", State.NOT_SENT)) == 1


def test_limit_of_the_caller_ends_politely() -> None:
    with Smtpd(keep=True) as relay:
        bag = Postbag(people(7))
        ends = send_all(relay.port, bag, limit=3)
    assert [(end.why, end.accepted) for end in ends] == [
        (Why.LIMIT, 3),
        (Why.LIMIT, 3),
        (Why.FINISHED, 1),
    ]
    assert [line for _, line in relay.commands].count("QUIT") == 3
    assert bag.count(State.SENT) == 7


def test_idle_connection_is_given_up() -> None:
    with Smtpd(keep=True) as relay:
        bag = Postbag(people(2), stay=True)
        ended = send(relay.port, bag, dataclasses.replace(QUICK, idle=0.05))
    assert (ended.why, ended.accepted) == (Why.IDLE, 2)
    assert relay.commands[-1] == (1, "QUIT")


def test_slow_relay_is_not_idle() -> None:
    with Smtpd(faults=["dot:slow 0.3"]) as relay:
        bag = Postbag(people(2), stay=True)
        ended = send(relay.port, bag, dataclasses.replace(QUICK, idle=0.05))
    assert (ended.why, ended.accepted, bag.count(State.SENT)) == (Why.IDLE, 2, 2)


def test_parcels_that_come_later_are_sent_on_the_open_connection() -> None:
    with Smtpd() as relay:

        async def run() -> None:
            bag = Postbag(people(1), stay=True)
            task = asyncio.create_task(deliver(Server("t", "127.0.0.1", relay.port), bag, QUICK))
            for number in range(1, 20):
                while len(bag.verdicts) < number:
                    await asyncio.sleep(0.001)
                bag.waiting.append(people(20)[number])
            while len(bag.verdicts) < 20:
                await asyncio.sleep(0.001)
            bag.stay = False
            assert (await task).accepted == 20

        asyncio.run(asyncio.wait_for(run(), 60))
    assert relay.connections == 1


def test_waiting_for_a_reply_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that wanted a parcel and got one by itself once spun until its next reply."""
    turns = 0
    changed = Conversation.changed

    async def counted(self: Conversation) -> None:
        nonlocal turns
        turns += 1
        await changed(self)

    monkeypatch.setattr(Conversation, "changed", counted)

    class Late(Postbag):
        """Has the next parcel only when the verdict about the one before is in."""

        def settle(self, parcel: Parcel, verdict: Verdict) -> None:
            super().settle(parcel, verdict)
            if kept:
                self.waiting.append(kept.pop(0))
            else:
                self.stay = False

    kept = people(8)[1:]
    with Smtpd(faults=["dot:slow 0.05"]) as relay:
        bag = Late(people(1), stay=True)
        assert send(relay.port, bag).accepted == 8
    assert turns < 60


def test_relay_that_closes_an_idle_connection_takes_nobody_with_it() -> None:
    with Script(
        (b"DATA\r\n", OK + OK + GO),
        (b"\r\n.\r\n", OK + b"421 4.4.2 idle too long\r\n"),
    ) as relay:
        bag = Postbag(people(1), stay=True)
        ended = send(relay.port, bag)
    assert (ended.why, ended.phase, ended.code, ended.accepted) == (Why.CLOSED, "idle", 421, 1)
    assert bag.states() == [("alice0", "sent")]


def test_fenced_parcel_is_not_written_and_the_relay_forgets_it() -> None:
    """DATA was pipelined, so the relay waits for content: only cutting the connection says no."""
    with Smtpd() as relay:
        bag = Postbag(people(6), allow=lambda parcel: not parcel.tag.startswith("charlie"))
        ended = send(relay.port, bag)
    assert (ended.why, ended.accepted) == (Why.FENCED, 2)
    assert bag.states() == [
        ("alice0", "sent"),
        ("bob1", "sent"),
        ("alice3", "not_sent"),
        ("charlie2", "not_sent"),
    ]
    assert relay.recipients() == ["alice0@example.net", "bob1@example.net"]


@pytest.mark.parametrize("where", ["next", "begin", "settle"])
def test_what_the_feed_raises_ends_the_connection_and_is_raised(where: str) -> None:
    class Full(Postbag):
        calls = 0

        def _maybe(self, name: str) -> None:
            self.calls += name == where
            if name == where and self.calls == 3:
                raise OSError(28, "No space left on device")

        def next(self) -> Parcel | None:
            self._maybe("next")
            return super().next()

        def begin(self, parcel: Parcel) -> bool:
            self._maybe("begin")
            return super().begin(parcel)

        def settle(self, parcel: Parcel, verdict: Verdict) -> None:
            super().settle(parcel, verdict)
            self._maybe("settle")

    with Smtpd() as relay:
        bag = Full(people(9))
        with pytest.raises(OSError, match="No space left"):
            send(relay.port, bag)
    assert not bag.out
    assert len(relay.accepted) == bag.count(State.SENT) + bag.count(State.IN_DOUBT)
    assert bag.count(State.IN_DOUBT) <= 1


def test_cancelling_cuts_the_connection_and_settles_everything() -> None:
    with Smtpd(faults=["dot:silence::charlie"]) as relay:
        bag = Postbag(people(9))

        async def run() -> None:
            task = asyncio.create_task(deliver(Server("t", "127.0.0.1", relay.port), bag, QUICK))
            while len(relay.accepted) < 3:
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(asyncio.wait_for(run(), 30))
    assert not bag.out
    assert bag.states() == [
        ("alice0", "sent"),
        ("bob1", "sent"),
        ("charlie2", "in_doubt"),
        ("alice3", "not_sent"),
    ]


def test_connections_of_one_loop_do_not_mix() -> None:
    with Smtpd(
        keep=True, faults=["rcpt:550 5.1.1 no:20", "dot:452 4.3.1 full:10"], seed=3
    ) as relay:
        bag = Postbag(people(600))

        async def run() -> None:
            server = Server("t", "127.0.0.1", relay.port)
            await asyncio.gather(*(deliver(server, bag, QUICK) for _ in range(8)))

        asyncio.run(asyncio.wait_for(run(), 60))
    assert not bag.out
    sent = {tag for tag, verdict in bag.verdicts.items() if verdict.state is State.SENT}
    assert sorted(relay.recipients()) == sorted(sent)
    assert all(one.content == message(one.recipient) for one in relay.accepted)
    assert 300 < len(sent) < 550 and len(bag.verdicts) == 600
