"""What stands where in an edition: the facts both ways of rendering share.

A `Source` is an issue made harmless, with its cards made once. A `Layout` is a selection of them
with the form of each item, and knows every value and block of that edition.
"""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils import translation

from newsletter import conf
from subscribers import theme
from subscribers.choice import FOREIGN, TAIL
from subscribers.language_table import is_wide
from subscribers.links import Purpose
from subscribers.models import Publication

from ..editions import IssueView, ItemView
from . import cards, headers, neutral, sections, words
from .cards import Card
from .columns import wrap
from .errors import RenderingError
from .pieces import HERE, Cut, Key, Marks
from .placed import Group, Placed
from .sections import Section
from .shortening import LONG, TAIL_MOST, Form
from .slots import SLOTS

# Names of the values that an edition has once; empty where they do not apply.
VALUES = ("preheader", "meta", "foreign", "categories", "left", "shortened", "rest")
# The same wrapped for the text part have `_lines` behind their name.
NAMES = (*VALUES, *(f"{name}_lines" for name in VALUES), "choice")
# Of what the templates see of an issue, what no item shows.
AROUND_ITEMS = frozenset({"title", "date", "intro_html", "intro_text", "tail_title"})


class Source:
    """An issue made harmless, each of its texts rendered once. `given` is the issue as it came."""

    def __init__(
        self, view: IssueView, publication: Publication, before: Source | None = None
    ) -> None:
        """`before` is the issue a moment ago: what it has of items that are the same is used."""
        self.given = view
        same = before.same_items(view) if before is not None else {}
        self.view = view = neutral.issue(view, same)
        self.slug = publication.slug
        self.language = words.language_code(view.language)
        self.digits = len(str(len(view.items)))
        self.style = theme.style_of(publication.theme)
        self.grouped = view.sorted_by_category
        self.categories = view.categories()
        self.group_of = {
            item.id: item.category.id if item.category and self.grouped else 0
            for item in view.items
        }
        with translation.override(self.language):
            self.headers = headers.constant(view, publication)
            self.constant = self._constant(publication)
            web = self.constant["web"]
            known: Mapping[int, Card] = {}
            if before is not None and before._cards_of() == self._cards_of():
                known = {pk: before.cards[pk] for pk in same}
            self.cards: dict[int, Card] = {
                item.id: known.get(item.id) or cards.make(item, _web(item, web), self.digits + 2)
                for item in view.items
            }
            self.intro_seconds = words.seconds_to_read(self.constant["intro_text"])
            # A longer list of mere links is for the web page.
            tail = view.tail[:TAIL_MOST] if view.on_site else view.tail
            self.tail = [cards.labelled(link) for link in tail]

    def _constant(self, publication: Publication) -> dict[str, Any]:
        view, site = self.view, conf.base_url()
        intro = cards.opening(view.intro, LONG) if view.on_site else view.intro
        translated = publication.translations.get(view.language, {})
        manage = f"{site}/s/m/{SLOTS[Purpose.MANAGE]}/"
        feed = f"{site}/s/f/{SLOTS[Purpose.FEED]}/"
        # The reader's own edition on the web; of a closed publication it opens the rest as well.
        own = f"{feed}issues/{view.path.split('/')[1]}/" if view.path else ""
        public = f"{site}/{view.path}" if view.path else ""
        return {
            # Only ever called in this issue's language; looking up costs microseconds each time.
            "_": functools.cache(translation.gettext),
            "language": view.language,
            "wide": is_wide(self.language),
            "theme": theme.load(publication.theme),
            "grouped": self.grouped,
            "chips": {
                cards.chip_class(category): theme.chip(category.colour, category.bit)
                for category in view.categories()
            },
            "publication": {
                "name": neutral.line(translated.get("name") or publication.name),
                "postal": neutral.line(publication.postal_identity),
                "host": site.split("://", 1)[1],
            },
            "title": view.title,
            "date": words.date(view.date),
            "web": own if publication.readers_only else public,
            "own": own,
            "intro_html": cards.block(intro),
            "intro_text": words.paragraphs(intro),
            "tail_title": view.tail_title,
            "digits": self.digits,
            "count": len(view.items),
            "join": f"{site}/{publication.slug}/subscribe/" if publication.open else "",
            "legal": f"{site}/{publication.slug}/imprint/" if publication.has_legal_texts else "",
            "links": {
                "manage": manage,
                "pause": f"{manage}#pause",
                "unsubscribe": f"{site}/s/u/{SLOTS[Purpose.UNSUBSCRIBE]}/",
                "feed": feed,
            },
        }

    def same_items(self, view: IssueView) -> dict[int, ItemView]:
        """The items that `view` has just as this one was given them, made harmless."""
        given = {item.id: item for item in self.given.items}
        harmless = {item.id: item for item in self.view.items}
        return {item.id: harmless[item.id] for item in view.items if given.get(item.id) == item}

    def _cards_of(self) -> tuple[object, ...]:
        """What a card is made of besides its item."""
        return self.language, self.digits, self.constant["web"], conf.base_url()

    def to_render(self, before: Source) -> frozenset[int] | None:
        """Ids of the items to render for what is different from `before`; None: all of them.

        With those that changed stands one of each group: without any a group has no place in the
        document. What stands around the items may be another, as long as no item shows it.
        """
        old, new = before.given.items, self.given.items
        if [(one.id, one.category) for one in old] != [(one.id, one.category) for one in new]:
            return None
        if before._seen_by_items() != self._seen_by_items():
            return None
        groups = self.groups(self._in_all_forms(self.cards))
        return self.changed_since(before).union(group.placed[0].card.id for group in groups)

    def changed_since(self, before: Source) -> frozenset[int]:
        """Ids of the items that are not what they were."""
        given = {item.id: item for item in before.given.items}
        return frozenset(item.id for item in self.given.items if given.get(item.id) != item)

    def has_the_same_around(self, before: Source) -> bool:
        """Whether all that is no item is what it was."""
        old, new = (replace(one.given, items=()) for one in (before, self))
        mine, theirs = ({**one.constant, "_": None} for one in (self, before))
        return old == new and mine == theirs

    def _in_all_forms(self, ids: Collection[int]) -> list[Placed]:
        leads = self.style.leads
        return [
            Placed(card, "", "", "", True, True, True, leads, True)
            for card in self.cards.values()
            if card.id in ids
        ]

    def _seen_by_items(self) -> dict[str, Any]:
        """What the templates know of the issue when they write an item."""
        return {k: v for k, v in self.constant.items() if k != "_" and k not in AROUND_ITEMS}

    def select(self, selection: int, start: int = 0) -> list[Card]:
        """The cards of a selection. Raises RenderingError when there are none."""
        found = [self.cards[item.id] for item in self.view.select(selection, start)]
        if not found:
            raise RenderingError("an edition needs at least one item")
        return found

    def groups(self, placed: Sequence[Placed]) -> list[Group]:
        """Items by category where the issue has each category in one place, else all as one.

        So contents and bodies are always in the same order, and numbered alike.
        """
        if not self.grouped:
            return [Group(0, "", "", list(placed))]
        groups: dict[int, Group] = {}
        for one in placed:
            category = one.card.category
            new = Group(category.id, category.name, one.card.chip) if category else Group(0, "", "")
            groups.setdefault(new.id, new).placed.append(one)
        return list(groups.values())

    def everything(self, marks: Marks, only: Collection[int] | None = None) -> dict[str, Any]:
        """What the templates see while the issue is prepared: all items in all forms.

        `only` are the ids of those to render, if not all.
        """
        every = self._in_all_forms(self.cards if only is None else only)
        all_cards = list(self.cards.values())
        return {
            **self.constant,
            "cut": Cut(marks, values=False),
            "placed": every,
            "groups": self.groups(every),
            "contents": True,
            "titles": True,
            "sections": sections.of(all_cards, grouped=self.grouped),
            "contents_behind": None,
            "tail": self.tail,
            **dict.fromkeys(NAMES, "…"),
        }


