"""The pipelined part of a connection: which command is written when, and whose each reply is.

At most one parcel has its content written and not answered (`_begun`), and at most one more its
envelope (`_offered`). `_expect` says, in order, what the replies to come answer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from newsletter.smtp.answers import (
    PHASES,
    EnvelopeReplies,
    Next,
    Step,
    Violation,
    content_verdict,
    unasked_421,
    waits,
)
from newsletter.smtp.envelope import Abilities, Commands, Parcel, size_of
from newsletter.smtp.feed import Feed
from newsletter.smtp.replies import USUAL_GROUP, Garbled, accepted, read, status_of, text_of
from newsletter.smtp.server import Timeouts
from newsletter.smtp.verdicts import Ended, State, Verdict, Why
from newsletter.smtp.wire import Wire

# A global, because looking it up in its class costs as much as a call.
_DOT = Step.DOT
_ENVELOPE = (Step.MAIL, Step.RCPT, Step.DATA)


class Conversation(Wire):
    """One open connection.

    `done` is set when the transport is gone and every parcel is settled. `wants_parcel` says that
    a parcel could be offered and the feed had none; `idle_too_long`, that this has lasted for the
    idle time. `changed` waits until one of them changes.
    """

    __slots__ = (
        "_accepted",
        "_begin",
        "_begun",
        "_commands",
        "_commands_for",
        "_expect",
        "_feed",
        "_limit",
        "_offered",
        "_pipelining",
        "_replies",
        "_reset_first",
        "_rest",
        "_settle",
        "_stopping",
        "_taken",
        "_unwritten",
        "_waiter",
        "_waits",
        "_why_stopped",
        "done",
        "ended",
        "error",
        "idle_too_long",
        "wants_parcel",
    )

    def __init__(self, feed: Feed, abilities: Abilities, timeouts: Timeouts, limit: int) -> None:
        super().__init__(timeouts)
        self._feed = feed
        # Looked up once for the connection instead of twice for each message.
        self._begin, self._settle = feed.begin, feed.settle
        self._pipelining = abilities.pipelining
        self._commands_for = Commands(abilities).offer
        self._commands = b""  # Those of the parcel taken last.
        self._unwritten: deque[tuple[Step, bytes]] = deque()  # Without pipelining: what follows.
        self._limit = limit
        self.done = self.wants_parcel = self.idle_too_long = False
        self._waiter: asyncio.Future[None] | None = None
        self.ended: Ended | None = None
        self.error: Exception | None = None
        self._rest = b""  # The beginning of a reply that is not complete yet.
        self._expect: deque[Step] = deque()
        self._begun: Parcel | None = None  # Content begun, its reply not read.
        self._offered: Parcel | None = None  # Envelope written, content not begun.
        # What was answered to the envelope of `_offered`; None: nothing yet.
        self._replies: EnvelopeReplies | None = None
        self._reset_first = False
        self._stopping = False
        self._why_stopped = (Why.FINISHED, "")
        self._taken = self._accepted = 0
        self._waits = waits(timeouts)

    # ---- what deliver() calls

    async def changed(self) -> None:
        """Wait for a change of `done`, `wants_parcel` or `idle_too_long`, or for `notify`."""
        self._waiter = self._loop.create_future()
        await self._waiter

    def notify(self, *_: object) -> None:
        """End the wait of `changed`."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def offer(self) -> None:
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
            self.wants_parcel = False
            self._why_stopped = (why, text)
            self._quit_if_idle()

    def abort(self, why: Why, text: str) -> None:
        """Cut the connection now and settle what is in flight."""
        self._fail(why, text, None)

    # ---- offering

    def _take(self) -> Parcel | None:
        """The next parcel this relay can be offered; others are settled on the way."""
        while not self._stopping:
            if self._taken >= self._limit:
                self._stopping = True
                self.wants_parcel = False
                self._why_stopped = (Why.LIMIT, "as many messages as one connection carries")
                break
            parcel = self._feed.next()
            if parcel is None:
                break
            commands = self._commands_for(parcel)
            if isinstance(commands, bytes):
                self._commands = commands
                self._taken += 1
                return parcel
            self._settle(parcel, commands)
        return None

    def _envelope(self, parcel: Parcel) -> bytes:
        """The commands that offer `parcel`, just taken; as many as may go in one write."""
        self._offered = parcel
        self._replies = None
        if self.wants_parcel:
            self.wants_parcel = False
            self.notify()
        if self._pipelining:
            if self._reset_first:  # Allowed anywhere in a group (RFC 2920 3.1).
                self._reset_first = False
                self._expect.append(Step.RSET)
                self._expect += _ENVELOPE
                return b"RSET\r\n" + self._commands
            self._expect += _ENVELOPE
            return self._commands
        self._unwritten.clear()
        if self._reset_first:
            self._reset_first = False
            self._unwritten.append((Step.RSET, b"RSET\r\n"))
        self._unwritten += zip(_ENVELOPE, self._commands.splitlines(keepends=True), strict=True)
        return self._next_command()

    def _next_command(self) -> bytes:
        step, command = self._unwritten.popleft()
        self._expect.append(step)
        return command

    def _offer_next(self) -> None:
        parcel = self._take()
        if parcel is not None:
            self._write(self._envelope(parcel))
        elif self._stopping:
            self._quit_if_idle()
        else:
            self._want_parcel()

    def _want_parcel(self) -> None:
        """A parcel could be offered and there was none."""
        if not self.wants_parcel:
            self.wants_parcel = True
            self.notify()

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
            # The relay waits for content; only the end of the connection takes DATA back.
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
            self._want_parcel()

    # ---- replies

    def _received(self, data: bytes) -> None:
        if self._rest:
            data = self._rest + data
            self._rest = b""
        try:
            expect = self._expect
            # One match for what nearly always comes; everything else is read reply by reply.
            if (
                len(expect) == 4
                and expect[0] is _DOT
                and (usual := USUAL_GROUP.fullmatch(data))
                and not self._transport.get_write_buffer_size()
            ):
                self._answer_usual(accepted(usual[1], usual[2]))
            else:
                self._read_replies(data)
        except Exception as error:
            self._feed_failed(error)

    def _answer_usual(self, verdict: Verdict) -> None:
        """DOT, MAIL, RCPT and DATA were answered well, in one read and with nothing behind."""
        begun, offered = self._begun, self._offered
        assert begun is not None and offered is not None
        self._expect.clear()
        self._begun = None
        self._accepted += 1
        settle = self._settle
        settle(begun, verdict)
        if self.ended is None:
            self._begin_content(offered)

    def _read_replies(self, data: bytes) -> None:
        """Match each complete reply with the command it answers, in order."""
        position, expect = 0, self._expect
        end = len(data)
        while position < end:
            if not expect:
                if closing := unasked_421(data[position:]):
                    self._fail(Why.CLOSED, text_of(closing.lines), 421, "idle")
                else:
                    self._violation(Violation("more replies than commands", None, "idle"))
                return
            try:
                reply = read(data, position)
            except Garbled:
                seen = text_of(data[position : position + 200])
                self._violation(Violation(f"not a reply: {seen!r}", None, ""))
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
            self._fail(*self._why_stopped, None, "quit")
        elif step is Step.DOT:
            self._answer_content(code, lines)
        elif code == 421:
            self._fail(Why.CLOSED, text_of(lines), code, PHASES[step])
        else:
            self._answer_envelope(step, code, lines, more)

    def _answer_content(self, code: int, lines: bytes) -> None:
        parcel = self._begun
        assert parcel is not None
        unsent = self._transport.get_write_buffer_size() > 0
        verdict = content_verdict(code, lines, unsent)
        if isinstance(verdict, Violation):
            self._violation(verdict)
            return
        self._begun = None
        self._accepted += verdict.state is State.SENT
        self._settle(parcel, verdict)
        if code == 421:
            self._fail(Why.CLOSED, verdict.text, code, "dot")
        elif unsent:
            # It refused before the dot had left us, so which command its next reply answers is
            # not known.
            text = f"refused in the middle of the content: {verdict.text}"
            self._violation(Violation(text, code, "dot"))

    def _answer_envelope(self, step: Step, code: int, lines: bytes, more: bool) -> None:
        parcel = self._offered
        assert parcel is not None
        if self._replies is None:
            self._replies = EnvelopeReplies(self._pipelining)
        after = self._replies.take(step, code, lines, more)
        if isinstance(after, Violation):
            self._violation(after)
        elif after is Next.COMMAND:
            self._write(self._next_command())
        elif after is Next.CONTENT:
            self._begin_content(parcel)
        elif after is Next.LONE_DOT:
            # An empty message to nobody (RFC 2920 3.1): the relay waits for the end of one.
            self._expect.append(Step.EMPTY)
            self._write(b".\r\n")
        elif after is Next.REFUSED:
            verdict = self._replies.refused
            assert verdict is not None
            self._offered = None
            self._reset_first = True
            self._settle(parcel, verdict)

    # ---- ending

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.done = True
        self.notify()

    def _waited(self, seconds: float) -> None:
        if not self._expect:
            if seconds > self._timeouts.idle:
                self.idle_too_long = True
                self.notify()
        elif seconds > self._waits[self._expect[0]]:
            phase = PHASES[self._expect[0]]
            self._fail(Why.BROKEN, f"no reply in time ({phase})", None)

    def _broken(self, text: str) -> None:
        self._fail(Why.BROKEN, text, None)

    def _quit_if_idle(self) -> None:
        if not self._expect and self._offered is None and self.ended is None:
            self._expect.append(Step.QUIT)
            self._write(b"QUIT\r\n")

    def _violation(self, violation: Violation) -> None:
        """The relay and we no longer agree where we are: believe nothing said since the dot."""
        self._replies = None
        self._fail(Why.BROKEN, *violation)

    def _fail(self, why: Why, text: str, code: int | None, phase: str = "") -> None:
        """End once. What was begun is in doubt, what was only offered goes back."""
        if self.ended is not None:
            return
        if self._expect and self._expect[0] is Step.QUIT:  # Nothing was in flight any more.
            why, text = self._why_stopped
            code, phase = None, "quit"
        phase = phase or (PHASES[self._expect[0]] if self._expect else "idle")
        status = status_of(code, text) if code else ""
        self.ended = Ended(why, phase, code, status, text, self._accepted)
        self._stopping = True
        self.wants_parcel = False
        self._expect.clear()
        begun, offered = self._begun, self._offered
        self._begun = self._offered = None
        # The relay must not take half a content for a whole one: no polite close after DATA.
        self._cut()
        if begun is not None:
            self._guarded(self._settle, begun, Verdict(State.IN_DOUBT, code, status, text, "dot"))
        if offered is not None:
            # A refusal that was read in its place stands, even if the rest never came.
            refused = self._replies.refused if self._replies is not None else None
            verdict = refused or Verdict(State.NOT_SENT, code, status, text, phase)
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
