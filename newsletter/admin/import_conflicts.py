"""What hands and a document changed both, side by side, and the choice of a side."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from newsletter.importing import Conflict, Side
from newsletter.importing.conflict_words import label, sides

# The name of a field that takes a side; with nothing behind it all that is not chosen.
PREFIX = "take:"
SIDES: Mapping[Side, str | Promise] = {
    Side.MINE: pgettext_lazy("conflict of an import", "keep the draft's"),
    Side.THEIRS: pgettext_lazy("conflict of an import", "take the document's"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One conflict as the page shows it: what it is about and both sides as text."""

    name: str
    label: str
    mine: str
    theirs: str

    @property
    def id(self) -> str:
        """The id of its place in the page."""
        return f"take-{hashlib.blake2b(self.name.encode(), digest_size=6).hexdigest()}"


def fields_of(conflicts: Iterable[Conflict]) -> list[Choice]:
    """The conflicts nobody decided, in the order of the issue."""
    return [Choice(PREFIX + one.field, label(one), *sides(one)) for one in conflicts]


def given(post: QueryDict, take: Mapping[str, Side]) -> dict[str, Side]:
    """`take` with what the form says over it; what makes no sense is as if it were not said."""
    chosen = dict(take)
    for name, sent in post.lists():
        if name.startswith(PREFIX) and sent and sent[-1] in list(Side):
            chosen[name.removeprefix(PREFIX)] = Side(str(sent[-1]))
    return chosen
