"""One item of a mail, rendered alone: what a preview puts in place of the item being typed.

A mail of 300 items takes seconds to make and one of its items a few hundredths. What stands around
an item does not change its own bytes (`pieces`), so the item alone is rendered, with the number and
the surroundings it has in the whole. What the change does to the other items, such as a mail that
is now too long, shows when the whole is made again.
"""

from __future__ import annotations

import dataclasses

from django.utils import translation

from subscribers.models import Publication

from ..editions import IssueView
from . import pieces, pipeline
from .layout import Source
from .pieces import Key


def parts(view: IssueView, publication: Publication, selection: int, item: int) -> dict[str, str]:
    """Block name (of `pieces.ITEM_BLOCKS`) -> the item's HTML in it; SLOTS are not filled.

    Empty if the edition of the selection does not have the item. Raises RenderingError.
    """
    chosen = [one.id for one in view.select(selection)]
    if item not in chosen:
        return {}
    place = chosen.index(item) + 1
    alone = tuple(one for one in view.items if one.id == item)
    source = Source(dataclasses.replace(view, items=alone, tail=(), intro=""), publication)
    source.grouped = view.sorted_by_category
    source.constant |= {"grouped": source.grouped, "count": len(view.items)}
    values: dict[Key, str] = {
        ("place", item): str(place),
        ("number", item): f"{place}. " if len(chosen) > 1 else "",
    }
    leads = source.style.leads and place == 1
    headline: Key = ("lead" if leads else "headline", item)
    with translation.override(source.language):
        html = pipeline.html(pipeline.mjml(source.slug, source.everything(pieces.HTML)))
        made = pipeline.cut(pipeline.MARKUP, pipeline.inline(html), pieces.HTML)
        return {
            name: made.inside(
                {(name, item), headline} if name == "full" else {(name, item)},
                lambda key: values.get(key, ""),
            )
            for name in pieces.ITEM_BLOCKS
        }
