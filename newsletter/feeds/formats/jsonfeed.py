"""JSON Feed 1.1 (jsonfeed.org)."""

from __future__ import annotations

import json
from typing import Any

from ..value import Enclosure, Entry, Feed, feed_html, text
from . import Format


def write(feed: Feed) -> bytes:
    """The feed as JSON."""
    made: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": text(feed.title),
        "home_page_url": feed.link,
        "feed_url": feed.address,
        "description": text(feed.description),
        "icon": feed.icon,
        "favicon": feed.icon,
        "language": feed.language,
        "authors": [{"name": text(feed.author)}],
        "next_url": feed.older,
        "hubs": [{"type": "WebSub", "url": feed.hub}] if feed.hub else [],
        "items": [_item(entry, feed) for entry in feed.entries],
    }
    kept = {name: value for name, value in made.items() if value or name == "items"}
    return json.dumps(kept, ensure_ascii=False, indent=1).encode() + b"\n"


def _item(entry: Entry, feed: Feed) -> dict[str, Any]:
    made = {
        "id": entry.id,
        "url": entry.link,
        "external_url": entry.sources[0].url if len(entry.sources) == 1 else "",
        "title": text(entry.title),
        "content_html": feed_html(entry.html),
        "summary": text(entry.summary),
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "image": entry.picture.url if entry.picture else "",
        "attachments": [_attachment(entry.picture)] if entry.picture else [],
        "tags": [text(name) for _slug, name in entry.categories],
        "language": entry.language if entry.language != feed.language else "",
    }
    return {name: value for name, value in made.items() if value or name == "content_html"}


def _attachment(picture: Enclosure) -> dict[str, Any]:
    made = {"url": picture.url, "mime_type": picture.media_type}
    return made | ({"size_in_bytes": picture.octets} if picture.octets else {})


FORMAT = Format(
    suffix="json",
    label="JSON Feed",
    media_type="application/feed+json",
    write=write,
    order=3,
)
