"""The JSON form of a digest: what programs send, and what an issue is written out as.

What it must be stands in `json_schema.json`, and the reader goes by that file: the keywords
`type`, `required`, `properties`, `items`, `anyOf`, `$ref`, `format: date`, `minItems`, `maxItems`
and `maxLength`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from .dates import day
from .json_text import NotJson, Places, load, position
from .limits import LONGEST_LINE, LONGEST_TEXT
from .markdown import clean, safe_url
from .problems import Problems
from .value import Bullet, Digest, Item, Link, Param
from .written.checking import checked
from .written.quoting import clean_all

_FILE = Path(__file__).resolve().parent / "json_schema.json"
_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "boolean": (bool,),
}
_DEEPEST_BULLETS = 12
# Names of a digest's own fields that are kept under another one beside its front matter.
_IN_FRONT: Mapping[str, str] = {
    "edition": "edition",
    "subject": "mail_subject",
    "preheader": "preheader",
}


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """The schema, as it is published."""
    found: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found


def read_json(text: str, title: str = "", date: dt.date | None = None) -> Digest:
    """The digest; what is wrong is among its problems, each with the `pointer` of its value.

    `title` and `date` win over what it says. Never raises.
    """
    problems = Problems()
    if len(text) > LONGEST_TEXT:
        params: dict[str, Param] = {"case": "characters", "size": len(text), "most": LONGEST_TEXT}
        problems.error("too-large", params)
        return _empty(problems)
    try:
        value, places = load(text)
    except NotJson as error:
        line, column = position(text, error.at)
        problems.error("json-syntax", {"case": error.reason}, line, column)
        return _empty(problems)
    if isinstance(value, dict):
        said = {"title": title, "date": date.isoformat() if date else ""}
        value |= {name: given for name, given in said.items() if given}
    _Check(problems, places).value(value, schema(), "")
    if problems.refused():
        return _empty(problems)
    return checked(_digest(value, places, problems), problems)


def _empty(problems: Problems) -> Digest:
    return Digest("json", "", None, (), problems=problems.sorted())


class _Check:
    """Compares a value with the schema, and says everything that is wrong."""

    def __init__(self, problems: Problems, places: Places) -> None:
        self.problems = problems
        self.places = places

    def error(self, code: str, pointer: str, **params: Param) -> None:
        """What refuses the document, at the place of a value."""
        self.problems.error(code, {**params, "pointer": pointer}, *self.places.of(pointer))

    def warn(self, code: str, pointer: str, **params: Param) -> None:
        """What is left out, at the place of a value."""
        self.problems.warn(code, {**params, "pointer": pointer}, *self.places.of(pointer))

    def value(self, value: Any, rule: Mapping[str, Any], pointer: str) -> None:
        """Compare one value with its rule."""
        rule = _resolved(rule, value)
        expected = rule.get("type", "object")
        fits = isinstance(value, _TYPES[expected])
        if not fits or (expected == "number" and isinstance(value, bool)):
            self.error("json-type", pointer, expected=expected)
        elif isinstance(value, dict):
            self.members(value, rule, pointer)
        elif isinstance(value, list):
            self.elements(value, rule, pointer)
        elif isinstance(value, str):
            self.text(value, rule, pointer)

    def members(self, value: Mapping[str, Any], rule: Mapping[str, Any], pointer: str) -> None:
        """The members of an object."""
        known = rule.get("properties")
        for name in rule.get("required", ()):
            if name not in value:
                self.error("json-missing", pointer, name=name)
        for name, inner in value.items():
            at = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            if known is None:
                continue
            if name not in known:
                self.warn("json-unknown", at, name=name[:60])
            elif inner is not None or name in rule.get("required", ()):  # null: nothing was said.
                self.value(inner, known[name], at)

    def elements(self, value: list[Any], rule: Mapping[str, Any], pointer: str) -> None:
        """The elements of an array."""
        if len(value) < rule.get("minItems", 0):
            self.error("json-empty", pointer)
        if len(value) > (most := rule.get("maxItems", len(value))):
            self.error("too-many-items", pointer, count=len(value), most=most)
            return
        for place, inner in enumerate(value):
            self.value(inner, rule["items"], f"{pointer}/{place}")

    def text(self, value: str, rule: Mapping[str, Any], pointer: str) -> None:
        """A text."""
        most = rule.get("maxLength", LONGEST_LINE * 10)
        if len(value) > most:
            self.error("json-too-long", pointer, size=len(value), most=most)
        if rule.get("format") == "date" and _day(value) is None:
            if _calendar_day(value):
                self.error("date-impossible", pointer, date=value)
            else:
                self.error("json-date", pointer, text=value[:40])


def _resolved(rule: Mapping[str, Any], value: Any) -> Mapping[str, Any]:
    """The rule behind a reference, and of several the one whose type the value has."""
    if "$ref" in rule:
        rule = schema()["$defs"][rule["$ref"].rpartition("/")[2]]
    if "anyOf" in rule:
        ones = [_resolved(one, value) for one in rule["anyOf"]]
        fits = (one for one in ones if isinstance(value, _TYPES[one.get("type", "object")]))
        return next(fits, ones[0])
    return rule


def _calendar_day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _day(text: str) -> dt.date | None:
    found = _calendar_day(text)
    return day(found.year, found.month, found.day) if found else None


def _digest(value: Mapping[str, Any], places: Places, problems: Problems) -> Digest:
    front: dict[str, Any] = clean_all(value.get("front") or {})
    for name, key in _IN_FRONT.items():
        if value.get(name):
            front[key] = _line(value[name])
    title = _line(value["title"])
    if not title:
        problems.error("title-missing", {"pointer": "/title"}, *places.of("/title"))
    date = _day(value.get("date") or "")
    if date is None:
        problems.error("date-missing", {"pointer": "/date"}, *places.of("/date"))
    items = [
        _item(item, f"/items/{place}", places, problems)
        for place, item in enumerate(value["items"])
    ]
    ends = [item.line for item in items[1:]] + [places.text.count("\n") + 2]
    items = [
        replace(item, last_line=max(item.line, end - 1))
        for item, end in zip(items, ends, strict=True)
    ]
    return Digest(
        "json",
        title,
        date,
        tuple(items),
        intro=_text(value.get("introduction")),
        tail_title=_line(value.get("tail_title")),
        tail_links=tuple(
            _link(link, "title", f"/tail/{place}", places, problems)
            for place, link in enumerate(value.get("tail") or ())
        ),
        language=_line(value.get("language")),
        extra=front,
    )


def _item(value: Mapping[str, Any], pointer: str, places: Places, problems: Problems) -> Item:
    title = _line(value["title"])
    line, column = places.of(pointer)
    if not title:
        problems.error("json-missing", {"name": "title", "pointer": pointer}, line, column)
    picture: Mapping[str, Any] = value.get("picture") or {}
    sources = list(value.get("sources") or ())
    if (source := value.get("source")) is not None:
        one = {"name": source} if isinstance(source, str) else source
        # What is read from the interface has its first source under both names.
        if one not in sources:
            sources.insert(0, one)
    return Item(
        title=title,
        line=line,
        category=_line(value.get("category")),
        sources=tuple(_link(one, "name", pointer, places, problems) for one in sources),
        date=_day(value.get("date") or ""),
        insight=_text(value.get("insight")),
        bullets=_bullets(value.get("summary") or ()),
        body=_text(value.get("body")),
        score=float(value["score"]) if value.get("score") is not None else None,
        extra=clean_all(value.get("extra") or {}),
        tags=tuple(_line(tag) for tag in value.get("tags") or ()),
        authors=tuple(_line(author) for author in value.get("authors") or ()),
        section=_line(value.get("section")),
        hidden=bool(value.get("hidden")),
        picture=_line(picture.get("name") or picture.get("url")),
        picture_alt=_line(picture.get("alt")),
    )


def _link(
    value: Mapping[str, Any], name: str, pointer: str, places: Places, problems: Problems
) -> Link:
    label, url = _line(value.get(name)), _line(value.get("url"))
    if url and not safe_url(url):
        problems.error("address", {"url": url[:80], "pointer": pointer}, *places.of(pointer))
        url = ""
    return Link(label, url)


def _bullets(values: Iterable[Any], depth: int = 1) -> tuple[Bullet, ...]:
    found = []
    for value in values:
        if isinstance(value, str):
            found.append(Bullet("", _text(value)))
            continue
        inner = value.get("children") or () if depth < _DEEPEST_BULLETS else ()
        lead, text = _line(value.get("lead")), _text(value.get("text"))
        found.append(Bullet(lead, text, _bullets(inner, depth + 1)))
    return tuple(found)


def _text(value: str | None) -> str:
    return clean((value or "").replace("\r\n", "\n").replace("\r", "\n"))


def _line(value: str | None) -> str:
    return _text(value).replace("\n", " ").strip(" \t")


def write_json(digest: Digest) -> str:
    """The digest as JSON, indented, the same octets for the same digest. What is empty is left
    out."""
    front = dict(digest.extra)
    own = {name: front.pop(key, "") for name, key in _IN_FRONT.items()}
    value = {
        "title": digest.title,
        "date": digest.date.isoformat() if digest.date else None,
        "language": digest.language,
        **own,
        "introduction": digest.intro,
        "items": [_item_json(item) for item in digest.items],
        "tail_title": digest.tail_title,
        "tail": [_without_empty({"title": x.label, "url": x.url}) for x in digest.tail_links],
        "front": front,
    }
    always = {"title": digest.title, "items": value["items"]}
    return json.dumps({**_without_empty(value), **always}, ensure_ascii=False, indent=2) + "\n"


def _item_json(item: Item) -> dict[str, Any]:
    value = {
        "category": item.category,
        "sources": [_without_empty({"name": one.label, "url": one.url}) for one in item.sources],
        "date": item.date.isoformat() if item.date else None,
        "insight": item.insight,
        "summary": [_bullet_json(bullet) for bullet in item.bullets],
        "body": item.body,
        "tags": list(item.tags),
        "authors": list(item.authors),
        "section": item.section,
        "extra": dict(item.extra),
    }
    found: dict[str, Any] = {"title": item.title, **_without_empty(value)}
    if item.score is not None:
        found["score"] = item.score
    if item.hidden:
        found["hidden"] = True
    if item.picture:
        found["picture"] = _without_empty({"name": item.picture, "alt": item.picture_alt})
    return found


def _bullet_json(bullet: Bullet) -> Any:
    if not bullet.lead and not bullet.children:
        return bullet.text
    children = [_bullet_json(child) for child in bullet.children]
    return _without_empty({"lead": bullet.lead, "text": bullet.text, "children": children})


def _without_empty(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: inner for name, inner in value.items() if inner not in (None, "", [], {})}
