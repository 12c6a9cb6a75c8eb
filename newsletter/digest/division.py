"""Which shape reads which section: the one that leaves least of it outside.

A section is read *whole*, as one item with all below it, or *divided*: its own lines by a shape
for lists, numbers or stories, the sections below it each in its own way. Every shape says for the
section in question how much of it would have an owner and how sure that is; nothing is counted
over the whole document. Sections under the same heading are usually of one kind, so each also
hears what the others speak for: where a section alone could be either, they decide.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from . import shapes
from .blocks import PICTURE, RULE, TABLE, blocks_of
from .closing import close, find_colophon
from .colophon import is_colophon
from .contents import Contents
from .greetings import introduces
from .keys import section_key
from .layout import Layout
from .likeness import follow_lists
from .outline import Kind, Line, Section
from .plans import UNCERTAIN, Choice, Piece, Plan
from .reading import Reading
from .rules import behind_rule, cut_at_rules
from .shapes import Shape
from .silence import is_address_alone, is_silent
from .tail import find_references, is_tail

_OTHERS = 0.6  # how much the sections beside a section weigh in its choice
_AGREED = 0.5  # how much more the sections beside one are whole than divided, to be of one kind
_SILENT = 0.2
# Below this, on the average of its sections, a document is one piece with chapters.
_ONE_PIECE = 0.48
_CERTAIN = 0.75  # evidence of marks that only pieces have
_DOCUMENT = "document"
_LABELLED = "labelled"
_TABLES = "tables"
_ABOVE_ROWS = 2  # lines of a table: the names of its columns and the line below them


class Division:
    """Plans a document. `forced` is the one shape that may read, None when all may."""

    def __init__(
        self, reading: Reading, contents: Contents, layout: Layout, forced: Shape | None
    ) -> None:
        self.outline = reading.outline
        self.contents = contents
        self.layout = layout
        self.forced = forced
        every = [one for one in shapes.known() if one.name != _DOCUMENT]
        allowed = every if forced is None else [one for one in every if one is forced]
        self.whole = [shape for shape in allowed if shape.whole]
        self.own = [shape for shape in allowed if not shape.whole]
        self.labelled = shapes.find(_LABELLED)
        divided = forced is not None and not forced.whole
        self.references = frozenset() if divided else find_references(self.outline)

    def plans(self) -> list[Plan]:
        """The plan of every section at the top, in order; those below are in them."""
        made = self._plans()
        if self.references and not _holds_items(made):
            self.references = frozenset()  # Then the links are what the issue consists of.
            made = self._plans()
        if self.forced is None:
            every = [one for plan in made for one in plan.everything()]
            follow_lists([one for one in every if self._is_headed(one.section)], self.outline)
        return made

    def _plans(self) -> list[Plan]:
        tops = [
            section
            for section in self.outline.sections
            if section.heading is None or self._is_title(section) or not self._above(section)
        ]
        front = [one for one in tops if one.heading is None or self._is_title(one)]
        headed = [one for one in tops if one.heading is not None and not self._is_title(one)]
        made = [self._front(section) for section in front]
        beside = self._beside(headed)
        self._cut_colophon(beside)
        return sorted([*made, *beside], key=lambda plan: plan.section.first)

    def is_one_piece(self, plans: Sequence[Plan]) -> bool:
        """Whether the document is better read as one item."""
        if self.forced is not None:
            return self.forced.name == _DOCUMENT
        every = [one for plan in plans for one in plan.everything()]
        if sum(1 for one in every if one.is_group()) > 1:
            return False
        # Text without links says nothing: it may be an item or a chapter.
        found = [pair for one in every for pair in one.leaves() if pair[0] > _SILENT]
        if any(score > _CERTAIN for score, _blocks in found):
            return False
        headed = [one for one in every if self._is_headed(one.section)]
        total = sum(one.blocks for one in plans if self._is_headed(one.section))
        divided = sum(one.blocks_held() for one in headed)
        rows = sum(self._rows(one) for one in headed)  # A row of a table is an item as a bullet is.
        total, divided = total + rows, divided + rows
        if divided:  # References speak for items beside others, never alone.
            listed = sum(self._blocks(one.section) for one in every if one.tail)
            total, divided = total + listed, divided + listed
        if total and divided * 3 >= total:
            return False  # Lists of items are a third of it.
        if not headed:
            return not found
        weight = sum(blocks for _score, blocks in found)
        if not weight or sum(s * blocks for s, blocks in found) / weight < _ONE_PIECE:
            return True
        return sum(one.remarks() for one in headed) * 3 > 2 * total

    def _blocks(self, section: Section) -> int:
        """How many blocks of a section have something to read."""
        blocks = blocks_of(section, self.outline)
        return sum(1 for one in blocks if one.kind not in {RULE, PICTURE})

    def _rows(self, plan: Plan) -> int:
        """How many rows below the first the tables have that are read as items."""
        if all(piece.shape is None or piece.shape.name != _TABLES for piece in plan.pieces):
            return 0
        tables = [one for one in blocks_of(plan.section, self.outline) if one.kind == TABLE]
        return sum(max(0, len(one.lines) - _ABOVE_ROWS - 1) for one in tables)

    def _is_title(self, section: Section) -> bool:
        return section.heading is not None and section.heading.number == self.outline.title_line

    def _is_headed(self, section: Section) -> bool:
        return section.heading is not None and not self._is_title(section)

    def _above(self, section: Section) -> tuple[Section, ...]:
        return tuple(
            one for one in section.above if one.heading is not None and not self._is_title(one)
        )

    def _cut_colophon(self, plans: Sequence[Plan]) -> None:
        """Text behind a rule at the end of the last item, where no other item has any, is not its
        text: it closes the issue."""
        every = [one for plan in plans for one in plan.everything() if one.shape is not None]
        if len(every) < 2 or every[-1].section.below:
            return
        *others, last = every
        if any(behind_rule(one.section) is not None for one in others):
            return
        place = behind_rule(last.section)
        if place is None or any(
            self.outline.labels.match(line.content) for line in last.section.lines[place:]
        ):
            return
        last.section = replace(last.section, lines=last.section.lines[:place], blocks=None)

    # Own lines

    def _front(self, section: Section) -> Plan:
        """What stands above the first heading: items only where a shape sees some."""
        plan = Plan(section, section_key(section, self.outline.title_line))
        plan.pieces = self._pieces(section)
        plan.blocks = sum(piece.blocks for piece in plan.pieces)
        read = [piece for piece in plan.pieces if piece.shape is not None]
        held = sum(piece.blocks for piece in read)
        plan.score = sum(piece.score * piece.blocks for piece in read) / held if held else 0.0
        return plan

    def _pieces(self, section: Section) -> list[Piece]:
        """A section's own lines, whole or cut at its rules, whichever leaves less outside."""
        lines = [line for line in section.lines if line.number not in self.contents.lines]
        whole = self._piece(section, lines)
        if not any(line.kind is Kind.RULE for line in lines):
            return [whole]
        cut = cut_at_rules(lines)
        if len(cut) < 2:
            return [whole]
        parts = [self._piece(section, part) for part in cut]
        parts = [part for part in parts if part.blocks]
        total = sum(part.blocks for part in parts)
        if not total or len(parts) < 2:
            return [whole]
        score = sum(part.score * part.blocks for part in parts) / total
        return [whole] if whole.score >= score else parts

    def _piece(self, section: Section, lines: Sequence[Line]) -> Piece:
        part = (
            section
            if len(lines) == len(section.lines)
            else replace(section, lines=lines, below=[], blocks=None)
        )
        outline = self.outline.of(part, [part])
        best: Shape | None = None
        most = 0.0
        for shape in self.own:
            score = shape.evidence(outline)
            if score > most:
                best, most = shape, score
        counted = sum(1 for one in blocks_of(part, outline) if one.kind not in {RULE, PICTURE})
        if self.forced is not None and not self.forced.whole and counted:
            best, most = self.forced, max(most, self.forced.sureness / 2)
        return Piece(part, best, most, counted)

    # Sections

    def _beside(self, sections: Sequence[Section]) -> list[Plan]:
        """The plans of sections that stand under the same heading."""
        held = [one for one in sections if id(one) not in self.contents.sections]
        pairs, originals = self._pairs(held)
        choices = [self._choice(section, pairs.get(id(section))) for section in held
                   if id(section) not in originals]  # fmt: skip
        self._introduce(choices)
        close(choices)
        find_colophon(choices, self.outline)
        heard = [one for one in choices if one.tells()]
        whole = sum(one.whole_score for one in heard)
        divided = sum(one.divided_score for one in heard)
        for one in choices:
            own = one.tells()
            others = max(1, len(heard) - own)
            self._settle(
                one,
                (whole - one.whole_score * own) / others,
                (divided - one.divided_score * own) / others,
            )
        _find_alone(choices)
        self._find_tail([one.plan for one in choices])
        return [one.plan for one in choices]

    def _choice(self, section: Section, original: Section | None) -> Choice:
        plan = Plan(section, section_key(section, self.outline.title_line), original=original)
        choice = Choice(plan)
        if id(section) in self.references:
            plan.tail = True
            return choice
        if is_address_alone(section, self.outline):
            plan.blocks = 1
            return choice  # Nobody reads it as an item, so the editor is asked.
        if is_silent(section, self.outline):
            return choice  # As a heading with nothing below it.
        plan.below = self._beside(section.below)
        outline = self.outline.of(section, list(section.everything()), original)
        for shape in self.whole:
            score = shape.evidence(outline)
            if score > choice.whole_score:
                choice.whole, choice.whole_score = shape, score
            if score == 1.0 and not section.below:  # Nothing could say more.
                break
        else:
            plan.pieces = self._pieces(section)
        own = sum(1 for one in blocks_of(section, outline) if one.kind not in {RULE, PICTURE})
        plan.blocks = own + sum(one.blocks for one in plan.below)
        if not plan.blocks and choice.whole is not None:
            plan.blocks = 1  # A linked heading with nothing below it.
        if plan.blocks:
            held = sum(piece.score * piece.blocks for piece in plan.pieces)
            held += sum(one.score * one.blocks for one in plan.below)
            choice.divided_score = held / plan.blocks
        self._force(choice)
        return choice

    def _force(self, choice: Choice) -> None:
        """A layout's or the editor's decision for this section."""
        name = self.layout.shapes.get(choice.plan.key, "")
        shape = shapes.find(name) if name else None
        if shape is None:
            if self.forced is not None and (not self.forced.whole or _only_above(choice)):
                choice.forced = False
            return
        if shape.whole:
            choice.whole, choice.whole_score, choice.forced = shape, 1.0, True
        else:
            piece = self._piece(choice.plan.section, choice.plan.section.lines)
            choice.plan.pieces = [Piece(piece.section, shape, 1.0, piece.blocks)]
            choice.forced = False

    def _settle(self, one: Choice, whole: float, divided: float) -> None:
        plan = one.plan
        if plan.introduction or plan.tail:
            return
        read_whole = (
            one.forced
            if one.forced is not None
            else one.whole is not None
            and one.whole_score > 0
            and one.whole_score + _OTHERS * whole >= one.divided_score + _OTHERS * divided
        )
        if one.forced is None and one.whole is None:
            read_whole = False
        elif one.forced is None and whole - divided > _AGREED and plan.leaves_text():
            read_whole = True  # The others are items, and dividing it would leave text outside.
        if read_whole:
            plan.shape, plan.score, plan.pieces, plan.below = one.whole, one.whole_score, [], []
        else:
            plan.score = one.divided_score

    def _pairs(self, sections: Sequence[Section]) -> tuple[dict[int, Section], set[int]]:
        """Original headings by the id of their translation's section, and the ids of originals."""
        found: dict[int, Section] = {}
        originals: set[int] = set()
        for first, second in pairwise(sections):
            if first.level != second.level or first.holds_anything() or first.below:
                continue
            linked = "](" in first.title or "](" in second.title
            if linked or not (second.holds_anything() or second.below) or id(first) in found:
                continue
            if _script(first.title) != _script(second.title):
                found[id(second)] = first
                originals.add(id(first))
        return found, originals

    def _introduce(self, choices: Sequence[Choice]) -> None:
        """Sections in front of all items that only introduce the issue."""
        for number, one in enumerate(choices):
            if one.plan.section.level > 2 or not one.plan.blocks:
                continue
            if not introduces(one.plan.section.title):
                return
            if one.divided_score > 0 or one.whole_score > 0.75 or number == len(choices) - 1:
                return
            one.plan.introduction = True
            one.plan.score = 0.0

    def _find_tail(self, plans: Sequence[Plan]) -> None:
        """Sections that are only links, behind sections that are items: the tail."""
        if self.forced is not None and not self.forced.whole:
            return
        items = [
            index
            for index, plan in enumerate(plans)
            if plan.shape is not None and not is_colophon(plan.section.title)
        ]
        if not items or any(plan.below for plan in plans):
            return
        lists = [plan for plan in plans[: items[-1]] if plan.shape is None and plan.blocks
                 and not (plan.introduction or plan.tail)]  # fmt: skip
        if lists:
            return
        # Beside items with labels, a link without any is none of them.
        begun = all(plans[index].shape is self.labelled for index in items)
        found: list[Plan] = []
        for plan in plans[items[-1] + 1 :]:
            begun = plan.tail or is_tail(plan.section, self.outline, begun=begun)
            if begun:
                found.append(plan)
            elif plan.blocks_held():
                return  # Lists are items here, and so are the shorter ones beside them.
        for plan in found:
            plan.tail = True


