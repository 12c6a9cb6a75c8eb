"""An issue and a selection -> subject, preheader, HTML, text and headers of that edition.

`prepare` runs the whole pipeline (Jinja2, MJML, premailer) once over an issue; after that an
edition is a join of strings. `whole` runs it on one selection alone and gives the same bytes.

What does not fit is shortened by one rule (`FORMS`): every item is named in the contents; then
the first three items get full cards; then the others, in order, a brief entry (title, one line,
link); then brief entries become full cards, in order. The largest edition within TARGET wins.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.utils import translation
from markupsafe import Markup

from subscribers.choice import TAIL
from subscribers.links import Purpose
from subscribers.models import Publication

from .. import theme
from ..digest.markdown import block_html, inline_html
from ..editions import BulletView, CategoryView, IssueView, ItemView, LinkView
from . import headers, neutral, pipeline, text, words
from .columns import shorten
from .pieces import Cut, Key, Pieces, without_marks
from .pipeline import RenderingError
from .slots import SLOTS, fill

__all__ = [
    "LIMIT",
    "SLOTS",
    "TARGET",
    "Prepared",
    "Rendered",
    "RenderingError",
    "TooLarge",
    "fill",
    "mjml",
    "prepare",
    "whole",
]

# Octets of UTF-8 HTML. Gmail hides what is behind about 102 kB, and the way to unsubscribe with
# it; whether it counts before or after transfer encoding is not known, so we aim at 75,000,
# which base64 turns into 102,000.
TARGET = 75_000
LIMIT = 102_000
# Items that get a full card before any other item gets a brief entry.
FIRST = 3
# Octets of Markdown above which an item stays brief once an edition has to be shortened: three
# such items would leave no room for the others.
LONG = 12_000


class TooLarge(RenderingError):
    """Even with every item only named, the HTML is above LIMIT octets."""


class Form(enum.IntEnum):
    """How an item stands in an edition."""

    NAMED = 0  # in the contents, with a link to the web page
    BRIEF = 1  # also title, one line and link below the full cards
    FULL = 2


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished edition. `size` is octets of UTF-8 HTML; html and text hold SLOTS."""

    subject: str
    preheader: str
    html: str
    text: str
    headers: dict[str, str]
    size: int
    shortened: bool
    items: tuple[int, ...] = ()


@dataclass(slots=True)
class _Card:
    """An item as the templates see it. Names ending in `_html` are safe HTML."""

    id: int
    number: int
    anchor: str
    title_html: str
    name: str
    web: str
    category: CategoryView | None
    chip: str
    sources: Sequence[LinkView]
    insight_html: Markup
    bullets: Sequence[_Bullet]
    body_html: Markup
    lead: str
    text_full: str
    text_brief: str
    text_name: str
    seconds: float
    seconds_brief: float
    long: bool
    # Which forms the template is to write: one of them for a selection, all while preparing.
    full: bool = True
    brief: bool = True
    named: bool = True

    def as_(self, number: int, form: Form) -> _Card:
        """A copy for one selection."""
        return dataclasses.replace(
            self,
            number=number,
            full=form is Form.FULL,
            brief=form is Form.BRIEF,
            named=form is Form.NAMED,
        )


@dataclass(frozen=True, slots=True)
class _Bullet:
    lead_html: Markup
    text_html: Markup
    children: Sequence[_Bullet]


@dataclass(slots=True)
class _Group:
    id: int
    name: str
    chip: str
    cards: list[_Card] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.cards)


def forms(count: int, long: Sequence[bool], level: int) -> list[Form]:
    """The forms of `count` items at a level from 0 (all named) to `levels(count)` (all full)."""
    if level >= levels(count):
        return [Form.FULL] * count
    first = min(FIRST, count)
    full = min(level, first) if level <= count else level - count + first
    seen = min(level, count)
    return [
        (Form.BRIEF if long[index] else Form.FULL)
        if index < full
        else (Form.BRIEF if index < seen else Form.NAMED)
        for index in range(count)
    ]


def levels(count: int) -> int:
    """The highest level: everything in full, whatever its length."""
    return count + max(0, count - FIRST) + 1


