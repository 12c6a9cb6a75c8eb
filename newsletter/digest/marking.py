"""Marks words for translation without translating them, since the digest knows no language."""

from __future__ import annotations


def gettext_noop(text: str) -> str:
    """`text` itself. `makemessages` collects the argument because of this function's name."""
    return text
