"""A feed as a value, and its three written forms.

Written the same value twice gives the same octets: every date comes from the rows, none from
the clock, so that caches and readers which compare bodies see no change where there is none.
"""

from __future__ import annotations

import datetime as dt
import enum
import html
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from feedgen.ext.base import BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from ..rendering import neutral

_ATOM = "http://www.w3.org/2005/Atom"
_HISTORY = "http://purl.org/syndication/history/1.0"
# What XML 1.0 cannot hold is gone after `neutral`; these it allows, but parsers may complain.
_NO_CHARACTERS = re.compile("[\ufdd0-\ufdef" + "".join(
    f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17)
) + "]")  # fmt: skip


_PLAIN = re.compile(rb"<(title|category)>[^<]*</")


class Form(enum.StrEnum):
    """The written forms; the value ends the address."""

    ATOM = "atom"
    RSS = "rss"
    JSON = "json"

    @property
    def media_type(self) -> str:
        """As registered, or as the format's own specification says."""
        return _MEDIA[self]


_MEDIA = {
    Form.ATOM: "application/atom+xml",
    Form.RSS: "application/rss+xml",
    Form.JSON: "application/feed+json",
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where an entry's matter was first told. `url` is absolute."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `title` and `summary` are plain text, `html` is clean, with absolute links."""

    id: str
    title: str
    link: str
    html: str
    published: dt.datetime
    updated: dt.datetime
    summary: str = ""
    language: str = ""
    categories: tuple[tuple[str, str], ...] = ()  # (slug, name)
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed. `link` is its page, `address` its own place; all addresses are absolute.

    `current`, `older`, `newer` are those of RFC 5005 in the same form; `archive` marks a month
    that is over and will not change but by a correction.
    """

    id: str
    title: str
    description: str
    language: str
    link: str
    address: str
    author: str
    icon: str
    updated: dt.datetime
    entries: tuple[Entry, ...]
    minutes: int  # how long a copy is good for
    categories: tuple[tuple[str, str], ...] = ()
    hub: str = ""
    current: str = ""
    older: str = ""
    newer: str = ""
    archive: bool = False
    others: tuple[tuple[Form, str], ...] = field(default=())  # the same feed in other forms


def text(source: str) -> str:
    """`source` as one line that no XML parser and no list of titles stumbles over."""
    return " ".join(_NO_CHARACTERS.sub("", neutral.line(source)).split())


def feed_html(source: str) -> str:
    """HTML from our templates without characters that XML discourages; its markup stays."""
    return _NO_CHARACTERS.sub("", neutral.text(source)).strip()


def write(feed: Feed, form: Form) -> bytes:
    """The feed in this form, UTF-8."""
    if form is Form.JSON:
        return _json(feed)
    generator = _generator(feed, form)
    if form is Form.ATOM:
        atom: bytes = generator.atom_str()
        return atom
    return _PLAIN.sub(_as_text, generator.rss_str())


def _as_text(match: re.Match[bytes]) -> bytes:
    """The RSS Board's way to say that this is text: readers that take it for HTML see `<` too.

    To an XML parser both spellings are the same.
    """
    return match.group().replace(b"&lt;", b"&#x3C;").replace(b"&amp;", b"&#x26;")


class _Beyond(BaseExtension):  # type: ignore[misc]
    """What feedgen leaves out: the hub and paging links in RSS, and RFC 5005's archive mark."""

    feed: Feed

    def extend_ns(self) -> dict[str, str]:
        return {"fh": _HISTORY}

    def extend_atom(self, root: Any) -> Any:
        if self.feed.archive:
            etree.SubElement(root, f"{{{_HISTORY}}}archive")
        return root

    def extend_rss(self, root: Any) -> Any:
        channel = root[0]
        for rel, address in _links(self.feed):
            etree.SubElement(channel, f"{{{_ATOM}}}link", rel=rel, href=address)
        if self.feed.archive:
            etree.SubElement(channel, f"{{{_HISTORY}}}archive")
        return root


class _Via(BaseExtension):  # type: ignore[misc]
    """An entry's sources. feedgen 1.0.0 writes an entry's links without their rel and type."""

    sources: tuple[Source, ...] = ()

    def extend_atom(self, entry: Any) -> Any:
        for source in self.sources:
            # feedgen's Atom elements have no namespace of their own: xmlns is an attribute there.
            link = etree.SubElement(entry, "link", rel="via", href=source.url)
            if label := text(source.label):
                link.set("title", label)
        return entry


def _links(feed: Feed) -> Iterable[tuple[str, str]]:
    named = [("hub", feed.hub), ("current", feed.current)]
    named += [("prev-archive", feed.older), ("next-archive", feed.newer)]
    return [(rel, address) for rel, address in named if address]


def _generator(feed: Feed, form: Form) -> Any:
    made = FeedGenerator()
    made.id(feed.id)
    made.title(text(feed.title) or "—")
    described = text(feed.description)
    if form is Form.ATOM:
        made.subtitle(described or None)
        made.icon(feed.icon)
    else:
        made.description(described or text(feed.title) or "—")
        made.ttl(feed.minutes)
    made.language(feed.language)
    made.author(name=text(feed.author) or "—")
    made.updated(feed.updated)
    made.lastBuildDate(feed.updated)
    made.generator("Sudi")
    for slug, name in feed.categories:
        made.category(term=text(slug), label=text(name))
    made.link(href=feed.address, rel="self", type=form.media_type)
    if form is Form.ATOM:
        for rel, address in _links(feed):
            made.link(href=address, rel=rel)
    # Last: feedgen takes the last link of any kind for the site's own in RSS.
    made.link(href=feed.link, rel="alternate", type="text/html")
    if form is Form.RSS:
        made.docs("https://www.rssboard.org/rss-specification")
    made.register_extension("beyond", _Beyond)
    made.beyond.feed = feed
    for entry in feed.entries:
        _add(made, entry, form)
    return made


def _add(made: Any, entry: Entry, form: Form) -> None:
    one = made.add_entry(order="append")
    one.id(entry.id)
    one.title(text(entry.title) or "—")
    one.published(entry.published)
    one.updated(entry.updated)
    one.content(feed_html(entry.html), type="html")
    summary = text(entry.summary)
    if summary:
        # In RSS the description is HTML to every reader, in Atom the summary is plain text.
        one.summary(summary if form is Form.ATOM else html.escape(summary, quote=False))
    for slug, name in entry.categories:
        if form is Form.ATOM:
            one.category(term=text(slug), label=text(name))
        else:
            one.category(term=text(name))
    if form is Form.ATOM:
        one.register_extension("via", _Via, atom=True, rss=False)
        one.via.sources = entry.sources
    one.link(href=entry.link)


def _json(feed: Feed) -> bytes:
    """JSON Feed 1.1 (jsonfeed.org)."""
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
        "items": [_json_item(entry, feed) for entry in feed.entries],
    }
    kept = {name: value for name, value in made.items() if value or name == "items"}
    return json.dumps(kept, ensure_ascii=False, indent=1).encode() + b"\n"


def _json_item(entry: Entry, feed: Feed) -> dict[str, Any]:
    made = {
        "id": entry.id,
        "url": entry.link,
        "external_url": entry.sources[0].url if len(entry.sources) == 1 else "",
        "title": text(entry.title),
        "content_html": feed_html(entry.html),
        "summary": text(entry.summary),
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "tags": [text(name) for _slug, name in entry.categories],
        "language": entry.language if entry.language != feed.language else "",
    }
    return {name: value for name, value in made.items() if value or name == "content_html"}
