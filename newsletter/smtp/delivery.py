"""One connection from its first octet to its last: the only entry point of the package."""

from __future__ import annotations

import asyncio
import ssl

from newsletter.smtp.conversation import Conversation
from newsletter.smtp.feed import Feed
from newsletter.smtp.handshake import NoConnection, connect
from newsletter.smtp.server import Server, Timeouts
from newsletter.smtp.verdicts import Ended, Why


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
    except NoConnection as none:
        return Ended(Why.REFUSED, none.phase, none.code, none.status, none.text, accepted=0)
    conversation = Conversation(feed, opened.abilities, waits, limit)
    conversation.start(opened.transport, opened.sock)
    try:
        conversation.offer()
        await _serve(conversation, feed)
    finally:
        if not conversation.done:
            conversation.abort(Why.BROKEN, "we were stopped")
        while not conversation.done:
            await conversation.changed()
    if conversation.error is not None:
        raise conversation.error
    assert conversation.ended is not None
    return conversation.ended


async def _serve(conversation: Conversation, feed: Feed) -> None:
    """Wait for the feed whenever it had no parcel for the conversation, until that is done.

    At full speed the conversation asks the feed in its callbacks and nothing happens here.
    """
    ready: asyncio.Future[bool] | None = None
    try:
        while not conversation.done:
            if ready is not None and ready.done():
                more, ready = ready.result(), None
                if more:
                    conversation.offer()
                else:
                    conversation.stop(Why.FINISHED, "no more to send")
            elif conversation.idle_too_long:
                conversation.stop(Why.IDLE, "nothing to send for a while")
            if conversation.wants_parcel and ready is None:
                ready = asyncio.ensure_future(feed.ready())
                ready.add_done_callback(conversation.notify)
            elif ready is not None and not conversation.wants_parcel:
                ready.cancel()  # It got one by itself; another connection may need the call.
                ready = None
            await conversation.changed()
    finally:
        if ready is not None:
            ready.cancel()
            await asyncio.gather(ready, return_exceptions=True)
