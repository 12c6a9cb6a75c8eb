"""What is concluded from each way a relay can misbehave. The relay's own record is the oracle."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
import threading
from typing import Any

import pytest

from newsletter.smtp import Server, State, Why, deliver
from newsletter.smtp.replies import Garbled, read
from tests.postbag import QUICK, Postbag, parcel, people, send, send_all
from tests.smtp.test_smtp import GO, OK, Script
from tests.smtpd import Smtpd, read_log

# A relay that never answers is given up after half a second instead of ten minutes.
IMPATIENT = dataclasses.replace(
    QUICK, greeting=0.5, ehlo=0.5, auth=0.5, mail=0.5, rcpt=0.5, data=0.5, dot=0.5, block=0.5
)


def judge(relay: Smtpd, bag: Postbag) -> None:
    """Nobody twice, nobody lost, and nothing called sent that the relay never took."""
    taken = relay.recipients()
    assert len(taken) == len(set(taken))
    sent = {tag for tag, verdict in bag.verdicts.items() if verdict.state is State.SENT}
    unsure = {tag for tag, verdict in bag.verdicts.items() if verdict.state is State.IN_DOUBT}
    assert sent <= set(taken) <= sent | unsure


# ---- after the dot


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("lose", ["", "lose-"])
@pytest.mark.parametrize(
    "fault",
    [
        "drop",
        "reset",
        "silence",
        "garbage",
        "half",
        "half-drop",
        "huge",
        "endless",
        "354 go on",
        "334 ",
        "150 wait",
        "650 what",
    ],
)
def test_no_valid_reply_after_the_dot_is_in_doubt(pipelining: bool, lose: str, fault: str) -> None:
    """Whether the relay took it (drop) or not (lose-drop), we cannot know and do not guess."""
    with Smtpd(pipelining=pipelining, faults=[f"dot:{lose}{fault}::charlie2"]) as relay:
        bag = Postbag(people(6), again=True)
        ends = send_all(relay.port, bag, timeouts=IMPATIENT)
        judge(relay, bag)
    assert [(end.why, end.accepted) for end in ends] == [(Why.BROKEN, 2), (Why.FINISHED, 3)]
    assert ends[0].phase == "dot"
    assert bag.verdicts["charlie2@example.net"].state is State.IN_DOUBT
    assert bag.count(State.SENT) == 5 and bag.count(State.IN_DOUBT) == 1
    # The one whose envelope was already there was not begun, and went on the next connection.
    offered = [("alice3@example.net", State.NOT_SENT)] if pipelining else []
    assert [entry for entry in bag.history if entry[1] is State.NOT_SENT] == offered


@pytest.mark.parametrize("code", [200, 250, 251, 299])
def test_any_positive_completion_is_sent(code: int) -> None:
    with Smtpd(faults=[f"dot:{code} yes"]) as relay:
        bag = Postbag(people(4))
        assert send(relay.port, bag).why is Why.FINISHED
    assert [v.code for v in bag.verdicts.values()] == [code] * 4
    assert bag.count(State.SENT) == 4 == len(relay.accepted)


@pytest.mark.parametrize("fault", ["drop", "reset", "silence", "garbage"])
def test_in_the_middle_of_the_content_is_in_doubt(fault: str) -> None:
    body = "\r\n".join(["x" * 76] * 60_000)  # More than the buffers between us hold.
    with Smtpd(faults=[f"content:{fault}::bob"]) as relay:
        bag = Postbag([parcel(f"{name}@example.net", body) for name in ("alice", "bob", "eve")])
        ended = send(relay.port, bag, timeouts=IMPATIENT)
        judge(relay, bag)
    assert ended.why is Why.BROKEN and ended.phase == "dot"
    assert bag.states() == [("alice", "sent"), ("bob", "in_doubt"), ("eve", "not_sent")]


def test_relay_that_stops_reading_is_noticed() -> None:
    body = "\r\n".join(["x" * 76] * 600_000)
    with Smtpd(faults=["content:stall::bob"]) as relay:
        bag = Postbag([parcel("bob@example.net", body)])
        ended = send(relay.port, bag, timeouts=IMPATIENT)
    assert (ended.why, ended.text) == (Why.BROKEN, "the relay stopped reading")
    assert bag.states() == [("bob", "in_doubt")]


def test_refused_before_the_dot_had_left_us() -> None:
    body = "\r\n".join(["x" * 76] * 600_000)
    with Smtpd(faults=["content:552 5.3.4 too big::bob"]) as relay:
        bag = Postbag([parcel("bob@example.net", body), parcel("alice@example.net")])
        ended = send(relay.port, bag, timeouts=IMPATIENT)
    assert bag.states() == [("bob", "failed"), ("alice", "not_sent")]
    assert bag.verdicts["bob@example.net"][1:3] == (552, "5.3.4")
    # At once, not when the time for a reply is over.
    assert (ended.why, ended.text) == (
        Why.BROKEN,
        "refused in the middle of the content: 5.3.4 too big",
    )
    assert relay.accepted == []


@pytest.mark.parametrize("rest", ["", "\r\n250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 go"])
def test_accepted_before_the_dot_had_left_us_is_in_doubt(rest: str) -> None:
    """What the relay accepts then is not the whole message, or not this one."""
    body = "\r\n".join(["x" * 76] * 600_000)
    with Smtpd(faults=[f"content:250 2.0.0 early{rest}::bob"]) as relay:
        bag = Postbag([parcel("bob@example.net", body), parcel("alice@example.net")])
        ended = send(relay.port, bag, timeouts=IMPATIENT)
    assert (ended.why, ended.code, ended.accepted) == (Why.BROKEN, 250, 0)
    assert bag.states() == [("bob", "in_doubt"), ("alice", "not_sent")]


def test_surplus_behind_a_whole_group_closes_before_the_next_content() -> None:
    with Script((b"DATA\r\n", OK + OK + GO), (b"DATA\r\n", OK + OK + OK + GO + OK)) as relay:
        bag = Postbag(people(2))
        ended = send(relay.port, bag)
    assert (ended.why, ended.phase) == (Why.BROKEN, "data")
    assert ended.text == "more replies than commands"
    assert bag.states() == [("alice0", "sent"), ("bob1", "not_sent")]
    assert bag.begun == ["alice0@example.net"] and relay.closed_by_client


@pytest.mark.parametrize("pipelining", [True, False])
def test_garbled_reply_after_the_dot_closes_at_once(pipelining: bool) -> None:
    """Not only when the time for a reply is over: nothing that follows can be believed."""
    with Smtpd(pipelining=pipelining, faults=["dot:garbage::bob1"]) as relay:
        bag = Postbag(people(3))
        ended = send(relay.port, bag)
    assert (ended.why, ended.phase) == (Why.BROKEN, "dot")
    assert ended.text.startswith("not a reply: '\ufffd what?")
    assert bag.states()[:2] == [("alice0", "sent"), ("bob1", "in_doubt")]


@pytest.mark.parametrize("pipelining", [True, False])
def test_421_at_the_recipient_gives_the_parcel_back(pipelining: bool) -> None:
    """It may be about this one domain, but the relay closes: nothing was said about the reader."""
    with Smtpd(pipelining=pipelining, faults=["rcpt:421 4.7.0 try later::bob1"]) as relay:
        bag = Postbag(people(3))
        ended = send(relay.port, bag)
    assert ended == (Why.CLOSED, "rcpt", 421, "4.7.0", "4.7.0 try later", 1)
    assert bag.states() == [("alice0", "sent"), ("bob1", "not_sent")]
    assert bag.verdicts["bob1@example.net"] == (
        State.NOT_SENT,
        421,
        "4.7.0",
        "4.7.0 try later",
        "rcpt",
    )
    assert bag.begun == ["alice0@example.net"]


def test_421_instead_of_the_verdict_is_a_refusal_for_now() -> None:
    with Smtpd(faults=["dot:421 4.3.2 shutting down::bob1"]) as relay:
        bag = Postbag(people(3), again=True)
        ends = send_all(relay.port, bag)
        judge(relay, bag)
    assert [(end.why, end.code, end.accepted) for end in ends] == [
        (Why.CLOSED, 421, 1),
        (Why.FINISHED, None, 1),
    ]
    assert bag.verdicts["bob1@example.net"][:2] == (State.DEFERRED, 421)
    assert bag.history[2] == ("charlie2@example.net", State.NOT_SENT)


# ---- replies that do not belong to anybody


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("code", ["250 2.0.0 again", "550 5.1.1 no such user", "354 go", "451 x"])
@pytest.mark.parametrize("place", ["dot", "mail", "rcpt", "data"])
def test_surplus_reply_moves_no_verdict(place: str, code: str, pipelining: bool) -> None:
    """Each reader's verdict is their own although every later reply is off by one."""
    with Smtpd(pipelining=pipelining, faults=[f"{place}:then {code}::bob4"]) as relay:
        if place == "mail":
            relay.faults = [dataclasses.replace(f, match="^bob4") for f in relay.faults]
        bag = Postbag(people(9), again=True)
        for each in bag.waiting:
            each.envelope_from = each.recipient.replace(b"@", b"-at-") + b"@bounces.example.org"
        ends = []
        while bag.waiting and len(ends) < 5:
            ends.append(send(relay.port, bag, timeouts=IMPATIENT))
            if ends[-1].why is Why.BROKEN:
                relay.faults = []
        judge(relay, bag)
    assert [end.why for end in ends][-1] is Why.FINISHED and len(ends) <= 2
    if place == "dot" or "bob4@example.net" in relay.recipients():
        assert bag.verdicts["bob4@example.net"].state in (State.SENT, State.IN_DOUBT)
    # Nobody but bob4 may be touched.
    for tag, verdict in bag.verdicts.items():
        if tag != "bob4@example.net":
            assert verdict.state is State.SENT, (tag, verdict)


