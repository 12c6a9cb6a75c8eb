"""Personal links: fixed length, one purpose, and no altered one opens."""

from __future__ import annotations

import base64
from typing import Any

import pytest

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
