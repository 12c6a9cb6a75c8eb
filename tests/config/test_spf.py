"""SPF by the standard: each case is one of RFC 7208, asked of a real DNS server."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

import pytest

from newsletter.config.doctor import spf
from newsletter.config.doctor.dns import Dns
from newsletter.config.doctor.spf import Outcome
from tests.config.dns_server import DnsServer

# The zone of RFC 7208 appendix A, and what the cases below add to it.
ZONE = {
    ("example.com", "A"): ["192.0.2.10", "192.0.2.11"],
    ("example.com", "MX"): ["10 mail-a.example.com.", "20 mail-b.example.com."],
    ("mail-a.example.com", "A"): ["192.0.2.129"],
    ("mail-b.example.com", "A"): ["192.0.2.130"],
    ("mail-c.example.org", "A"): ["192.0.2.140"],
    ("example.org", "MX"): ["10 mail-c.example.org."],
    ("65.2.0.192.in-addr.arpa", "PTR"): ["amy.example.com."],
    ("amy.example.com", "A"): ["192.0.2.65"],
    ("140.2.0.192.in-addr.arpa", "PTR"): ["mail-c.example.org."],
    ("66.2.0.192.in-addr.arpa", "PTR"): ["liar.example.com."],
    ("_spf.provider.example", "TXT"): ["v=spf1 ip4:203.0.113.0/24 ip6:2001:db8::/32 -all"],
    ("soft.example", "TXT"): ["v=spf1 ~all"],
    ("two.example", "TXT"): ["v=spf1 -all", "v=spf1 +all"],
    ("other.example", "TXT"): ["some words", "v=spf10 -all"],
    ("ok.example", "TXT"): ["v=spf1 ip4:192.0.2.1 -all"],
    ("192.0.2.1.ok.list.example", "A"): ["127.0.0.2"],
    ("deep.list.example", "A"): ["127.0.0.2"],
    **{(f"l{n}.example", "TXT"): [f"v=spf1 include:l{n + 1}.example -all"] for n in range(12)},
    ("six.example", "AAAA"): ["2001:db8::25"],
    ("many.example", "MX"): [f"10 m{n}.example." for n in range(11)],
}
CASES = [
    # Appendix A.1
    ("v=spf1 +all", "198.51.100.1", Outcome.PASS),
    ("v=spf1 a -all", "192.0.2.10", Outcome.PASS),
    ("v=spf1 a -all", "192.0.2.12", Outcome.FAIL),
    ("v=spf1 a:example.org -all", "192.0.2.10", Outcome.FAIL),
    ("v=spf1 mx -all", "192.0.2.129", Outcome.PASS),
    ("v=spf1 mx:example.org -all", "192.0.2.140", Outcome.PASS),
    ("v=spf1 mx mx:example.org -all", "192.0.2.140", Outcome.PASS),
    ("v=spf1 mx/30 mx:example.org/30 -all", "192.0.2.131", Outcome.PASS),
    ("v=spf1 mx/30 mx:example.org/30 -all", "192.0.2.143", Outcome.PASS),
    ("v=spf1 mx/30 mx:example.org/30 -all", "192.0.2.144", Outcome.FAIL),
    ("v=spf1 ptr -all", "192.0.2.65", Outcome.PASS),
    ("v=spf1 ptr -all", "192.0.2.140", Outcome.FAIL),
    ("v=spf1 ptr -all", "192.0.2.66", Outcome.FAIL),
    ("v=spf1 ip4:192.0.2.128/28 -all", "192.0.2.65", Outcome.FAIL),
    ("v=spf1 ip4:192.0.2.128/28 -all", "192.0.2.140", Outcome.PASS),
    # Includes and redirects.
    ("v=spf1 include:_spf.provider.example -all", "203.0.113.9", Outcome.PASS),
    ("v=spf1 include:_spf.provider.example -all", "198.51.100.9", Outcome.FAIL),
    ("v=spf1 include:_spf.provider.example ~all", "2001:db8::7", Outcome.PASS),
    ("v=spf1 include:soft.example ip4:198.51.100.9 -all", "198.51.100.9", Outcome.PASS),
    ("v=spf1 include:none.example -all", "198.51.100.9", Outcome.PERMERROR),
    ("v=spf1 redirect=_spf.provider.example", "203.0.113.9", Outcome.PASS),
    ("v=spf1 redirect=_spf.provider.example", "198.51.100.9", Outcome.FAIL),
    ("v=spf1 redirect=none.example", "198.51.100.9", Outcome.PERMERROR),
    ("v=spf1 redirect=_spf.provider.example ip4:198.51.100.9", "198.51.100.9", Outcome.PASS),
    ("v=spf1 ?all redirect=_spf.provider.example", "203.0.113.9", Outcome.NEUTRAL),
    ("v=spf1", "203.0.113.9", Outcome.NEUTRAL),
    ("v=spf1 include:l1.example -all", "203.0.113.9", Outcome.PERMERROR),  # twelve terms
    ("v=spf1 include:l2.example -all", "203.0.113.9", Outcome.PERMERROR),  # ends in no record
    ("v=spf1 a:n1.example a:n2.example a:n3.example -all", "203.0.113.9", Outcome.PERMERROR),
    ("v=spf1 mx:many.example -all", "203.0.113.9", Outcome.PERMERROR),
    # Macros (section 7).
    ("v=spf1 exists:%{i}.%{l}.list.example -all", "192.0.2.1", Outcome.PASS),
    ("v=spf1 exists:%{l1r-}.list.example -all", "192.0.2.1", Outcome.FAIL),
    ("v=spf1 exists:%{d2}.list.example exists:deep.%{o}.example -all", "192.0.2.1", Outcome.FAIL),
    ("v=spf1 include:%{l}.example -all", "192.0.2.1", Outcome.PASS),
    ("v=spf1 a:six.example -all", "2001:db8::25", Outcome.PASS),
    ("v=spf1 a:six.example//64 -all", "2001:db8::1:25", Outcome.PASS),
    ("v=spf1 a:six.example/24//128 -all", "2001:db8::1:25", Outcome.FAIL),
    ("v=spf1 -exists:deep.list.example +all", "192.0.2.1", Outcome.FAIL),
    # What is no record, or a broken one (section 4.6).
    ("V=SPF1 IP4:192.0.2.1 -ALL", "192.0.2.1", Outcome.PASS),
    ("v=spf1 ip4:192.0.2.300 -all", "192.0.2.1", Outcome.PERMERROR),
    ("v=spf1 ip4:2001:db8::1 -all", "192.0.2.1", Outcome.PERMERROR),
    ("v=spf1 a: -all", "192.0.2.1", Outcome.PERMERROR),
    ("v=spf1 mx/33 -all", "192.0.2.1", Outcome.PERMERROR),
    ("v=spf1 ipv4:192.0.2.1 -all", "192.0.2.1", Outcome.PERMERROR),
    ("v=spf1 ip4:192.0.2.1 -all:x", "192.0.2.1", Outcome.PERMERROR),
    ("v=spf1 include -all", "192.0.2.1", Outcome.PERMERROR),
    ("v=spf1 exists:%{x}.example -all", "192.0.2.1", Outcome.PERMERROR),
    ("v=spf1 redirect=a.example redirect=b.example", "192.0.2.1", Outcome.PERMERROR),
    ("v=spf1 unknown=words ip4:192.0.2.1 -all", "192.0.2.1", Outcome.PASS),
    ("v=spf1  ip4:192.0.2.1   -all ", "192.0.2.1", Outcome.PASS),
]  # fmt: skip


@pytest.fixture
def server() -> Iterator[DnsServer]:
    with DnsServer(ZONE) as server:
        yield server


@pytest.mark.parametrize(("record", "address", "outcome"), CASES)
def test_as_the_standard_has_it(
    server: DnsServer, record: str, address: str, outcome: Outcome
) -> None:
    server.zone["example.com", "TXT"] = [record]
    seen = spf.check(
        Dns(server.setting), ipaddress.ip_address(address), "example.com", "ok@example.com"
    )
    assert seen.outcome is outcome, seen


def test_what_is_no_record_and_what_is_two(server: DnsServer) -> None:
    address = ipaddress.ip_address("192.0.2.1")
    dns = Dns(server.setting)
    assert spf.check(dns, address, "other.example").outcome is Outcome.NONE
    assert spf.check(dns, address, "two.example").outcome is Outcome.PERMERROR
    assert (
        spf.check(dns, ipaddress.ip_address("::ffff:192.0.2.1"), "ok.example").outcome
        is Outcome.PASS
    )


def test_a_name_server_that_fails_is_no_answer(server: DnsServer) -> None:
    server.broken.add("broken.example")
    server.zone["example.com", "TXT"] = ["v=spf1 include:broken.example -all"]
    address = ipaddress.ip_address("192.0.2.1")
    dns = Dns(server.setting, patience=0.5)
    assert spf.check(dns, address, "example.com").outcome is Outcome.TEMPERROR
    assert (
        spf.check(Dns("127.0.0.1:9", patience=0.3), address, "example.com").outcome
        is Outcome.TEMPERROR
    )
