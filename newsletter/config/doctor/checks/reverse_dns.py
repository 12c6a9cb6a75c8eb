"""The addresses that mail is delivered from have a name that leads back to them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter import conf

from ..dns import Address
from ..findings import Finding, bad, good, unseen
from ..findings import said as _
from ..surroundings import Surroundings, inside

NAME, PLACE = "ptr", 180

# Parts of names of lines that change hands; each of them blocked somewhere for its name alone.
_LINES = {
    "dyn", "dynamic", "dynip", "dhcp", "dsl", "adsl", "vdsl", "xdsl", "ppp", "pppoe", "dialup",
    "dialin",
}  # fmt: skip


def is_assigned(name: str, address: Address) -> bool:
    """Whether a name is made of the address, or says that it is one of many lines. Pure."""
    if _LINES.intersection(re.split(r"[^a-z]+", name.lower())):
        return True
    octets = list(address.packed)
    packed = address.packed.hex()
    if address.version == 6:
        return packed in re.sub(r"[-.:]", "", name.lower())
    padded = "".join(f"{one:03}" for one in octets)
    numbers = [int(one) for one in re.findall(r"\d+", name)]
    rows = [numbers[at : at + 4] for at in range(len(numbers) - 3)]
    return octets in rows or octets[::-1] in rows or padded in name or packed in name.lower()


def look(site: Surroundings) -> Iterator[Finding]:
    """PTR and forward-confirmed reverse DNS (RFC 8601 2.7.3) of each address."""
    if site.trial:
        yield unseen(_("A trial: no mail leaves this machine."))
        return
    for address in conf.relay_addresses():
        if inside(address):
            yield bad(
                _("RELAY_ADDRESSES names %(address)s, an address of an inner network.",
                  address=address),
                _("Name the public addresses that your relay delivers from; whoever hosts it knows"
                  " them."),
            )  # fmt: skip
    addresses, _sure = site.outgoing
    if not addresses:
        yield unseen(
            _("From which addresses the relay delivers is not seen from here."),
            _("Set RELAY_ADDRESSES to them, or ask: dig -x ADDRESS. The owner of the address, your"
              " hoster, sets its name."),
        )  # fmt: skip
    for address in addresses:
        yield _address(site, address)


def _address(site: Surroundings, address: Address) -> Finding:
    names = site.dns.names(address)
    greeting = next((r.greeting.split()[0] for r in site.relays if r.local and r.greeting), "")
    wanted = greeting if "." in greeting else "mail.example.org"
    pointer = _(
        "At your hoster set the reverse name of %(address)s to %(name)s, and publish:"
        " %(name)s. IN %(kind)s %(address)s",
        address=address,
        name=wanted,
        kind="A" if address.version == 4 else "AAAA",
    )
    if not names:
        return bad(
            _("%(address)s has no reverse name; many servers refuse it.", address=address), pointer
        )
    if not any(address in site.dns.of_family(name, address.version) for name in names):
        return bad(
            _("The reverse name of %(address)s, %(name)s, does not lead back to it.",
              address=address, name=names[0]),
            pointer,
        )  # fmt: skip
    if assigned := [name for name in names if is_assigned(name, address)]:
        return bad(
            _("The reverse name of %(address)s, %(name)s, is one that a provider gives to every"
              " line: block lists hold such names, and many servers refuse them.",
              address=address, name=assigned[0]),
            pointer,
        )  # fmt: skip
    return good(_("%(address)s is %(name)s, and that leads back.", address=address, name=names[0]))