def test_two_replies_to_one_dot() -> None:
    with Smtpd(faults=["dot:twice::bob1"]) as relay:
        bag = Postbag(people(6), again=True)
        ends = send_all(relay.port, bag)
        judge(relay, bag)
    assert [end.why for end in ends] == [Why.BROKEN, Why.FINISHED]
    assert bag.count(State.SENT) == 6


def test_surplus_behind_the_last_dot_closes_the_connection() -> None:
    with Script(
        (b"DATA\r\n", OK + OK + GO),
        (b"\r\n.\r\n", OK + OK),
    ) as relay:
        bag = Postbag(people(1), stay=True)
        ended = send(relay.port, bag)
    assert (ended.why, ended.phase, ended.accepted) == (Why.BROKEN, "idle", 1)
    assert bag.states() == [("alice0", "sent")]


@pytest.mark.parametrize(
    "said",
    [
        OK + OK + OK,  # 250 to DATA.
        OK + OK + b"330 what\r\n",
        OK + b"350 what\r\n",
        b"354 go\r\n",
        b"550 no\r\n" + OK,  # A recipient without a sender.
        OK + OK + GO + OK,  # More than was asked, in one read with the 354.
        OK + OK + GO + b"2",
        OK + b"550 5.1.1 no\r\n" + b"503 no\r\n" + OK,
        OK + b"550 5.1.1 no\r\n" + GO + b"250 early\r\n",
        b"250-a\r\n251 b\r\n",
        b"250-a\r\nb\r\n",
        b"250_a\r\n",
        b"25\r\n",
        b"\r\n",
        b"abc ok\r\n",
        b"2x0 ok\r\n",
        b"\x00\x00",
        b"250" + b"x" * 20_000,
    ],
)
def test_out_of_protocol_before_the_content_sends_nothing(said: bytes) -> None:
    with Script((b"DATA\r\n", said)) as relay:
        bag = Postbag(people(1))
        ended = send(relay.port, bag, timeouts=IMPATIENT)
    assert ended.why is Why.BROKEN and relay.closed_by_client
    assert bag.states() == [("alice0", "not_sent")] and bag.begun == []


