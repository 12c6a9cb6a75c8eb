"""What a page at an address says of itself: its title, whose it is, and of what day.

Read from what pages say for this: Open Graph (ogp.me), schema.org in JSON-LD, HTML's own title.
All of it is another server's words and is cleaned like every text that comes in.
"""

from __future__ import annotations

import codecs
import datetime as dt
import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import pgettext

from newsletter import outgoing
from newsletter.digest import markdown

_LIMITS = outgoing.Limits(seconds=10, body=3_000_000)
# Of the page: what says what it is stands at its beginning.
_READ = 600_000
_TITLE, _SITE = 500, 300
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,40})", re.IGNORECASE)
_DAY = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})(?!\d)")
_MARKS = re.compile(r"([\\`*\[\]<])")


class NotRead(Exception):
    """Why there is no item from this address; the message is for the editor."""


@dataclass(frozen=True, slots=True)
class Page:
    """`title` is inline Markdown, `site` the name of whose page it is, `url` where it stands."""

    title: str
    site: str
    date: dt.date | None
    url: str


def fetch(address: str) -> Page:
    """Ask the page, through the one guarded way out. Blocks for ten seconds at most."""
    address = address.strip()
    if not re.match(r"https?://", address, re.IGNORECASE):
        raise NotRead(pgettext("address", "Write an address that begins with https:// or http://."))
    try:
        answer = outgoing.request(
            "GET", address, headers={"accept": "text/html,application/xhtml+xml"}, limits=_LIMITS
        )
    except outgoing.OutgoingError as error:
        raise NotRead(_why(error)) from error
    if answer.status >= 400:
        raise NotRead(
            pgettext("address", "The page answers %(status)d.") % {"status": answer.status}
        )
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("text/html", "application/xhtml+xml", ""):
        raise NotRead(
            pgettext("address", "There is no page at this address, but %(kind)s.")
            % {"kind": kind[:60]}
        )
    return read(_decoded(answer.body, answer.headers.get("content-type", "")), address)


def _why(error: outgoing.OutgoingError) -> str:
    known = {
        "bad-url": pgettext("address", "This is no address of a page."),
        "blocked": pgettext("address", "This address is not on the open internet."),
        "unknown-host": pgettext("address", "There is no host of this name."),
        "timed-out": pgettext("address", "The page did not answer in time."),
        "insecure": pgettext("address", "The connection to the page is not secure."),
        "too-large": pgettext("address", "The page is too large."),
        "too-many-redirects": pgettext("address", "The address leads in circles."),
    }
    return known.get(error.code) or pgettext("address", "The page does not answer.")


def _decoded(body: bytes, kind: str) -> str:
    named = re.search(r"charset\s*=\s*[\"']?([\w-]{2,40})", kind, re.IGNORECASE)
    within = _CHARSET.search(body[:4096])
    wanted = named[1] if named else within[1].decode() if within else "utf-8"
    try:
        name = codecs.lookup(wanted).name
        # The Encoding Standard reads both as the larger set.
        name = {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252"}.get(name, name)
        return body[:_READ].decode(name, "replace")
    except (LookupError, ValueError):
        return body[:_READ].decode("utf-8", "replace")


class _Reader(HTMLParser):
    """Collects what the page says of itself."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.meta: dict[str, str] = {}
        self.texts: dict[str, list[str]] = {"title": [], "h1": [], "script": []}
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Meta elements, and the beginning of what has a text."""
        found = {name: value or "" for name, value in attrs}
        if tag == "meta":
            name = (
                found.get("property") or found.get("name") or found.get("itemprop") or ""
            ).lower()
            if name and found.get("content"):
                self.meta.setdefault(name, found["content"])
        elif tag == "time" and found.get("datetime"):
            self.meta.setdefault("time", found["datetime"])
        elif self._wanted(tag, found.get("type", "")):
            self.inside = tag
            self.texts[tag].append("")

    def _wanted(self, tag: str, kind: str) -> bool:
        """Every script of linked data, and the first of the others."""
        if tag == "script":
            return "ld+json" in kind
        return tag in self.texts and not self.texts[tag]

    def handle_endtag(self, tag: str) -> None:
        """The end of a text."""
        if tag == self.inside:
            self.inside = ""

    def handle_data(self, data: str) -> None:
        """A piece of a text."""
        if self.inside and self.texts[self.inside]:
            self.texts[self.inside][-1] += data


def read(html: str, address: str) -> Page:
    """A page's HTML -> what it says of itself. Raises NotRead where it has no title."""
    reader = _Reader()
    reader.feed(html[:_READ])
    linked = _linked(reader.texts["script"])
    site = _line(reader.meta.get("og:site_name", "") or linked.get("site", ""), _SITE)
    title = ""
    own = _line("".join(reader.texts["title"]), _TITLE)
    for candidate in (
        reader.meta.get("og:title", ""), linked.get("title", ""),
        reader.meta.get("twitter:title", ""), own, "".join(reader.texts["h1"]),
    ):  # fmt: skip
        if title := _line(candidate, _TITLE):
            break
    if not title:
        raise NotRead(pgettext("address", "The page says no title. Add the item by hand."))
    if site:
        title = re.sub(rf"\s*[-–—|·_:»]\s*{re.escape(site)}\s*\Z", "", title) or title
    host = (urlsplit(address).hostname or "").removeprefix("www.")
    return Page(_MARKS.sub(r"\\\1", title), site or host, _day(reader.meta, linked), address)


def _line(text: str, most: int) -> str:
    return " ".join(markdown.clean(text).split())[:most]


def _day(meta: dict[str, str], linked: dict[str, str]) -> dt.date | None:
    for name in (
        "article:published_time", "datepublished", "date", "dc.date", "dc.date.issued",
        "dcterms.created", "pubdate", "publishdate", "citation_publication_date", "time",
    ):  # fmt: skip
        # schema.org says it most precisely where Open Graph says nothing.
        values = [meta.get(name, "")]
        if name == "datepublished":
            values.insert(0, linked.get("date", ""))
        for value in values:
            if found := _DAY.match(value.replace("/", "-")):
                try:
                    return dt.date(int(found[1]), int(found[2]), int(found[3]))
                except ValueError:
                    continue
    return None


def _linked(scripts: list[str]) -> dict[str, str]:
    """Headline, day and publisher of the first article in JSON-LD."""
    for script in scripts[:20]:
        try:
            queue: list[Any] = [json.loads(script)]
        except (ValueError, RecursionError):
            continue
        looked = 0
        while queue and looked < 200:
            one, looked = queue.pop(0), looked + 1
            if isinstance(one, list):
                queue += one
            elif isinstance(one, dict):
                queue += [one[name] for name in ("@graph", "mainEntity") if name in one]
                if isinstance(one.get("headline"), str):
                    publisher = one.get("publisher")
                    name = publisher.get("name") if isinstance(publisher, dict) else ""
                    return {
                        "title": one["headline"],
                        "date": str(one.get("datePublished", "")),
                        "site": name if isinstance(name, str) else "",
                    }
    return {}
