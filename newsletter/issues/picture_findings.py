"""What preflight says of an issue's pictures: that one says nothing in words, or is heavy."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from django.utils.translation import ngettext, npgettext

from newsletter.digest.markdown import block_html
from newsletter.editions import IssueView, ItemView
from subscribers import pictures

from .findings import Finding, numbers, warning
from .text_findings import without_blocks

# Octets of the copy a mail shows. A photograph has a third of that; what is transparent is kept as
# PNG and may have ten times as much.
_HEAVY = 400_000
_PICTURE = re.compile(r"<img\b[^>]*>")
_ALT = re.compile(r'\balt="([^"]*)"')
# What a camera or a program calls a picture says nothing of it.
_NO_WORDS = re.compile(
    r"(?i)\s*(?:(?:img|dsc|dscn|pxl|screen\s?shot|image|picture|photo|bild|foto|untitled|pasted\s?image"
    r"|图片|圖片|照片|截图|截圖|屏幕截图|微信图片|画像|写真|사진|이미지)?[\W\d_]*"
    r"|\S+\.(?:jpe?g|png|gif|webp|heic|svg|bmp))\s*"
)
_NAMED = re.compile(r"!\[[^\]\n]*\]\(\s*<?([^\s)>]+)")
# What a reader's program can ask for; ours are named by their path.
_LOADED = re.compile(r"(?i)https?://|//|/|cid:")
_SOURCE = re.compile(r'\bsrc="([^"]*)"')


def of_pictures(view: IssueView) -> Iterator[Finding]:
    """Of the items' own pictures and of those in their texts. Sizes are looked up once a file."""
    found = [(item, list(_tags(item))) for item in view.items]
    missing = [
        item
        for item, tags in found
        if any(not _described(tag) for tag in tags)
        or (pictures.named(item.picture) and _NO_WORDS.fullmatch(item.picture_alt))
    ]
    if missing:
        yield warning(
            "no-alt",
            ngettext(
                "A picture in item %(numbers)s has no description.",
                "Pictures in items %(numbers)s have no description.",
                len(missing),
            )
            % {"numbers": numbers(missing)},
            missing,
        )
    if lost := [item for item in view.items if _lost(item)]:
        yield warning(
            "picture-lost",
            npgettext(
                "preflight",
                "Readers cannot see a picture in item %(numbers)s: it is a file of one machine.",
                "Readers cannot see pictures in items %(numbers)s: they are files of one machine.",
                len(lost),
            )
            % {"numbers": numbers(lost)},
            lost,
        )
    heavy = [
        item for item, tags in found if any(one > _HEAVY for one in map(_mailed, _ours(item, tags)))
    ]
    if heavy:
        yield warning(
            "heavy-picture",
            npgettext(
                "preflight",
                "A picture in item %(numbers)s has more than %(most)d kB in the mail.",
                "Pictures in items %(numbers)s have more than %(most)d kB each in the mail.",
                len(heavy),
            )
            % {"numbers": numbers(heavy), "most": _HEAVY // 1000},
            heavy,
        )


def _described(tag: str) -> bool:
    found = _ALT.search(tag)
    return found is not None and not _NO_WORDS.fullmatch(html.unescape(found[1]))


def _tags(item: ItemView) -> Iterator[str]:
    for source in (item.insight, item.body):
        if "<img" in source or "![" in source:
            yield from _PICTURE.findall(block_html(source))


def _lost(item: ItemView) -> bool:
    texts = (without_blocks(text) for text in (item.insight, item.body) if "![" in text)
    return any(not _LOADED.match(url) for text in texts for url in _NAMED.findall(text))


def _ours(item: ItemView, tags: list[str]) -> Iterator[pictures.Picture]:
    own = pictures.named(item.picture)
    within = (pictures.at_address(one) for tag in tags for one in _SOURCE.findall(tag))
    yield from (one for one in (own, *within) if one is not None)


def _mailed(picture: pictures.Picture) -> int:
    return pictures.octets(picture, 640)
