"""What a server may mean, and all phrases for it in all languages."""

from __future__ import annotations

import importlib
import pkgutil
from enum import StrEnum

from . import language
from .phrases import Phrases


class Meaning(StrEnum):
    """The names of the phrase lists in `language/`."""

    # About us, the content, the pace, the way.
    SENDER = "SENDER"  # Our address or domain is refused, or somebody does not want our mail.
    AUTHENTICATION = "AUTHENTICATION"
    LOGIN = "LOGIN"
    RELAY_DENIED = "RELAY_DENIED"
    REVERSE_DNS = "REVERSE_DNS"
    RATE = "RATE"
    GREYLIST = "GREYLIST"
    BLOCKED = "BLOCKED"
    VIRUS = "VIRUS"
    SPAM = "SPAM"
    CONTENT = "CONTENT"
    TOO_BIG = "TOO_BIG"
    POLICY = "POLICY"
    EXPIRED = "EXPIRED"
    NETWORK = "NETWORK"
    NO_ANSWER = "NO_ANSWER"  # A name server does not answer: that passes.
    SYSTEM = "SYSTEM"
    # About the reader's address.
    FULL = "FULL"
    MOVED = "MOVED"
    ENDED = "ENDED"  # The mailbox was there and is no more: closed, deleted, disabled, suspended.
    RESTING = "RESTING"  # It is there and takes no mail now: locked, inactive, on hold.
    NO_MAIL = "NO_MAIL"  # The domain takes no mail at all.
    NO_HOST = "NO_HOST"
    NO_HOST_SURELY = "NO_HOST_SURELY"  # In words that also hold others.
    NO_USER = "NO_USER"
    # RFC 5321's and others' words for a missing mailbox that are used for much else, too.
    NO_USER_PERHAPS = "NO_USER_PERHAPS"
    # Of anything: "for now", "temporarily".
    TEMPORARY = "TEMPORARY"


def _all() -> dict[Meaning, Phrases]:
    sources: dict[Meaning, list[str]] = {meaning: [] for meaning in Meaning}
    for module in pkgutil.iter_modules(language.__path__):
        for name, source in vars(
            importlib.import_module(f"{language.__name__}.{module.name}")
        ).items():
            if name.isupper():
                sources[Meaning(name)].append(source)
    return {meaning: Phrases("\n".join(found)) for meaning, found in sources.items()}


SAID = _all()
