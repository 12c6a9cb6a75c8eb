"""A picture as HTML: on a page, in a feed, in the text of a mail."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

from django.utils.html import format_html
from django.utils.safestring import SafeString

from .value import WEBP, Picture, at_address

# nh3 wrote the tags this is used on: attributes are quoted and escaped.
_IMG = re.compile(r"<img\b[^>]*>")
_LINK_OR_IMG = re.compile(r"<a\b[^>]*>|</a>|<img\b[^>]*>")
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
# In a mail, CSS pixels: the column of the narrowest style. Word takes no max-width.
_IN_MAIL = 508
# On a page: the column is never wider than this.
_SIZES = "(max-width: 46rem) 100vw, 46rem"


def on_page(picture: Picture, alt: str, *, first: bool = False) -> SafeString:
    """For the site: WebP and the fallback in every width; all but the `first` when they come near.

    The ground is drawn by SVG, since the pages' policy allows no style of an element's own.
    """
    ground = (
        format_html(
            '<svg aria-hidden="true"><rect width="100%" height="100%" fill="{}"/></svg>',
            picture.colour,
        )
        if picture.colour
        else ""
    )
    return format_html(
        '<span class="picture">{}<picture><source type="image/webp" srcset="{}" sizes="{}">'
        '<img src="{}" srcset="{}" sizes="{}" width="{}" height="{}" alt="{}"{}></picture></span>',
        ground,
        picture.sources(WEBP),
        _SIZES,
        picture.path(picture.width, picture.ending),
        picture.sources(picture.ending),
        _SIZES,
        picture.width,
        picture.height,
        alt,
        SafeString("" if first else ' loading="lazy" decoding="async"'),
    )


def sized(picture: Picture, alt: str, most: int, style: str = "") -> SafeString:
    """For mails and feeds: one fallback file, `most` CSS pixels wide or less."""
    width = min(most, picture.width)
    return format_html(
        '<img src="{}" width="{}" height="{}" alt="{}"{}>',
        picture.address(width),
        width,
        picture.height_at(width),
        alt,
        format_html(' style="{}"', style % {"width": width}) if style else "",
    )


def in_mail(picture: Picture, alt: str) -> SafeString:
    """In the text of a mail, as wide as its column at most."""
    # A blocked picture with a width alone widens the mail of a phone.
    return sized(picture, alt, _IN_MAIL, "width:100%%;max-width:%(width)dpx")


def ours_or_links(html: str, show: Callable[[Picture, str], str]) -> str:
    """Clean HTML of a text in which our pictures are as `show` writes them, all others links.

    So opening it tells no other host, and no picture whose size nobody knows spoils a mail.
    """
    inside = False

    def change(match: re.Match[str]) -> str:
        nonlocal inside
        tag = match.group()
        if not tag.startswith("<img"):
            inside = not tag.startswith("</")
            return tag
        attributes = dict(_ATTRIBUTE.findall(tag))
        address = str(attributes.get("src", ""))
        if (picture := at_address(unescape(address))) is not None:
            return show(picture, unescape(attributes.get("alt", "")))
        label = str(attributes.get("alt") or address)
        if inside or not address:  # Links do not nest.
            return label
        return f'<a href="{address}" rel="noopener noreferrer">{label}</a>'

    return _LINK_OR_IMG.sub(change, html)


def sized_within(html: str) -> str:
    """Clean HTML of a text, for feeds: our pictures have a width, others stay."""

    def change(match: re.Match[str]) -> str:
        found = dict(_ATTRIBUTE.findall(match.group()))
        picture = at_address(unescape(found.get("src", "")))
        if picture is None:
            return match.group()
        return sized(picture, unescape(found.get("alt", "")), _IN_MAIL)

    return _IMG.sub(change, html)
