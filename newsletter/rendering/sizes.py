"""How large an edition would be, without making it: what its parts come to, added up.

Of a long issue the levels of shortening are ten, for each of its editions. What an item comes to in
a form is the same at every level, so it is looked up once.
"""

from __future__ import annotations

from .layout import Layout
from .pieces import Pieces
from .shortening import Form


class Sizes:
    """Octets of HTML of one selection, in whatever forms its items are."""

    def __init__(self, html: Pieces) -> None:
        self._html = html
        # Whether with contents -> of each item, by form.
        self._items: dict[bool, list[list[int | None]]] = {}

    def __call__(self, layout: Layout) -> int:
        """Octets of what `Pieces.join` gives for `layout`, one of the same selection each time."""
        if layout.contents not in self._items:
            self._items[layout.contents] = [[None] * len(Form) for _card in layout.cards]
        found = self._html.size(layout.around, layout.value)
        for index, of_form in enumerate(self._items[layout.contents]):
            form = layout.forms[index]
            octets = of_form[form]
            if octets is None:
                octets = self._html.octets(layout.of_item(index, form), layout.value)
                of_form[form] = octets
            found += octets
        return found
