"""Finds labels, the names of an item's fields with a colon behind them.

The names are those of the vocabulary. A publication adds its own, `{"source": ["Quelle"], ...}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from .vocabulary import FIELDS, LANGUAGES, either, names_of

# Labels of a link that say nothing about who published it; names of the fields it fills are such.
_NAMELESS = "|".join(
    re.escape(name)
    for name in sorted({*names_of("source"), *names_of("link")}, key=len, reverse=True)
)
_PLACEHOLDER = re.compile(
    rf"(?:{either('placeholders')}|{_NAMELESS})\s*[#№]?\s*\d*\s*[→»↗>.…]*",
    re.IGNORECASE,
)
_QUOTES = "*_`'\"’‘“”„«»「」『』【】[]()（） "  # around a label, and signs of stress
_EDGE = r"[^\w\s*_\[\]()（）「」《》“”\"'`<>#|｜·~:：-]{0,6}\s*"


@dataclass(frozen=True, slots=True)
class Label:
    """A label found at the start of a run: its field ("" when unknown), name and value."""

    field: str
    name: str
    value: str
    bold: bool


class Labels:
    """The names of fields, ready to look for."""

    def __init__(self, own: Mapping[str, Iterable[str]] | None = None) -> None:
        self.fields: dict[str, str] = {}
        for field in FIELDS:
            extra = (own or {}).get(field, ())
            for name in (*names_of(field), *([extra] if isinstance(extra, str) else extra)):
                self.fields.setdefault(_plain(str(name)), field)
        # Fields whose value may stand on the next line. A list of references is no such field: it
        # belongs to the text.
        self._above = {name for name, field in self.fields.items() if field in ("source", "link")}
        for language in LANGUAGES:
            for name in language.references:  # Those of an item are its sources.
                self.fields.setdefault(_plain(name), "source")
        names = sorted(self.fields, key=len, reverse=True)
        known = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in names)
        self._plain = re.compile(rf"{_EDGE}({known})\s*[：:](?!//)\s*", re.IGNORECASE)
        self._bold = re.compile(
            rf"{_EDGE}(?P<b>\*\*|__){_EDGE}(?P<name>[^*_：:\n]{{1,30}}?)\s*(?P<in>[：:])?\s*(?P=b)"
            r"\s*(?P<out>[：:])?\s*"
        )

    def match(self, text: str) -> Label | None:
        """The label `text` starts with. Unknown names count only in bold and with a colon."""
        bold = self._bold.match(text) if "**" in text[:12] or "__" in text[:12] else None
        if bold is None and ":" not in text and "：" not in text:
            return None
        if bold and (bold.group("in") or bold.group("out")):
            name = bold.group("name").strip()
            return Label(self.fields.get(_plain(name), ""), name, text[bold.end() :].strip(), True)
        if bold and bold.end() == len(text):  # Alone on its line: its value stands below it.
            name = bold.group("name").strip()
            if _plain(name) in self._above:
                return Label(self.fields[_plain(name)], name, "", True)
        plain = self._plain.match(text)
        if plain:
            return Label(
                self.fields[_plain(plain.group(1))],
                plain.group(1),
                text[plain.end() :].strip(),
                False,
            )
        return None


def is_placeholder(label: str) -> bool:
    """Whether a link's label names nobody (`Source 2`, `来源链接 1`, `Read more →`, `↗`)."""
    if label.strip() and not re.search(r"\w", label):
        return True
    return _PLACEHOLDER.fullmatch(label.strip().strip(_QUOTES)) is not None


@lru_cache(maxsize=32)
def _labels(own: tuple[tuple[str, tuple[str, ...]], ...]) -> Labels:
    return Labels(dict(own))


def labels_for(own: Mapping[str, object] | None) -> Labels:
    """The names with a publication's own added; a value that is not a list of names is ignored."""
    pairs: list[tuple[str, tuple[str, ...]]] = []
    for field, names in (own or {}).items():
        if isinstance(names, str):
            pairs.append((str(field), (names,)))
        elif isinstance(names, list | tuple):
            pairs.append((str(field), tuple(str(name) for name in names if str(name).strip())))
    return _labels(tuple(pairs))


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
