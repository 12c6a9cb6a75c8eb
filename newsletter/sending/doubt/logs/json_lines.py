"""Events as JSON, one a line or in lists, as webhooks, APIs and `journalctl -o json` give them.

The names of an object's members, joined with those inside them, are the columns of a table:
`{"mail": {"source": …}}` has `mail.source`, as the same service writes it in CSV. A line of the
journal is put back into the words of the server that wrote it.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from .entry import Entry, iso_of
from .tables import Table, plain

NAME, LABEL = "json", "JSON"

# Members that wrap the events of an answer or of a notification.
_LISTS = ("items", "messages", "events", "value", "results", "data", "records")
_INSIDE = ("detail", "message", "eventdata", "event-data")
# A file that is one value, written over many lines, is read whole up to so many characters.
_WHOLE = 64_000_000
_DECODER = json.JSONDecoder()


def claims(head: str) -> bool:
    """Whether its first object is one of a service that is known, or of the journal."""
    first = next(_objects(head.splitlines(keepends=True)), None) or _first_inside(head)
    return first is not None and (_is_journal(first) or _table_of(first) is not None)


def read(lines: Iterable[str]) -> Iterator[Entry]:
    """An entry an object."""
    objects = _objects(lines)
    first = next(objects, None)
    if first is None:
        return
    if _is_journal(first):
        yield from _read_journal(first, objects)
        return
    table = _table_of(first)
    if table is not None:
        yield table.entry(_row(first))
        yield from (table.entry(_row(one)) for one in objects)


def _first_inside(head: str) -> dict[str, Any] | None:
    """The first whole object of a list that goes on beyond what was read."""
    for brace in itertools.islice(re.finditer(r"[\[:]\s*(?=\{)", head), 5):
        try:
            value, _end = _DECODER.raw_decode(head, brace.end())
        except (ValueError, RecursionError):
            continue
        if (found := _unwrapped(value)) and (_is_journal(found) or _table_of(found) is not None):
            return found
    return None


# ---- values


def _objects(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Every event: one a line, lists of them, one value over many lines, or wrapped ones."""
    lines = iter(lines)
    for line in lines:
        if not line.strip():
            continue
        text, more = line, 1
        while (value := _value(text)) is None:
            # Not whole yet: twice as much each time, so that a long value is not read too often.
            added = list(itertools.islice(lines, more))
            if not added or text.lstrip()[0] not in "{[" or len(text) > _WHOLE:
                return
            text += "".join(one if one.endswith("\n") else one + "\n" for one in added)
            more *= 2
        yield from _events(value)


def _value(text: str) -> Any:
    """The values in this text, as a list where they are several; None if it is not whole."""
    found, at = [], 0
    text = text.strip()
    while at < len(text):
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            return None
        found.append(value)
        while at < len(text) and (text[at].isspace() or text[at] == ","):
            at += 1
    return found


def _events(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for one in value:
            yield from _events(one)
    elif isinstance(value, dict):
        for name in _LISTS:
            held = value.get(name) or value.get(name.capitalize())
            if isinstance(held, list) and held and all(isinstance(one, dict) for one in held):
                yield from _events(held)
                return
        yield _unwrapped(value)


def _unwrapped(value: dict[str, Any]) -> dict[str, Any]:
    """What a notification (SNS, EventBridge, Mailgun's webhook) carries."""
    for name, held in value.items():
        if name.lower() not in _INSIDE:
            continue
        if isinstance(held, str) and held.lstrip().startswith("{"):
            try:
                held = json.loads(held)
            except (ValueError, RecursionError):
                continue
        if isinstance(held, dict) and _table_of(held) is not None:
            return held
    return value


# ---- as a table


def _row(value: dict[str, Any]) -> dict[str, str]:
    row: dict[str, str] = {}
    _flatten(value, "", row)
    return row


def _flatten(value: dict[str, Any], before: str, row: dict[str, str]) -> None:
    for name, held in value.items():
        column = before + plain(str(name))
        if isinstance(held, dict):
            _flatten(held, column, row)
        elif isinstance(held, (str, int, float)):
            row.setdefault(column, str(held))


def _table_of(value: dict[str, Any]) -> Table | None:
    from . import formats

    names = set(_row(value))
    tables = (getattr(one, "TABLE", None) for one in formats())
    return next((one for one in tables if one is not None and one.knows(names)), None)


# ---- the journal


def _is_journal(value: dict[str, Any]) -> bool:
    return "__REALTIME_TIMESTAMP" in value and "MESSAGE" in value


def _read_journal(first: dict[str, Any], rest: Iterator[dict[str, Any]]) -> Iterator[Entry]:
    from . import format_of

    begun = [_line(first)]
    found = format_of(begun[0])
    for one in rest:
        if found is not None:
            break
        # Which server it is, its first lines need not tell.
        begun.append(_line(one))
        found = format_of(begun[-1])
    if found is not None:
        yield from found.read(_chained(begun, rest))


def _chained(begun: list[str], rest: Iterator[dict[str, Any]]) -> Iterator[str]:
    yield from begun
    yield from map(_line, rest)


def _line(value: dict[str, Any]) -> str:
    """As syslog would have written it; a message that is no text comes as numbers of bytes."""
    text, moment = value.get("MESSAGE"), str(value.get("__REALTIME_TIMESTAMP", ""))
    if isinstance(text, list):
        text = bytes(one for one in text if isinstance(one, int) and 0 <= one < 256).decode(
            errors="replace"
        )
    at = iso_of(int(moment) / 1e6) if moment.isascii() and moment.isdecimal() else ""
    who = value.get("SYSLOG_IDENTIFIER") or value.get("_COMM") or ""
    number = value.get("SYSLOG_PID") or value.get("_PID")
    return f"{at} {value.get('_HOSTNAME', '-')} {who}{f'[{number}]' if number else ''}: {text}\n"
