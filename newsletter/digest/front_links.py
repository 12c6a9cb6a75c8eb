"""Links that stand in front matter, as the notes of shows keep them: the tail of the issue.

    links:
      - title: A rope that floats
        url: https://example.org/rope

Other lists in front matter (authors, menus, resources of a page) have other keys and stay data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .front import Front
from .inline import find_links
from .markdown.addresses import safe_url
from .value import Item, Link

_NAMES = ("links", "shownotes", "showlinks", "episodelinks", "readinglist")
_TITLES = ("title", "name", "text", "label")
_ADDRESSES = ("url", "link", "href")


def links_in_front(front: Front, items: Sequence[Item]) -> tuple[Link, ...]:
    """The links it lists, in order; those an item leads to are none of the tail."""
    value = front.find(_NAMES)
    known = {link.url for item in items for link in (*item.sources, *find_links(item.body))}
    found: dict[str, Link] = {}
    for one in value if isinstance(value, list) else ():
        link = _link(one)
        if link is not None and link.url not in known:
            found.setdefault(link.url, link)
    return tuple(found.values())


def _link(value: object) -> Link | None:
    if isinstance(value, str):
        return next((link for link in find_links(value) if link.url), None)
    if not isinstance(value, Mapping):
        return None
    url = next((value[key] for key in _ADDRESSES if isinstance(value.get(key), str)), "")
    if not url and len(value) == 1:  # "A rope that floats: https://…"
        ((title, url),) = value.items()
    else:
        title = next((value[key] for key in _TITLES if isinstance(value.get(key), str)), "")
    url = safe_url(url) if isinstance(url, str) else ""
    return Link(" ".join(str(title).split()) or url, url) if "://" in url else None
