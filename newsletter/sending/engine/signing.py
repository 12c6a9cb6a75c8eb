"""DKIM between authorising and the wire: mails are filled and signed in threads, a turn's at once.

Only where DKIM_KEYS names a key for the domain of the publication's From address. A member waits
here as one of its pool's; if it was withdrawn or asked for anew meanwhile, its mail is dropped.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from django.utils import timezone

from newsletter.message import BadReader, Filled
from newsletter.message.dkim import Signer, Signers

from .members import Member

log = logging.getLogger(__name__)


class SigningQueue:
    """What one pool has to have signed. Runs on the event loop."""

    def __init__(self, signers: Signers, ready: Callable[[list[Member]], None]) -> None:
        """`ready` takes members whose mail is signed, or could not be filled, back."""
        self._signers, self._ready = signers, ready
        self._waiting: dict[Signer, list[Member]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, signer: Signer, member: Member) -> None:
        """Queue a member; `work` begins with it."""
        self._waiting.setdefault(signer, []).append(member)

    def work(self) -> None:
        """Sign all that is queued; the loop goes on meanwhile."""
        waiting, self._waiting = self._waiting, {}
        for signer, members in waiting.items():
            task = asyncio.get_running_loop().create_task(self._sign(signer, members))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Forget what is being signed: nothing of it was begun."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _sign(self, signer: Signer, members: list[Member]) -> None:
        at = timezone.now()
        filled: list[tuple[Member, object, Filled]] = []
        done = []
        for member in members:
            assert member.template is not None and member.reader is not None
            try:
                filled.append((member, member.ticket, member.template.fill(member.reader, at)))
            except BadReader:
                member.signer = None  # Filled again when it is its turn, and refused there.
                done.append(member)
        contents = [one.content for _, _, one in filled]
        fields = await self._signers.sign_all(signer, contents, int(at.timestamp()))
        for (member, ticket, one), field in zip(filled, fields, strict=True):
            if member.ticket is ticket:
                one = one._replace(pieces=(field, *one.pieces), size=one.size + len(field))
                member.fill(one)
                done.append(member)
        self._ready(done)
