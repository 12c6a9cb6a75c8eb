"""One connection from its first octet to its last: the only entry point of the package."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable
from typing import Any, Protocol

from newsletter.smtp.conversation import Conversation
from newsletter.smtp.envelope import Parcel
from newsletter.smtp.handshake import Refused, connect
from newsletter.smtp.replies import Ended, Verdict, Why
from newsletter.smtp.server import Server, Timeouts


class Feed(Protocol):
    """Who gives parcels and takes verdicts; the package's docstring says when and how."""

    def next(self) -> Parcel | None:
        """The next authorised parcel, None if there is none now."""
        ...

    def ready(self) -> Awaitable[bool]:
        """Until `next` may give one (True) or there will be no more (False)."""
        ...

    def begin(self, parcel: Parcel) -> bool:
        """Store that the content of `parcel` is begun; False forbids it."""
        ...

    def settle(self, parcel: Parcel, verdict: Verdict) -> None:
        """Take back `parcel` with what is known about it."""
        ...


async def deliver(
    server: Server,
    feed: Feed,
    timeouts: Timeouts | None = None,
    *,
    limit: int = 1_000_000,
    tls: ssl.SSLContext | None = None,
) -> Ended:
    """Open one connection to `server`, send what `feed` gives, and say how it ended.

    `limit` is the number of messages offered on this connection before it is closed politely.
    `tls` replaces the process's own TLS context. When this coroutine is cancelled the connection
    is cut: what was begun is in doubt, the rest comes back NOT_SENT.
    """
    waits = timeouts or Timeouts()
    try:
        opened = await connect(server, waits, tls)
    except Refused as refused:
        return Ended(
            Why.REFUSED, refused.phase, refused.code, refused.status, refused.text, accepted=0
        )
    wanted = asyncio.Event()
    conversation = Conversation(feed, opened.abilities, waits, limit, wanted.set)
    conversation.start(opened.transport, opened.sock)
    try:
        conversation.pump()
        while not conversation.done.done():
            await _until(conversation.done, asyncio.ensure_future(wanted.wait()))
            if conversation.hungry:
                wanted.clear()
                await _feed_it(conversation, feed, waits)
    finally:
        if not conversation.done.done():
            conversation.abort(Why.BROKEN, "we were stopped")
            await asyncio.wait({conversation.done})
    if conversation.error is not None:
        raise conversation.error
    assert conversation.ended is not None
    return conversation.ended


async def _feed_it(conversation: Conversation, feed: Feed, waits: Timeouts) -> None:
    """There was nothing at hand: wait until there is, or until the connection need not be kept."""
    ready = asyncio.ensure_future(feed.ready())
    await _until(conversation.done, ready, waits.idle)
    if conversation.done.done():
        return
    if ready.cancelled():
        if conversation.idle:
            conversation.stop(Why.IDLE, "nothing to send for a while")
        else:  # Still waiting for a reply: not idle yet.
            conversation.pump()
    elif ready.result():
        conversation.pump()
    else:
        conversation.stop(Why.FINISHED, "no more to send")


async def _until(
    done: asyncio.Future[None], other: asyncio.Future[bool], seconds: float | None = None
) -> None:
    """Wait for either; the other one is cancelled and waited for if it came second."""
    try:
        both: set[asyncio.Future[Any]] = {done, other}
        await asyncio.wait(both, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        if not other.done():
            other.cancel()
            await asyncio.gather(other, return_exceptions=True)
