"""How an address is read, and where a redirect leads."""

from __future__ import annotations

import contextlib
from unittest.mock import ANY

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.outgoing.errors import BadResponse, BadUrl, Blocked
from newsletter.outgoing.redirects import Asked, Method, follow
from newsletter.outgoing.targets import Target, join, parse


@pytest.mark.parametrize(
    ("url", "target", "authority"),
    [
        ("http://Example.ORG", ("http", "example.org", 80, "/"), "example.org"),
        ("HTTPS://example.org:443/a?b=c#d", ("https", "example.org", 443, "/a?b=c"), "example.org"),
        ("http://example.org:?q", ("http", "example.org", 80, "/?q"), "example.org"),
        ("https://example.org:80/", ("https", "example.org", 80, "/"), "example.org:80"),
        ("http://8.8.8.8:8080/", ("http", "8.8.8.8", 8080, "/"), "8.8.8.8:8080"),
        ("http://[2606::0:1111]/", ("http", "2606::1111", 80, "/"), "[2606::1111]"),
        ("http://[2606::1]:81", ("http", "2606::1", 81, "/"), "[2606::1]:81"),
        (
            "https://bücher.example/ä b?c=ü",
            ("https", "xn--bcher-kva.example", 443, "/%C3%A4%20b?c=%C3%BC"),
            "xn--bcher-kva.example",
        ),
        ("https://faß.example", ("https", "xn--fa-hia.example", 443, "/"), "xn--fa-hia.example"),
        ("http://my_bucket.example/%7Ea", ("http", "my_bucket.example", 80, "/%7Ea"), ANY),
        # Full-width digits and an ideographic full stop are this very address.
        ("http://１２７。0.0.1/", ("http", "127.0.0.1", 80, "/"), "127.0.0.1"),
        ("http://example.org/\\@a.example", ("http", "example.org", 80, "/%5C@a.example"), ANY),
    ],
)
def test_what_an_address_asks_for(
    url: str, target: tuple[str, str, int, str], authority: str
) -> None:
    found = parse(url)
    assert found == Target(*target)
    assert found.authority == authority
    assert parse(found.url) == found


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "scheme"),
        ("example.org/", "scheme"),
        ("//example.org/", "scheme"),
        ("http:example.org", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("ftp://example.org/", "scheme"),
        ("gopher://example.org:25/_HELO", "scheme"),
        ("javascript://example.org/%0Aalert(1)", "scheme"),
        (" http://example.org/", "scheme"),
        ("http://user@example.org/", "credentials"),
        ("http://:secret@example.org/", "credentials"),
        ("http://example.org@127.0.0.1/", "credentials"),
        ("http://example.org\\@127.0.0.1/", "credentials"),
        ("http://", "host"),
        ("http://:80/", "host"),
        ("http://localhost/", "host"),
        ("http://intranet:8000/", "host"),
        ("http://2130706433/", "host"),
        ("http://127.1/", "host"),
        ("http://0/", "host"),
        ("http://0x7f.1/", "host"),
        ("http://0x7f000001/", "host"),
        ("http://0177.0.0.1/", "host"),
        ("http://127.0.0.01/", "host"),
        ("http://127.0.0.0x1/", "host"),
        ("http://example.0x/", "host"),
        ("http://1.2.3.4.5/", "host"),
        ("http://127.0.0.1./", "host"),
        ("http://example.org./", "host"),
        ("http://example..org/", "host"),
        ("http://.example.org/", "host"),
        ("http://-a.example/", "host"),
        ("http://a-.example/", "host"),
        ("http://exa mple.org/", "host"),
        ("http://%31%32%37.0.0.1/", "host"),
        ("http://example.org%00.evil.example/", "host"),
        ("http://127.0.0.1%2f@example.org/", "credentials"),
        ("http://[::1%25lo]/", "host"),
        ("http://[fe80::1%eth0]/", "host"),
        ("http://[::1/", "host"),
        ("http://[::1]x/", "host"),
        ("http://::1/", "host"),
        ("http://[127.0.0.1]/", "host"),
        ("http://[v1.a]/", "host"),
        ("http://a,b.example/", "host"),
        ("http://a℀b.example/", "host"),  # Becomes "aa/cb".
        ("http://ex\u00adample../", "host"),
        (f"http://{'a' * 64}.example/", "host"),
        (f"http://{'a.' * 127}example/", "host"),
        ("http://example.org:0/", "port"),
        ("http://example.org:65536/", "port"),
        ("http://example.org:099999/", "host"),
        ("http://example.org:80:80/", "host"),
        ("http://example.org:٨٠/", "host"),
        ("http://example.org:+80/", "host"),
        ("http://example.org/\r\nHost: evil.example", "characters"),
        ("http://exam\tple.org/", "characters"),
        ("http://example.org/\x00", "characters"),
        ("http://example.org/\x7f", "characters"),
        ("http://example.org/\ud800", "characters"),
        ("http://example.org/" + "a" * 8000, "length"),
        ("http://example.org/" + "ä" * 4000, "length"),
        ("http://" + "ä" * 8000 + ".example/", "length"),  # Before anything slow looks at it.
    ],
)  # fmt: skip
def test_what_is_no_address(url: str, reason: str) -> None:
    with pytest.raises(BadUrl) as caught:
        parse(url)
    assert caught.value.reason == reason