def fit(size: Callable[[int], int], top: int) -> int:
    """The highest level whose `size` is within TARGET, by bisection; 0 if none is."""
    if size(top) <= TARGET:
        return top
    low, high = 0, top
    while high - low > 1:
        middle = (low + high) // 2
        if size(middle) <= TARGET:
            low = middle
        else:
            high = middle
    return low


class _Source:
    """What both ways of rendering share: the issue made harmless, its texts rendered once."""

    def __init__(self, view: IssueView, publication: Publication) -> None:
        view = neutral.issue(view)
        self.view = view
        self.language = words.language_code(view.language)
        self.slug = publication.slug
        with translation.override(self.language):
            self._build(view, publication)

    def _build(self, view: IssueView, publication: Publication) -> None:
        base = f"{settings.BASE_URL}/{publication.slug}"
        self.web = f"{base}/{view.slug}/"
        manage = f"{settings.BASE_URL}/s/m/{SLOTS[Purpose.MANAGE]}/"
        self.cards = {item.id: self._card(item) for item in view.items}
        self.headers = headers.constant(view, publication)
        translated = publication.translations.get(view.language, {})
        name = neutral.line(translated.get("name") or publication.name)
        self.constant = {
            "language": view.language,
            "wide": self.language.split("-")[0] in ("zh", "ja", "ko"),
            "theme": theme.load(publication.theme),
            "chips": self._chips(view),
            "publication": {
                "name": name,
                "slug": publication.slug,
                "url": f"{base}/",
                "postal": neutral.line(publication.postal_identity),
                "host": settings.BASE_URL.split("://", 1)[1],
            },
            "title": view.title,
            "date": words.date(view.date),
            "web": self.web,
            "intro_html": _block(view.intro),
            "intro_text": words.plain(view.intro) if view.intro else "",
            "tail_title": view.tail_title,
            "indent": len(str(len(view.items))) + 2,
            "links": {
                "manage": manage,
                "pause": f"{manage}#pause",
                "unsubscribe": f"{settings.BASE_URL}/s/u/{SLOTS[Purpose.UNSUBSCRIBE]}/",
                "feed": f"{settings.BASE_URL}/s/f/{SLOTS[Purpose.FEED]}/",
            },
            "_": translation.gettext,
        }
        self.intro_seconds = words.seconds_to_read(self.constant["intro_text"])  # type: ignore[arg-type]

    def _card(self, item: ItemView) -> _Card:
        web = f"{self.web}#{item.anchor}"
        lead = words.first_sentence(item, 120)
        indent = len(str(len(self.view.items))) + 2
        source = _markdown(item)
        return _Card(
            id=item.id,
            number=item.number,
            anchor=f"i{item.number}",
            title_html=_inline(shorten(item.title, 400)),
            name=shorten(words.plain(item.title), 160),
            web=web,
            category=item.category,
            chip=_chip_class(item.category),
            sources=item.sources,
            insight_html=_block(item.insight),
            bullets=[_bullet(bullet) for bullet in item.bullets],
            body_html=_block(item.body),
            lead=lead,
            text_full=text.full(item, web, indent),
            text_brief=text.short(item, web, lead, indent),
            text_name=text.title(item, 66 - indent),
            seconds=words.seconds_to_read(item.title + source),
            seconds_brief=words.seconds_to_read(item.title + lead),
            long=len(source.encode()) > LONG,
        )

    def _chips(self, view: IssueView) -> dict[str, theme.Chip]:
        chips = {}
        for category in view.categories():
            chips[_chip_class(category)] = theme.chip(category.colour, category.bit)
        return chips

    def items(self, selection: int) -> tuple[ItemView, ...]:
        """The selection's items. Raises RenderingError when there are none."""
        items = self.view.select(selection)
        if not items:
            raise RenderingError("an edition needs at least one item")
        return items

    def facts(
        self, selection: int, items: Sequence[ItemView], chosen: Sequence[Form]
    ) -> dict[Key, str]:
        """Every value of an edition by its key, as plain text."""
        seconds = self.intro_seconds
        values: dict[Key, str] = {}
        groups: dict[int, int] = {}
        for number, (item, form) in enumerate(zip(items, chosen, strict=True), 1):
            card = self.cards[item.id]
            values["number", item.id] = str(number)
            seconds += card.seconds if form is Form.FULL else card.seconds_brief
            if item.category:
                groups[item.category.id] = groups.get(item.category.id, 0) + 1
        for category, count in groups.items():
            values["group", category] = str(count)
        values["preheader", 0] = words.preheader(self.view, items)
        values["meta", 0] = words.meta(len(items), seconds)
        values["categories", 0] = words.names(
            [c.name for c in self.view.categories() if c.id in groups]
        )
        left = len(self.view.items) - len(items)
        values["left", 0] = words.left_out(left) if left else ""
        values["shortened", 0] = words.shortened() if min(chosen) is not Form.FULL else ""
        return values

    def context(
        self,
        selection: int,
        items: Sequence[ItemView],
        chosen: Sequence[Form],
        values: Mapping[Key, str],
    ) -> dict[str, object]:
        """What the templates see for one selection."""
        cards = [
            self.cards[item.id].as_(number, form)
            for number, (item, form) in enumerate(zip(items, chosen, strict=True), 1)
        ]
        return {
            **self.constant,
            "cut": Cut(values=True),
            "cards": cards,
            "groups": _groups(cards),
            "contents": len(cards) > 1 or min(chosen) is Form.NAMED,
            "tail": self.view.tail if selection & TAIL else (),
            **{key[0]: value for key, value in values.items() if not key[1]},
        }

    def finish(
        self,
        selection: int,
        items: Sequence[ItemView],
        chosen: Sequence[Form],
        values: Mapping[Key, str],
        html: str,
    ) -> Rendered:
        """Text, subject and headers around the HTML, and the last guard."""
        size = len(html.encode())
        if size > LIMIT:
            raise TooLarge(
                f"{self.view.slug}: {size} octets of HTML with every item only named; "
                f"the limit is {LIMIT}"
            )
        return Rendered(
            subject=words.subject(self.view, items),
            preheader=values["preheader", 0],
            html=html,
            text=pipeline.text(self.slug, self.context(selection, items, chosen, values)),
            headers=dict(self.headers),
            size=size,
            shortened=min(chosen) is not Form.FULL,
            items=tuple(item.id for item in items),
        )


