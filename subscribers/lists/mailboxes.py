"""The addresses of a cell: bare, `Name <address>`, `mailto:`, or several of them."""

from __future__ import annotations

import contextlib
import functools
import re

from subscribers.addresses import BadAddress, normalise

from .cells import undefuse

# Plain addresses make up nearly all of a file; they need none of the 35 µs of a full check.
# Strictly fewer than `normalise` takes, and taken exactly as it does: see the tests.
_PLAIN_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_+-]*(?:\.[A-Za-z0-9_+-]+)*)@").match
_PLAIN_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")
_SPECIAL = (".arpa", ".invalid", ".local", ".localhost", ".onion", ".test")
# `"Name, Her" <a@b>`, as address books and list programs write it (RFC 5322 3.4). A name is short:
# without a bound a line of a hundred thousand marks would be searched from each of them.
_NAMED = re.compile(
    r"""\s*(?:"(?P<quoted>[^"]*)"|(?P<bare>[^<>"@]{0,200}?))\s*<\s*(?P<at>[^<>]*)>\s*"""
)
_COMMENT = re.compile(r"\s*(?P<at>[^\s()<>]+)\s+\((?P<bare>[^()]*)\)\s*")
_BETWEEN = re.compile(r"\s*[,;|\n\r\t，；、]\s*|\s+/\s+")
_MAILTO = re.compile(r"(?:mailto|smtp)\s*:\s*", re.IGNORECASE)
# What a word processor and other countries make of the quotes around a cell.
_QUOTES = frozenset(["''", '""', "“”", "„“", "„”", "‘’", "«»", "»«", "「」", "＂＂"])
_AT = re.compile(r"[@＠]")

Mailbox = tuple[str, str]  # Name ("" if none is given) and normalised address.


def is_plain_address(text: str) -> bool:
    """Whether `normalise` surely takes it, and gives it back as it is."""
    local = _PLAIN_LOCAL(text)
    if local is None:
        return False
    end = local.end()  # Behind the @.
    return end <= 65 and len(text) <= 254 and _is_plain_domain(text[end:])


# Most readers of a file have one of a few domains.
@functools.lru_cache(maxsize=20_000)
def _is_plain_domain(domain: str) -> bool:
    return (
        _PLAIN_DOMAIN.fullmatch(domain) is not None
        and "--" not in domain
        and not domain.endswith(_SPECIAL)
    )


def address_of(text: str) -> str:
    """`addresses.normalise`, quickly for the plain ones. Raises BadAddress."""
    return text if is_plain_address(text) else normalise(text)


def mailboxes(cell: str) -> list[Mailbox]:
    """The mailboxes a cell holds, in order; at least one.

    Raises BadAddress when anything in it is neither an address nor the name of one: a part that
    cannot be read is no reason to keep quiet about it.
    """
    text = undefuse(cell).strip()
    if text[:1] + text[-1:] in _QUOTES and len(text) > 1:
        text = text[1:-1].strip()
    if _MAILTO.match(text) and len(_AT.findall(text)) < 2:
        with contextlib.suppress(BadAddress):
            # A whole link, with its header fields and percent signs.
            return [("", normalise(text))]
    text = _MAILTO.sub("", text)
    try:
        return [("", address_of(text))]
    except BadAddress as error:
        if len(_AT.findall(text)) == 0:
            raise
        whole = error
    found: list[Mailbox] = []
    for part in parts_of(text):
        match = _NAMED.fullmatch(part) or _COMMENT.fullmatch(part)
        try:
            if match is None:
                found.extend(("", address_of(word)) for word in part.split())
            else:
                groups = match.groupdict()
                name = (groups.get("quoted") or groups["bare"] or "").strip(" \t'\"")
                found.append((name, address_of(match["at"].strip())))
        except BadAddress as error:
            raise (error if found or len(text) > len(part) else whole) from None
    if not found:
        raise whole
    return found


def holds_address(cell: str) -> bool:
    """Whether `mailboxes` finds one in it."""
    if not _AT.search(cell):
        return False
    try:
        return bool(mailboxes(cell))
    except BadAddress:
        return False


def parts_of(text: str) -> list[str]:
    """Cut at the marks between mailboxes, but not at those inside a name or its quotes."""
    parts: list[str] = []
    start = 0
    while start < len(text):
        if named := _NAMED.match(text, start):
            # Before the name stand bare addresses, if one of the marks parts them from it.
            parts.append(named[0].strip())
            start = named.end()
        elif mark := _BETWEEN.search(text, start):
            parts.append(text[start : mark.start()].strip())
            start = mark.end()
            continue
        else:
            parts.append(text[start:].strip())
            break
        if mark := _BETWEEN.match(text, start):
            start = mark.end()
    return [part for part in parts if part]
