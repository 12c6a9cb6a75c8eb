"""What rendering refuses."""

from __future__ import annotations


class RenderingError(Exception):
    """The mail cannot be made; the message names the template or the part at fault."""


class TooLarge(RenderingError):
    """Even with every item only named, the HTML is above the limit that mail clients show."""
