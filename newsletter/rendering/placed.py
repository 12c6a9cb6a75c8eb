"""A card in its place, and the cards of a category: what the templates of a mail go through."""

from __future__ import annotations

from dataclasses import dataclass, field

from .cards import Card


@dataclass(frozen=True, slots=True)
class Placed:
    """A card with its place in an edition and the forms the template is to write.

    For a selection that is one form, and one of `lead` and `plain` for its headline; while an issue
    is prepared it is all of them.
    """

    card: Card
    number: str
    place: str
    column: str
    full: bool
    brief: bool
    named: bool
    lead: bool
    plain: bool


@dataclass(slots=True)
class Group:
    """A category's part of the contents, or of the items; without a name where all are one."""

    id: int
    name: str
    chip: str
    placed: list[Placed] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Number of its items."""
        return len(self.placed)
