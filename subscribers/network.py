"""Where a request came from, no finer than needed: a /24 of IPv4, a /48 of IPv6."""

from __future__ import annotations

import ipaddress

from django.http import HttpRequest

from . import conf


def client_address(request: HttpRequest) -> str:
    """The visitor's IP address, or "" if unknown.

    X-Forwarded-For is believed only from TRUSTED_PROXIES, read from the right: the first address
    that is no proxy of ours is the visitor; everything left of it is the visitor's own invention.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    if not is_proxy(address):
        return address
    for hop in reversed(str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")):
        hop = hop.strip()
        if not _valid(hop):
            break
        address = hop
        if not is_proxy(hop):
            break
    return address


def network_of(address: str) -> str:
    """`203.0.113.0/24` or `2001:db8::/48`; "" for what is no address."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 48), strict=False))


def network(request: HttpRequest) -> str:
    """The network a request came from, as it is put in the consent ledger."""
    return network_of(client_address(request))


def _valid(address: str) -> bool:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return True


def is_proxy(address: str) -> bool:
    """Whether a peer is one of TRUSTED_PROXIES.

    An empty address is a proxy that talks to us over a Unix socket.
    """
    if not conf.trusted_proxies():
        return False
    if not address:
        return True
    if not _valid(address):
        return False
    ip = ipaddress.ip_address(address)
    return any(ip in proxies for proxies in conf.trusted_proxies())
