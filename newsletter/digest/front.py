"""Front matter: YAML between `---`, TOML between `+++`, a bare `Key: value` header, or none."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml
from django.utils.translation import gettext as _

from .dates import find_date
from .markdown import clean
from .problems import Problems

_LONGEST = 64 * 1024  # Real ones stay under 4 KB; PyYAML takes about 2 s for a megabyte.
_DEEPEST = 200  # Brackets: PyYAML and tomllib recurse.
_BARE = re.compile(r"([A-Za-z][A-Za-z0-9 _-]{0,30}):(?:[ \t]+(.*))?$")
_BARE_KNOWN = {"title", "date", "number", "slug", "category", "tags", "author", "authors", "status"}
_DATES = ("date", "pubdate", "publish_date", "published", "published_at", "publishdate", "日期")
_TITLES = ("title", "标题")
_SLUGS = ("slug",)
_CATEGORIES = ("category", "categories", "分类")
_LANGUAGES = ("lang", "language")


@dataclass(slots=True)
class Front:
    """What front matter said. `end` is the number of its lines (0: there was none)."""

    end: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)

    def _text(self, keys: Sequence[str]) -> str:
        for key in keys:
            value = self.values.get(key)
            if isinstance(value, str | int | float) and not isinstance(value, bool):
                return " ".join(str(value).split())
        return ""

    @property
    def title(self) -> str:
        """Its title, or nothing."""
        return self._text(_TITLES)

    @property
    def date(self) -> dt.date | None:
        """Its date, or None."""
        text = self._text(_DATES)
        return find_date(text) if text else None

    @property
    def slug(self) -> str:
        """Its short name, or nothing."""
        return self._text(_SLUGS)

    @property
    def language(self) -> str:
        """Its language tag, or nothing."""
        return self._text(_LANGUAGES)

    @property
    def category(self) -> str:
        """The one category it names for the whole document, or nothing."""
        for key in _CATEGORIES:
            value = self.values.get(key)
            if isinstance(value, list) and len(value) == 1:
                value = value[0]
            if isinstance(value, str) and value.strip():
                return " ".join(value.split())
        return ""


class _AliasRefused(yaml.YAMLError):
    def __init__(self, mark: Any) -> None:
        super().__init__("alias")
        self.problem_mark = mark


class _Loader(yaml.SafeLoader):
    """Safe, and without aliases: nine lines of them can expand to gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise _AliasRefused(self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        return super().compose_node(parent, index)


def read_front(lines: Sequence[str], problems: Problems) -> Front:
    """Read what stands in front of the document. Unreadable front matter is an error."""
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return Front()
    opening = lines[first].rstrip()
    if opening in {"---", "+++"}:
        closing = {"---": ("---", "..."), "+++": ("+++",)}[opening]
        for end in range(first + 1, min(len(lines), first + 2000)):
            if lines[end].rstrip() in closing:
                return _fenced(opening, lines[first + 1 : end], first, end + 1, problems)
        return Front()
    return _bare(lines, first)


def _fenced(mark: str, inside: Sequence[str], first: int, end: int, problems: Problems) -> Front:
    text = "\n".join(inside)
    if mark == "---" and text.strip() and not re.search(r"^\s*[\w\"'-]+\s*:", text, re.MULTILINE):
        return Front()  # Two rules with prose between them.
    if len(text) > _LONGEST or text.count("[") + text.count("{") > _DEEPEST:
        problems.error(
            "front-matter", _("The front matter is too long or too deeply nested. Shorten it."),
            first + 1,
        )  # fmt: skip
        return Front(end)
    try:
        found: Any = yaml.load(text, Loader=_Loader) if mark == "---" else tomllib.loads(text)
    except _AliasRefused as error:
        problems.error(
            "yaml-alias",
            _("The front matter uses a YAML alias (*name). Write the value out instead."),
            first + 2 + error.problem_mark.line,
            error.problem_mark.column + 1,
        )
        return Front(end)
    except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        place = getattr(error, "problem_mark", None)
        line = first + 2 + place.line if place else first + 1
        said = re.search(r"at line (\d+)", str(error))
        if said and mark == "+++":
            line = first + 1 + int(said.group(1))
        problems.error(
            "front-matter",
            _("The front matter cannot be read: %(reason)s. Mend it or take it out.")
            % {"reason": getattr(error, "problem", None) or str(error).split("\n")[0]},
            line,
            place.column + 1 if place else 1,
        )
        return Front(end)
    if not isinstance(found, dict):
        if not text.strip() or found is None:
            return Front(end)
        problems.error(
            "front-matter", _("The front matter must be lines of the form “key: value”."), first + 1
        )
        return Front(end)
    return Front(end, dict(_plain(found)))


def _plain(found: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in found.items():
        name = str(key)
        yield (name.lower() if name.isascii() else name), _json(value)


def _json(value: Any) -> Any:
    """Only what JSON knows; dates as text."""
    if isinstance(value, Mapping):
        return {str(key): _json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [_json(inner) for inner in value]
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, str):
        return clean(value)  # YAML and TOML can write a NUL, which PostgreSQL refuses.
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float) and value == value and abs(value) != float("inf"):
        return value
    return str(value)


def _bare(lines: Sequence[str], first: int) -> Front:
    values: dict[str, Any] = {}
    end = first
    while end < len(lines) and end < first + 40 and (match := _BARE.match(lines[end].rstrip())):
        values[match.group(1).strip().lower()] = (match.group(2) or "").strip()
        end += 1
    # One line “Note: …” is prose; a header names a title or a date and ends at a blank line.
    if not ({"title", "date"} & values.keys()) or not (_BARE_KNOWN & values.keys()):
        return Front()
    if end < len(lines) and lines[end].strip():
        return Front()
    if len(values) < 2 and end - first < 2 and "title" not in values:
        return Front()
    return Front(end, values)
