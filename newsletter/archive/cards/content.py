"""What stands on a card: plain values out of an issue's value and its publication's look. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.utils import translation

from newsletter.editions import IssueView, ItemView
from newsletter.rendering import neutral, words
from subscribers import languages, styles, theme
from subscribers.models import Publication

# Counts up when cards are drawn otherwise, so that each gets a new address.
_DRAWING = 2
_HEADLINES = 8


@dataclass(frozen=True, slots=True)
class Card:
    """The texts of a card, each one line without markup, and its colours, each #rrggbb.

    `above` stands over the title, `more` under it as far as there is room, `below` at the foot.
    """

    name: str
    above: str
    title: str
    more: tuple[str, ...]
    below: str
    language: str
    style: str
    serif: bool
    paper: str
    ink: str
    muted: str
    line: str
    accent: str
    band: str
    on_band: str
    chip: str

    @property
    def mark(self) -> str:
        """16 hexadecimal digits that are others when anything on the card is another."""
        return hashlib.sha256(f"{_DRAWING} {self!r}".encode("utf-8", "replace")).hexdigest()[:16]

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that is written on it."""
        return tuple(filter(None, (self.name, self.above, self.title, *self.more, self.below)))


def of_issue(publication: Publication, view: IssueView) -> Card:
    """The card of an issue: its first headline large, the next ones below.

    `view` holds public items only.
    """
    with translation.override(
        languages.known(view.language) or languages.of_publication(publication)
    ):
        titles = [_line(one.title) for one in view.items[:_HEADLINES]]
        return _card(
            publication,
            view,
            above=words.date(view.date),
            title=titles[0] if titles else _line(view.title),
            more=tuple(titles[1:]),
            chip="",
        )


def of_item(publication: Publication, view: IssueView, item: ItemView) -> Card:
    """The card of an item: its title large, what it means below."""
    with translation.override(
        languages.known(view.language) or languages.of_publication(publication)
    ):
        category = item.category
        about = neutral.line(words.summary(item, 400))
        return _card(
            publication,
            view,
            above=neutral.line(category.name) if category else words.date(view.date),
            title=words.update(item) + _line(item.title),
            more=(about,) if about else (),
            chip=theme.chip(category.colour, category.bit).text if category else "",
        )


def _card(
    publication: Publication,
    view: IssueView,
    *,
    above: str,
    title: str,
    more: tuple[str, ...],
    chip: str,
) -> Card:
    look = theme.load(publication.theme)
    ground = look.style.light
    name = neutral.line(languages.words(publication, translation.get_language() or "").name)
    date = words.date(view.date)
    return Card(
        name=name,
        above=above,
        title=title,
        more=more,
        below="" if above == date else date,
        language=view.language,
        style=look.style.name,
        serif=look.typeface is styles.TYPEFACES["serif"],
        paper=ground.paper,
        ink=ground.ink,
        muted=ground.muted,
        line=ground.line,
        accent=look.accent,
        band=look.band,
        on_band=look.on_band,
        chip=chip or look.accent,
    )


def _line(title: str) -> str:
    return neutral.line(words.plain(title))
