"""One connection from its first octet to its last: the only entry point of the package."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable
from typing import Protocol

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
    conversation = Conversation(feed, opened.abilities, waits, limit)
    conversation.start(opened.transport, opened.sock)
    try:
        conversation.pump()
        await _serve(conversation, feed)
    finally:
        if not conversation.done:
            conversation.abort(Why.BROKEN, "we were stopped")
        while not conversation.done:
            await conversation.attention()
    if conversation.error is not None:
        raise conversation.error
    assert conversation.ended is not None
    return conversation.ended


async def _serve(conversation: Conversation, feed: Feed) -> None:
    """Ask the feed whenever the conversation has nothing at hand, until it is done.

    At full speed the conversation feeds itself from its callbacks and nothing happens here.
    """
    ready: asyncio.Future[bool] | None = None
    try:
        while not conversation.done:
            if ready is not None and ready.done():
                more, ready = ready.result(), None
                if more:
                    conversation.pump()
                else:
                    conversation.stop(Why.FINISHED, "no more to send")
            elif conversation.tired:
                conversation.stop(Why.IDLE, "nothing to send for a while")
            if conversation.hungry and ready is None:
                ready = asyncio.ensure_future(feed.ready())
                ready.add_done_callback(conversation.ring)
            elif ready is not None and not conversation.hungry:
                ready.cancel()  # It fed itself; another connection may need the call.
                ready = None
            await conversation.attention()
    finally:
        if ready is not None:
            ready.cancel()
            await asyncio.gather(ready, return_exceptions=True)
