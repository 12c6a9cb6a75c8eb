"""Personal links: fixed length, one purpose, and no altered one opens."""

from __future__ import annotations

import base64
import datetime as dt
from typing import Any

import pytest
import time_machine

from subscribers import links
from subscribers.links import Purpose
from tests.site_settings import configure


def test_a_token_opens_for_its_purpose_only() -> None:
    token = links.make(Purpose.MANAGE, 2**40 + 5, 77)
    assert len(token) == links.TOKEN_LENGTH
    opened = links.open_token(token, Purpose.MANAGE)
    assert opened is not None and (opened.subject, opened.extra) == (2**40 + 5, 77)
    others = [purpose for purpose in Purpose if purpose != Purpose.MANAGE]
    assert all(links.open_token(token, purpose) is None for purpose in others)


def test_no_token_with_a_flipped_bit_opens() -> None:
    for subject in range(100):
        token = links.make(Purpose.UNSUBSCRIBE, subject).encode()
        for place in range(len(token)):
            for bit in range(8):
                altered = bytearray(token)
                altered[place] ^= 1 << bit
                text = altered.decode("latin-1")
                assert links.open_token(text, Purpose.UNSUBSCRIBE) is None, text


@pytest.mark.parametrize("text", ["", "x", "é" * 40, "A" * 39, "A" * 41, "A" * 40, "=" * 40])
def test_nonsense_does_not_open(text: str) -> None:
    assert links.open_token(text, Purpose.MANAGE) is None
    assert links.open_return(text) is None


def test_links_outlive_a_new_key(settings: Any) -> None:
    old = links.make(Purpose.UNSUBSCRIBE, 9)
    configure(
        settings,
        LINK_KEYS={**settings.SUDI["LINK_KEYS"], 2: b"another-secret-of-enough-characters-long"},
    )
    assert links.open_token(old, Purpose.UNSUBSCRIBE) is not None
    assert links.make(Purpose.UNSUBSCRIBE, 9) != old
    configure(settings, LINK_KEYS={2: b"another-secret-of-enough-characters-long"})
    assert links.open_token(old, Purpose.UNSUBSCRIBE) is None


def test_a_link_bound_to_an_address_needs_it() -> None:
    token = links.make(Purpose.CHANGE_ADDRESS, 3, bound="new@example.org")
    assert links.open_token(token, Purpose.CHANGE_ADDRESS, bound="new@example.org") is not None
    assert links.open_token(token, Purpose.CHANGE_ADDRESS, bound="other@example.org") is None


def test_a_return_path_survives_a_change_of_case() -> None:
    delivery = 12 * 2**32 + 345
    text = links.make_return(delivery)
    assert len(text) == links.RETURN_LENGTH
    assert links.open_return(text.upper()) == delivery
    assert links.open_return(text[:-1] + ("a" if text[-1] != "a" else "b")) is None


def test_a_mails_tokens_are_the_ones_made_one_by_one() -> None:
    make_all = links.mail_maker()
    for subscription, serial in ((1, 0), (2**40 + 5, 0), (7, 3), (2**48 - 1, 2**32 - 1)):
        assert [token.decode() for token in make_all(subscription, serial)] == [
            links.make(Purpose.MANAGE, subscription),
            links.make(Purpose.UNSUBSCRIBE, subscription),
            links.make(Purpose.FEED, subscription, serial),
        ]


def test_no_two_purposes_share_a_signature() -> None:
    """A token whose purpose was rewritten, its signature kept, opens for neither."""
    seen = set()
    for purpose in Purpose:
        raw = base64.urlsafe_b64decode(links.make(purpose, 9, 4))
        seen.add(raw[12:])
        for other in Purpose:
            if other != purpose:
                forged = bytes((raw[0], other)) + raw[2:]
                text = base64.urlsafe_b64encode(forged).decode()
                assert links.open_token(text, other) is None
    assert len(seen) == len(Purpose)


