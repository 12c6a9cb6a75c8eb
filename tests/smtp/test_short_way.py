"""The short way to write commands and read replies: the same as the long one, and the usual one.

What is said here for each mail costs most of a connection's own time, so both have a way for what
nearly always comes. It must decide nothing that the careful way would decide otherwise, and real
relays must be on it (tests/benchmarks/commands.py measures what it saves).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from newsletter.smtp import Parcel, State, Verdict, Why, envelope, replies
from newsletter.smtp.conversation import Conversation
from newsletter.smtp.envelope import Abilities, Commands
from tests.postbag import SENDER, Postbag, message, people, send
from tests.smtpd import Smtpd

BODY = [b"Subject: x\r\n\r\n", b"Hello.\r\n"]
SIZE = sum(map(len, BODY))


def offered(parcel: Parcel, size: int | None = None) -> bytes | Verdict:
    return Commands(Abilities(True, True, True, size)).offer(parcel)


@pytest.mark.parametrize("content", [BODY, tuple(BODY), b"".join(BODY)])
@pytest.mark.parametrize("counted", [SIZE, 0])
def test_commands_are_the_same_octets_for_every_kind_of_content(
    content: bytes | Sequence[bytes], counted: int
) -> None:
    parcel = Parcel(SENDER, b"alice@example.net", content, size=counted)
    assert offered(parcel) == (
        b"MAIL FROM:<b-return@bounces.example.org>\r\nRCPT TO:<alice@example.net>\r\nDATA\r\n"
    )
    assert offered(parcel, size=10_240_000) == (
        b"MAIL FROM:<b-return@bounces.example.org> SIZE=22\r\n"
        b"RCPT TO:<alice@example.net>\r\nDATA\r\n"
    )


@pytest.mark.parametrize("size", [None, 0, 10_240_000])
@pytest.mark.parametrize("content", [BODY, tuple(BODY)])
@pytest.mark.parametrize("name", [b"alice", b"o'brien", b"a+b=c", b"x/y#z!{1}", b"alice.b-c_d"])
def test_usual_mail_is_not_looked_at_closely(
    name: bytes, content: Sequence[bytes], size: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIZE announced or a signature in front: neither leaves the short way."""

    def closely(*_: object) -> None:
        raise AssertionError("the long way was taken")

    monkeypatch.setattr(envelope, "_objection", closely)
    commands = offered(Parcel(SENDER, name + b"@example.net", content, size=SIZE), size)
    assert isinstance(commands, bytes) and name in commands


