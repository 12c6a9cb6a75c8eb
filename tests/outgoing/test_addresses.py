"""Which IP addresses are on the open internet."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.outgoing.addresses import is_public


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "1.1.1.1", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0",
     "169.253.255.255", "198.17.255.255", "198.20.0.0", "223.255.255.255", "192.0.1.0",
     "2606:2800:220:1::1", "2001:200::1", "2a00:1450:4001:830::200e", "3ffe:ffff::1"],
)  # fmt: skip
def test_the_open_internet(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "0.1.2.3", "10.0.0.0", "10.255.255.255", "100.64.0.1", "100.127.255.255",
        "100.100.100.200", "127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.169.254",
        "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1",
        "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1",
        "239.255.255.250", "240.0.0.1", "255.255.255.255",
    ],
)  # fmt: skip
def test_ipv4_that_is_not(address: str) -> None:
    assert not is_public(address)
    # Nor hidden in IPv6: mapped, compatible, NAT64 (two prefixes), 6to4, Teredo (inverted).
    number = int(ipaddress.IPv4Address(address))
    for hiding in (
        (0xFFFF << 32) | number,
        number,
        (0x0064FF9B << 96) | number,
        (0x0064FF9B0001 << 80) | number,
        (0x2002 << 112) | (number << 80) | 1,
        (0x20010000 << 96) | (number ^ 0xFFFFFFFF),
    ):
        assert not is_public(str(ipaddress.IPv6Address(hiding)))


@pytest.mark.parametrize(
    "address",
    ["::", "::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
     "100::1", "64:ff9b::808:808", "64:ff9b:1::1", "2001::1", "2001:2::1", "2001:10::1",
     "2001:20::1", "2001:db8::1", "2002:808:808::1", "3fff::1", "5f00::1", "4000::1",
     "::ffff:8.8.8.8", "2606:4700::1%1"],
)  # fmt: skip
def test_ipv6_that_is_not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "text", ["", "localhost", "127.1", "010.0.0.1", "8.8.8.8:80", "[::1]", "8"]
)
def test_what_is_no_address_is_not_public(text: str) -> None:
    assert not is_public(text)


@given(st.ip_addresses())
def test_python_calls_global_what_is_public_here(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if is_public(str(ip)):
        assert ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_loopback
