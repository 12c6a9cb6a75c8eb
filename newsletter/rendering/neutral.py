"""An issue's texts made harmless for every output: what has no look of its own, or spoils others'.

HTML is made safe elsewhere (escaping, nh3). This is about plain characters: controls that a mail
server or XML refuses, overrides that turn the text after them around (Unicode TR 36), stacks of
combining marks that run over other lines. Marks that scripts and emoji need stay.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote, urlsplit, urlunsplit

from ..digest.markdown import clean, safe_url
from ..editions import BulletView, CategoryView, IssueView, ItemView, LinkView
from .slots import PREFIX

# Embeddings, overrides and isolates; line and paragraph separators; BOM; annotations.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069\u206a-\u206f\ufeff\ufff9-\ufffb]")
_SEPARATORS = re.compile("[\u0085\u2028\u2029]")
_COMBINING = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
_STACK = re.compile(f"({_COMBINING}{{4}}){_COMBINING}+")
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
# Octets of a link beyond which it is no link a mail program follows; a real one has 2,000.
_LONGEST_ADDRESS = 4000


def text(source: str) -> str:
    """`source` without harmful characters; line breaks stay."""
    source = _STACK.sub(r"\1", _TURNING.sub("", clean(_SEPARATORS.sub(" ", source))))
    while PREFIX in source:  # Again, since removing one may join the halves of another.
        source = source.replace(PREFIX, "")
    return source


def line(source: str) -> str:
    """`source` on one line."""
    return _SPACES.sub(" ", text(source)).strip(" ")


def address(url: str) -> str:
    """A link's target in ASCII (RFC 3986, host as A-label), or empty if it may not be followed."""
    url = safe_url(text(url))
    if not url or len(url) > _LONGEST_ADDRESS:
        return ""
    try:
        parts = urlsplit(url)
        host = parts.netloc
        if not host.isascii():
            name, colon, port = host.partition(":")
            host = name.encode("idna").decode("ascii") + colon + port
    except (UnicodeError, ValueError):
        return ""
    keep = "/:@!$&'()*+,;=%~-._"
    return urlunsplit(
        (
            parts.scheme,
            host,
            quote(parts.path, safe=keep),
            quote(parts.query, safe=keep + "?"),
            quote(parts.fragment, safe=keep + "?"),
        )
    )


def issue(view: IssueView, known: Mapping[int, ItemView] = MappingProxyType({})) -> IssueView:
    """The whole issue made harmless. `known` are items for which that was done, by their ids."""
    categories: dict[int, CategoryView] = {}
    for category in view.categories():
        categories[category.id] = dataclasses.replace(category, name=line(category.name))
    return dataclasses.replace(
        view,
        title=line(view.title),
        subject=line(view.subject),
        preheader=line(view.preheader),
        intro=text(view.intro),
        tail_title=line(view.tail_title),
        tail=tuple(_link(link) for link in view.tail),
        items=tuple(known.get(item.id) or _item(item, categories) for item in view.items),
    )


def _item(item: ItemView, categories: dict[int, CategoryView]) -> ItemView:
    return dataclasses.replace(
        item,
        title=line(item.title),
        category=None if item.category is None else categories[item.category.id],
        sources=tuple(_link(link) for link in item.sources),
        insight=text(item.insight),
        bullets=tuple(_bullet(bullet) for bullet in item.bullets),
        body=text(item.body),
        picture_alt=line(item.picture_alt),
    )


def _bullet(bullet: BulletView) -> BulletView:
    return BulletView(
        line(bullet.lead), text(bullet.text), tuple(_bullet(child) for child in bullet.children)
    )


def _link(link: LinkView) -> LinkView:
    return LinkView(link.id, line(link.label), address(link.url))
