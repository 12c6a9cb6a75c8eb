"""Whether the address in From really wrote this mail to us: DKIM (RFC 6376), looked up by us.

A signature proves more than that some server added it: it must be by the domain of From or one
above it, cover the whole body, and cover From, Date and the To or Cc that names the address the
mail came to. So a digest that the same person mailed to somebody else, or last month, opens nothing
when it is sent again. What another server says of the mail (Authentication-Results) is not read:
whoever writes the mail can write that, too.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
from collections.abc import Callable
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

# A mail of ours that waited this long somewhere on its way is asked to be sent again.
_FRESH = dt.timedelta(days=7)
_AHEAD = dt.timedelta(hours=1)
# Each costs a look-up of up to _SECONDS.
_MOST_SIGNATURES = 4
_SECONDS = 5
_BITS = 1024  # RFC 8301 section 3.2

# name (with a dot at its end), seconds -> the TXT record, or None if there is none.
Lookup = Callable[[bytes, int], bytes | None]


class NotKnown(Exception):
    """The key could not be looked up now."""


def available() -> bool:
    """Whether what checks a signature is installed (extra `dkim`)."""
    return importlib.util.find_spec("dkim") is not None


def sender_of(message: Message) -> str:
    """The one address in the one From, in lower case, or ""."""
    addresses = _addresses(message, "from")
    return addresses[0] if len(addresses) == 1 else ""


def proven(
    content: bytes, message: Message, recipient: str, now: dt.datetime, lookup: Lookup | None = None
) -> bool:
    """Whether `sender_of(message)` signed this mail to `recipient` lately. Raises NotKnown."""
    sender = sender_of(message)
    to = recipient.strip("<> ").lower()
    named = [name for name in ("to", "cc") if to in _addresses(message, name)]
    if not sender or not named or not _is_fresh(message, now):
        return False
    signed = [str(value) for value in message.get_all("dkim-signature", [])]
    domain = sender.rpartition("@")[2]
    return any(
        _holds(content, number, domain, named, lookup or _ask_dns)
        for number in range(min(len(signed), _MOST_SIGNATURES))
        if _above(_tags(signed[number]).get("d", ""), domain)
    )


def _holds(content: bytes, number: int, domain: str, named: list[str], lookup: Lookup) -> bool:
    import dkim

    # The library takes lines as they are on the wire.
    wire = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    verifier = dkim.DKIM(wire, minkey=_BITS, timeout=_SECONDS)
    try:
        if not verifier.verify(
            number, dnsfunc=lambda name, timeout=_SECONDS: lookup(name, timeout)
        ):
            return False
    except dkim.DKIMException:
        return False
    # Values may be folded over lines.
    fields = {
        key.decode("ascii", "replace"): "".join(value.decode("ascii", "replace").split())
        for key, value in verifier.signature_fields.items()
    }
    covered = fields["h"].lower().split(":")
    return (
        "l" not in fields
        and _above(fields["d"], domain)
        and {"from", "date"} <= set(covered)
        and any(name in covered for name in named)
    )


def _ask_dns(name: bytes, seconds: int) -> bytes | None:
    import dns.exception
    import dns.resolver

    try:
        answer = dns.resolver.resolve(name.decode("ascii", "replace"), "TXT", lifetime=seconds)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return None
    except dns.exception.DNSException as error:
        raise NotKnown(type(error).__name__) from None
    return next((b"".join(record.strings) for record in answer), None)


def _tags(signature: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in signature.split(";"))
    return {name.strip(): "".join(value.split()) for name, _equals, value in pairs}


def _above(signer: str, domain: str) -> bool:
    """Whether a signature by this domain speaks for the other: the same, or one above it."""
    signer = signer.lower().rstrip(".")
    return "." in signer and (domain == signer or domain.endswith(f".{signer}"))


def _addresses(message: Message, name: str) -> list[str]:
    """The addresses of a field that occurs once; of one that occurs again, none can be believed."""
    fields = message.get_all(name, [])
    if len(fields) != 1:
        return []
    return [address.lower() for _name, address in getaddresses([str(fields[0])]) if "@" in address]


def _is_fresh(message: Message, now: dt.datetime) -> bool:
    dates = message.get_all("date", [])
    try:
        date = parsedate_to_datetime(str(dates[0])) if len(dates) == 1 else None
    except (ValueError, TypeError, OverflowError):
        return False
    if date is None:
        return False
    if date.tzinfo is None:
        date = date.replace(tzinfo=dt.UTC)
    return now - _FRESH <= date <= now + _AHEAD
