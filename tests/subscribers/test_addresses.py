"""Addresses are refused or normalised as written, never repaired."""

from __future__ import annotations

import pytest

from subscribers.addresses import BadAddress, canonical, key_of, masked, normalise


@pytest.mark.parametrize(
    "text",
    [
        "",
        "alice",
        "alice@",
        "@example.org",
        "alice@localhost",
        "alice@[127.0.0.1]",
        "alice@example.org\r\nBcc: eve@example.org",
        "al ice@example.org",
        "alice@exam ple.org",
        "alice@example.org>",
        "<alice@example.org>",
        "alice@example.org\u200b",
        "alice\x00@example.org",
        '"al ice"@example.org',
        "a" * 65 + "@example.org",
        "alice@" + "a" * 250 + ".org",
        "alice@example..org",
        "alice@example.org, bob@example.org",
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(BadAddress):
        normalise(text)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        # White space around is what people paste.
        (" Alice@Example.ORG \n", "Alice@example.org"),
        ("bob+news@example.org", "bob+news@example.org"),
        ("chen@例子.测试.example.org", "chen@xn--fsqu00a.xn--0zwm56d.example.org"),
        ("o'hara@example.org", "o'hara@example.org"),
    ],
)
def test_normalised(text: str, stored: str) -> None:
    assert normalise(text) == stored


def test_one_key_for_one_mailbox() -> None:
    assert key_of(normalise("Alice@EXAMPLE.org")) == key_of(normalise("alice@example.ORG"))
    assert key_of("alice@example.org") != key_of("alice@example.net")
    # é precomposed and as two code points
    assert canonical("caf\u00e9@x.org") == canonical("cafe\u0301@x.org")


def test_masked() -> None:
    assert masked("alice@example.org") == "a…@example.org"
