"""Whose mail a report is about: the signed token of the return path.

`b-TOKEN@…` is the envelope sender of every issue mail, `u-TOKEN@…` its unsubscribe address. The
token names a delivery, and nobody without LINK_KEYS can make one, so it is believed wherever in
the report it stands: many systems quote the original's headers and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from subscribers.links import RETURN_LENGTH, open_return

from .mime import Mail

_WAY = re.compile(rf"(?<![a-z0-9])([bu])-([0-9a-f]{{{RETURN_LENGTH}}})@", re.I)
_TO = (
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "x-delivered-to",
    "to",
    "cc",
)
# A mail quotes at most its own return path a few times; a million forged ones are not all tried.
_MOST = 50


class Way(NamedTuple):
    """A valid return path. `unsubscribe` tells `u-` from `b-`; `delivery` is a Delivery id."""

    unsubscribe: bool
    delivery: int


def find(mail: Mail, envelope: Iterable[str] = ()) -> Way | None:
    """The first valid return path: envelope recipients, then address fields, then the rest.

    An unsubscribe address counts only where the mail was sent to; every report quotes one.
    """
    for text in [*envelope, *mail.all(*_TO)]:
        if (way := _first(text, "bu")) is not None:
            return way
    fields = [value for group in mail.groups for value in group.values()]
    fields += [value for _key, value in mail.feedback]
    for text in ["\n".join(fields), mail.returned, mail.text]:
        if (way := _first(text, "b")) is not None:
            return way
    return None


def of_address(address: str) -> Way | None:
    """The return path that this envelope recipient is, or None."""
    match = _WAY.match(address.strip("<> "))
    return _first(match[0], "bu") if match else None


def _first(text: str, kinds: str) -> Way | None:
    for count, match in enumerate(_WAY.finditer(text)):
        if count == _MOST:
            break
        if match[1].lower() in kinds and (delivery := open_return(match[2])) is not None:
            return Way(match[1].lower() == "u", delivery)
    return None