class Prepared:
    """An issue rendered once, of which any edition is a join of pieces. Immutable."""

    def __init__(self, source: _Source) -> None:
        self._source = source
        cards = list(source.cards.values())
        context = {
            **source.constant,
            "cut": Cut(values=False),
            "cards": cards,
            "groups": _groups(cards),
            "contents": True,
            "tail": source.view.tail,
            **dict.fromkeys(("preheader", "meta", "categories", "left", "shortened"), "…"),
        }
        with translation.override(source.language):
            html = pipeline.inline(pipeline.html(pipeline.mjml(source.slug, context)))
        try:
            self._pieces = Pieces(html)
        except ValueError as error:
            raise RenderingError(f"{pipeline.MARKUP}: {error}") from error

    def edition(self, selection: int) -> Rendered:
        """The edition of a selection (category bits, and TAIL for the tail links).

        Raises RenderingError when it selects no item, TooLarge above LIMIT octets of HTML.
        """
        source = self._source
        items = source.items(selection)
        long = [source.cards[item.id].long for item in items]
        with translation.override(source.language):

            def make(level: int) -> tuple[list[Form], dict[Key, str], str]:
                chosen = forms(len(items), long, level)
                values = source.facts(selection, items, chosen)
                html = self._pieces.join(
                    _blocks(source, selection, items, chosen), values.__getitem__
                )
                return chosen, values, html

            level = fit(lambda level: len(make(level)[2].encode()), levels(len(items)))
            chosen, values, html = make(level)
            return source.finish(selection, items, chosen, values, html)


def prepare(view: IssueView, publication: Publication) -> Prepared:
    """Run the pipeline once over the whole issue; about 0.2 s for ten items."""
    return Prepared(_Source(view, publication))