def _only_above(choice: Choice) -> bool:
    """Whether a section is but the heading above others that are as much like items as itself."""
    section = choice.plan.section
    above = bool(section.below) and not section.holds_anything()
    return above and choice.divided_score >= choice.whole_score


def _find_alone(choices: Sequence[Choice]) -> None:
    """Mark sections read whole where most of those beside them are divided.

    One that is certainly an item (a link is its heading) is none of them.
    """
    read = [one for one in choices if one.plan.blocks and not one.plan.introduction]
    divided = sum(one.plan.shape is None for one in read)
    for one in read:
        linked = one.whole_score >= _CERTAIN or "](" in one.plan.section.title
        one.plan.alone = one.plan.shape is not None and not linked and divided * 2 >= len(read)


def _holds_items(plans: Sequence[Plan]) -> bool:
    """Whether some section is surely items, or several may be."""
    every = [one for plan in plans for one in plan.everything() if not one.tail]
    scores = [score for one in every for score, _blocks in one.leaves()]
    return len(scores) > 1 or any(score > UNCERTAIN for score in scores)


def _script(text: str) -> str:
    """The script most of the letters are in: "CJK", "LATIN", "CYRILLIC" …"""
    counted: dict[str, int] = {}
    for letter in text:
        if letter.isalpha():
            name = unicodedata.name(letter, "").split(" ")[0]
            name = "CJK" if name in {"HIRAGANA", "KATAKANA"} else name
            counted[name] = counted.get(name, 0) + (2 if name == "CJK" else 1)
    return max(counted, key=lambda name: counted[name], default="")
