"""An issue and a selection -> subject, preheader, HTML, text and headers of that edition.

`prepare` runs the whole pipeline (Jinja2, MJML, premailer) once over an issue; after that an
edition is a join of strings. `whole` runs it on one selection alone and gives the same bytes.
What does not fit is shortened by the rule in `shortening`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.utils import translation

from subscribers.links import Purpose
from subscribers.models import Publication

from ..editions import IssueView
from . import pieces, pipeline, words
from .edition_values import edition_values
from .errors import RenderingError, TooLarge
from .layout import Chosen, Layout, Source
from .one_item import parts
from .pieces import Changed, Pieces
from .shortening import LIMIT, TARGET, fit, forms, levels
from .sizes import Octets, Sizes
from .slots import PREFIX, SLOTS, fill

__all__ = [
    "LIMIT",
    "SLOTS",
    "TARGET",
    "Figures",
    "Prepared",
    "Rendered",
    "RenderingError",
    "TooLarge",
    "fill",
    "parts",
    "prepare",
    "whole",
]


# Items.
FEW = 40


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished edition. `size` is octets of UTF-8 HTML; html and text hold SLOTS.

    `headers` are finished ASCII values, the same for every reader; `items` are ids in order.
    """

    subject: str
    preheader: str
    html: str
    text: str
    headers: dict[str, str]
    size: int
    shortened: bool
    items: tuple[int, ...]

    @property
    def unsubscribes(self) -> bool:
        """Whether both of its parts have the reader's link that ends the subscription."""
        slot = SLOTS[Purpose.UNSUBSCRIBE]
        return slot in self.html and slot in self.text


@dataclass(frozen=True, slots=True)
class Figures:
    """What a finished edition comes to; as `Rendered`, without its octets."""

    subject: str
    size: int
    shortened: bool
    unsubscribes: bool
    items: tuple[int, ...]

    @classmethod
    def of(cls, made: Rendered) -> Figures:
        return cls(made.subject, made.size, made.shortened, made.unsubscribes, made.items)


class Prepared:
    """An issue rendered once, of which any edition is a join of pieces. Immutable."""

    def __init__(self, source: Source, html: Pieces, text: Pieces) -> None:
        self.source = source
        self._html = html
        self._text = text
        self._slots = (html.always(PREFIX), text.always(PREFIX))
        # Personal links that only some editions have, as a template of one's own may.
        self._elsewhere = html.elsewhere(PREFIX) + text.elsewhere(PREFIX)
        self._octets: Octets = {}
        self._figures: dict[tuple[int, int], Figures] = {}

    def renewed(self, source: Source) -> Prepared | None:
        """The same issue as it is now, of which only what is different is rendered.

        `source` was made with this one's `source` before it, in the same publication. Nothing that
        stands beside an item changes its bytes (`pieces`), so the result is that of rendering all
        of it; None where the difference is too large for that, or the templates are not ours.
        """
        only = source.to_render(self.source)
        if only is None or len(only) > FEW or not pipeline.only_ours():
            return None
        html, text = _rendered(source, only)
        try:
            made = Prepared(source, self._html.renewed(html, only), self._text.renewed(text, only))
        except Changed:
            return None
        made._octets = {key: of for key, of in self._octets.items() if key[0] not in only}
        if source.has_the_same_around(self.source):
            changed = source.changed_since(self.source)
            made._figures = {
                key: known
                for key, known in self._figures.items()
                if not key[1] and changed.isdisjoint(known.items)
            }
        return made

    def edition(self, selection: int, start: int = 0) -> Rendered:
        """The edition of a selection (category bits, and TAIL for the tail links).

        `start` leaves out the first origins of a round-up, as `IssueView.select`.
        Raises RenderingError when it selects no item, TooLarge when it cannot be short enough.
        """
        source = self.source
        with translation.override(source.language):
            join = functools.cache(self._join_html)
            layout = self._layout(selection, start, join)
            rendered = _edition(source, layout, join(layout), self._join_text)
        # The pieces were guarded when they were cut; what is left to lose is a reader's links.
        if (rendered.html.count(PREFIX), rendered.text.count(PREFIX)) != self._slots:
            raise RenderingError("a personal link was lost or forged")
        return rendered

    def knows(self, selection: int, start: int = 0) -> bool:
        """Whether what that edition comes to was found before."""
        return (selection, start) in self._figures

    def figures(self, selection: int, start: int = 0) -> Figures:
        """What that edition comes to, reckoned or made once. Raises as `edition`."""
        known = self._figures.get((selection, start))
        if known is None:
            if len(self.source.cards) > FEW and not self._elsewhere:
                known = self._reckoned(selection, start)
            else:
                known = Figures.of(self.edition(selection, start))
            self._figures[selection, start] = known
        return known

    def _reckoned(self, selection: int, start: int) -> Figures:
        # As `edition`, whose size is that of the forms it has: only the joining is left out.
        source, size = self.source, self._sizes()
        with translation.override(source.language):
            layout = _fitted(source, selection, size, start)
            octets = size(layout)
            _check(source, layout, octets)
            subject = words.subject(source.view.subject, layout.cards)
        return Figures(subject, octets, layout.shortened, self._unsubscribes, _ids(layout))

    @functools.cached_property
    def _unsubscribes(self) -> bool:
        slot = SLOTS[Purpose.UNSUBSCRIBE]
        return bool(self._html.always(slot) and self._text.always(slot))

    def _layout(self, selection: int, start: int, join: Callable[[Layout], str]) -> Layout:
        # Few editions are shortened, and joining a short one is less work than summing it up.
        few = len(self.source.cards) <= FEW
        size = (lambda layout: len(join(layout).encode())) if few else self._sizes()
        return _fitted(self.source, selection, size, start)

    def _sizes(self) -> Sizes:
        return Sizes(self._html, self._octets)

    def signed(self, selection: int) -> str:
        """The HTML of an edition to look at, each item between comments (`Pieces.signed`).

        Raises what `edition` raises.
        """
        self.edition(selection)
        with translation.override(self.source.language):
            layout = self._layout(selection, 0, self._join_html)
            return self._html.signed(layout.blocks, layout.value)

    def mjml(self, selection: int) -> str:
        """The MJML of that edition, in the form it has after shortening."""
        source = self.source
        with translation.override(source.language):
            layout = _fitted(source, selection, self._sizes())
            made = pipeline.mjml(source.slug, layout.context(pieces.HTML))
        return pieces.HTML.without(made)

    def _join_html(self, layout: Layout) -> str:
        return self._html.join(layout.blocks, layout.value)

    def _join_text(self, layout: Layout) -> str:
        return self._text.join(layout.blocks, layout.value)


