"""How large an edition would be, without making it: what its parts come to, added up.

Of a long issue the levels of shortening are ten, for each of its editions. What an item comes to in
a form is the same at every level, and in every edition where its number has as many digits.
"""

from __future__ import annotations

from .layout import Layout
from .pieces import Pieces
from .shortening import Form

_FORMS = len(Form)
# `Layout.alike` of an item -> octets of its HTML by form; None: not added up yet.
Octets = dict[tuple[object, ...], list[int | None]]


class Sizes:
    """Octets of HTML of one selection, in whatever forms its items are."""

    def __init__(self, html: Pieces, known: Octets) -> None:
        """`known` is what was found so far of the same pieces, and is added to."""
        self._html = html
        self._known = known
        # Whether contents name each title -> of each item, by form.
        self._items: dict[bool, list[list[int | None]]] = {}

    def __call__(self, layout: Layout) -> int:
        """Octets of what `Pieces.join` gives for `layout`, one of the same selection each time."""
        items = self._items.get(layout.titles)
        if items is None:
            items = [self._known.setdefault(key, [None] * _FORMS) for key in layout.alike()]
            self._items[layout.titles] = items
        found = self._html.size(layout.around, layout.value)
        for index, (known, form) in enumerate(zip(items, layout.forms, strict=True)):
            octets = known[form]
            if octets is None:
                octets = self._html.octets(layout.of_item(index, form), layout.value)
                known[form] = octets
            found += octets
        return found