def whole(view: IssueView, publication: Publication, selection: int) -> Rendered:
    """The edition by the whole pipeline run on this selection alone; slow, for proof."""
    source = _Source(view, publication)
    items = source.items(selection)
    long = [source.cards[item.id].long for item in items]
    with translation.override(source.language):

        def make(level: int) -> tuple[list[Form], dict[Key, str], str]:
            chosen = forms(len(items), long, level)
            values = source.facts(selection, items, chosen)
            context = source.context(selection, items, chosen, values)
            made = pipeline.inline(pipeline.html(pipeline.mjml(source.slug, context)))
            return chosen, values, without_marks(made)

        level = fit(lambda level: len(make(level)[2].encode()), levels(len(items)))
        chosen, values, html = make(level)
        return source.finish(selection, items, chosen, values, html)


def mjml(view: IssueView, publication: Publication, selection: int) -> str:
    """The MJML of an edition, in the form the edition has after shortening."""
    source = _Source(view, publication)
    items = source.items(selection)
    long = [source.cards[item.id].long for item in items]
    prepared = Prepared(source)
    with translation.override(source.language):

        def size(level: int) -> int:
            chosen = forms(len(items), long, level)
            values = source.facts(selection, items, chosen)
            blocks = _blocks(source, selection, items, chosen)
            return len(prepared._pieces.join(blocks, values.__getitem__).encode())

        chosen = forms(len(items), long, fit(size, levels(len(items))))
        values = source.facts(selection, items, chosen)
        made = pipeline.mjml(source.slug, source.context(selection, items, chosen, values))
        return without_marks(made)


def _blocks(
    source: _Source, selection: int, items: Sequence[ItemView], chosen: Sequence[Form]
) -> set[Key]:
    """The blocks of an edition; the names are those the template marks."""
    blocks: set[Key] = set()
    contents = len(items) > 1 or min(chosen) is Form.NAMED
    for item, form in zip(items, chosen, strict=True):
        if form is not Form.NAMED:
            blocks.add(("full" if form is Form.FULL else "brief", item.id))
        if contents:
            blocks.add(("far" if form is Form.NAMED else "near", item.id))
            if item.category:
                blocks.add(("group", item.category.id))
    if contents:
        blocks.add(("contents", 0))
    if Form.BRIEF in chosen:
        blocks.add(("briefs", 0))
    if contents and min(chosen) is not Form.FULL:
        blocks.add(("shortened", 0))
    if len(items) < len(source.view.items):
        blocks.add(("left", 0))
    if selection & TAIL and source.view.tail:
        blocks.add(("tail", 0))
    return blocks


def _groups(cards: Sequence[_Card]) -> list[_Group]:
    groups: dict[int, _Group] = {}
    for card in cards:
        if card.category is not None:
            group = groups.setdefault(
                card.category.id, _Group(card.category.id, card.category.name, card.chip)
            )
            group.cards.append(card)
    return list(groups.values())


def _chip_class(category: CategoryView | None) -> str:
    return f"k{category.id}" if category else ""


def _markdown(item: ItemView) -> str:
    def of(bullets: Sequence[BulletView]) -> str:
        return "".join(f"{b.lead} {b.text} {of(b.children)}\n" for b in bullets)

    return f"{item.insight}\n{of(item.bullets)}{item.body}"


def _bullet(bullet: BulletView) -> _Bullet:
    return _Bullet(
        _inline(bullet.lead), _inline(bullet.text), [_bullet(child) for child in bullet.children]
    )


def _inline(source: str) -> Markup:
    return _mjml_safe(inline_html(source))


def _block(source: str) -> Markup:
    return _mjml_safe(block_html(source)) if source.strip() else Markup("")


def _mjml_safe(html: str) -> Markup:
    """HTML whose white space survives mrml, which drops it between tags when it holds a break."""
    parts = html.split("<pre>")
    made = [" ".join(parts[0].split("\n"))]
    for part in parts[1:]:
        code, end, rest = part.partition("</pre>")
        made.append(code.replace("\n", "<br>") + end + " ".join(rest.split("\n")))
    return Markup("<pre>".join(made))
