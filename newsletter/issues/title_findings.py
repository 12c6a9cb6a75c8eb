"""What preflight finds in the titles of items: what a page, a list or a file added to them, what
was cut off, a title that another item has in other letters.

Only titles that are unlike those around them: what most of an issue's titles do is its manner.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from newsletter.editions import IssueView, ItemView
from newsletter.rendering import words

from .findings import Finding, kept, numbers, warning

_LETTERS = re.compile(r"[^\W_]+")
# A place in a list, in front of words; "2. Bundesliga" is a name.
_PLACE = re.compile(r"\s*(?:\d{1,2}(?:[)、．]|\.\s)|[（(]\d{1,2}[)）]|[①-⑳])\s*(?=[^\W\d_a-z])")
_CUT = re.compile(r"(?:…|\.{3})\s*\Z")
# A word in capitals that is no name of a thing: those have figures, or are short.
_CAPITALS = re.compile(r"(?<![\w-])[^\W\d_]{3,}(?![\w-])")
# Columns from which a title with such an end was cut by a machine.
_LONG = 44
# Letters of the name of a source.
_SHORT = 30
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_END = re.compile(r"(?:\s*[|｜_]\s*|\s[–—-]\s)([^|｜_–—]{2,30})\s*\Z")
_HAN = r"[^|｜_\s\x00-\x7f]"
_PORTAL = re.compile(
    rf"_{_HAN}{{2,12}}_{_HAN}{{2,12}}\s*\Z"
    rf"|[|｜_]\s*{_HAN}{{2,10}}(?:网|網|频道|頻道|新闻|新聞|日报|日報)\s*\Z"
)
# How a file is called on its way, as no title says it.
_FILE_STATE = re.compile(
    r"(?:[\s_(（-](?:FINAL|Final|final|DRAFT|Draft|draft|rev|Rev)[\s_.-]{0,2}(?:[vV]?\d{1,2})\s*[)）]?|(?<=[a-z])\s+(?:FINAL|DRAFT|ENTWURF)"
    r"|[_(（-]\s*(?:final|draft|entwurf|copy|v\d{1,2})\s*[)）]|[（(_]?\s*(?:终稿|定稿|初稿|修改稿|最终版|改稿)\s?\d?\s*[)）]?)\s*\Z"
)
# Of an issue's titles that do the same, from which it is meant.
_MEANT = 3


def of_titles(view: IssueView, *, without: Collection[ItemView] = ()) -> Iterator[Finding]:
    """Everything of this kind; `without` are items that have no title of their own yet."""
    unnamed = {item.id for item in without}
    items = [item for item in view.items if item.id not in unnamed]
    for look, code, said in (
        (_numbered, "title-place", _place),
        (_capital, "title-capitals", _capitals),
        (_cut, "title-cut", _cut_off),
        (_with_site, "title-site", _site),
        (_of_a_file, "title-file", _file),
    ):
        found = [item for item in items if look(item)]
        if code == "title-place" and view.language.startswith("de"):
            continue
        if found and not len(found) * _MEANT > max(len(items), _MEANT):
            yield warning(code, said(found), found)
    yield from _alike(items)
    if bare := _named_as_sources(items):
        yield warning("title-source", _source(bare), bare)
    if again := [item for item in items if _said_again(item)]:
        yield warning("insight-title", _again(again), again)


@functools.lru_cache(4096)
def key(title: str) -> str:
    """A title without what may be written otherwise: capitals, marks, spaces."""
    return " ".join(_LETTERS.findall(words.plain(title).casefold()))


def _alike(items: list[ItemView]) -> Iterator[Finding]:
    titles: dict[str, list[ItemView]] = defaultdict(list)
    for item in items:
        titles[key(item.title) or words.plain(item.title)].append(item)
    for alike in titles.values():
        if len(alike) > 1:
            yield warning(
                "same-title",
                _("Items %(numbers)s have the same title.") % {"numbers": numbers(alike)},
                alike,
            )


@kept
def _numbered(said: tuple[str, ...]) -> bool:
    return _PLACE.match(said[0]) is not None


@kept
def _capital(said: tuple[str, ...]) -> bool:
    title = words.plain(said[0])
    found = _CAPITALS.findall(title)
    return len(found) >= 4 and title.isupper() and _WIDE.search(title) is None


@kept
def _cut(said: tuple[str, ...]) -> bool:
    """Whether a title ends in the middle, and the words behind it stand nowhere."""
    title = words.plain(said[0])
    if _CUT.search(title) is None or len(title) + len(_WIDE.findall(title)) < _LONG:
        return False
    mine = key(title)
    return not any(key(text).startswith(mine) for text in said[1:])


@kept
def _of_a_file(said: tuple[str, ...]) -> bool:
    return _FILE_STATE.search(words.plain(said[0])) is not None


def _with_site(item: ItemView) -> bool:
    """Whether a title ends with the name of the page's site, as the head of a page does."""
    portal, name = _site_of(item.title)
    return portal or (
        bool(name) and any(_names(name, link.label, link.url) for link in item.sources)
    )


