"""Atom and RSS by feedgen, behind this one wrapper: what it leaves out is added here."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any

from feedgen.ext.base import BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from .value import Enclosure, Entry, Feed, Via, feed_html, text

_ATOM = "http://www.w3.org/2005/Atom"
_HISTORY = "http://purl.org/syndication/history/1.0"


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


class _ViaLinks(BaseExtension):  # type: ignore[misc]
    """An entry's sources and picture, and its language where it is not the feed's (RFC 4287, 2).

    feedgen 1.0.0 writes an entry's links without their rel and type.
    """

    sources: tuple[Via, ...] = ()
    language: str = ""
    picture: Enclosure | None = None

    def extend_atom(self, entry: Any) -> Any:
        if self.language:
            entry.set("{http://www.w3.org/XML/1998/namespace}lang", self.language)
        for source in self.sources:
            # feedgen's Atom elements have no namespace of their own: xmlns is an attribute there.
            link = etree.SubElement(entry, "link", rel="via", href=source.url)
            if label := text(source.label):
                link.set("title", label)
        if (one := self.picture) is not None:
            link = etree.SubElement(
                entry, "link", rel="enclosure", href=one.url, type=one.media_type
            )
            if one.octets:
                link.set("length", str(one.octets))
        return entry


def _links(feed: Feed) -> Iterable[tuple[str, str]]:
    named = [("hub", feed.hub), ("current", feed.current)]
    named += [("prev-archive", feed.older), ("next-archive", feed.newer)]
    return [(rel, address) for rel, address in named if address]


def generator(feed: Feed, *, atom: bool, media_type: str) -> Any:
    """feedgen's feed for one of the two XML formats; it writes itself."""
    made = FeedGenerator()
    made.id(feed.id)
    made.title(text(feed.title) or "—")
    described = text(feed.description)
    if atom:
        made.subtitle(described or None)
        made.icon(feed.icon)
    else:
        # HTML to every reader, like that of an entry.
        made.description(html.escape(described or text(feed.title) or "—", quote=False))
        made.ttl(feed.minutes)
    made.language(feed.language)
    made.author(name=text(feed.author) or "—")
    made.updated(feed.updated)
    made.lastBuildDate(feed.updated)
    made.generator("Sudi")
    for slug, name in feed.categories:
        made.category(term=text(slug), label=text(name))
    made.link(href=feed.address, rel="self", type=media_type)
    if atom:
        for rel, address in _links(feed):
            made.link(href=address, rel=rel)
    # Last: feedgen takes the last link of any kind for the site's own in RSS.
    made.link(href=feed.link, rel="alternate", type="text/html")
    if not atom:
        made.docs("https://www.rssboard.org/rss-specification")
    made.register_extension("beyond", _Beyond)
    made.beyond.feed = feed
    for entry in feed.entries:
        _add(made, entry, feed.language, atom=atom)
    return made


def _add(made: Any, entry: Entry, language: str, *, atom: bool) -> None:
    one = made.add_entry(order="append")
    one.id(entry.id)
    one.title(text(entry.title) or "—")
    one.published(entry.published)
    one.updated(entry.updated)
    one.content(feed_html(entry.html), type="html")
    summary = text(entry.summary)
    if summary:
        # In RSS the description is HTML to every reader, in Atom the summary is plain text.
        one.summary(summary if atom else html.escape(summary, quote=False))
    for slug, name in entry.categories:
        if atom:
            one.category(term=text(slug), label=text(name))
        else:
            one.category(term=text(name))
    if atom:
        one.register_extension("via", _ViaLinks, atom=True, rss=False)
        one.via.sources = entry.sources
        one.via.language = entry.language if entry.language != language else ""
        one.via.picture = entry.picture
    elif entry.picture is not None:
        picture = entry.picture
        one.enclosure(picture.url, str(picture.octets), picture.media_type)
    one.link(href=entry.link)
