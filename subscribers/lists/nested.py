"""JSON in a cell: what tools put into "attributes", "data" and "metadata"."""

from __future__ import annotations

import json
from typing import Any

Path = tuple[str, ...]
_DEEPEST = 4
_MOST_KEYS = 200


def flat(cell: str) -> dict[Path, str]:
    """The words under each key; several (a list) are parted by a line end. {} if it is no JSON."""
    text = cell.strip()
    if text[:1] not in ("{", "["):
        return {}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    found: dict[Path, str] = {}
    _walk(value, (), found)
    return found


def _walk(value: Any, path: Path, found: dict[Path, str]) -> None:
    if len(found) >= _MOST_KEYS:
        return
    if isinstance(value, dict) and len(path) < _DEEPEST:
        for key, inner in value.items():
            _walk(inner, (*path, str(key)), found)
    elif isinstance(value, list):
        for inner in value:
            if isinstance(inner, dict | list):
                _walk(inner, path, found)
            else:
                _put(inner, path, found)
    else:
        _put(value, path, found)


def _put(value: Any, path: Path, found: dict[Path, str]) -> None:
    if value is None or value == "":
        return
    word = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    found[path] = f"{found[path]}\n{word}" if path in found else word