def _web(item: ItemView, page: str) -> str:
    """Where an item can be read: a copy at its original's permanent address. Empty: nowhere."""
    if item.home:
        return f"{conf.base_url()}/{item.home}"
    return f"{page}#{item.anchor}" if page else ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A selection's cards, with what is the same of them in whatever forms they are.

    `values` are `edition_values`, `groups` the group of each card, `seconds` what each takes to
    read, by `Form`, `sections` those of the contents: an issue's levels are many, and the cards of
    each up to hundreds.
    """

    selection: int
    cards: Sequence[Card]
    values: Mapping[Key, str]
    groups: Sequence[int]
    seconds: Sequence[tuple[float, float, float]]
    sections: Sequence[Section]

    @classmethod
    def of(
        cls, source: Source, selection: int, cards: Sequence[Card], values: Mapping[Key, str]
    ) -> Chosen:
        groups = [source.group_of[card.id] for card in cards]
        seconds = [(card.seconds_brief, card.seconds_brief, card.seconds) for card in cards]
        found = sections.of(cards, grouped=source.grouped)
        return cls(selection, cards, values, groups, seconds, found)


class Layout:
    """A selection of an issue's items and the form of each."""

    def __init__(self, source: Source, chosen: Chosen, forms: Sequence[Form]) -> None:
        self._source = source
        self._chosen = chosen
        self.forms = forms
        self.cards = chosen.cards
        self.tail = source.tail if chosen.selection & TAIL else []
        self._foreign = bool(chosen.selection & FOREIGN)
        self.shortened = min(forms) is not Form.FULL
        self._named = forms.count(Form.NAMED)
        least = source.style.contents_from
        found = chosen.sections
        self.sections = found if len(found) > 1 else []
        wanted = self.shortened or bool(least and len(self.cards) >= least)
        # Beyond those sections name what the bodies name once more.
        self.titles = wanted and not found
        self.contents = self.shortened or self.titles or bool(self.sections)
        self._left = len(source.view.items) - len(self.cards)
        # A lead story comes before the contents, unless it is told in brief, below them.
        leading = self.contents and source.style.leads and forms[0] is Form.FULL
        self._contents_behind = self.cards[0].id if leading and len(self.cards) > 1 else None

    @functools.cached_property
    def _values(self) -> dict[Key, str]:
        """The values that the forms change."""
        each = map(operator.getitem, self._chosen.seconds, self.forms)
        seconds = sum(each, self._source.intro_seconds)
        return {
            ("meta", 0): words.meta(len(self.cards), seconds),
            ("shortened", 0): words.shortened() if self.shortened else "",
            ("rest", 0): words.rest(self._named) if self._named else "",
        }

    @functools.cached_property
    def _lines(self) -> dict[Key, str]:
        return {(f"{name}_lines", 0): wrap(self.value((name, 0))) for name in VALUES}

    def value(self, key: Key) -> str:
        """A value of the edition as plain text, by its name and number."""
        for known in (self._chosen.values, self._values):
            if (found := known.get(key)) is not None:
                return found
        return self._lines[key]

    @functools.cached_property
    def blocks(self) -> frozenset[Key]:
        """The blocks of the edition, by the names the template marks them with."""
        blocks = set(self.around)
        for index, form in enumerate(self.forms):
            blocks.update(self.of_item(index, form))
        return frozenset(blocks)

    def alike(self) -> Iterator[tuple[object, ...]]:
        """Of each item what its octets depend on besides its form."""
        leads, alone = self._source.style.leads, len(self.cards) == 1
        for number, card in enumerate(self.cards, 1):
            yield card.id, self.titles, leads and number == 1, len(str(number)), alone

    def of_item(self, index: int, form: Form) -> list[Key]:
        """The blocks of the edition's item at `index`, if it has this form."""
        pk = self.cards[index].id
        blocks: list[Key] = []
        if form is Form.FULL:
            leads = self._source.style.leads and not index
            blocks += [("full", pk), ("lead" if leads else "headline", pk)]
        else:
            blocks.append(("brief" if form is Form.BRIEF else "named", pk))
        if self.titles:
            blocks.append(("near", pk))
        return blocks

    @functools.cached_property
    def around(self) -> set[Key]:
        """The blocks that are of no single item."""
        groups = self._chosen.groups
        full = set(itertools.compress(groups, [form is Form.FULL for form in self.forms]))
        blocks: set[Key] = {("section", group) for group in full}
        if self.titles:
            blocks.update(("group", group) for group in set(groups))
            blocks |= {("titles", 0), ("about", 0)}
        if self.sections:
            blocks.update(("section_of", one.id) for one in self.sections)
            blocks |= {("sections", 0), ("about", 0)}
        if self.contents:
            blocks.add(("contents", 0))
            if self._contents_behind is not None:
                blocks.add((HERE, self._contents_behind))
            if self.shortened:
                blocks.add(("shortened", 0))
        if self.shortened:
            blocks.add(("briefs", 0))
            if self._named:
                blocks.add(("rest", 0))
        if self._foreign:
            blocks.add(("foreign", 0))
        if self._left:
            blocks.add(("left", 0))
        if self.tail:
            blocks.add(("tail", 0))
        return blocks

    def context(self, marks: Marks) -> dict[str, Any]:
        """What the templates see for this edition."""
        value = self.value
        leads = self._source.style.leads
        placed = [
            Placed(
                card,
                value(("number", card.id)),
                value(("place", card.id)),
                value(("column", card.id)),
                form is Form.FULL,
                form is Form.BRIEF,
                form is Form.NAMED,
                leads and not index,
                bool(index) or not leads,
            )
            for index, (card, form) in enumerate(zip(self.cards, self.forms, strict=True))
        ]
        return {
            **self._source.constant,
            "cut": Cut(marks, values=True),
            "placed": placed,
            "groups": self._source.groups(placed),
            "contents": self.contents,
            "titles": self.titles,
            "sections": self.sections,
            "contents_behind": self._contents_behind,
            "tail": self.tail,
            **{name: value((name, 0)) for name in NAMES},
        }
