"""Which IP addresses are on the open internet. Pure.

Written out instead of asking `ipaddress.is_global`: that answer changed between Python 3.11 and
3.13, and counts as global some ranges that lead to an IPv4 address hidden inside.
"""

from __future__ import annotations

import ipaddress

# IANA IPv4 Special-Purpose Address Registry, and what else is no host on the internet.
_NOT_PUBLIC_4 = [
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network; Linux connects to itself
        "10.0.0.0/8",  # private (RFC 1918)
        "100.64.0.0/10",  # shared by carriers (RFC 6598)
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # what Azure's machines ask for their secrets, a public number
        "169.254.0.0/16",  # link-local (RFC 3927), and where clouds keep their metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # IETF protocols (RFC 6890)
        "192.0.2.0/24",  # documentation (RFC 5737)
        "192.88.99.0/24",  # relays of 6to4 (RFC 7526)
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks (RFC 2544)
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
]
# All of IPv6 that is given to hosts (RFC 4291, section 2.4). Outside: loopback, unspecified, IPv4
# inside IPv6 (mapped, compatible, NAT64 of RFC 6052 and 8215), unique local, link-local, the
# site-local of old, multicast.
_UNICAST_6 = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_6 = [
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # IETF protocols: Teredo, benchmarks, ORCHID (RFC 2928, 4380, 5180, 7343)
        "2001:db8::/32",  # documentation (RFC 3849)
        "2002::/16",  # 6to4: an IPv4 address follows (RFC 3056)
        "3fff::/20",  # documentation (RFC 9637)
    )
]


def is_public(address: str) -> bool:
    """Whether this IP address is a host on the open internet; False for what is no IP address."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in network for network in _NOT_PUBLIC_4)
    # A zone ("%eth0") names a link of this machine.
    return (
        ip.scope_id is None
        and ip in _UNICAST_6
        and not any(ip in network for network in _NOT_PUBLIC_6)
    )
