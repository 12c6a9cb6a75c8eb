"""A Digest as JSON and back, for Revision.digest."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

from .layout import Role
from .value import Bullet, Digest, Item, Link, Open, Problem, SectionReading


def to_json(digest: Digest) -> dict[str, Any]:
    """Plain dicts, lists, strings and numbers; dates as ISO text."""
    found: dict[str, Any] = _plain(dataclasses.asdict(digest))
    found["unclaimed_lines"] = [list(lines) for lines in digest.unclaimed_lines]
    return found


def bullets_to_json(bullets: tuple[Bullet, ...]) -> list[dict[str, Any]]:
    """As `Item.bullets` keeps them: lead, text, children."""
    return [
        {
            "lead": bullet.lead,
            "text": bullet.text,
            "children": bullets_to_json(bullet.children),
        }
        for bullet in bullets
    ]


def bullets_from_json(stored: list[Mapping[str, Any]]) -> tuple[Bullet, ...]:
    """What `bullets_to_json` made."""
    return tuple(
        Bullet(bullet["lead"], bullet["text"], bullets_from_json(bullet["children"]))
        for bullet in stored
    )


def from_json(stored: Mapping[str, Any]) -> Digest:
    """What `to_json` made, as a value again."""
    return Digest(
        shape=stored["shape"],
        title=stored["title"],
        date=_date(stored["date"]),
        items=tuple(_item(item) for item in stored["items"]),
        intro=stored["intro"],
        tail_title=stored["tail_title"],
        tail_links=_links(stored["tail_links"]),
        language=stored["language"],
        slug=stored["slug"],
        extra=stored["extra"],
        problems=tuple(_problem(problem) for problem in stored["problems"]),
        sections=tuple(SectionReading(**section) for section in stored.get("sections", ())),
        open=_open(stored),
        decided=tuple((Open(**lines), Role(role)) for lines, role in stored.get("decided", ())),
    )


def _open(stored: Mapping[str, Any]) -> tuple[Open, ...]:
    if "open" in stored:
        return tuple(Open(**lines) for lines in stored["open"])
    # 0.1.0 stored ranges alone.
    return tuple(Open(first, last, "", "paragraph") for first, last in stored["unclaimed_lines"])


def _problem(stored: Mapping[str, Any]) -> Problem:
    # 0.1.0 stored the sentence instead of its values.
    params = stored["params"] if "params" in stored else {"message": stored["message"]}
    return Problem(stored["line"], stored["column"], stored["level"], stored["code"], params)


def _item(stored: Mapping[str, Any]) -> Item:
    return Item(
        title=stored["title"],
        line=stored["line"],
        category=stored["category"],
        sources=_links(stored["sources"]),
        date=_date(stored["date"]),
        insight=stored["insight"],
        bullets=bullets_from_json(stored["bullets"]),
        body=stored["body"],
        score=stored["score"],
        extra=stored["extra"],
        tags=tuple(stored.get("tags", ())),
        authors=tuple(stored.get("authors", ())),
        section=stored.get("section", ""),
        last_line=stored.get("last_line", 0),
        lines=stored.get("lines", {}),
        hidden=stored.get("hidden", False),
        picture=stored.get("picture", ""),
        picture_alt=stored.get("picture_alt", ""),
    )


def _links(stored: list[Mapping[str, str]]) -> tuple[Link, ...]:
    return tuple(Link(link["label"], link["url"]) for link in stored)


def _date(stored: str | None) -> dt.date | None:
    return dt.date.fromisoformat(stored) if stored else None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return value