@functools.lru_cache(4096)
def _site_of(title: str) -> tuple[bool, str]:
    """Whether it ends as those of portals do, and else what may be the name of a site."""
    title = words.plain(title)
    if _PORTAL.search(title) is not None:
        return True, ""
    end = _END.search(title)
    name = key(end[1]) if end is not None else ""
    return False, name if len(key(title)) > len(name) else ""


def _names(name: str, label: str, url: str) -> bool:
    joined = name.replace(" ", "")
    host = (urlsplit(url).hostname or "").lower().removeprefix("www.").rpartition(".")[0]
    return name == key(label) or (len(joined) >= 4 and joined == host.replace("-", ""))


def _named_as_sources(items: list[ItemView]) -> list[ItemView]:
    """Items whose title is what their source is called, which is that of other items, too."""
    users: dict[str, set[str]] = defaultdict(set)
    for item in items:
        for link in item.sources:
            users[link.label].add(key(item.title))
    return [
        item
        for item in items
        if any(
            0 < len(key(link.label)) <= _SHORT
            and len(users[link.label]) > 1
            and key(link.label) == key(item.title)
            for link in item.sources
        )
    ]


@kept
def _said_again(said: tuple[str, ...]) -> bool:
    """Whether the insight is only the title once more, beside other words."""
    title, insight, *rest = said
    mine = key(title)
    if not mine or not any(text.strip() for text in rest):
        return False
    return bool(insight.strip()) and key(insight) == mine


def _place(items: list[ItemView]) -> str:
    return ngettext(
        "The title of item %(numbers)s begins with a number of a list; items have their own.",
        "The titles of items %(numbers)s begin with numbers of a list; items have their own.",
        len(items),
    ) % {"numbers": numbers(items)}


def _capitals(items: list[ItemView]) -> str:
    return ngettext(
        "The title of item %(numbers)s is all in capitals, unlike the others.",
        "The titles of items %(numbers)s are all in capitals, unlike the others.",
        len(items),
    ) % {"numbers": numbers(items)}


def _cut_off(items: list[ItemView]) -> str:
    return ngettext(
        "The title of item %(numbers)s is cut off (…).",
        "The titles of items %(numbers)s are cut off (…).",
        len(items),
    ) % {"numbers": numbers(items)}


def _site(items: list[ItemView]) -> str:
    return ngettext(
        "The title of item %(numbers)s ends with the name of the site it was copied from.",
        "The titles of items %(numbers)s end with the names of the sites they were copied from.",
        len(items),
    ) % {"numbers": numbers(items)}


def _file(items: list[ItemView]) -> str:
    return ngettext(
        "The title of item %(numbers)s ends as the name of a file does (final, v2).",
        "The titles of items %(numbers)s end as names of files do (final, v2).",
        len(items),
    ) % {"numbers": numbers(items)}


def _source(items: list[ItemView]) -> str:
    return ngettext(
        "The title of item %(numbers)s is only the name of its source.",
        "The titles of items %(numbers)s are only the names of their sources.",
        len(items),
    ) % {"numbers": numbers(items)}


def _again(items: list[ItemView]) -> str:
    return ngettext(
        "The insight of item %(numbers)s only repeats its title.",
        "The insights of items %(numbers)s only repeat their titles.",
        len(items),
    ) % {"numbers": numbers(items)}