# ---- before the content


@pytest.mark.parametrize("fault", ["drop", "reset", "silence", "half", "half-drop", "garbage"])
@pytest.mark.parametrize("place", ["mail", "rcpt", "data"])
@pytest.mark.parametrize("pipelining", [True, False])
def test_lost_before_the_content_is_not_sent(place: str, fault: str, pipelining: bool) -> None:
    with Smtpd(pipelining=pipelining, faults=[f"{place}:{fault}:100:bob1"]) as relay:
        if place == "mail":
            relay.faults = [dataclasses.replace(f, match="bob1-at") for f in relay.faults]
        bag = Postbag(people(3))
        for each in bag.waiting:
            each.envelope_from = each.recipient.replace(b"@", b"-at-") + b"@bounces.example.org"
        ended = send(relay.port, bag, timeouts=IMPATIENT)
        judge(relay, bag)
    assert ended.why is Why.BROKEN and ended.accepted == 1
    assert bag.states() == [("alice0", "sent"), ("bob1", "not_sent")]


def test_refusal_that_was_read_stands_when_the_relay_leaves() -> None:
    with Script(
        (b"DATA\r\n", OK + b"550 5.1.1 no such user\r\n421 4.7.0 too many errors\r\n")
    ) as relay:
        bag = Postbag(people(1))
        ended = send(relay.port, bag)
    assert (ended.why, ended.code) == (Why.CLOSED, 421)
    assert bag.verdicts["alice0@example.net"][:3] == (State.FAILED, 550, "5.1.1")


