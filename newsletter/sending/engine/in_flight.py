"""A worker's chunks in memory: who is next, what is on the wire, and what became of it.

All of it runs on the event loop and waits for nothing. The pools ask (`begin`) and tell (`settle`);
each turn takes from here what is to be stored (`open_turn`) and brings back what was (`stored`).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from django.utils import timezone

from newsletter.message import Reader
from newsletter.message.dkim import Signers
from newsletter.rendering import headers
from newsletter.smtp import Ended, State, Verdict

from ..ours import our_names
from . import candidates, policy, timing
from .decisions import Part
from .dispatcher import Dispatcher
from .journal import Journal
from .members import BEGUN, OFFERED, READY, SETTLED, TODO, Hold, Member, Turn, boot_time
from .message_templates import MessageTemplates
from .outcomes import Lease, Settled
from .relays import Pool
from .troubles import Troubles
from .turning import Done

log = logging.getLogger(__name__)

_monotonic = time.monotonic
_NOT_SENT, _SENT = State.NOT_SENT, State.SENT
# Outcomes settled within so many seconds are stored with the same time.
_MOMENT = 0.1


class InFlight:
    """The chunks in hand; `wake` is called when there may be something to do."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        journal: Journal,
        pools: Sequence[Pool],
        dispatcher: Dispatcher,
        templates: MessageTemplates,
        signers: Signers | None,
        wake: Callable[[], object],
    ) -> None:
        self._loop = loop
        self._journal = journal
        self._pools = pools
        self._dispatcher = dispatcher
        self._templates = templates
        self._signers = signers
        self._wake = wake
        self.holds: dict[int, Hold] = {}
        self.troubles = Troubles()
        # Nobody is authorised any more: told to stop; or the disk takes no record.
        self.stopping = self.broken_journal = False
        # Loop time at which each issue was last served, and of the oldest outcome not stored.
        self.served: dict[int, float] = {}
        self.oldest: float | None = None
        self._outcomes = 0
        self._alarm: asyncio.TimerHandle | None = None
        self._size = candidates.WindowSize()
        self._moment, self._moment_until = timezone.now(), 0.0

    # ---- what is here

    @property
    def at_hand(self) -> int:
        """Members that may be authorised whenever there is room."""
        return sum(len(hold.todo) for hold in self.holds.values())

    @property
    def in_window(self) -> int:
        """Deliveries that are authorised and not settled."""
        return sum(len(hold.window) for hold in self.holds.values())

    def hold(self, lease: Lease) -> None:
        """A chunk was leased."""
        hold = Hold(lease, renewed=boot_time(), turned=self._loop.time())
        for delivery, edition, domain in lease.members:
            hold.todo.append(Member(delivery, edition, domain, hold))
        lease.members = []
        self.holds[lease.id] = hold
        self.served[lease.issue] = self._loop.time()

    def let_go_of_all(self) -> None:
        """What no connection has is taken back; each chunk goes as soon as it can."""
        for hold in self.holds.values():
            hold.let_go = 0.0
            self._pull(hold)

    def try_journal(self) -> None:
        """Go on if the disk takes a record again; its slot is given back at once."""
        if self.broken_journal and not self.in_window:
            try:
                self._journal.free(self._journal.begin(0, 0, 0))
            except OSError:
                return
            self.broken_journal = False

    # ---- turns

    def turn_is_due(self) -> bool:
        """Whether a turn would store, authorise, renew or close something now."""
        if not self.holds:
            return False
        now = self._loop.time()
        if self._outcomes >= timing.GROUP:
            return True
        if self.oldest is not None and now >= self.oldest + timing.GROUP_WAIT:
            return True
        for hold in self.holds.values():
            if hold.wants_turn(now):
                return True
        size = self._window_size(now)
        if size - self.in_window < timing.ROOM * size:
            return False
        may = not (self.stopping or self.broken_journal)
        return may and candidates.any_could_go(self.holds.values(), self._dispatcher, now)

    def open_turn(self) -> Turn | None:
        """What the next turn is to do; None: nothing. Outcomes and candidates leave the memory."""
        now = self._loop.time()
        self._leave_closed_relays(now)
        parts, asked = self._parts(now)
        if not parts:
            return None
        texts: dict[int | None, set[int]] = {}
        for chunk, hold in self.holds.items():
            members = [*hold.window.values(), *asked.get(chunk, {}).values()]
            texts.setdefault(hold.lease.revision, set()).update(m.edition for m in members)
        started = boot_time()
        handed = [(hold, hold.settled, hold.done_slots) for hold in self.holds.values()]
        for hold in self.holds.values():
            hold.settled, hold.done_slots = [], []
        if self._outcomes:
            self._size.stored(now, self._outcomes)
        self._outcomes, self.oldest = 0, None
        if self._alarm is not None:
            self._alarm.cancel()
        return Turn(parts, asked, handed, texts, started)

    def put_back(self, turn: Turn) -> None:
        """Nothing of it is known to be stored, nothing is forgotten: the same again, later."""
        for hold, settled, slots in turn.handed:
            hold.settled = settled + hold.settled
            hold.done_slots = slots + hold.done_slots
            self._outcomes += sum(len(one.deliveries) for one in settled)
        for chunk, members in turn.asked.items():
            for member in members.values():
                self._dispatcher.leave(member)
                member.pool = None
                self.holds[chunk].todo.appendleft(member)
        if self._outcomes:
            self.oldest = self._loop.time()

    def stored(self, turn: Turn, done: list[Done]) -> set[int]:
        """Apply what the turn stored; the issues that lost their last chunk here with it."""
        turns = {one.lease.id: one.lease.turn + 1 for one in done if one.stored is not None}
        for hold, _settled, slots in turn.handed:
            for slot in slots:
                self._journal.free(slot, turns.get(hold.lease.id))
        again = {part.lease.id: part.again for part in turn.parts}
        for one in done:
            chunk = one.lease.id
            self._take(one, turn.asked.get(chunk, {}), again.get(chunk, []), turn.started)
        for pool in self._pools:
            pool.wake()
        ended = {one.lease.issue for one in done if one.stored is not None and one.stored.ended}
        return ended - {hold.lease.issue for hold in self.holds.values()}

    def _window_size(self, now: float) -> int:
        """Deliveries that may be authorised, for all chunks together."""
        return self._size.at(now, sum(pool.server.connections for pool in self._pools))

    def _parts(self, now: float) -> tuple[list[Part], dict[int, dict[int, Member]]]:
        """What each chunk needs of the turn. Candidates leave `todo` here."""
        asked: dict[int, dict[int, Member]] = {}
        if not (self.stopping or self.broken_journal):
            room = self._window_size(now) - self.in_window
            asked = candidates.choose(self.holds.values(), self._dispatcher, self.served, room, now)
        parts = [h.part(asked.get(h.lease.id, {}), now) for h in self.holds.values()]
        return [part for part in parts if part is not None], asked

    def _leave_closed_relays(self, now: float) -> None:
        """What waits for a relay that is down goes to another, or back."""
        if all(pool.is_open(now) for pool in self._pools):
            return
        for hold in self.holds.values():
            for member in list(hold.window.values()):
                if member.at is READY and member.pool is not None and not member.pool.open:
                    self._back(hold, member)

    def _take(
        self, done: Done, asked: dict[int, Member], again: Sequence[int], started: float
    ) -> None:
        """Apply to memory what the turn stored."""
        hold = self.holds.get(done.lease.id)
        if hold is None:
            return
        decision = done.stored
        if decision is None:
            self._lose(hold, asked)
            return
        now = self._loop.time()
        hold.lease.turn += 1
        hold.lease.deferred += decision.row.counts["deferred"]
        hold.renewed, hold.turned = started, now
        self._authorise(hold, decision.authorised, asked, now)
        for delivery in reversed(decision.held):
            self._back(hold, asked[delivery])
        if len(decision.authorised) + len(decision.held) < len(asked):
            staying = {reader.delivery for reader in decision.authorised} | set(decision.held)
            for delivery, member in asked.items():
                if delivery not in staying:  # Left: the outcome is stored already.
                    member.at = SETTLED
                    self._dispatcher.leave(member)
        if again:
            self._asked_again(hold, again, set(decision.withdraw), now)
        if not decision.sending:
            self._pull(hold)
            hold.let_go = 0.0
        if decision.ended:
            del self.holds[done.lease.id]

    def _authorise(
        self, hold: Hold, readers: Sequence[Reader], asked: dict[int, Member], now: float
    ) -> None:
        """These are in the window now: each goes to the relay it was admitted to."""
        window, template_of, revision = hold.window, self._templates.of, hold.lease.revision
        signer = None
        if self._signers is not None:
            publication = self._templates.publication(hold.lease.issue)
            signer = self._signers.of(headers.domain(publication))
        for reader in readers:
            delivery = reader[2]
            member = asked[delivery]
            member.reader = reader
            member.template = template_of(member.edition, revision)
            member.checked = now
            member.withdrawn = False
            member.signer = signer
            window[delivery] = member
            pool = member.pool
            assert pool is not None
            pool.add(member)

    def _asked_again(
        self, hold: Hold, again: Sequence[int], withdraw: set[int], now: float
    ) -> None:
        """Members of the window were checked once more; who may not be mailed is not begun."""
        window = hold.window
        for member in [window[delivery] for delivery in again if delivery in window]:
            if member.delivery not in withdraw:
                member.checked = now
            elif member.at is READY:
                self._back(hold, member)
            elif member.at is OFFERED:
                member.withdrawn = True

    def _lose(self, hold: Hold, asked: dict[int, Member]) -> None:
        """We are fenced: forget the chunk and write no more of its content."""
        log.warning("chunk %s was taken from us", hold.lease.id)
        hold.lost = True
        for member in (*hold.window.values(), *asked.values()):
            self._dispatcher.leave(member)
            if member.at in (TODO, READY):
                member.at = SETTLED
        for slot in hold.done_slots:
            self._journal.free(slot)
        self.holds.pop(hold.lease.id, None)

    def _pull(self, hold: Hold) -> None:
        """Take back what no connection has yet; what one has is finished, or was forbidden."""
        for member in list(hold.window.values()):
            if member.at is READY:
                self._back(hold, member)

    def _back(self, hold: Hold, member: Member) -> None:
        """A member leaves the window with the next turn and is a candidate again."""
        hold.window.pop(member.delivery, None)
        self._dispatcher.leave(member)
        member.at, member.pool = TODO, None
        member.withdrawn = False
        hold.todo.appendleft(member)

    # ---- what the pools ask and tell

    def begin(self, member: Member) -> bool:
        """Whether this member's content may be written now; writes the journal."""
        hold: Hold = member.hold
        delivery = member.delivery
        if hold.lost or member.withdrawn or delivery not in hold.window:
            return False
        if boot_time() - hold.renewed > timing.LEASE_LOOK:
            return False
        lease = hold.lease
        try:
            member.slot = self._journal.begin(lease.id, lease.epoch, delivery)
        except OSError as error:
            log.error("the journal cannot be written: %s", error)
            self.broken_journal = True
            return False
        member.at = BEGUN
        return True

    def settle(self, pool: Pool, member: Member, verdict: Verdict) -> None:
        """One verdict: an outcome for the next turn, or back to the candidates."""
        hold: Hold = member.hold
        slot = member.slot
        if member.at is SETTLED or hold.lost:
            if slot is not None:  # Whoever holds the chunk now has settled this delivery.
                self._journal.free(slot)
                member.slot = None
            return
        if verdict[0] is _NOT_SENT:
            self._not_sent(hold, member, verdict)
            return
        judgement = self._judge(hold, member, verdict)
        state, code, status = judgement[:3]
        if slot is not None:
            try:
                self._journal.answer(
                    slot, state, code or 0, status, judgement.blame, judgement.permanent
                )
            except OSError as error:
                # The answer is still in memory: only a crash before the next turn would lose it.
                log.error("the journal cannot be written: %s", error)
                self.broken_journal = True
            hold.done_slots.append(slot)
        delivery = member.delivery
        member.at = SETTLED
        hold.window.pop(delivery, None)
        self._dispatcher.leave(member)
        now = _monotonic()
        if now > self._moment_until:
            # Outcomes that are alike and have the same time become one `Settled`, below.
            self._moment, self._moment_until = timezone.now(), now + _MOMENT
        settled = hold.settled
        if (
            settled
            and (last := settled[-1])[1] is judgement
            and last[2] == pool.id
            and last[3] is self._moment
        ):
            last[0].append(delivery)
        else:
            settled.append(Settled([delivery], judgement, pool.id, self._moment))
        self._outcomes += 1
        if self.oldest is None:
            self.oldest = now
            self._alarm = self._loop.call_later(timing.GROUP_WAIT, self._wake)
        if self._outcomes == timing.GROUP:
            self._wake()
        troubles = self.troubles
        if state != "sent":
            address = member.reader.address if member.reader else ""
            troubles.refused(hold.lease.issue, pool.server.name, address, verdict, judgement)
        elif troubles.runs:
            troubles.runs.pop(hold.lease.issue, None)

    def _judge(self, hold: Hold, member: Member, verdict: Verdict) -> policy.Judgement:
        if verdict[0] is _SENT or member.reader is None:
            return policy.judge(verdict)
        publication = self._templates.publication(hold.lease.issue)
        ours = our_names(publication, member.delivery)
        return policy.judge(verdict, ours=ours, recipient=member.reader.address)

    def _not_sent(self, hold: Hold, member: Member, verdict: Verdict) -> None:
        """Nothing of it was begun: a candidate again."""
        if member.slot is not None:
            hold.done_slots.append(member.slot)
            member.slot = None
        self._back(hold, member)
        if verdict.code == 421 and verdict.phase == "rcpt":
            member.again = self._loop.time() + 5.0
        self._wake()

    def hungry(self) -> None:
        """A connection found nothing to do."""
        self._wake()

    def ended(self, pool: Pool, ended: Ended) -> None:
        """A connection ended; failed logins in a row are told to the editor."""
        if pool.login_failures >= policy.LOGIN_RUN and not any(
            other.open and not other.login_failures for other in self._pools
        ):
            pool.login_failures = 0
            self.troubles.not_let_in(pool.server.name, ended.text)
        self._wake()
