"""What a web server in front says about visitors is believed exactly from that server."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network

from newsletter import conf
from newsletter.config import forwarded

from ..dns import NotSeen
from ..findings import Finding, bad, good, unseen
from ..findings import said as _
from ..surroundings import Surroundings
from ..web import Answer

NAME, PLACE = "proxies", 90

# More addresses than any proxy service has in one network: a /16, a /32 of IPv6.
_WIDE = {4: 2**16, 6: 2**96}
_PRIVATE = [
    ip_network(one)
    for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7")
]


def look(site: Surroundings) -> Iterator[Finding]:
    """TRUSTED_PROXIES by itself, what was counted of peers, and one request of our own."""
    wide = offline()
    yield from wide
    peers = forwarded.suspects()
    for peer in peers:
        yield bad(
            _("%(forwarded)s of %(requests)s requests from %(peer)s carried forwarded headers, and"
              " were not believed: all its visitors count as one.",
              forwarded=peer.forwarded, requests=peer.requests, peer=peer.peer or "unix"),
            _("If that is your web server, set TRUSTED_PROXIES=%(peer)s and restart. If not, it is"
              " somebody who tries; nothing needs to be done.", peer=_setting(peer.peer)),
        )  # fmt: skip
    if not peers:
        yield _own(site)


def offline() -> list[Finding]:
    """Networks so wide that visitors can be in them."""
    return [
        bad(
            _(
                "TRUSTED_PROXIES holds %(network)s: visitors can write their own address.",
                network=network,
            ),
            _("Name your proxies alone: TRUSTED_PROXIES=127.0.0.1"),
        )
        for network in conf.trusted_proxies()
        if network.num_addresses > _WIDE[network.version] and not _private(network)
    ]


def _private(network: IPv4Network | IPv6Network) -> bool:
    """Inside one of the private networks; Python's `is_private` calls 0.0.0.0/0 one too."""
    return any(
        network.version == one.version and network.subnet_of(one)  # type: ignore[arg-type]
        for one in _PRIVATE
    )


def _own(site: Surroundings) -> Finding:
    try:
        answer = site.health
    except NotSeen:
        return unseen(_("DNS did not answer."), _("Mend the check “dns” first."))
    if not isinstance(answer, Answer) or forwarded.HEADER.lower() not in answer.headers:
        return unseen(
            _("No request of our own came through, so nothing was seen of a proxy."),
            _("Mend the check “base_url” first."),
        )
    said = answer.headers[forwarded.HEADER.lower()]
    https = conf.base_url().startswith("https://")
    if said == forwarded.IGNORED:
        return bad(
            _("Our own request came with forwarded headers from a peer that is not trusted."),
            _("Set TRUSTED_PROXIES to the address of your web server, such as 127.0.0.1, and"
              " restart."),
        )  # fmt: skip
    if https and said != forwarded.BELIEVED_HTTPS and said != forwarded.DIRECT_HTTPS:
        return bad(
            _("BASE_URL is https, and requests arrive as http: the web server in front does not say"
              " how it was asked."),
            _("nginx: proxy_set_header X-Forwarded-Proto $scheme; and set TRUSTED_PROXIES to its"
              " address."),
        )  # fmt: skip
    if said.startswith(forwarded.DIRECT) and conf.trusted_proxies():
        return unseen(
            _("TRUSTED_PROXIES is set, and our own request came without a proxy."),
            _("Run on another machine: curl -fsSI %(url)s/healthz", url=conf.base_url()),
        )
    return good(_("Requests arrive as they should (%(how)s).", how=said))


def _setting(peer: str) -> str:
    return peer or "127.0.0.1"
