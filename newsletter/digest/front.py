"""Front matter: YAML, TOML or JSON between fences, definitions, bare `Key: value` lines, or none.

The keys are those of Hugo, Jekyll, Hexo, Astro, Docusaurus, Obsidian, Eleventy, Zola, Pelican and
MultiMarkdown; upper case, "-" and "_" make no difference.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from .dates import Place, day_of_ticks, find_date
from .franklin import plain_days, read_definitions, without_mark
from .markdown import clean
from .problems import Problems

_LONGEST = 64 * 1024  # Real ones stay under 4 KB; PyYAML takes about 2 s for a megabyte.
_DEEPEST = 200  # Brackets: PyYAML and tomllib recurse.
_BARE = re.compile(r"([A-Za-z][A-Za-z0-9 _-]{0,30}):(?:[ \t]+(.*))?$")
_BARE_KNOWN = {"title", "date", "number", "slug", "category", "tags", "author", "authors", "status"}
_FENCES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "---": ("yaml", ("---", "...")),
    "---yaml": ("yaml", ("---",)),
    "---yml": ("yaml", ("---",)),
    "---toml": ("toml", ("---",)),
    "---json": ("json", ("---",)),
    "+++": ("toml", ("+++",)),
    ";;;": ("json", (";;;",)),
}
# What generators call each thing, the likeliest first; without "-", "_" and spaces, lower case.
_TITLES = ("title", "headline", "subject", "标题", "標題", "タイトル", "제목", "titre", "titel")
_DATES = (
    "date",
    "pubdate",
    "pubdatetime",
    "publishdate",
    "publisheddate",
    "published",
    "publishedat",
    "publishedon",
    "publishedtime",
    "datepublished",
    "publicationdate",
    "publishat",
    "publishon",
    "postdate",
    "datetime",
    "日期",
    "发布日期",
    "發佈日期",
    "日付",
    "날짜",
    "datum",
    "fecha",
    "data",
)
# The day a file was begun or changed: an issue's date only when nothing else says one.
_DAYS_OF_FILE = (
    "created",
    "createdat",
    "datecreated",
    "createddate",
    "creationdate",
    "lastmod",
    "lastmodified",
    "updated",
    "updatedat",
    "updateddate",
    "modified",
    "datemodified",
    "dateupdated",
    "moddatetime",
    "lastupdate",
    "lastupdated",
)
_SLUGS = ("slug", "permalink", "url", "abbrlink")
_DESCRIPTIONS = ("description", "summary", "excerpt", "tldr", "subtitle", "描述", "摘要")
_TAGS = ("tags", "tag", "keywords", "标签", "標籤")
_CATEGORIES = ("category", "categories", "分类", "分類")
_AUTHORS = ("authors", "author", "byline", "作者")
_LANGUAGES = ("lang", "language", "locale")
_DRAFTS = ("draft", "isdraft")
# Kept under one name each, whatever the generator calls them, for those who act on them.
_KEPT: Mapping[str, tuple[str, ...]] = {
    "translation_of": ("translationof", "translates"),
    "edition": ("edition", "editionname"),
    "mail_subject": ("mailsubject", "emailsubject"),
    "preheader": ("preheader", "previewtext"),
    "send_at": ("sendat", "scheduledat", "scheduledfor"),
}
# Tables in which a key may stand too: Zola, Hugo, Docusaurus.
_TABLES = ("taxonomies", "extra", "params", "lastupdate", "frontmatter")
_KEY = re.compile(r"\s{0,8}[\"']?([\w .-]{1,40}?)[\"']?\s{0,8}[:=]")
_BETWEEN_NAMES = re.compile(r"\s*[,，、;；]\s*")


def _name(key: str) -> str:
    return re.sub(r"[-_ .]", "", key).lower()


@dataclass(slots=True)
class Front:
    """What front matter said. `end` is the number of its lines (0: there was none)."""

    end: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)  # of its keys

    def __post_init__(self) -> None:
        found = {canonical: self.find(names) for canonical, names in _KEPT.items()}
        known = {key: value for key, value in found.items() if value is not None}
        self.values = {**self.values, **known}

    def find(self, names: Sequence[str]) -> Any:
        """The value under the first of these names that says something, or None."""
        for _key, value in self._under(names):
            return value
        return None

    def _under(self, names: Sequence[str]) -> Iterator[tuple[str, Any]]:
        """(key, value) of each of these names that says something; tables count after the top."""
        top = {_name(key): (key, value) for key, value in reversed(list(self.values.items()))}
        tables = [top[name][1] for name in _TABLES if name in top]
        inner: dict[str, tuple[str, Any]] = {}
        for table in tables:
            if isinstance(table, Mapping):
                for key, value in table.items():
                    inner.setdefault(_name(key), (key, value))
        for level in (top, inner):
            for name in names:
                key, value = level.get(name, ("", None))
                if value is not None and value != "" and value != []:
                    yield key, value

    def _text(self, names: Sequence[str]) -> str:
        for _key, value in self._under(names):
            if isinstance(value, str | int | float) and not isinstance(value, bool):
                return " ".join(str(value).split())
        return ""

    def _list(self, names: Sequence[str]) -> tuple[str, ...]:
        """A list, or text with commas; of tables in it their `name`."""
        value = self.find(names)
        if isinstance(value, str):
            value = _BETWEEN_NAMES.split(value.strip().strip("[]"))
        elif isinstance(value, Mapping):
            value = [value]
        elif not isinstance(value, list):
            value = [] if value is None or isinstance(value, bool) else [value]
        names_in = (
            one.get("name") or one.get("title") or "" if isinstance(one, Mapping) else one
            for one in value
        )
        texts = (" ".join(str(one).split()) for one in names_in if not isinstance(one, list))
        return tuple(dict.fromkeys(text for text in texts if text))

    @property
    def title(self) -> str:
        """Its title, or nothing."""
        return self._text(_TITLES)

    @property
    def date_places(self) -> list[Place]:
        """What it says of the issue's date."""
        return self._places(_DATES)

    @property
    def file_days(self) -> list[Place]:
        """When it says that the file was made or changed."""
        return self._places(_DAYS_OF_FILE)

    def _places(self, names: Sequence[str]) -> list[Place]:
        return [
            Place("front-matter", day_of_ticks(str(value)), self.lines.get(key, 1))
            for key, value in self._under(names)
            if isinstance(value, str | int) and not isinstance(value, bool)
        ]

    @property
    def date(self) -> dt.date | None:
        """The date it says, or None: there is none, or it has to be asked for."""
        days = (find_date(place.text) for place in self.date_places)
        return next((day for day in days if day is not None), None)

    @property
    def slug(self) -> str:
        """Its short name, or nothing; of an address or a path the last part."""
        text = re.split(r"[?#]", self._text(_SLUGS))[0]
        text = re.sub(r"(?:/|/?\bindex)?(?:\.html?)?$", "", text)
        last = text.rsplit("/", 1)[-1]
        return last if ":" not in last else ""  # Jekyll's ":year/:title" is a pattern.

    @property
    def description(self) -> str:
        """What it says the document is about, or nothing."""
        return self._text(_DESCRIPTIONS)

    @property
    def language(self) -> str:
        """Its language tag, or nothing."""
        return self._text(_LANGUAGES)

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags, each once."""
        return self._list(_TAGS)

    @property
    def categories(self) -> tuple[str, ...]:
        """Its categories, each once."""
        return self._list(_CATEGORIES)

    @property
    def authors(self) -> tuple[str, ...]:
        """The names of its authors, each once."""
        return self._list(_AUTHORS)

    @property
    def draft(self) -> bool:
        """Whether its generator holds it back."""
        value = self.find(_DRAFTS)
        status = self._text(("status",)).lower()
        return value is True or str(value).lower() in {"true", "yes"} or status == "draft"

    @property
    def category(self) -> str:
        """The one category it names for the whole document, or nothing."""
        categories = self.categories
        return categories[0] if len(categories) == 1 else ""


class _AliasRefused(yaml.YAMLError):
    def __init__(self, mark: Any) -> None:
        super().__init__("alias")
        self.problem_mark = mark


class _Loader(yaml.SafeLoader):
    """Safe, and without aliases: nine lines of them can expand to gigabytes.

    What looks like a time and is none stays text: `2025-02-30`.
    """

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise _AliasRefused(self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        return super().compose_node(parent, index)

    def construct_yaml_timestamp(self, node: Any) -> Any:
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError:
            return self.construct_scalar(node)


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_yaml_timestamp)


def read_front(lines: Sequence[str], problems: Problems) -> Front:
    """Read what stands in front of the document. Unreadable front matter is an error."""
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return Front()
    opening = re.sub(r"^---\s+", "---", lines[first].rstrip())
    if opening in _FENCES:
        form, closing = _FENCES[opening]
        for end in range(first + 1, min(len(lines), first + 2000)):
            if lines[end].rstrip() in closing:
                return _fenced(form, lines[first + 1 : end], first, end + 1, problems)
        return Front()
    if opening.startswith("@def "):
        values, end = read_definitions(lines, first)
        return Front(end, values, _key_lines([*map(without_mark, lines)], first, end))
    if opening == "{" and (front := _braced(lines, first)) is not None:
        return front
    return _bare(lines, first)


def _braced(lines: Sequence[str], first: int) -> Front | None:
    """JSON between two lines with a brace, as Hugo takes it."""
    for end in range(first + 1, min(len(lines), first + 2000)):
        if lines[end].rstrip() == "}":
            try:
                found = json.loads("\n".join(lines[first : end + 1])[:_LONGEST])
            except (ValueError, RecursionError):
                return None
            return Front(end + 1, dict(_plain(found)), _key_lines(lines, first, end))
    return None


def _key_lines(lines: Sequence[str], first: int, end: int, above: int = 0) -> dict[str, int]:
    """The number of the line in which each key stands; of a key that comes twice the first."""
    found: dict[str, int] = {}
    for index in range(first, end):
        if match := _KEY.match(lines[index]):
            found.setdefault(match.group(1).strip().lower(), above + index + 1)
    return found


def _fenced(form: str, inside: Sequence[str], first: int, end: int, problems: Problems) -> Front:
    text = "\n".join(inside)
    if form == "yaml" and text.strip() and not re.search(r"^\s*[\w\"'-]+\s*:", text, re.MULTILINE):
        return Front()  # Two horizontal rules with prose between them.
    if len(text) > _LONGEST or text.count("[") + text.count("{") > _DEEPEST:
        problems.error("front-matter", {"case": "size"}, first + 1)
        return Front(end)
    try:
        found = _loaded(form, text)
    except _AliasRefused as error:
        mark_at = error.problem_mark
        problems.error("yaml-alias", None, first + 2 + mark_at.line, mark_at.column + 1)
        return Front(end)
    except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        place = getattr(error, "problem_mark", None)
        line = first + 2 + place.line if place else first + 1
        said = re.search(r"at line (\d+)", str(error))
        if said and form == "toml":
            line = first + 1 + int(said.group(1))
        reason = getattr(error, "problem", None) or str(error).split("\n")[0]
        problems.error(
            "front-matter",
            {"case": "syntax", "reason": reason},
            line,
            place.column + 1 if place else 1,
        )
        return Front(end)
    if not isinstance(found, dict):
        if not text.strip() or found is None:
            return Front(end)
        problems.error("front-matter", {"case": "keys"}, first + 1)
        return Front(end)
    return Front(end, dict(_plain(found)), _key_lines(inside, 0, len(inside), first + 1))


def _loaded(form: str, text: str) -> Any:
    if form == "json":
        return json.loads(text if text.lstrip().startswith("{") else f"{{{text}}}")
    return yaml.load(text, Loader=_Loader) if form == "yaml" else tomllib.loads(plain_days(text))


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
    key = ""
    end = first
    while end < len(lines) and end < first + 40:
        line = lines[end].rstrip()
        if match := _BARE.match(line):
            key = match.group(1).strip().lower()
            values[key] = (match.group(2) or "").strip()
        elif key and line[:1] in {" ", "\t"} and line.strip():
            values[key] = f"{values[key]} {line.strip()}".strip()
        else:
            break
        end += 1
    # One line “Note: …” is prose; a header names a title or a date and ends at a blank line.
    if not ({"title", "date"} & values.keys()) or not (_BARE_KNOWN & values.keys()):
        return Front()
    if end < len(lines) and lines[end].strip():
        return Front()
    if len(values) < 2 and end - first < 2 and "title" not in values:
        return Front()
    return Front(end, values, _key_lines(lines, first, end))
