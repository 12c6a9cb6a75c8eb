"""A reply's words in one spelling, with everybody it names replaced by their part in the matter.

Whose address a server names decides whom it refuses, so addresses become `RCPT` (the reader's),
`OURS` (our sender address or return path) or `ADDR` (somebody else's); a bare domain becomes
`OURDOMAIN` when it is ours. A host inside our domain, or a link, is only where something stands:
`mail.example.org` says nothing about `example.org`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

# Servers explain themselves at the beginning.
MOST = 8_000
# Their names in the text; nothing else in it is upper case.
PARTIES = re.compile(r"\b(?:RCPT|OURS|OURDOMAIN|ADDR)\b")

_MARKS = re.compile("[\u0300-\u036f]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_URL = re.compile(r"\b(?:https?://|www\.)\S+")
# Bounded, so that a line of a million letters is not tried from each of them.
_ADDRESS = re.compile(
    r"<[^<>\s@]{0,256}>|(?<![\w.+=-])<?(\"[^\"\s]{1,64}\"|[\w.+=!#$%&'*/?^`{|}~-]{1,64})@([\w.-]{1,255})>?"
)
_SCRIPT_EDGE = re.compile(
    r"(?<=[\u2e80-\u9fff\uac00-\ud7af\u0400-\u04ff])(?=[A-Za-z0-9][\w.+=-]{0,63}@)"
)
_ADDRESS_END = re.compile(r"(@[A-Za-z0-9.-]{1,255})(?=[\u2e80-\u9fff\uac00-\ud7af])")
_DOMAIN = re.compile(r"(?<![\w.@-])(?:[\w-]{1,63}\.){1,8}[a-z][\w-]{1,62}(?![\w-])")
_NUMBERS = re.compile(
    r"\[?\b\d{1,3}(?:\.\d{1,3}){3}\b\]?|\[(?:ipv6:)?[0-9a-f]{0,4}:[0-9a-f:.]{1,45}\]"
)
# A reply of several lines repeats its codes in each: "550-5.7.1 … 550 5.7.1 …".
_CODES = re.compile(
    r"(?<![\w.])[245]\d\d[- :]{1,3}(?:#?[245]\.\d{1,3}\.\d{1,3}\b)?|#?\b[245]\.\d{1,3}\.\d{1,3}\b"
)
# Who is quoted: its name may be that of a filter, and says nothing. Not the client, which is us.
_SAID = re.compile(r"(?<!client )\bhost [\w.-]{1,255} ?\[[^\]\s]{1,64}\](?: said)?:?")
_NOT = re.compile(r"n't\b")
_RESPELLED = (
    ("’", "'"),
    ("cannot", "can not"),
    ("can't", "can not"),
    ("doesnt ", "does not "),
    ("e-mail", "email"),
    ("mail box", "mailbox"),
    ("ip address", "ipaddress"),
    # "Returned to sender: user unknown" does not speak of the sender.
    ("to the sender", " "),
    ("to sender", " "),
)


def fold(text: str) -> str:
    """Lower case without accents: half of the world's servers leave them out."""
    text = unicodedata.normalize("NFKD", text.lower())
    return unicodedata.normalize("NFC", _MARKS.sub("", text))


def apart(text: str) -> str:
    """The text with spaces around an address that stands right between Chinese or Russian words."""
    return _ADDRESS_END.sub(r"\1 ", _SCRIPT_EDGE.sub(" ", text))


def without_links(text: str) -> str:
    """The text without the web addresses in it: numbers and words inside them say nothing."""
    return _URL.sub(" ", text)


def plain(text: str, recipient: str = "", ours: Collection[str] = ()) -> str:
    """The words alone. `ours` are addresses and domains, in any case; see the module."""
    recipient = recipient.lower()
    known = frozenset(name.lower() for name in ours)
    text = without_links(_INVISIBLE.sub("", fold(text[:MOST]))[:MOST])
    text = apart(_SAID.sub(" ", text))
    text = _ADDRESS.sub(lambda match: f" {_address(match, recipient, known)} ", text)
    text = _NUMBERS.sub(" ip ", text)
    text = _CODES.sub(" ", text)
    at_home = _domain_of(recipient) in known
    text = _DOMAIN.sub(
        lambda match: " OURDOMAIN " if match[0] in known and not at_home else match[0], text
    )
    for said, meant in _RESPELLED:
        text = text.replace(said, meant)
    return " ".join(_NOT.sub(" not", text).split())


def _address(match: re.Match[str], recipient: str, known: frozenset[str]) -> str:
    if match[1] is None:  # "<>", or a word in angle brackets.
        return "ADDR" if match[0] != "<>" else "null sender"
    address = f"{match[1]}@{match[2].rstrip('.')}"
    domain = _domain_of(address)
    if address == recipient:
        return "RCPT"
    if address in known:
        return "OURS"
    # Readers at our own domain are its mailboxes; there the domain tells nothing.
    if domain in known and domain != _domain_of(recipient):
        return "OURS"
    return "ADDR"


def _domain_of(address: str) -> str:
    return address.rpartition("@")[2]