# Octet by octet: links stand in mails that were sent long ago, so their spelling must never change.
TOKENS = {
    Purpose.MANAGE: "AQEBAAAAAAUAAABNNYvAtTvqJbvi5z4_pnZpujqU",
    Purpose.UNSUBSCRIBE: "AQIBAAAAAAUAAABNQQdrt-5aGt_CLxAxDJZMOMtM",
    Purpose.FEED: "AQMBAAAAAAUAAABNl7lVLft6UJ-YPSNdIgmnrYWX",
    Purpose.CONFIRM: "AQQBAAAAAAUAAABN_rvxp1x31qIeee3y3Cp8I48P",
    Purpose.CHANGE_ADDRESS: "AQUBAAAAAAUAAABNORi8SoF_kVYj70MNX7gNyI1N",
    Purpose.SENSITIVE: "AQgBAAAAAAUAAABNL-w-0BbVOvCErAsz974PjlRj",
    Purpose.PROOF: "AQkBAAAAAAUAAABNVXEVva2HBTXR5QtPZjYhHlGf",
    Purpose.MISSED: "AQwBAAAAAAUAAABNy6paBIVQvXj9UiY1RgBlzRZ-",
}


def test_links_that_were_mailed_stay_as_they_are() -> None:
    assert {purpose: links.make(purpose, 2**40 + 5, 77) for purpose in Purpose} == TOKENS
    bound = links.make(Purpose.CHANGE_ADDRESS, 3, bound="new@example.org")
    assert bound == "AQUAAAAAAAMAAAAA94WxAtgxfdJrERjuEjcxNAKR"
    delivery = 12 * 2**32 + 345
    assert links.make_return(delivery) == "010000000c000001593fd0304ff9e15e92a757f5"
    assert links.open_return("010000000c000001593fd0304ff9e15e92a757f5") == delivery
    assert links.open_return(links.make_return(2**62 + 5)) == 2**62 + 5


def test_a_newer_key_signs_and_an_older_one_still_opens(settings: Any) -> None:
    keys = settings.SUDI["LINK_KEYS"]
    configure(settings, LINK_KEYS={**keys, 2: b"another-secret-of-enough-characters-long"})
    for purpose, token in TOKENS.items():
        opened = links.open_token(token, purpose)
        assert opened == links.Opened(purpose, 2**40 + 5, 77)
    assert links.open_return("010000000c000001593fd0304ff9e15e92a757f5") == 12 * 2**32 + 345
    made = links.make(Purpose.FEED, 9, 4)
    assert base64.urlsafe_b64decode(made)[:2] == bytes((2, Purpose.FEED))
    assert links.open_token(made, Purpose.FEED) == links.Opened(Purpose.FEED, 9, 4)
    assert links.make_return(5).startswith("02")
    assert links.open_return(links.make_return(5)) == 5
    configure(settings, LINK_KEYS={2: b"another-secret-of-enough-characters-long"})
    assert links.open_return("010000000c000001593fd0304ff9e15e92a757f5") is None


def test_what_a_token_claims_is_read_without_proof() -> None:
    token = TOKENS[Purpose.MANAGE]
    assert links.claimed_subject(token[:-1] + "A") == 2**40 + 5
    for nonsense in ("", token[:-1], token + "A", "é" * 40, "=" * 40):
        assert links.claimed_subject(nonsense) is None


def test_a_fresh_link_is_good_for_its_minutes() -> None:
    begun = dt.datetime(2026, 3, 2, 9, 0, 30, tzinfo=dt.UTC)
    with time_machine.travel(begun, tick=False) as clock:
        extra = links.minutes_from_now(60)
        assert extra == int(begun.timestamp() - 30) // 60 + 60
        opened = links.Opened(Purpose.SENSITIVE, 5, extra)
        clock.shift(3569)
        assert links.is_fresh(opened)
        clock.shift(1)  # Whole minutes: it ends with the sixtieth.
        assert not links.is_fresh(opened)
