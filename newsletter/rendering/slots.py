"""Places in a finished edition where a reader's own tokens go: fixed ASCII, as long as a token.

They are the same in every mail, so that a stored edition can be filled by any later version.
`neutral` takes their beginning out of an issue's texts: nobody can write one into a digest.
"""

from __future__ import annotations

from collections.abc import Mapping

from subscribers.links import TOKEN_LENGTH, Purpose

PREFIX = "SUDI--SLOT--"


def _slot(name: str) -> str:
    return f"{PREFIX}{name}".ljust(TOKEN_LENGTH, "-")


SLOTS: Mapping[Purpose, str] = {
    Purpose.MANAGE: _slot("MANAGE"),
    Purpose.UNSUBSCRIBE: _slot("UNSUBSCRIBE"),
    Purpose.FEED: _slot("FEED"),
}


def fill(text: str, tokens: Mapping[Purpose, str]) -> str:
    """`text` with tokens in its slots; for previews. Tokens not given leave their slot."""
    for purpose, token in tokens.items():
        text = text.replace(SLOTS[purpose], token)
    return text