@pytest.mark.parametrize(
    ("fault", "phase", "code", "text"),
    [
        ("banner:554 5.3.2 go away", "greeting", 554, "5.3.2 go away"),
        ("banner:421 4.3.2 busy", "greeting", 421, "4.3.2 busy"),
        ("banner:silence", "greeting", None, "no reply in time (greeting)"),
        ("banner:drop", "greeting", None, None),
        ("banner:garbage", "greeting", None, None),
        ("banner:half", "greeting", None, "no reply in time (greeting)"),
        ("banner:huge", "greeting", None, None),
        ("banner:tarpit", "greeting", None, "no reply in time (greeting)"),
        ("ehlo:421 4.3.2 busy", "ehlo", 421, "4.3.2 busy"),
        ("ehlo:silence", "ehlo", None, "no reply in time (ehlo)"),
        ("ehlo:drop", "ehlo", None, None),
        ("ehlo:endless", "ehlo", None, None),
    ],
)
def test_connection_that_cannot_be_opened(
    fault: str, phase: str, code: int | None, text: str | None
) -> None:
    with Smtpd(faults=[fault]) as relay:
        bag = Postbag(people(2))
        ended = send(relay.port, bag, timeouts=IMPATIENT)
    assert (ended.why, ended.phase, ended.code, ended.accepted) == (Why.REFUSED, phase, code, 0)
    assert text is None or ended.text == text
    assert ended.text and ended.text.isprintable()
    assert len(bag.waiting) == 2 and bag.verdicts == {}  # Nobody was even asked for.


def test_connection_reset_at_once() -> None:
    with Smtpd(faults=["banner:reset"]) as relay:
        ended = send(relay.port, Postbag(people(1)))
    # It depends on the moment whether the reset is seen before or after connect() returns.
    assert ended.why is Why.REFUSED and ended.phase in ("connect", "greeting")


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    ended = send(port, Postbag(people(1)))
    assert (ended.why, ended.phase) == (Why.REFUSED, "connect")
    unknown = Server("t", "relay.invalid", 25)
    assert send(0, Postbag(people(1)), server=unknown).phase == "connect"


def test_waiting_for_a_reply_octet_by_octet_ends() -> None:
    """Only a whole reply counts: a tarpit cannot hold a connection for ever."""
    with Smtpd(faults=["dot:tarpit"], tick=0.05) as relay:
        bag = Postbag(people(2))
        ended = send(relay.port, bag, timeouts=dataclasses.replace(IMPATIENT, dot=0.3))
    assert (ended.why, ended.text) == (Why.BROKEN, "no reply in time (dot)")
    assert bag.states() == [("alice0", "in_doubt"), ("bob1", "not_sent")]


def test_late_reply_is_not_late_before_its_timeout() -> None:
    slow = dataclasses.replace(QUICK, mail=0.2, rcpt=0.2, data=0.2)
    with Smtpd(faults=["dot:slow 0.7"]) as relay:
        bag = Postbag(people(2))
        assert send(relay.port, bag, timeouts=slow).why is Why.FINISHED
    assert bag.count(State.SENT) == 2