@given(st.one_of(st.text(), st.text().map("http://".__add__), st.text().map("http://[".__add__)))
def test_any_text_is_an_address_of_plain_octets_or_bad(text: str) -> None:
    with contextlib.suppress(BadUrl):
        target = parse(text)
        assert all("!" <= character <= "~" for character in target.url)
        assert parse(target.url) == target
    with contextlib.suppress(BadUrl):
        join(Target("http", "example.org", 80, "/"), text)


BASE = Target("https", "example.org", 443, "/a/b?c")


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/x", "https://example.org/x"),
        ("x", "https://example.org/a/x"),
        ("?x", "https://example.org/a/b?x"),
        ("../../../x", "https://example.org/x"),
        ("//other.example/x", "https://other.example/x"),
        ("http://other.example:81#f", "http://other.example:81/"),
        (" /x ", "https://example.org/x"),
        ("", "https://example.org/a/b?c"),
        ("/\u00c3\u00a4", "https://example.org/%C3%A4"),  # UTF-8 octets, as http.client gives them.
        ("/\u00e4", "https://example.org/%C3%A4"),  # Latin-1.
    ],
)
def test_where_a_location_leads(location: str, url: str) -> None:
    assert join(BASE, location).url == url


@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.1\t.example/", "/\r\n x", "http://[::1", "file:///etc/passwd",
     "//a@b.example/", "http:///x", "\\\\127.0.0.1\\x\x01"],
)  # fmt: skip
def test_a_location_that_leads_nowhere(location: str) -> None:
    with pytest.raises(BadUrl):
        join(BASE, location)


KEYS = {
    "authorization": "Bearer k",
    "content-type": "a/b",
    "accept": "*/*",
    "webhook-signature": "v1",
}


@pytest.mark.parametrize(
    ("method", "status", "becomes"),
    [
        ("GET", 301, "GET"), ("GET", 302, "GET"), ("GET", 303, "GET"), ("GET", 307, "GET"),
        ("GET", 308, "GET"), ("HEAD", 301, "HEAD"), ("HEAD", 302, "HEAD"), ("HEAD", 303, "HEAD"),
        ("HEAD", 307, "HEAD"), ("HEAD", 308, "HEAD"), ("POST", 301, "GET"), ("POST", 302, "GET"),
        ("POST", 303, "GET"), ("POST", 307, "POST"), ("POST", 308, "POST"),
    ],
)  # fmt: skip
def test_method_and_body_after_a_redirect(method: Method, status: int, becomes: Method) -> None:
    body = b"x" if method == "POST" else None
    onward = follow(Asked(method, BASE, body, KEYS), status, ["/x"])
    assert onward is not None
    assert (onward.method, onward.body) == (becomes, b"x" if becomes == "POST" else None)
    assert ("content-type" in onward.headers) is (becomes == method)
    assert onward.headers["authorization"] == "Bearer k"  # Still the same origin.


@pytest.mark.parametrize("status", [200, 300, 304, 305, 306, 309, 400])
def test_no_other_status_is_followed(status: int) -> None:
    assert follow(Asked("GET", BASE), status, ["/x"]) is None


def test_a_redirect_without_location_is_the_response() -> None:
    assert follow(Asked("GET", BASE), 302, []) is None


@pytest.mark.parametrize(
    "location", ["https://www.example.org/", "http://example.org/", "https://example.org:8443/"]
)
def test_another_origin_gets_nothing_that_proves_who_we_are(location: str) -> None:
    onward = follow(Asked("GET", BASE, None, KEYS), 302, [location])
    assert onward is not None
    assert onward.headers == {"content-type": "a/b", "accept": "*/*"}


def test_a_body_given_to_https_is_not_sent_in_the_open() -> None:
    for status in (307, 308):
        with pytest.raises(Blocked) as caught:
            follow(Asked("POST", BASE, b"x"), status, ["http://example.org/"])
        assert caught.value.reason == "downgrade"
    # Without its body it goes; so does a body that was open from the start.
    assert follow(Asked("POST", BASE, b"x"), 303, ["http://example.org/"]) is not None
    open_base = Target("http", "example.org", 80, "/")
    assert follow(Asked("POST", open_base, b"x"), 307, ["http://other.example/"]) is not None


def test_two_locations_are_no_location() -> None:
    with pytest.raises(BadResponse):
        follow(Asked("GET", BASE), 302, ["/x", "/y"])
    assert follow(Asked("GET", BASE), 302, ["/x", "/x"]) is not None
