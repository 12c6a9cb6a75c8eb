"""Where an item comes from when no label says so: a line that is a link, the end of its text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from .inline import ORNAMENT, find_links, only_link, read_sources, without_links
from .labels import is_placeholder
from .markdown import plain_text
from .value import Link
from .vocabulary import either, is_one_of

_TRAILER = re.compile(
    rf"(?:^|(?<=[\s(（\[【—–。.!?！？;；，,-]))(?:{either('trailers')})\s*[:：]?\s*(?=[\[<(（h])",
    re.IGNORECASE,
)
_TURNS_PAGE = re.compile(r"(?:^|[\s\[|])[←⇐⬅⏪◀«‹]")
_QUOTED = re.compile(r"['\"‘“«「『]([^'\"‘’“”«»「」『』]+)['\"’”»」』]")
_APART = re.compile(r"[^\w\s,，、;；\"'’”»][\s(（\[]*$")  # a sentence or a bracket ends or begins
# "… — [Ann](https://…)": who said it, as below a quotation.
_SIGNED = re.compile(r"(?:[.!?…。！？\"'’”»)]|\n)\s*[—–]{1,2}\s*\[[^\[\]]+\]\([^()\s]+\)\s*$")
_OPENING = re.compile(r"[\s(（\[【—–-]+$")


def named(link: Link) -> Link:
    """A label that names nobody (`Read more →`), or that is the address, gives way to its host; one
    in quotation marks loses these."""
    if not link.url:
        return link
    if not (is_placeholder(link.label) or is_address(link)):
        quoted = _QUOTED.fullmatch(link.label)
        return Link(quoted.group(1), link.url) if quoted is not None else link
    host = urlsplit(link.url).hostname or link.url
    return Link(host.removeprefix("www."), link.url)


def names_place(link: Link) -> bool:
    """Whether a link's label is a site's name or kind, which nobody gives to a piece."""
    label = link.label.strip("*_`[]【】 ").casefold()
    host = (urlsplit(link.url).hostname or "").removeprefix("www.")
    return label == host or is_one_of("places", label)


def paired(links: Sequence[Link]) -> list[Link]:
    """A publisher's name with the address behind it as one: "Gazette, https://…"."""
    found: list[Link] = []
    for link in links:
        if found and not found[-1].url and link.url and is_address(link):
            found[-1] = Link(found[-1].label, link.url)
        else:
            found.append(link)
    return found


def same_words(one: str, other: str) -> bool:
    """Whether two titles differ in case, blanks and marks alone."""
    return re.sub(r"[\W_]+", "", one).casefold() == re.sub(r"[\W_]+", "", other).casefold()


def is_address(link: Link) -> bool:
    """Whether a link's label is only its address, shortened or not."""
    label = link.label.strip().rstrip("/…. ")
    return not label or "://" in label or (" " not in label and "/" in label and "." in label)


def link_line(text: str) -> Link | None:
    """The link of a line that is nothing else; a linked picture is none."""
    if "![" in text or "<img" in text.lower():
        return None
    return only_link(text)


def title_above_address(text: str, longest: int) -> tuple[str, Link, str] | None:
    """A run as (its first line, link, other lines), where one below the first is an address alone.

    None when the first line has `longest` characters or more, a link or a picture.
    """
    first, *others = text.split("\n")
    if not others or len(first) >= longest or find_links(first) or "![" in first:
        return None
    for place, line in enumerate(others):
        link = link_line(line.strip())
        if link is not None and link.url and "://" in link.label:
            rest = "\n".join((*others[:place], *others[place + 1 :])).strip()
            title = plain_text(first.rstrip("\\ ")).strip()
            return (title, link, rest) if title else None
    return None


def links_line(text: str) -> list[Link]:
    """The links of a line that is nothing else but two or more of them, side by side.

    None of them turns pages: those of a line such as "← [Back](…) | [Next](…) →" are no source.
    """
    if text.count("://") < 2 or "![" in text or "<img" in text.lower():
        return []
    links = find_links(text)
    if len(links) < 2 or not all(link.url for link in links) or _TURNS_PAGE.search(text):
        return []
    return [] if re.search(r"\w", without_links(text)) else links


def only_links(text: str) -> list[Link]:
    """The links of a line that is nothing else: one, or several side by side."""
    link = link_line(text)
    return [link] if link is not None and link.url else links_line(text)


def without_named(names: Sequence[Link], links: Sequence[Link]) -> list[Link]:
    """Publishers' names without those that the links below say again, and these links."""
    bare = [named(Link(ORNAMENT.sub("", one.label) or one.label, one.url)) for one in links]
    linked = {one.label.casefold() for one in bare}
    return [*(one for one in names if one.label.casefold() not in linked), *bare]


def split_trailer(text: str) -> tuple[str, list[Link]]:
    """A text without the publisher its end names, and that publisher: "…. (via [A](…))"."""
    for match in _TRAILER.finditer(text):
        rest = text[match.end() :]
        links = [link for link in find_links(rest) if link.url]
        if links and not re.search(r"\w", without_links(rest)):
            return _OPENING.sub("", text[: match.start()]).rstrip(), read_sources(rest)
    return text, []


def closing_link(text: str) -> Link | None:
    """The link at the very end of a text that names nobody, or the place: "… ([source](…))."""
    links = find_links(text)
    if not links or not links[-1].url:
        return None
    apart = _APART.search(text[: text.rfind(f"[{links[-1].label}](")]) is not None
    told = is_placeholder(links[-1].label) or (apart and is_one_of("places", links[-1].label))
    if not (told or _SIGNED.search(text)):
        return None
    end = text.rstrip(" .。)）]】!！*_").rfind(links[-1].url)
    if end < 0 or end + len(links[-1].url) < len(text.rstrip(" .。)）]】!！*_>")):
        return None
    return links[-1]