def test_tarpit_holds_up_nobody_else() -> None:
    """One relay drips; another connection of the same loop does all its work meanwhile."""
    with Smtpd(faults=["banner:tarpit"], tick=0.2) as tar, Smtpd() as good:

        async def run() -> Postbag:
            stuck = Postbag(people(1))
            task = asyncio.create_task(deliver(Server("t", "127.0.0.1", tar.port), stuck, QUICK))
            await asyncio.sleep(0)
            bag = Postbag(people(300))
            await deliver(Server("g", "127.0.0.1", good.port), bag, QUICK)
            assert not task.done()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return bag

        assert asyncio.run(asyncio.wait_for(run(), 60)).count(State.SENT) == 300


# ---- all of them together


def test_every_fault_after_the_dot_five_percent_each(tmp_path: Any) -> None:
    count = 400
    faults = [
        f"dot:{what}:5" for what in ("reset", "drop", "half-drop", "garbage", "354 go", "huge")
    ]
    faults += [
        "dot:lose-drop:5",
        "rcpt:450 4.2.1 later:5",
        "rcpt:550 5.1.1 no:5",
        "mail:421 4.7.0 x:2",
    ]
    with Smtpd(faults=faults, seed=11, log=tmp_path / "log") as relay:
        bag = Postbag(people(count), again=True)

        async def work() -> None:
            server = Server("t", "127.0.0.1", relay.port)
            while bag.waiting:
                await deliver(server, bag, IMPATIENT)

        async def run() -> None:
            await asyncio.gather(*(work() for _ in range(5)))

        asyncio.run(asyncio.wait_for(run(), 120))
        judge(relay, bag)
        assert [line.recipient for line in read_log(tmp_path / "log")] == relay.recipients()
    assert not bag.out and len(bag.verdicts) == count
    assert bag.count(State.NOT_SENT) == 0
    assert bag.count(State.IN_DOUBT) >= 0.2 * count
    assert len(bag.begun) == len(set(bag.begun)), "a content was begun twice"


def test_relay_killed_and_started_again() -> None:
    """The port answers, then nobody, then a new relay: nothing is sent twice."""
    first = Smtpd(faults=["dot:slow 5::charlie"])
    with first:
        port = first.port
        bag = Postbag(people(9), again=True)
        killer = threading.Timer(0.3, first.stop)
        killer.start()
        ended = send(port, bag)
        killer.join()
    assert ended.why is Why.BROKEN
    assert send(port, bag).phase == "connect"
    with Smtpd(port=port) as second:
        assert send(port, bag).why is Why.FINISHED
    both = first.recipients() + second.recipients()
    assert len(both) == len(set(both)) == 9
    assert bag.states().count(("charlie2", "in_doubt")) == 1


# ---- the parser alone


@pytest.mark.parametrize(
    ("data", "code", "lines", "end"),
    [
        (b"250 ok\r\n", 250, b"ok", 8),
        (b"250\r\n", 250, b"", 5),
        (b"250\n", 250, b"", 4),
        (b"250 \r\n", 250, b"", 6),
        (b"250 a\r\n354 b\r\n", 250, b"a", 7),
        (b"250-a\r\n250-b\r\n250 c\r\n", 250, b"a b c", 21),
        (b"250-a\r\n250\r\n", 250, b"a ", 12),
    ],
)
def test_replies_are_read(data: bytes, code: int, lines: bytes, end: int) -> None:
    assert read(data, 0) == (code, lines, end)
    for cut in range(end):  # And none of it before it is whole.
        assert read(data[:cut], 0) is None


@pytest.mark.parametrize(
    "data",
    [
        b"\n",
        b"25\n",
        b"2500 ok\n",
        b"199 no\n",
        b"600 no\n",
        b"25x no\n",
        b"x",
        b"2\xff",
        b"250-a\n251 b\n",
        b"250-a\n25\n",
        b"250-a\n250x\n",
        b"250-a\nx",
        "２５０ ok\n".encode(),
        b"250 " + b"a" * 17_000,
        b"250-aaaaaaaa\n" * 1_400,
    ],
)
def test_nonsense_is_seen_at_once(data: bytes) -> None:
    with pytest.raises(Garbled):
        read(data, 0)