def prepare(view: IssueView, publication: Publication) -> Prepared:
    """Run the pipeline once over the whole issue; about 0.1 s for ten items."""
    source = Source(view, publication)
    return Prepared(source, *_rendered(source))


def _rendered(source: Source, only: Collection[int] | None = None) -> tuple[Pieces, Pieces]:
    """HTML and text of all items in all forms, or of some (`Source.to_render`), in pieces."""
    with translation.override(source.language):
        html = pipeline.mjml(source.slug, source.everything(pieces.HTML, only))
        html = pipeline.inline(pipeline.html(html))
        text = pipeline.text(source.slug, source.everything(pieces.TEXT, only))
    return (
        pipeline.cut(pipeline.MARKUP, html, pieces.HTML),
        pipeline.cut(pipeline.TEXT, text, pieces.TEXT),
    )


def whole(view: IssueView, publication: Publication, selection: int) -> Rendered:
    """The edition by the whole pipeline run on this selection alone; slow, for proof."""
    source = Source(view, publication)

    @functools.cache
    def html(layout: Layout) -> str:
        mjml = pipeline.mjml(source.slug, layout.context(pieces.HTML))
        return pieces.HTML.without(pipeline.inline(pipeline.html(mjml)))

    def text(layout: Layout) -> str:
        return pieces.TEXT.without(pipeline.text(source.slug, layout.context(pieces.TEXT)))

    with translation.override(source.language):
        layout = _fitted(source, selection, lambda layout: len(html(layout).encode()))
        return _edition(source, layout, html(layout), text)


def _fitted(
    source: Source, selection: int, size: Callable[[Layout], int], start: int = 0
) -> Layout:
    """The layout of the highest level that fits."""
    cards = source.select(selection, start)
    long = [card.long for card in cards]
    values = edition_values(source, selection, cards)
    chosen = Chosen.of(source, selection, cards, values)

    @functools.cache
    def at(level: int) -> Layout:
        return Layout(source, chosen, forms(long, level))

    return at(fit(lambda level: size(at(level)), levels(len(cards))))


def _check(source: Source, layout: Layout, size: int) -> None:
    """Raises TooLarge for an edition that must not be sent."""
    if size > LIMIT:
        raise TooLarge(
            f"{source.slug} {source.view.slug}: {size} octets of HTML with every item only "
            f"named; the limit is {LIMIT}"
        )
    if layout.shortened and not source.view.on_site:
        raise TooLarge(
            f"{source.slug} {source.view.slug}: {size} octets of HTML with every item in full, and"
            " no page that has what is left out",
            has_page=False,
        )


def _ids(layout: Layout) -> tuple[int, ...]:
    return tuple(card.id for card in layout.cards)


def _edition(source: Source, layout: Layout, html: str, text: Callable[[Layout], str]) -> Rendered:
    size = len(html.encode())
    _check(source, layout, size)
    return Rendered(
        subject=words.subject(source.view.subject, layout.cards),
        preheader=layout.value(("preheader", 0)),
        html=html,
        text=text(layout),
        headers=dict(source.headers),
        size=size,
        shortened=layout.shortened,
        items=_ids(layout),
    )
