"""The pipelined part of a connection: our protocol on the transport of a finished handshake.

Callbacks only. Round trips are nearly all of the waiting and Python's own machinery nearly all of
the work, so nothing here creates a task, a future or a timer for each message.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from typing import Protocol, cast

from newsletter.smtp import watch
from newsletter.smtp.envelope import (
    Abilities,
    Parcel,
    mail_command,
    objection,
    rcpt_command,
    size_of,
    usual_commands,
)
from newsletter.smtp.replies import (
    LONGEST_REPLY,
    USUAL_GROUP,
    Ended,
    Garbled,
    State,
    Verdict,
    Why,
    read,
    refusal,
    status_of,
    taken,
    text_of,
)
from newsletter.smtp.server import Timeouts


class Step(IntEnum):
    """What the next reply answers."""

    DOT = 0
    RSET = 1
    MAIL = 2
    RCPT = 3
    DATA = 4
    EMPTY = 5  # The lone dot after a 354 that nobody was accepted for.
    QUIT = 6


# Looked up in its class it would cost as much as a call.
_DOT = Step.DOT
_ENVELOPE = (Step.MAIL, Step.RCPT, Step.DATA)
_MOST_PIECES = 512  # The kernel takes 1024 at once (IOV_MAX).
_PHASES = ("dot", "mail", "mail", "rcpt", "data", "data", "quit")


class Source(Protocol):
    """The part of `Feed` that is called from here."""

    def next(self) -> Parcel | None: ...
    def begin(self, parcel: Parcel) -> bool: ...
    def settle(self, parcel: Parcel, verdict: Verdict) -> None: ...


class Conversation(asyncio.BufferedProtocol):
    """One open connection.

    `done` is set when the transport is gone and every parcel is settled. `hungry` says that a
    parcel could be taken and none was at hand. `attention` ends at any change of either, and when
    nothing was to be done for the idle time (`tired`).
    """

    # More attributes than Python keeps in an instance: without slots each costs a dictionary.
    __slots__ = (
        "_abilities",
        "_accepted",
        "_begin",
        "_begun",
        "_bell",
        "_buffer",
        "_commands",
        "_expect",
        "_feed",
        "_goodbye",
        "_limit",
        "_loop",
        "_mail_taken",
        "_offered",
        "_pipelining",
        "_rcpt_taken",
        "_refused",
        "_reset_first",
        "_rest",
        "_settle",
        "_since",
        "_sock",
        "_stopping",
        "_taken",
        "_tick_every",
        "_ticker",
        "_timeouts",
        "_transport",
        "_unsent",
        "_view",
        "_waits",
        "_watch",
        "done",
        "ended",
        "error",
        "hungry",
        "tired",
    )

    def __init__(
        self,
        feed: Source,
        abilities: Abilities,
        timeouts: Timeouts,
        limit: int,
    ) -> None:
        self._feed = feed
        # They may be whatever can be called, so they are not looked up as methods each time.
        self._begin, self._settle = feed.begin, feed.settle
        self._abilities = abilities
        self._pipelining = abilities.pipelining
        # What offers the parcel taken last, if that is as usual.
        self._commands: bytes | None = None
        self._timeouts = timeouts
        self._limit = limit
        self._loop = asyncio.get_running_loop()
        self.done = self.hungry = self.tired = False
        self._bell: asyncio.Future[None] | None = None
        self.ended: Ended | None = None
        self.error: Exception | None = None
        self._watch: watch.Watch | None = None
        # A plain Protocol makes asyncio allocate 256 KB for every read.
        self._buffer = bytearray(LONGEST_REPLY)
        self._view = memoryview(self._buffer)
        self._rest = b""  # The beginning of a reply that is not complete yet.
        self._expect: deque[Step] = deque()
        self._begun: Parcel | None = None  # Content begun, its reply not read.
        self._offered: Parcel | None = None  # Envelope written, content not begun.
        self._mail_taken = self._rcpt_taken = False
        self._refused: Verdict | None = None
        self._reset_first = False
        self._stopping = False
        self._goodbye = (Why.FINISHED, "")
        self._taken = self._accepted = 0
        self._since = 0.0
        self._unsent = 0
        self._waits = (
            timeouts.dot,
            timeouts.rset,
            timeouts.mail,
            timeouts.rcpt,
            timeouts.data,
            timeouts.dot,
            timeouts.quit,
        )
        self._ticker: asyncio.TimerHandle | None = None

    # ---- what deliver() calls

    def start(self, transport: asyncio.Transport, sock: socket.socket | None) -> None:
        """Take over a transport whose handshake is finished and whose buffers are empty.

        `sock` is its own socket when nothing is between them (no TLS).
        """
        self._transport = transport
        self._sock = sock
        self._since = self._loop.time()
        # One ticker for the whole connection: arming a timer for each phase of each message
        # costs more than reading its reply.
        self._tick_every = min(1.0, min(*self._waits, self._timeouts.idle) / 4)
        transport.set_protocol(self)
        if sock is not None and (found := watch.of(self._loop)) is not None:
            transport.pause_reading()
            found.add(sock, self._readable)
            self._watch = found
        self._ticker = self._loop.call_later(self._tick_every, self._tick)

    async def attention(self) -> None:
        """Wait for a change of `done`, `hungry` or `tired`, or for `ring`."""
        self._bell = self._loop.create_future()
        await self._bell

    def ring(self, *_: object) -> None:
        """End the wait of `attention`."""
        if self._bell is not None and not self._bell.done():
            self._bell.set_result(None)

    def pump(self) -> None:
        """Offer the next parcel if one can be taken and there is one."""
        if (
            self._offered is None
            and not self._stopping
            and (self._begun is None or self._pipelining)
        ):
            self._guarded(self._offer_next)

    def stop(self, why: Why, text: str) -> None:
        """Take no more; QUIT as soon as what is in flight is answered."""
        if self.ended is None and not self._stopping:
            self._stopping = True
            self.hungry = False
            self._goodbye = (why, text)
            self._quit_if_idle()

    def abort(self, why: Why, text: str) -> None:
        """Cut the connection now and settle what is in flight."""
        self._fail(why, text, None)

    # ---- what the watch calls, or else the transport

    def _readable(self) -> None:
        assert self._sock is not None
        try:
            nbytes = self._sock.recv_into(self._buffer)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._fail(Why.BROKEN, f"the connection was lost: {error}", None)
            return
        if nbytes:
            self.buffer_updated(nbytes)
        else:
            self.eof_received()

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._view

    def buffer_updated(self, nbytes: int) -> None:
        data = bytes(self._view[:nbytes])
        if self._rest:
            data = self._rest + data
            self._rest = b""
        try:
            expect = self._expect
            # The shortest way for what nearly always comes; all else is read reply by reply.
            if (
                len(expect) == 4
                and expect[0] is _DOT
                and (usual := USUAL_GROUP.fullmatch(data))
                and not self._transport.get_write_buffer_size()
            ):
                self._answer_usual(taken(usual[1], usual[2]))
            else:
                self._replies(data)
        except Exception as error:
            self._feed_failed(error)

    def eof_received(self) -> bool:
        self._fail(Why.BROKEN, "the relay closed the connection", None)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        text = f"the connection was lost: {exc}" if exc else "the relay closed the connection"
        self._fail(Why.BROKEN, text, None)
        if self._ticker is not None:
            self._ticker.cancel()
        self.done = True
        self.ring()

    # ---- writing

    def _take(self) -> Parcel | None:
        """The next parcel this relay can be offered; others are settled on the way."""
        while not self._stopping:
            if self._taken >= self._limit:
                self._stopping = True
                self.hungry = False
                self._goodbye = (Why.LIMIT, "as many messages as one connection carries")
                break
            parcel = self._feed.next()
            if parcel is None:
                break
            self._commands = usual_commands(parcel, self._abilities)
            if self._commands is None:
                problem = objection(parcel, self._abilities)
                if problem is not None:
                    self._settle(parcel, problem)
                    continue
            self._taken += 1
            return parcel
        return None

    def _envelope(self, parcel: Parcel) -> bytes:
        """The commands that offer `parcel`, just taken; as many as may go in one write."""
        self._offered = parcel
        if self.hungry:
            self.hungry = False
            self.ring()
        self._mail_taken = self._rcpt_taken = False
        self._refused = None
        reset = b""
        if self._reset_first:  # Allowed anywhere in a group (RFC 2920 3.1).
            self._reset_first = False
            self._expect.append(Step.RSET)
            reset = b"RSET\r\n"
        if self._pipelining:
            self._expect += _ENVELOPE
            if self._commands is not None:
                return reset + self._commands
            mail, rcpt = mail_command(parcel, self._abilities), rcpt_command(parcel)
            return b"".join((reset, mail, rcpt, b"DATA\r\n"))
        if reset:
            return reset
        self._expect.append(Step.MAIL)
        return mail_command(parcel, self._abilities)

    def _offer_next(self) -> None:
        parcel = self._take()
        if parcel is not None:
            self._write(self._envelope(parcel))
        elif self._stopping:
            self._quit_if_idle()
        else:
            self._starve()

    def _starve(self) -> None:
        """A parcel could be taken and there was none."""
        if not self.hungry:
            self.hungry = True
            self.ring()

    def _begin_content(self, parcel: Parcel) -> None:
        """Content, dot, and the envelope of the next: one write, one round trip."""
        following = self._take() if self._pipelining else None
        begun = False
        try:
            begin = self._begin
            begun = begin(parcel)
        finally:
            if not begun and following is not None:
                cut = "the connection was cut before it was offered"
                self._settle(following, Verdict(State.NOT_SENT, None, "", cut, "mail"))
        if not begun:
            # The relay waits for content; only an end of the connection says "never mind".
            self._fail(Why.FENCED, "withdrawn before its content was begun", None)
            return
        self._offered = None
        self._begun = parcel
        self._expect.append(_DOT)
        content = parcel.content
        end = b".\r\n" if following is None else b".\r\n" + self._envelope(following)
        if isinstance(content, bytes):
            self._write(content, end)
        else:
            self._write(*content, end, size=size_of(parcel) + len(end))
        if following is None and not self._stopping and self._pipelining:
            self._starve()

    def _write(self, *pieces: bytes, size: int = 0) -> None:
        """Write pieces that follow each other; `size` is their octets, if counted."""
        self._since = self._loop.time()
        if self._sock is None or self._transport.get_write_buffer_size():
            self._transport.write(b"".join(pieces))
            return
        # Straight from the pieces to the kernel: joining them would copy the whole message.
        try:
            sent = self._sock.sendmsg(pieces[:_MOST_PIECES])
        except OSError:  # Full, or gone: the transport finds out which.
            sent = 0
        if sent == (size or sum(map(len, pieces))):
            return
        for number, piece in enumerate(pieces):
            if sent < len(piece):
                self._transport.write(b"".join((piece[sent:], *pieces[number + 1 :])))
                break
            sent -= len(piece)

    # ---- reading

    def _replies(self, data: bytes) -> None:
        """Match each complete reply with the command it answers, in order."""
        position, expect = 0, self._expect
        end = len(data)
        while position < end:
            if not expect:
                # RFC 5321 3.8: only 421 may come unasked. Either way nothing is in flight.
                self._unasked(data[position:])
                return
            try:
                reply = read(data, position)
            except Garbled:
                seen = text_of(data[position : position + 200])
                self._violation(f"not a reply: {seen!r}")
                return
            if reply is None:
                self._rest = data[position:]
                return
            position = reply.end
            # Only a whole reply counts: one octet a second would wait for ever.
            self._since = self._loop.time()
            self._answer(expect.popleft(), reply.code, reply.lines, position < end)
            if self.ended is not None:
                return
        if not expect:
            # Only now that nothing is left to read: what is surplus must not meet a new command.
            self._offer_next()

    def _answer(self, step: Step, code: int, lines: bytes, more: bool) -> None:
        """One reply. `more`: further octets have come behind it."""
        if step is Step.QUIT:
            self._fail(*self._goodbye, None, "quit")
        elif code == 421 and step is not Step.DOT:
            self._fail(Why.CLOSED, text_of(lines), code, _PHASES[step])
        elif step is Step.DOT:
            self._answer_dot(code, lines)
        elif step is Step.MAIL or step is Step.RCPT:
            self._answer_address(step, code, lines, more)
        elif step is Step.DATA:
            self._answer_data(code, lines, more)
        elif step is Step.RSET:
            self._answer_reset(code, lines, more)
        else:
            # Nobody was accepted, so nothing was delivered, whatever it says.
            self._end_refused(more)

    def _answer_usual(self, verdict: Verdict) -> None:
        """DOT, MAIL, RCPT and DATA were answered well, in one read and with nothing behind."""
        begun, offered = self._begun, self._offered
        assert begun is not None and offered is not None
        self._expect.clear()
        self._begun = None
        self._accepted += 1
        # Taken before the verdict is told: if telling fails, the offered one is given back.
        self._mail_taken = self._rcpt_taken = True
        settle = self._settle
        settle(begun, verdict)
        if self.ended is None:
            self._begin_content(offered)

    def _answer_dot(self, code: int, lines: bytes) -> None:
        parcel = self._begun
        assert parcel is not None
        text = text_of(lines)
        if 400 <= code < 600:
            verdict = refusal(code, lines, "dot")
            unread = self._transport.get_write_buffer_size()
            self._begun = None
            self._settle(parcel, verdict)
            if code == 421:
                self._fail(Why.CLOSED, text, code, "dot")
            elif unread:
                # Refused before the dot left us: where its replies begin again is anybody's guess.
                self._violation(f"refused in the middle of the content: {text}", code, "dot")
        elif code >= 300 or self._transport.get_write_buffer_size():
            # 354, or "accepted" before it had everything: nothing can be concluded.
            self._violation(f"out of protocol after the content: {code} {text}", code, "dot")
        else:  # Any 2yz accepts (RFC 5321 4.2.1).
            self._begun = None
            self._accepted += 1
            self._settle(parcel, Verdict(State.SENT, code, status_of(code, text), text, "dot"))

    def _answer_address(self, step: Step, code: int, lines: bytes, more: bool) -> None:
        phase = _PHASES[step]
        if 300 <= code < 400:
            self._violation(f"out of protocol: {code} {text_of(lines)}", code, phase)
            return
        taken = code < 300
        if step is Step.MAIL:
            self._mail_taken = taken
        elif taken and not self._mail_taken:
            self._violation("a recipient was accepted without a sender", code, phase)
            return
        else:
            self._rcpt_taken = taken
        if not taken and self._refused is None:
            self._refused = refusal(code, lines, phase)
        if self._pipelining:
            return
        if not taken:
            self._end_refused(more)
        elif more:
            self._surplus(phase)
        elif step is Step.MAIL:
            assert self._offered is not None
            self._expect.append(Step.RCPT)
            self._write(rcpt_command(self._offered))
        else:
            self._expect.append(Step.DATA)
            self._write(b"DATA\r\n")

    def _answer_data(self, code: int, lines: bytes, more: bool) -> None:
        parcel = self._offered
        assert parcel is not None
        if code < 400 and code != 354:
            # The usual trace of a surplus reply: every later one is off by one. Content was not
            # begun, so nobody's verdict is touched.
            self._violation(f"out of protocol: {code} {text_of(lines)}", code, "data")
        elif code >= 400:
            if self._refused is None:
                self._refused = refusal(code, lines, "data")
            self._end_refused(more)
        elif more:
            self._surplus("data")
        elif self._rcpt_taken:
            self._begin_content(parcel)
        else:
            # 354 although nobody was accepted (RFC 2920 3.1): an empty message to nobody.
            self._expect.append(Step.EMPTY)
            self._write(b".\r\n")

    def _answer_reset(self, code: int, lines: bytes, more: bool) -> None:
        if code >= 300:
            self._violation(f"RSET was answered {code} {text_of(lines)}", code, "mail")
        elif not self._pipelining:
            if more:
                self._surplus("mail")
                return
            assert self._offered is not None
            self._expect.append(Step.MAIL)
            self._write(mail_command(self._offered, self._abilities))

    def _end_refused(self, more: bool) -> None:
        """The offered parcel was refused and every reply of its group is in."""
        if more:
            self._surplus(_PHASES[Step.DATA])
            return
        parcel, verdict = self._offered, self._refused
        assert parcel is not None and verdict is not None
        self._offered = None
        self._reset_first = True
        self._settle(parcel, verdict)

    def _surplus(self, phase: str) -> None:
        self._violation("more replies than commands", None, phase)

    def _violation(self, text: str, code: int | None = None, phase: str = "") -> None:
        """The relay and we no longer agree where we are: believe nothing said since the dot."""
        self._refused = None
        self._fail(Why.BROKEN, text, code, phase)

    def _unasked(self, data: bytes) -> None:
        try:
            reply = read(data, 0)
        except Garbled:
            reply = None
        if reply is not None and reply.code == 421:
            self._fail(Why.CLOSED, text_of(reply.lines), 421, "idle")
        else:
            self._surplus("idle")

    # ---- ending

    def _quit_if_idle(self) -> None:
        if not self._expect and self._offered is None and self.ended is None:
            self._expect.append(Step.QUIT)
            self._write(b"QUIT\r\n")

    def _fail(self, why: Why, text: str, code: int | None, phase: str = "") -> None:
        """End once. What was begun is in doubt, what was only offered goes back."""
        if self.ended is not None:
            return
        if self._expect and self._expect[0] is Step.QUIT:  # It was over anyway.
            why, text = self._goodbye
            code, phase = None, "quit"
        phase = phase or (_PHASES[self._expect[0]] if self._expect else "idle")
        status = status_of(code, text) if code else ""
        self.ended = Ended(why, phase, code, status, text, self._accepted)
        self._stopping = True
        self.hungry = False
        self._expect.clear()
        begun, offered = self._begun, self._offered
        self._begun = self._offered = None
        if self._watch is not None and self._sock is not None:
            self._watch.remove(self._sock)
        # The relay must not take half a content for a whole one: no polite close after DATA.
        self._transport.abort()
        if begun is not None:
            self._guarded(self._settle, begun, Verdict(State.IN_DOUBT, code, status, text, "dot"))
        if offered is not None:
            # A refusal that was read in its place stands, even if the rest never came.
            verdict = self._refused or Verdict(State.NOT_SENT, code, status, text, phase)
            self._guarded(self._settle, offered, verdict)

    def _guarded(self, step: Callable[..., None], *args: object) -> None:
        """Run a step; what the feed raises ends the connection and is raised by deliver()."""
        try:
            step(*args)
        except Exception as error:
            self._feed_failed(error)

    def _feed_failed(self, error: Exception) -> None:
        if self.error is None:
            self.error = error
        self._fail(Why.BROKEN, "the feed failed", None)

    def _tick(self) -> None:
        """Look at the clock now and then: is the relay still with us?"""
        if self.ended is not None:
            return
        self._ticker = self._loop.call_later(self._tick_every, self._tick)
        now = self._loop.time()
        unsent = self._transport.get_write_buffer_size()
        if unsent:
            if unsent != self._unsent:
                self._since = now
                self._unsent = unsent
            elif now - self._since > self._timeouts.block:
                self._fail(Why.BROKEN, "the relay stopped reading", None)
            return
        if self._unsent:  # All of it left only now: the wait for the reply begins here.
            self._unsent, self._since = 0, now
        if not self._expect:
            if now - self._since > self._timeouts.idle:
                self.tired = True
                self.ring()
        elif now - self._since > self._waits[self._expect[0]]:
            phase = _PHASES[self._expect[0]]
            self._fail(Why.BROKEN, f"no reply in time ({phase})", None)


def as_transport(transport: asyncio.BaseTransport) -> asyncio.Transport:
    """The TCP or TLS transport behind aiosmtplib's wider annotation."""
    return cast(asyncio.Transport, transport)
