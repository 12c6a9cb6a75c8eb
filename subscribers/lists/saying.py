"""What a person says of a file's columns and values in one line each, for command and interface."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from .columns import Meaning
from .standing import Standing

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}


def read_columns(texts: Iterable[str]) -> dict[str, str]:
    """`NAME=FIELD` each, taken apart at the last `=`: column -> a Meaning. Raises ValueError."""
    columns = {}
    for text in texts:
        name, equals, meaning = text.rpartition("=")
        if not equals or not name or meaning not in list(Meaning):
            message = _("Write --column NAME=FIELD; a field is one of: %s.")
            raise ValueError(message % ", ".join(Meaning))
        columns[name] = meaning
    return columns


def read_value(text: str) -> tuple[str, str, str]:
    """`COLUMN:VALUE=STATE` taken apart at its first `:` and its last `=`. Raises ValueError."""
    rest, equals, state = text.rpartition("=")
    column, colon, value = rest.partition(":")
    if not (equals and colon and column) or state not in list(Standing):
        message = _("Write --value COLUMN:VALUE=STATE; a state is one of: %s.")
        raise ValueError(message % ", ".join(Standing))
    return column, value, state


def read_separator(text: str) -> str:
    """The character a name or the character itself stands for; "" is found by itself. Raises
    ValueError."""
    separator = SEPARATORS.get(text, text)
    if len(separator) > 1:
        raise ValueError(_("A separator is one character."))
    return separator


def of_address(code: str) -> str:
    """Why there is no address in a cell, by `BadAddress.code`: as the form tells a reader."""
    said = {
        "empty": _("The row has no address."),
        "characters": _("The address holds a space or a character that no address can hold."),
        "domain": _("The part after @ is not a mail domain, like example.org."),
        "long": _("The address is too long."),
    }
    return said.get(code) or _("This is not a complete address.")
