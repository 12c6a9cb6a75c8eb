"""How a section is going to be read: whole by one shape, or divided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .outline import Section
from .shapes import Shape

UNCERTAIN = 0.3  # evidence that anything has: text below a heading
_LONG = 4  # blocks of a section that count in the judgement of a document


@dataclass(slots=True)
class Piece:
    """Own lines of a section, read by one shape; without one they are remarks."""

    section: Section
    shape: Shape | None
    score: float
    blocks: int


@dataclass(slots=True)
class Plan:
    """How a section is read. `shape` reads it whole; else `pieces` and `below` are read apart."""

    section: Section
    key: str = ""
    shape: Shape | None = None
    pieces: list[Piece] = field(default_factory=list)
    below: list[Plan] = field(default_factory=list)
    score: float = 0.0
    blocks: int = 0
    original: Section | None = None
    tail: bool = False
    introduction: bool = False
    # Read whole beside sections that are divided: its heading is a section's, as theirs are.
    alone: bool = False

    @property
    def name(self) -> str:
        """The NAME of the shape that reads most of its own lines; empty when none does."""
        if self.shape is not None:
            return self.shape.name
        best = max(self.pieces, key=lambda one: one.blocks * (one.shape is not None), default=None)
        return best.shape.name if best is not None and best.shape is not None else ""

    def leaves(self) -> list[tuple[float, int]]:
        """How sure its own items are and how much they weigh; a long text is not worth more."""
        if self.shape is not None:
            return [(self.score, min(self.blocks, _LONG))]
        return [
            (piece.score, min(piece.blocks, _LONG))
            for piece in self.pieces
            if piece.shape is not None
        ]

    def leaves_text(self) -> bool:
        """Whether shapes hold only a part of its own lines, and no sections stand below it."""
        return not self.below and any(
            piece.blocks and (piece.shape is None or piece.score < 0.99 * piece.shape.sureness)
            for piece in self.pieces
        )

    def remarks(self) -> int:
        """How many of its own blocks would have no owner."""
        return sum(piece.blocks for piece in self.pieces if piece.shape is None)

    def blocks_held(self) -> int:
        """How many of its own blocks a shape divides into items."""
        return sum(piece.blocks for piece in self.pieces if piece.shape is not None)

    def is_group(self) -> bool:
        """Whether it is a heading above items, without a text of its own."""
        held = any(one.shape is not None for one in self.below)
        return held and not any(piece.blocks for piece in self.pieces)

    def everything(self) -> Iterable[Plan]:
        """This plan and those below it, in order."""
        yield self
        for one in self.below:
            yield from one.everything()


@dataclass(slots=True)
class Choice:
    """Both ways to read a section, before the sections beside it are heard."""

    plan: Plan
    whole: Shape | None = None
    whole_score: float = 0.0
    divided_score: float = 0.0
    forced: bool | None = None

    def tells(self) -> bool:
        """Whether it says anything of the sections beside it."""
        certain = max(self.whole_score, self.divided_score) > UNCERTAIN
        of_items = not (self.plan.introduction or self.plan.tail)
        return certain and bool(self.plan.blocks) and of_items
