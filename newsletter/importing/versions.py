"""What an issue says at one time, as plain values that can be compared, merged and kept. Pure.

A merge has three: what the last import said, what the draft says now, what the document says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from newsletter.digest import Digest, bullets_to_json
from newsletter.digest import Item as Parsed
from newsletter.digest import Link as ParsedLink

# Field -> value as JSON has it. A field that is not there is one nobody said anything of.
Values = Mapping[str, Any]

# In the order in which they are told and asked. `tail` is [title, [[label, url], …]], `sources`
# [[label, url], …], `bullets` as `Item.bullets`, `category` a primary key or None.
ISSUE_FIELDS = ("title", "introduction", "tail", "subject", "preheader", "front")
ITEM_FIELDS = (
    "title", "category", "sources", "date", "insight", "bullets", "body", "score", "extra",
    "hidden", "picture", "picture_alt",
)  # fmt: skip
# What a field is worth that was never said.
EMPTY: Values = MappingProxyType(
    {"title": "", "introduction": "", "tail": ["", []], "subject": "", "preheader": "", "front": {},
     "category": None, "sources": [], "date": None, "insight": "", "bullets": [], "body": "",
     "score": None, "extra": {}, "hidden": False, "picture": "", "picture_alt": ""}
)  # fmt: skip
# Fields of the issue that front matter says, and under which name.
SAID_IN_FRONT: Mapping[str, str] = {"subject": "mail_subject", "preheader": "preheader"}
_LONGEST_LABEL = 300  # Characters; a link's row has no room for more.


@dataclass(frozen=True, slots=True)
class ItemVersion:
    """One item. `key` is the `entry_id` of its row and empty in a document, `name` is what it is
    called in questions: the anchor of its row. `line` is where the document has it. Without a
    place it takes no part in the order: what came in while that was open."""

    values: Values
    key: str = ""
    name: str = ""
    line: int = 0
    placed: bool = True

    @property
    def title(self) -> str:
        """Its title."""
        return str(self.values.get("title", ""))

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses of its sources."""
        return tuple(url for _label, url in self.values.get("sources", ()) if url)


@dataclass(frozen=True, slots=True)
class Version:
    """The issue's own fields, and its items in order."""

    issue: Values = field(default_factory=dict)
    items: tuple[ItemVersion, ...] = ()


def value_of(values: Values, name: str) -> Any:
    """A field, or what it is worth when it was never said."""
    return values.get(name, EMPTY[name])


def of_digest(digest: Digest, categories: Sequence[int | None]) -> Version:
    """What a document says; `categories` are those its items are filed under, in turn."""
    front = dict(digest.extra)
    own: dict[str, Any] = {
        "title": digest.title,
        "introduction": digest.intro,
        "tail": [digest.tail_title, [_link(link) for link in digest.tail_links]],
    }
    for name, key in SAID_IN_FRONT.items():
        if isinstance(value := front.get(key), str):
            own[name] = " ".join(value.split())
            del front[key]
    front.pop("edition", None)  # Part of its identity.
    own["front"] = front
    items = tuple(
        ItemVersion(_item(item, category), line=item.line)
        for item, category in zip(digest.items, categories, strict=True)
    )
    return Version(own, items)


def _item(item: Parsed, category: int | None) -> Values:
    said: dict[str, Any] = {"hidden": True} if item.hidden else {}
    if item.picture:
        said |= {"picture": item.picture, "picture_alt": item.picture_alt}
    return {
        **said,
        "title": item.title,
        "category": category,
        "sources": [_link(link) for link in item.sources],
        "date": item.date.isoformat() if item.date else None,
        "insight": item.insight,
        "bullets": bullets_to_json(item.bullets),
        "body": item.body,
        "score": item.score,
        "extra": dict(item.extra),
    }


def cut(label: str) -> str:
    """A link's label as its row can hold it."""
    return label if len(label) <= _LONGEST_LABEL else label[: _LONGEST_LABEL - 1] + "…"


def _link(link: ParsedLink) -> list[str]:
    return [cut(link.label), link.url]


def to_json(version: Version) -> dict[str, Any]:
    """Plain values for `from_json`."""
    return {
        "issue": dict(version.issue),
        "items": [
            {
                "key": item.key,
                "name": item.name,
                "values": dict(item.values),
                "placed": item.placed,
            }
            for item in version.items
        ],
    }


def from_json(stored: Mapping[str, Any]) -> Version:
    """What `to_json` made."""
    items = (
        ItemVersion(item["values"], item["key"], item["name"], placed=item["placed"])
        for item in stored["items"]
    )
    return Version(stored["issue"], tuple(items))