@pytest.mark.parametrize("size", [None, 0, SIZE, 10])
@pytest.mark.parametrize(
    "address",
    [
        b"alice@example.net",
        b"o'brien@example.net",
        b"al ice@example.net",
        b"alice@example.net>",
        b"<alice@example.net",
        b"alice@example.net\r\nRCPT TO:<eve@example.org",
        b"alice@example.net> SIZE=1\r\nRCPT TO:<eve@example.org",
        b"alice@example.net>\r\nDATA\r\nRCPT TO:<eve@example.org",
        b"alice@example.net> BODY=8BITMIME",
        b"alice@example.net\n",
        b"alice\x00@example.net",
        "阿@example.net".encode(),
        b"alice",
        b"@example.net",
        b"alice@",
        b"a" * 65 + b"@example.net",
        b"alice@" + b"e" * 101,
        b"a" * 64 + b"@" + b"e" * 250,
        b"",
    ],
)
def test_short_way_decides_as_the_long_one(
    address: bytes, size: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for parcel in (
        Parcel(SENDER, address, BODY, size=SIZE),
        Parcel(address, b"alice@example.net", BODY, size=SIZE),
        Parcel(address, address, BODY, size=SIZE),
    ):
        short = offered(parcel, size)
        with monkeypatch.context() as patched:
            never = envelope.re.compile(rb"(?!)")
            patched.setattr(envelope, "_USUAL", never)
            patched.setattr(envelope, "_USUAL_WITH_SIZE", never)
            assert short == offered(parcel, size)
        if isinstance(short, bytes):
            assert short.count(b"\r\n") == 3 and b"eve" not in short
        else:
            assert short.state is State.FAILED


def test_too_large_a_mail_cannot_be_made_usual_by_its_addresses() -> None:
    """Nothing is declared for it, and the addresses bring their own commands."""
    odd = Parcel(b"a@b> SIZE=1\r\nRCPT TO:<", b"eve@example.org", BODY, size=SIZE)
    verdict = offered(odd, size=10)
    assert isinstance(verdict, Verdict) and verdict.status == "5.1.7"


def test_sizes_that_are_remembered_are_limited() -> None:
    commands = Commands(Abilities(True, size=0))
    for size in range(1, 10_000):
        made = commands.offer(Parcel(SENDER, b"alice@example.net", BODY, size=size))
        assert isinstance(made, bytes) and b"> SIZE=%d\r\n" % size in made
        assert len(commands._between) <= 4096


@pytest.mark.parametrize(
    "group",
    [
        # Postfix 3.7 (smtpd), as seen by tests/benchmarks/postfix.py.
        b"250 2.0.0 Ok: queued as 4DkQ2v1xYz\r\n250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n"
        b"354 End data with <CR><LF>.<CR><LF>\r\n",
        b"250 ok\r\n250 ok\r\n251 will forward\r\n354 go\r\n",
        "250 2.0.0 Принято\r\n250 2.1.0 好\r\n250 2.1.5 Hélas non\r\n354 weiter\r\n".encode(),
        b"250 2.0.0\r\n250 \r\n250 2.1.5\r\n354 \r\n",
        b"250 2.0.0 ok\n250 2.1.0 ok\n250 2.1.5 ok\n354 go\n",
        b"250 \xff\xfe\x00 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n",
        b"250 2.0.0.1 odd\r\n250 ok\r\n250 ok\r\n354 go\r\n",
    ],
)
def test_usual_replies_are_those_the_strict_reader_finds(group: bytes) -> None:
    found = replies.USUAL_GROUP.fullmatch(group)
    assert found is not None
    position, codes, first = 0, [], b""
    while position < len(group):
        reply = replies.read(group, position)
        assert reply is not None
        first = first or reply.lines
        position = reply.end
        codes.append(reply.code)
    assert len(codes) == 4 and codes[3] == 354 and all(200 <= code < 300 for code in codes[:3])
    status = replies.status_of(codes[0], replies.text_of(first))
    assert replies.accepted(found[1], found[2]) == (State.SENT, codes[0], status, "", "dot")


@pytest.mark.parametrize(
    "group",
    [
        b"250 ok\r\n250 ok\r\n250 ok\r\n",
        b"250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n2",
        b"250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n",
        b"250 ok\r\n250 ok\r\n250 ok\r\n354 go",
        b"250-ok\r\n250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n",
        b"250 ok\r\n250 ok\r\n550 no\r\n354 go\r\n",
        b"450 no\r\n250 ok\r\n250 ok\r\n354 go\r\n",
        b"250 ok\r\n250 ok\r\n250 ok\r\n250 ok\r\n",
        b"354 go\r\n250 ok\r\n250 ok\r\n354 go\r\n",
        b"2500 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n",
        "２50 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n".encode(),
    ],
)
def test_other_replies_are_read_one_by_one(group: bytes) -> None:
    assert replies.USUAL_GROUP.fullmatch(group) is None


@pytest.mark.parametrize("size", [None, 10_240_000])
def test_connection_to_a_relay_with_extensions_reads_the_short_way(
    size: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = 0
    usual = Conversation._answer_usual

    def counted(self: Conversation, verdict: Verdict) -> None:
        nonlocal short
        short += 1
        usual(self, verdict)

    monkeypatch.setattr(Conversation, "_answer_usual", counted)
    with Smtpd(size=size, utf8=True) as relay:
        bag = Postbag(people(30))
        send(relay.port, bag)
    assert bag.count(State.SENT) == 30
    assert short == 29  # The last content is followed by no envelope.


@pytest.mark.parametrize("pipelining", [True, False])
def test_no_second_content_before_the_reply_to_the_first(pipelining: bool) -> None:
    class OneAtATime(Postbag):
        def begin(self, parcel: Parcel) -> bool:
            assert set(self.begun) <= set(self.verdicts), "a content is without its reply"
            return super().begin(parcel)

    faults = ["dot:slow 0.02:30", "dot:lines:30", "rcpt:550 5.1.1 no:20", "dot:452 4.3.1 full:10"]
    with Smtpd(pipelining=pipelining, faults=faults, seed=5, keep=True) as relay:
        bag = OneAtATime(people(60))
        ended = send(relay.port, bag)
    assert ended.why is Why.FINISHED and len(bag.verdicts) == 60
    assert [one.content for one in relay.accepted] == [message(tag) for tag in relay.recipients()]


def test_package_needs_neither_settings_nor_models() -> None:
    code = (
        "import sys, newsletter.smtp;"
        "print(sorted(n for n in sys.modules if n.startswith(('django', 'newsletter.', 'subscr'))))"
    )
    env = {k: v for k, v in os.environ.items() if not k.startswith("DJANGO")}
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=env, capture_output=True, check=True, text=True
    )
    assert all(name.startswith("newsletter.smtp") for name in eval(done.stdout))
