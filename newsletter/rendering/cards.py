"""An item as the templates see it: each of its texts turned into HTML and plain text once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import get_language
from markupsafe import Markup

from subscribers import pictures, theme
from subscribers.pictures import Picture
from subscribers.pictures.showing import in_mail, ours_or_links

from ..digest.markdown import block_html, foreign, inline_html, is_rtl
from ..editions import BulletView, CategoryView, ItemView, LinkView
from . import text, words
from .columns import shorten
from .long_words import breakable
from .shortening import LONG
from .tables import stacked

# Where a line of code begins, and where it is aligned; one space alone may end a line.
_SPACES = re.compile(r"^ +|(?<=>) +|  +", re.MULTILINE)
_LAST_LINES = re.compile(r"\n+(?=(?:</code>)?$)")
# Columns of the line under a brief entry's title, of a title in the contents, of one on its card,
# and of a source's or tail link's label.
BRIEF, NAME, TITLE, LABEL = 100, 160, 400, 200
_FEW = 400


@dataclass(frozen=True, slots=True)
class Bullet:
    """A bullet in safe HTML."""

    lead_html: Markup
    text_html: Markup
    rtl: bool
    children: Sequence[Bullet]


@dataclass(frozen=True, slots=True)
class Card:
    """An item, ready to be placed. Names ending in `_html` are safe HTML, others plain text.

    `link` is where the headline leads: the first source with an address, else the web page, else
    empty. The `text_` fields are wrapped for the text part and lack the number before them.
    `headline` and `summary` are what subject and preheader are made of.
    """

    id: int
    anchor: str
    web: str
    category: CategoryView | None
    chip: str
    sources: Sequence[LinkView]
    name: str
    title_html: Markup
    # Whether the title runs from the right, and the insight.
    rtl: bool
    insight_rtl: bool
    # The language of its words where their script tells another than the issue's, else empty.
    language: str
    # Of a follow-up: what it says of the item before it, and where that is read.
    earlier: str
    earlier_web: str
    insight_html: Markup
    bullets: Sequence[Bullet]
    body_html: Markup
    # `picture_ink` is for the words that stand in its place while it is blocked.
    picture: Picture | None
    picture_alt: str
    picture_ink: str
    lead: str
    link: str
    headline: str
    summary: str
    text_full: str
    text_brief: str
    text_name: str
    seconds: float
    seconds_brief: float
    long: bool


def make(item: ItemView, web: str, indent: int) -> Card:
    """The card of an item. `web` is its place on the issue's web page or empty, `indent` columns.

    Speaks the active language.
    """
    source = _markdown(item)
    plain = words.update(item) + words.plain(item.title)
    summary = words.summary(item)
    title = (
        Markup.escape(words.update(item)) + inline(item.title)
        if len(item.title) * 2 <= TITLE
        else breakable(shorten(plain, TITLE))
    )
    to = next((link.url for link in item.sources if link.url), web)
    lead = words.first_sentence(summary, BRIEF)
    picture = pictures.named(item.picture)
    return Card(
        id=item.id,
        anchor=f"i{item.number}",
        web=web,
        category=item.category,
        chip=chip_class(item.category),
        sources=[labelled(link, item.title) for link in item.sources],
        name=shorten(plain, NAME),
        title_html=title,
        rtl=is_rtl(plain),
        insight_rtl=is_rtl(words.plain(item.insight)),
        language=foreign(said(item), get_language() or ""),
        earlier=words.earlier(item),
        earlier_web=text.earlier_web(item),
        insight_html=block(item.insight),
        bullets=[_bullet(bullet) for bullet in item.bullets],
        body_html=block(item.body),
        picture=picture,
        picture_alt=item.picture_alt,
        picture_ink=theme.on(picture.colour) if picture and picture.colour else "",
        lead=lead,
        link="" if "<a " in title else to,  # HTML has no link within a link.
        headline=words.headline(item.title),
        summary=summary,
        text_full=text.full(item, web, indent),
        text_brief=text.brief(item, web, lead, indent),
        text_name=shorten(plain, 68 - indent),
        seconds=words.seconds_to_read(f"{item.title}\n{source}"),
        seconds_brief=words.seconds_to_read(f"{item.title}\n{lead}"),
        long=len(source.encode()) > LONG,
    )


def labelled(link: LinkView, title: str = "") -> LinkView:
    """A link with a label of two lines at most, its host where it has none or repeats `title`."""
    label = "" if link.url and link.label == title else shorten(link.label, LABEL)
    host = (urlsplit(link.url).hostname or "").removeprefix("www.")
    return LinkView(link.id, label or host, link.url)


def chip_class(category: CategoryView | None) -> str:
    """The CSS class that colours a category's chip."""
    return f"k{category.id}" if category else ""


def inline(source: str) -> Markup:
    """One run of Markdown as HTML that mrml leaves alone."""
    return _for_mrml(inline_html(source))


def block(source: str) -> Markup:
    """Markdown as HTML that mrml leaves alone; empty for nothing."""
    if not source.strip():
        return Markup("")
    return _for_mrml(stacked(ours_or_links(block_html(source), in_mail)))


def opening(source: str, most: int) -> str:
    """Markdown as it is up to `most` octets, else its beginning as plain text."""
    if len(source.encode()) <= most:
        return source
    return shorten(words.plain(source[:most]), most // 8)


def _for_mrml(html: str) -> Markup:
    """White space between tags vanishes in mrml when it holds a line break; a space survives.

    Code is no `pre`, whose lines stay as long as they are where white-space is dropped (the Gmail
    app, Word): its line breaks are elements and its indentation no-break spaces. Where `details`
    is dropped its summary needs a space behind it.
    """
    html = html.replace("</summary>", "</summary> ")
    first, *others = html.split("<pre>")
    made = [" ".join(first.split("\n"))]
    for part in others:
        code, _end, rest = part.partition("</pre>")
        code = _LAST_LINES.sub("", code.expandtabs(4))
        lines = _SPACES.sub(lambda run: "\xa0" * len(run.group()), code)
        made.append(f'<div class="code">{lines.replace(chr(10), "<br>")}</div>')
        made.append(" ".join(rest.split("\n")))
    return breakable(Markup("".join(made)))


def said(item: ItemView) -> str:
    """Enough of an item's words to tell their script."""
    bullets = " ".join(bullet.text for bullet in item.bullets[:3])
    return f"{item.title} {item.insight[:_FEW]} {bullets[:_FEW]} {item.body[:_FEW]}"


def _markdown(item: ItemView) -> str:
    def of(bullets: Sequence[BulletView]) -> str:
        return "".join(f"{b.lead} {b.text} {of(b.children)}\n" for b in bullets)

    return f"{item.insight}\n{of(item.bullets)}{item.body}"


def _bullet(bullet: BulletView) -> Bullet:
    return Bullet(
        inline(bullet.lead),
        inline(bullet.text),
        is_rtl(bullet.lead + bullet.text),
        [_bullet(child) for child in bullet.children],
    )
