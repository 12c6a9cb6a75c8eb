"""One connection to a relay: parcels in, verdicts out. No models, no settings, no policy.

One call opens one connection and works on it until the feed has no more, the relay ends it, or
something is wrong with it:

    ended = await deliver(server, feed, timeouts)

The caller gives a `Feed`. All its methods are called on the event loop and must not block:

- `next()` gives the next parcel that may be sent *now*, or None. From then on the parcel is ours
  until `settle`, which is called exactly once for each parcel, whatever happens, also when
  `deliver` is cancelled or raises.
- `ready()` is awaited when `next()` gave None. True: ask `next()` again. False: close the
  connection when what is in flight is answered. It is cancelled when the connection ends first.
- `begin(parcel)` is called right before the first octet of its content is written. It must store
  that durably ("begun") and say True. False: nothing of it may be written. The relay is then
  already waiting for content (DATA is pipelined), so the connection is cut, which makes the relay
  forget it, and the parcel comes back NOT_SENT. An exception does the same and is raised by
  `deliver`.
- `settle(parcel, verdict)` gives what is known. `verdict.state`:
    SENT       the relay answered 2yz to the content: it is responsible now
    DEFERRED   4yz from the relay about this parcel, or a reply that blames nobody (503)
    FAILED     5yz, or it cannot be sent as it is (address, SMTPUTF8, SIZE); `code` is then None
    IN_DOUBT   content was begun and no valid reply to it was read
    NOT_SENT   content was not begun and nothing was said about this parcel: give it out again.
               With code 421 the relay closed; at phase rcpt that may still be about this one
               domain, so a delivery that keeps coming back so should wait rather than spin.

What `deliver` returns tells the caller about the relay (`Ended`): `why`, the phase and the reply
behind it, and how many messages were accepted on this connection before, from which the number
of messages the relay allows for each connection can be learned. `deliver` itself never retries
and never sleeps; it raises only what the feed raised.

On the wire (RFC 5321, pipelining RFC 2920) each write is the content of one parcel, its dot, and
MAIL, RCPT and DATA of the next. At most one content is without its reply on a connection, and at
most one more parcel has its envelope there.

The modules, from the outside in: `delivery` (the entry point), `handshake` (up to the login),
`conversation` (which command when, whose reply), `answers` (what a reply means, pure), `wire`
(octets and time), `envelope` (a parcel and its commands), `replies` (reading), `watch` (polling).
"""

from newsletter.smtp.delivery import deliver
from newsletter.smtp.envelope import Parcel
from newsletter.smtp.feed import Feed
from newsletter.smtp.server import BadServer, Server, Timeouts
from newsletter.smtp.verdicts import Ended, State, Verdict, Why

__all__ = [
    "BadServer",
    "Ended",
    "Feed",
    "Parcel",
    "Server",
    "State",
    "Timeouts",
    "Verdict",
    "Why",
    "deliver",
]
