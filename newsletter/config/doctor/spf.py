"""Who may send for a domain, evaluated by the standard (RFC 7208).

`check` is the check_host() of section 4 for one address. Includes, redirects and macros are
followed; the limits of section 4.6.4 (ten terms that ask DNS, two that find nothing) are kept,
because receivers keep them: a record that breaks one is a permanent error there too.
"""

from __future__ import annotations

import enum
import ipaddress
import re
import time
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import quote

from .dns import Address, Dns, NotSeen

T = TypeVar("T")

MOST_LOOKUPS = 10
MOST_VOID = 2
# Of the hosts that one mx or ptr term names.
_MOST_HOSTS = 10


class Outcome(enum.StrEnum):
    """The results of section 2.6."""

    NONE = "none"
    NEUTRAL = "neutral"
    PASS = "pass"
    FAIL = "fail"
    SOFTFAIL = "softfail"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


_QUALIFIERS = {
    "+": Outcome.PASS, "-": Outcome.FAIL, "~": Outcome.SOFTFAIL, "?": Outcome.NEUTRAL,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spf:
    """The result, the term or the error that decided it, and how many terms asked DNS."""

    outcome: Outcome
    why: str
    lookups: int


class _Permanent(Exception):
    """A record that no receiver can evaluate."""


@dataclass(frozen=True, slots=True)
class Term:
    """`-include:example.org/24`: a mechanism with its parts."""

    qualifier: str
    name: str
    target: str
    four: int = 32
    six: int = 128
    text: str = ""


_TERM = re.compile(
    r"(?P<q>[-+~?]?)(?P<name>all|include|a|mx|ptr|ip4|ip6|exists)(?=[:/]|$)"
    r"(?::(?P<target>.*?))?(?P<cidr>(?:/\d{1,3})?(?://\d{1,3})?)$",
    re.IGNORECASE,
)
_MODIFIER = re.compile(r"([a-z][a-z0-9._-]*)=(.*)", re.IGNORECASE)
_MACRO = re.compile(r"%(?:\{([slodiphcrtv])(\d{0,3})(r?)([-.+,/_=]*)\}|([%_-]))", re.IGNORECASE)
_TOP = re.compile(r"\.(?:[a-z0-9]*[a-z][a-z0-9]*|[a-z0-9]+-[a-z0-9-]*[a-z0-9])\.?$", re.IGNORECASE)


def records(texts: list[str]) -> list[str]:
    """Those TXT records that are SPF (section 4.5)."""
    return [one for one in texts if one[:6].lower() == "v=spf1" and one[6:7] in ("", " ")]


def parse(record: str) -> tuple[list[Term], dict[str, str]]:
    """The mechanisms and the modifiers of a record. Raises ValueError with what is wrong."""
    terms: list[Term] = []
    modifiers: dict[str, str] = {}
    for word in record[6:].split(" "):
        if not word:
            continue
        if (match := _MODIFIER.fullmatch(word)) and not _TERM.fullmatch(word):
            name = match[1].lower()
            if name in ("redirect", "exp"):
                if name in modifiers:
                    raise ValueError(f"{name}= stands twice")
                _check_target(match[2], word)
                modifiers[name] = match[2]
            elif "%" in _MACRO.sub("", match[2]):
                raise ValueError(word)
            continue
        terms.append(_term(word))
    return terms, modifiers


def is_wide(term: Term) -> bool:
    """Whether it names no servers but large parts of the Internet: all, or more than a /8."""
    if term.name == "all":
        return True
    if term.name in ("ip4", "ip6"):
        network = ipaddress.ip_network(term.target)
        return network.prefixlen < (8 if network.version == 4 else 16)
    return term.name in ("a", "mx") and (term.four < 8 or term.six < 16)


def _term(word: str) -> Term:
    match = _TERM.fullmatch(word)
    if match is None:
        raise ValueError(word)
    name, target, cidr = match["name"].lower(), match["target"], match["cidr"]
    if name in ("ip4", "ip6"):
        text = f"{target or ''}{cidr}"
        version = 4 if name == "ip4" else 6
        try:
            network = ipaddress.ip_network(text, strict=False)
        except ValueError:
            raise ValueError(word) from None
        if network.version != version:
            raise ValueError(word)
        return Term(match["q"] or "+", name, str(network), text=word)
    if (name == "all" and (target is not None or cidr)) or (
        name in ("include", "exists") and (not target or cidr)
    ):
        raise ValueError(word)
    if name == "ptr" and cidr:
        raise ValueError(word)
    if target is not None:
        _check_target(target, word)
    four, _, six = (
        cidr.removeprefix("/").partition("//") if not cidr.startswith("//") else ("", "", cidr[2:])
    )
    if int(four or 32) > 32 or int(six or 128) > 128:
        raise ValueError(word)
    return Term(match["q"] or "+", name, target or "", int(four or 32), int(six or 128), word)


def _check_target(target: str, word: str) -> None:
    """A domain-spec (section 7.1) ends in a top label or in a macro."""
    plain = _MACRO.sub("x", target)
    if not target or "%" in plain or any(not "!" <= c <= "~" for c in target):
        raise ValueError(word)
    if not re.search(r"%\{[^}]*\}$", target) and not _TOP.search(
        f".{target}" if "." not in target else target
    ):
        raise ValueError(word)
    if "." not in target and "%" not in target:
        raise ValueError(word)


@dataclass(slots=True)
class _Evaluation:
    dns: Dns
    ip: Address
    sender: str
    helo: str
    lookups: int = 0
    void: int = 0
    why: str = ""
    _names: list[str] | None = field(default=None)

    def check(self, domain: str) -> Outcome:
        found = records(self.dns.texts(domain))
        if not found:
            self.why = f"{domain}: no SPF record"
            return Outcome.NONE
        if len(found) > 1:
            raise _Permanent(f"{domain}: {len(found)} SPF records")
        try:
            terms, modifiers = parse(found[0])
        except ValueError as error:
            raise _Permanent(f"{domain}: {error}") from None
        for term in terms:
            if self._matches(term, domain):
                self.why = f"{domain}: {term.text}"
                return _QUALIFIERS[term.qualifier]
        if "redirect" in modifiers:
            self._count(f"{domain}: redirect")
            outcome = self.check(self._expand(modifiers["redirect"], domain))
            if outcome is Outcome.NONE:
                raise _Permanent(f"{domain}: redirect={modifiers['redirect']}: no SPF record")
            return outcome
        self.why = f"{domain}: no term matches"
        return Outcome.NEUTRAL

    def _matches(self, term: Term, domain: str) -> bool:
        if term.name == "all":
            return True
        if term.name in ("ip4", "ip6"):
            return self.ip in ipaddress.ip_network(term.target)
        self._count(f"{domain}: {term.text}")
        target = self._expand(term.target, domain) if term.target else domain
        match term.name:
            case "include":
                return self._included(target, domain, term)
            case "a":
                return self._any_of(self._addresses(target), term)
            case "mx":
                hosts = self._seen(self.dns.mail_servers(target))
                if len(hosts) > _MOST_HOSTS:
                    raise _Permanent(f"{domain}: {term.text}: {len(hosts)} MX hosts")
                return any(
                    self._any_of(self.dns.of_family(host, self.ip.version), term)
                    for host in hosts
                    if host
                )
            case "exists":
                return bool(self._seen(self.dns.of_family(target, 4)))
            case _:
                wanted = target.lower().rstrip(".")
                return any(
                    name == wanted or name.endswith(f".{wanted}") for name in self._confirmed()
                )

    def _included(self, target: str, domain: str, term: Term) -> bool:
        outcome = self.check(target)
        if outcome is Outcome.NONE:
            raise _Permanent(f"{domain}: {term.text}: no SPF record")
        return outcome is Outcome.PASS

    def _any_of(self, found: list[Address], term: Term) -> bool:
        length = term.four if self.ip.version == 4 else term.six
        return any(self.ip in ipaddress.ip_network((one, length), strict=False) for one in found)

    def _addresses(self, name: str) -> list[Address]:
        return self._seen(self.dns.of_family(name, self.ip.version))

    def _confirmed(self) -> list[str]:
        """The names of the address whose own address it is (section 5.5)."""
        if self._names is None:
            try:
                names = self._seen(self.dns.names(self.ip))[:_MOST_HOSTS]
                self._names = [
                    n for n in names if self.ip in self.dns.of_family(n, self.ip.version)
                ]
            except NotSeen:
                self._names = []
        return self._names

    def _seen(self, found: list[T]) -> list[T]:
        if not found:
            self.void += 1
            if self.void > MOST_VOID:
                raise _Permanent(f"more than {MOST_VOID} lookups that find nothing")
        return found

    def _count(self, where: str) -> None:
        self.lookups += 1
        if self.lookups > MOST_LOOKUPS:
            raise _Permanent(f"more than {MOST_LOOKUPS} lookups ({where})")

    def _expand(self, spec: str, domain: str) -> str:
        """Section 7: macros, and names over 253 characters cut from the left."""

        def one(match: re.Match[str]) -> str:
            if match[5]:
                return {"%": "%", "_": " ", "-": "%20"}[match[5]]
            value = self._letter(match[1].lower(), domain)
            parts = re.split(f"[{re.escape(match[4] or '.')}]", value)
            if match[3]:
                parts.reverse()
            if match[2]:
                parts = parts[-int(match[2]) :] if int(match[2]) else parts
            value = ".".join(parts)
            return quote(value, safe="-._~") if match[1].isupper() else value

        name = _MACRO.sub(one, spec)
        while len(name) > 253 and "." in name:
            name = name.partition(".")[2]
        return name

    def _letter(self, letter: str, domain: str) -> str:
        local, _, of = self.sender.rpartition("@")
        six = self.ip.version == 6
        nibbles = ".".join(self.ip.exploded.replace(":", "")) if six else str(self.ip)
        match letter:
            case "s":
                return f"{local or 'postmaster'}@{of}"
            case "l":
                return local or "postmaster"
            case "o":
                return of
            case "d":
                return domain
            case "i":
                return nibbles
            case "p":
                names = self._confirmed()
                near = [n for n in names if n == domain or n.endswith(f".{domain}")]
                return (near or names or ["unknown"])[0]
            case "v":
                return "ip6" if six else "in-addr"
            case "h":
                return self.helo
            case "c":
                return str(self.ip)
            case "r":
                return "unknown"
            case _:
                return str(int(time.time()))


def check(dns: Dns, ip: Address, domain: str, sender: str = "", helo: str = "unknown") -> Spf:
    """Whether `ip` may send mail whose envelope sender is `sender` in `domain`."""
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    run = _Evaluation(dns, ip, sender or f"postmaster@{domain}", helo)
    try:
        outcome = run.check(domain)
    except _Permanent as error:
        return Spf(Outcome.PERMERROR, str(error), run.lookups)
    except NotSeen as error:
        return Spf(Outcome.TEMPERROR, str(error), run.lookups)
    return Spf(outcome, run.why, run.lookups)
