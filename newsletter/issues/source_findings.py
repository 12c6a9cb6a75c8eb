"""What preflight finds in how links are made: trackers, words that say nothing, a source that is
named after somebody else, the same page twice under two addresses.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.utils.translation import ngettext, pgettext

from newsletter.digest.markdown import found_links
from newsletter.editions import IssueView, ItemView

from . import outlets
from .findings import ABOUT, Finding, kept, numbers, warning

# Names that never name a page, each sure: a campaign, a click, an app that shares.
_TRACKER = re.compile(
    r"(?i)utm_\w+|(?:fb|g|y|ms|tw|tt|dcl|wb)clid|msclkid|g?clsrc|gad_source|[gw]braid|igshid?|mc_[ce]id|mkt_tok"
    r"|_hs(?:enc|mi)|spm(?:_id_from)?|share_(?:token|source|medium|plat|session_id|tag|times?)|vd_source"
    r"|from_source|cmpid|ref_src|xtor|yclid|_openstat|oly_(?:anon|enc)_id|wt\.mc_id|trk|trkinfo|ncid|__s"
)
_BARE = re.compile(
    r"(?i)\W*(?:(?:click|tap|press)?\s?here|(?:this\s)?link|this(?:\spage|\sarticle|\sone)?|(?:klicken?\s(?:sie\s)?)?hier"
    r"|(?:cliquez\s)?ici|(?:haga\sclic\s|haz\sclic\s)?aquí|(?:clique\s)?aqui|(?:clicca\s)?qui|(?:klik\s)?hier|tutaj"
    r"|здесь|тут|(?:点击|點擊|点|戳|请点击)?(?:这里|這裡|此处|此處|這裏)|链接|連結|鏈接|传送门|こちら|ここ|リンク|여기|링크)\W*"
)
_PICTURE = re.compile(r"(?i)\.(?:jpe?g|png|gif|webp|svg|avif|heic)$")
# Of an issue's items that do the same, from which it is meant.
_MEANT = 3


def of_sources(view: IssueView) -> Iterator[Finding]:
    """Everything of this kind."""
    for look, code, said in _LOOKS:
        found = [item for item in view.items if look(item)]
        often = len(found) * _MEANT > len(view.items) > _MEANT
        if found and not (often and code in _MANNERS):
            yield warning(code, said(found), found)
    yield from _same_page(view)
    if any(tracked(link.url) for link in view.tail):
        yield warning(
            "tail-tracked",
            pgettext("preflight", "Further links carry trackers (utm_source …)."),
            place=ABOUT,
        )


@functools.lru_cache(4096)
def without_trackers(url: str) -> str:
    """The address without parameters that only say how somebody came to the page."""
    if "?" not in url:
        return url
    parts = urlsplit(url)
    found = parse_qsl(parts.query, keep_blank_values=True)
    rest = [(name, value) for name, value in found if _TRACKER.fullmatch(name) is None]
    if len(rest) == len(found):
        return url
    kept_parts = [
        part
        for part in parts.query.split("&")
        if _TRACKER.fullmatch(part.partition("=")[0]) is None
    ]
    query = "&".join(kept_parts) if len(kept_parts) == len(rest) else urlencode(rest)
    return urlunsplit(parts._replace(query=query))


_ADDRESS = re.compile(r"(?<=\]\()https?://[^\s()]+|(?<![(\w])https?://[^\s<>\"'，。；！？、）】)]+")


def texts_without_trackers(text: str) -> str:
    """Markdown with its addresses without trackers."""
    if "?" not in text:
        return text
    return _ADDRESS.sub(lambda match: without_trackers(match[0]), text)


def tracked(url: str) -> bool:
    """Whether an address says how somebody came to the page."""
    return "?" in url and without_trackers(url) != url


@kept
def _links(said: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(
        link for text in said if "](" in text or "://" in text for link in found_links(text)
    )


def _tracked(item: ItemView) -> bool:
    return any(tracked(link.url) for link in item.sources) or any(
        tracked(url) for _label, url in _links(item)
    )


@kept
def _bare(said: tuple[str, ...]) -> bool:
    return any(
        _BARE.fullmatch(label) is not None
        for text in said
        if "](" in text
        for label, _url in found_links(text)
    )


def _misnamed(item: ItemView) -> bool:
    return any(outlets.is_of_another(link.label, link.url) for link in item.sources)


def _front(item: ItemView) -> bool:
    return any(outlets.is_front_page(link.url) for link in item.sources)


def _picture(item: ItemView) -> bool:
    return any(_is_picture(link.url) for link in item.sources)


@functools.lru_cache(4096)
def _is_picture(url: str) -> bool:
    return _PICTURE.search(urlsplit(url).path) is not None


def _twice(item: ItemView) -> bool:
    if len(item.sources) < 2:
        return False
    found = [same_page(link.url) for link in item.sources if link.url]
    return len(set(found)) < len(found)


@functools.lru_cache(4096)
def same_page(url: str) -> str:
    """What is the same for all addresses of one place on a page, however they are spelt."""
    try:
        parts = urlsplit(without_trackers(url))
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return url
    place = "" if parts.fragment.startswith(":~:") else parts.fragment
    return f"{host}:{parts.port or ''}{parts.path.rstrip('/')}?{parts.query}#{place}"


def _same_page(view: IssueView) -> Iterator[Finding]:
    """Sources of several items that are one page, although their addresses differ."""
    users: dict[str, dict[str, list[ItemView]]] = {}
    for item in view.items:
        for link in item.sources:
            if url := link.url:
                users.setdefault(same_page(url), {}).setdefault(url, []).append(item)
    for urls in users.values():
        if len(urls) < 2:
            continue
        items = {item.id for found in urls.values() for item in found}
        if len(items) < 2:
            continue
        found = [item for item in view.items if item.id in items]
        said = pgettext(
            "preflight", "The sources of items %(numbers)s are one page under different addresses."
        )
        yield warning("link-twice", said % {"numbers": numbers(found)}, found)


def _say_tracked(items: list[ItemView]) -> str:
    return ngettext(
        "Links of item %(numbers)s carry trackers (utm_source …).",
        "Links of items %(numbers)s carry trackers (utm_source …).",
        len(items),
    ) % {"numbers": numbers(items)}


def _say_bare(items: list[ItemView]) -> str:
    return ngettext(
        "A link of item %(numbers)s says only “here”: name what it opens.",
        "Links of items %(numbers)s say only “here”: name what they open.",
        len(items),
    ) % {"numbers": numbers(items)}


def _say_misnamed(items: list[ItemView]) -> str:
    return ngettext(
        "The source of item %(numbers)s is named after another paper than its link opens.",
        "Sources of items %(numbers)s are named after other papers than their links open.",
        len(items),
    ) % {"numbers": numbers(items)}


def _say_front(items: list[ItemView]) -> str:
    return ngettext(
        "The source of item %(numbers)s is a paper’s front page, not the article.",
        "The sources of items %(numbers)s are front pages of papers, not articles.",
        len(items),
    ) % {"numbers": numbers(items)}


def _say_picture(items: list[ItemView]) -> str:
    return ngettext(
        "The source of item %(numbers)s is a picture, not a page.",
        "The sources of items %(numbers)s are pictures, not pages.",
        len(items),
    ) % {"numbers": numbers(items)}


def _say_twice(items: list[ItemView]) -> str:
    return ngettext(
        "Item %(numbers)s names one source twice.",
        "Items %(numbers)s name one source twice.",
        len(items),
    ) % {"numbers": numbers(items)}


_LOOKS: tuple[tuple[Callable[[ItemView], bool], str, Callable[[list[ItemView]], str]], ...] = (
    (_tracked, "link-tracked", _say_tracked),
    (_bare, "link-here", _say_bare),
    (_misnamed, "source-name", _say_misnamed),
    (_front, "source-front", _say_front),
    (_picture, "source-picture", _say_picture),
    (_twice, "source-twice", _say_twice),
)
# Of these many in an issue are its manner.
_MANNERS = ("link-here", "source-front", "source-picture")
