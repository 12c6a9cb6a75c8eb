"""The domain of the return path lets the relay's addresses send (RFC 7208)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from subscribers.slips import is_mailbox_provider

from .. import spf
from ..dns import Address, NotSeen
from ..findings import Finding, bad, good, unseen
from ..findings import said as _
from ..spf import Outcome
from ..surroundings import Surroundings
from ..tags import organisational, to_paste

NAME, PLACE = "spf", 140

# An address of documentation (RFC 5737), which no record names.
_NOBODY = ipaddress.ip_address("192.0.2.255")


def look(site: Surroundings) -> Iterator[Finding]:
    """Each return path's domain, evaluated for each address that mail is delivered from."""
    if site.trial or not site.return_domains:
        yield unseen(_("No mail leaves this site yet, so SPF has no part in it."))
        return
    addresses, sure = site.outgoing
    for domain in site.return_domains:
        yield from _domain(site, domain, addresses, sure)


def _domain(
    site: Surroundings, domain: str, addresses: list[Address], sure: bool
) -> Iterator[Finding]:
    if is_mailbox_provider(domain):
        yield bad(
            _("%(domain)s is not yours: it lets only its own servers send, so mail from here is"
              " taken for forged.", domain=domain),
            _("Send from an address of a domain that you own: sudi publication SLUG --set"
              " from_address=news@example.org"),
        )  # fmt: skip
        return
    found = spf.records(site.dns.texts(domain))
    if not found:
        yield bad(
            _("%(domain)s has no SPF record.", domain=domain),
            _("Publish: %(record)s", record=to_paste(domain, _record(site, "", addresses))),
        )
        return
    if len(found) > 1:
        yield bad(
            _("%(domain)s has %(number)s SPF records; receivers then count none.",
              domain=domain, number=len(found)),
            _("Keep one: %(record)s",
              record=to_paste(domain, _record(site, _both(found), addresses))),
        )  # fmt: skip
        return
    try:
        terms, _modifiers = spf.parse(found[0])
    except ValueError as error:
        yield bad(
            _("The SPF record of %(domain)s is not valid: %(word)s", domain=domain, word=error),
            _("Publish: %(record)s", record=to_paste(domain, _record(site, "", addresses))),
        )
        return
    wide = [term for term in terms if term.qualifier == "+" and spf.is_wide(term)]
    if wide:
        kept = " ".join(w for w in found[0].split() if w not in [one.text for one in wide])
        yield bad(
            _("The SPF record of %(domain)s lets the whole world send (%(word)s).",
              domain=domain, word=wide[0].text),
            _("Publish: %(record)s", record=to_paste(domain, _record(site, kept, addresses))),
        )  # fmt: skip
        return
    if not addresses:
        yield from _without_address(site, domain, found[0])
        return
    for address in addresses:
        yield _address(site, domain, found[0], address, sure)


def _without_address(site: Surroundings, domain: str, record: str) -> Iterator[Finding]:
    """Nobody has said from where the relay delivers: only what no address could mend is seen."""
    tried = spf.check(site.dns, _NOBODY, domain)
    if tried.outcome is Outcome.PERMERROR:
        yield _broken(domain, tried)
    elif not any(word[0] not in "-~?" for word in record.split()[1:]):
        yield bad(
            _("The SPF record of %(domain)s lets nobody send.", domain=domain),
            _("Publish: %(record)s", record=to_paste(domain, _record(site, "", []))),
        )
    else:
        yield unseen(
            _("%(domain)s has an SPF record; from which addresses the relay delivers is not seen"
              " from here.", domain=domain),
            _("Set RELAY_ADDRESSES to them, or send a test mail to a mailbox elsewhere and read its"
              " Authentication-Results (spf=pass)."),
        )  # fmt: skip


def _address(site: Surroundings, domain: str, record: str, address: Address, sure: bool) -> Finding:
    seen = spf.check(site.dns, address, domain, helo=domain)
    if seen.outcome is Outcome.PASS:
        return good(_("%(domain)s lets %(address)s send.", domain=domain, address=address))
    if seen.outcome is Outcome.TEMPERROR:
        raise NotSeen(seen.why)
    if seen.outcome is Outcome.PERMERROR:
        return _broken(domain, seen)
    fix = _record(site, record, [address])
    remedy = _("Publish: %(record)s", record=to_paste(domain, fix))
    if not sure:
        remedy = _(
            "Publish: %(record)s. If the relay hands on to another server, set RELAY_ADDRESSES to"
            " that one's addresses instead.",
            record=to_paste(domain, fix),
        )
    return bad(
        _("%(domain)s does not let %(address)s send (%(outcome)s, %(why)s).",
          domain=domain, address=address, outcome=seen.outcome, why=seen.why),
        remedy,
    )  # fmt: skip


def _broken(domain: str, seen: spf.Spf) -> Finding:
    many = "lookups (" in seen.why
    return bad(
        _("SPF of %(domain)s is a permanent error: %(why)s", domain=domain, why=seen.why),
        _("Name addresses (ip4:, ip6:) instead of includes: at most ten terms may ask DNS.")
        if many
        else _("Mend or take out the term that is named."),
    )


def _record(site: Surroundings, old: str, addresses: list[Address]) -> str:
    """A record that lets these addresses send; the rest of the old one is kept."""
    words = [f"ip{one.version}:{one}" for one in addresses]
    if not words and not old:
        words = [_of_relay(site)]
    kept = [w for w in old.split()[1:] if w.lower().lstrip("+-~?") != "all" and w not in words]
    redirect = any(w.lower().startswith("redirect=") for w in kept)
    last = next((w for w in old.split() if w.lower() in ("-all", "~all", "?all")), "~all")
    return " ".join(["v=spf1", *words, *kept, *([] if redirect else [last])])


def _of_relay(site: Surroundings) -> str:
    """A term for whatever the relay delivers from, as far as its name tells.

    An include of a name without a record of its own would be a permanent error (RFC 7208 5.2).
    """
    host = next((relay.host for relay in site.relays if relay.host and not relay.local), "")
    for name in dict.fromkeys([host, organisational(host)] if host else []):
        if spf.records(site.dns.texts(name)):
            return f"include:{name}"
    return f"a:{host}" if host else "mx"


def _both(records: list[str]) -> str:
    words = [w for one in records for w in one.split()[1:]]
    ends = [w for w in words if w.lower().lstrip("+-~?") == "all"]
    return " ".join(["v=spf1", *dict.fromkeys(w for w in words if w not in ends), *ends[-1:]])
