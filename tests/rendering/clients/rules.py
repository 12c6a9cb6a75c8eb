"""The table `rules.toml` as values."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .uses import Use

_TABLE = tomllib.loads((Path(__file__).with_name("rules.toml")).read_text(encoding="utf-8"))
CLIENTS: Mapping[str, str] = _TABLE["clients"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: which uses it is about, who does not take them, and why that harms nobody.

    `seen` is what becomes of it in `views`: drop, keep, or unwrap.
    """

    names: frozenset[tuple[str, str]]
    on: frozenset[str]
    not_on: frozenset[str]
    value: re.Pattern[str] | None
    clients: frozenset[str]
    what: str
    harmless: str
    source: str
    seen: str

    def matches(self, use: Use) -> bool:
        """Whether the row is about this use."""
        return (
            (use.kind, use.name) in self.names
            and (not self.on or use.element in self.on)
            and use.element not in self.not_on
            and (self.value is None or self.value.search(use.value) is not None)
        )


def _rule(row: Mapping[str, Any]) -> Rule:
    kind, _space, names = str(row["use"]).partition(" ")
    return Rule(
        names=frozenset((kind, name.strip()) for name in names.split(",")),
        on=frozenset(row.get("on", "").split()),
        not_on=frozenset(row.get("not_on", "").split()),
        value=re.compile(row["value"]) if "value" in row else None,
        clients=frozenset(row.get("clients", "").split()),
        what=row.get("what", ""),
        harmless=row.get("harmless", ""),
        source=row.get("source", ""),
        seen=row.get("seen", "drop"),
    )


RULES = tuple(_rule(row) for row in _TABLE["rule"])
WORKS = frozenset((kind, name) for kind, names in _TABLE["works"].items() for name in names)
CHECKS: tuple[Mapping[str, str], ...] = tuple(_TABLE["check"])


def rules_for(use: Use) -> list[Rule] | None:
    """The rows about a use, none where all take it, None where the table does not know it."""
    found = [rule for rule in RULES if rule.matches(use)]
    return found if found or (use.kind, use.name) in WORKS else None
