"""The text part of one item: wrapped once, used by every edition."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from .. import conf
from ..digest.markdown import plain_text
from ..editions import BulletView, ItemView
from . import words
from .columns import WIDTH, shorten, wrap


def full(item: ItemView, web: str, indent: int) -> str:
    """Title, category, sources, insight, bullets, body and links, indented behind a number.

    The first line begins without indent: the template puts the number there.
    """
    space = " " * indent
    blocks = [_head(item, space)]
    if item.picture and item.picture_alt:
        shows = pgettext("picture", "Picture: %(shows)s") % {"shows": item.picture_alt}
        blocks.append(wrap(f"[{shows}]", space, space))
    if item.insight:
        label = _("Insight") + _(": ")
        blocks.append(wrap(label + plain_text(item.insight), space, space))
    if item.bullets:
        blocks.append("\n".join(_bullets(item.bullets, space)))
    if item.body:
        blocks.append(wrap(plain_text(item.body), space, space))
    links = [link for link in item.sources if link.url]
    if links:
        blocks.append("\n".join(_link(_("Read the original"), link.url, space) for link in links))
    elif web:
        blocks.append(_link(_("Read on the web"), web, space))
    return "\n\n".join(blocks)


def brief(item: ItemView, web: str, lead: str, indent: int) -> str:
    """Title, one line and the link to the web page."""
    space = " " * indent
    parts = [_head(item, space)]
    if lead:
        parts.append(wrap(lead, space, space))
    parts.append(space + web)
    return "\n".join(parts)


def _head(item: ItemView, space: str) -> str:
    named = [item.category.name] if item.category else []
    named += [shorten(link.label, 200) for link in item.sources if link.label]
    title = words.update(item) + words.plain(item.title)
    head = wrap(title[:1000], space, space).removeprefix(space)
    if named:
        head += "\n" + wrap(" · ".join(named), space, space)
    if item.follows is not None:
        head += "\n" + wrap(words.earlier(item), space, space)
    if address := earlier_web(item):
        head += f"\n{space}{address}"
    return head


def earlier_web(item: ItemView) -> str:
    """Where the item before a follow-up is read on the site; empty where it is not."""
    follows = item.follows
    return f"{conf.base_url()}/{follows.path}" if follows is not None and follows.path else ""


def _bullets(bullets: tuple[BulletView, ...], space: str) -> Iterator[str]:
    for bullet in bullets:
        text = plain_text(bullet.text)
        if bullet.lead:
            lead = plain_text(bullet.lead)
            text = lead + _(": ") + text if text else lead
        yield wrap(text, f"{space}- ", f"{space}  ")
        yield from _bullets(bullet.children, space + "  ")


def _link(label: str, url: str, space: str) -> str:
    label = space + label + _(": ")
    line = label + url
    return line if len(line) <= WIDTH else f"{label}\n{space}{url}".rstrip()
